"""Our own changes of a session: one at a time, and again after a glare (RFC 3261 §14.1)."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import msgspec

from pbxcore.sip.headers.expiry import read_retry_after

if TYPE_CHECKING:
    from collections.abc import Callable

    from pbxcore.sip.message import Response

MOST_TRIES: Final = 8
"""How often one change is asked for: a peer that always says 491 is believed at last."""


class Wish(msgspec.Struct, frozen=True):
    """A change we want: a new offer, none for an offer of the peer's, or a mere refresh.

    One that is `by_update` alone is not worth a re-INVITE to a peer that knows no UPDATE.
    """

    body: bytes
    lines: tuple[bytes, ...] = ()
    refresh: bool = False
    by_update: bool = False


class Modifications:
    """Keeps what we want until it can be asked for.

    Args:
        ours: whether we made the Call-ID: the owner waits longer, so that the other goes first.
        chance: gives a number from 0 to 1.
    """

    __slots__ = ("_asked", "_chance", "_ours", "_retry_at", "_tries", "_wish")

    def __init__(self, chance: Callable[[], float], *, ours: bool) -> None:
        self._chance = chance
        self._ours = ours
        self._wish: Wish | None = None
        self._asked: Wish | None = None
        self._retry_at = 0.0
        self._tries = 0

    @property
    def deadline(self) -> float | None:
        """When it may be asked for again after a glare."""
        return self._retry_at if self._wish is not None and self._retry_at else None

    @property
    def asked(self) -> Wish | None:
        """What is being asked for."""
        return self._asked

    @property
    def idle(self) -> bool:
        """Whether nothing is wanted, and nothing asked for."""
        return self._wish is None and self._asked is None

    def want(self, wish: Wish) -> None:
        """Want this; what still waits is replaced, for only the last state counts.

        A refresh replaces nothing: whatever waits refreshes too. What is asked for already may not,
        since our Contact may be another one since.
        """
        if not (wish.refresh and self._wish):
            self._wish, self._tries = wish, 0

    def take(self, now: float, *, free: bool) -> Wish | None:
        """The change to ask for now; `free` tells whether the dialog allows it."""
        if now < self._retry_at:
            return None
        self._retry_at = 0.0
        if not free or self._asked is not None or self._wish is None:
            return None
        self._asked, self._wish = self._wish, None
        self._tries += 1
        return self._asked

    def settled(self) -> None:
        """It was answered for good."""
        self._asked = None

    def refused(self, response: Response | None, now: float) -> bool:
        """It was refused; whether it will be asked for again."""
        asked, self._asked = self._asked, None
        if asked is None or response is None or self._tries >= MOST_TRIES:
            return False
        if response.status == 491:
            pause = glare_pause(self._chance(), ours=self._ours)
        elif response.status == 500 and (retry_after := read_retry_after(response)) is not None:
            # RFC 3311 §5.3: the peer has an offer of ours open, as it believes.
            pause = float(min(retry_after.delay, 60))
        else:
            return False
        self._retry_at = now + pause
        if self._wish is None:
            self._wish = asked
        return True

    def clear(self) -> None:
        """Want nothing any more."""
        self._wish = self._asked = None


def glare_pause(chance: float, *, ours: bool) -> float:
    """How long to wait after a 491, in steps of 10 ms (§14.1)."""
    if ours:
        return 2.1 + round(chance * 190) / 100
    return round(chance * 200) / 100
