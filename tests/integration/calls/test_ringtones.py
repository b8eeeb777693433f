"""Ringtones of one's own: phones are told where to fetch them, and may."""

from __future__ import annotations

import io
import wave
from contextlib import AsyncExitStack
from typing import TYPE_CHECKING

from pbxcore.sip.agent.incoming_call import IncomingCall
from tests.integration.calls.test_call_handling import Desk
from tests.integration.calls.test_two_phones import phone, session
from tests.support.tone import Voice, write_tone

if TYPE_CHECKING:
    from pathlib import Path

    from tests.support.server import Server


async def test_a_phone_is_told_its_ringtone_and_fetches_it(server: Server, tmp_path: Path) -> None:
    desk = Desk(server)
    sound = write_tone(tmp_path / "ring.wav", 800, seconds=30).read_bytes()
    added = desk.admin.send("POST", "/v1/custom-prompts?name=Ring", sound, "audio/wav")
    assert added.status == 201, added.body
    prompt = added.json()["id"]
    path = f"/ringtone/{prompt}.wav"
    assert server.get(path).status == 404  # nobody rings with it
    desk.change(alert_info="custom", ringtone=prompt, custom_alert_info="Extension")
    async with AsyncExitStack() as stack:
        caller, callee = [await phone(stack, server, each) for each in ("1001", "1002")]
        voice = stack.enter_context(Voice(440))
        call = caller.call(f"sip:1002@127.0.0.1:{server.sip_port}", session(voice))
        came = await callee.next_call()
        assert isinstance(came.call, IncomingCall)
        alert = (came.call.request.get(b"alert-info") or b"").decode()
        assert alert.endswith(f"{path}>;info=Extension")
        call.give_up()
        await came.ended()
    fetched = server.get(path)
    assert fetched.status == 200
    assert len(fetched.body) < 500_000
    with wave.open(io.BytesIO(fetched.body)) as file:
        assert (file.getnchannels(), file.getsampwidth()) == (1, 2)
        assert 14 < file.getnframes() / file.getframerate() <= 15
    refused = desk.admin.delete(f"/v1/custom-prompts/{prompt}")
    assert (refused.status, refused.json()["error"]["code"]) == (409, "in_use")
    desk.change(alert_info="none", ringtone="")
    assert desk.admin.delete(f"/v1/custom-prompts/{prompt}").status == 204
