"""Services beside the menu: announcements, DISA, dial by name, callbacks, wake-up calls."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from pbxcore.apps.announcement import Announcement
from pbxcore.apps.announcement_center import AnnouncementCenter, Audience, Recorded
from pbxcore.apps.disa import Disa
from pbxcore.apps.name_directory import NameDirectory, keys_of
from pbxcore.apps.wake_up import WakeUp, WakeUpDesk, moment_of
from pbxcore.calls.commands import TellOfChat
from pbxcore.calls.goal import Goal
from pbxcore.dialplan.callbacks import Callback
from pbxcore.dialplan.place import Place
from pbxcore.dialplan.plan import Plan
from pbxcore.journal import (
    AnnouncementPlayed,
    CallEnded,
    CallStarted,
    ChatAlarmCalled,
    WakeUpAsked,
)
from pbxcore.services.chat_alarms import ChatAlarms
from tests.support.handsets import Office
from tests.unit.pbxcore.test_services import press, said

if TYPE_CHECKING:
    from pbxcore.apps.services import Service


def office_with(services: dict[str, Service], **plan: object) -> Office:
    office = Office("alice", "bob", "carol")
    office.house.directory.plan = Plan(services=services, **plan)  # type: ignore[arg-type]
    return office


def test_an_announcement_is_played_and_leads_on() -> None:
    goes = Announcement("Closed", "/x/closed.ogg", times=2, place=Place("extension", "bob"))
    with office_with({"closed": goes}) as office:
        alice = office["alice"].dial("closed")
        office.run(3)
        assert said(office) == ["closed"]
        assert not office["bob"].talks
        office.run(2)
        office["bob"].talk.accept()
        office.run(1)
        assert len(office.house.workers.heard) == 2
        alice.hang_up()
        office.run()
        office.check()


def test_disa_asks_for_a_password_and_dials_on() -> None:
    with office_with({"disa": Disa("Way in", "1234")}) as office:
        alice = office["alice"].dial("disa")
        office.run(1)
        press(office, *"9999#")
        office.run(1)
        assert said(office) == ["enter-pin", "wrong-pin"]
        office.run(2)
        press(office, *"1234#")
        office.run(1)
        press(office, *"77#")
        office.run(0.5)
        assert said(office)[-1] == "not-in-service"
        office.run()
        assert alice.notes[-1] == "ended"
        office.check()


def test_disa_gives_up_after_three_wrong_passwords() -> None:
    with office_with({"disa": Disa("Way in", "1234")}) as office:
        alice = office["alice"].dial("disa")
        office.run()
        assert said(office).count("wrong-pin") == 3
        assert alice.notes[-1] == "ended"
        office.check()


def test_who_guesses_at_a_disa_is_asked_no_more_for_a_while() -> None:
    with office_with({"disa": Disa("Way in", "1234")}) as office:
        for _ in range(2):
            office["alice"].dial("disa")
            office.run(60)
        said(office).clear()
        office.house.workers.said.clear()
        office["alice"].dial("disa")
        office.run(60)
        assert said(office) == ["too-many-tries", "goodbye"]
        office.house.workers.said.clear()
        office["bob"].dial("disa")
        office.run(1)
        assert said(office) == ["enter-pin"]
        office.run()
        office.check()


def test_the_code_of_a_disa_ends_a_call_and_the_caller_dials_again() -> None:
    with office_with({"disa": Disa("Way in", "1234", hangs_up_with="*0")}) as office:
        alice = office["alice"].dial("disa")
        office.run(1)
        press(office, *"1234#")
        office.run(1)
        press(office, *"bob#")
        office.run(1)
        office["bob"].talk.accept()
        office.run(1)
        press(office, "*", "0")
        office.run(1)
        assert office["bob"].talk.notes[-1] == "ended"
        assert alice.notes[-1] != "ended"
        press(office, *"carol#")
        office.run(1)
        office["carol"].talk.accept()
        office.run(1)
        assert said(office).count("enter-pin") == 1
        alice.hang_up()
        office.run()
        office.check()


def test_people_are_found_by_the_letters_of_their_names() -> None:
    with office_with({"71": NameDirectory("71", "Names")}) as office:
        office.house.change("bob", display_name="Bob Müller")
        alice = office["alice"].dial("71")
        office.run(1)
        press(office, *"685")
        office.run(0.5)
        assert said(office)[1:7] == [f"letter-{each}" for each in "muller"]
        assert said(office)[-1] == "ivr-press-1"
        press(office, "1")
        office.run(1)
        office["bob"].talk.accept()
        office.run(1)
        assert len(office.house.workers.heard) == 2
        alice.hang_up()
        office.run()
        office.check()


def test_nobody_of_that_name_is_said_so() -> None:
    with office_with({"71": NameDirectory("71", "Names", members=("bob",))}) as office:
        office["alice"].dial("71")
        office.run(1)
        press(office, *"999")
        office.run(0.5)
        assert said(office)[-1] == "ivr-no-match"
        office.run()
        office.check()


@pytest.mark.parametrize(
    ("name", "keys"), [("Ana", "262"), ("Groß", "47677"), ("Ægir", "447"), ("Qz9", "79")]
)
def test_letters_are_on_keys(name: str, keys: str) -> None:
    assert keys_of(name) == keys


@pytest.mark.parametrize("tells", [True, False])
def test_an_announcement_reaches_a_group(*, tells: bool) -> None:
    center = AnnouncementCenter(
        "*88", (Recorded("5", "/x/fire.ogg", tells),), (Audience("1", ("alice", "bob", "carol")),)
    )
    with office_with({}, prefixed={"*88": center}) as office:
        office["alice"].dial("*8851")
        office.run(1)
        assert said(office) == ["activated", "goodbye"]
        bob = office["bob"].talk
        assert bob.last is not None
        assert b"answer-after=0" in (bob.last.get(b"call-info") or b"")
        assert b"alice" in (bob.last.get(b"from") or b"")
        office["carol"].talk.hang_up()
        bob.accept()
        office.run(5)
        words = ["message-from", *(f"letter-{each}" for each in "alice")] if tells else []
        assert said(office)[2:] == [*words, "fire"]
        office.run()
        assert bob.notes[-1] == "ended"
        office.check()
        played = [each for each in office.house.facts if isinstance(each, AnnouncementPlayed)]
        assert played == [AnnouncementPlayed("5", "1", "alice", 2)]


def test_codes_that_mean_nothing_are_refused_in_words() -> None:
    with office_with({}, prefixed={"*88": AnnouncementCenter("*88")}) as office:
        office["alice"].dial("*88519")
        office.run()
        assert said(office) == ["invalid", "goodbye"]
        office.check()


def test_who_is_turned_away_is_called_back() -> None:
    rule = Callback(Place("announcement", "hello"), prepend="", sleep_s=5)
    services: dict[str, Service] = {"hello": Announcement("Hello", "/x/hello.ogg")}
    with office_with(
        services, callbacks={"back": rule}, numbers={"77": Place("callback", "back")}
    ) as office:
        alice = office["alice"].dial("77")
        office.run(1)
        assert alice.notes[-1] == "486"
        office["alice"].dial("77")  # once more: one call back is enough
        office.run(6)
        back = office["alice"].talk
        assert back is not alice
        back.accept()
        office.run(1)
        assert said(office) == ["hello"]
        office.run()
        office.check()
        started = [each for each in office.house.facts if isinstance(each, CallStarted)]
        assert len(started) == 3


def test_who_does_not_answer_is_called_back_again() -> None:
    rule = Callback(Place("announcement", "hello"), sleep_s=1, retries=1)
    with office_with({}, callbacks={"back": rule}, numbers={"77": Place("callback", "back")}) as (
        office
    ):
        office["alice"].dial("77")
        office.run(0.5)
        office["alice"].refuses = 486
        office.run()
        ended = [each for each in office.house.facts if isinstance(each, CallEnded)]
        assert len(ended) == 3
        office.check()


def test_a_wake_up_call_is_asked_for_by_phone() -> None:
    with office_with({"*35": WakeUpDesk()}) as office:
        office["alice"].dial("*35")
        office.run(1)
        press(office, *"2560")
        office.run(0.5)
        assert said(office)[-1] == "invalid"
        office.run(3)
        press(office, *"0730")
        office.run()
        assert said(office)[-5:] == ["wake-up-set", "at", "number-7", "number-30", "am"]
        asked = [each for each in office.house.facts if isinstance(each, WakeUpAsked)]
        assert asked == [WakeUpAsked("alice", "07:30")]
        office.check()


def test_a_wake_up_call_says_what_it_is() -> None:
    with office_with({}) as office:
        answers: list[bool] = []
        office.house.switchboard.originate("bob", Goal(WakeUp(), reached=answers.append), "*35")
        office.run(1)
        office["bob"].talk.accept()
        office.run(1)
        assert said(office)[0] == "wake-up"
        assert answers == [True]
        office["bob"].talk.hang_up()
        office.run()
        office.check()


@pytest.mark.parametrize(
    ("key", "outcomes"), [("1", ["answered", "accepted"]), ("2", ["answered"])]
)
def test_who_is_called_about_a_chat_takes_it_with_1(key: str, outcomes: list[str]) -> None:
    with office_with({}) as office:
        alarms = ChatAlarms(office.house.context, office.house.switchboard.originate)
        alarms.ring(TellOfChat("bob", "c1", "Demo"))
        office.run(1)
        office["bob"].talk.accept()
        office.run(1)
        assert said(office)[:1] == ["chat-waiting"]
        press(office, key)
        office.run()
        facts = [each for each in office.house.facts if isinstance(each, ChatAlarmCalled)]
        assert [each.outcome for each in facts] == outcomes
        assert {(each.conversation, each.number) for each in facts} == {("c1", "bob")}
        office.check()


def test_who_does_not_answer_about_a_chat_is_told_of() -> None:
    with office_with({}) as office:
        office["bob"].refuses = 486
        alarms = ChatAlarms(office.house.context, office.house.switchboard.originate)
        alarms.ring(TellOfChat("bob", "c1", "Demo"))
        office.run()
        facts = [each for each in office.house.facts if isinstance(each, ChatAlarmCalled)]
        assert [each.outcome for each in facts] == ["no_answer"]
        office.check()


def test_times_are_four_digits() -> None:
    assert str(moment_of("0730")) == "07:30:00"
    assert moment_of("2400") is None
    assert moment_of("730") is None
