"""Pick-up: a call that rings elsewhere is taken by a code."""

from __future__ import annotations

from pbxcore.dialplan.plan import PickupGroup, Plan
from pbxcore.journal import CallEnded, CallTransferred
from tests.support.handsets import Office


def office_with(*groups: PickupGroup) -> Office:
    office = Office("alice", "bob", "carol", "dave")
    office.house.directory.plan = Plan(pickup_groups=groups)
    return office


def test_a_call_of_one_who_is_named() -> None:
    with office_with() as office:
        alice = office["alice"].dial("bob")
        office.run(1)
        carol = office["carol"].dial("**bob")
        office.run(1)
        bob = office["bob"].talk
        assert bob.notes[-1] == "ended"
        assert bob.last is not None
        assert b"cause=200" in (bob.last.get(b"reason") or b"")
        assert "described" in carol.notes
        assert "described" in alice.notes
        assert len(office.house.workers.heard) == 2
        carol.hang_up()
        office.run()
        office.check()
        [fact] = office.house.told(CallTransferred)
        assert (fact.target, fact.kind) == ("carol", "pickup")  # type: ignore[union-attr]
        assert len(office.house.told(CallEnded)) == 1


def test_the_call_of_a_group_that_has_rung_longest() -> None:
    with office_with(PickupGroup("Sales", ("bob", "carol", "alice"))) as office:
        first = office["dave"].dial("bob")
        office.run(1)
        office["alice"].dial("carol")
        office.run(1)
        office["carol"].dial("*8")
        office.run(1)
        assert "described" in first.notes
        assert "described" not in office["alice"].talk.notes
        for name in ("alice", "carol", "dave"):
            for each in office[name].talks:
                each.hang_up()
        office.run()
        office.check()


def test_who_is_in_no_group_takes_nothing() -> None:
    with office_with(PickupGroup("Sales", ("bob", "carol"))) as office:
        alice = office["alice"].dial("bob")
        office.run(1)
        dave = office["dave"].dial("*8")
        office.run(1)
        assert dave.notes[-1] == "480"
        alice.hang_up()
        office.run()
        office.check()


def test_nobody_takes_his_own_call_or_one_that_does_not_ring() -> None:
    with office_with() as office:
        alice = office["alice"].dial("bob")
        office.run(1)
        own = office["alice"].dial("**bob")
        idle = office["carol"].dial("**dave")
        office.run(1)
        assert own.notes[-1] == idle.notes[-1] == "480"
        office["bob"].talk.accept()
        office.run(1)
        late = office["carol"].dial("**bob")
        office.run(1)
        assert late.notes[-1] == "480"
        alice.hang_up()
        office.run()
        office.check()
