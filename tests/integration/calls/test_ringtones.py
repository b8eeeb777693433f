"""Ringtones of one's own: they are uploaded, and phones are told where to fetch them, and may."""

from __future__ import annotations

import io
import wave
from typing import TYPE_CHECKING

from tests.support.pair import Desk
from tests.support.phone import Phone
from tests.support.server import free_port
from tests.support.sipp_script import answers, calls, is_refused, script, sipp, takes
from tests.support.tone import write_tone

if TYPE_CHECKING:
    from pathlib import Path

    from tests.support.server import Server

LARGEST = 500 * 1024


def tone(folder: Path, *, seconds: float) -> bytes:
    return write_tone(folder / "ring.wav", 800, seconds=seconds).read_bytes()


async def alert_info(server: Server, folder: Path) -> str:
    """What a SIPp as the phone of 1002 is told when another as 1001 calls."""
    here, port = ("127.0.0.1", server.sip_port), free_port(udp=True)
    refuses = script(takes("INVITE"), answers("486 Busy Here"), takes("ACK"))
    async with Phone("1002", "Sip-1002!", here) as registering:
        contact = f"Contact: <sip:1002@127.0.0.1:{port}>\r\nExpires: 300\r\n"
        assert await registering.authorised("REGISTER", "sip:127.0.0.1", "1002", contact) == 200
        async with sipp(folder, server, refuses, port=port) as callee:
            call = script(calls("1002", "1001"), is_refused("1002", "1001", 486))
            async with sipp(folder, server, call):
                found = await callee.took("INVITE", r"\nAlert-Info: ([^\r\n]*)")
        gone = contact.replace("300", "0")
        assert await registering.authorised("REGISTER", "sip:127.0.0.1", "1002", gone) == 200
    return found


async def test_a_phone_is_told_its_ringtone_and_fetches_it(server: Server, tmp_path: Path) -> None:
    desk = Desk(server)
    sound = tone(tmp_path, seconds=30)
    added = desk.admin.send("POST", "/v1/ringtones?name=Ring", sound, "audio/wav")
    assert added.status == 201, added.body
    ident = added.json()["id"]
    path = f"/ringtone/{ident}.wav"
    assert server.get(path).status == 404  # nobody rings with it
    desk.change(alert_info="custom", ringtone=ident, custom_alert_info="Extension")
    assert (await alert_info(server, tmp_path)).endswith(f"{path}>;info=Extension")
    fetched = server.get(path)
    assert fetched.status == 200
    assert len(fetched.body) < LARGEST
    with wave.open(io.BytesIO(fetched.body)) as file:
        assert (file.getnchannels(), file.getsampwidth()) == (1, 2)
        assert 14 < file.getnframes() / file.getframerate() <= 15
    refused = desk.admin.delete(f"/v1/ringtones/{ident}")
    assert (refused.status, refused.json()["error"]["code"]) == (409, "in_use")
    desk.change(alert_info="none", ringtone="")
    assert desk.admin.delete(f"/v1/ringtones/{ident}").status == 204


async def test_who_cannot_fetch_it_finds_what_to_look_for(server: Server, tmp_path: Path) -> None:
    desk = Desk(server)
    added = desk.admin.send("POST", "/v1/ringtones?name=Gone", tone(tmp_path, seconds=1), "audio/x")
    ident = added.json()["id"]
    desk.change(alert_info="custom", ringtone=ident, custom_alert_info="Bellcore-dr2")
    (server.data / "ringtones" / f"{ident}.wav").unlink()
    assert (await alert_info(server, tmp_path)).endswith(";info=Bellcore-dr2")
    assert server.get(f"/ringtone/{ident}.wav").status == 404
    desk.change(alert_info="none", ringtone="", custom_alert_info="")
    assert desk.admin.delete(f"/v1/ringtones/{ident}").status == 204


def test_what_is_too_large_or_no_sound_is_refused(server: Server, tmp_path: Path) -> None:
    admin, path = Desk(server).admin, "/v1/ringtones?name=Long"
    sound = tone(tmp_path, seconds=40)
    assert len(sound) > LARGEST + 1024
    refused = admin.send("POST", path, sound[: LARGEST + 1024], "audio/wav")
    assert refused.status == 413
    refused = admin.send("POST", path, b"no sound at all", "audio/wav")
    assert (refused.status, "file" in refused.json()["error"]["fields"]) == (422, True)
    taken = admin.send("POST", path, sound[:LARGEST], "audio/wav")
    assert taken.status == 201
    heard = admin.get(f"/v1/ringtones/{taken.json()['id']}/sound")
    assert (heard.status, heard.body[:4]) == (200, b"RIFF")
    assert admin.delete(f"/v1/ringtones/{taken.json()['id']}").status == 204
