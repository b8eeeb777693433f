"""Legs of every kind that one core carries: relayed, converted, encrypted, a browser's.

    python -m bench.media_legs [--calls 10] [--seconds 6]

Calls of two legs that talk both ways in packets of 20 ms, over sockets. The load comes from another
process, and the worker's thread alone is counted; what a leg costs says how many fit on a core.
A browser's leg is a leg with SRTP by AES-GCM and Opus; its handshake and its checks of ICE are in
`bench.secured_media`.
"""

from __future__ import annotations

import argparse
import contextlib
import json
import os
import socket
import subprocess
import sys
import time
from typing import TYPE_CHECKING, Final, NamedTuple

import msgspec

from bench.cpu import Conditions
from bench.dsp import encoded
from bench.figures import note
from pbxcore.media.commands import (
    CloseStream,
    Connect,
    OpenStream,
    SetStream,
    StreamClosed,
    StreamOpened,
)
from pbxcore.media.rtp import build
from pbxcore.media.srtp import Outbound
from pbxcore.media_worker import MediaWorker
from pbxcore.sip.sdp.codecs import EVENTS, G722, OPUS, PCMA, PCMU, Format
from pbxcore.sip.sdp.crypto import Crypto, Key, new_crypto
from pbxcore.sip.sdp.direction import Direction
from pbxcore.sip.sdp.rtcp import Endpoint
from pbxcore.sip.sdp.stream import Agreed, AgreedCodec

if TYPE_CHECKING:
    from collections.abc import Iterator

HOST: Final = "127.0.0.1"
PORTS: Final = (43_000, 47_000)
PACKETS_PER_S: Final = 50
WARM_UP_S: Final = 2.0
SUITE: Final = "AEAD_AES_128_GCM"
CODECS: Final = {each.codec.name: each for each in (PCMU, PCMA, G722, OPUS)}


class Side(NamedTuple):
    """One leg: what it speaks, and whether nobody else understands it."""

    codec: Format
    secret: bool = False


KINDS: Final = {
    "relayed": (Side(PCMU), Side(PCMU)),
    "relayed, both encrypted": (Side(PCMU, True), Side(PCMU, True)),
    "a browser's and a browser's, Opus": (Side(OPUS, True), Side(OPUS, True)),
    "a browser's and a phone's, G.711": (Side(PCMU, True), Side(PCMU)),
    "a browser's in Opus and a phone's in G.711": (Side(OPUS, True), Side(PCMU)),
    "µ-law and A-law": (Side(PCMU), Side(PCMA)),
    "G.722 and G.711": (Side(G722), Side(PCMU)),
    "Opus and G.711": (Side(OPUS), Side(PCMU)),
    "Opus and G.722": (Side(OPUS), Side(G722)),
}


class Found(NamedTuple):
    """What one kind showed."""

    us_per_packet: float
    lost: float

    @property
    def legs(self) -> float:
        """How many fill a core."""
        return 1e6 / (self.us_per_packet * PACKETS_PER_S)


def measure(sides: tuple[Side, Side], calls: int, seconds: float) -> Found:
    """Let so many calls talk through a worker."""
    keys = [new_crypto(1, SUITE, os.urandom) for _ in range(4 * calls)]
    legs = [each for _ in range(calls) for each in sides]
    said = [
        {"codec": leg.codec.codec.name, "key": key.keys[0].material.hex() if leg.secret else ""}
        for leg, key in zip(legs, keys, strict=False)
    ]
    command = [sys.executable, "-m", "bench.media_legs", "--talk"]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE) as talkers:
        assert talkers.stdin
        assert talkers.stdout
        talkers.stdin.write(json.dumps(said).encode() + b"\n")
        talkers.stdin.flush()
        ports = json.loads(talkers.stdout.readline())
        worker = MediaWorker(HOST, PORTS)
        owner = worker.owner(lambda _notice: None)
        to = []
        for at, (leg, port) in enumerate(zip(legs, ports, strict=True)):
            opened = worker.carry_out(owner, OpenStream(f"s{at}"))
            assert isinstance(opened, StreamOpened)
            to.append(opened.port)
            ours, theirs = keys[2 * calls + at], keys[at]
            worker.carry_out(owner, SetStream(f"s{at}", agreed(leg, port, ours, theirs)))
        for at in range(0, 2 * calls, 2):
            worker.carry_out(owner, Connect(f"s{at}", f"s{at + 1}"))
        talkers.stdin.write(json.dumps(to).encode() + b"\n")
        talkers.stdin.flush()
        marks: list[tuple[float, float]] = []

        def look() -> None:
            marks.append((time.thread_time(), worker.health().figures["media_packets_total"]))

        now = time.monotonic()
        worker.loop.call_at(now + WARM_UP_S, look)
        worker.loop.call_at(now + WARM_UP_S + seconds, worker.loop.stop)
        worker.loop.run()
        look()
        talkers.kill()
    sent = received = 0
    for at in range(2 * calls):
        closed = worker.carry_out(owner, CloseStream(f"s{at}"))
        assert isinstance(closed, StreamClosed)
        received += closed.received.packets
        sent += closed.sent.packets
    worker.close()
    (used, packets), (used_after, packets_after) = marks
    taken = (used_after - used) / max(packets_after - packets, 1) * 1e6
    return Found(taken, 1 - sent / max(received, 1))


def agreed(leg: Side, port: int, ours: Crypto, theirs: Crypto) -> Agreed:
    """What a leg and we came to."""
    found = Agreed(
        index=0,
        kind="audio",
        profile="RTP/SAVP" if leg.secret else "RTP/AVP",
        direction=Direction.SENDRECV,
        remote=Endpoint(HOST, port),
        codecs=tuple(
            AgreedCodec(each.codec, each.payload_type, each.payload_type)
            for each in (leg.codec, EVENTS)
        ),
    )
    if not leg.secret:
        return found
    return msgspec.structs.replace(found, local_crypto=ours, remote_crypto=theirs)


def talk() -> None:
    """As another process: say what each leg says, hear what comes, until killed."""
    legs = json.loads(sys.stdin.readline())
    sockets = [socket.socket(socket.AF_INET, socket.SOCK_DGRAM) for _ in legs]
    for each in sockets:
        each.bind((HOST, 0))
        each.setblocking(False)
    print(json.dumps([each.getsockname()[1] for each in sockets]), flush=True)
    where = [(HOST, port) for port in json.loads(sys.stdin.readline())]
    voices = [packets(each, at) for at, each in enumerate(legs)]
    due = time.monotonic()
    for number in range(1 << 31):
        for at in range(number % 10, len(legs), 10):  # spread over the 20 ms
            sockets[at].sendto(next(voices[at]), where[at])
        for each in sockets[number % 10 :: 10]:
            drain(each)
        due += 1 / PACKETS_PER_S / 10
        time.sleep(max(0.0, due - time.monotonic()))


def drain(hears: socket.socket) -> None:
    """Take all that came."""
    with contextlib.suppress(BlockingIOError):
        while True:
            hears.recv(2048)


def packets(leg: dict[str, str], at: int) -> Iterator[bytes]:
    """What a leg says, without end."""
    codec = CODECS[leg["codec"]]
    payloads = encoded(codec)
    out = Outbound(SUITE, Key(bytes.fromhex(leg["key"]))) if leg["key"] else None
    step = codec.codec.clock_rate // PACKETS_PER_S
    for number in range(1 << 31):
        packet = build(
            payloads[(number + 17 * at) % len(payloads)],
            payload_type=codec.payload_type,
            sequence=number & 0xFFFF,
            timestamp=number * step & 0xFFFFFFFF,
            ssrc=at + 1,
        )
        yield packet if out is None else out.protect(packet) or b""


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--calls", type=int, default=10)
    parser.add_argument("--seconds", type=float, default=6)
    parser.add_argument("--talk", action="store_true", help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.talk:
        talk()
        return
    conditions = Conditions()
    print(
        f"{'two legs':<44} {'µs a packet':>12} {'legs a core':>12} {'lost':>7} {'relayed = 1':>12}"
    )
    plain = 0.0
    for name, sides in KINDS.items():
        found = measure(sides, options.calls, options.seconds)
        plain = plain or found.us_per_packet
        print(
            f"{name:<44} {found.us_per_packet:>12.1f} {found.legs:>12.0f} {found.lost:>7.2%} "
            f"{found.us_per_packet / plain:>12.2f}",
            flush=True,
        )
    note(str(conditions))


if __name__ == "__main__":
    main()
