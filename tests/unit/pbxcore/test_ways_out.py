"""Which trunk carries a call, after which answers another is tried, and who is shown there."""

from __future__ import annotations

import pytest

from pbxcore.dialplan.emergencies import EmergencyNumber
from pbxcore.dialplan.plan import Plan
from pbxcore.dialplan.ways import WayOut
from pbxcore.sip.message import Request
from tests.support.handsets import Office
from tests.unit.pbxcore.test_call_limits import NUMBER, POLICE, outside


def headers(office: Office, name: str) -> tuple[bytes, bytes]:
    """From and Privacy of what came to a stack."""
    invite = office[name].talk.last
    assert isinstance(invite, Request)
    return invite.get(b"from") or b"", invite.get(b"privacy") or b""


@pytest.mark.parametrize(
    ("fails_over_on", "answer", "goes_on"),
    [
        (("503",), 503, True),
        (("5xx",), 503, True),
        (("486",), 486, True),
        (("404",), 503, False),
        ((), 503, False),
    ],
)
def test_the_answers_of_a_trunk_after_which_the_next_is_tried_are_its_own(
    fails_over_on: tuple[str, ...], answer: int, *, goes_on: bool
) -> None:
    with Office("alice", "first", "second") as office:
        outside(office, "first", "second", fails_over_on=fails_over_on)
        office["first"].refuses = answer
        alice = office["alice"].dial(NUMBER)
        office.run(2)
        if goes_on:
            office["second"].talk.accept()
            office.run(1)
            assert alice.notes[-1] == "confirmed"
            alice.hang_up()
        else:
            assert alice.notes == ["500"]  # nobody's 503 but our own speaks of us
            assert office["second"].talks == []
        office.run()
        office.check()


def test_nobody_sees_who_calls_by_a_trunk_that_sends_anonymous() -> None:
    with Office("alice", "provider") as office:
        outside(office, "provider", anonymous=True)
        alice = office["alice"].dial(NUMBER)
        office.run(1)
        from_, privacy = headers(office, "provider")
        assert b"anonymous@anonymous.invalid" in from_
        assert privacy == b"id"
        alice.hang_up()
        office.run()
        office.check()


def test_emergency_services_see_who_calls_all_the_same() -> None:
    with Office("alice", "provider") as office:
        outside(office, "provider", anonymous=True)
        number = EmergencyNumber(POLICE, "Police", (WayOut("provider"),))
        office.house.directory.plan = Plan(emergencies=(number,))
        alice = office["alice"].dial(POLICE)
        office.run(1)
        from_, privacy = headers(office, "provider")
        assert b"anonymous" not in from_
        assert privacy == b""
        alice.hang_up()
        office.run()
        office.check()
