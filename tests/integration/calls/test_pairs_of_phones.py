"""Programs of others in pairs, each heard by the other: baresip, linphonec, a provider's trunk.

Wave with the same phones is in `tests/browser/wave`, two baresips in `test_features.py`.
"""

from __future__ import annotations

import asyncio
from contextlib import AsyncExitStack
from functools import partial
from typing import TYPE_CHECKING

import pytest

from pbxcore.net.user_agent import AsyncUserAgent
from tests.support.baresip import Baresip
from tests.support.linphone import Linphone
from tests.support.program import Program
from tests.support.provider import PROVIDER
from tests.support.server import wait_until
from tests.support.tone import Voice, hears, holds, says, write_tone
from tests.support.ucm import settled
from tests.support.voice_phone import port_of, session

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Iterator
    from pathlib import Path

    from pbxcore.net.call import AsyncCall
    from tests.support.server import Server

PLAIN_HZ, SECRET_HZ, LINPHONE_HZ, TRUNK_HZ = 440, 1000, 700, 1300
PLAIN, SECRET, LINPHONE = "1001", "1002", "1003"
LASTS_S = 600
"""As long as all tests of a module take on a machine that is busy."""


class Desk:
    """Two baresips that answer by themselves: G.711 in clear, Opus with keys over TLS."""

    def __init__(self, server: Server, folder: Path) -> None:
        self.folders = {PLAIN: folder / PLAIN, SECRET: folder / SECRET}
        self.plain = Baresip(
            self.folders[PLAIN], server, PLAIN, "udp",
            account=";answermode=auto;audio_codecs=pcma",
            config=says(self.folders[PLAIN], PLAIN_HZ), lasts_s=LASTS_S,
        )  # fmt: skip
        self.secret = Baresip(
            self.folders[SECRET], server, SECRET, "tls",
            account=";answermode=auto;mediaenc=srtp-mand;audio_codecs=opus/48000/2",
            config=says(self.folders[SECRET], SECRET_HZ, rate=48_000, channels=2)
            + "module srtp.so\n",
            lasts_s=LASTS_S,
        )  # fmt: skip

    async def hears(self, number: str, hz: float) -> None:
        """Wait until one of them plays this tone."""
        await asyncio.to_thread(hears, self.folders[number], hz)


@pytest.fixture(scope="module")
def desk(server: Server, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Desk]:
    made = Desk(server, tmp_path_factory.mktemp("desk"))
    with made.plain, made.secret:
        for each in made.plain, made.secret:
            each.shows("registered successfully")
        yield made


@pytest.fixture
async def trunk(server: Server) -> AsyncIterator[AsyncUserAgent]:
    """A provider, who is reached by 9 and whose calls go where he says."""
    admin = Program(server.url, "admin", "Demo-admin!")
    async with AsyncUserAgent(f"sip:5551234@{PROVIDER}", host=PROVIDER) as agent:
        body = {"name": "Pairs", "kind": "peer", "host": PROVIDER, "port": agent.port}
        trunk = admin.post("/v1/trunks", body).json()["id"]
        ways = [{"trunk": trunk, "strip": 1}]
        out = {"name": "Pairs", "patterns": "_9X.", "ways": ways, "permission": "internal"}
        routes = [f"/v1/outbound-routes/{admin.post('/v1/outbound-routes', out).json()['id']}"]
        for number in PLAIN, SECRET:
            to = {"kind": "extension", "value": number}
            inward = {"name": f"To {number}", "trunks": [trunk], "dids": f"55{number}"}
            inward["destination"] = to
            made = admin.post("/v1/inbound-routes", inward)
            assert made.status == 201, made.body
            routes.append(f"/v1/inbound-routes/{made.json()['id']}")
        settled(server, admin)
        yield agent
        for each in (*routes, f"/v1/trunks/{trunk}"):
            admin.delete(each)


async def answers(agent: AsyncUserAgent, voice: Voice) -> AsyncCall:
    """The provider takes a call."""
    came = await agent.next_call()
    await came.accept(session(voice, 0))
    voice.talk(port_of(came.remote_description))
    return came


async def test_a_trunk_and_both_baresips(server: Server, desk: Desk, trunk: AsyncUserAgent) -> None:
    for number, hz, phone in (PLAIN, PLAIN_HZ, desk.plain), (SECRET, SECRET_HZ, desk.secret):
        with Voice(TRUNK_HZ) as voice:
            uri = f"sip:55{number}@127.0.0.1:{server.sip_port}"
            call = await trunk.invite(uri, session(voice, 0))
            voice.talk(port_of(call.remote_description))
            await asyncio.gather(asyncio.to_thread(voice.hears, hz), desk.hears(number, TRUNK_HZ))
            await call.hang_up()
        with Voice(TRUNK_HZ) as voice:
            phone.enters("/dial 9123")
            came = await answers(trunk, voice)
            await asyncio.gather(asyncio.to_thread(voice.hears, hz), desk.hears(number, TRUNK_HZ))
            await came.hang_up()


@pytest.mark.soak
@pytest.mark.parametrize(("number", "hz"), [(PLAIN, PLAIN_HZ), (SECRET, SECRET_HZ), ("9123", 0)])
async def test_linphonec_with_each_baresip_and_a_trunk(
    server: Server, desk: Desk, trunk: AsyncUserAgent, tmp_path: Path, number: str, hz: float
) -> None:
    tone = write_tone(tmp_path / "tone.wav", LINPHONE_HZ)
    sound = tmp_path / "heard.wav"
    async with AsyncExitStack() as stack:
        voice = stack.enter_context(Voice(TRUNK_HZ))
        phone = stack.enter_context(
            Linphone(tmp_path / "phone", server, LINPHONE, "tcp", watches=PLAIN)
        )
        await asyncio.to_thread(phone.shows, "is Online")
        phone.enters("soundcard use files")
        phone.enters(f"call {number}")
        came = None if hz else await answers(trunk, voice)
        await asyncio.to_thread(phone.shows, "connected")
        phone.enters(f"record {sound}")
        phone.enters(f"play {tone}")
        if came is None:
            await desk.hears(number, LINPHONE_HZ)
        else:
            await asyncio.to_thread(voice.hears, LINPHONE_HZ)
        await asyncio.sleep(3)  # what is recorded is time
        phone.enters("terminate")  # the file is whole then
        await asyncio.to_thread(wait_until, partial(holds, sound, hz or TRUNK_HZ), 15, "a tone")
