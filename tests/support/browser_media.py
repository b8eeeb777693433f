"""The media of a browser without a browser: aiortc, which says one tone and keeps what it hears."""

from __future__ import annotations

import asyncio
import fractions
from typing import TYPE_CHECKING, Self

import numpy as np
from aiortc import RTCPeerConnection, RTCRtpSender, RTCSessionDescription
from aiortc.mediastreams import MediaStreamError, MediaStreamTrack
from av import AudioFrame, AudioResampler

from pbxcore.media.oscillator import sine
from tests.support.tone import heard

if TYPE_CHECKING:
    from pbxcore.media.samples import Samples

RATE = 48_000
_SIZE = RATE // 50


class Tone(MediaStreamTrack):
    """A track of one tone, 20 ms at a time."""

    kind = "audio"

    def __init__(self, hz: float) -> None:
        super().__init__()
        self._second = sine((hz,), 1, RATE, edges=False)
        self._count = 0
        self._begun = 0.0

    async def recv(self) -> AudioFrame:
        """The next frame, when it is due."""
        now = asyncio.get_running_loop().time()
        self._begun = self._begun or now
        await asyncio.sleep(max(0.0, self._begun + self._count / 50 - now))
        at = self._count * _SIZE % RATE
        frame = AudioFrame.from_ndarray(self._second[None, at : at + _SIZE], layout="mono")
        frame.sample_rate, frame.pts = RATE, self._count * _SIZE
        frame.time_base = fractions.Fraction(1, RATE)
        self._count += 1
        return frame


class BrowserMedia:
    """One peer connection with one line of sound. `codecs` are names, the preferred one first."""

    def __init__(self, hz: float, *codecs: str) -> None:
        self.peer = RTCPeerConnection()
        self._hears = np.zeros(0, np.int16)
        self._connected, self._more = asyncio.Event(), asyncio.Event()
        self._listening: asyncio.Task[None] | None = None
        self.peer.on("track", self._begin)
        self.peer.on("connectionstatechange", self._changed)
        self._tone = Tone(hz)
        self._codecs = codecs

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(self, *_: object) -> None:
        await self.peer.close()
        if self._listening is not None:
            self._listening.cancel()

    async def offer(self) -> bytes:
        """What a browser offers."""
        self.peer.addTrack(self._tone)
        self._prefer()
        await self.peer.setLocalDescription(await self.peer.createOffer())
        return self.peer.localDescription.sdp.encode()

    async def take(self, answer: bytes) -> None:
        """The answer to the offer."""
        await self.peer.setRemoteDescription(RTCSessionDescription(answer.decode(), "answer"))

    async def answer(self, offer: bytes) -> bytes:
        """What a browser answers."""
        await self.peer.setRemoteDescription(RTCSessionDescription(offer.decode(), "offer"))
        self.peer.addTrack(self._tone)
        self._prefer()
        await self.peer.setLocalDescription(await self.peer.createAnswer())
        return self.peer.localDescription.sdp.encode()

    async def connected(self, within_s: float = 10) -> None:
        """Wait for ICE and DTLS."""
        await asyncio.wait_for(self._connected.wait(), within_s)

    async def hears(self, hz: float, *, seconds: float = 0.5, within_s: float = 10) -> None:
        """Wait until this tone, and nothing beside it, is what comes."""
        async with asyncio.timeout(within_s):
            while not self._fits(hz, seconds):
                self._more.clear()
                await self._more.wait()

    def forget(self) -> None:
        """Judge by what comes from now on."""
        self._hears = np.zeros(0, np.int16)

    def _fits(self, hz: float, seconds: float) -> bool:
        tail = self._hears[-round(seconds * RATE) :]
        return len(tail) >= seconds * RATE and heard(tail, hz, RATE) > 0.7

    def _prefer(self) -> None:
        if not self._codecs:
            return
        names = [f"audio/{name}" for name in self._codecs]
        known = RTCRtpSender.getCapabilities("audio").codecs
        wanted = sorted(
            (each for each in known if each.mimeType in names),
            key=lambda each: names.index(each.mimeType),
        )
        self.peer.getTransceivers()[0].setCodecPreferences(wanted)

    def _begin(self, track: MediaStreamTrack) -> None:
        self._listening = asyncio.get_running_loop().create_task(self._listen(track))

    async def _listen(self, track: MediaStreamTrack) -> None:
        resampler = AudioResampler(format="s16", layout="mono", rate=RATE)
        try:
            while True:
                for frame in resampler.resample(await track.recv()):
                    samples: Samples = frame.to_ndarray()[0]
                    self._hears = np.concatenate((self._hears, samples))[-5 * RATE :]
                    self._more.set()
        except MediaStreamError:
            return  # the track is over

    def _changed(self) -> None:
        if self.peer.connectionState == "connected":
            self._connected.set()
