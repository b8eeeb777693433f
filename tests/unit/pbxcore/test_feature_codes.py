"""Feature codes: which is meant, what it does, and what is said."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

import msgspec
import pytest

from pbxcore.dialplan.place import Place
from pbxcore.dialplan.plan import FeatureCodes, InboundRoute, Plan
from pbxcore.directory import Delta, PlanChanged
from pbxcore.features.codes import USUAL, Dialled, feature_of
from pbxcore.features.model import Features, Forwarding, Handling
from pbxcore.journal import CallerBlocked, InboundModeChosen
from pbxcore.sip.message import Request
from pbxcore.voicemail.rules import Box
from tests.support.handsets import Office

if TYPE_CHECKING:
    from tests.support.handsets import Talk


@pytest.mark.parametrize(
    ("number", "meant"),
    [
        ("*77", Dialled("dnd_on")),
        ("*72", Dialled("forward_on")),
        ("*721003", Dialled("forward_on", "1003")),
        ("*401", Dialled("blacklist_last")),
        ("*40", Dialled("blacklist_add")),
        ("*4015552000", Dialled("blacklist_add", "15552000")),
        ("*001002", Dialled("priority", "1002")),
        ("*1611002", Dialled("remote_forward_on", "1002")),
        ("*779", None),
        ("77", None),
        ("*99", None),
    ],
)
def test_the_longest_code_that_fits_is_meant(number: str, meant: Dialled | None) -> None:
    assert feature_of(USUAL, number) == meant


def test_codes_may_be_others_or_none() -> None:
    codes = {**USUAL, "dnd_on": "#1", "dnd_off": ""}
    assert feature_of(codes, "#1") == Dialled("dnd_on")
    assert feature_of(codes, "*77") is None
    assert feature_of(codes, "*78") is None


def plan(office: Office, **fields: object) -> None:
    """Let the plan have these."""
    directory = office.house.directory
    codes = msgspec.structs.replace(FeatureCodes(), **fields)
    directory.apply(Delta(directory.version + 1, (PlanChanged(Plan(codes=codes)),)))


def dial(office: Office, who: str, number: str, *keys: str) -> Talk:
    """Dial a code, press keys after it, and hear it out."""
    talk = office[who].dial(number)
    office.run(1)
    workers = office.house.workers
    for key in keys:
        workers.press(list(workers.streams)[-1], key)
        office.run(0.1)
    office.run(12)
    return talk


def said(office: Office) -> list[str]:
    """The last words to anybody."""
    return list(office.house.workers.said.values())[-1]


@pytest.mark.parametrize(
    ("code", "words"), [("*77", "do-not-disturb-on"), ("*78", "do-not-disturb-off")]
)
def test_no_disturbance_is_set_and_said(code: str, words: str) -> None:
    with Office("alice") as office:
        dial(office, "alice", code)
        assert office.house.features["alice"].undisturbed is (code == "*77")
        assert said(office) == [words]
        office.run()
        office.check()


@pytest.mark.parametrize(
    ("code", "case"), [("*72", "always"), ("*90", "busy"), ("*92", "no_answer")]
)
def test_forwarding_is_set_with_a_number_or_at_a_prompt(code: str, case: str) -> None:
    off = f"*{int(code[1:]) + 1}"
    for number, keys in (code + "1003", ()), (code, ("1", "0", "0", "3", "#")):
        with Office("alice") as office:
            dial(office, "alice", number, *keys)
            to = getattr(office.house.features["alice"].present, case)
            assert (to.active, to.target, to.kind) == (True, "1003", "external")
            assert said(office)[-5:] == [
                "forwarding-on",
                "digit-1",
                "digit-0",
                "digit-0",
                "digit-3",
            ]
            dial(office, "alice", off)
            to = getattr(office.house.features["alice"].present, case)
            assert (to.active, to.target) == (False, "1003")
            assert said(office) == ["forwarding-off"]
            office.run()
            office.check()


@pytest.mark.parametrize("number", ["*72alice", "*489", "*12", "*11"])
def test_what_cannot_be_is_said(number: str) -> None:
    with Office("alice") as office:
        dial(office, "alice", number)
        assert said(office) == ["not-possible"]
        office.run()
        office.check()


def test_presence_is_set_by_its_number() -> None:
    with Office("alice") as office:
        dial(office, "alice", "*482")
        assert office.house.features["alice"].presence == "away"
        office.run()
        office.check()


def test_those_who_may_set_features_of_others() -> None:
    with Office("alice", "bob", "carol") as office:
        plan(office, remote_callers=("alice",))
        dial(office, "alice", "*161bob", "9", "9", "#")
        assert office.house.features["bob"].forwarding("always") == Forwarding(True, "99")
        dial(office, "alice", "*167bob")
        assert office.house.features["bob"].undisturbed
        dial(office, "carol", "*168bob")
        assert said(office) == ["not-permitted"]
        assert office.house.features["bob"].undisturbed
        office.run()
        office.check()


def test_a_number_is_blacklisted() -> None:
    with Office("alice") as office:
        dial(office, "alice", "*405552000")
        assert office.house.told(CallerBlocked) == [CallerBlocked("5552000", "alice", True)]
        dial(office, "alice", "*415552000")
        assert office.house.told(CallerBlocked)[-1] == CallerBlocked("5552000", "alice", False)
        dial(office, "alice", "*401")
        assert said(office) == ["no-recent-call"]
        office.house.recent.came("alice", "5553000", office.house.moment.timestamp())
        dial(office, "alice", "*401")
        assert office.house.told(CallerBlocked)[-1] == CallerBlocked("5553000", "alice", True)
        office.house.recent.came("alice", "", office.house.moment.timestamp())
        dial(office, "alice", "*401")
        assert said(office) == ["not-possible"]
        office.run()
        office.check()


def talk(office: Office, caller: str, callee: str) -> tuple[Talk, Talk]:
    """Two who talk."""
    call = office[caller].dial(callee)
    office.run(1)
    came = office[callee].talk
    came.accept()
    office.run(1)
    return call, came


def test_who_was_not_reached_is_called_when_both_are_free() -> None:
    with Office("alice", "bob", "carol") as office:
        for each in "alice", "bob", "carol":
            office.house.change(each, handling=Handling(completes=True))
        carol, bob = talk(office, "carol", "bob")
        waiting = office["alice"].dial("bob")
        office.run(1)
        waiting.hang_up()
        office.run(1)
        dial(office, "alice", "*11")
        assert said(office) == ["completion-requested"]
        calls = len(office["alice"].talks)
        office.run(60)
        assert len(office["alice"].talks) == calls
        bob.hang_up()
        office.run(3)
        assert len(office["alice"].talks) == calls + 1
        rung = len(office["bob"].talks)
        office["alice"].talk.accept()
        office.run(1)
        assert len(office["bob"].talks) == rung + 1
        office["bob"].talk.accept()
        office.run(1)
        office["alice"].talk.hang_up()
        office.run()
        office.check()
        assert carol.notes[-1] == "ended"


@pytest.mark.parametrize(("status", "lasts_s"), [(486, 4800), (480, 7200)])
def test_a_request_lasts_longer_for_who_did_not_answer_than_for_who_was_busy(
    status: int, lasts_s: int
) -> None:
    for late in False, True:
        with Office("alice", "bob", "carol") as office:
            office.house.change("bob", handling=Handling(completes=True))
            office["bob"].refuses = status
            office["alice"].dial("bob")
            office.run(1)
            dial(office, "alice", "*11")
            assert said(office) == ["completion-requested"]
            office["bob"].refuses = 0
            calls = len(office["alice"].talks)
            office.house.moment += timedelta(seconds=lasts_s + (5 if late else -60))
            _, bob = talk(office, "carol", "bob")
            bob.hang_up()
            office.run(3)
            assert len(office["alice"].talks) == calls + (not late)
            office.run()
            office.check()


def asks(office: Office, caller: str, callee: str) -> bool:
    """Somebody does not reach another, and asks to be called; whether that is possible."""
    office[callee].refuses = 486
    office[caller].dial(callee)
    office.run(1)
    dial(office, caller, "*11")
    return said(office)[-1] == "completion-requested"


def test_who_waits_for_as_many_as_he_may_waits_for_no_other() -> None:
    with Office("alice", "bob", "carol") as office:
        assert asks(office, "alice", "bob")
        assert asks(office, "alice", "bob")  # once more for the same one
        assert not asks(office, "alice", "carol")
        office.house.change("alice", handling=Handling(awaits_most=2))
        assert asks(office, "alice", "carol")
        office.run()
        office.check()


def test_a_request_whose_time_is_over_keeps_nobody_from_another() -> None:
    with Office("alice", "bob", "carol") as office:
        assert asks(office, "alice", "bob")
        office.house.moment += timedelta(seconds=4800)
        assert asks(office, "alice", "carol")
        office.run()
        office.check()


def test_no_more_wait_for_somebody_than_may() -> None:
    with Office("alice", "bob", "carol") as office:
        office.house.change("bob", handling=Handling(awaited_by_most=1))
        assert asks(office, "alice", "bob")
        assert not asks(office, "carol", "bob")
        dial(office, "alice", "*12")
        assert asks(office, "carol", "bob")
        office.run()
        office.check()


def test_a_request_is_cancelled() -> None:
    with Office("alice", "bob", "carol") as office:
        office.house.change("bob", handling=Handling(completes=True))
        _, bob = talk(office, "carol", "bob")
        office["alice"].dial("bob").hang_up()
        office.run(1)
        dial(office, "alice", "*11")
        dial(office, "alice", "*12")
        assert said(office) == ["completion-cancelled"]
        calls = len(office["alice"].talks)
        bob.hang_up()
        office.run()
        office.check()
        assert len(office["alice"].talks) == calls


def test_a_priority_call_ends_what_the_callee_does() -> None:
    with Office("alice", "bob", "carol") as office:
        plan(office, priority_callers=("alice",))
        office.house.features["bob"] = Features(undisturbed=True)
        bob, carol = talk(office, "bob", "carol")
        alice = office["alice"].dial("*00bob")
        office.run(1)
        assert bob.notes[-1] == "ended"
        assert isinstance(bob.last, Request)
        assert b"priority call" in (bob.last.get(b"reason") or b"")
        assert said(office) == ["interrupted"]
        rung = office["bob"].talk.last
        assert isinstance(rung, Request)
        assert rung.get(b"priority") == b"urgent"
        office.run(3)
        assert carol.notes[-1] == "ended"
        office["bob"].talk.accept()
        office.run(1)
        # Another of its kind does not end this one.
        plan(office, priority_callers=("alice", "carol"))
        second = office["carol"].dial("*00bob")
        office.run(1)
        assert second.notes[-1] == "486"
        assert alice.notes[-1] == "confirmed"
        alice.hang_up()
        office.run()
        office.check()


def test_a_priority_call_of_somebody_else_ends_nothing() -> None:
    with Office("alice", "bob", "carol") as office:
        plan(office, priority_callers=("carol",))
        bob, _ = talk(office, "bob", "carol")
        assert dial(office, "alice", "*00bob").notes == ["403"]
        assert bob.notes[-1] == "confirmed"
        bob.hang_up()
        office.run()
        office.check()


def test_phones_hear_how_they_are_to_ring() -> None:
    with Office("alice", "bob") as office:
        line = "<http://127.0.0.1>;info=ring3"
        office.house.change("bob", handling=Handling(rings_as=line))
        alice = office["alice"].dial("bob")
        office.run(1)
        invite = office["bob"].talk.last
        assert isinstance(invite, Request)
        assert invite.get(b"alert-info") == line.encode()
        alice.hang_up()
        office.run()
        office.check()


@pytest.mark.parametrize(("code", "mode"), [("*61", 1), ("*613", 3), ("*62", 0)])
def test_a_code_switches_the_mode_of_inbound_routes(code: str, mode: int) -> None:
    with Office("alice") as office:
        dial(office, "alice", code)
        facts = [each for each in office.house.facts if isinstance(each, InboundModeChosen)]
        assert facts == [InboundModeChosen("alice", mode)]
        assert said(office) == ["saved"]
        office.run()
        office.check()


@pytest.mark.parametrize(
    ("code", "told"), [("*61355", (3, "55")), ("*6255", (0, "55")), ("*61356", None)]
)
def test_a_suffix_switches_the_mode_of_one_route(code: str, told: tuple[int, str] | None) -> None:
    with Office("alice") as office:
        route = InboundRoute("in", "In", (), Place("hang_up"), mode_suffix="55")
        office.house.directory.plan = Plan(inbound=(route,))
        dial(office, "alice", code)
        facts = [each for each in office.house.facts if isinstance(each, InboundModeChosen)]
        assert facts == ([] if told is None else [InboundModeChosen("alice", *told)])
        office.run()
        office.check()


def test_only_who_may_switches_the_mode() -> None:
    with Office("alice") as office:
        plan(office, mode_callers=("bob",))
        dial(office, "alice", "*61")
        assert said(office) == ["not-permitted"]
        assert not [each for each in office.house.facts if isinstance(each, InboundModeChosen)]


def test_a_phone_is_anybodys_who_signs_in_at_it_until_he_signs_out() -> None:
    with Office("desk", "alice", "bob") as office:
        house = office.house
        house.change("desk", handling=Handling(is_desk=True))
        house.change("alice", box=Box(enabled=True, pin="4711"))
        plan(office, features={**USUAL, "desk_login": "*36", "desk_logout": "*37"})
        dial(office, "desk", "*36alice", *"4712#")
        assert said(office) == ["enter-pin", "wrong-pin"]
        dial(office, "desk", "*36alice", *"4711#")
        assert said(office)[:2] == ["enter-pin", "your-extension"]
        office["desk"].dial("bob")
        office.run(1)
        shown = office["bob"].talk.last
        assert shown is not None
        assert b"sip:alice@" in (shown.get(b"from") or b"")
        office["desk"].talk.hang_up()
        office.run(1)
        office["bob"].dial("alice")
        office.run(1)
        assert office["desk"].talk.notes == []
        assert office["desk"].talk.call is not None
        office["bob"].talk.hang_up()
        office.run(1)
        dial(office, "desk", "*37")
        calls = len(office["desk"].talks)
        office["bob"].dial("alice")
        office.run(1)
        assert len(office["desk"].talks) == calls
        office["bob"].talk.hang_up()
        office.run()
        office.check()


def test_phones_are_asked_to_answer_by_themselves_where_that_is_set() -> None:
    with Office("alice", "bob") as office:
        office.house.change("bob", handling=Handling(answers=True, rings_as="ring3"))
        talk = office["alice"].dial("bob")
        office.run(1)
        invite = office["bob"].talk.last
        assert isinstance(invite, Request)
        assert invite.get(b"call-info") == b"<sip:127.0.0.1>;answer-after=0"
        assert b"ring3" in (invite.get(b"alert-info") or b"")
        talk.hang_up()
        office.run()
        office.check()
