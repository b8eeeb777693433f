"""REFER and the subscription it implies (RFC 3515, RFC 4488, RFC 7647, RFC 3892)."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

import msgspec

from pbxcore.errors import RemoteProtocolError
from pbxcore.sip.address import Address
from pbxcore.sip.headers.dialog_reference import DialogReference
from pbxcore.sip.headers.option_tags import requires
from pbxcore.sip.headers.refer import (
    ReferTo,
    read_refer_sub,
    read_refer_to,
    read_referred_by,
)
from pbxcore.sip.status import reason_of
from pbxcore.sip.transactions.timers import T1
from pbxcore.sip.uri import without_headers

if TYPE_CHECKING:
    from pbxcore.sip.message import Request, Response

NO_SUBSCRIPTION: Final = b"norefersub"
SIPFRAG: Final = b"message/sipfrag;version=2.0"
LIFETIME_S: Final = 180
"""How long the one who refers is told how it goes: longer than anything may ring."""
_FIRST_NOTIFY_S: Final = 64 * T1
"""RFC 6665 Timer N: without a NOTIFY until then there is no subscription."""
_STATUS_LINE: Final = re.compile(rb"\s*SIP/2\.0 ([1-6][0-9]{2})(?: ([^\r\n]*))?", re.IGNORECASE)


class Reference(msgspec.Struct, frozen=True):
    """What a REFER asks for."""

    target: ReferTo
    replaces: DialogReference | None
    """The dialog to take the place of: this is an attended transfer."""
    referred_by: Address | None
    subscribes: bool
    """Whether the one who refers wants to hear how it goes."""
    id: int
    """The CSeq number: `id` of the Event when several run in one dialog (RFC 3515 §2.4.6)."""

    @property
    def uri(self) -> bytes:
        """Whom to call: the URI without the headers it may carry."""
        return without_headers(self.target.uri)

    @property
    def lines(self) -> tuple[bytes, ...]:
        """The header lines of the call to make: Replaces, and who asked for it (RFC 3892 §2.2)."""
        lines = []
        if self.replaces is not None:
            lines.append(b"Replaces: " + self.replaces.encode())
        if self.referred_by is not None:
            lines.append(b"Referred-By: " + self.referred_by.encode())
        return tuple(lines)


def read_reference(refer: Request, cseq: int) -> Reference:
    """Read a REFER.

    Raises:
        RemoteProtocolError: 400: not exactly one Refer-To, several Replaces or Referred-By, or one
            of them malformed; 416: a scheme nobody can call.
    """
    target = read_refer_to(refer)
    subscribes = read_refer_sub(refer) and not requires(refer, NO_SUBSCRIPTION)
    return Reference(target, target.replaces, read_referred_by(refer), subscribes, cseq)


class Notify(msgspec.Struct, frozen=True):
    """A NOTIFY to send: its body is a status line, the last one says so."""

    event: bytes
    state: bytes
    body: bytes

    @property
    def lines(self) -> tuple[bytes, ...]:
        """The header lines besides those of the dialog."""
        return (
            b"Event: " + self.event,
            b"Subscription-State: " + self.state,
            b"Content-Type: " + SIPFRAG,
        )


class ReferNotifier:
    """Tells the one who referred how it goes: at once 100, then what changes, at last the end."""

    __slots__ = ("_ends_at", "_event", "_last", "_started", "ended")

    def __init__(self, reference_id: int, now: float, *, first_in_dialog: bool = True) -> None:
        self._event = b"refer" if first_in_dialog else b"refer;id=%d" % reference_id
        self._ends_at = now + LIFETIME_S
        self._last = b"SIP/2.0 100 Trying\r\n"
        self._started = False
        self.ended = False

    @property
    def deadline(self) -> float | None:
        """When the subscription expires."""
        return None if self.ended else self._ends_at

    def start(self, now: float) -> list[Notify]:
        """The first NOTIFY, due at once (RFC 3515 §2.4.4)."""
        if self._started:
            return []
        self._started = True
        return [self._active(now)]

    def progress(self, status: int, reason: str, now: float) -> list[Notify]:
        """The call we were asked to make got this response; a final one ends the subscription."""
        if self.ended or status == 100:
            return []
        self._last = b"SIP/2.0 %d %b\r\n" % (status, (reason or reason_of(status)).encode())
        if status < 200:
            return [self._active(now)]
        return self._end(b"noresource")

    def stop(self) -> list[Notify]:
        """The one who referred wants to hear no more: SUBSCRIBE with Expires 0 came."""
        return self._end(b"timeout")

    def tick(self, now: float) -> list[Notify]:
        """Let time pass."""
        return self._end(b"timeout") if now >= self._ends_at else []

    def lost(self) -> None:
        """A NOTIFY was refused or unanswered: there is no subscription (RFC 6665 §4.2.2)."""
        self.ended = True

    def _active(self, now: float) -> Notify:
        left_s = max(1, round(self._ends_at - now))
        return Notify(self._event, b"active;expires=%d" % left_s, self._last)

    def _end(self, reason: bytes) -> list[Notify]:
        if self.ended:
            return []
        self.ended = True
        return [Notify(self._event, b"terminated;reason=" + reason, self._last)]


class Progress(msgspec.Struct, frozen=True):
    """How a call goes that we asked somebody to make; `final`: nothing more will be told."""

    status: int
    reason: str
    final: bool


class ReferSubscriber:
    """Hears how it goes with a call we asked for."""

    __slots__ = ("_ends_at", "_heard", "ended")

    def __init__(self) -> None:
        self._ends_at: float | None = None
        self._heard = False
        self.ended = False

    @property
    def deadline(self) -> float | None:
        """When we stop waiting."""
        return None if self.ended else self._ends_at

    def answered(self, status: int, response: Response | None, now: float) -> list[Progress]:
        """The final response to our REFER."""
        if self.ended:
            return []  # the last NOTIFY has overtaken the 202
        if status >= 300:
            return self._end(status, _words(response))
        if response is not None and not read_refer_sub(response):
            return self._end(status, "")  # no subscription: nothing will be told (RFC 4488 §4)
        if self._ends_at is None:
            self._ends_at = now + _FIRST_NOTIFY_S
        return []

    def notified(self, notify: Request, now: float) -> list[Progress]:
        """A NOTIFY, maybe before the 202.

        Raises:
            RemoteProtocolError: 400: there is no Subscription-State, or no status line.
        """
        state, _, tail = (notify.get(b"subscription-state") or b"").partition(b";")
        state = state.strip().lower()
        if not state:
            raise RemoteProtocolError(400, "Missing Subscription-State")
        if self.ended:
            raise RemoteProtocolError(481)
        found = _STATUS_LINE.match(notify.body)
        if found is None and state != b"terminated":
            raise RemoteProtocolError(400, "Not a Sipfrag")
        status = int(found[1]) if found else 0
        reason = (found[2] or b"").decode("utf-8", "replace") if found else ""
        if state == b"terminated":
            # Some end it with a provisional: that tells nothing about how the call went.
            return self._end(status, reason)
        expires = re.search(rb"expires\s*=\s*([0-9]{1,9})", tail)
        self._ends_at = now + (int(expires[1]) if expires else LIFETIME_S)
        return [Progress(status, reason, final=False)]

    def tick(self, now: float) -> list[Progress]:
        """Let time pass."""
        if self._ends_at is None or self.ended or now < self._ends_at:
            return []
        return self._end(408, "")

    def _end(self, status: int, reason: str) -> list[Progress]:
        if self.ended:
            return []
        self.ended = True
        return [Progress(status, reason, final=True)]


def _words(response: Response | None) -> str:
    return "" if response is None else response.reason.decode("utf-8", "replace")
