"""What is said to somebody who waits, one thing after the other, and on the way out."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from pbxcore.apps.queue_stay import Onward, QueueStay, hold_time
from pbxcore.apps.sounds import Counted, Number, Prompt
from pbxcore.apps.steps import Connect, Gather, HangUp, Say
from pbxcore.dialplan.call_queue import NOTICE
from pbxcore.dialplan.place import HANG_UP, Place
from pbxcore.media.commands import File
from pbxcore.queues.facts import ExitStatus
from pbxcore.queues.outputs import CallbackOffered, HoldTime, Periodic, Position

if TYPE_CHECKING:
    from pbxcore.apps.steps import Script

ONWARD = Onward("Help", "Ana", "internal-local", "/leave.ogg")


def stay_of(number: str = "1000") -> tuple[QueueStay, list[str]]:
    """A stay, and the numbers that were asked to be called back at."""
    asked: list[str] = []
    stay = QueueStay(
        (),
        ONWARD,
        (),
        number,
        welcomed=lambda: None,
        pressed=lambda key: None,
        asked=asked.append,
        gone=lambda: None,
    )
    return stay, asked


def played(script: Script, *outcomes: Any) -> list[Any]:
    """The steps of a script, whose outcomes are these and then nothing."""
    steps, given = [next(script)], iter(outcomes)
    while True:
        try:
            steps.append(script.send(next(given, "")))
        except StopIteration:
            return steps


def test_a_new_position_replaces_the_one_that_was_not_said_yet() -> None:
    stay, _ = stay_of()
    stay.tell((Position(3), HoldTime(5)))
    stay.tell((Periodic("advert"),))
    stay.tell((Position(2), HoldTime(4)))
    stay.tell((Position(1),))
    assert list(stay.news) == [(Periodic("advert"),), (Position(1),)]


@pytest.mark.parametrize(
    ("part", "sounds"),
    [
        (Position(2), (Prompt("queue-you-are"), Number(2), Prompt("queue-in-line"))),
        (Position(5, or_more=True), (Prompt("queue-at-least"), Counted(5, "caller"))),
        (HoldTime(3), (Prompt("queue-wait"), Counted(3, "minute"))),
    ],
)
def test_places_and_waits_are_said_in_words_with_thanks(
    part: Position | HoldTime, sounds: tuple[object, ...]
) -> None:
    stay, _ = stay_of()
    stay.tell((part,))
    step = next(stay.script())
    assert isinstance(step, Say)
    assert step.sounds == (*sounds, Prompt("queue-thanks"))


@pytest.mark.parametrize(
    ("number", "keys", "called"),
    [
        ("1000", ["1"], ["1000"]),
        ("1000", ["2", "0301234"], ["0301234"]),
        ("", ["1", "0301234"], ["0301234"]),
        ("", ["3"], []),
    ],
)
def test_who_shows_no_number_is_asked_where_to_be_called_back(
    number: str, keys: list[str], called: list[str]
) -> None:
    stay, asked = stay_of(number)
    stay.tell((CallbackOffered(),))
    script = stay.script()
    next(script)
    key, *dialled = keys
    step = script.send(key)
    while isinstance(step, Say) and step.times:
        step = script.send("")
    if dialled:
        assert isinstance(step, Gather)
        script.send(dialled[0])
    assert asked == called
    script.close()


def test_an_agent_hears_short_waits_in_seconds() -> None:
    assert hold_time(0.3) == (Prompt("one-moment"),)
    assert hold_time(17.2) == (Counted(17, "second"),)
    assert hold_time(95.0) == (Counted(2, "minute"),)


def test_before_a_mailbox_the_queues_prompt_is_heard_and_the_envelope_names_the_queue() -> None:
    mailbox = Place("voicemail", "1000")
    assert played(ONWARD.script(mailbox, ExitStatus.TIMEOUT)) == [
        Say((File("/leave.ogg"),), barge=False),
        Connect(mailbox, "Help: Ana"),
    ]


def test_the_permission_counts_for_numbers_outside_alone() -> None:
    outside, colleague = Place("external", "0049301"), Place("extension", "1000")
    assert played(ONWARD.script(outside, ExitStatus.KEY)) == [
        Connect(outside, level="internal-local")
    ]
    assert played(ONWARD.script(colleague, ExitStatus.KEY)) == [Connect(colleague)]


@pytest.mark.parametrize(
    ("place", "status", "said"),
    [
        (NOTICE, ExitStatus.FULL, "queue-full"),
        (NOTICE, ExitStatus.LEAVE_EMPTY, "queue-no-agents"),
        (HANG_UP, ExitStatus.CALLBACK, "queue-callback-set"),
        (HANG_UP, ExitStatus.TIMEOUT, None),
    ],
)
def test_who_goes_nowhere_hears_why(place: Place, status: ExitStatus, said: str | None) -> None:
    *told, last = played(ONWARD.script(place, status))
    assert last == HangUp(f"queue_{status}")
    assert told == ([Say((Prompt(said),), barge=False)] if said else [])
