"""What work on sound costs: codecs, mixing, tones, and whole conferences over sockets.

    python -m bench.dsp [--rounds 7] [--seconds 8]

Microseconds of processor time for each frame of 20 ms (medians of rounds), then the share of a core
that a worker with a conference takes, all members talking in G.711: the load comes from another
process, the server's thread alone is counted.
"""

from __future__ import annotations

import argparse
import statistics
import subprocess
import sys
import time
from typing import TYPE_CHECKING

import numpy as np

from bench.figures import HEADING, Line, tell
from pbxcore.media.codecs.coding import decoder_for, encoder_for
from pbxcore.media.commands import JoinRoom, OpenStream, SetStream, StreamOpened
from pbxcore.media.g711 import MU_TO_A
from pbxcore.media.goertzel import FaxDetector, KeyDetector
from pbxcore.media.mixer import Member, Mixer
from pbxcore.media.samples import rounded
from pbxcore.media.transcoder import Transcoder
from pbxcore.media_worker import MediaWorker
from pbxcore.sip.sdp.codecs import EVENTS, G722, OPUS, PCMU, Format
from pbxcore.sip.sdp.direction import Direction
from pbxcore.sip.sdp.rtcp import Endpoint
from pbxcore.sip.sdp.stream import Agreed, AgreedCodec

if TYPE_CHECKING:
    from collections.abc import Callable

    from pbxcore.media.samples import Samples

FRAMES = 500


def voice(rate: int, seconds: float = 10, pitch_hz: float = 140) -> Samples:
    """A hum with overtones that swells and falls as syllables do."""
    at = np.arange(round(rate * seconds)) / rate
    wave = sum((np.sin(2 * np.pi * pitch_hz * n * at) / n for n in range(1, 20)), np.zeros(len(at)))
    return rounded(wave * 4000 * (0.4 + 0.6 * np.abs(np.sin(4 * np.pi * at))))


def cost_us(work: Callable[[], object], units: int, rounds: int) -> float:
    """Processor time of one unit, the median of rounds."""
    found = []
    for _ in range(rounds):
        began = time.process_time()
        work()
        found.append((time.process_time() - began) / units * 1e6)
    return statistics.median(found)


def encoded(codec: Format) -> list[bytes]:
    """Ten seconds of voice as payloads."""
    encoder = encoder_for(codec.codec)
    size = encoder.rate // 50
    spoken = voice(encoder.rate)
    return [encoder.encode(spoken[at : at + size]) for at in range(0, len(spoken), size)]


def transcoding(origin: Format, target: Format, rounds: int) -> float:
    """One frame from a codec to another."""
    payloads, step = encoded(origin), origin.codec.clock_rate // 50

    def work() -> None:
        transcoder = Transcoder(origin.codec, target.codec)
        for number, payload in enumerate(payloads):
            transcoder.take(1, number, number * step, payload)

    return cost_us(work, len(payloads), rounds)


def translating(rounds: int) -> float:
    """One frame from µ-law to A-law."""
    payloads = encoded(PCMU)
    return cost_us(lambda: [each.translate(MU_TO_A) for each in payloads], len(payloads), rounds)


def listening(rounds: int) -> float:
    """One frame heard for keys and fax machines, decoded before."""
    decoder, payloads = decoder_for(PCMU.codec), encoded(PCMU)

    def work() -> None:
        keys, fax = KeyDetector(8000), FaxDetector(8000)
        for payload in payloads:
            frame = decoder.decode(payload)
            keys.hear(frame)
            fax.hear(frame)

    return cost_us(work, len(payloads), rounds)


def mixing(members: int, rounds: int) -> float:
    """One tick of a conference, all talking, with voice activity."""
    voices = {f"m{at}": voice(8000, 2, 100 + 3 * at) for at in range(members)}

    def work() -> None:
        mixer = Mixer(8000)
        for name in voices:
            mixer.join(name, Member())
        for at in range(0, 16_000, 160):
            mixer.mix({name: spoken[at : at + 160] for name, spoken in voices.items()})

    return cost_us(work, 100, max(rounds // 2, 1))


def conference(members: int, seconds: float) -> float:
    """Percent of a core that a worker's thread takes with so many in one room."""
    command = [sys.executable, "-m", "bench.dsp", "--talkers", str(members)]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE) as talkers:
        assert talkers.stdin
        assert talkers.stdout
        ports = [int(port) for port in talkers.stdout.readline().split()]
        worker = MediaWorker("127.0.0.1", (30_000, 30_000 + 4 * members))
        owner = worker.owner(lambda _: None)
        to = []
        for at, port in enumerate(ports):
            opened = worker.carry_out(owner, OpenStream(f"s{at}"))
            assert isinstance(opened, StreamOpened)
            to.append(opened.port)
            worker.carry_out(owner, SetStream(f"s{at}", agreed(port)))
            worker.carry_out(owner, JoinRoom("room", f"s{at}"))
        talkers.stdin.write(" ".join(map(str, to)).encode() + b"\n")
        talkers.stdin.flush()
        marks: list[float] = []
        now = time.monotonic()
        worker.loop.call_at(now + 2, lambda: marks.append(time.thread_time()))  # warm by then
        worker.loop.call_at(now + 2 + seconds, worker.loop.stop)
        worker.loop.run()
        used = time.thread_time() - marks[0]
        talkers.kill()
        worker.forget(owner)
        worker.close()
        return used / seconds * 100


def agreed(port: int) -> Agreed:
    """G.711 with a talker."""
    codec = AgreedCodec(PCMU.codec, 0, 0)
    events = AgreedCodec(EVENTS.codec, 101, 101)
    where = Endpoint("127.0.0.1", port)
    return Agreed(
        index=0,
        kind="audio",
        profile="RTP/AVP",
        direction=Direction.SENDRECV,
        remote=where,
        codecs=(codec, events),
    )


def talk(members: int) -> None:
    """As another process: say a voice each, hear what comes, until killed."""
    import socket

    from pbxcore.media.rtp import build

    sockets = [socket.socket(socket.AF_INET, socket.SOCK_DGRAM) for _ in range(members)]
    for each in sockets:
        each.bind(("127.0.0.1", 0))
        each.setblocking(False)
    print(*(each.getsockname()[1] for each in sockets), flush=True)
    ports = [int(port) for port in sys.stdin.readline().split()]
    payloads = encoded(PCMU)
    due, number = time.monotonic(), 0
    while True:
        for at, (each, port) in enumerate(zip(sockets, ports, strict=True)):
            packet = build(
                payloads[(number + 17 * at) % len(payloads)],
                payload_type=0,
                sequence=number & 0xFFFF,
                timestamp=number * 160 & 0xFFFFFFFF,
                ssrc=at + 1,
            )
            each.sendto(packet, ("127.0.0.1", port))
            try:
                while True:
                    each.recv(2048)
            except BlockingIOError:
                pass
        number += 1
        due += 0.02
        time.sleep(max(0, due - time.monotonic()))


def main() -> None:
    """Measure and print."""
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("--rounds", type=int, default=7)
    options.add_argument("--seconds", type=float, default=8)
    options.add_argument("--talkers", type=int, default=0, help=argparse.SUPPRESS)
    chosen = options.parse_args()
    if chosen.talkers:
        talk(chosen.talkers)
        return
    rounds = chosen.rounds
    print(f"{'one frame of 20 ms':<40} {'µs':>8}")
    print(f"{'µ-law to A-law':<40} {translating(rounds):>8.2f}")
    for origin, target in ((OPUS, PCMU), (PCMU, OPUS), (G722, PCMU), (PCMU, G722), (OPUS, G722)):
        name = f"{origin.codec.name} to {target.codec.name}"
        print(f"{name:<40} {transcoding(origin, target, rounds):>8.1f}", flush=True)
    print(f"{'keys and fax tones, G.711':<40} {listening(rounds):>8.1f}")
    for members in (10, 50, 100):
        name = f"mixing {members}, all talking"
        print(f"{name:<40} {mixing(members, rounds):>8.0f}", flush=True)
    print(HEADING)
    for members, asterisk, must, aim in ((10, 7.4, 5, 3), (40, 15.9, 8, 5), (80, 28.4, 14, 8)):
        taken = conference(members, chosen.seconds)
        path = f"conference of {members}, all talking"
        beside = f"Asterisk {asterisk}; {members / taken * 100:.0f} a core"
        tell(Line(path, taken, "% core", must, aim, reference=beside))


if __name__ == "__main__":
    main()
