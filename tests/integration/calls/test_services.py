"""Services of a running server that a real phone calls: words are heard, keys are taken."""

from __future__ import annotations

import asyncio
from contextlib import ExitStack
from typing import TYPE_CHECKING, Any

import numpy as np

from tests.support.baresip import Baresip
from tests.support.program import Program
from tests.support.server import wait_until
from tests.support.tone import heard, hears, read_sound, says, write_tone

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


def add_menu(admin: Program, **fields: Any) -> dict[str, Any]:
    """An IVR of these fields."""
    added = admin.post("/v1/ivrs", {"name": "Main", "number": "7000", **fields})
    assert added.status == 201, added.body
    found: dict[str, Any] = added.json()
    return found


def add_prompt(server: Server, admin: Program, folder: Path, name: str, hz: float) -> str:
    """A prompt that is a tone."""
    sound = write_tone(folder / f"{name}.wav", hz, seconds=20, rate=44100, channels=2)
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
        ({"number": "1000"}, "number"),
        ({"prompts": ["none"]}, "prompts"),
        ({"keys": [{"key": "1", "destination": {"kind": "ivr"}}]}, "keys.0.destination.value"),
        ({"timeout_destination": {"kind": "by_did"}}, "timeout_destination.kind"),
    ):
        refused = admin.post("/v1/ivrs", {"name": "Refused", "number": "7050", **fields})
        assert (refused.status, list(refused.json()["error"]["fields"])) == (422, [wrong])
    silent = admin.send("POST", "/v1/custom-prompts?name=x", b"no sound", "audio/wav")
    assert (silent.status, list(silent.json()["error"]["fields"])) == (422, ["file"])
