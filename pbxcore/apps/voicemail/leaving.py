"""Leaving a message: the greeting, the tone, what is said after it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from pbxcore.apps.sounds import BEEP, Prompt
from pbxcore.apps.steps import Connect, HangUp, Record, Say
from pbxcore.apps.voicemail.listening import choose
from pbxcore.apps.voicemail.portal import open_mailbox
from pbxcore.dialplan.place import Place
from pbxcore.media.commands import File

if TYPE_CHECKING:
    from collections.abc import Sequence

    from pbxcore.apps.steps import Part, Recorded, Script
    from pbxcore.apps.visit import Visit
    from pbxcore.apps.voicemail.post import Post
    from pbxcore.voicemail.message import Arrival

SILENCE_S: Final = 10.0
"""Whoever says nothing for so long has nothing more to say."""
_TRIES: Final = 3


def leave(post: Post, visit: Visit, number: str) -> Script:
    """Take a message for an extension or a group of them."""
    mailboxes = post.addressees(number)
    if not mailboxes:
        yield Say((Prompt("unavailable"), Prompt("goodbye")), barge=False)
        yield HangUp("no_mailbox")
    room = post.boxes.room(mailboxes, post.rules.most_messages)
    if not room:
        yield Say((Prompt("vm-full"),), barge=False)
        yield from _operator(post)
        yield HangUp("mailbox_full")
    key: str = yield Say(post.greeting(number, busy=visit.reason == "user-busy"))
    if key == "0":
        yield from _operator(post)
    if key == "*" and post.rules.remote:
        yield from open_mailbox(post, visit, number)
        yield HangUp("left_mailbox")
    yield from _take(post, visit, room)
    yield HangUp("message_left")


def _operator(post: Post) -> Part[None]:
    if post.rules.operator:
        yield Connect(Place("external", post.rules.operator))


def _take(post: Post, visit: Visit, mailboxes: Sequence[str]) -> Part[None]:
    """Record until it is long enough, and keep it: when it is sent, or when the caller hangs up."""
    for _ in range(_TRIES):
        yield Say((BEEP,), barge=False)
        try:
            arrival = post.boxes.receive(mailboxes, visit.shown, visit.name, visit.call)
        except OSError:
            yield Say((Prompt("not-possible"),), barge=False)
            return
        kept = yield from _recorded(post, arrival)
        if kept:
            yield Say((Prompt("vm-saved"), Prompt("goodbye")), barge=False)
            return
        yield Say((Prompt("vm-too-short"),), barge=False)


def _recorded(post: Post, arrival: Arrival) -> Part[bool]:
    """Whether something was kept."""
    rules = post.rules
    message = _Spoken(post, arrival)
    try:
        recorded: Recorded = yield Record(arrival.path, float(rules.longest_s), SILENCE_S)
        message.ended(recorded)
        if message.is_long_enough and rules.review:
            yield from _reviewed(message)
    finally:
        kept = message.settle()
    return kept


class _Spoken:
    """What a caller has said so far, until it is kept or not; hanging up sends it."""

    def __init__(self, post: Post, arrival: Arrival) -> None:
        self.arrival = arrival
        self.post = post
        self.urgent = False
        self._seconds: float | None = None
        self._spoken_s = 0.0

    def ended(self, recorded: Recorded) -> None:
        """The recording is over; the silence that ended it does not count."""
        self._seconds = recorded.seconds
        silent = not recorded.key and recorded.seconds > SILENCE_S and not recorded.problem
        longest = self.post.rules.longest_s
        silent = silent and not (longest and recorded.seconds >= longest)
        self._spoken_s = recorded.seconds - (SILENCE_S if silent else 0.0)

    def anew(self) -> None:
        """It is spoken once more."""
        self._seconds = None

    @property
    def is_long_enough(self) -> bool:
        """Whether it is a message."""
        return self._spoken_s >= self.post.rules.shortest_s

    def settle(self) -> bool:
        """Keep it, or not; one that hanging up has ended is as long as it took."""
        if self._seconds is None:
            self._seconds = (self.post.now_ms() - self.arrival.received_at_ms) / 1000
            self._spoken_s = self._seconds
        if not self.is_long_enough:
            self.post.boxes.forget(self.arrival)
            return False
        try:
            self.post.boxes.keep(self.arrival, self._seconds, urgent=self.urgent)
        except OSError:
            self.post.boxes.forget(self.arrival)
            return False
        return True


def _reviewed(message: _Spoken) -> Part[None]:
    """Let the caller hear it, say it anew, mark it, send it."""
    rules = message.post.rules
    for _ in range(2 * _TRIES):
        key = yield from choose(Prompt("vm-review"))
        match key:
            case "2":
                yield Say((File(message.arrival.path),))
            case "3":
                message.anew()
                yield Say((BEEP,), barge=False)
                path = message.arrival.path
                recorded: Recorded = yield Record(path, float(rules.longest_s), SILENCE_S)
                message.ended(recorded)
            case "4":
                message.urgent = not message.urgent
                yield Say((Prompt("activated" if message.urgent else "deactivated"),))
            case _:
                return
