"""Ring groups: who rings, in which order, for how long, and where a call goes that nobody takes."""

from __future__ import annotations

import pytest

from pbxcore.dialplan.place import Place
from pbxcore.dialplan.plan import Plan, RingGroup
from pbxcore.features.model import Features, Handling
from pbxcore.journal import CallStarted, LegCalled
from pbxcore.presence.packages.dialog_info import DialogInfo
from pbxcore.sip.message import Request
from tests.support.handsets import Office
from tests.unit.pbxcore.test_call_limits import NUMBER, outside


def office_with(*groups: RingGroup) -> Office:
    office = Office("alice", "bob", "carol", "dave", "erin")
    numbers = {each.number: Place("ring_group", each.number) for each in groups}
    office.house.directory.plan = Plan(
        numbers=numbers, ring_groups={each.number: each for each in groups}
    )
    return office


def group(**more: object) -> RingGroup:
    usual = {"number": "sales", "name": "Sales", "members": ("bob", "carol"), "ring_s": 20}
    return RingGroup(**(usual | more))  # type: ignore[arg-type]


def started(office: Office) -> CallStarted:
    (fact,) = office.house.told(CallStarted)
    assert isinstance(fact, CallStarted)
    return fact


def ringing(office: Office) -> list[str]:
    return [each for each in ("bob", "carol", "dave") if office[each].talks]


def test_all_ring_at_once_and_the_first_to_answer_has_the_call() -> None:
    with office_with(group(in_order=False)) as office:
        alice = office["alice"].dial("sales")
        office.run(1)
        assert ringing(office) == ["bob", "carol"]
        office["carol"].talks[0].accept()
        office.run(1)
        assert "described" in alice.notes
        alice.hang_up()
        office.run()
        facts = [each for each in office.house.facts if isinstance(each, LegCalled)]
        assert [(each.action, each.owner) for each in facts] == [("ring_group", "sales")] * 2
        office.check()


def test_what_a_group_sends_outside_goes_out_in_its_name() -> None:
    with office_with(group(ring_s=5, otherwise=Place("external", NUMBER))) as office:
        outside(office, "erin")
        alice = office["alice"].dial("sales")
        office.run(12)
        assert office["erin"].talks
        assert office.house.owners == ["sales"]
        alice.hang_up()
        office.run()
        office.check()


def test_in_order_each_has_its_time() -> None:
    with office_with(group()) as office:
        alice = office["alice"].dial("sales")
        office.run(19)
        assert ringing(office) == ["bob"]
        office.run(2)
        assert ringing(office) == ["bob", "carol"]
        office.run(20)
        assert alice.notes[-1] == "480"
        office.run()
        office.check()


@pytest.mark.parametrize("status", [486, 603])
def test_who_declines_does_not_decline_for_the_others(status: int) -> None:
    with office_with(group(in_order=False)) as office:
        office["bob"].refuses = status
        alice = office["alice"].dial("sales")
        office.run(1)
        assert office["carol"].talks
        assert alice.notes[-1] == "180"
        alice.hang_up()
        office.run()
        office.check()


def test_who_wants_peace_is_left_out() -> None:
    with office_with(group(in_order=False)) as office:
        office.house.features["bob"] = Features(undisturbed=True)
        alice = office["alice"].dial("sales")
        office.run(1)
        assert ringing(office) == ["carol"]
        alice.hang_up()
        office.run()
        office.check()


def test_a_call_that_nobody_takes_goes_on() -> None:
    to = Place("ring_group", "night")
    night = RingGroup("night", "Night", ("dave",), ring_s=20)
    with office_with(group(in_order=False, otherwise=to), night) as office:
        alice = office["alice"].dial("sales")
        office.run(21)
        assert office["dave"].talks
        office["dave"].talks[0].accept()
        office.run(1)
        assert "described" in alice.notes
        alice.hang_up()
        office.run()
        facts = [each for each in office.house.facts if isinstance(each, LegCalled)]
        assert [each.owner for each in facts] == ["sales", "sales", "night"]
        office.check()


def test_groups_that_send_calls_to_each_other_end_them() -> None:
    one = group(otherwise=Place("ring_group", "night"), ring_s=5)
    other = RingGroup("night", "Night", ("dave",), ring_s=5, otherwise=Place("ring_group", "sales"))
    with office_with(one, other) as office:
        alice = office["alice"].dial("sales")
        office.run(60)
        assert alice.notes[-1] == "482"
        office.run()
        office.check()


def test_a_group_whose_members_are_all_away_is_unavailable() -> None:
    with office_with(group(members=("nobody", "alice"))) as office:
        alice = office["alice"].dial("sales")
        office.run(1)
        assert alice.notes[-1] == "480"
        office.run()
        office.check()


@pytest.mark.parametrize("refuses", [0, 486])
def test_the_lamp_of_a_group_does_not_blink_between_its_members(refuses: int) -> None:
    with office_with(group(members=("bob", "carol", "dave"))) as office:
        lines, seen = office.house.lines, list[tuple[DialogInfo, ...]]()
        lines.place_changed = lambda number: seen.append(lines.dialogs(number))
        office["carol"].refuses = refuses
        alice = office["alice"].dial("sales")
        office.run(45 if not refuses else 35)
        assert "dave" in ringing(office)
        (lit,) = {(each.id, each.state) for shown in seen for each in shown}
        assert lit == (started(office).call, "early")
        assert all(seen)
        alice.hang_up()
        office.run()
        assert seen[-1] == ()
        office.check()


def test_the_lamp_of_a_group_shows_the_calls_that_nobody_has_answered() -> None:
    with office_with(group(in_order=False)) as office:
        changed, lines = list[str](), office.house.lines
        lines.place_changed = changed.append
        assert office.house.directory.can_be_watched("sales")
        alice = office["alice"].dial("sales")
        office.run(1)
        (seen,) = lines.dialogs("sales")
        assert (seen.state, seen.direction) == ("early", "recipient")
        assert seen.remote is not None
        assert "alice" in seen.remote.identity
        assert set(changed) == {"sales"}
        changed.clear()
        office["carol"].talks[0].accept()
        office.run(1)
        assert lines.dialogs("sales") == ()
        assert changed
        alice.hang_up()
        office.run()
        office.check()


@pytest.mark.parametrize("follows", [True, False])
@pytest.mark.parametrize("in_order", [True, False])
def test_a_phone_sends_the_groups_call_on_where_the_group_lets_it(
    follows: bool, in_order: bool
) -> None:
    with office_with(group(in_order=in_order, follows_phones=follows)) as office:
        office["bob"].refuses = 302
        office["bob"].lines = (b"Contact: <sip:dave@10.0.0.100>",)
        alice = office["alice"].dial("sales")
        office.run(1)
        rings = {"dave"} if follows else set()
        assert set(ringing(office)) == {"bob"} | rings | (
            set() if in_order and follows else {"carol"}
        )
        if follows:
            office["dave"].talk.accept()
            office.run(1)
            assert alice.notes[-1] == "confirmed"
            called = [each for each in office.house.facts if isinstance(each, LegCalled)]
            assert ("dave", "forward", "sales") in {
                (each.number, each.action, each.owner) for each in called
            }
        alice.hang_up()
        office.run()
        office.check()


def test_two_phones_that_name_each_other_ring_once_each() -> None:
    with office_with(group(members=("bob",), follows_phones=True)) as office:
        for name, other in ("bob", "carol"), ("carol", "bob"):
            office[name].refuses = 302
            office[name].lines = (f"Contact: <sip:{other}@10.0.0.100>".encode(),)
        alice = office["alice"].dial("sales")
        office.run()
        assert alice.notes[-1] == "480"
        assert (len(office["bob"].talks), len(office["carol"].talks)) == (1, 1)
        office.check()


@pytest.mark.parametrize("in_order", [True, False])
def test_a_member_whom_anothers_phone_names_rings_in_his_turn_alone(in_order: bool) -> None:
    rules = {"in_order": in_order, "follows_phones": True, "skips_busy": False}
    with office_with(group(**rules)) as office:
        office["bob"].refuses = 302
        office["bob"].lines = (b"Contact: <sip:carol@10.0.0.100>",)
        alice = office["alice"].dial("sales")
        office.run()
        assert alice.notes[-1] == "480"
        assert (len(office["bob"].talks), len(office["carol"].talks)) == (1, 1)
        office.check()


@pytest.mark.parametrize("target", ["dave", NUMBER])
def test_who_is_sent_the_groups_call_is_counted_in(target: str) -> None:
    with office_with(group(members=("bob",), follows_phones=True, recorded=True)) as office:
        outside(office, "erin")
        office["bob"].refuses = 302
        office["bob"].lines = (f"Contact: <sip:{target}@10.0.0.100>".encode(),)
        alice = office["alice"].dial("sales")
        office.run(1)
        (seen,) = office.house.lines.dialogs("sales")
        assert seen.state == "early"
        office["dave" if target == "dave" else "erin"].talk.accept()
        office.run(1)
        assert office.house.lines.dialogs("sales") == ()
        assert len(office.house.workers.recordings) == 1
        alice.hang_up()
        office.run()
        office.check()


def test_phones_show_the_groups_name_and_ring_as_it_says() -> None:
    with office_with(group(replaces_name=True, alert_info="ring3")) as office:
        office.house.change("bob", handling=Handling(rings_as="ring1"))
        alice = office["alice"].dial("sales")
        office.run(1)
        invite = office["bob"].talk.last
        assert isinstance(invite, Request)
        assert (invite.get(b"from") or b"").startswith(b'"Sales" <sip:alice@')
        assert invite.lines_of(b"alert-info") == [b"<http://127.0.0.1>;info=ring3"]
        alice.hang_up()
        office.run()
        office.check()


def test_whoever_takes_the_groups_call_after_it_rings_as_he_wants() -> None:
    with office_with(
        group(members=("bob",), ring_s=5, alert_info="ring3", otherwise=Place("extension", "dave"))
    ) as office:
        office.house.change("dave", handling=Handling(rings_as="ring1"))
        alice = office["alice"].dial("sales")
        office.run(7)
        invite = office["dave"].talk.last
        assert isinstance(invite, Request)
        assert invite.lines_of(b"alert-info") == [b"<http://127.0.0.1>;info=ring1"]
        alice.hang_up()
        office.run()
        office.check()
