"""Messages left and heard by real phones: the tone that was said is the tone that is heard."""

from __future__ import annotations

import asyncio
from contextlib import AsyncExitStack
from typing import TYPE_CHECKING, Any

import av
import numpy as np
import pytest

from tests.integration.calls.test_services import hears_words
from tests.support.baresip import Baresip
from tests.support.mail_sink import MailSink
from tests.support.messaging import eventually
from tests.support.program import Program
from tests.support.server import Server, wait_until
from tests.support.tone import Voice, heard, hears, read_sound, says
from tests.support.voice_phone import phone, port_of, session, talk
from tests.support.watcher import Watcher

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from pbxcore.media.samples import Samples
    from pbxcore.net.user_agent import AsyncUserAgent


async def lamp_of(stack: AsyncExitStack, server: Server, number: str) -> Watcher:
    """A phone that watches its mailbox."""
    lamp = await stack.enter_async_context(
        Watcher(number, f"Sip-{number}!", ("127.0.0.1", server.sip_port))
    )
    answer, _ = await lamp.subscribe("message-summary", number)
    assert answer.status == 200
    return lamp


async def shows(lamp: Watcher, counts: str, within_s: float = 10) -> None:
    """Wait until the lamp was told so many messages."""
    async with asyncio.timeout(within_s):
        await lamp.until(lambda: f"Voice-Message: {counts}" in lamp.notices[-1].body)
    waits = "no" if counts.startswith("0") else "yes"
    assert f"Messages-Waiting: {waits}" in lamp.notices[-1].body


async def leave(
    server: Server, caller: AsyncUserAgent, voice: Voice, number: str, seconds: float = 4
) -> None:
    """Call somebody who is not there, skip the greeting, say something, hang up."""
    call = await caller.invite(f"sip:{number}@127.0.0.1:{server.sip_port}", session(voice))
    voice.talk(port_of(call.remote_description))
    await asyncio.to_thread(voice.hears_something)
    await call.press("#")
    await asyncio.sleep(0.5 + seconds)  # what is recorded is time
    await call.hang_up()


async def counted(user: Program, count: int) -> list[dict[str, Any]]:
    """Wait until so many new messages lie in a mailbox."""
    items: list[dict[str, Any]] = []

    def there() -> bool:
        items[:] = user.get("/v1/me/voicemail").json().get("items", [])  # 503 while the PBX is away
        return sum(each["folder"] == "new" for each in items) == count

    await eventually(lambda: asyncio.to_thread(there))
    return items


def mine(server: Server, number: str) -> Program:
    """A user of Wave."""
    return Program(server.url, number, f"Demo-{number}!")


async def test_baresip_leaves_a_message_and_its_owner_hears_it(
    server: Server, tmp_path: Path
) -> None:
    folders = tmp_path / "1000", tmp_path / "1001"
    async with AsyncExitStack() as stack:
        lamp = await lamp_of(stack, server, "1001")
        with Baresip(folders[0], server, "1000", "udp", config=says(folders[0], 600)) as caller:
            await asyncio.to_thread(caller.shows, "registered successfully")
            caller.enters(f"/dial sip:1001@127.0.0.1:{server.sip_port}")
            await asyncio.to_thread(caller.shows, "Call established")
            await asyncio.to_thread(wait_until, lambda: hears_words(folders[0]), 10, "a greeting")
            caller.enters("#")
            await asyncio.sleep(6)  # what is recorded is time
            caller.enters("/hangup")
        await shows(lamp, "1/0 (0/0)")
        with Baresip(folders[1], server, "1001", "udp", config=says(folders[1], 440)) as owner:
            await asyncio.to_thread(owner.shows, "registered successfully")
            owner.enters(f"/dial sip:*97@127.0.0.1:{server.sip_port}")
            await asyncio.to_thread(owner.shows, "Call established")
            await asyncio.to_thread(wait_until, lambda: hears_words(folders[1]), 10, "the menu")
            owner.enters("1")
            await asyncio.to_thread(hears, folders[1], 600, within_s=30)
            await shows(lamp, "0/1 (0/0)", 20)
            owner.enters("7")
            await shows(lamp, "0/0 (0/0)", 5)
            owner.enters("/hangup")


@pytest.mark.parametrize("by", ["portal", "api"])
async def test_lamp_goes_out_when_the_last_message_is_deleted(
    server: Server, admin: Program, by: str
) -> None:
    async with AsyncExitStack() as stack:
        lamp = await lamp_of(stack, server, "1002")
        caller, voice = await phone(stack, server, "1000"), stack.enter_context(Voice(600))
        await leave(server, caller, voice, "1002")
        await shows(lamp, "1/0 (0/0)")
        user = mine(server, "1002")
        mailbox = user.get("/v1/me/voicemail").json()
        assert mailbox["new"] == 1
        (message,) = mailbox["items"]
        assert (message["caller"], message["folder"]) == ("1000", "new")
        assert 3 < message["seconds"] < 7
        if by == "portal":
            deleted = user.delete(f"/v1/me/voicemail/{message['id']}")
        else:
            deleted = admin.delete(f"/v1/voicemail/1002/messages/{message['id']}")
        assert deleted.status == 204
        await shows(lamp, "0/0 (0/0)", 5)


@pytest.fixture
def to_voicemail(admin: Program) -> Iterator[None]:
    """Every call of 1003 is forwarded to its mailbox."""
    row = {"presence": "available", "case": "always", "kind": "voicemail", "value": "1003"}
    assert admin.patch("/v1/extensions/1003", {"forwards": [row]}).status == 200
    yield
    assert admin.patch("/v1/extensions/1003", {"forwards": []}).status == 200


@pytest.mark.usefixtures("to_voicemail")
async def test_forwarded_to_voicemail_a_transferred_caller_leaves_a_message(
    server: Server, tmp_path: Path
) -> None:
    """One baresip hands another on."""
    user, folders = mine(server, "1003"), [tmp_path / each for each in ("1000", "1001")]
    already = user.get("/v1/me/voicemail").json()["new"]
    sounds = [says(folder, hz) for folder, hz in zip(folders, (600, 440), strict=True)]
    with (
        Baresip(folders[0], server, "1000", "udp", config=sounds[0]) as caller,
        Baresip(
            folders[1], server, "1001", "udp", account=";answermode=auto", config=sounds[1]
        ) as first,
    ):
        for each in caller, first:
            await asyncio.to_thread(each.shows, "registered successfully")
        caller.enters("/dial 1001")
        await asyncio.to_thread(hears, folders[0], 440)
        first.enters(f"/transfer sip:1003@127.0.0.1:{server.sip_port}")
        await asyncio.to_thread(wait_until, lambda: hears_words(folders[0]), 15, "the greeting")
        caller.enters("#")
        await asyncio.sleep(5)  # what is recorded is time
        caller.enters("/hangup")
        messages = await counted(user, already + 1)
    assert {each["caller"] for each in messages if each["folder"] == "new"} == {"1000"}


@pytest.mark.usefixtures("to_voicemail")
async def test_forwarded_to_voicemail_who_was_asked_about_leaves_a_message(server: Server) -> None:
    """The one who hands the caller on has reached the mailbox himself (RFC 3891)."""
    target, user = f"sip:1003@127.0.0.1:{server.sip_port}", mine(server, "1003")
    already = user.get("/v1/me/voicemail").json()["new"]
    async with AsyncExitStack() as stack:
        caller, first = [await phone(stack, server, each) for each in ("1000", "1001")]
        said, other, asking = (stack.enter_context(Voice(hz)) for hz in (600, 900, 1200))
        call, came = await talk(server, (caller, said), (first, other), "1001")
        consulting = await first.invite(target, session(asking))
        await came.refer(target, replacing=consulting)
        await asyncio.gather(came.ended(), consulting.ended())
        await asyncio.to_thread(said.hears_something)
        await call.press("#")
        await asyncio.sleep(4.5)  # what is recorded is time
        await call.hang_up()
        await counted(user, already + 1)


async def test_folders_and_sound_over_http(server: Server, tmp_path: Path) -> None:
    user = mine(server, "1002")
    async with AsyncExitStack() as stack:
        caller, voice = await phone(stack, server, "1000"), stack.enter_context(Voice(600))
        await leave(server, caller, voice, "*1002")
        (message,) = await counted(user, 1)
    path = f"/v1/me/voicemail/{message['id']}"
    sound = tmp_path / "message.wav"
    sound.write_bytes(user.get(f"{path}/sound").body)
    samples, rate = read_sound(sound)
    assert heard(samples, 600, rate) > 0.8
    assert user.patch(path, {"folder": "work"}).json()["folder"] == "work"
    assert user.get("/v1/me/voicemail").json()["new"] == 0
    assert user.patch(path, {"folder": "attic"}).status == 422
    assert mine(server, "1001").get(f"{path}/sound").status == 404
    assert user.delete(path).status == 204
    assert user.delete(path).status == 404


async def test_each_message_is_mailed_with_its_sound(tmp_path: Path) -> None:
    async with MailSink() as sink, AsyncExitStack() as stack:
        server = stack.enter_context(Server("--smtp", f"smtp://127.0.0.1:{sink.port}"))
        admin = Program(server.url, "admin", "Demo-admin!")
        assert admin.patch("/v1/extensions/1002", {"email": "cy@example.com"}).status == 200
        caller, voice = await phone(stack, server, "1000"), stack.enter_context(Voice(600))
        await leave(server, caller, voice, "1002")
        (mail,) = await sink.arrived(1)
        assert mail.recipients == ["cy@example.com"]
        assert "1000" in str(mail.message["Subject"])
        (attached,) = mail.message.iter_attachments()
        assert attached.get_content_type() == "audio/mpeg"
        whole = tmp_path / "message.mp3"
        whole.write_bytes(attached.get_payload(decode=True))  # type: ignore[arg-type]
        assert heard(samples_of(whole), 600, 16_000) > 0.8
        # Who wants no message kept that was mailed has the mail alone.
        changed = admin.patch("/v1/extensions/1002", {"voicemail_reserve": "no"})
        assert changed.status == 200, changed.body
        await leave(server, caller, voice, "1002")
        await sink.arrived(2)
        user = mine(server, "1002")
        await counted(user, 1)
        assert len(user.get("/v1/me/voicemail").json()["items"]) == 1


def samples_of(path: Path) -> Samples:
    """A recording of 16 kHz, whatever its coding."""
    with av.open(str(path)) as sound:
        resampler = av.AudioResampler(format="s16", layout="mono", rate=16_000)
        parts = [
            part.to_ndarray()[0]
            for frame in sound.decode(audio=0)
            for part in resampler.resample(frame)
        ]
    return np.concatenate(parts)
