"""The faxes that come in: each is told of once it is over, however it ended."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from pbxcore.faxes.arrival import FaxArrival
from pbxcore.faxes.keeping import NoFaxKeeper
from pbxcore.journal import FaxReceived

if TYPE_CHECKING:
    from collections.abc import Callable

    from pbxcore.faxes.keeping import FaxKeeper
    from pbxcore.journal import Fact
    from pbxcore.media.commands import FaxEnded

INTERRUPTED: Final = "interrupted"
"""The problem of a fax that we did not see end."""


class FaxInbox:
    """Lets faxes begin, and tells what became of them.

    Args:
        keeper: has their files.
        record: takes each fact.
        now_ms: milliseconds UTC.
        token: a name nobody else has.
    """

    def __init__(
        self,
        keeper: FaxKeeper,
        record: Callable[[Fact], None],
        *,
        now_ms: Callable[[], int],
        token: Callable[[], str],
    ) -> None:
        self._keeper, self._record = keeper, record
        self._now_ms, self._token = now_ms, token

    def start(self) -> None:
        """Tell of what the last process left: pages that were acknowledged are never lost."""
        for each in self._keeper.load():
            self._tell(each, self._keeper.pages(each), problem=INTERRUPTED)

    def receive(self, box: str, call: str, caller: str, name: str) -> FaxArrival:
        """A machine may send now.

        Raises:
            OSError: there is no room on the disk.
        """
        now = self._now_ms()
        id_ = f"{now:013d}-{self._token()}"
        return self._keeper.receive(FaxArrival(id_, box, call, caller, name, now))

    def pages(self, arrival: FaxArrival) -> int:
        """How many pages of it are on disk so far."""
        return self._keeper.pages(arrival)

    def ended(self, arrival: FaxArrival, ended: FaxEnded) -> None:
        """It is over; what is on disk counts, whoever died meanwhile."""
        pages = self._keeper.pages(arrival)
        self._tell(arrival, pages, ended.problem, ended.detail, ended.sender, ended.bit_rate)

    def _tell(
        self,
        arrival: FaxArrival,
        pages: int,
        problem: str,
        detail: str = "",
        sender: str = "",
        bit_rate: int = 0,
    ) -> None:
        seconds = max(self._now_ms() - arrival.received_at_ms, 0) / 1000
        fact = FaxReceived(
            arrival.id,
            arrival.box,
            arrival.call,
            arrival.caller,
            arrival.name,
            arrival.received_at_ms,
            arrival.path,
            pages,
            0.0 if problem == INTERRUPTED else seconds,
            sender,
            bit_rate,
            problem,
            detail,
        )
        self._record(fact)


def nobodys_faxes() -> FaxInbox:
    """Takes none: there is no room for any."""
    return FaxInbox(NoFaxKeeper(), lambda _: None, now_ms=lambda: 0, token=str)
