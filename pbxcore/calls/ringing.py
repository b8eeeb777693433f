"""One round of ringing: all phones at once, and the first to answer has the call (RFC 3261 §16.7).

It decides; the call does what is to be done.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import msgspec

from pbxcore.calls.party import Farewell, refused
from pbxcore.sip import causes

if TYPE_CHECKING:
    from collections.abc import Callable

    from pbxcore.calls.called_leg import CalledLeg
    from pbxcore.sip.transactions.deadlines import Planned
    from pbxcore.sip.transactions.layer import TransactionLayer

_TELLING: Final = (401, 407, 415, 420, 484)
"""Within 4xx these say more to the caller than the others (§16.7, step 6)."""
SILENT_S: Final = 4.0
"""A phone from which nothing has come for so long, not even a 100, is not waited for once another
one refused: it was switched off, say, and nobody took its registration back. The INVITE was sent
four times by then."""

Refusal = tuple[Farewell, tuple[bytes, ...]]
"""How a leg ended, and where a redirection sends the call."""


class Ringing:
    """One round.

    Args:
        number: who is called; "" for somebody outside.
        deadline: when to wait no longer.
        timed_out: called then.
        refused: called when all have refused but those who do not say a word.
        one_person: all phones are of one who is called, so that one may refuse for all.
    """

    def __init__(
        self,
        number: str,
        deadline: float,
        timed_out: Callable[[], None],
        refused: Callable[[Refusal], None],
        *,
        one_person: bool = True,
    ) -> None:
        self.number = number
        self.one_person = one_person
        self.deadline: float | None = deadline
        self.planned: Planned | None = None
        self.legs: list[CalledLeg] = []
        self.speaking: CalledLeg | None = None
        """The leg whose early media the caller hears: the first that had any."""
        self._timed_out = timed_out
        self._refused = refused
        self._refusals: list[Refusal] = []
        self._ends = deadline

    def is_for(self, leg: CalledLeg) -> bool:
        """Whether it rings there for nobody but who is called: others may ring for him as well."""
        return self.one_person and leg.number in (self.number, "")

    def begin(self, now: float) -> None:
        """The phones are called now; where none may be, nothing is waited for."""
        if not self.legs:
            self._ends = self.deadline = now

    def tick(self, now: float) -> None:
        """Let time pass."""
        if now >= self._ends:
            self.deadline = None
            self._timed_out()
            return
        self.deadline = self._patience(now)
        if self.deadline <= now:
            self.deadline = None
            self._refused(self._best)

    def allow(self, until: float) -> None:
        """Wait so long at least."""
        self._ends = max(until, self._ends)
        self.deadline = until if self.deadline is None else max(until, self.deadline)

    def failed(
        self, leg: CalledLeg, farewell: Farewell, contacts: tuple[bytes, ...], now: float
    ) -> Refusal | None:
        """Take one leg's refusal; when none is left, or one stands for all, the best comes out.

        The deadline comes closer where only those are left who do not say a word.
        """
        self.legs.remove(leg)
        if self.speaking is leg:
            self.speaking = None
        self._refusals.append((farewell, contacts))
        if self.legs and (farewell.status < 600 or not self.one_person):
            if self.deadline is not None:
                self.deadline = min(self.deadline, self._patience(now))
            return None
        return self._best

    def _patience(self, now: float) -> float:
        """Until when to wait, as far as can be told now.

        For a phone whose INVITE has not gone out yet the time has not begun.
        """
        if not self._refusals or any(each.heard for each in self.legs):
            return self._ends
        invited = (each.invited_at for each in self.legs)
        last = max((now if at is None else at for at in invited), default=now)
        return min(self._ends, last + SILENT_S)

    @property
    def _best(self) -> Refusal:
        return min(self._refusals, key=lambda each: _rank(each[0].status))

    def stop(self, layer: TransactionLayer) -> list[CalledLeg]:
        """Wait no longer, and let go of its legs: those it rings at."""
        layer.unwatch(self)  # which forgets it later
        legs, self.legs, self.speaking = self.legs, [], None
        self._timed_out = self._refused = _nothing
        return legs


def _nothing(*_: object) -> None:
    """Nobody waits."""


def for_caller(farewell: Farewell, *, outside: bool = False) -> Farewell:
    """What the caller hears of a refusal: what speaks of a phone or of a trunk does not of us.

    A phone with such trouble is out of reach; a server `outside` is answered for with 500 (RFC 3261
    §16.7, step 6). Why it was is told beside it.
    """
    status, cause = farewell.status, farewell.cause
    if farewell.by == "pbx":
        return farewell
    if status == 503 and outside:
        heard = 500
    elif status in (408, 430, 487, 503) or 300 <= status < 400:
        heard = 480
    elif status in (401, 407):  # a phone's own challenge is not for our caller
        heard, cause = 502, causes.cause_of(502)
    else:
        return farewell
    return msgspec.structs.replace(refused(heard, farewell.by), cause=cause, told=status)


def _rank(status: int) -> tuple[int, int]:
    """Order of preference: 6xx, then the lowest class; silence and broken connections last."""
    if status in (408, 503):
        return 9, status
    if status >= 600:
        return 0, status
    return status // 100, 0 if status in _TELLING else status
