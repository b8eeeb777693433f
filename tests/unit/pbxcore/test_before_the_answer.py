"""What passes a trunk before a call is answered: early media, and acknowledged provisionals."""

from __future__ import annotations

from typing import Any

import pytest

from pbxcore.directory import Delta, ExtensionRemoved
from pbxcore.sip.message import Response
from tests.support.handsets import Office
from tests.unit.pbxcore.test_call_legs_differ import Tap, speaks
from tests.unit.pbxcore.test_call_limits import NUMBER, outside


def bodies(tap: Tap) -> list[tuple[int, bool]]:
    """The provisional responses that came, and whether each brought a session."""
    return [(each.status, bool(each.body)) for each in tap.provisionals()]


@pytest.mark.parametrize("passes", [True, False])
def test_early_media_of_a_provider_is_heard_where_the_trunk_passes_it(*, passes: bool) -> None:
    with Office("alice", "first") as office:
        outside(office, "first", early_media=passes)
        at_alice = Tap(office, "alice")
        alice = office["alice"].dial(NUMBER)
        office.run(1)
        first = office["first"].talk
        first.ring(183, early=True)
        office.run(1)
        heard = bodies(at_alice)
        assert ((183, True) in heard) is passes
        assert heard[-1] == ((183, True) if passes else (180, False))
        assert bool(office.house.workers.heard) is passes
        first.accept()  # the session that came early is the answer all the same
        office.run(1)
        assert (alice.notes[-1], first.notes[-1]) == ("confirmed", "confirmed")
        assert office.house.workers.heard
        alice.hang_up()
        office.run()
        office.check()


@pytest.mark.parametrize("passes", [True, False])
def test_a_provider_is_told_a_session_before_the_answer_where_the_trunk_passes_it(
    *, passes: bool
) -> None:
    with Office("first", "bob") as office:
        outside(office, "first", early_media=passes)
        directory = office.house.directory
        directory.apply(Delta(directory.version + 1, (ExtensionRemoved("first"),)))
        at_first = Tap(office, "first")
        talk = office["first"].dial("bob")
        office.run(1)
        office["bob"].talk.ring(183, early=True)
        office.run(1)
        assert ((183, True) in bodies(at_first)) is passes
        assert passes or bodies(at_first)[-1] == (180, False)
        office["bob"].talk.accept()
        office.run(1)
        assert talk.notes[-1] == "confirmed"
        talk.hang_up()
        office.run()
        office.check()


@pytest.mark.parametrize(
    ("prack", "supported", "required"),
    [("off", False, None), ("supported", True, None), ("required", True, b"100rel")],
)
def test_a_provider_is_asked_for_acknowledged_provisionals_as_the_trunk_says(
    prack: str, *, supported: bool, required: bytes | None
) -> None:
    with Office("alice", "first") as office:
        outside(office, "first", prack=prack)
        speaks(office, "first", reliable=True)
        at_first = Tap(office, "first")
        alice = office["alice"].dial(NUMBER)
        office.run(1)
        (invite,) = at_first.requests(b"INVITE")
        assert (b"100rel" in (invite.get(b"supported") or b"")) is supported
        assert invite.get(b"require") == required
        assert bool(at_first.requests(b"PRACK")) is supported
        office["first"].talk.accept()
        office.run(1)
        assert alice.notes[-1] == "confirmed"
        alice.hang_up()
        office.run()
        office.check()


@pytest.mark.parametrize("prack", ["off", "supported", "required"])
@pytest.mark.parametrize("knows", [True, False])
def test_who_calls_is_told_reliably_as_it_is_wished(prack: Any, *, knows: bool) -> None:
    with Office("alice", "bob") as office:
        agent = office.house.agent
        begin = agent.begin
        agent.begin = lambda incoming, invited: begin(incoming, invited, prack)  # type: ignore[method-assign, misc, assignment]
        core = office["alice"].agent.core
        if not knows:
            tags = core.abilities("off")
            core.abilities = lambda prack="supported": tags  # type: ignore[method-assign]
        at_alice = Tap(office, "alice")
        alice = office["alice"].dial("bob")
        office.run(1)
        answers = [each for _, each in at_alice.came if isinstance(each, Response)]
        if prack == "required" and not knows:
            (refused,) = (each for each in answers if each.status >= 200)
            assert (refused.status, refused.get(b"require")) == (421, b"100rel")
            assert not office["bob"].talks
        else:
            reliable = knows and prack != "off"
            assert all(bool(each.get(b"rseq")) is reliable for each in at_alice.provisionals())
            assert at_alice.provisionals()
            alice.hang_up()
        office.run()
        office.check()
