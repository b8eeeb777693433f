"""The fate of an INVITE we got, in virtual time (RFC 3261 §13.3, §9.2, §15; RFC 3262 §3).

Provisional responses, reliable or not, then one final: a success is repeated until its ACK comes
and given up with BYE after 32 seconds. Used for the first INVITE of a dialog and those within it.
"""

from __future__ import annotations

import enum
from typing import TYPE_CHECKING

import msgspec

from pbxcore.sip.dialogs.reliable import Provisional, ReliableProvisionals, Unacknowledged
from pbxcore.sip.transactions.timers import T1, T2

if TYPE_CHECKING:
    from pbxcore.sip.message import Request


class State(enum.Enum):
    """How far the INVITE has come."""

    PROCEEDING = enum.auto()
    ACCEPTED = enum.auto()
    """A 2xx was sent, its ACK is awaited."""
    CONFIRMED = enum.auto()
    REFUSED = enum.auto()


class Accept(msgspec.Struct, frozen=True):
    """Send the 2xx."""

    lines: tuple[bytes, ...]
    body: bytes


class Repeat(msgspec.Struct, frozen=True):
    """Send the 2xx once more."""


class Refuse(msgspec.Struct, frozen=True):
    """Send the refusal."""

    status: int
    reason: str = ""
    lines: tuple[bytes, ...] = ()


class HangUp(msgspec.Struct, frozen=True):
    """Send BYE: the ACK never came, or it came and the call was to end (§13.3.1.4, §15)."""

    acknowledged: bool


Output = Provisional | Accept | Repeat | Refuse | HangUp
_PROCEEDING, _ACCEPTED, _CONFIRMED, _REFUSED = State


class InvitationServer:
    """Answers one INVITE.

    Args:
        cseq: the number of the INVITE, which its PRACKs and its ACK name.
        first_rseq: where RSeq begins, 1 to 2**31 - 1.
    """

    __slots__ = (
        "_accept",
        "_cseq",
        "_ends_at",
        "_interval",
        "_leaving",
        "_provisionals",
        "_repeat_at",
        "state",
    )

    def __init__(self, cseq: int, first_rseq: int = 1) -> None:
        self.state = _PROCEEDING
        self._cseq = cseq
        self._provisionals = ReliableProvisionals(first_rseq, cseq)
        self._accept: Accept | None = None
        self._leaving = False
        self._interval = T1
        self._repeat_at = self._ends_at = 0.0

    @property
    def cseq(self) -> int:
        """The number of the INVITE."""
        return self._cseq

    @property
    def deadline(self) -> float | None:
        """When a response is due again, or waiting has an end."""
        if self.state is _PROCEEDING:
            return self._provisionals.deadline
        return min(self._repeat_at, self._ends_at) if self.state is _ACCEPTED else None

    def progress(
        self,
        status: int,
        reason: str = "",
        lines: tuple[bytes, ...] = (),
        body: bytes = b"",
        *,
        reliable: bool,
        now: float,
    ) -> list[Output]:
        """Tell how it goes; a reliable one waits for the PRACK of the one before."""
        if self.state is not _PROCEEDING or self._accept is not None:
            return []
        if reliable and status > 100:
            return list(self._provisionals.send(status, reason, lines, body, now))
        return [Provisional(status, reason, lines, body)]

    def match(self, prack: Request) -> None:
        """See whether a PRACK is for the provisional response that waits for one.

        Raises:
            RemoteProtocolError: 400 or 481.
        """
        self._provisionals.match(prack)

    def acknowledge_provisional(self, now: float) -> list[Output]:
        """It is, and what it carries can be taken: a 2xx that waited for it goes out."""
        outputs: list[Output] = list(self._provisionals.acknowledge(now))
        accept = self._accept if self.state is _PROCEEDING else None
        if accept is not None and not self._provisionals.describes:
            outputs += self._accepted(accept, now)
        return outputs

    def accept(self, lines: tuple[bytes, ...], body: bytes, now: float) -> list[Output]:
        """Answer with 200, now or when a 1xx with a session has its PRACK (RFC 3262 §3)."""
        if self.state is not _PROCEEDING or self._accept is not None:
            return []
        self._accept = Accept(lines, body)
        return [] if self._provisionals.describes else self._accepted(self._accept, now)

    def refuse(self, status: int, reason: str = "", lines: tuple[bytes, ...] = ()) -> list[Output]:
        """Answer with an error; nothing once there is a final answer."""
        if self.state is not _PROCEEDING:
            return []
        self.state = _REFUSED
        self._provisionals.stop()
        return [Refuse(status, reason, lines)]

    def cancel(self) -> list[Output]:
        """A CANCEL came; without effect after a final answer (§9.2)."""
        return self.refuse(487)

    def acknowledge(self) -> list[Output]:
        """The ACK of our 2xx came, maybe again."""
        if self.state is not _ACCEPTED:
            return []
        self.state = _CONFIRMED
        return [HangUp(acknowledged=True)] if self._leaving else []

    def hang_up(self) -> list[Output]:
        """End the call; a BYE may not be sent before the ACK came or stayed away (§15)."""
        match self.state:
            case State.PROCEEDING:
                return self.refuse(480)
            case State.ACCEPTED:
                self._leaving = True
                return []
            case State.CONFIRMED:
                return [HangUp(acknowledged=True)]
            case State.REFUSED:
                return []

    def end(self) -> None:
        """The peer has hung up: nothing is repeated any more."""
        if self.state is _ACCEPTED:
            self.state = _CONFIRMED

    def tick(self, now: float) -> list[Output]:
        """Let time pass."""
        if self.state is _PROCEEDING:
            outputs: list[Output] = []
            for each in self._provisionals.tick(now):
                if isinstance(each, Unacknowledged):
                    outputs += self.refuse(504, "No PRACK")  # RFC 3262 §3: a 5xx
                else:
                    outputs.append(each)
            return outputs
        if self.state is not _ACCEPTED:
            return []
        if now >= self._ends_at:
            self.state = _CONFIRMED
            return [HangUp(acknowledged=False)]
        if now < self._repeat_at:
            return []
        self._interval = min(self._interval * 2, T2)
        self._repeat_at += self._interval
        return [Repeat()]

    def _accepted(self, accept: Accept, now: float) -> list[Output]:
        self.state = _ACCEPTED
        self._provisionals.stop()
        self._interval = T1
        self._repeat_at, self._ends_at = now + T1, now + 64 * T1
        return [accept]
