"""A PBX that meets the conditions of `shared/bench/sip/sip_bench.py`, and nothing around it.

    python bench/sip_server.py --port 25060 [--uas 127.0.0.1:5070] [--loop uvloop|asyncio] [--tcp]
    python ../shared/bench/sip/sip_bench.py register --port 25060 --pid PID --core 1 --rates 1000

Users u0..u999 with password `secret` in realm `bench`; `uas` is registered at --uas; loopback is a
trusted peer, so that `uac` may send without a password.
"""

from __future__ import annotations

import argparse
import asyncio
import os
import socket
import sys
import time
from pathlib import Path
from typing import TYPE_CHECKING

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from pbxcore.commands import MessageArrived, MessageStored
from pbxcore.directory import Directory, DomainSettings, Extension, Snapshot
from pbxcore.pbx import Pbx, StoredBinding

if TYPE_CHECKING:
    from pbxcore.journal import Fact


class Memory:
    """Bindings that live as long as the process."""

    def __init__(self, uas: str, local: str) -> None:
        now_ms = int(time.time() * 1000)
        self._bindings = {
            "uas": (
                StoredBinding(
                    "uas", f"sip:uas@{uas}", "bench", 1, 1000, "bench", uas, local, "udp",
                    now_ms, now_ms + 86_400_000,
                ),
            )
        }  # fmt: skip

    def load(self) -> list[StoredBinding]:
        """What stands."""
        return [each for held in self._bindings.values() for each in held]

    def save(self, number: str, bindings: tuple[StoredBinding, ...]) -> None:
        """Keep them."""
        self._bindings[number] = bindings


async def stored(_: MessageArrived) -> MessageStored:
    """Accept everything."""
    return MessageStored(202)


def record(_: Fact) -> None:
    """Write no journal: its cost is the process's, measured elsewhere."""


async def serve(port: int, uas: str) -> None:
    """Serve until killed."""
    users = tuple(Extension(f"u{i}", f"User {i}", "secret", 5) for i in range(1000))
    settings = DomainSettings(realm="bench", domains=("bench",), trusted_peers=("127.0.0.0/8",))
    directory = Directory(Snapshot(1, settings, (*users, Extension("uas", "Uas", "secret", 5))))
    udp = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
    udp.bind(("127.0.0.1", port))
    tcp = socket.create_server(("127.0.0.1", port))
    memory = Memory(uas, f"127.0.0.1:{port}")
    pbx = Pbx(directory, store=memory, record=record, arrived=stored)
    await pbx.start([udp], [tcp])
    print(f"serving on 127.0.0.1:{port}, pid {os.getpid()}", flush=True)
    await asyncio.Event().wait()


def main() -> None:
    """Read the command line and serve."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--port", type=int, default=25060)
    parser.add_argument("--uas", default="127.0.0.1:5070")
    parser.add_argument("--loop", choices=["uvloop", "asyncio"], default="uvloop")
    options = parser.parse_args()
    if options.loop == "uvloop":
        import uvloop

        uvloop.run(serve(options.port, options.uas))
    else:
        asyncio.run(serve(options.port, options.uas))


if __name__ == "__main__":
    main()
