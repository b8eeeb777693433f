"""What a provider reads in the requests of a running server, and what it may bring along."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from pbxcore.net.user_agent import Refused
from pbxcore.sip.agent.incoming_call import IncomingCall
from tests.support.provider import Provider, dialled, provider
from tests.support.tone import Voice
from tests.support.voice_phone import session

if TYPE_CHECKING:
    from pbxcore.net.call import AsyncCall
    from pbxcore.sip.message import Request

__all__ = ["provider"]


def invite_of(came: AsyncCall) -> Request:
    assert isinstance(came.call, IncomingCall)
    return came.call.request


def arranged(provider: Provider, **fields: Any) -> None:
    changed = provider.admin.patch(f"/v1/trunks/{provider.trunk}", fields)
    assert changed.status == 200, changed.body
    provider.pair.settled()


async def test_numbers_are_telephone_numbers_and_headers_go_on(provider: Provider) -> None:
    pair, way = provider.pair, {"trunk": provider.trunk, "strip": 1, "prepend": "+"}
    routes = [
        provider.route("outbound", name="Out", patterns="_9X.", ways=[way], permission="internal"),
        provider.route(
            "inbound", name="Desk", trunks=[provider.trunk], dids="8001",
            destination={"kind": "extension", "value": "1001"},
        ),
    ]  # fmt: skip
    headers = ["X-Account", "User-to-User", "Subject"]
    arranged(provider, tel_uri="enabled", caller_id="+4989100", passed_headers=headers)
    with Voice(440) as ours, Voice(1000) as theirs:
        call = pair.caller.call(
            pair.uri("949301234"), session(ours), b"X-Account: 4711", b"X-Other: 1"
        )
        came = await provider.agent.next_call()
        invite = invite_of(came)
        assert invite.uri == b"tel:+49301234"
        assert invite.get(b"to") == b"<tel:+49301234>"
        assert b"<tel:+4989100>" in (invite.get(b"from") or b"")
        assert b"<tel:+4989100>" in (invite.get(b"p-asserted-identity") or b"")
        assert (invite.get(b"x-account"), invite.get(b"x-other")) == (b"4711", None)
        await came.accept(session(theirs, 0))
        await call.answered()
        await call.hang_up()
        await came.ended()
        await pair.record()
        hidden = pair.caller.call(
            pair.uri("*67949301234"), session(ours), b"X-Account: 4711", b"Subject: I am Ada"
        )
        came = await provider.agent.next_call()
        invite = invite_of(came)
        assert (invite.get(b"x-account"), invite.get(b"subject")) == (b"4711", None)
        came.refuse(486)
        with pytest.raises(Refused):
            await hidden.answered()
        await pair.record()
        assert provider.admin.patch("/v1/extensions/1001", {"tel_uri": "user_phone"}).status == 200
        pair.settled()
        call = provider.agent.call(
            pair.uri("8001"), session(ours), b"User-to-User: 00ab;encoding=hex", b"X-B: 2"
        )
        came = await pair.callee.next_call()
        invite = invite_of(came)
        assert b"sip:5551234@" in (invite.get(b"from") or b"")
        assert b";user=phone>" in (invite.get(b"from") or b"")
        assert invite.get(b"user-to-user") == b"00ab;encoding=hex"
        assert invite.get(b"x-b") is None
        came.refuse(486)
        with pytest.raises(Refused):
            await call.answered()
        await pair.record()
    assert provider.admin.patch("/v1/extensions/1001", {"tel_uri": "disabled"}).status == 200
    for each in routes:
        provider.remove(each)


async def test_who_calls_back_gets_who_called(provider: Provider) -> None:
    pair, way = provider.pair, {"trunk": provider.trunk, "strip": 1}
    routes = [
        provider.route("outbound", name="Out", patterns="_9X.", ways=[way], permission="internal"),
        provider.route(
            "inbound", name="Desk", trunks=[provider.trunk], dids="8001",
            destination={"kind": "extension", "value": "1001"},
        ),
    ]  # fmt: skip
    arranged(provider, direct_callback=True)
    with Voice(440) as ours:
        call = pair.caller.call(pair.uri("95551234"), session(ours))
        came = await provider.agent.next_call()
        assert dialled(came) == "5551234"
        came.refuse(486)
        with pytest.raises(Refused):
            await call.answered()
        await pair.record()
        call = provider.agent.call(pair.uri("8001"), session(ours))
        came = await pair.caller.next_call()  # and not at 1001
        came.refuse(486)
        with pytest.raises(Refused):
            await call.answered()
        await pair.record()
    for each in routes:
        provider.remove(each)


async def test_a_provider_that_knows_no_prack_is_refused_where_it_is_required(
    provider: Provider,
) -> None:
    pair = provider.pair
    route = provider.route(
        "inbound", name="Desk", trunks=[provider.trunk], dids="8001",
        destination={"kind": "extension", "value": "1001"},
    )  # fmt: skip
    arranged(provider, prack="required")
    core = provider.agent.agent.core
    tags = core.abilities("off")
    core.abilities = lambda prack="supported": tags  # type: ignore[method-assign]
    with Voice(440) as ours, pytest.raises(Refused) as refused:
        await provider.agent.invite(pair.uri("8001"), session(ours))
    assert refused.value.status == 421
    provider.remove(route)
