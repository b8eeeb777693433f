"""Reliable provisional responses, both sides (RFC 3262)."""

from __future__ import annotations

from collections import deque
from typing import TYPE_CHECKING, Final, Literal

import msgspec

from pbxcore.errors import RemoteProtocolError
from pbxcore.sip.headers.option_tags import requires, supports
from pbxcore.sip.headers.reliability import RAck, read_rack, read_rseq
from pbxcore.sip.transactions.timers import T1

if TYPE_CHECKING:
    from pbxcore.sip.message import Request, Response

OPTION: Final = b"100rel"
Prack = Literal["off", "supported", "required"]
"""Whether provisional responses are reliable: not, as the peer likes it, or always."""
_MOST_WAITING: Final = 16


class Provisional(msgspec.Struct, frozen=True):
    """A 1xx to be sent: RSeq and Require are among its lines already when it is reliable."""

    status: int
    reason: str
    lines: tuple[bytes, ...]
    body: bytes = b""


class Unacknowledged(msgspec.Struct, frozen=True):
    """No PRACK came for 32 seconds: the INVITE is to be refused with a 5xx (§3)."""


class ReliableProvisionals:
    """The callee's side: sends one at a time, repeats it until its PRACK, then the next.

    Args:
        first: the first RSeq, 1 to 2**31 - 1.
        invite_cseq: the CSeq number of the INVITE.
    """

    __slots__ = (
        "_ends_at",
        "_interval",
        "_invite_cseq",
        "_open",
        "_repeat_at",
        "_rseq",
        "_waiting",
    )

    def __init__(self, first: int, invite_cseq: int) -> None:
        self._rseq = first - 1
        self._invite_cseq = invite_cseq
        self._open: Provisional | None = None
        self._waiting: deque[tuple[int, str, tuple[bytes, ...], bytes]] = deque()
        self._interval = T1
        self._repeat_at = self._ends_at = 0.0

    @property
    def deadline(self) -> float | None:
        """When the open one is due again."""
        return None if self._open is None else min(self._repeat_at, self._ends_at)

    @property
    def settled(self) -> bool:
        """Whether every one that was sent has its PRACK."""
        return self._open is None

    @property
    def describes(self) -> bool:
        """Whether one without its PRACK carries a session: no 2xx before it (§3)."""
        return self._open is not None and bool(self._open.body or any(e[3] for e in self._waiting))

    def send(
        self, status: int, reason: str, lines: tuple[bytes, ...], body: bytes, now: float
    ) -> list[Provisional]:
        """Send a 1xx, at once or when the one before it has its PRACK."""
        if self._open is not None:
            if len(self._waiting) < _MOST_WAITING:
                self._waiting.append((status, reason, lines, body))
            return []
        self._rseq += 1
        extra = (b"Require: " + OPTION, b"RSeq: %d" % self._rseq)
        self._open = Provisional(status, reason, (*extra, *lines), body)
        self._interval = T1
        self._repeat_at, self._ends_at = now + T1, now + 64 * T1
        return [self._open]

    def match(self, prack: Request) -> None:
        """See whether a PRACK is for the open one.

        Raises:
            RemoteProtocolError: 400: RAck is missing or malformed; 481: it matches nothing open.
        """
        rack = read_rack(prack)
        if self._open is None or rack != RAck(self._rseq, self._invite_cseq, b"INVITE"):
            raise RemoteProtocolError(481)

    def acknowledge(self, now: float) -> list[Provisional]:
        """The open one has its PRACK; gives the next, if one waits."""
        self._open = None
        return self.send(*self._waiting.popleft(), now) if self._waiting else []

    def stop(self) -> None:
        """A final response was sent: nothing is repeated any more; a PRACK may still come (§3)."""
        self._waiting.clear()
        self._ends_at = self._repeat_at = float("inf")

    def tick(self, now: float) -> list[Provisional | Unacknowledged]:
        """Let time pass."""
        if self._open is None:
            return []
        if now >= self._ends_at:
            self._open = None
            self._waiting.clear()
            return [Unacknowledged()]
        if now < self._repeat_at:
            return []
        self._interval *= 2  # doubles without end: T2 is no limit here (§3)
        self._repeat_at += self._interval
        return [self._open]


class ReliableReceiver:
    """The caller's side, in one early dialog: tells which responses are to get a PRACK (§4)."""

    __slots__ = ("_highest",)

    def __init__(self) -> None:
        self._highest: int | None = None

    def receive(self, response: Response) -> bytes | None:
        """The RAck for a reliable 1xx that is next in order; None for a repetition or a gap.

        Raises:
            RemoteProtocolError: 400: RSeq is malformed; such a response is dropped.
        """
        number = read_rseq(response)
        if number is None:
            return None
        if self._highest is not None and number != self._highest + 1:
            return None
        self._highest = number
        return b"%d %b" % (number, response.get(b"cseq") or b"")


def is_reliable(response: Response) -> bool:
    """Whether a 1xx asks for a PRACK."""
    return (
        100 < response.status < 200
        and response.get(b"rseq") is not None
        and requires(response, OPTION)
    )


def reliability(invite: Request, prack: Prack) -> bool:
    """Whether provisionals to this INVITE are sent reliably (§3): who requires it gets them so.

    Raises:
        RemoteProtocolError: 421: we require it and the caller does not know them.
    """
    if requires(invite, OPTION):
        return True
    supported = supports(invite, OPTION)
    if prack == "required" and not supported:
        raise RemoteProtocolError(421, "", (b"Require: " + OPTION,))
    return supported and prack != "off"
