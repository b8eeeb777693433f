"""The call-info and line-seize packages: the calls of a shared line, seen at each of its places.

Neither is an RFC's; phones of several makers know them from one softswitch. Both say everything in
Call-Info, and have no body.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import msgspec

from pbxcore.presence.package import Told
from pbxcore.sip.grammar import unquoted
from pbxcore.sip.headers.address_header import AddressHeader

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from pbxcore.presence.package import View
    from pbxcore.sip.message import Message

_INDEX: Final = b"appearance-index"
_STATE: Final = b"appearance-state"
_URI: Final = b"appearance-uri"
SEIZED_S: Final = 15
"""So long a place may dial before it calls."""


class Appearance(msgspec.Struct, frozen=True):
    """One call of a shared line.

    `state` is `seized`, `progressing`, `alerting`, `active`, `held`, `held-private`,
    `bridge-active` or `bridge-held`; `peer` is the URI of the other party.
    """

    index: int
    state: str
    peer: str = ""


def asked_index(message: Message) -> int:
    """Which appearance a phone means, 0: none."""
    for each in AddressHeader.readable(message, b"call-info"):
        digits = unquoted(each.parameters.get(_INDEX) or b"")
        if digits.isdigit() and 0 < len(digits) <= 3:
            return int(digits)
    return 0


def appearance_line(host: bytes, appearance: Appearance) -> bytes:
    """The header line of one."""
    parameters: dict[bytes, bytes | None] = {
        _INDEX: b"%d" % appearance.index,
        _STATE: appearance.state.encode(),
    }
    if appearance.peer:
        parameters[_URI] = b'"%b"' % appearance.peer.encode().replace(b'"', b"%22")
    return b"Call-Info: " + AddressHeader(b"sip:" + host, b"", parameters).encode()


class CallInfoPackage:
    """Tells the appearances of a line; `appearances` knows them by its number."""

    name = b"call-info"
    types: tuple[bytes, ...] = ()
    usual_expiry_s = 3600
    interval_ms = 0
    own_only = True

    def __init__(
        self, appearances: Callable[[str], Sequence[Appearance]], host: Callable[[], bytes]
    ) -> None:
        self._appearances, self._host = appearances, host

    def tell(self, view: View) -> Told:
        """Name those in use; every other is idle."""
        now = tuple(self._appearances(view.number))
        host = self._host()
        idle = b"Call-Info: <sip:%b>;%b=*;%b=idle" % (host, _INDEX, _STATE)
        return Told(None, now, lines=(*(appearance_line(host, each) for each in now), idle))


class LineSeizePackage:
    """Lets one place have an appearance for itself while it dials."""

    name = b"line-seize"
    types: tuple[bytes, ...] = ()
    usual_expiry_s = SEIZED_S
    interval_ms = 0
    own_only = True

    def tell(self, view: View) -> Told:
        """That it may is said by the subscription's state."""
        return Told(None, None)
