"""What callers from outside find at a running server: a menu, DISA, a call back; and a wake-up."""

from __future__ import annotations

import asyncio
from contextlib import AsyncExitStack
from datetime import UTC, datetime
from typing import TYPE_CHECKING

import pytest

from pbxcore.media.oscillator import key_tones
from pbxcore.net.user_agent import Refused
from tests.integration.calls.test_services import add_prompt
from tests.support.program import Program
from tests.support.provider import Provider, dialled, provider
from tests.support.server import wait_until
from tests.support.tone import Voice
from tests.support.voice_phone import phone, port_of, session

if TYPE_CHECKING:
    from pathlib import Path

    from pbxcore.net.call import AsyncCall
    from tests.support.server import Server

__all__ = ["provider"]

GREETING_HZ = 700


def press(voice: Voice, call: AsyncCall, keys: str) -> None:
    """Keys in band, for no telephone events were agreed."""
    voice.talk(port_of(call.remote_description))
    voice.say(key_tones(keys, voice.rate, duration_ms=120, gap_ms=120))


async def test_a_caller_chooses_from_a_menu(
    provider: Provider, server: Server, tmp_path: Path
) -> None:
    pair = provider.pair
    prompt = add_prompt(server, provider.admin, tmp_path, "Greeting", GREETING_HZ)
    key = {"key": "1", "destination": {"kind": "extension", "value": "1001"}}
    menu = provider.admin.post(
        "/v1/ivrs", {"name": "Front", "number": "7000", "prompts": [prompt], "keys": [key]}
    )
    assert menu.status == 201, menu.body
    route = provider.route(
        "inbound", name="Main", trunks=[provider.trunk], dids="8000",
        destination={"kind": "ivr", "value": "7000"},
    )  # fmt: skip
    with Voice(0) as ours, Voice(1000) as theirs:
        call = await provider.agent.invite(pair.uri("8000"), session(ours))
        await asyncio.to_thread(ours.hears, GREETING_HZ)
        press(ours, call, "1")
        came = await pair.callee.next_call()
        assert "5551234" in came.peer
        await came.accept(session(theirs, 0))
        theirs.talk(port_of(came.remote_description))
        await asyncio.to_thread(ours.hears, 1000)
        await call.hang_up()
        await came.ended()
        record = await pair.record()
        assert (record["direction"], record["disposition"]) == ("inbound", "answered")
        assert "ivr" in {each["action"] for each in record["legs"]}
    provider.remove(route)
    assert provider.admin.delete(f"/v1/ivrs/{menu.json()['id']}").status == 204
    assert provider.admin.delete(f"/v1/custom-prompts/{prompt}").status == 204


async def test_who_is_blocked_hears_the_announcement(
    provider: Provider, server: Server, tmp_path: Path
) -> None:
    pair = provider.pair
    prompt = add_prompt(server, provider.admin, tmp_path, "Unwanted", GREETING_HZ, seconds=4)
    provider.set("blacklist", enabled=True, blocked="5551234", answer="prompt", prompt=prompt)
    assert provider.admin.delete(f"/v1/custom-prompts/{prompt}").status == 409
    with Voice(0) as ours:
        call = await provider.agent.invite(pair.uri("8000"), session(ours))
        await asyncio.to_thread(ours.hears, GREETING_HZ)
        await call.ended()
    assert (await pair.record())["action"] == "blacklist"
    provider.set("blacklist", enabled=False, blocked="", answer="486", prompt="")
    assert provider.admin.delete(f"/v1/custom-prompts/{prompt}").status == 204


async def test_a_caller_dials_on_with_a_password(provider: Provider) -> None:
    pair = provider.pair
    fields = {"name": "Way in", "password": "1234", "permission": "internal-local"}
    disa = provider.admin.post("/v1/disas", fields)
    assert disa.status == 201, disa.body
    inward = provider.route(
        "inbound", name="Main", trunks=[provider.trunk], dids="8000",
        destination={"kind": "disa", "value": disa.json()["id"]},
    )  # fmt: skip
    outward = provider.route(
        "outbound", name="City", patterns="_9X.", permission="internal-local",
        ways=[{"trunk": provider.trunk, "strip": 1}],
    )  # fmt: skip
    with Voice(0) as ours, Voice(1000) as theirs:
        call = await provider.agent.invite(pair.uri("8000"), session(ours))
        press(ours, call, "1234#")
        await asyncio.to_thread(ours.hears, 425)  # the dial tone of E.180
        press(ours, call, "9321#")
        came = await provider.agent.next_call()
        assert dialled(came) == "321"
        await came.accept(session(theirs, 0))
        theirs.talk(port_of(came.remote_description))
        await asyncio.to_thread(ours.hears, 1000)
        await call.hang_up()
        await came.ended()
    provider.remove(outward)
    provider.remove(inward)
    assert provider.admin.delete(f"/v1/disas/{disa.json()['id']}").status == 204


async def test_a_caller_is_turned_away_and_called_back(
    provider: Provider, server: Server, tmp_path: Path
) -> None:
    pair = provider.pair
    prompt = add_prompt(server, provider.admin, tmp_path, "Back", GREETING_HZ)
    to = {"kind": "prompt", "value": prompt}
    fields = {"name": "Back", "prepend": "9", "sleep_s": 1, "destination": to}
    back = provider.admin.post("/v1/callbacks", fields)
    assert back.status == 201, back.body
    inward = provider.route(
        "inbound", name="Main", trunks=[provider.trunk], dids="8000",
        destination={"kind": "callback", "value": back.json()["id"]},
    )  # fmt: skip
    outward = provider.route(
        "outbound", name="City", patterns="_9X.", permission="internal-local",
        ways=[{"trunk": provider.trunk, "strip": 1}],
    )  # fmt: skip
    with Voice(0) as ours:
        with pytest.raises(Refused) as refused:
            await provider.agent.invite(pair.uri("8000"), session(ours))
        assert refused.value.status == 486
        came = await provider.agent.next_call()
        assert dialled(came) == "5551234"
        await came.accept(session(ours, 0))
        await asyncio.to_thread(ours.hears, GREETING_HZ)
        await came.hang_up()
    provider.remove(outward)
    provider.remove(inward)
    assert provider.admin.delete(f"/v1/callbacks/{back.json()['id']}").status == 204
    assert provider.admin.delete(f"/v1/custom-prompts/{prompt}").status == 204


async def test_a_phone_is_woken(server: Server) -> None:
    admin = Program(server.url, "admin", "Demo-admin!")
    async with AsyncExitStack() as stack:
        sleeper = await phone(stack, server, "1003")
        now = datetime.now(UTC)
        fields = {
            "name": "Early", "number": "1003", "date": f"{now:%Y-%m-%d}", "time": f"{now:%H:%M}"
        }  # fmt: skip
        added = admin.post("/v1/wake-up-calls", fields)
        assert added.status == 201, added.body
        came = await sleeper.next_call()
        with Voice(0) as voice:
            await came.accept(session(voice, 0))
            await asyncio.to_thread(
                wait_until, lambda: max(voice.received[-4000:] or [0]) > 1000, 10, "words"
            )
            await came.hang_up()
        path = f"/v1/wake-up-calls/{added.json()['id']}"

        def over() -> bool:
            shown = admin.get(path).json()
            return (shown["outcome"], shown["disabled"]) == ("answered", True)

        await asyncio.to_thread(wait_until, over, 10, "the outcome")
        assert admin.delete(path).status == 204


async def test_a_wake_up_call_is_asked_for_by_phone(server: Server) -> None:
    admin = Program(server.url, "admin", "Demo-admin!")
    async with AsyncExitStack() as stack:
        guest = await phone(stack, server, "1002")
        with Voice(0) as voice:
            call = await guest.invite(f"sip:*35@127.0.0.1:{server.sip_port}", session(voice))
            press(voice, call, "0730")

            def kept() -> list[dict[str, str]]:
                items: list[dict[str, str]] = admin.get("/v1/wake-up-calls").json()["items"]
                return items

            await asyncio.to_thread(wait_until, kept, 15, "a wake-up call")
            [row] = kept()
            assert (row["number"], row["time"], row["mode"]) == ("1002", "07:30", "once")
            await call.hang_up()
        assert admin.delete(f"/v1/wake-up-calls/{row['id']}").status == 204
