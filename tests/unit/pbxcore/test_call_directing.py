"""Calls that a program decides about, and those that it sends elsewhere."""

from __future__ import annotations

from functools import partial

import pytest

from pbxcore.calls.deciding import WITHIN_S
from pbxcore.calls.directing import redirect, transfer
from pbxcore.directory import Delta, ExtensionRemoved, Trunk
from pbxcore.errors import RemoteProtocolError
from pbxcore.journal import CallEnded, CallStarted, CallTransferred, LegCalled
from tests.support.handsets import Office
from tests.support.switching import Way
from tests.unit.pbxcore.test_call_changes import talking


def office_with_provider() -> Office:
    office = Office("provider", "bob", "carol")
    office.house.settle(call_control=True)
    directory = office.house.directory
    directory.apply(Delta(directory.version + 1, (ExtensionRemoved("provider"),)))
    directory.trunks = {"provider": Trunk("provider", "Provider", "provider.test")}
    return office


def started(office: Office) -> CallStarted:
    (fact,) = office.house.told(CallStarted)
    assert isinstance(fact, CallStarted)
    return fact


def test_a_call_from_outside_waits_and_goes_on_by_itself() -> None:
    with office_with_provider() as office:
        caller = office["provider"].dial("bob")
        office.run(WITHIN_S - 1)
        assert not office["bob"].talks
        office.run(2)
        office["bob"].talk.accept()
        office.run(1)
        assert office.house.switchboard.decide(started(office).call, accepted=True) == 409
        caller.hang_up()
        office.run()
        office.check()


@pytest.mark.parametrize("accepted", [True, False])
def test_a_program_takes_it_or_refuses_it(accepted: bool) -> None:
    with office_with_provider() as office:
        caller = office["provider"].dial("bob")
        office.run(1)
        call = started(office).call
        redirection = partial(redirect, number="carol")
        assert office.house.switchboard.direct(call, started(office).leg, redirection) == 409
        assert office.house.switchboard.decide(call, accepted=accepted) == 200
        office.run(1)
        assert bool(office["bob"].talks) is accepted
        if not accepted:
            assert caller.notes[-1] == "603"
        caller.hang_up()
        office.run()
        office.check()
        assert len(office.house.told(CallEnded)) == 1


def test_a_caller_who_gives_up_is_not_decided_about() -> None:
    with office_with_provider() as office:
        caller = office["provider"].dial("bob")
        office.run(1)
        caller.hang_up()
        office.run(1)
        assert office.house.switchboard.decide(started(office).call, accepted=True) == 481
        office.run()
        office.check()
        assert not office["bob"].talks


def test_calls_of_ours_wait_for_nobody() -> None:
    with Office("alice", "bob") as office:
        office.house.settle(call_control=True)
        alice, _ = talking(office)
        assert office.house.switchboard.decide(started(office).call, accepted=False) == 409
        alice.hang_up()
        office.run()
        office.check()


@pytest.mark.parametrize("answered", [True, False])
def test_a_call_is_sent_elsewhere_while_it_rings_or_talks(answered: bool) -> None:
    with Office("alice", "bob", "carol") as office:
        alice = office["alice"].dial("bob")
        office.run(1)
        if answered:
            office["bob"].talk.accept()
            office.run(1)
        fact = started(office)
        nowhere, redirection = partial(redirect, number="nobody"), partial(redirect, number="carol")
        assert office.house.switchboard.direct(fact.call, fact.leg, nowhere) == 404
        assert office.house.switchboard.direct(fact.call, fact.leg, redirection) == 202
        office.run(1)
        office["carol"].talk.accept()
        office.run(1)
        assert office["bob"].talk.notes[-1] == "ended"
        assert len(office.house.workers.heard) == 2
        assert office.house.told(CallTransferred)
        alice.hang_up()
        office.run()
        office.check()


@pytest.mark.parametrize("handed_on", ["provider", "bob"])
def test_a_number_is_looked_for_as_who_will_call_it(handed_on: str) -> None:
    with office_with_provider() as office:
        allowed = ("bob", "0301234", "provider") if handed_on == "bob" else ()

        def way_out(extension: str, number: str, original: str = "", *_: str) -> tuple[Way, ...]:
            if (extension, number, original) != allowed:
                raise RemoteProtocolError(404)
            return (Way("provider", number, "4989100"),)

        house = office.house
        house.context.way_out = way_out
        caller = office["provider"].dial("bob")
        office.run(1)
        house.switchboard.decide(started(office).call, accepted=True)
        office.run(1)
        office["bob"].talk.accept()
        office.run(1)
        (called,) = (each for each in house.told(LegCalled) if isinstance(each, LegCalled))
        leg = started(office).leg if handed_on == "bob" else called.leg
        handing = partial(transfer, number="0301234")
        status = house.switchboard.direct(started(office).call, leg, handing)
        assert status == (202 if handed_on == "bob" else 404)
        office.run(1)
        numbers = [each.number for each in house.told(LegCalled) if isinstance(each, LegCalled)]
        assert numbers == (["bob", "0301234"] if handed_on == "bob" else ["bob"])
        caller.hang_up()
        office["bob"].talk.hang_up()
        office.run()
        office.check()


@pytest.mark.parametrize(
    ("number", "refused", "status"),
    [("0301234", 403, 403), ("0301234", 404, 403), ("0301234", 503, 202), ("carol", 403, 202)],
)
def test_nobody_hands_on_to_where_he_might_not_call_himself(
    number: str, refused: int, status: int
) -> None:
    with Office("alice", "bob", "carol") as office:

        def way_out(extension: str, number: str, _original: str = "", *_: str) -> tuple[Way, ...]:
            if extension == "carol":
                raise RemoteProtocolError(refused)
            return (Way("provider", number, "4989100"),)

        office.house.context.way_out = way_out
        alice, bob = talking(office)
        leg = next(each.leg for each in office.house.told(LegCalled) if isinstance(each, LegCalled))
        handing = partial(transfer, number=number, by="carol")
        assert office.house.switchboard.direct(started(office).call, leg, handing) == status
        office.run(1)
        told = office.house.told(CallTransferred)
        assert bool(told) is (status == 202)
        for talk in alice, bob:
            if talk.notes[-1] != "ended":
                talk.hang_up()
        office.run()


def test_two_outside_are_joined() -> None:
    with Office("alice", "bob") as office:
        assert office.house.switchboard.place("0301234", "bob") == (404, "")
        assert office.house.switchboard.place("0301234", "bob", outside=True)[0] == 202
        office.run()
        office.check()
        (ended,) = office.house.told(CallEnded)
        assert isinstance(ended, CallEnded)
        assert ended.status == 404
