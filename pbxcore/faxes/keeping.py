"""Where faxes are kept while they come in."""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from collections.abc import Iterable

    from pbxcore.faxes.arrival import FaxArrival


class FaxKeeper(Protocol):
    """Keeps what is known of a fax beside its pages, until somebody else has both.

    Called inside the signalling loop: nothing may take long.
    """

    def load(self) -> Iterable[FaxArrival]:
        """Faxes of whose end nobody may have heard: a crash cut them short, or the news of it."""
        ...

    def receive(self, arrival: FaxArrival) -> FaxArrival:
        """A fax will come: where its pages go.

        Raises:
            OSError: the disk does not take it.
        """
        ...

    def pages(self, arrival: FaxArrival) -> int:
        """How many pages are on disk."""
        ...


class NoFaxKeeper:
    """Has no room for faxes."""

    def load(self) -> Iterable[FaxArrival]:
        """Nothing was kept."""
        return ()

    def receive(self, _: FaxArrival) -> FaxArrival:
        """Nobody is to send any.

        Raises:
            OSError: there is no room.
        """
        message = "no faxes are kept"
        raise OSError(message)

    def pages(self, _: FaxArrival) -> int:
        """There are none."""
        return 0
