"""Speed dials, emergencies, limits and causes at a running server."""

from __future__ import annotations

import asyncio
import time
from typing import TYPE_CHECKING

import pytest

from pbxcore.media.tones import CNG_HZ
from pbxcore.net.user_agent import Refused
from tests.integration.calls.test_services import add_prompt
from tests.support.provider import dialled, provider
from tests.support.sipp_script import calls, is_refused, script, sipp
from tests.support.tone import Voice
from tests.support.voice_phone import port_of, session

if TYPE_CHECKING:
    from pathlib import Path

    from tests.support.provider import Provider

__all__ = ["provider"]


async def test_a_speed_dial_reaches_an_extension_and_a_number_outside(provider: Provider) -> None:
    pair, admin = provider.pair, provider.admin
    way = {"trunk": provider.trunk, "strip": 1}
    out = provider.route("outbound", name="City", patterns="_9X.", ways=[way])
    places = {"*1": ("extension", "1001"), "2": ("external", "9123")}
    dials = [
        admin.post("/v1/speed-dials", {"code": code, "destination": {"kind": kind, "value": to}})
        for code, (kind, to) in places.items()
    ]
    assert [each.status for each in dials] == [201, 201]
    pair.settled()
    with Voice(440) as ours, Voice(1000) as theirs:
        for code, callee in ("*1", pair.callee), ("2", provider.agent):
            call = pair.caller.call(pair.uri(code), session(ours))
            came = await callee.next_call()
            await came.accept(session(theirs, 0))
            await call.answered()
            await call.hang_up()
            await came.ended()
            assert (await pair.record())["callee"] == code
    assert dialled(came) == "123"
    for each in dials:
        provider.remove(f"/v1/speed-dials/{each.json()['id']}")
    provider.remove(out)


async def test_a_call_is_ended_in_time_and_the_caller_hears_it_before(provider: Provider) -> None:
    pair = provider.pair
    route = provider.route(
        "outbound", name="Short", patterns="_9X.", ways=[{"trunk": provider.trunk}],
        longest_s=4, warned_s=3, every_s=1,
    )  # fmt: skip
    with Voice(440) as ours, Voice(1000) as theirs:
        call = pair.caller.call(pair.uri("9123"), session(ours))
        came = await provider.agent.next_call()
        await came.accept(session(theirs, 0))
        await call.answered()
        ours.talk(port_of(call.remote_description))
        theirs.talk(port_of(came.remote_description))
        await asyncio.gather(
            asyncio.to_thread(ours.hears, 1400, seconds=0.1, within_s=4), call.ended()
        )
        await came.ended()
        record = await pair.record()
    assert record["disposition"] == "answered"
    assert {each["reason"] for each in record["legs"]} == {"time_limit"}
    provider.remove(route)


async def test_an_emergency_needs_no_route_and_ends_a_call_for_its_line(
    provider: Provider,
) -> None:
    pair, admin = provider.pair, provider.admin
    assert admin.patch(f"/v1/trunks/{provider.trunk}", {"max_outgoing": 1}).status == 200
    out = provider.route("outbound", name="City", patterns="_X.", ways=[{"trunk": provider.trunk}])
    body = {
        "name": "Police", "number": "110", "ways": [{"trunk": provider.trunk, "prepend": "0"}],
        "caller_id": "4930110",
    }  # fmt: skip
    added = admin.post("/v1/emergency-numbers", body)
    assert added.status == 201, added.body
    pair.settled()
    with Voice(440) as ours, Voice(1000) as theirs:
        call = pair.caller.call(pair.uri("9123"), session(ours))
        came = await provider.agent.next_call()
        await came.accept(session(theirs, 0))
        await call.answered()
        with pytest.raises(Refused) as refused:
            await pair.callee.invite(pair.uri("9124"), session(ours))
        assert refused.value.status == 503
        urgent = pair.callee.call(pair.uri("110"), session(ours))
        await call.ended()
        await came.ended()
        police = await provider.agent.next_call()
        assert dialled(police) == "0110"
        assert "4930110" in police.peer
        await police.accept(session(theirs, 0))
        await urgent.answered()
        await urgent.hang_up()
        await police.ended()
    provider.remove(f"/v1/emergency-numbers/{added.json()['id']}")
    provider.remove(out)


@pytest.mark.parametrize(("cause", "reason"), [(404, 1), (410, 22), (480, 18)])
async def test_who_is_not_registered_is_told_by_the_cause_that_is_set(
    provider: Provider, tmp_path: Path, cause: int, reason: int
) -> None:
    provider.set("sip", unavailable_cause=str(cause))
    told = is_refused("1003", "1000", cause, Reason=f"Q.850;cause={reason}($|[^0-9])")
    async with sipp(tmp_path, provider.pair.server, script(calls("1003", "1000"), told)):
        pass
    provider.set("sip", unavailable_cause="480")


async def test_an_extension_is_shown_by_its_caller_id_inside_and_out(provider: Provider) -> None:
    pair, admin = provider.pair, provider.admin
    ways = [{"trunk": provider.trunk}]
    out = provider.route("outbound", name="All", patterns="_9.", ways=ways, permission="none")
    provider.set("outbound_calls", caller_id="5550000")
    shown = {"1000": "5551000", "1001": "5550000"}
    assert admin.patch("/v1/extensions/1000", {"caller_id": shown["1000"]}).status == 200
    pair.settled()
    with Voice(440) as ours, Voice(1000) as theirs:
        call = pair.caller.call(pair.uri("1001"), session(ours))
        came = await pair.callee.next_call()
        assert "sip:5551000@" in came.peer
        await came.accept(session(theirs, 0))
        await call.answered()
        await call.hang_up()
        await came.ended()
        assert (await pair.record())["caller"] == "1000"
        for phone_, number in (pair.caller, "1000"), (pair.callee, "1001"):
            call = phone_.call(pair.uri("9123"), session(ours))
            came = await provider.agent.next_call()
            assert f"sip:{shown[number]}@" in came.peer
            await came.accept(session(theirs, 0))
            await call.answered()
            await call.hang_up()
            await came.ended()
            await pair.record()
    provider.set("outbound_calls", caller_id="")
    assert admin.patch("/v1/extensions/1000", {"caller_id": ""}).status == 200
    provider.remove(out)


async def test_a_pin_opens_the_route_and_its_owner_is_charged(provider: Provider) -> None:
    pair, admin = provider.pair, provider.admin
    group = admin.post(
        "/v1/pin-groups", {"name": "Far", "members": [{"pin": "4711", "name": "Ana"}]}
    )
    assert group.status == 201, group.body
    route = provider.route(
        "outbound", name="Far", patterns="_9X.", ways=[{"trunk": provider.trunk}],
        pin_group=group.json()["id"],
    )  # fmt: skip
    with Voice(440) as ours, Voice(1000) as theirs:
        for typed, opens in ("1234#4711#", True), ("1111#2222#3333#", False):
            call = pair.caller.call(pair.uri("9123"), session(ours))
            await call.answered()
            ours.talk(port_of(call.remote_description))
            for key in typed:
                await call.press(key)
            if opens:
                came = await provider.agent.next_call()
                assert dialled(came) == "9123"
                await came.accept(session(theirs, 0))
                theirs.talk(port_of(came.remote_description))
                await asyncio.gather(
                    asyncio.to_thread(ours.hears, 1000), asyncio.to_thread(theirs.hears, 440)
                )
                await call.hang_up()
                await came.ended()
                assert (await pair.record())["account"] == "Ana"
            else:
                await call.ended()
                record = await pair.record()
                assert (record["account"], record["legs"][0]["reason"]) == ("", "wrong_pin")
    provider.remove(route)
    provider.remove(f"/v1/pin-groups/{group.json()['id']}")


async def test_a_fax_is_told_from_a_person_before_a_phone_rings(
    provider: Provider, tmp_path: Path
) -> None:
    pair = provider.pair
    prompt = add_prompt(pair.server, provider.admin, tmp_path, "Fax", 700)
    route = provider.route(
        "inbound", name="Both", trunks=[provider.trunk], dids="8100",
        destination={"kind": "extension", "value": "1001"}, fax_detection=True, auto_answer=True,
        prompt=prompt,
        fax_destination={"kind": "extension", "value": "1000"}, detection_timeout_s=3,
    )  # fmt: skip
    with Voice(1000) as theirs:
        for hz, taker in (CNG_HZ, pair.caller), (440, pair.callee):
            with Voice(hz) as ours:
                begun = time.monotonic()
                call = provider.agent.call(pair.uri("8100"), session(ours))
                await call.answered()
                ours.talk(port_of(call.remote_description))
                if hz != CNG_HZ:
                    await asyncio.to_thread(ours.hears, 700, seconds=0.3)
                came = await taker.next_call()
                waited = time.monotonic() - begun
                assert waited < 2.5 if hz == CNG_HZ else 2.5 < waited < 4.5
                await came.accept(session(theirs, 0))
                theirs.talk(port_of(came.remote_description))
                await asyncio.to_thread(ours.hears, 1000)
                await call.hang_up()
                await came.ended()
                record = await pair.record()
                assert record["disposition"] == "answered"
    provider.remove(route)
