"""The fate of an INVITE we sent (RFC 3261 §13.2, §9.1; RFC 3262 §4; RFC 6026).

One INVITE may ring in many places and be answered in more than one: each answer is a dialog. The
first is kept, or all if the caller wants that; what is not kept is acknowledged and hung up.
"""

from __future__ import annotations

import enum
from typing import TYPE_CHECKING

import msgspec

from pbxcore.sip.dialogs.dialog import Dialog
from pbxcore.sip.dialogs.dialog_set import DialogSet
from pbxcore.sip.dialogs.reliable import ReliableReceiver, is_reliable
from pbxcore.sip.message import Response

if TYPE_CHECKING:
    from pbxcore.sip.message import Request


class State(enum.Enum):
    """How far the INVITE has come."""

    CALLING = enum.auto()
    RINGING = enum.auto()
    CANCELLED = enum.auto()
    ANSWERED = enum.auto()
    REFUSED = enum.auto()


class Rang(msgspec.Struct, frozen=True):
    """A provisional response; with `rack` it wants a PRACK of that RAck."""

    dialog: Dialog | None
    response: Response
    rack: bytes | None = None


class Answered(msgspec.Struct, frozen=True):
    """A 2xx of a dialog that is kept: it wants its ACK."""

    dialog: Dialog
    response: Response


class AnsweredAgain(msgspec.Struct, frozen=True):
    """The same 2xx again: its ACK got lost and goes out again (§13.2.2.4)."""

    dialog: Dialog


class Unwanted(msgspec.Struct, frozen=True):
    """A 2xx of a dialog that is not kept: it wants its ACK, then BYE."""

    dialog: Dialog
    response: Response


class Withdrawn(msgspec.Struct, frozen=True):
    """An early dialog is over: another was answered, or none will be."""

    dialog: Dialog


class Refused(msgspec.Struct, frozen=True):
    """The INVITE has failed; without a response for silence (408), transport (503), or CANCEL."""

    status: int
    response: Response | None = None


Output = Rang | Answered | AnsweredAgain | Unwanted | Withdrawn | Refused
_CALLING, _RINGING, _CANCELLED, _ANSWERED, _REFUSED = State


class InvitationClient:
    """Sorts the responses of one INVITE.

    Args:
        invite: the request as it was sent.
        secure: whether it went over TLS.
        every_answer: keep each fork that answers, not the first alone.
    """

    __slots__ = ("_answered", "_dialogs", "_every_answer", "_reliable", "state")

    def __init__(
        self, invite: Request, *, secure: bool = False, every_answer: bool = False
    ) -> None:
        self.state = _CALLING
        self._dialogs = DialogSet(invite, secure=secure)
        self._every_answer = every_answer
        self._answered: set[Dialog] = set()
        self._reliable: dict[Dialog, ReliableReceiver] = {}

    @property
    def over(self) -> bool:
        """Whether a final response was taken, or none will come."""
        return self.state in (_ANSWERED, _REFUSED)

    def receive(self, response: Response) -> list[Output]:
        """Take a response.

        Raises:
            RemoteProtocolError: 400: it is too malformed to be acted on.
        """
        if response.status < 200:
            return self._provisional(response)
        if response.status < 300:
            return self._success(response)
        return self._refused(response.status, response)

    def fail(self, status: int) -> list[Output]:
        """No response will come: 408 or 503."""
        return self._refused(status, None)

    def cancel(self) -> bool:
        """Give up; whether a CANCEL has to be sent. A 2xx may still win the race (§9.1)."""
        if self.state not in (_CALLING, _RINGING):
            return False
        self.state = _CANCELLED
        return True

    def _provisional(self, response: Response) -> list[Output]:
        if self.state not in (_CALLING, _RINGING):
            return []
        self.state = _RINGING
        dialog = self._dialogs.receive(response)
        if dialog is None or not is_reliable(response):
            return [Rang(dialog, response)]
        rack = self._reliable.setdefault(dialog, ReliableReceiver()).receive(response)
        # Out of order it is as if it had not come: neither acknowledged nor acted on (RFC 3262 §4).
        return [] if rack is None else [Rang(dialog, response, rack)]

    def _success(self, response: Response) -> list[Output]:
        dialog = self._dialogs.receive(response)
        if dialog is None:
            return []
        if dialog in self._answered:
            return [AnsweredAgain(dialog)]
        self._answered.add(dialog)
        if self.state is _CANCELLED:
            self.state = _REFUSED
            return [Unwanted(dialog, response), *self._withdraw(), Refused(487)]
        if self.state is _REFUSED or (self.state is _ANSWERED and not self._every_answer):
            return [Unwanted(dialog, response)]
        self.state = _ANSWERED
        outputs: list[Output] = [Answered(dialog, response)]
        return outputs if self._every_answer else outputs + self._withdraw()

    def _refused(self, status: int, response: Response | None) -> list[Output]:
        if self.state in (_ANSWERED, _REFUSED):
            return []
        self.state = _REFUSED
        return [*self._withdraw(), Refused(status, response)]

    def _withdraw(self) -> list[Output]:
        """Give up the early dialogs. The set keeps them, so that a late 2xx finds its own."""
        return [Withdrawn(each) for each in self._dialogs if each.early]
