"""Two-way sound, proven: each party says a tone of its own, and each is asked what it heard.

baresip: `says` and `Baresip(config=…)` give a phone a tone for a voice, and `hears` looks into what
it decoded. SIPp and everything else: a `Voice` is the RTP side of a call on a socket of its own, to
be named in the scenario's SDP.
"""

from __future__ import annotations

import socket
import struct
import threading
import time
import wave
from typing import TYPE_CHECKING, Final, Self

import numpy as np

from pbxcore.media.codecs.coding import decoder_for, encoder_for
from pbxcore.media.events import keyed
from pbxcore.media.goertzel import share
from pbxcore.media.oscillator import sine
from pbxcore.media.samples import silence
from pbxcore.sip.sdp.codecs import EVENTS, PCMU, Format
from tests.support.server import wait_until

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    from pbxcore.media.events import EventPacket
    from pbxcore.media.samples import Samples

_BLOCK_S: Final = 0.1
_PURE: Final = 0.6
"""The share of the power that is left of a tone by the coarsest codec, and by a lost packet."""


def heard(samples: Samples, hz: float, rate: int = 8000) -> float:
    """The part of the time, 0 to 1, in which this tone sounds and nothing beside it."""
    size = round(rate * _BLOCK_S)
    blocks = [samples[at : at + size] for at in range(0, len(samples) - size + 1, size)]
    return sum(share(block, hz, rate) > _PURE for block in blocks) / max(len(blocks), 1)


def sounds(samples: Samples, hz: float, rate: int = 8000) -> float:
    """The part of the time in which this tone sounds, whatever else does: for conferences."""
    size = round(rate * _BLOCK_S)
    blocks = [samples[at : at + size] for at in range(0, len(samples) - size + 1, size)]
    return sum(share(block, hz, rate) > 0.08 for block in blocks) / max(len(blocks), 1)


def write_tone(
    path: Path, hz: float, *, seconds: float = 60, rate: int = 8000, channels: int = 1
) -> Path:
    """A WAV file of one tone."""
    with wave.open(str(path), "wb") as file:
        file.setparams((channels, 2, rate, 0, "NONE", ""))
        file.writeframes(np.repeat(sine((hz,), seconds, rate), channels).tobytes())
    return path


def read_sound(path: Path) -> tuple[Samples, int]:
    """All samples of a WAV file and its rate, also while it grows; more channels: columns."""
    data = path.read_bytes()
    at = data.find(b"fmt ")
    body = data.find(b"data", at)
    if at < 0 or body < 0:
        return np.zeros(0, np.int16), 8000
    channels, rate = struct.unpack_from("<HI", data, at + 10)
    whole = (len(data) - body - 8) // (2 * channels) * channels
    samples = np.frombuffer(data, "<i2", whole, body + 8)
    return (samples.reshape(-1, channels) if channels > 1 else samples), rate


def ends_with(sound: Path, hz: float) -> bool:
    """Whether a WAV file, which may not be there yet, ends with half a second of this tone."""
    if not sound.exists():
        return False
    samples, rate = read_sound(sound)
    samples = samples if samples.ndim == 1 else samples[:, 0]
    return len(samples) >= rate and heard(samples[-rate // 2 :], hz, rate) > 0.7


def pieces(sound: Path, seconds: float) -> Iterator[tuple[Samples, int]]:
    """All parts of that length of a WAV file, which may not be there yet, with its rate."""
    samples, rate = read_sound(sound) if sound.exists() else (np.zeros(0, np.int16), 8000)
    samples, size = samples if samples.ndim == 1 else samples[:, 0], round(seconds * rate)
    for at in range(0, len(samples) - size + 1, rate // 10):
        yield samples[at : at + size], rate


def holds(sound: Path, hz: float) -> bool:
    """Whether a WAV file has half a second of this tone anywhere; linphonec mends gaps."""
    return any(heard(part, hz, rate) > 0.7 for part, rate in pieces(sound, 0.5))


def holds_all(sound: Path, *tones: float) -> bool:
    """Whether a WAV file has a second of these tones together."""
    return any(all(sounds(part, hz, rate) > 0.5 for hz in tones) for part, rate in pieces(sound, 1))


def says(folder: Path, hz: float, *, rate: int = 8000, channels: int = 1) -> str:
    """Lines of baresip's configuration: it says a tone, and keeps what it hears in `folder`.

    Rate and channels are the codec's: 16000 and 1 of G.722, 48000 and 2 of Opus.
    """
    path = folder.parent / f"{folder.name}-{hz:.0f}-hz.wav"
    tone = write_tone(path, hz, rate=rate, channels=channels)
    return (
        f"audio_source aufile,{tone}\naudio_player aufile,{folder / 'played.wav'}\n"
        f"audio_alert aufile,{folder / 'alert.wav'}\nsnd_path {folder}\n"
        + "".join(f"module {each}.so\n" for each in ("g711", "g722", "opus", "aufile", "sndfile"))
    )


def hears(folder: Path, hz: float, *, seconds: float = 0.5, within_s: float = 15) -> None:
    """Wait until the last of what the baresip in `folder` decoded is this tone alone."""

    def latest() -> bool:
        dumps = sorted(folder.glob("dump-*-dec.wav"))
        if not dumps:
            return False
        samples, rate = read_sound(dumps[-1])
        samples = samples if samples.ndim == 1 else samples[:, 0]
        tail = samples[-round(seconds * rate) :]
        return len(tail) >= seconds * rate and heard(tail, hz, rate) > 0.7

    wait_until(latest, within_s, f"{hz} Hz at {folder.name}")


def hears_no_more(folder: Path, hz: float, *, within_s: float = 15) -> None:
    """Wait until the last of what the baresip in `folder` decoded is not this tone any more."""

    def gone() -> bool:
        return not ends_with(max(folder.glob("dump-*-dec.wav")), hz)

    wait_until(gone, within_s, f"no {hz} Hz at {folder.name}")


def hears_all(folder: Path, own: float, *tones: float) -> None:
    """Wait until a baresip hears these tones together, and not its own."""

    def together() -> bool:
        dumps = sorted(folder.glob("dump-*-dec.wav"))
        samples, rate = read_sound(dumps[-1]) if dumps else (np.zeros(0, np.int16), 8000)
        samples = samples if samples.ndim == 1 else samples[:, 0]
        tail = samples[-rate // 2 :]
        heard = len(tail) >= rate // 2 and all(sounds(tail, hz, rate) > 0.7 for hz in tones)
        return heard and sounds(tail, own, rate) < 0.3

    wait_until(together, 15, f"{tones} at {folder.name}")


class Voice:
    """One end of an RTP stream that says a tone, from `talk` on, and keeps what it hears.

    `codec`: what it sends and understands. A `tone_hz` of 0: silence, until it has to `say`
    something. Each packet holds `packet_ms`.
    """

    def __init__(
        self,
        tone_hz: float,
        *,
        codec: Format = PCMU,
        host: str = "127.0.0.1",
        packet_ms: int = 20,
    ) -> None:
        self._encoder, self._decoder = encoder_for(codec.codec), decoder_for(codec.codec)
        self._codec, self.rate = codec, self._encoder.rate
        self._packet_ms = packet_ms
        self._frame = self.rate * packet_ms // 1000
        self._press: Iterator[EventPacket | None] = iter(())
        self._events = EVENTS
        self._pressed_at = 0
        heard = (tone_hz,) if tone_hz else ()
        tone = sine(heard, 1, self.rate, edges=False)
        self._tone = np.concatenate((tone, tone[: self._frame]))
        self._to_say = self._tone[:0]
        self._socket = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        self._socket.bind((host, 0))
        self.host = host
        self.port: int = self._socket.getsockname()[1]
        self.received: list[int] = []
        self.sequences: list[int] = []
        self._peer: tuple[str, int] | None = None
        self._over = threading.Event()
        self._thread = threading.Thread(target=self._run, daemon=True)

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._over.set()
        self._thread.join(5)
        self._socket.close()

    def talk(self, port: int, host: str = "127.0.0.1") -> None:
        """Say the tone there, from now on."""
        self._peer = (host, port)

    def press(self, key: str, events: Format) -> None:
        """Press a key, in place of the tone, as telephone events of that number and clock."""
        self._events = events
        self._press = keyed(key, 160, 0, events.codec.clock_rate, self._packet_ms)

    def say(self, samples: Samples) -> None:
        """Say this, once, in place of the tone."""
        self._to_say = samples

    def hears(self, hz: float, *, seconds: float = 0.5, within_s: float = 10) -> None:
        """Wait until this tone, and nothing beside it, is what comes."""
        self._wait(lambda tail: heard(tail, hz, self.rate) > 0.7, seconds, within_s, f"{hz} Hz")

    def hears_no_more(self, hz: float, *, seconds: float = 0.3, within_s: float = 10) -> None:
        """Wait until this tone is gone: nothing comes, or something else."""

        def gone() -> bool:
            begin = len(self.received)
            self._over.wait(seconds)
            came = np.array(self.received[begin:], np.int16)
            return heard(came, hz, self.rate) < 0.1

        wait_until(gone, within_s, f"no {hz} Hz at port {self.port}")

    def hears_all(self, *tones: float, seconds: float = 0.5, within_s: float = 10) -> None:
        """Wait until these tones come together."""

        def together(tail: Samples) -> bool:
            return all(sounds(tail, hz, self.rate) > 0.7 for hz in tones)

        self._wait(together, seconds, within_s, f"{tones}")

    def hears_nothing(self, *, seconds: float = 0.5) -> None:
        """Look on for a while: nothing may come, or silence only, but what was on its way."""
        self._over.wait(0.2)
        begin = len(self.received)
        self._over.wait(seconds)
        came = np.array(self.received[begin:] or [0], np.int16)
        assert int(np.abs(came.astype(int)).max()) < 100

    def hears_something(self, *, within_s: float = 10) -> None:
        """Wait until somebody speaks, or anything else is to be heard."""
        self._wait(lambda tail: int(np.abs(tail.astype(int)).max()) > 1000, 0.2, within_s, "sound")

    def falls_silent(self, *, within_s: float = 10) -> None:
        """Wait until nothing comes for a while, or silence only: what was on its way has come."""

        def quiet() -> bool:
            try:
                self.hears_nothing()
            except AssertionError:
                return False
            return True

        wait_until(quiet, within_s, f"silence at port {self.port}")

    def _wait(
        self, fits: Callable[[Samples], bool], seconds: float, within_s: float, what: str
    ) -> None:
        def latest() -> bool:
            tail = np.array(self.received[-round(seconds * self.rate) :], np.int16)
            return len(tail) >= seconds * self.rate and fits(tail)

        wait_until(latest, within_s, f"{what} at port {self.port}")

    def _run(self) -> None:
        kind = self._codec.payload_type
        due = time.monotonic()
        number = 0
        while not self._over.is_set():
            self._socket.settimeout(max(due - time.monotonic(), 0.001))
            try:
                packet = self._socket.recv(2048)
            except (TimeoutError, ConnectionRefusedError):
                packet = b""
            if len(packet) > 12 and packet[0] >> 6 == 2 and packet[1] & 0x7F == kind:
                self.sequences.append(int.from_bytes(packet[2:4]))
                self.received.extend(self._decoder.decode(packet[12:]).tolist())
            if time.monotonic() < due:
                continue
            due += self._packet_ms / 1000
            if self._peer:
                self._socket.sendto(self._said(number), self._peer)
                number += 1

    def _said(self, number: int) -> bytes:
        """The packet of this number: sound, or a key, which has the clock of the sound."""
        step = self._codec.codec.clock_rate * self._packet_ms // 1000
        event = next(self._press, None)
        if event is None:
            kind, payload = self._codec.payload_type, self._encoder.encode(self._next(number))
            self._pressed_at = (number + 1) * step
            at = number * step
        else:
            kind, payload, at = self._events.payload_type, event.payload, self._pressed_at
        return struct.pack("!BBHII", 0x80, kind, number & 0xFFFF, at, 0x50) + payload

    def _next(self, number: int) -> Samples:
        if not len(self._to_say):
            at = number * self._frame % self.rate
            return self._tone[at : at + self._frame]
        frame, self._to_say = self._to_say[: self._frame], self._to_say[self._frame :]
        return np.concatenate((frame, silence(self._frame - len(frame))))
