"""A fax that was received, and what the slice needs of others."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal, Protocol

from engage.errors import N_, NotFound, Unavailable

if TYPE_CHECKING:
    from collections.abc import Sequence

    from engage.mailing import Recipient

State = Literal["received", "incomplete", "failed"]


@dataclass(frozen=True, slots=True)
class ReceivedFax:
    """One fax, or the attempt at one.

    `box` is the number it is for; `sender` the number that the machine gave; `file` the path of its
    pages, "" where there are none; `problem` a word of `pbxcore.journal.FaxReceived`, and `detail`
    the same more precisely. `mailed` are the addresses it was sent to, one after the other.
    """

    id: str
    box: str
    call: str
    caller: str
    caller_name: str
    sender: str
    received_at_ms: int
    seconds: float
    pages: int
    bit_rate: int
    problem: str
    detail: str
    mailed: str
    file: str

    @property
    def state(self) -> State:
        """How it went: pages that came before the line broke are there."""
        if not self.problem:
            return "received"
        return "incomplete" if self.pages else "failed"


class Owners(Protocol):
    """Knows whose faxes those for a number are."""

    def recipients(self, number: str) -> Sequence[Recipient]:
        """Who gets them by mail; nobody where no address is known."""
        ...


class FaxUnavailable(Unavailable):
    """The library that receives faxes is not installed."""

    code = "fax_unavailable"
    text = N_("This server cannot receive faxes: libspandsp is not installed.")

    def __init__(self) -> None:
        super().__init__(part="fax", reason="libspandsp is not installed")


class NoPages(NotFound):
    """A fax that failed, or whose file is not there any more."""

    code = "no_pages"
    text = N_("This fax has no pages.")
