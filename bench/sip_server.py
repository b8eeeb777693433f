"""A PBX that meets the conditions of `bench/reference/sip_bench.py`.

    python -m bench.sip_server --port 25060 [--uas 127.0.0.1:5070] [--files DIR] [--media]
    python bench/reference/sip_bench.py register --port 25060 --pid PID --core 1 --rates 1000

Users u0..u999 with password `secret` in realm `bench`; `uas` is registered at --uas; loopback is a
trusted peer, so that `uac` may send without a password. With `--files` bindings and journal are on
disk as in the product's process; without, nothing is kept, as Kamailio keeps nothing. With
`--media` calls are relayed by a media worker, a process of its own; without, ports are made up.
"""

from __future__ import annotations

import argparse
import asyncio
import os
import socket
import time
from contextlib import nullcontext
from pathlib import Path
from typing import TYPE_CHECKING

import uvloop

from bench.media_server import media_worker
from engage.identifiers import now_ms
from engage.processes.binding_file import BindingFile
from engage.processes.media_link import MediaLink
from engage.processes.part import YOUNG_CALLS, settle
from engage.telephony.journal_file import JournalWriter
from pbxcore.commands import MessageArrived, MessageStored
from pbxcore.directory import Directory, Extension, Snapshot
from pbxcore.domain_settings import DomainSettings
from pbxcore.media.commands import CloseStream, Done, OpenStream, StreamClosed, StreamOpened
from pbxcore.pbx import Audio, Outlets, Pbx, StoredBinding, Stores

if TYPE_CHECKING:
    from collections.abc import Callable

    from pbxcore.journal import Fact
    from pbxcore.media.commands import MediaNotice, MediaReply, MediaRequest
    from pbxcore.media.port import Media
    from pbxcore.presence.bindings import BindingStore


class Memory:
    """Bindings that live as long as the process."""

    def __init__(self) -> None:
        self._bindings: dict[str, tuple[StoredBinding, ...]] = {}

    def load(self) -> list[StoredBinding]:
        """What stands."""
        return [each for held in self._bindings.values() for each in held]

    def save(self, number: str, bindings: tuple[StoredBinding, ...]) -> None:
        """Keep them."""
        self._bindings[number] = bindings


def registered(uas: str, local: str) -> StoredBinding:
    """The callee's binding, for a day."""
    now = int(time.time() * 1000)
    return StoredBinding(
        "uas", f"sip:uas@{uas}", "bench", 1, 1000, "bench", uas, local, "udp",
        now, now + 86_400_000,
    )  # fmt: skip


async def stored(_: MessageArrived) -> MessageStored:
    """Accept everything."""
    return MessageStored(202)


def forget(_: Fact) -> None:
    """Write no journal."""


def keeping(
    folder: Path | None, *before: StoredBinding
) -> tuple[BindingStore, Callable[[Fact], None]]:
    """Where bindings and facts go; `before` is what stands of an earlier start."""
    store = Memory() if folder is None else BindingFile(folder / "bindings")
    for each in before:
        store.save(each.number, (each,))
    if folder is None:
        return store, forget
    store.close()  # a file gives back what was there before it was opened
    journal = JournalWriter(folder / "journal")

    def record(fact: Fact) -> None:
        journal.append(fact, now_ms())

    return BindingFile(folder / "bindings"), record


class Ports:
    """Media workers that give ports and do nothing else: what signalling costs by itself."""

    def __init__(self) -> None:
        self.notice: Callable[[MediaNotice], None] = lambda notice: None
        self.lost: Callable[[tuple[str, ...]], None] = lambda streams: None

    def ask(self, request: MediaRequest, then: Callable[[MediaReply], None]) -> None:
        """Do as if."""
        match request:
            case OpenStream(stream):
                then(StreamOpened(stream, 40000))
            case CloseStream(stream):
                then(StreamClosed(stream))
            case _:
                then(Done())


async def connected(link: MediaLink) -> Media:
    """The link once its worker is there."""
    link.start()
    while not link.connected:  # noqa: ASYNC110 - it tells nobody
        await asyncio.sleep(0.05)
    return link


async def serve(port: int, uas: str, folder: Path | None, worker: Path | None) -> None:
    """Serve until killed."""
    users = tuple(Extension(f"u{i}", f"User {i}", "secret", 5) for i in range(1000))
    settings = DomainSettings(realm="bench", domains=("bench",), trusted_peers=("127.0.0.0/8",))
    directory = Directory(Snapshot(1, settings, (*users, Extension("uas", "Uas", "secret", 5))))
    udp = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
    udp.bind(("127.0.0.1", port))
    tcp = socket.create_server(("127.0.0.1", port))
    store, record = keeping(folder, registered(uas, f"127.0.0.1:{port}"))
    media: Media = Ports() if worker is None else await connected(MediaLink(worker))
    pbx = Pbx(directory, Stores(store), Outlets(record, stored), Audio(media))
    await pbx.start([udp], [tcp])
    settle(YOUNG_CALLS)
    print(f"serving on 127.0.0.1:{port}, pid {os.getpid()}", flush=True)
    await asyncio.Event().wait()


def main() -> None:
    """Read the command line and serve."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--port", type=int, default=25060)
    parser.add_argument("--uas", default="127.0.0.1:5070")
    parser.add_argument("--files", type=Path, default=None, metavar="DIR")
    parser.add_argument("--loop", choices=["uvloop", "asyncio"], default="uvloop")
    parser.add_argument("--media", action="store_true")
    options = parser.parse_args()
    run = uvloop.run if options.loop == "uvloop" else asyncio.run
    with media_worker() if options.media else nullcontext() as worker:
        run(serve(options.port, options.uas, options.files, worker))


if __name__ == "__main__":
    main()
