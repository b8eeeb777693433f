"""What scripts may ask for besides the caller."""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol

from pbxcore.apps.conferences import Conferences
from pbxcore.apps.queue_duty import NoDuty
from pbxcore.apps.tries import Tries
from pbxcore.dialplan.routing import applies
from pbxcore.faxes.inbox import nobodys_faxes
from pbxcore.features.desks import HotDesks
from pbxcore.presence.keeping import Volatile

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from datetime import datetime

    from pbxcore.apps.queue_duty import Duty
    from pbxcore.apps.services import Service
    from pbxcore.apps.voicemail.post import Post
    from pbxcore.dialplan.place import Place
    from pbxcore.dialplan.window import Window
    from pbxcore.directory import Directory
    from pbxcore.features.book import FeatureBook


class Completion(Protocol):
    """Calls back those who reached nobody."""

    def ask(self, caller: str) -> bool:
        """Call whom the caller did not reach just now; whether that is possible."""
        ...

    def cancel(self, caller: str) -> bool:
        """Call nobody for the caller; whether there was anybody."""
        ...


class NoCompletion:
    """Calls nobody back."""

    def ask(self, caller: str) -> bool:
        """It is not possible."""
        return False

    def cancel(self, caller: str) -> bool:
        """There was nobody."""
        return False


class Facilities:
    """The directory, the time, and what else there is.

    Args:
        directory: as it is when it is asked, not when the call began.
        now: the moment, with its zone.
        post: the mailboxes.
        features: what users have set.
    """

    def __init__(
        self,
        directory: Directory,
        now: Callable[[], datetime],
        post: Post,
        features: FeatureBook,
    ) -> None:
        self.directory = directory
        self.now = now
        self.tries = Tries(now)
        self.features = features
        self.completion: Completion = NoCompletion()
        self.recent_caller: Callable[[str], str | None] = lambda number: None
        """Who called an extension last from outside."""
        self.desks = HotDesks(directory, Volatile())
        self.conferences = Conferences()
        self.duty: Duty = NoDuty()
        self.post = post
        self.faxes = nobodys_faxes()
        self.conferences.forget = lambda name: self.post.boxes.forget(name)
        self.invite: Callable[[str, Service, str], None] = _nobody
        """Lets something talk to whoever answers a number that an extension may call."""
        self.announce: Callable[[str, Service, str], None] = _nobody
        """Plays something at an extension that answers by itself; a number is seen to call."""

    def holds(self, window: Window) -> bool:
        """Whether a time condition applies now."""
        calendar = self.directory.plan.hours.calendar()
        return applies(window, calendar, self.now())

    def means(self, number: str) -> Place | None:
        """What a number of ours is."""
        return self.directory.own(number)

    def beginning_with(self, keys: str) -> Iterator[Place]:
        """Every number of ours that begins so, and is not these keys alone."""
        plan = self.directory.plan
        for number in (*self.directory.numbers(), *plan.numbers, *plan.services):
            if number != keys and number.startswith(keys) and (found := self.means(number)):
                yield found


def _nobody(_number: str, _service: Service, _shown: str) -> None:
    """There is no switchboard."""
