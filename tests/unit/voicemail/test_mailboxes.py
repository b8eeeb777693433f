"""What lies in mailboxes, and who is told of it."""

from __future__ import annotations

import pytest

from pbxcore.directory import Mailbox
from pbxcore.voicemail.mailboxes import Mailboxes
from tests.support.shelf import Shelf


class Office:
    """Mailboxes on a shelf, on a clock that a test moves."""

    def __init__(self, shelf: Shelf | None = None) -> None:
        self.shelf = shelf or Shelf()
        self.now_ms = 1_000
        self.tokens = iter(range(1_000))
        self.boxes = Mailboxes(
            self.shelf, now_ms=lambda: self.now_ms, token=lambda: f"{next(self.tokens):04d}"
        )
        self.boxes.start()
        self.changed: list[str] = []
        self.boxes.on_change.append(self.changed.append)

    def leave(self, *mailboxes: str, caller: str = "1001", urgent: bool = False) -> str:
        self.now_ms += 1_000
        arrival = self.boxes.receive(mailboxes, caller, "Bob")
        return self.boxes.keep(arrival, 4.0, urgent=urgent)[0].id


@pytest.fixture
def office() -> Office:
    return Office()


def test_counts_follow_a_message_from_new_to_old_to_gone(office: Office) -> None:
    one = office.leave("1000")
    office.leave("1000", urgent=True)
    assert office.boxes.counts("1000") == Mailbox(2, 0, 1, 0)
    office.boxes.move("1000", [one], "work")
    assert office.boxes.counts("1000") == Mailbox(1, 1, 1, 0)
    office.boxes.remove("1000", [one])
    assert office.boxes.counts("1000") == Mailbox(1, 0, 1, 0)
    assert office.changed == ["1000"] * 4


def test_urgent_messages_come_first_then_the_oldest(office: Office) -> None:
    first, second = office.leave("1000"), office.leave("1000")
    urgent = office.leave("1000", urgent=True)
    assert [each.id for each in office.boxes.messages("1000")] == [urgent, first, second]
    office.boxes.move("1000", [first], "old")
    assert [each.id for each in office.boxes.messages("1000", "new")] == [urgent, second]


def test_message_for_a_group_lies_in_each_mailbox_and_leaves_each_by_itself(office: Office) -> None:
    one = office.leave("6600", "1000", "1001")
    office.boxes.remove("1000", [one])
    assert [office.boxes.counts(each).new for each in ("6600", "1000", "1001")] == [1, 0, 1]


def test_full_mailboxes_have_no_room(office: Office) -> None:
    office.leave("1000")
    assert office.boxes.room(["1000", "1001"], 1) == ["1001"]


def test_unknown_messages_change_nothing_and_nobody_is_told(office: Office) -> None:
    assert office.boxes.remove("1000", ["none"]) == 0
    assert office.boxes.move("1000", ["none"], "old") == 0
    assert not office.changed


def test_message_sent_on_is_new_where_it_arrives(office: Office) -> None:
    one = office.leave("1000")
    office.boxes.move("1000", [one], "old")
    (message,) = office.boxes.messages("1000")
    office.boxes.copy(message, ["1001"])
    assert office.boxes.counts("1001") == Mailbox(1)
    assert office.boxes.messages("1001")[0].caller == "1001"


def test_all_of_it_is_there_after_a_restart(office: Office) -> None:
    one = office.leave("1000")
    office.leave("1000")
    office.boxes.move("1000", [one], "friends")
    again = Office(office.shelf)
    assert again.boxes.messages("1000") == office.boxes.messages("1000")


def test_whoever_gets_the_number_of_somebody_gone_hears_nothing(office: Office) -> None:
    office.leave("1000", "1001")
    office.boxes.retain({"1001"})
    assert office.boxes.counts("1000") == Mailbox()
    assert not [each for each in office.shelf.held if each[0] == "1000"]
    assert office.boxes.counts("1001").new == 1
