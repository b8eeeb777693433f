"""What a browser's leg costs the media engine, and what it costs aiortc, in one run.

    python bench/secured_media.py [--rounds 200] [--seconds 5]

Processor time of one core: a handshake (the passive side alone), a check of ICE answered, a packet
protected and opened, by suite. Then two peers of aiortc that send each other sound: their own
set-up, and each packet encoded, protected, sent, received, opened and decoded.
"""

from __future__ import annotations

import argparse
import asyncio
import datetime
import os
import statistics
import struct
import sys
import time
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from aioice import stun
from aiortc import RTCPeerConnection
from aiortc.mediastreams import AudioStreamTrack

from bench.cpu import Conditions
from pbxcore.media.dtls import Association, Identity, State
from pbxcore.media.ice_lite import Credentials, IceLite
from pbxcore.media.srtp import SUITES, Inbound, Outbound
from pbxcore.sip.sdp.crypto import new_crypto
from pbxcore.sip.sdp.dtls import Dtls, Setup


def identity() -> Identity:
    """One as the worker's."""
    return Identity(datetime.datetime.now(datetime.UTC), datetime.timedelta(days=30))


def handshake_ms(ours: Identity, theirs: Identity) -> float:
    """Milliseconds that the passive side of one handshake takes."""
    spent = 0.0
    begin = time.process_time()
    passive = Association(ours, Dtls((theirs.fingerprint,), Setup.PASSIVE))
    spent += time.process_time() - begin
    active = Association(theirs, Dtls((ours.fingerprint,), Setup.ACTIVE))
    to_passive, to_active = active.start(0.0), []
    while to_passive or to_active:
        to_passive += [out for each in to_active for out in active.receive(each, 0.0)]
        begin = time.process_time()
        to_active = [out for each in to_passive for out in passive.receive(each, 0.0)]
        spent += time.process_time() - begin
        to_passive = []
    assert passive.state is State.KEYED
    return spent * 1000


def check_us(count: int = 5000) -> float:
    """Microseconds to answer a check."""
    ice = IceLite(Credentials("ours", "p" * 24))
    message = stun.Message(stun.Method.BINDING, stun.Class.REQUEST)
    message.attributes.update({"USERNAME": "ours:theirs", "PRIORITY": 1, "ICE-CONTROLLING": 1})
    message.add_message_integrity(b"p" * 24)
    message.add_fingerprint()
    data = bytes(message)
    begin = time.process_time()
    for _ in range(count):
        assert ice.receive(data, ("192.0.2.1", 4000), 0.0)
    return (time.process_time() - begin) / count * 1e6


def packet_us(suite: str, size: int, count: int = 20000) -> tuple[float, float]:
    """Microseconds to protect a packet, and to open it."""
    keys = new_crypto(1, suite, os.urandom).keys
    out, into = Outbound(suite, keys[0]), Inbound(suite, keys)
    payload = os.urandom(size)
    packets = [struct.pack(">BBHII", 0x80, 0, n, n * 160, 7) + payload for n in range(count)]
    begin = time.process_time()
    protected = [out.protect(each) or b"" for each in packets]
    middle = time.process_time()
    opened = [into.unprotect(each) for each in protected]
    end = time.process_time()
    assert opened == packets
    return (middle - begin) / count * 1e6, (end - middle) / count * 1e6


def memory_kb(ours: Identity, theirs: Identity, count: int = 200) -> float:
    """Kilobytes that Python and C hold for one keyed association, by the process's size."""

    def resident() -> int:
        pages = Path("/proc/self/statm").read_text(encoding="ascii").split()[1]
        return int(pages) * os.sysconf("SC_PAGE_SIZE")

    kept = []
    before = resident()
    for _ in range(count):
        passive = Association(ours, Dtls((theirs.fingerprint,), Setup.PASSIVE))
        active = Association(theirs, Dtls((ours.fingerprint,), Setup.ACTIVE))
        to_passive = active.start(0.0)
        while to_passive:
            to_active = [out for each in to_passive for out in passive.receive(each, 0.0)]
            to_passive = [out for each in to_active for out in active.receive(each, 0.0)]
        kept += [passive, active]
    return (resident() - before) / len(kept) / 1000


async def aiortc(seconds: float) -> tuple[float, float]:
    """Milliseconds to set up one peer of a pair, and microseconds for each packet of one."""
    begin = time.process_time()
    one, other = RTCPeerConnection(), RTCPeerConnection()
    connected = asyncio.Event()

    def changed() -> None:
        if one.connectionState == other.connectionState == "connected":
            connected.set()

    for each in (one, other):
        each.addTrack(AudioStreamTrack())
        each.on("connectionstatechange", changed)
    await one.setLocalDescription(await one.createOffer())
    await other.setRemoteDescription(one.localDescription)
    await other.setLocalDescription(await other.createAnswer())
    await one.setRemoteDescription(other.localDescription)
    await connected.wait()
    setup = (time.process_time() - begin) / 2
    begin = time.process_time()
    await asyncio.sleep(seconds)
    spent = time.process_time() - begin
    await one.close()
    await other.close()
    return setup * 1000, spent / (2 * 50 * seconds) * 1e6


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rounds", type=int, default=200)
    parser.add_argument("--seconds", type=float, default=5.0)
    options = parser.parse_args()
    conditions = Conditions()
    ours, theirs = identity(), identity()
    times = [handshake_ms(ours, theirs) for _ in range(options.rounds)]
    print(f"handshake, passive side      {statistics.median(times):8.2f} ms")
    print(f"association, keyed           {memory_kb(ours, theirs):8.1f} kB")
    print(f"check of ICE, answered       {check_us():8.1f} µs")
    for suite in SUITES:
        for size in (160, 1100):
            protect, opened = packet_us(suite, size)
            print(f"{suite:<24} {size:>4}  protect {protect:5.2f} µs  open {opened:5.2f} µs")
    setup, packet = asyncio.run(aiortc(options.seconds))
    print(f"aiortc, a peer's set-up      {setup:8.1f} ms")
    print(f"aiortc, a peer's packet      {packet:8.0f} µs  (out and in, with its codec)")
    print(conditions)


if __name__ == "__main__":
    main()
