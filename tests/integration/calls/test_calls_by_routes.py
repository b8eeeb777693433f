"""Calls out by a trunk and in by it, as routes say, at a running server."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

import pytest

from pbxcore.net.user_agent import Refused
from tests.support.provider import PROVIDER, Provider, dialled, provider
from tests.support.server import free_port
from tests.support.sipp_script import (
    answers,
    calls,
    is_answered,
    is_hung_up,
    is_refused,
    script,
    sipp,
    takes,
)
from tests.support.tone import Voice
from tests.support.voice_phone import hear, port_of, session

if TYPE_CHECKING:
    from pathlib import Path

__all__ = ["provider"]


async def test_a_call_goes_out_by_the_best_route_as_it_says(provider: Provider) -> None:
    pair = provider.pair
    way = {"trunk": provider.trunk, "strip": 1, "prepend": "0"}
    usual = provider.route(
        "outbound", name="City", patterns="_9X.", ways=[way], permission="internal"
    )
    dear = provider.route(
        "outbound", name="Far", patterns="_900.", ways=[way],
        permission="internal-local-national-international",
    )  # fmt: skip
    with Voice(440) as ours, Voice(1000) as theirs:
        call = pair.caller.call(pair.uri("9123"), session(ours))
        came = await provider.agent.next_call()
        assert dialled(came) == "0123"
        await came.accept(session(theirs, 0))
        await call.answered()
        ours.talk(port_of(call.remote_description))
        theirs.talk(port_of(came.remote_description))
        await asyncio.gather(
            asyncio.to_thread(ours.hears, 1000), asyncio.to_thread(theirs.hears, 440)
        )
        await call.hang_up()
        await came.ended()
        record = await pair.record()
        assert (record["direction"], record["destination_trunk"]) == ("outbound", "City Line")
        assert (record["callee"], record["disposition"]) == ("9123", "answered")
        # The better match is not for this extension, the next one is.
        call = pair.caller.call(pair.uri("900123"), session(ours))
        came = await provider.agent.next_call()
        assert dialled(came) == "000123"
        came.refuse(486)
        with pytest.raises(Refused):
            await call.answered()
        assert (await pair.record())["disposition"] == "busy"
        provider.remove(usual)
        with pytest.raises(Refused) as refused:
            await pair.caller.invite(pair.uri("900123"), session(ours))
        assert refused.value.status == 403
        await pair.record()
    provider.remove(dear)


async def test_a_call_comes_in_with_its_number_rewritten_and_kept(
    provider: Provider, tmp_path: Path
) -> None:
    pair = provider.pair
    route = provider.route(
        "inbound", name="Main", trunks=[provider.trunk], dids="_80XX",
        number_set="9${CALLERID(num)}", destination={"kind": "extension", "value": "1001"},
    )  # fmt: skip
    at = tmp_path, pair.server
    answered = script(
        calls("8001", "5551234", known=False), is_answered("8001", "5551234", 1), is_hung_up()
    )
    with Voice(1000) as theirs:
        async with sipp(*at, answered, host=PROVIDER):
            came = await pair.callee.next_call()
            assert "95551234" in came.peer
            await came.accept(session(theirs, 0))
            await came.hang_up()
        record = await pair.record()
        expected = {
            "direction": "inbound", "caller": "95551234", "original_caller": "5551234",
            "callee": "8001", "answered_by": "1001", "source_trunk": "City Line",
        }  # fmt: skip
        assert {name: record[name] for name in expected} == expected
    for number, status in ("7001", 404), ("8001", 486):
        refused = is_refused(number, "5551234", status, cseq=1)
        async with sipp(*at, script(calls(number, "5551234", known=False), refused), host=PROVIDER):
            pass
        await pair.record()
        provider.set("blacklist", enabled=True, blocked="_555.")
    provider.set("blacklist", enabled=False)
    provider.remove(route)


async def test_the_number_that_was_dialled_may_stand_in_to(provider: Provider) -> None:
    pair = provider.pair
    trunk = f"/v1/trunks/{provider.trunk}"
    assert provider.admin.patch(trunk, {"did_from": "to-header"}).status == 200
    route = provider.route(
        "inbound", name="Main", trunks=[provider.trunk], dids="8001",
        destination={"kind": "extension", "value": "1001"},
    )  # fmt: skip
    with Voice(440) as ours, Voice(1000) as theirs:
        account, number = pair.uri("city-line"), pair.uri("8001")
        call = provider.agent.call(account, session(ours), to=number)
        came = await pair.callee.next_call()
        await came.accept(session(theirs, 0))
        await call.answered()
        await call.hang_up()
        await came.ended()
        assert (await pair.record())["callee"] == "8001"
    provider.remove(route)
    assert provider.admin.patch(trunk, {"did_from": "request-line"}).status == 200


async def test_a_call_that_came_in_goes_out_again_and_shows_who_called(provider: Provider) -> None:
    pair, way = provider.pair, {"trunk": provider.trunk, "strip": 1}
    routes = [
        provider.route("outbound", name="Out", patterns="_9X.", ways=[way]),
        provider.route(
            "inbound", name="Through", trunks=[provider.trunk], dids="8100",
            destination={"kind": "external", "value": "9777"},
        ),
    ]  # fmt: skip
    kept = {"keep_original_cid": True, "caller_id": "5550000"}
    for change, shown in ({"caller_id": "5550000"}, "5550000"), (kept, "5551234"):
        assert provider.admin.patch(f"/v1/trunks/{provider.trunk}", change).status == 200
        pair.settled()
        with Voice(440) as ours, Voice(1000) as theirs:
            call = provider.agent.call(pair.uri("8100"), session(ours))
            came = await provider.agent.next_call()
            assert dialled(came) == "777"
            assert shown in came.peer
            await came.accept(session(theirs, 0))
            await call.answered()
            await call.hang_up()
            await came.ended()
            record = await pair.record()
        assert record["source_trunk"] == record["destination_trunk"] == "City Line"
    for each in routes:
        provider.remove(each)


async def test_an_extension_forwards_a_call_out_by_the_trunk_it_came_in_by(
    provider: Provider, tmp_path: Path
) -> None:
    """Both sides are the provider's, and hear each other; he may want to read of deflection."""
    at, trunk = free_port(udp=True), f"/v1/trunks/{provider.trunk}"
    assert provider.admin.patch(trunk, {"port": at}).status == 200
    pair, way = provider.pair, {"trunk": provider.trunk, "strip": 1}
    to = {"kind": "extension", "value": "1001"}
    routes = [
        provider.route("outbound", name="Out", patterns="_9X.", ways=[way], permission="internal"),
        provider.route(
            "inbound", name="Desk", trunks=[provider.trunk], dids="8200", destination=to
        ),
    ]
    forward = {"presence": "available", "case": "always", "kind": "external", "value": "9777"}
    extension = "/v1/extensions/1001"
    changed = provider.admin.patch(extension, {"forwards": [forward | {"condition": 0}]})
    assert changed.status == 200, changed.body
    provider.set("sip", send_deflection_diversion=True)
    with Voice(440) as ours, Voice(1000) as theirs:
        calling = calls("8200", "5551234", port=ours.port, known=False)
        told = takes(181), takes(180), is_answered("8200", "5551234", 1)
        caller = script(calling, *told, is_hung_up())
        taking = answers("180 Ringing"), answers("200 OK", port=theirs.port), takes("ACK")
        callee = script(takes("INVITE"), *taking, is_hung_up())
        async with (
            sipp(tmp_path, pair.server, callee, host=PROVIDER, port=at) as called,
            sipp(tmp_path, pair.server, caller, host=PROVIDER) as came,
        ):
            assert await called.took("INVITE", " sip:([0-9]+)@") == "777"
            diverted = await called.took("INVITE", r"\nDiversion: ([^\n]*)")
            assert "sip:1001@" in diverted
            assert "reason=deflection" in diverted
            ours.talk(int(await came.took("SIP/2.0 200", "m=audio ([0-9]+)")))
            theirs.talk(int(await called.took("INVITE", "m=audio ([0-9]+)")))
            await hear((ours, 1000), (theirs, 440))
            (live,) = pair.live()
            ended = provider.admin.post(f"/v1/calls/live/{live['id']}/hang-up")
            assert ended.status < 300, ended.body
    record = await pair.record()
    assert record["source_trunk"] == record["destination_trunk"] == "City Line"
    provider.set("sip", send_deflection_diversion=False)
    assert provider.admin.patch(trunk, {"port": provider.agent.port}).status == 200
    assert provider.admin.patch(extension, {"forwards": []}).status == 200
    for each in routes:
        provider.remove(each)


async def test_what_the_provider_refuses_is_told_as_his(provider: Provider) -> None:
    pair = provider.pair
    ways = [{"trunk": provider.trunk, "strip": 1}]
    route = provider.route(
        "outbound", name="Out", patterns="_9X.", ways=ways, permission="internal"
    )
    for status in 403, 404, 488, 503:
        with Voice(440) as voice:
            call = pair.caller.call(pair.uri("9123"), session(voice))
            (await provider.agent.next_call()).refuse(status)
            with pytest.raises(Refused):
                await call.answered()
        record = await pair.record()
        told = provider.admin.get(f"/v1/calls/{record['id']}/diagnosis").json()["items"]
        assert [each["code"] for each in told] == [f"refused_{status}"]
        assert "City Line" in told[0]["text"]
    provider.remove(route)
