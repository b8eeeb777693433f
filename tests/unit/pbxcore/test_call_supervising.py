"""Listening, whispering and barging in; muting and holding from outside."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

import pytest

from pbxcore.calls.directing import hold, mute
from pbxcore.dialplan.plan import FeatureCodes, Plan
from pbxcore.journal import CallEnded, CallStarted, LegAnswered, LegEnded, LegHeld
from pbxcore.media.commands import DigitHeard, Play, PressDigits
from pbxcore.sip.sdp.codecs import EVENTS, G729
from pbxcore.sip.sdp.stream import Stream
from tests.support.handsets import Office
from tests.unit.pbxcore.test_call_changes import talking
from tests.unit.pbxcore.test_call_transfers import refer

if TYPE_CHECKING:
    from pbxcore.media.commands import JoinRoom
    from tests.support.handsets import Talk


def seats(office: Office) -> list[JoinRoom]:
    """How each stream takes part, in the order of the streams."""
    rooms = office.house.workers.rooms
    return [rooms[each] for each in office.house.workers.streams if each in rooms]


def supervised(office: Office, code: str) -> tuple[Talk, Talk, Talk]:
    """Alice talks to Bob, and Carol dials a code with Bob's number."""
    office.house.change("bob", supervisors=("carol",))
    alice, bob = talking(office)
    carol = office["carol"].dial(f"{code}bob")
    office.run(1)
    return alice, bob, carol


@pytest.mark.parametrize(("code", "muted"), [("*54", True), ("*55", False), ("*56", False)])
def test_a_supervisor_takes_part_as_the_code_says(code: str, muted: bool) -> None:
    with Office("alice", "bob", "carol") as office:
        alice, bob, carol = supervised(office, code)
        assert "described" in carol.notes
        first, second, third = seats(office)
        assert {first.room, second.room} == {third.room}
        assert (first.muted, second.muted, third.muted) == (False, False, muted)
        assert third.speaks == ((second.stream,) if code == "*55" else ())
        assert not office.house.workers.heard
        answered = [
            each for each in office.house.told(LegAnswered) if isinstance(each, LegAnswered)
        ]
        assert (answered[-1].by, answered[-1].owner) == (
            {"*54": "listen", "*55": "whisper", "*56": "barge"}[code],
            "bob",
        )
        carol.hang_up()
        office.run(1)
        assert not seats(office)
        assert len(office.house.workers.heard) == 2
        assert "ended" not in (alice.notes[-1], bob.notes[-1])
        alice.hang_up()
        office.run()
        office.check()


def test_a_supervisors_call_ends_with_the_talk() -> None:
    with Office("alice", "bob", "carol") as office:
        alice, _, carol = supervised(office, "*54")
        alice.hang_up()
        office.run()
        office.check()
        assert carol.notes[-1] == "ended"
        reasons = [each.reason for each in office.house.facts if isinstance(each, LegEnded)]
        assert "supervised_call_ended" in reasons
        assert len(office.house.told(CallEnded)) == 2


def test_a_supervisor_stays_with_whom_he_supervises() -> None:
    with Office("alice", "bob", "carol", "dave") as office:
        alice, bob, carol = supervised(office, "*56")
        refer(alice, office.house.uri("dave"))
        office.run(1)
        assert not seats(office)
        office["dave"].talk.accept()
        office.run(1)
        assert len(seats(office)) == 3
        assert carol.notes[-1] != "ended"
        bob.hang_up()
        office.run()
        office.check()
        assert carol.notes[-1] == "ended"


@pytest.mark.parametrize(
    ("who", "talks", "status"), [((), True, "403"), (("carol",), False, "480")]
)
def test_who_may_not_or_has_nobody_to_hear_is_told(
    who: tuple[str, ...], talks: bool, status: str
) -> None:
    with Office("alice", "bob", "carol") as office:
        office.house.change("bob", supervisors=who)
        alice = talking(office)[0] if talks else None
        carol = office["carol"].dial("*54bob")
        office.run(1)
        assert carol.notes[-1] == status
        assert office["carol"].dial("*54nobody").notes == []
        if alice is not None:
            alice.hang_up()
        office.run()
        office.check()


def test_everybody_hears_the_talks_of_all_where_that_is_allowed() -> None:
    with Office("alice", "bob", "carol") as office:
        office.house.directory.plan = Plan(codes=FeatureCodes(spy_for_all=True))
        alice, _ = talking(office)
        office["carol"].dial("*54bob")
        office.run(1)
        assert [each.muted for each in seats(office)].count(True) == 1
        alice.hang_up()
        office.run()
        office.check()


def test_what_cannot_be_mixed_is_not_heard() -> None:
    with Office("alice", "bob", "carol") as office:
        office.house.change("bob", supervisors=("carol",))
        passed = Stream(port=4000, formats=(G729, EVENTS))
        alice, _ = talking(office)
        alice.modify(passed)
        office["bob"].talk.streams = [passed]
        office.run(1)
        carol = office["carol"].dial("*54bob")
        office.run(1)
        expected = "488" if alice.agreed[0].main.codec.name == "G729" else "described"  # type: ignore[union-attr]
        assert expected in carol.notes
        alice.hang_up()
        carol.hang_up()
        office.run()
        office.check()


def named(office: Office) -> tuple[str, str, str]:
    """The call, the caller's leg and the callee's."""
    started = office.house.facts[0]
    assert isinstance(started, CallStarted)
    answered = next(each for each in office.house.facts if isinstance(each, LegAnswered))
    return started.call, started.leg, answered.leg


def test_a_supervisor_is_rung_from_outside() -> None:
    with Office("alice", "bob", "carol") as office:
        alice, _ = talking(office)
        call, _, leg = named(office)
        switchboard = office.house.switchboard
        assert switchboard.supervise(call, "nobody", "carol", "listen")[0] == 404
        assert switchboard.supervise(call, leg, "zoe", "listen")[0] == 404
        status, other = switchboard.supervise(call, leg, "carol", "whisper")
        assert (status, bool(other)) == (202, True)
        office.run(1)
        office["carol"].talk.accept()
        office.run(1)
        assert [bool(each.speaks) for each in seats(office)] == [False, False, True]
        alice.hang_up()
        office.run()
        office.check()
        assert office["carol"].talk.notes[-1] == "ended"


def test_a_supervisor_who_answers_too_late_is_let_go() -> None:
    with Office("alice", "bob", "carol") as office:
        alice, _ = talking(office)
        call, _, leg = named(office)
        assert office.house.switchboard.supervise(call, leg, "carol", "listen")[0] == 202
        office.run(1)
        alice.hang_up()
        office.run(1)
        office["carol"].talk.accept()
        office.run()
        office.check()
        assert office["carol"].talk.notes[-1] == "ended"


def test_who_is_muted_is_not_heard_until_unmuted() -> None:
    with Office("alice", "bob") as office:
        alice, _ = talking(office)
        call, leg, _ = named(office)
        switchboard = office.house.switchboard
        assert switchboard.direct(call, leg, partial(mute, muted=True)) == 200
        office.run(1)
        assert [each.muted for each in seats(office)] == [True, False]
        stream = next(iter(office.house.workers.streams))
        office.house.workers.notice(DigitHeard(stream, "5"))
        assert any(isinstance(each, PressDigits) for each in office.house.workers.asked)
        assert switchboard.direct(call, leg, partial(mute, muted=False)) == 200
        office.run(1)
        assert len(office.house.workers.heard) == 2
        assert switchboard.direct("no such call", leg, partial(mute, muted=True)) == 481
        alice.hang_up()
        office.run()
        office.check()


def test_who_is_held_from_outside_hears_music() -> None:
    with Office("alice", "bob") as office:
        alice, _ = talking(office)
        call, leg, _ = named(office)
        switchboard = office.house.switchboard
        assert switchboard.direct(call, leg, partial(hold, held=True)) == 200
        office.run(1)
        assert [(each.muted, each.deaf) for each in seats(office)] == [(True, True), (False, False)]
        (music,) = [each for each in office.house.workers.asked if isinstance(each, Play)]
        assert music.stream == list(office.house.workers.streams)[1]
        assert switchboard.direct(call, leg, partial(hold, held=False)) == 200
        office.run(1)
        assert len(office.house.workers.heard) == 2
        facts = [each for each in office.house.facts if isinstance(each, LegHeld)]
        assert [each.held for each in facts] == [True, False]
        alice.hang_up()
        office.run()
        office.check()


def test_a_talk_is_recorded_from_outside() -> None:
    with Office("alice", "bob") as office:
        alice, _ = talking(office)
        call, _, _ = named(office)
        switchboard = office.house.switchboard
        assert switchboard.record(call, on=True) == 200
        assert switchboard.record("no such call", on=True) == 481
        office.run(1)
        assert len(office.house.workers.recordings) == 1
        assert switchboard.record(call, on=False) == 200
        alice.hang_up()
        office.run()
        office.check()


def asked(office: Office) -> tuple[Talk, Talk, Talk]:
    """Alice talks to Bob, and a program wants Carol to hear Bob, who is asked."""
    alice, bob = talking(office)
    (call,) = office.house.switchboard.calls
    leg = next(each.id for each in call.legs.values() if each.number == "bob")
    status, _ = office.house.switchboard.supervise(call.id, leg, "carol", "listen", asks=True)
    assert status == 202
    office.run(1)
    carol = office["carol"].talk
    carol.accept()
    office.run(1)
    assert len(seats(office)) == 2  # she hears music, and what is pressed comes to us alone
    assert office.house.switchboard.supervise(call.id, leg, "alice", "listen") == (409, "")
    return alice, bob, carol


def question(office: Office) -> Play:
    found = [each for each in office.house.workers.asked if isinstance(each, Play)]
    return next(each for each in found if each.play.startswith("beside"))


def test_who_is_asked_lets_a_supervisor_hear_by_a_key() -> None:
    with Office("alice", "bob", "carol") as office:
        alice, _, carol = asked(office)
        stream = question(office).stream
        assert stream == list(office.house.workers.streams)[1]
        office.house.workers.notice(DigitHeard(stream, "2"))
        office.run(1)
        office.house.workers.notice(DigitHeard(stream, "1"))
        office.run(1)
        pressed = [each for each in office.house.workers.asked if isinstance(each, PressDigits)]
        assert [(each.stream == stream, each.digits) for each in pressed] == [(False, "2")]
        assert [each.muted for each in seats(office)] == [False, False, True]
        carol.hang_up()
        alice.hang_up()
        office.run()
        office.check()


def test_who_says_nothing_is_not_heard() -> None:
    with Office("alice", "bob", "carol") as office:
        alice, _, carol = asked(office)
        office.house.workers.notice(DigitHeard(question(office).stream, "2"))
        office.run(14)
        assert carol.notes[-1] != "ended"
        office.run(2)
        assert carol.notes[-1] == "ended"
        assert not seats(office)
        assert len(office.house.workers.heard) == 2
        assert alice.notes[-1] != "ended"
        alice.hang_up()
        office.run()
        office.check()


def test_a_talk_that_ends_ends_the_question() -> None:
    with Office("alice", "bob", "carol") as office:
        alice, _, carol = asked(office)
        alice.hang_up()
        office.run(1)
        assert carol.notes[-1] == "ended"
        office.run()
        office.check()
