"""Leaving messages, heard from the caller's side."""

from __future__ import annotations

import msgspec
import pytest

from pbxcore.apps.steps import Gather, Record, Recorded
from pbxcore.apps.visit import Visit
from pbxcore.apps.voicemail.leaving import leave
from pbxcore.apps.voicemail.post import Post
from pbxcore.dialplan.place import Place
from pbxcore.dialplan.plan import Plan
from pbxcore.directory import Directory, Extension, Snapshot
from pbxcore.domain_settings import DomainSettings
from pbxcore.voicemail.mailboxes import Mailboxes
from pbxcore.voicemail.rules import Box, VoicemailGroup, VoicemailRules
from tests.support.shelf import Shelf
from tests.support.talk import Talk

USUAL = VoicemailRules()


class Office:
    """Two with a mailbox, one without, and a group of them all."""

    def __init__(self, rules: VoicemailRules = USUAL, greeting: str = "") -> None:
        group = VoicemailGroup("6600", "Sales", ("1000", "1001", "1002"), "9876", greeting)
        people = (
            Extension("1000", "Ada", "", box=Box(enabled=True, pin="1234")),
            Extension("1001", "Bob", "", box=Box(enabled=True, pin="5678")),
            Extension("1002", "Cy", ""),
        )
        plan = Plan(voicemail=rules, voicemail_groups={"6600": group})
        self.shelf = Shelf()
        self.now_ms = 1_764_172_800_000
        numbers = iter(range(1000))
        self.boxes = Mailboxes(
            self.shelf, now_ms=lambda: self.now_ms, token=lambda: f"{next(numbers):04d}"
        )
        directory = Directory(Snapshot(1, DomainSettings(), people, plan=plan))
        self.pins: dict[str, str] = {}
        self.post = Post(directory, self.boxes, now_ms=lambda: self.now_ms, change_pin=self._change)

    def _change(self, mailbox: str, pin: str) -> bool:
        self.pins[mailbox] = pin
        return True

    def speaking(self, _: str) -> None:
        """He who hangs up has spoken for seven seconds."""
        self.now_ms += 7_000

    def caller(
        self, number: str, keys: str = "", *speaks: float | None, reason: str = "no-answer"
    ) -> Talk:
        visit = Visit("c", "1", "", "5551234", "Mum", service=number, reason=reason)
        return Talk(leave(self.post, visit, number), keys, speaks, self.speaking)


def test_caller_hears_who_is_away_and_leaves_a_message() -> None:
    office = Office()
    talk = office.caller("1000", "", 5.0)
    assert talk.heard == [
        *("vm-person-at", "1000", "vm-is-unavailable", "vm-leave", "beep"),
        *("vm-saved", "goodbye"),
    ]
    (message,) = office.boxes.messages("1000")
    assert (message.caller, message.name, message.seconds) == ("5551234", "Mum", 5.0)
    assert message.call == "c"
    (copy,) = office.boxes.copy(message, ["1001"])
    assert copy.call == "", "nobody called for a message that was sent on"
    assert talk.reason == "message_left"


def test_hanging_up_sends_what_was_said() -> None:
    office = Office()
    office.caller("1000", "", None)
    assert [each.seconds for each in office.boxes.messages("1000")] == [7.0]


def test_hanging_up_too_early_leaves_nothing() -> None:
    office = Office(VoicemailRules(shortest_s=8))
    office.caller("1000", "", None)
    assert not office.boxes.messages("1000")
    assert not office.shelf.arriving


def test_too_short_a_message_may_be_spoken_again() -> None:
    office = Office()
    talk = office.caller("1000", "", 1.0, 4.0)
    assert talk.heard[-5:] == ["beep", "vm-too-short", "beep", "vm-saved", "goodbye"]
    assert [each.seconds for each in office.boxes.messages("1000")] == [4.0]


def test_who_is_busy_says_so() -> None:
    assert "vm-is-busy" in Office().caller("1000", "", 5.0, reason="user-busy").heard


@pytest.mark.parametrize(
    ("spoken", "first"),
    [
        (("unavailable",), "1000/unavailable.wav"),
        (("unavailable", "temporary"), "1000/temporary.wav"),
        (("name",), "1000/name.wav"),
        (("busy",), "vm-person-at"),
    ],
)
def test_greetings_that_were_spoken_are_heard(spoken: tuple[str, ...], first: str) -> None:
    office = Office()
    for each in spoken:
        office.shelf.greetings["1000", each] = f"1000/{each}.wav"
    assert office.caller("1000", "", 5.0).heard[0] == first


def test_a_key_skips_the_greeting() -> None:
    assert Office().caller("1000", "#", 5.0).heard[0] == "beep"


def test_message_for_a_group_is_in_every_members_mailbox() -> None:
    office = Office(greeting="sales.wav")
    talk = office.caller("6600", "", 5.0)
    assert talk.heard[0] == "sales.wav"
    counts = [office.boxes.counts(each).new for each in ("6600", "1000", "1001", "1002")]
    assert counts == [1, 1, 1, 0]


def test_who_has_no_mailbox_takes_no_message() -> None:
    talk = Office().caller("1002", "", 5.0)
    assert (talk.reason, talk.heard) == ("no_mailbox", ["unavailable", "goodbye"])


def test_full_mailbox_takes_no_more() -> None:
    office = Office(VoicemailRules(most_messages=1, operator="1001"))
    office.caller("1000", "", 5.0)
    talk = office.caller("1000", "", 5.0)
    assert talk.heard == ["vm-full"]
    assert talk.connected[0].place == Place("external", "1001")
    assert len(office.boxes.messages("1000")) == 1


def test_zero_leads_to_the_operator_where_there_is_one() -> None:
    assert Office(VoicemailRules(operator="1001")).caller("1000", "0", 5.0).connected
    assert not Office().caller("1000", "0", 5.0).connected


def test_caller_reviews_says_it_anew_and_marks_it() -> None:
    office = Office(VoicemailRules(review=True))
    office.caller("1000", "#2.34.1", 5.0, 6.0)
    (message,) = office.boxes.messages("1000")
    assert (message.seconds, message.urgent) == (6.0, True)


def test_hanging_up_during_the_review_sends_it() -> None:
    office = Office(VoicemailRules(review=True))
    visit = Visit("c", "1", service="1000")
    script = leave(office.post, visit, "1000")
    step = next(script)
    outcomes = {Record: Recorded(5.0, "#"), Gather: ""}
    while type(step) is not Gather:
        step = script.send(outcomes.get(type(step), ""))
    script.close()
    assert [each.seconds for each in office.boxes.messages("1000")] == [5.0]


def test_disk_that_is_full_is_told() -> None:
    office = Office()
    office.shelf.full = True
    assert "not-possible" in office.caller("1000", "", 5.0).heard


def test_star_opens_the_mailbox_where_that_is_allowed() -> None:
    office = Office(msgspec.structs.replace(USUAL, remote=True))
    talk = office.caller("1000", "*1234#..#")
    assert "vm-no-messages" in talk.heard
    assert "vm-menu" not in Office().caller("1000", "*1234#", 5.0).heard
