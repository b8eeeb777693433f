"""G.711 relayed between two legs: CPU per packet and added delay, beside rtpengine's.

    python -m bench.media [--calls 100] [--secs 8] [--rounds 3]

The same packets, in both directions, at the calls' own pace, go through a media worker and through
rtpengine (user space, one thread), in turn and each on its own core, the load on the other one.
"""

from __future__ import annotations

import argparse
import itertools
import json
import os
import select
import socket
import subprocess
import sys
import time
from contextlib import contextmanager
from statistics import median
from typing import TYPE_CHECKING, Any, NamedTuple

from bench.cpu import LOAD_CORE, SERVER_CORE, cpu_s, on_core, pinned
from bench.peers import REFERENCE, add_options, running
from pbxcore.media.commands import Connect, OpenStream, SetStream, StreamOpened
from pbxcore.media_worker import MediaWorker
from pbxcore.sip.sdp.codecs import EVENTS, PCMU
from pbxcore.sip.sdp.direction import Direction
from pbxcore.sip.sdp.rtcp import Endpoint
from pbxcore.sip.sdp.stream import Agreed, AgreedCodec

if TYPE_CHECKING:
    from collections.abc import Iterator

HOST = "127.0.0.1"
CALLER_PORT, CALLEE_PORT = 41_400, 41_402
WORKER_PORTS, RTPENGINE_PORTS = (42_000, 46_000), (46_000, 50_000)
NG = (HOST, 2223)
WARM_UP_S = 3.0
SLICES = 10  # of each 20 ms
SLICE_S = 0.02 / SLICES


class Run(NamedTuple):
    """What one run showed."""

    us_per_packet: float
    p50_us: float
    p99_us: float
    lost: float


def serve(calls: int) -> None:
    """Be the worker: join the calls, say where they are, and serve until killed."""
    worker = MediaWorker(HOST, WORKER_PORTS)
    owner = worker.owner(lambda _notice: None)
    ports: list[list[int]] = []
    for call in range(calls):
        pair = []
        for side, remote in (("a", CALLER_PORT), ("b", CALLEE_PORT)):
            name = f"{call}{side}"
            opened = worker.carry_out(owner, OpenStream(name))
            assert isinstance(opened, StreamOpened)
            pair.append(opened.port)
            worker.carry_out(owner, SetStream(name, _agreed(remote)))
        worker.carry_out(owner, Connect(f"{call}a", f"{call}b"))
        ports.append(pair)
    time.sleep(WARM_UP_S)  # what may be needed for sound is loaded in another thread
    print(json.dumps(ports), flush=True)
    worker.loop.run()


def _agreed(port: int) -> Agreed:
    return Agreed(
        index=0,
        kind="audio",
        profile="RTP/AVP",
        direction=Direction.SENDRECV,
        remote=Endpoint(HOST, port),
        codecs=tuple(
            AgreedCodec(each.codec, each.payload_type, each.payload_type) for each in (PCMU, EVENTS)
        ),
    )


@contextmanager
def ours(calls: int) -> Iterator[tuple[int, list[list[int]]]]:
    """A worker with that many calls: its process and their ports."""
    command = [sys.executable, "-m", "bench.media", "--serve", "--calls", str(calls)]
    process = subprocess.Popen(pinned(SERVER_CORE, command), stdout=subprocess.PIPE)
    assert process.stdout is not None
    try:
        yield process.pid, json.loads(process.stdout.readline())
    finally:
        process.kill()
        process.wait()


@contextmanager
def rtpengine(calls: int) -> Iterator[tuple[int, list[list[int]]]]:
    """The same at rtpengine."""
    low, high = map(str, RTPENGINE_PORTS)
    command = ["rtpengine", "--foreground", "--log-stderr", "--log-level=2", "--table=-1"]
    command += [f"--interface={HOST}", f"--listen-ng={HOST}:{NG[1]}", "--num-threads=1"]
    command += [f"--port-min={low}", f"--port-max={high}"]
    with running(command) as process:
        ports = [_join(call) for call in range(calls)]
        yield process.pid, ports


def _join(call: int) -> list[int]:
    """One call by the ng protocol: an offer and its answer."""
    common = {"call-id": f"bench-{call}", "from-tag": "a"}
    offered = _ask(common | {"command": "offer", "sdp": _sdp(CALLER_PORT)})
    answered = _ask(
        common | {"command": "answer", "to-tag": "b", "sdp": _sdp(CALLEE_PORT)},
    )
    return [_port_of(answered), _port_of(offered)]


def _ask(command: dict[str, str], within_s: float = 10) -> str:
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as control:
        control.connect(NG)
        control.settimeout(0.3)
        cookie = str(time.monotonic_ns())
        fields = "".join(f"{len(k)}:{k}{len(v)}:{v}" for k, v in sorted(command.items()))
        deadline = time.monotonic() + within_s
        while time.monotonic() < deadline:
            try:
                control.send(f"{cookie} d{fields}e".encode())
                return control.recv(65536).decode()
            except OSError:  # it is not there yet
                time.sleep(0.05)
    raise TimeoutError("rtpengine does not answer")


def _sdp(port: int) -> str:
    return (
        f"v=0\r\no=b 1 1 IN IP4 {HOST}\r\ns=-\r\nc=IN IP4 {HOST}\r\nt=0 0\r\n"
        f"m=audio {port} RTP/AVP 0 101\r\na=rtpmap:0 PCMU/8000\r\n"
        "a=rtpmap:101 telephone-event/8000\r\na=fmtp:101 0-16\r\na=sendrecv\r\n"
    )


def _port_of(reply: str) -> int:
    return int(reply.split("m=audio ")[1].split()[0])


def measure(pid: int, ports: list[list[int]], secs: float) -> Run:
    """Let all calls talk, both sides, and look at the process meanwhile."""
    sys.path.insert(0, str(REFERENCE))  # its modules know each other by their names
    import numpy as np
    from rtp_load import Media  # type: ignore[import-not-found]

    sides = [Media(HOST, CALLER_PORT), Media(HOST, CALLEE_PORT)]
    calls = len(ports)
    cuts = [round(calls * number / SLICES) for number in range(SLICES + 1)]
    for side, media in enumerate(sides):
        addresses = [(HOST, pair[side]) for pair in ports]
        media.targets(addresses, 0, list(itertools.pairwise(cuts)))

    def talk(for_s: float) -> None:
        began = due = time.monotonic()
        number = 0
        while due < began + for_s:
            for media in sides:
                media.send(number % SLICES)
            number += 1
            due += SLICE_S
            while (wait_s := due - time.monotonic()) > 0:
                for readable in select.select([each.s for each in sides], [], [], wait_s)[0]:
                    next(each for each in sides if each.s is readable).drain(latency=True)

    talk(1.5)
    for media in sides:
        media.drain(latency=False)
        media.sent = media.rcvd = 0
        media.lat = []
    before = cpu_s(pid)
    talk(secs)
    used_s = cpu_s(pid) - before
    time.sleep(0.2)
    for media in sides:
        media.drain(latency=True)
        media.s.close()
    sent, received = (sum(getattr(each, name) for each in sides) for name in ("sent", "rcvd"))
    delays_us = np.concatenate([part for each in sides for part in each.lat]) / 1000
    p50, p99 = np.percentile(delays_us, [50, 99])
    return Run(used_s * 1e6 / max(received, 1), float(p50), float(p99), 1 - received / sent)


def main() -> None:
    """Read the command line, measure in turn, print medians."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--calls", type=int, default=100)
    parser.add_argument("--secs", type=float, default=8)
    parser.add_argument("--serve", action="store_true", help=argparse.SUPPRESS)
    add_options(parser)
    options = parser.parse_args()
    if options.serve:
        serve(options.calls)
        return
    os.nice(-10 if os.geteuid() == 0 else 0)
    runs: dict[str, list[Run]] = {"engage": [], "rtpengine": []}
    with on_core(LOAD_CORE):
        for _ in range(options.rounds):
            for name, server in (("engage", ours), ("rtpengine", rtpengine)):
                with server(options.calls) as (pid, ports):
                    run = measure(pid, ports, options.secs)
                runs[name].append(run)
                print(name, *(f"{field}={value:.4g}" for field, value in run._asdict().items()))
    medians: dict[str, Any] = {
        name: Run(*(median(column) for column in zip(*each, strict=True)))
        for name, each in runs.items()
    }
    for name, each in medians.items():
        print(
            f"{name:10} {each.us_per_packet:6.1f} us  p50 {each.p50_us:6.0f}  "
            f"p99 {each.p99_us:6.0f} us  lost {each.lost:.3%}"
        )
    ratio = medians["engage"].us_per_packet / medians["rtpengine"].us_per_packet
    print(f"ratio      {ratio:6.2f}")


if __name__ == "__main__":
    main()
