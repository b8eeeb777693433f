"""What a call tells: the journal its facts, a peer its reasons."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from pbxcore.journal import CallStarted, LegEnded
from pbxcore.media.commands import Figures
from pbxcore.sip import causes
from pbxcore.sip.headers.reason import Reason
from pbxcore.sip.headers.warning import SipWarning
from pbxcore.sip.status import reason_of

if TYPE_CHECKING:
    from collections.abc import Sequence

    from pbxcore.calls.call import Call
    from pbxcore.calls.caller_leg import CallerLeg
    from pbxcore.calls.party import Farewell
    from pbxcore.media.commands import StreamClosed
    from pbxcore.sip.agent.incoming_call import IncomingCall

_ELSEWHERE: Final = tuple(causes.reason_lines(*causes.completed_elsewhere()))


def started_fact(call: Call, leg: CallerLeg, incoming: IncomingCall) -> CallStarted:
    """Somebody calls."""
    origin, request = call.origin, incoming.request
    return CallStarted(
        call.id,
        leg.id,
        origin.number,
        origin.name,
        call.dialled,
        call.aim.direction,
        origin.trunk,
        incoming.flow.source,
        _text(request.get(b"user-agent")),
        _text(request.get(b"call-id")),
        origin.shown,
        call.aim.original,
    )


def ended_fact(
    call: str, leg: str, farewell: Farewell, codec: str, closed: Sequence[StreamClosed]
) -> LegEnded:
    """A leg is over; of several streams the first, its sound, tells how its media were."""
    figures = closed[0].received if closed else Figures()
    return LegEnded(
        call,
        leg,
        farewell.by,
        farewell.status,
        farewell.cause,
        farewell.reason,
        figures.packets,
        figures.lost,
        figures.jitter_ms,
        figures.mos,
        codec,
    )


def reasons(farewell: Farewell) -> tuple[bytes, ...]:
    """Why we hang up."""
    return tuple(causes.reason_lines(*causes.reasons_of(farewell.status, farewell.cause)))


def reasons_to_cancel(farewell: Farewell) -> tuple[bytes, ...]:
    """Why a phone is to ring no more: unless it hears that somebody took the call, it missed it."""
    return _ELSEWHERE if farewell.cause == causes.ANSWERED_ELSEWHERE else ()


def reasons_to_refuse(farewell: Farewell) -> tuple[bytes, ...]:
    """What a status leaves open, and for our own trouble a Warning that a person can read."""
    told = (Reason(b"SIP", farewell.told, reason_of(farewell.told)),) if farewell.told else ()
    lines = causes.reason_lines(*told, Reason(b"Q.850", farewell.cause))
    if farewell.status == 503:
        lines.append(b"Warning: " + SipWarning(399, b"pbx", farewell.reason).encode())
    return tuple(lines)


def _text(value: bytes | None) -> str:
    return (value or b"").decode("utf-8", "replace")
