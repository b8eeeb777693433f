"""What a trunk and those who use it choose, as a provider of a running server sees it."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, Any

import pytest

from pbxcore.net.user_agent import Refused
from tests.support.messaging import eventually
from tests.support.provider import Provider, dialled, provider
from tests.support.tone import Voice
from tests.support.voice_phone import session

if TYPE_CHECKING:
    from pbxcore.net.call import AsyncCall

__all__ = ["provider"]


def arranged(provider: Provider, path: str, **fields: Any) -> None:
    changed = provider.admin.patch(path, fields)
    assert changed.status == 200, changed.body
    provider.pair.settled()


async def turned_down(provider: Provider, call: AsyncCall, status: int = 486) -> AsyncCall:
    """The provider turns down what comes, and whoever called hears of it."""
    came = await provider.agent.next_call()
    came.refuse(status)
    with pytest.raises(Refused):
        await call.answered()
    await provider.pair.record()
    return came


async def test_a_call_that_is_forwarded_shows_the_dod_where_the_extension_wants_so(
    provider: Provider,
) -> None:
    pair, way = provider.pair, {"trunk": provider.trunk, "strip": 1}
    route = provider.route("outbound", name="Out", patterns="_9X.", ways=[way])
    trunk, extension = f"/v1/trunks/{provider.trunk}", "/v1/extensions/1001"
    dods = [{"number": "7001", "extensions": ["1001"]}]
    arranged(provider, trunk, dods=dods, caller_id="5550000", dod_as_name=True)
    forward = {"presence": "available", "case": "always", "kind": "external", "value": "9777"}
    with Voice(440) as ours:
        for wanted, shown in (False, "5550000"), (True, "7001"):
            arranged(provider, extension, forwards=[forward], dod_on_forward=wanted)
            call = pair.caller.call(pair.uri("1001"), session(ours))
            came = await turned_down(provider, call)
            assert (dialled(came), shown in came.peer) == ("777", True)
    arranged(provider, extension, forwards=[], dod_on_forward=False)
    provider.remove(route)


async def test_the_failover_number_is_called_and_barred_numbers_are_not(
    provider: Provider,
) -> None:
    pair, way = provider.pair, {"trunk": provider.trunk, "strip": 1}
    route = provider.route("outbound", name="Out", patterns="_9X.", ways=[way])
    arranged(provider, f"/v1/trunks/{provider.trunk}", failover_number="9555")
    with Voice(440) as ours:
        call = pair.caller.call(pair.uri("9123"), session(ours))
        first = await provider.agent.next_call()
        first.refuse(503)
        instead = await turned_down(provider, call)
        assert (dialled(first), dialled(instead)) == ("123", "555")
        provider.set("outbound_calls", blocked="_900X.", blocked_countries=["882"])
        for number in "900123", "90088212":
            with pytest.raises(Refused) as refused:
                await pair.caller.invite(pair.uri(number), session(ours))
            assert refused.value.status == 403
            await pair.record()
        provider.set("outbound_calls", blocked="", blocked_countries=[])
    provider.remove(route)


async def test_too_many_calls_at_once_stand_in_the_log_until_there_are_fewer(
    provider: Provider,
) -> None:
    pair, way = provider.pair, {"trunk": provider.trunk, "strip": 1}
    route = provider.route("outbound", name="Out", patterns="_9X.", ways=[way])
    arranged(provider, f"/v1/trunks/{provider.trunk}", concurrent_calls_threshold=1)
    with Voice(440) as ours, Voice(1000) as theirs:
        calls = []
        for phone in pair.caller, pair.callee:
            call = phone.call(pair.uri("9123"), session(ours))
            came = await provider.agent.next_call()
            await came.accept(session(theirs, 0))
            await call.answered()
            calls.append(call)
        for call in calls:
            await call.hang_up()
            await pair.record()

    def told() -> bool:
        rows = provider.admin.get("/v1/operations?limit=50").json()["items"]
        here = [each for each in rows if each["object"] == f"trunk:{provider.trunk}"]
        actions = [each["action"] for each in reversed(here)]
        return actions[-2:] == ["trunk.crowd", "trunk.ease"]

    await eventually(lambda: asyncio.to_thread(told))
    provider.remove(route)


async def test_an_extension_that_is_disabled_is_unavailable(provider: Provider) -> None:
    pair = provider.pair
    arranged(provider, "/v1/extensions/1002", enabled=False)
    with Voice(440) as ours, pytest.raises(Refused) as refused:
        await pair.caller.invite(pair.uri("1002"), session(ours))
    assert refused.value.status == 480
    await pair.record()
    arranged(provider, "/v1/extensions/1002", enabled=True)
