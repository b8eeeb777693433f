"""Calls out by a trunk and in by it, as the dialplan has them."""

from __future__ import annotations

from contextlib import asynccontextmanager
from typing import TYPE_CHECKING

import msgspec
import pytest

from pbxcore.dialplan.place import Place
from pbxcore.dialplan.plan import InboundRoute, OutboundRoute, Plan
from pbxcore.dialplan.ways import WayOut
from pbxcore.directory import PlanChanged, Trunk, TrunkPut
from pbxcore.journal import CallEnded, CallStarted, LegCalled
from pbxcore.net.call import AsyncCall
from pbxcore.net.hearing import Hearing
from pbxcore.net.user_agent import AsyncUserAgent, Refused
from pbxcore.sip.address import Address
from tests.support.near import SESSION, registered

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

    from tests.integration.sip.conftest import House

PLAN = Plan(
    outbound=(OutboundRoute("out", "Out", ("_00x.",), (WayOut("t", 2, "+"),)),),
    inbound=(
        InboundRoute(
            "in",
            "In",
            ("t",),
            Place("extension", "1000"),
            ("_4930.",),
            number_set="00${CALLERID(num)}",
        ),
    ),
)


@asynccontextmanager
async def provider(house: House) -> AsyncIterator[AsyncUserAgent]:
    """The far end of the trunk, at an address of its own."""
    async with AsyncUserAgent("sip:49891234@127.0.0.2", host="127.0.0.2") as agent:
        trunk = Trunk(
            "t", "Provider", "127.0.0.2", agent.port, caller_id="4930100", networks=("127.0.0.2",)
        )
        await house.apply(TrunkPut(trunk), PlanChanged(PLAN))
        yield agent


async def test_a_call_goes_out(house: House) -> None:
    async with provider(house) as far, registered(house.port) as near:
        call = near.call(f"sip:0049891234@127.0.0.1:{house.port}", SESSION)
        came = await far.next_call()
        assert came.peer == "sip:4930100@127.0.0.2"
        await came.accept(SESSION)
        await call.answered()
        await call.hang_up()
        await came.ended()
    started, called, ended = (
        next(each for each in house.facts if isinstance(each, kind))
        for kind in (CallStarted, LegCalled, CallEnded)
    )
    assert isinstance(started, CallStarted)
    assert isinstance(called, LegCalled)
    assert (started.direction, started.dialled) == ("outbound", "0049891234")
    assert (called.trunk, called.number) == ("t", "+49891234")
    assert isinstance(ended, CallEnded)


async def test_a_telephone_number_is_dialled_as_such(house: House) -> None:
    async with provider(house) as far, registered(house.port) as near:
        proxy = Address(b"", b"sip:127.0.0.1:%d;lr" % house.port)
        hearing = Hearing(SESSION)
        number = b"tel:0049-89-1234;phone-context=pbx.test"
        outgoing = near.agent.invite(number, hearing, body=SESSION, route=(proxy,))
        came = await far.next_call()
        await came.accept(SESSION)
        call = AsyncCall(hearing, outgoing)
        await call.answered()
        await call.hang_up()
        await came.ended()
    called = next(each for each in house.facts if isinstance(each, LegCalled))
    assert called.number == "+49891234"


async def test_a_call_comes_in(house: House) -> None:
    async with provider(house) as far, registered(house.port) as near:
        call = far.call(f"sip:4930555@127.0.0.1:{house.port}", SESSION)
        came = await near.next_call()
        assert came.peer.startswith("sip:0049891234@")
        await came.accept(SESSION)
        await call.answered()
        await came.hang_up()
        await call.ended()
        with pytest.raises(Refused) as refused:
            await far.invite(f"sip:5555@127.0.0.1:{house.port}", SESSION)
        assert refused.value.status == 404
    started = next(each for each in house.facts if isinstance(each, CallStarted))
    assert (started.direction, started.trunk, started.original) == ("inbound", "t", "49891234")


async def test_a_stranger_does_not_call(house: House) -> None:
    async with AsyncUserAgent("sip:mallory@127.0.0.3", host="127.0.0.3") as stranger:
        with pytest.raises(Refused) as refused:
            await stranger.invite(f"sip:1000@127.0.0.1:{house.port}", SESSION)
        assert refused.value.status == 401
    assert not [each for each in house.facts if isinstance(each, CallStarted)]


async def test_trunks_at_one_address_are_told_apart(house: House) -> None:
    """By the number that each of two accounts has, by the port where it is a peer's."""
    async with provider(house) as far, AsyncUserAgent("sip:5@127.0.0.2", host="127.0.0.2") as peer:
        one = Trunk("one", "One", "127.0.0.2", 5099, username="one", networks=("127.0.0.2",))
        two = msgspec.structs.replace(one, id="two", name="Two", username="x", number="555-1000")
        other = msgspec.structs.replace(one, id="peer", name="Peer", username="", port=peer.port)
        await house.apply(TrunkPut(one), TrunkPut(two), TrunkPut(other))
        for agent, number in (far, "one"), (far, "555-1000"), (peer, "4930555"), (far, "4930555"):
            with pytest.raises(Refused):
                await agent.invite(f"sip:{number}@127.0.0.1:{house.port}", SESSION)
    started = [each.trunk for each in house.facts if isinstance(each, CallStarted)]
    assert started == ["one", "two", "peer", "t"]


async def test_peers_at_one_address_and_port_are_told_apart_by_their_domain(house: House) -> None:
    async with (
        AsyncUserAgent("sip:5@127.0.0.2", host="127.0.0.2") as plain,
        AsyncUserAgent("sip:5@B.example", host="127.0.0.2") as named,
    ):
        one = Trunk("one", "One", "127.0.0.2", 5099, networks=("127.0.0.2",))
        two = msgspec.structs.replace(one, id="two", name="Two", from_domain="b.example")
        await house.apply(TrunkPut(one), TrunkPut(two))
        for agent in plain, named:
            with pytest.raises(Refused):
                await agent.invite(f"sip:4930555@127.0.0.1:{house.port}", SESSION)
    started = [each.trunk for each in house.facts if isinstance(each, CallStarted)]
    assert started == ["one", "two"]
