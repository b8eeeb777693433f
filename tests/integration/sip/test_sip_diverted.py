"""Calls with a signature that go on to somebody else (RFC 8946)."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from pbxcore.dialplan.place import Place
from pbxcore.dialplan.plan import InboundRoute, OutboundRoute, Plan
from pbxcore.dialplan.ways import WayOut
from pbxcore.directory import PlanChanged, Trunk, TrunkPut
from pbxcore.domain_settings import Stir
from pbxcore.net.user_agent import AsyncUserAgent, Refused
from pbxcore.sip.agent.incoming_call import IncomingCall
from pbxcore.stir.identity import identity_line, read_identity
from tests.support.near import SESSION
from tests.support.shaken import Sti

if TYPE_CHECKING:
    from tests.integration.sip.conftest import House

FAR = "127.0.0.2"
X5U = "https://cert.test/ours.pem"
PLAN = Plan(
    outbound=(OutboundRoute("out", "Out", ("_9X.",), (WayOut("t", 1),)),),
    inbound=(InboundRoute("in", "In", ("t",), Place("external", "94930777"), ("8001",)),),
)
STI = Sti()


def signed(caller: str, called: str) -> bytes:
    payload = {
        "attest": "A", "dest": {"tn": [called]}, "iat": 1, "orig": {"tn": caller}, "origid": "x",
    }  # fmt: skip
    return identity_line(STI.token(payload, X5U), X5U)


async def identities(house: House, *lines: bytes, keeps_original: bool = True) -> list[bytes]:
    """What a call from 5551234 that came with these lines carries when it is sent on."""
    async with AsyncUserAgent(f"sip:5551234@{FAR}", host=FAR) as agent:
        await house.change(stir=Stir(key=STI.key_pem, certificate_url=X5U))
        trunk = Trunk(
            "t", "T", FAR, agent.port,
            networks=("127.0.0.0/8",), signs=True, keeps_original=keeps_original,
            caller_id="4930100",
        )  # fmt: skip
        await house.apply(TrunkPut(trunk), PlanChanged(PLAN))
        call = agent.call(f"sip:8001@127.0.0.1:{house.port}", SESSION, *lines)
        came = await agent.next_call()
        came.refuse(486)
        with pytest.raises(Refused):
            await call.answered()
        assert isinstance(came.call, IncomingCall)
        return came.call.request.lines_of(b"identity")


def claims_of(header: bytes) -> dict[str, object]:
    identity = read_identity(header)
    assert identity is not None
    return STI.reads(identity.token)


async def test_a_call_that_is_sent_on_keeps_its_signature_and_says_whence(house: House) -> None:
    original = signed("5551234", "8001")
    first, second = await identities(house, original)
    assert b"Identity: " + first == original
    assert second.endswith(b"ppt=div")
    claims = claims_of(second)
    told = claims["orig"], claims["div"], claims["dest"]
    assert told == ({"tn": "5551234"}, {"tn": "8001"}, {"tn": ["4930777"]})


async def test_a_call_that_was_diverted_before_says_that_of_all(house: House) -> None:
    payload = {"dest": {"tn": ["8001"]}, "div": {"tn": "7000"}, "iat": 1, "orig": {"tn": "5551234"}}
    before = identity_line(STI.token(payload, X5U), X5U, "div")
    told = await identities(house, signed("5551234", "7000"), before)
    assert len(told) == 3
    assert claims_of(told[-1])["div"] == {"tn": "8001"}


async def test_who_is_shown_by_another_number_is_signed_anew(house: House) -> None:
    (only,) = await identities(house, signed("5551234", "8001"), keeps_original=False)
    claims = claims_of(only)
    assert (claims["attest"], claims["orig"]) == ("A", {"tn": "4930100"})


async def test_who_came_unsigned_has_nothing_that_could_be_diverted(house: House) -> None:
    (only,) = await identities(house)  # RFC 8946 §4.1: no `div` without a token before it
    assert only.endswith(b"ppt=shaken")
    assert claims_of(only)["attest"] == "C"
