"""INFO: packages, and the two older ways to send digits (RFC 6086, RFC 2976)."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

import msgspec

from pbxcore.errors import RemoteProtocolError
from pbxcore.sip.grammar import bare
from pbxcore.sip.headers.tokens import read_info_package

if TYPE_CHECKING:
    from collections.abc import Collection

    from pbxcore.sip.message import Request

DTMF_RELAY: Final = b"application/dtmf-relay"
DTMF: Final = b"application/dtmf"
MEDIA_CONTROL: Final = b"application/media_control+xml"
LEGACY: Final = (DTMF_RELAY, DTMF, MEDIA_CONTROL)
"""What is sent without a package since long before there were any (RFC 6086 §9)."""
_SIGNAL: Final = re.compile(
    rb"^[ \t]*Signal[ \t]*=[ \t]*([0-9A-D*#!]|1[0-6])[ \t\r]*$", re.MULTILINE | re.IGNORECASE
)
_DURATION: Final = re.compile(
    rb"^[ \t]*Duration[ \t]*=[ \t]*([0-9]{1,5})[ \t\r]*$", re.MULTILINE | re.IGNORECASE
)
_PICTURE_WANTED: Final = re.compile(rb"<(?:[\w.-]+:)?picture_fast_update\b")
_USUAL_MS: Final = 250
_EVENTS: Final = {b"10": b"*", b"11": b"#"} | {
    b"%d" % (12 + at): b"ABCD"[at : at + 1] for at in range(4)
}


class Information(msgspec.Struct, frozen=True):
    """What an INFO carries; `package` is empty for the older kind."""

    package: bytes
    content_type: bytes
    body: bytes


class Digit(msgspec.Struct, frozen=True):
    """One key, and how long it was pressed."""

    key: str
    duration_ms: int


def read_info(request: Request, packages: Collection[bytes]) -> Information:
    """Read an INFO.

    Args:
        request: the INFO.
        packages: those we take, in lower case.

    Raises:
        RemoteProtocolError: 469 with Recv-Info: a package we did not ask for; 415 with Accept: a
            body of no package that we do not know.
    """
    content_type = bare(request.get(b"content-type"))
    package = read_info_package(request)
    if package is not None:
        package = package.lower()
        if package not in packages:
            raise RemoteProtocolError(469, "", (recv_info(packages),))
        return Information(package, content_type, request.body)
    if request.body and content_type not in LEGACY:
        raise RemoteProtocolError(415, "", (b"Accept: " + b", ".join(LEGACY),))
    return Information(b"", content_type, request.body)


def recv_info(packages: Collection[bytes]) -> bytes:
    """The line that says which packages we take; without any it says so too (RFC 6086 §5.2.2)."""
    return b"Recv-Info:" + (b" " + b", ".join(sorted(packages)) if packages else b"")


def wants_picture(information: Information) -> bool:
    """Whether an INFO asks for a whole picture (RFC 5168 §7)."""
    return (
        information.content_type == MEDIA_CONTROL
        and _PICTURE_WANTED.search(information.body) is not None
    )


def read_digit(information: Information) -> Digit | None:
    """The key an INFO presses; None when it is about something else, or not readable."""
    if information.content_type == DTMF_RELAY:
        signal = _SIGNAL.search(information.body)
        if signal is None:
            return None
        key, duration = signal[1], _DURATION.search(information.body)
        length = int(duration[1]) if duration else _USUAL_MS
    elif information.content_type == DTMF:
        key, length = information.body.strip(), _USUAL_MS
        if not re.fullmatch(rb"[0-9A-Da-d*#!]|1[0-6]", key):
            return None
    else:
        return None
    key = _EVENTS.get(key, key)
    return Digit("!" if key == b"16" else key.decode().upper(), max(length, 1))


def digit_body(digit: Digit) -> bytes:
    """The body of type `application/dtmf-relay` that presses a key."""
    return b"Signal=%b\r\nDuration=%d\r\n" % (digit.key.encode(), digit.duration_ms)
