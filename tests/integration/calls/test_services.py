"""Services of a running server that a real phone calls: words are heard, keys are taken."""

from __future__ import annotations

import asyncio
from contextlib import ExitStack
from typing import TYPE_CHECKING, Any

import numpy as np

from pbxcore.prompts.conversion import decoded
from tests.support.baresip import Baresip
from tests.support.program import Program
from tests.support.server import wait_until
from tests.support.tone import heard, hears, read_sound, says, write_tone
from tests.support.ucm import settled

if TYPE_CHECKING:
    from pathlib import Path

    from tests.support.server import Server

OWN_HZ = 440.0
HZ = {"1000": OWN_HZ, "1001": 1000.0, "1002": 1500.0}


def hears_words(folder: Path) -> bool:
    """Whether what a phone heard last is loud, and not its own tone."""
    dumps = sorted(folder.glob("dump-*-dec.wav"))
    if not dumps:
        return False
    samples, rate = read_sound(dumps[-1])
    tail = samples[-rate // 2 :]
    if len(tail) < rate // 2:
        return False
    return int(np.abs(tail.astype(int)).max()) > 1000 and heard(tail, OWN_HZ, rate) < 0.5


async def test_the_echo_test_explains_itself_and_ends_at_a_key(
    server: Server, tmp_path: Path
) -> None:
    folder = tmp_path / "1000"
    with Baresip(folder, server, "1000", "udp", config=says(folder, OWN_HZ)) as phone:
        await asyncio.to_thread(phone.shows, "registered successfully")
        phone.enters(f"/dial sip:*43@127.0.0.1:{server.sip_port}")
        await asyncio.to_thread(phone.shows, "Call established")
        await asyncio.to_thread(wait_until, lambda: hears_words(folder), 10, "the explanation")
        phone.enters("1")
        await asyncio.to_thread(hears, folder, OWN_HZ, within_s=3)
        phone.enters("#")
        await asyncio.to_thread(phone.shows, "terminated (duration")


async def test_words_and_keys_pass_encrypted_and_in_wide_band(
    server: Server, tmp_path: Path
) -> None:
    folder = tmp_path / "1000"
    with Baresip(
        folder,
        server,
        "1000",
        "tls",
        account=";mediaenc=srtp-mand;audio_codecs=G722/16000/1",
        modules=(),
        config=says(folder, OWN_HZ, rate=16000) + "module srtp.so\n",
    ) as phone:
        await asyncio.to_thread(phone.shows, "registered successfully")
        phone.enters(f"/dial sip:*43@127.0.0.1:{server.sips_port}")
        await asyncio.to_thread(phone.shows, "Call established")
        await asyncio.to_thread(wait_until, lambda: hears_words(folder), 10, "the explanation")
        phone.enters("1")
        await asyncio.to_thread(hears, folder, OWN_HZ, within_s=5)
        phone.enters("#")
        await asyncio.to_thread(phone.shows, "terminated (duration")


def add_menu(admin: Program, **fields: Any) -> dict[str, Any]:
    """An IVR of these fields."""
    added = admin.post("/v1/ivrs", {"name": "Main", "number": "7000", **fields})
    assert added.status == 201, added.body
    found: dict[str, Any] = added.json()
    return found


def add_prompt(
    server: Server, admin: Program, folder: Path, name: str, hz: float, *, seconds: float = 20
) -> str:
    """A prompt that is a tone."""
    sound = write_tone(folder / f"{name}.wav", hz, seconds=seconds, rate=44100, channels=2)
    added = admin.send("POST", f"/v1/custom-prompts?name={name}", sound.read_bytes(), "audio/wav")
    assert added.status == 201, added.body
    return str(added.json()["id"])


async def test_a_menu_of_an_own_prompt_leads_to_a_phone(server: Server, tmp_path: Path) -> None:
    admin = Program(server.url, "admin", "Demo-admin!")
    prompt = add_prompt(server, admin, tmp_path, "Welcome", 700)
    menu = add_menu(
        admin,
        prompts=[prompt],
        keys=[{"key": "1", "destination": {"kind": "extension", "value": "1001"}}],
        dials=["extension"],
    )
    in_use = admin.delete(f"/v1/custom-prompts/{prompt}")
    assert (in_use.status, in_use.json()["error"]["code"]) == (409, "in_use")
    folders = {each: tmp_path / each for each in ("1000", "1001", "1002")}
    with ExitStack() as stack:
        phones = {
            number: stack.enter_context(
                Baresip(
                    folder,
                    server,
                    number,
                    "udp",
                    account="" if number == "1000" else ";answermode=auto",
                    config=says(folder, HZ[number]),
                )
            )
            for number, folder in folders.items()
        }
        for each in phones.values():
            await asyncio.to_thread(each.shows, "registered successfully")
        caller = phones["1000"]
        for keys, reached in (("1", "1001"), ("1002", "1002")):
            caller.printed = ""
            caller.enters(f"/dial sip:7000@127.0.0.1:{server.sip_port}")
            await asyncio.to_thread(caller.shows, "Call established")
            await asyncio.to_thread(hears, folders["1000"], 700)
            caller.enters(keys)
            await asyncio.to_thread(hears, folders["1000"], HZ[reached])
            await asyncio.to_thread(hears, folders[reached], HZ["1000"])
            caller.enters("/hangup")
            await asyncio.to_thread(phones[reached].shows, "session closed")
    assert admin.delete(f"/v1/ivrs/{menu['id']}").status == 204
    assert admin.delete(f"/v1/custom-prompts/{prompt}").status == 204


async def test_what_will_not_do_in_a_menu_is_named(server: Server) -> None:
    admin = Program(server.url, "admin", "Demo-admin!")
    for fields, wrong in (
        ({"number": "7101"}, "number"),
        ({"prompts": ["none"]}, "prompts"),
        ({"keys": [{"key": "1", "destination": {"kind": "ivr"}}]}, "keys.0.destination.value"),
        ({"timeout_destination": {"kind": "by_did"}}, "timeout_destination.kind"),
    ):
        refused = admin.post("/v1/ivrs", {"name": "Refused", "number": "7050", **fields})
        assert (refused.status, list(refused.json()["error"]["fields"])) == (422, [wrong])
    silent = admin.send("POST", "/v1/custom-prompts?name=x", b"no sound", "audio/wav")
    assert (silent.status, list(silent.json()["error"]["fields"])) == (422, ["file"])


async def test_an_announcement_names_who_makes_it(server: Server, tmp_path: Path) -> None:
    """E06: with the option the announcer's number is said before the prompt, without it is not."""
    admin = Program(server.url, "admin", "Demo-admin!")
    prompt = add_prompt(server, admin, tmp_path, "Fire", 700)
    fields = {"name": "Fire", "code": "5", "prompt": prompt}
    message = admin.post("/v1/center-messages", {**fields, "announce_caller_id": True})
    group = admin.post("/v1/center-groups", {"name": "All", "code": "1", "members": ["1002"]})
    assert (message.status, group.status) == (201, 201), (message.body, group.body)
    caller, callee = tmp_path / "1001", tmp_path / "1002"
    with (
        Baresip(caller, server, "1001", "udp", config=says(caller, HZ["1001"])) as announcer,
        Baresip(
            callee,
            server,
            "1002",
            "udp",
            account=";answermode=auto",
            config=says(callee, HZ["1002"]),
        ) as phone,
    ):
        for each in announcer, phone:
            await asyncio.to_thread(each.shows, "registered successfully")
        path = f"/v1/center-messages/{message.json()['id']}"
        for announced in True, False:
            phone.printed = announcer.printed = ""
            assert admin.patch(path, {"announce_caller_id": announced}).status == 200
            await asyncio.to_thread(settled, server, admin)
            announcer.enters(f"/dial sip:*8851@127.0.0.1:{server.sip_port}")
            await asyncio.to_thread(phone.shows, "Call established")
            await asyncio.to_thread(hears, callee, 700, within_s=20)
            assert (words_before(callee, 700) > 0.3) is announced
            phone.enters("/hangup")
            await asyncio.to_thread(announcer.shows, "terminated (duration")

    def played() -> list[tuple[str, str]]:
        found = admin.get("/v1/operations?action=announcement.play").json()["items"]
        return [(each["actor"], each["object"]) for each in found]

    twice = [("user:1001", "announcement:5")] * 2
    await asyncio.to_thread(wait_until, lambda: played() == twice, 10, "who played it")
    for at in path, f"/v1/center-groups/{group.json()['id']}", f"/v1/custom-prompts/{prompt}":
        assert admin.delete(at).status == 204


def words_before(folder: Path, hz: float) -> float:
    """How many seconds of something else a phone heard in its last call before a tone."""
    samples, rate = read_sound(max(folder.glob("dump-*-dec.wav")))
    size = rate // 10
    blocks = [samples[at : at + size] for at in range(0, len(samples) - size, size)]
    first = next(at for at, each in enumerate(blocks) if heard(each, hz, rate) > 0.9)
    return sum(int(np.abs(each.astype(int)).max()) > 1000 for each in blocks[:first]) / 10


async def test_a_prompt_is_spoken_at_a_phone(server: Server, tmp_path: Path) -> None:
    admin = Program(server.url, "admin", "Demo-admin!")
    folder = tmp_path / "1001"
    with Baresip(
        folder, server, "1001", "udp", account=";answermode=auto", config=says(folder, 640)
    ) as phone:
        await asyncio.to_thread(phone.shows, "registered successfully")
        asked = admin.post("/v1/custom-prompts/record", {"name": "Spoken", "extension": "1001"})
        assert asked.status == 202, asked.body
        await asyncio.to_thread(phone.shows, "Call established")
        await asyncio.to_thread(hears, folder, 1000, seconds=0.2, within_s=20)
        await asyncio.sleep(3)  # what is recorded is time
        phone.enters("1")
        kept: list[dict[str, Any]] = []

        def listed() -> bool:
            kept[:] = admin.get("/v1/custom-prompts?q=Spoken").json()["items"]
            return bool(kept)

        await asyncio.to_thread(wait_until, listed, 15, "the prompt")
        await asyncio.to_thread(hears, folder, 640)
        phone.enters("/hangup")
    sound = admin.get(f"/v1/custom-prompts/{kept[0]['id']}/sound")
    path = tmp_path / "spoken.ogg"
    path.write_bytes(sound.body)
    assert heard(decoded(path.read_bytes()), 640, 16_000) > 0.7
    unknown = admin.post("/v1/custom-prompts/record", {"name": "Other", "extension": "9999"})
    assert unknown.status == 404
    assert admin.delete(f"/v1/custom-prompts/{kept[0]['id']}").status == 204
