"""Headers of an INVITE that go on to the next one, as far as trunks name them. It decides."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

from pbxcore.sip.identity import TELLING

if TYPE_CHECKING:
    from collections.abc import Iterable

    from pbxcore.directory import Trunk
    from pbxcore.sip.identity import Caller
    from pbxcore.sip.message import Request

_NAME: Final = re.compile(r"[a-z0-9!%*_+`'~.-]{2,64}")
_OURS: Final = frozenset(
    b"accept-contact allow allow-events authentication-info authorization call-id contact cseq date"
    b" diversion event expires from history-info identity identity-info info-package join"
    b" max-forwards mime-version min-expires min-se p-asserted-identity p-preferred-identity path"
    b" privacy rack record-route recv-info refer-to refer-sub referred-by reject-contact"
    b" remote-party-id replaces request-disposition require route rseq server service-route"
    b" session-expires sip-etag sip-if-match subscription-state supported target-dialog timestamp"
    b" to unsupported user-agent via www-authenticate".split()
)
_OUR_KINDS: Final = ("accept", "content-", "proxy-", "security-")

Passed = tuple[tuple[str, bytes], ...]
"""Names in lower case, each with the line."""


def may_pass(name: str) -> bool:
    """Whether a header (its name in lower case) may be named: no short form, and none of ours.

    Ours are those that carry a call itself, or say who takes part in it.
    """
    return (
        _NAME.fullmatch(name) is not None
        and name.encode() not in _OURS
        and not name.startswith(_OUR_KINDS)
    )


def passed_from(
    request: Request, caller: Caller, trunk: Trunk | None, trunks: Iterable[Trunk]
) -> Passed:
    """What may go on of the INVITE of a call: what its trunk names; of our own, what any does.

    What would tell who calls stays with us where the caller wants to be private.
    """
    named = [each for found in trunks for each in found.passed_headers]
    names = dict.fromkeys(named if trunk is None else trunk.passed_headers)
    return tuple(
        (name, b"%b: %b" % (_written(name), value))
        for name in names
        if not (caller.private and _tells(name))
        for value in request.lines_of(name.encode())
    )


def passed_by(trunk: Trunk, passed: Passed, *, private: bool) -> tuple[bytes, ...]:
    """What goes out by a trunk of that; without what would tell who calls, if that is `private`."""
    return tuple(
        line
        for name, line in passed
        if name in trunk.passed_headers and not (private and _tells(name))
    )


def _tells(name: str) -> bool:
    return name.encode() in TELLING


def _written(name: str) -> bytes:
    return "-".join(each.capitalize() for each in name.split("-")).encode()
