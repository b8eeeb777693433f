"""Pictures pass between two legs that share a codec, and who looks can ask for a whole one."""

from __future__ import annotations

import asyncio
import contextlib
from contextlib import AsyncExitStack
from typing import TYPE_CHECKING

import pytest
from aiortc import RTCRtpSender, VideoStreamTrack
from aiortc.mediastreams import MediaStreamError

from tests.support.baresip import Baresip
from tests.support.browser_media import BrowserMedia
from tests.support.tone import hears, says
from tests.support.voice_phone import phone

if TYPE_CHECKING:
    from pathlib import Path

    from aiortc.mediastreams import MediaStreamTrack

    from tests.support.server import Server

CAMERA = "module fakevideo.so\nvideo_source fakevideo,nil\nvideo_display fakevideo,nil\n"
CODECS = {"VP8": "vp8.so", "H264": "avcodec.so"}


class Camera(BrowserMedia):
    """A browser with a camera beside its microphone, which counts the pictures that come."""

    def __init__(self, hz: float, codec: str) -> None:
        super().__init__(hz, "PCMU")
        self._codec = codec
        self._seen = 0
        self._more_pictures = asyncio.Event()
        self._looking: asyncio.Task[None] | None = None

    async def __aexit__(self, *_: object) -> None:
        await super().__aexit__()
        if self._looking is not None:
            await self._looking

    async def offer(self) -> bytes:
        """Sound and pictures."""
        self.peer.addTransceiver("audio")  # stays the first line
        self.peer.addTrack(VideoStreamTrack())
        known = RTCRtpSender.getCapabilities("video").codecs
        wanted = [each for each in known if each.mimeType == f"video/{self._codec}"]
        self.peer.getTransceivers()[1].setCodecPreferences(wanted)
        return await super().offer()

    async def sees(self, count: int) -> None:
        """Wait until so many pictures came."""
        async with asyncio.timeout(15):
            while self._seen < count:
                self._more_pictures.clear()
                await self._more_pictures.wait()

    def _begin(self, track: MediaStreamTrack) -> None:
        if track.kind == "audio":
            super()._begin(track)
        else:
            self._looking = asyncio.get_running_loop().create_task(self._look(track))

    async def _look(self, track: MediaStreamTrack) -> None:
        with contextlib.suppress(MediaStreamError):  # the track is over
            while True:
                await track.recv()
                self._seen += 1
                self._more_pictures.set()


@pytest.mark.parametrize("codec", CODECS)
async def test_a_browser_and_a_phone_see_each_other(
    server: Server, tmp_path: Path, codec: str
) -> None:
    """Baresip takes the two profiles of H.264 that are offered for one (RFC 6184 §8.1)."""
    folder = tmp_path / "1001"
    async with AsyncExitStack() as stack:
        agent = await phone(stack, server, "1000")
        callee = stack.enter_context(
            Baresip(
                folder,
                server,
                "1001",
                "udp",
                account=";answermode=auto;audio_codecs=PCMU/8000/1",
                config=f"module {CODECS[codec]}\n{CAMERA}{says(folder, 1000)}",
            )
        )
        await asyncio.to_thread(callee.shows, "registered successfully")
        browser = await stack.enter_async_context(Camera(440, codec))
        call = agent.call(f"sip:1001@127.0.0.1:{server.sip_port}", await browser.offer())
        await call.answered()
        await browser.take(call.remote_description)
        await browser.sees(20)
        await browser.hears(1000)
        await asyncio.to_thread(hears, folder, 440)
        await asyncio.to_thread(callee.shows, "receiving with resolution 640 x 480")
        await call.hang_up()
