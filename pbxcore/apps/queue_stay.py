"""What a caller hears who waits in a queue, and where he goes from there."""

from __future__ import annotations

from collections import deque
from typing import TYPE_CHECKING, Final

import msgspec

from pbxcore.apps.asking import ask
from pbxcore.apps.sounds import Counted, Number, Prompt
from pbxcore.apps.steps import Connect, Gather, HangUp, Say
from pbxcore.dialplan.call_queue import NOTICE
from pbxcore.dialplan.place import HANG_UP, Place
from pbxcore.media.commands import File, Tone
from pbxcore.queues.facts import ExitStatus
from pbxcore.queues.outputs import CallbackOffered, HoldTime, Periodic, Position

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from pbxcore.apps.sounds import Sound
    from pbxcore.apps.steps import Part, Script
    from pbxcore.queues.outputs import Said

_NOTICES: Final = {
    ExitStatus.FULL: "queue-full",
    ExitStatus.CALLBACK: "queue-callback-set",
}
_LONGEST: Final = 20


class Onward(msgspec.Struct, frozen=True):
    """How callers leave the queue `name` for elsewhere.

    Numbers outside are called as far as `level`, and for the queue `number`. Before a mailbox the
    sound file `mailbox_prompt` is heard, and the message's envelope names the queue before the
    `caller`.
    """

    name: str
    caller: str = ""
    level: str = ""
    mailbox_prompt: str = ""
    number: str = ""

    def script(self, place: Place, status: ExitStatus) -> Script:
        """Tell why nobody serves the caller, where that is all, or send him to the place."""
        if place == NOTICE or status is ExitStatus.CALLBACK:
            yield Say((Prompt(_NOTICES.get(status, "queue-no-agents")),), barge=False)
        if place in (NOTICE, HANG_UP):
            yield HangUp(f"queue_{status}")
        elif leads_to_mailbox(place):
            if self.mailbox_prompt:
                yield Say((File(self.mailbox_prompt),), barge=False)
            yield Connect(place, f"{self.name}: {self.caller}")
        elif place.kind == "external":
            yield Connect(place, level=self.level, owner=self.number)
        else:
            yield Connect(place)


class QueueStay:
    """One caller's stay in a queue; who keeps the queues tells it what comes next.

    After a change of `news`, or once it was told to `leave`, its script has to be woken.

    Args:
        welcome: what is said first.
        onward: how he goes on elsewhere.
        music: what is heard between announcements.
        number: who calls, as he may be called back.
        welcomed: told that the welcome is over.
        pressed: told each key.
        asked: told the number that somebody wants to be called back at.
        gone: told that the script is over, whatever ended it.

    Attributes:
        news: what is still to be said.
        served: somebody talks to the caller now.
        welcoming: the caller is not to be interrupted: the welcome is said in full.
    """

    def __init__(
        self,
        welcome: tuple[Sound, ...],
        onward: Onward,
        music: tuple[File | Tone, ...],
        number: str,
        *,
        welcomed: Callable[[], None],
        pressed: Callable[[str], None],
        asked: Callable[[str], None],
        gone: Callable[[], None],
    ) -> None:
        self._welcome, self._onward, self._music, self._number = welcome, onward, music, number
        self._welcomed, self._pressed, self._asked, self._gone = welcomed, pressed, asked, gone
        self.news: deque[tuple[Said, ...]] = deque()
        self.served, self.welcoming = False, bool(welcome)
        self._exit: tuple[Place, ExitStatus] | None = None

    def tell(self, parts: tuple[Said, ...]) -> None:
        """Say this as soon as the script is woken; a new position or wait replaces the last one."""
        if any(isinstance(each, Position | HoldTime) for each in parts):
            waiting = (_unplaced(each) for each in self.news)
            self.news = deque(each for each in waiting if each)
        self.news.append(parts)

    @property
    def is_over(self) -> bool:
        """Whether the queue has nothing more to do for the caller."""
        return self.served or self._exit is not None

    def leave(self, place: Place, status: ExitStatus) -> None:
        """Go on to a place as soon as the script is woken."""
        self._exit = self._exit or (place, status)

    def script(self) -> Script:
        """Music, and now and then an announcement, until it is over."""
        try:
            if self._welcome and self._exit is None:
                yield Say(self._welcome, barge=False)
            if self.welcoming:
                self.welcoming = False
                self._welcomed()
            while self._exit is None:
                if self.news:
                    yield from self._tell(self.news.popleft())
                else:
                    key = yield Say(self._music, times=0)
                    if key:
                        self._pressed(key)
            yield from self._onward.script(*self._exit)
        finally:
            self._gone()

    def _tell(self, parts: tuple[Said, ...]) -> Script:
        sounds = [sound for part in parts for sound in _spoken(part)]
        if any(isinstance(each, Position | HoldTime) for each in parts):
            sounds.append(Prompt("queue-thanks"))
        key = (yield Say(tuple(sounds), over=True)) if sounds else ""
        if any(isinstance(each, CallbackOffered) for each in parts):
            yield from self._offer(key)
        elif key:
            self._pressed(key)

    def _offer(self, key: str) -> Part[None]:
        """1: at the number that calls, where one is shown; 2: at another."""
        key = key or (yield Gather(1))
        number = self._number if key == "1" else ""
        if key == "2" or (key == "1" and not number):
            number = yield from ask(Prompt("enter-number"), most=_LONGEST, first_s=10.0)
        if number:
            self._asked(number)


def leads_to_mailbox(place: Place) -> bool:
    """Whether somebody is asked for a message there."""
    return place.kind in ("voicemail", "voicemail_group")


def hold_time(waited_s: float) -> tuple[Sound, ...]:
    """What an agent hears before he talks to somebody who has waited so long."""
    minutes, seconds = round(waited_s / 60), round(waited_s)
    if minutes:
        return (Counted(minutes, "minute"),)
    return (Counted(seconds, "second"),) if seconds else (Prompt("one-moment"),)


def _unplaced(parts: tuple[Said, ...]) -> tuple[Said, ...]:
    return tuple(each for each in parts if not isinstance(each, Position | HoldTime))


def _spoken(part: Said) -> Iterable[Sound]:
    match part:
        case Position(position, or_more=True):
            return Prompt("queue-at-least"), Counted(position, "caller")
        case Position(position):
            return Prompt("queue-you-are"), Number(position), Prompt("queue-in-line")
        case HoldTime(minutes):
            return Prompt("queue-wait"), Counted(minutes, "minute")
        case Periodic(prompt):
            return (File(prompt),)
        case CallbackOffered():
            return (Prompt("queue-callback"),)
