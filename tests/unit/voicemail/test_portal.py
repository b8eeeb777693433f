"""The mailbox as its owner hears it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from pbxcore.apps.visit import Visit
from pbxcore.apps.voicemail.portal import any_mailbox, own_mailbox
from pbxcore.apps.voicemail.post import LOCKED_MS
from pbxcore.directory import Mailbox
from pbxcore.voicemail.rules import VoicemailRules
from tests.support.talk import Talk
from tests.unit.voicemail.test_leaving import Office

if TYPE_CHECKING:
    from pbxcore.voicemail.message import Folder

OWNER = Visit("c", "1", number="1000", shown="1000")


def owner(office: Office, keys: str = "", *speaks: float) -> Talk:
    """Ada dials *97 and her PIN."""
    return Talk(own_mailbox(office.post, OWNER), f"1234#{keys}", speaks)


def elsewhere(office: Office, keys: str) -> Talk:
    """Somebody dials *98."""
    return Talk(any_mailbox(office.post, Visit("c", "1", shown="5551234")), keys)


def filled(office: Office, count: int, *, folder: Folder = "new") -> list[str]:
    ids = []
    for _ in range(count):
        office.now_ms += 60_000
        (message,) = office.boxes.keep(office.boxes.receive(["1000"], "5551234", "Mum"), 4.0)
        office.boxes.move("1000", [message.id], folder)
        ids.append(message.id)
    return ids


def test_owner_is_told_how_many_wait_and_hears_each() -> None:
    office = Office()
    first, second = filled(office, 2)
    talk = owner(office, "..1..6..#")
    assert talk.heard[:3] == ["vm-you-have", "2 new-message", "vm-menu"]
    assert f"1000/{first}.wav" in talk.heard
    assert f"1000/{second}.wav" in talk.heard
    assert "vm-received 2025-11-26 16:01 vm-from 5551234" in " ".join(talk.heard)
    assert office.boxes.counts("1000") == Mailbox(0, 2)


def test_deleting_the_last_message_empties_the_mailbox() -> None:
    office = Office()
    filled(office, 1)
    talk = owner(office, ".1.7....#")
    assert office.boxes.counts("1000") == Mailbox()
    assert {"vm-deleted", "vm-no-more", "vm-no-messages"} <= set(talk.heard)


def test_message_may_be_deleted_while_it_is_heard() -> None:
    office = Office()
    filled(office, 1)
    owner(office, ".17....#")
    assert office.boxes.counts("1000") == Mailbox()


def test_messages_are_repeated_and_gone_back_to() -> None:
    office = Office()
    first, second = filled(office, 2)
    talk = owner(office, ".1.5.6.4.##")
    files = [each for each in talk.heard if each.endswith(".wav")]
    assert files == [f"1000/{each}.wav" for each in (first, first, second, first)]


def test_message_is_put_into_a_folder_and_found_there() -> None:
    office = Office()
    (one,) = filled(office, 1)
    talk = owner(office, ".1.92...23.##")
    assert office.boxes.messages("1000")[0].folder == "work"
    talk = owner(office, ".22.##")
    assert f"1000/{one}.wav" in talk.heard


def test_message_is_sent_on() -> None:
    office = Office()
    filled(office, 1)
    owner(office, ".1.81001#.##")
    assert office.boxes.counts("1001") == Mailbox(1)
    assert office.boxes.counts("1000") == Mailbox(0, 1)


def test_caller_is_called_back_as_far_as_the_owner_may_call() -> None:
    office = Office()
    filled(office, 1)
    talk = owner(office, ".1.3.##")
    (connect,) = talk.connected
    assert (connect.place.value, connect.level) == ("5551234", "internal")


def test_newest_come_first_where_that_is_wanted() -> None:
    office = Office(VoicemailRules(newest_first=True))
    first, second = filled(office, 2)
    talk = owner(office, ".1.6.##")
    files = [each for each in talk.heard if each.endswith(".wav")]
    assert files == [f"1000/{second}.wav", f"1000/{first}.wav"]


def test_wrong_pins_open_nothing_and_many_shut_the_mailbox_for_a_while() -> None:
    office = Office()
    for _ in range(4):
        talk = elsewhere(office, "1000#0000#.1111#.2222#.")
        assert talk.heard[-2:] == ["too-many-tries", "goodbye"]
    assert "vm-menu" not in elsewhere(office, "1000#1234#.").heard
    office.now_ms += LOCKED_MS + 1
    assert "vm-menu" in elsewhere(office, "1000#1234#..").heard


def test_mailbox_that_is_not_there_asks_like_one_that_is() -> None:
    assert elsewhere(Office(), "4711#1#.2#.3#.").heard == elsewhere(
        Office(), "1000#1#.2#.3#."
    ).heard  # fmt: skip


def test_group_has_a_mailbox_of_its_own() -> None:
    assert "vm-menu" in elsewhere(Office(), "6600#9876#..").heard


def test_greeting_is_spoken_heard_and_taken_back() -> None:
    office = Office()
    talk = owner(office, ".011.2.**#", 3.0)
    assert "beep" in talk.heard
    assert office.boxes.greeting("1000", "unavailable")
    owner(office, ".013.**#")
    assert not office.boxes.greeting("1000", "unavailable")


def test_pin_is_changed_by_saying_it_twice() -> None:
    office = Office()
    owner(office, ".057531#7531#.*#")
    assert office.pins == {"1000": "7531"}


def test_pin_that_is_easy_or_not_the_same_twice_is_refused() -> None:
    office = Office()
    owner(office, ".057531#7532#.512#12#.51000#1000#.*#")
    assert not office.pins


def test_who_has_no_mailbox_hears_so() -> None:
    office = Office()
    talk = Talk(own_mailbox(office.post, Visit("c", "1", number="1002")))
    assert talk.heard == ["not-possible", "goodbye"]


def test_silent_owner_is_let_go() -> None:
    assert owner(Office()).heard[-1] == "goodbye"
