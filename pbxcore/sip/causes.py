"""Why a call ended, in the words of SIP and of Q.850, one into the other (RFC 3326, 3398)."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from pbxcore.sip.headers.reason import Reason, read_reasons
from pbxcore.sip.message import Response

if TYPE_CHECKING:
    from pbxcore.sip.message import Message

NORMAL: Final = 16
BUSY: Final = 17
NO_ANSWER: Final = 19
ANSWERED_ELSEWHERE: Final = 26
"""Non-selected user clearing: what the phones hear that were not the first to answer."""

_CAUSES: Final = (
    {400: 41, 401: 21, 402: 21, 403: 21, 404: 1, 405: 63, 406: 79, 407: 21, 408: 102, 410: 22}
    | {413: 127, 414: 127, 415: 79, 416: 127, 420: 127, 421: 127, 423: 127}
    | {480: 18, 481: 41, 482: 25, 483: 25, 484: 28, 485: 1, 486: 17, 487: 16, 488: 88, 491: 41}
    | {500: 41, 501: 79, 502: 38, 503: 34, 504: 102, 505: 127, 513: 127, 580: 47}
    | {600: 17, 603: 21, 604: 1, 606: 58, 607: 21}
)
_STATUSES: Final = (
    {1: 404, 2: 404, 3: 404, 16: 480, 17: 486, 18: 480, 19: 480, 20: 480, 21: 603, 22: 410}
    | {23: 410, 25: 483, 26: 487, 27: 502, 28: 484, 29: 501, 31: 480}
    | {34: 503, 38: 502, 41: 500, 42: 503, 44: 503, 47: 503, 55: 403, 57: 403, 58: 606}
    | {63: 503, 65: 488, 69: 501, 70: 488, 79: 501, 87: 403, 88: 488, 102: 504, 111: 500, 127: 500}
)
_TEXTS: Final = {
    1: "Unallocated number",
    16: "Normal call clearing",
    17: "User busy",
    18: "No user responding",
    19: "No answer from user",
    20: "Subscriber absent",
    21: "Call rejected",
    22: "Number changed",
    26: "Non-selected user clearing",
    27: "Destination out of order",
    28: "Invalid number format",
    31: "Normal, unspecified",
    34: "No circuit available",
    38: "Network out of order",
    41: "Temporary failure",
    42: "Switching equipment congestion",
    58: "Bearer capability not presently available",
    79: "Service not implemented",
    88: "Incompatible destination",
    102: "Recovery on timer expiry",
    127: "Interworking, unspecified",
}
# The classes of Q.850, by the last cause of each: normal, resources, service, not implemented,
# invalid message, protocol error.
_CLASSES: Final = ((31, 480), (63, 503), (79, 501), (95, 400), (127, 500))


def cause_of(status: int) -> int:
    """The Q.850 cause that says the same as a status; 31, normal and unspecified, for others."""
    if status < 300:
        return NORMAL
    return _CAUSES.get(status) or (41 if 500 <= status < 600 else 31)


def status_of(cause: int) -> int:
    """The status that says the same as a Q.850 cause; that of its class for the rare ones."""
    known = _STATUSES.get(cause)
    return known or next((status for last, status in _CLASSES if cause <= last), 500)


def text_of(cause: int) -> str:
    """Q.850's words for a cause, or nothing."""
    return _TEXTS.get(cause, "")


def reasons_of(status: int, cause: int) -> tuple[Reason, ...]:
    """Why a call ends, in both words for those who read only one; a status below 300 is none."""
    told = (Reason(b"SIP", status),) if status >= 300 else ()
    return *told, Reason(b"Q.850", cause, text_of(cause))


def completed_elsewhere(cause: int = ANSWERED_ELSEWHERE) -> tuple[Reason, Reason]:
    """What the CANCEL of a call says that another phone took: none of these was missed."""
    return Reason(b"SIP", 200, "Call completed elsewhere"), Reason(b"Q.850", cause)


def reason_lines(*reasons: Reason) -> list[bytes]:
    """Whole header lines, a reason in each: some phones read the first value of a line alone.

    Raises:
        LocalProtocolError: a reason is none.
    """
    return [b"Reason: " + each.encode() for each in reasons]


def why_ended(message: Message) -> int | None:
    """The Q.850 cause that a message tells: by a Reason of either kind, or a response's status.

    None when it tells nothing, as most BYEs do, which then means a normal end.
    """
    found = {each.protocol: each.cause for each in read_reasons(message)}
    cause = found.get(b"Q.850")
    if cause is not None and 0 < cause <= 127:
        return cause
    status = found.get(b"SIP")
    if status == 200:
        return ANSWERED_ELSEWHERE
    if status is None and isinstance(message, Response):
        status = message.status
    return cause_of(status) if status is not None and status >= 300 else None
