"""What the facts of a call come to: its record, the records of its legs, what is up."""

from __future__ import annotations

import random
from datetime import UTC
from typing import TYPE_CHECKING

from hypothesis import given, settings
from hypothesis import strategies as st

from engage.calls.cdr import rows_of
from engage.calls.following import Following
from engage.calls.records import record_of
from pbxcore.journal import (
    CallEnded,
    CallerVerified,
    CallTransferred,
    LegAnswered,
    LegCalled,
    LegEnded,
    LegHeld,
    LegsJoined,
    PbxStarted,
)
from tests.support.call_story import BEGIN_MS, Story
from tests.support.examples import examples

if TYPE_CHECKING:
    from engage.calls.model import CallRecord, LegRecord

NAMES = {"1001": "Ben Osei", "1002": "Chen Li", "1003": "Dana Novak"}


def followed(story: Story) -> Following:
    following = Following({}, NAMES.get)
    for entry in story.entries:
        following.follow(entry)
    return following


def records(story: Story) -> dict[str, tuple[CallRecord, list[LegRecord]]]:
    found = (record_of(call, 1, NAMES.get, lambda _: "") for call in followed(story).ended)
    return {record.id: (record, legs) for record, legs in found}


def test_a_call_of_two_is_timed_from_its_answer() -> None:
    story = Story()
    call = story.simple("1001", "1002", name="Ben Osei")
    record, legs = records(story)[call]
    assert (record.started_at_ms, record.answered_at_ms) == (BEGIN_MS, BEGIN_MS + 7000)
    assert (record.duration_s, record.talk_s) == (38, 31)
    assert (record.caller, record.callee, record.answered_by) == ("1001", "1002", "1002")
    assert (record.disposition, record.callee_name) == ("answered", "Chen Li")
    assert [(each.role, each.party, each.disposition) for each in legs] == [
        ("caller", "1001", "answered"),
        ("called", "1002", "answered"),
    ]


def test_of_a_group_one_answers_and_the_others_know_it() -> None:
    story = Story()
    call = story.group()
    record, legs = records(story)[call]
    assert (record.action, record.action_owner) == ("ring_group", "6400")
    assert [(each.party, each.disposition, each.reason) for each in legs[1:]] == [
        ("1002", "answered", ""),
        ("1003", "no_answer", "answered_elsewhere"),
    ]


def test_who_did_not_answer_in_the_first_group_missed_nothing_when_the_next_one_did() -> None:
    story = Story()
    call = story.begin("1000", "6400")
    for leg, number in (("b", "1001"), ("c", "1002")):
        story.ring(call, leg, number, "ring_group", owner="6400")
    story.wait(20)
    for leg in ("b", "c"):
        story.end_leg(call, leg, 487, "no_answer", 19)
    story.ring(call, "d", "1003", "ring_group", owner="6401")
    story.wait(3)
    story.answer(call, "d")
    story.end(call, "answered")
    record, legs = records(story)[call]
    assert (record.callee, record.answered_by, record.disposition) == ("6400", "1003", "answered")
    assert [each.reason for each in legs[1:]] == ["answered_elsewhere", "answered_elsewhere", ""]


def test_a_busy_and_a_silent_phone_differ() -> None:
    story = Story()
    busy = story.begin("1001", "1002")
    story.ring(busy, "b", "1002")
    story.end_leg(busy, "b", 486, "busy", 17)
    story.end(busy, "busy", 486, 17)
    silent = story.begin("1001", "1002")
    story.ring(silent, "b", "1002")
    story.wait(60)
    story.end_leg(silent, "b", 487, "no_answer", 19)
    story.end(silent, "no_answer", 480, 19)
    found = records(story)
    assert [found[each][0].disposition for each in (busy, silent)] == ["busy", "no_answer"]
    assert [found[each][1][1].disposition for each in (busy, silent)] == ["busy", "no_answer"]
    assert found[silent][0].talk_s == 0


def test_an_outsider_is_shown_as_the_route_made_it_and_kept_as_it_came() -> None:
    story = Story()
    call = story.simple(
        "", "1002", direction="inbound", caller="95551000", original="5551000", trunk="t1"
    )
    record, legs = records(story)[call]
    assert (record.caller, record.original_caller) == ("95551000", "5551000")
    assert (record.caller_extension, legs[0].extension, record.source_trunk) == ("", "", "t1")


def test_a_service_is_a_leg_of_its_own_until_somebody_talks() -> None:
    story = Story()
    call = story.begin("1001", "7000")
    story.tell(LegAnswered(call, "a", "ivr", "7000"))
    story.wait(4)
    story.tell(LegAnswered(call, "a", "voicemail", "1002"))
    story.wait(6)
    story.end(call, "answered")
    record, legs = records(story)[call]
    assert [(each.role, each.action, each.party) for each in legs[1:]] == [
        ("service", "ivr", "7000"),
        ("service", "voicemail", "1002"),
    ]
    assert [each.ended_at_ms - each.started_at_ms for each in legs[1:]] == [4000, 6000]
    assert (record.talk_s, record.answered_by, record.action) == (10, "7000", "ivr")


def test_a_call_that_a_program_placed_is_taken_by_whom_it_was_placed_to() -> None:
    story = Story()
    call = story.begin("1001", "1002", name="Ben Osei")
    story.ring(call, "b", "1001")  # the caller's own phone
    story.wait(4)
    story.tell(LegAnswered(call, "b"))
    story.ring(call, "c", "1002")
    story.wait(3)
    story.tell(LegAnswered(call, "c"), LegsJoined(call, "b", "c"))
    story.wait(20)
    story.end(call, "answered")
    record, legs = records(story)[call]
    assert (record.answered_by, record.callee_name, record.talk_s) == ("1002", "Chen Li", 20)
    main, own, other = rows_of(record, legs, [], UTC)
    assert (main["dstanswer"], main["dstchannel_ext"], main["billsec"]) == ("1002", "1002", "20")
    assert (own["dst"], own["billsec"], other["dst"], other["billsec"]) == (
        *("1001", "23"),
        *("1002", "20"),
    )


def test_who_talks_to_himself_and_finds_nobody_to_hand_himself_on_to_was_answered() -> None:
    story = Story()
    call = story.begin("1001", "1001")
    story.ring(call, "b", "1001")
    story.wait(2)
    story.answer(call, "b")
    story.wait(2)
    story.ring(call, "c", "1003", "transfer")
    story.wait(2)
    story.end_leg(call, "c", 480, "no_answer", 18)
    story.end(call, "answered")
    record, _ = records(story)[call]
    assert (record.disposition, record.answered_by) == ("answered", "1001")
    assert record.answered_at_ms == BEGIN_MS + 2000


def test_a_parked_call_is_told_in_the_word_that_programs_know() -> None:
    story = Story()
    call = story.begin("1001", "701")
    story.tell(LegAnswered(call, "a", "parking", "701"))
    story.wait(10)
    story.end(call, "answered")
    record, legs = records(story)[call]
    main, parked = rows_of(record, legs, [], UTC)
    assert (main["action_type"], main["lastapp"]) == ("PARKEDCALL", "Park")
    assert (parked["action_type"], parked["action_owner"]) == ("PARKEDCALL", "701")


def test_after_an_attended_transfer_the_call_goes_on_with_who_was_consulted() -> None:
    story = Story()
    first = story.begin("1001", "1002")
    story.ring(first, "b", "1002")
    story.answer(first, "b")
    story.wait(10)
    second = story.begin("1002", "1003")
    story.ring(second, "z", "1003")
    story.answer(second, "z")
    story.wait(5)
    story.tell(LegEnded(second, "a", "pbx", 0, 16, "transferred"))
    story.tell(CallTransferred(first, "b", "1003", "attended", second))
    story.end_leg(first, "b")
    story.tell(LegsJoined(first, "a", "z"))
    live = followed(story).open
    assert list(live) == [first]
    assert live[first].legs["z"].peer == "a"
    story.wait(20)
    story.end_leg(first, "z")
    story.end(first, "answered")
    found = records(story)
    consulted, legs = found[first]
    assert (consulted.talk_s, found[second][0].talk_s) == (35, 5)
    assert found[second][0].reason == "transferred"
    assert [(each.party, each.action) for each in legs[1:]] == [
        ("1002", "dial"),
        ("1003", "transfer"),
    ]


def test_whom_somebody_hands_over_to_a_service_is_served_by_it_to_the_end() -> None:
    story = Story()
    first = story.begin("1001", "1002")
    story.ring(first, "b", "1002")
    story.answer(first, "b")
    second = story.begin("1002", "6300")
    story.tell(LegAnswered(second, "a", "conference", "6300"))
    story.wait(10)
    story.tell(CallTransferred(first, "b", "6300", "attended", second))
    story.tell(CallEnded(second, "answered", 0, 16))
    story.end_leg(first, "b")
    story.wait(20)
    story.end(first, "answered")
    _, legs = records(story)[first]
    [room] = [each for each in legs if each.party == "6300"]
    assert (room.role, room.action) == ("service", "conference")
    assert (room.answered_at_ms, room.ended_at_ms) == (BEGIN_MS + 10_000, BEGIN_MS + 30_000)


def test_a_restart_ends_what_was_up_when_the_pbx_was_last_alive() -> None:
    story = Story()
    talking, ringing = story.begin("1001", "1002"), story.begin("1003", "1000")
    story.ring(talking, "b", "1002")
    story.ring(ringing, "b", "1000")
    story.answer(talking, "b")
    alive_ms = story.now_ms + 40_000
    story.wait(3600)
    story.tell(PbxStarted(alive_ms))
    following = followed(story)
    assert following.open == {}
    found = records(story)
    assert (found[talking][0].disposition, found[talking][0].talk_s) == ("answered", 40)
    assert (found[ringing][0].disposition, found[ringing][0].reason) == ("failed", "restart")
    assert {each.reason for _, legs in found.values() for each in legs} == {"restart"}


def test_hold_is_seen_while_it_lasts() -> None:
    story = Story()
    call = story.begin("1001", "1002")
    story.ring(call, "b", "1002")
    story.answer(call, "b")
    story.tell(LegHeld(call, "b", held=True))
    assert followed(story).open[call].legs["b"].held
    story.tell(LegHeld(call, "b", held=False))
    assert not followed(story).open[call].legs["b"].held


def test_facts_of_a_call_that_is_not_known_change_nothing() -> None:
    story = Story()
    story.tell(
        LegCalled("ghost", "b", "1002", "dial"),
        LegsJoined("ghost", "a", "b"),
        CallTransferred("ghost", "b", "1003", "attended", "other"),
    )
    story.end("ghost", "answered")
    following = followed(story)
    assert (following.open, following.ended, following.touched) == ({}, [], set())


def something(chance: random.Random, story: Story, call: str, other: str) -> None:
    leg = chance.choice("abcd")
    match chance.randrange(8):
        case 0:
            story.ring(call, leg, "1002", "ring_group", owner="6400")
        case 1:
            story.answer(call, leg)
        case 2:
            story.end_leg(call, leg, chance.choice([0, 486, 487, 503]))
        case 3:
            story.tell(LegAnswered(call, leg, "ivr", "7000"))
        case 4:
            story.tell(LegsJoined(call, leg, chance.choice("abcd")))
        case 5:
            story.tell(CallTransferred(call, leg, "1003", "attended", other))
        case 6 if chance.random() < 0.3:
            story.tell(PbxStarted(story.now_ms))
        case _:
            story.end(call, "answered")


@settings(max_examples=examples(20), deadline=None)
@given(st.integers(0, 2**32))
def test_whatever_is_told_each_call_has_one_record_or_is_up(seed: int) -> None:
    chance = random.Random(seed)  # noqa: S311 - a course, no secret
    story, started = Story(), list[str]()
    for _ in range(60):
        story.wait(chance.random() * 3)
        if started and chance.random() < 0.85:
            something(chance, story, chance.choice(started), chance.choice(started))
        else:
            started.append(story.begin(chance.choice(["1001", "1002", "1003"]), "1000"))
    following = followed(story)
    ended = [each.id for each in following.ended]
    assert sorted([*ended, *following.open]) == sorted(started)
    for call in following.ended:
        record, legs = record_of(call, 1, NAMES.get, lambda _: "")
        assert 0 <= record.talk_s <= record.duration_s + 1
        assert legs[0].role == "caller"
        assert all(each.started_at_ms <= each.ended_at_ms for each in legs)


def test_a_record_tells_whether_the_caller_was_verified() -> None:
    story = Story()
    call = story.begin("5551234", "1002")
    story.tell(CallerVerified(call, "TN-Validation-Passed", "A"))
    story.ring(call, "b", "1002")
    story.answer(call, "b")
    story.end(call, "answered")
    record, _ = records(story)[call]
    assert (record.verstat, record.attest) == ("TN-Validation-Passed", "A")
    assert rows_of(record, (), (), UTC)[0]["verstat"] == "TN-Validation-Passed"


def test_a_caller_of_the_blacklist_came_nowhere() -> None:
    story = Story()
    call = story.begin("", "8000", caller="5551234")
    story.end_leg(call, "a", 486, "blacklisted", 17)
    story.tell(CallEnded(call, "busy", 486, 17))
    record, legs = records(story)[call]
    assert record.action == "blacklist"
    assert rows_of(record, legs, [], UTC)[0]["action_type"] == "BLACKLIST"


def test_a_phone_that_answers_with_what_the_caller_cannot_hear_has_not_answered_the_call() -> None:
    story = Story()
    call = story.begin("1001", "1002")
    story.ring(call, "b", "1002")
    story.wait(5)
    story.tell(LegAnswered(call, "b"))
    story.end_leg(call, "b", 0, "no_common_media", 79)
    story.end(call, "failed", 488, 79)
    record, legs = records(story)[call]
    assert (record.disposition, record.answered_by) == ("failed", "")
    assert (record.answered_at_ms, record.talk_s) == (None, 0)
    assert legs[1].answered_at_ms == BEGIN_MS + 5000
