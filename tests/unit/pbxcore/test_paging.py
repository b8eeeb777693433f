"""Paging and intercom: phones answer by themselves and hear who calls."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import msgspec

from pbxcore.dialplan.place import Place
from pbxcore.dialplan.plan import PagingGroup, Plan
from pbxcore.dialplan.schedules import Schedule
from pbxcore.journal import CallEnded, LegAnswered, LegCalled
from pbxcore.media.commands import File, JoinRoom, Play, SetStream, StartRecording, Tone
from pbxcore.services.scheduled_pages import ScheduledPages
from tests.support.handsets import Office
from tests.unit.pbxcore.test_services import said


def office_with(**more: object) -> Office:
    office = Office("alice", "bob", "carol", "dave")
    usual = {"number": "page", "name": "All", "members": ("alice", "bob", "carol")}
    group = PagingGroup(**(usual | more))  # type: ignore[arg-type]
    office.house.directory.plan = Plan(
        numbers={"page": Place("page", "page")}, paging_groups={"page": group}
    )
    return office


def joined(office: Office) -> list[bool]:
    """Whether each of those in the room is heard."""
    asked = office.house.workers.asked
    return [not each.muted for each in asked if isinstance(each, JoinRoom)]


def test_members_are_told_to_answer_and_hear_who_calls() -> None:
    with office_with(two_way=False) as office:
        alice = office["alice"].dial("page")
        office.run(1)
        assert "described" in alice.notes
        for name in ("bob", "carol"):
            invite = office[name].talk.last
            assert invite is not None
            assert b"info=alert-autoanswer" in (invite.get(b"alert-info") or b"")
            assert b"answer-after=0" in (invite.get(b"call-info") or b"")
            assert invite.get(b"answer-mode") == b"Auto"  # RFC 5373
            office[name].talk.accept()
        office.run(1)
        assert joined(office) == [True, False, False]
        office["bob"].talk.hang_up()
        office.run(1)
        assert office["carol"].talk.notes[-1] != "ended"
        alice.hang_up()
        office.run(1)
        assert office["carol"].talk.notes[-1] == "ended"
        office.run()
        office.check()
        called = [each for each in office.house.facts if isinstance(each, LegCalled)]
        assert {(each.action, each.owner) for each in called} == {("page", "page")}
        answered = [each.by for each in office.house.facts if isinstance(each, LegAnswered)]
        assert answered == ["page", "", ""]
        assert len(office.house.told(CallEnded)) == 1


def test_an_intercom_is_over_when_nobody_is_left() -> None:
    with office_with() as office:
        office["carol"].refuses = 486
        alice = office["alice"].dial("page")
        office.run(1)
        office["bob"].talk.accept()
        office.run(1)
        assert joined(office) == [True, True]
        office["bob"].talk.hang_up()
        office.run(1)
        assert alice.notes[-1] == "ended"
        office.run()
        office.check()


def test_who_talks_is_left_out_and_who_does_not_answer_given_up() -> None:
    with office_with() as office:
        dave = office["dave"].dial("bob")
        office.run(1)
        office["bob"].talk.accept()
        office.run(1)
        alice = office["alice"].dial("page")
        office.run(1)
        assert len(office["bob"].talks) == 1
        office.run(25)
        assert office["carol"].talk.notes[-1] == "ended"
        assert alice.notes[-1] == "ended"
        dave.hang_up()
        office.run()
        office.check()


def test_in_a_private_intercom_members_hear_who_calls_alone() -> None:
    with office_with(private=True) as office:
        alice = office["alice"].dial("page")
        office.run(1)
        for name in ("bob", "carol"):
            office[name].talk.accept()
        office.run(1)
        front, *members = [e for e in office.house.workers.asked if isinstance(e, JoinRoom)]
        assert (front.muted, front.hears) == (False, ())
        assert [(each.muted, each.hears) for each in members] == [(False, (front.stream,))] * 2
        alice.hang_up()
        office.run()
        office.check()


def test_who_speaks_is_heard_after_the_delay() -> None:
    with office_with(delay_s=5, longest_s=60) as office:
        alice = office["alice"].dial("page")
        office.run(10)
        office["bob"].talk.accept()
        office.run(1)
        tones = [each for each in office.house.workers.asked if isinstance(each, Play)]
        assert joined(office) == [False, True]
        office["carol"].talk.accept()
        office.run(1)
        assert joined(office) == [False, True, True]
        office.run(4)
        assert joined(office) == [False, True, True, True]
        later = [each for each in office.house.workers.asked if isinstance(each, Play)]
        assert len(later) == len(tones) + 1
        office.run(40)
        assert alice.notes[-1] != "ended"
        office.run(10)
        assert alice.notes[-1] == "ended"
        office.run()
        office.check()


def test_an_announcement_is_heard_after_the_delay() -> None:
    with office_with(announces=True, prompt="p", delay_s=3) as office:
        plan = office.house.directory.plan
        office.house.directory.plan = msgspec.structs.replace(plan, prompts={"p": "/x/news.ogg"})
        alice = office["alice"].dial("page")
        office.run(1)
        office["bob"].talk.accept()
        office.run(1)
        pause, file = next(
            each.sources for each in office.house.workers.asked
            if isinstance(each, Play) and isinstance(each.sources[-1], File)
        )  # fmt: skip
        assert (pause, file) == (Tone((((), 3.0),)), File("/x/news.ogg"))
        alice.hang_up()
        office.run()
        office.check()


def test_an_announcement_is_made_at_its_time_where_nobody_calls() -> None:
    schedule = Schedule("07:30", weekdays=(5,))
    group = {"announces": True, "prompt": "p", "schedule": schedule, "longest_s": 20, "delay_s": 2}
    with office_with(**group) as office:
        plan = office.house.directory.plan
        office.house.directory.plan = msgspec.structs.replace(plan, prompts={"p": "/x/news.ogg"})
        office["alice"].refuses = 486
        moment = datetime(2026, 11, 27, 7, 29, 59, tzinfo=UTC)  # a Friday
        house, board = office.house.context, office.house.switchboard
        pages = ScheduledPages(house, board.originate, board.hang_up, lambda: moment)
        busy = office["dave"].dial("carol")
        office.run(1)
        office["carol"].talk.accept()
        pages.tick()
        office.run(1)
        assert not office["bob"].talks
        moment += timedelta(seconds=1)
        pages.tick()
        pages.tick()
        office.run(1)
        assert len(office["carol"].talks) == 1
        (talk,) = office["bob"].talks
        assert talk.last is not None
        assert b"info=alert-autoanswer" in (talk.last.get(b"alert-info") or b"")
        assert b"All" in (talk.last.get(b"from") or b"")
        talk.accept()
        office.run(1)
        assert "news" not in said(office)
        office.run(2)
        assert "news" in said(office)
        moment += timedelta(seconds=20)
        pages.tick()
        office.run(1)
        assert talk.notes[-1] == "ended"
        busy.hang_up()
        office.run()
        assert [each.action for each in office.house.told(LegCalled)] == ["dial", "page", "page"]
        office.check()


def test_it_lasts_as_long_as_it_may() -> None:
    with office_with(longest_s=60) as office:
        alice = office["alice"].dial("page")
        office.run(1)
        office["bob"].talk.accept()
        office.run(50)
        assert alice.notes[-1] != "ended"
        office.run(10)
        assert alice.notes[-1] == office["bob"].talk.notes[-1] == "ended"
        office.run()
        office.check()


def test_only_those_of_the_whitelist_call_it() -> None:
    with office_with(callers=("bob",)) as office:
        alice = office["alice"].dial("page")
        office.run(1)
        assert alice.notes[-1] == "403"
        office.run()
        office.check()


def test_codes_before_one_extension() -> None:
    with office_with() as office:
        alice = office["alice"].dial("*80bob")
        office.run(1)
        invite = office["bob"].talk.last
        assert invite is not None
        assert b"answer-after=0" in (invite.get(b"call-info") or b"")
        office["bob"].talk.accept()
        office.run(1)
        assert len(office.house.workers.heard) == 2
        alice.hang_up()
        office.run(1)
        alice = office["alice"].dial("*81bob")
        office.run(1)
        office["bob"].talk.accept()
        office.run(1)
        assert joined(office) == [True, False]
        alice.hang_up()
        idle = office["alice"].dial("*80nobody")
        office.run(1)
        assert idle.notes[-1] == "404"
        office.run()
        office.check()


def test_an_announcement_is_heard_and_over() -> None:
    with office_with(two_way=False, prompt="fire", announces=True) as office:
        plan = office.house.directory.plan
        office.house.directory.plan = msgspec.structs.replace(plan, prompts={"fire": "/fire.wav"})
        alice = office["alice"].dial("page")
        office.run(1)
        office["bob"].talk.accept()
        office.run(1)
        assert ["fire"] in office.house.workers.said.values()
        assert office["bob"].talk.notes[-1] != "ended"
        office.run(2)
        assert office["bob"].talk.notes[-1] == "ended"
        assert alice.notes[-1] != "ended"  # somebody else may still hear it
        office["carol"].talk.accept()
        office.run(4)
        assert alice.notes[-1] == office["carol"].talk.notes[-1] == "ended"
        office.run()
        office.check()


def test_a_multicast_page_is_heard_without_a_call_and_recorded() -> None:
    with office_with(members=(), multicast="239.1.2.3", multicast_port=6000, recorded=True) as it:
        alice = it["alice"].dial("page")
        it.run(1)
        assert "described" in alice.notes
        assert joined(it) == [True, False]
        sent = [each.agreed for each in it.house.workers.asked if isinstance(each, SetStream)]
        (group,) = [each for each in sent if each.remote and each.remote.address == "239.1.2.3"]
        assert (group.remote and group.remote.port, group.direction.name) == (6000, "SENDONLY")
        (wanted,) = [each for each in it.house.workers.asked if isinstance(each, StartRecording)]
        assert wanted.room
        alice.hang_up()
        it.run()
        it.check()
