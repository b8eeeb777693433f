"""Who calls, told to whom: trusted and untrusted trunks, and phones (RFC 3323, RFC 3325)."""

from __future__ import annotations

from contextlib import AsyncExitStack
from typing import TYPE_CHECKING, Literal

import pytest

from pbxcore.dialplan.place import Place
from pbxcore.dialplan.plan import InboundRoute, OutboundRoute, Plan
from pbxcore.dialplan.ways import WayOut
from pbxcore.directory import PlanChanged, Trunk, TrunkPut
from pbxcore.net.user_agent import AsyncUserAgent, Refused
from pbxcore.sip.agent.incoming_call import IncomingCall
from tests.support.near import SESSION, registered

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

    from pbxcore.sip.message import Request
    from tests.integration.sip.conftest import House

TRUSTED, STRANGER = "127.0.0.2", "127.0.0.3"
PLAN = Plan(
    outbound=(
        OutboundRoute("a", "A", ("_1X.",), (WayOut("trusted", 1),)),
        OutboundRoute("b", "B", ("_2X.",), (WayOut("stranger", 1),)),
    ),
    inbound=(InboundRoute("in", "In", ("trusted", "stranger"), Place("extension", "1000")),),
)
ANONYMOUS = b"sip:anonymous@anonymous.invalid"


class Party:
    """The phone of 1000, and two providers of whom one is trusted with names."""

    def __init__(self, house: House, *agents: AsyncUserAgent) -> None:
        self.house = house
        self.phone, self.trusted, self.stranger = agents

    def uri(self, number: str) -> str:
        return f"sip:{number}@127.0.0.1:{self.house.port}"

    async def heard(self, caller: AsyncUserAgent, number: str, *lines: bytes) -> Request:
        """The INVITE that reaches whoever is called."""
        called = {"1": self.trusted, "2": self.stranger}.get(number[0], self.phone)
        if caller in (self.trusted, self.stranger):
            called = self.phone
        call = caller.call(self.uri(number), SESSION, *lines)
        came = await called.next_call()
        came.refuse(486)
        with pytest.raises(Refused):
            await call.answered()
        assert isinstance(came.call, IncomingCall)
        return came.call.request


@pytest.fixture
async def party(house: House) -> AsyncIterator[Party]:
    async with AsyncExitStack() as stack:
        agents = [
            await stack.enter_async_context(each)
            for each in (
                registered(house.port),
                AsyncUserAgent(f"sip:49891234@{TRUSTED}", host=TRUSTED),
                AsyncUserAgent(f"sip:49891234@{STRANGER}", host=STRANGER),
            )
        ]
        parties: tuple[tuple[str, str, AsyncUserAgent, Literal["asserted", "none"]], ...] = (
            ("trusted", TRUSTED, agents[1], "asserted"),
            ("stranger", STRANGER, agents[2], "none"),
        )
        changes = [
            TrunkPut(
                Trunk(
                    name, name, host, agent.port,
                    caller_id="4930100", networks=(host,), identity=identity,
                )
            )
            for name, host, agent, identity in parties
        ]  # fmt: skip
        await house.apply(*changes, PlanChanged(PLAN))
        yield Party(house, *agents)


async def test_who_calls_openly_is_named_to_all_and_asserted_to_the_trusted(party: Party) -> None:
    for number, asserts in ("1555", True), ("2555", False):
        invite = await party.heard(party.phone, number)
        assert b"<sip:4930100@" in (invite.get(b"from") or b"")
        assert bool(invite.lines_of(b"p-asserted-identity")) is asserts
        assert invite.get(b"privacy") is None


@pytest.mark.parametrize("wish", [b"id", b"user;id", b"header;user"])
async def test_who_wants_no_name_is_named_to_the_trusted_alone(party: Party, wish: bytes) -> None:
    told = await party.heard(party.phone, "1555", b"Privacy: " + wish)
    assert ANONYMOUS in (told.get(b"from") or b"")
    assert b"<sip:4930100@" in (told.get(b"p-asserted-identity") or b"")
    assert set((told.get(b"privacy") or b"").split(b";")) == set(wish.split(b";"))
    hidden = await party.heard(party.phone, "2555", b"Privacy: " + wish)
    assert ANONYMOUS in (hidden.get(b"from") or b"")
    whole = b"\n".join(hidden.lines)
    assert b"4930100@" not in whole
    assert b"1000@" not in whole
    assert b"The " not in whole
    assert hidden.get(b"p-asserted-identity") is None


async def test_a_phone_may_leave_out_who_calls(party: Party) -> None:
    secret = "Sip-1000!"  # noqa: S105
    nobody = f'"Anonymous" <{ANONYMOUS.decode()}>'
    async with AsyncUserAgent(nobody, username="1000", password=secret) as phone:
        told = await party.heard(phone, "1555")
        assert ANONYMOUS in (told.get(b"from") or b"")
        assert b"<sip:4930100@" in (told.get(b"p-asserted-identity") or b"")
        assert told.get(b"privacy") == b"id"
        hidden = b"\n".join((await party.heard(phone, "2555")).lines)
        assert b"4930100@" not in hidden
        assert b"1000@" not in hidden
        with pytest.raises(Refused) as untold:  # who gets a text is to know whose it is
            await phone.message(party.uri("1000"), "Guess who")
        assert untold.value.status == 403
    async with AsyncUserAgent(nobody, username="1000", password=secret[1:]) as stranger:
        with pytest.raises(Refused) as refused:
            await stranger.call(party.uri("1555"), SESSION).answered()
        assert refused.value.status == 401


async def test_what_a_phone_asserts_of_itself_is_not_believed(party: Party) -> None:
    boss = b'P-Asserted-Identity: "The President" <sip:1@pbx.test>'
    for number in "1555", "2555":
        invite = await party.heard(party.phone, number, boss)
        assert b"President" not in b"\n".join(invite.lines)


async def test_what_a_provider_asserts_is_believed_and_what_it_hides_is_hidden(
    party: Party,
) -> None:
    asserted = b'P-Asserted-Identity: "Zoe" <sip:49555@provider.test>'
    invite = await party.heard(party.trusted, "4930100", asserted)
    assert b'"Zoe" <sip:49555@' in (invite.get(b"from") or b"")
    hidden = await party.heard(party.trusted, "4930100", asserted, b"Privacy: id")
    assert b"49555@" not in b"\n".join(hidden.lines)
    assert b"Zoe" not in b"\n".join(hidden.lines)
