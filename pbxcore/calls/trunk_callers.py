"""Who calls, in the headers that a provider reads (RFC 3323, RFC 3325). It decides."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import msgspec

from pbxcore.sip.headers.privacy import encode_privacy
from pbxcore.sip.identity import (
    SHOWN,
    Caller,
    Presented,
    presented,
    presented_as_party,
    presented_as_preferred,
)
from pbxcore.sip.telephone import spelled
from pbxcore.sip.uri import escaped_user

if TYPE_CHECKING:
    from collections.abc import Iterable

    from pbxcore.calls.trunk_legs import Try
    from pbxcore.directory import Trunk

_PRIVACY: Final = b"Privacy: "


def told(
    trunk: Trunk,
    way: Try,
    came: Caller | None,
    domain: bytes,
    privacy: frozenset[bytes],
    *,
    called: bool = False,
) -> Presented:
    """From, and the lines that go along.

    Args:
        trunk: the way out, whose settings say how.
        way: which number is shown there.
        came: who was asserted where an inbound call goes out again; None for a call of ours.
        domain: where we are at home for the provider.
        privacy: what is wished for the caller.
        called: it is no caller, but whom the trunk has reached.
    """
    shown = Caller(
        _address(trunk, way.caller, domain), way.name.encode(), asserted=True, privacy=privacy
    )
    named = _named(trunk, way, came, shown, domain)
    lines: Iterable[bytes]
    match trunk.identity:
        case "asserted":
            lines = presented(named, trusted=True).lines
        case "preferred":
            lines = presented_as_preferred(named).lines
        case "remote-party":
            lines = presented_as_party(named, called=called).lines
        case "none":
            lines = ()
    return Presented(presented(shown, trusted=False).from_, _with_privacy(trunk, lines, privacy))


def _named(trunk: Trunk, way: Try, came: Caller | None, shown: Caller, domain: bytes) -> Caller:
    """Whom the header beside From names."""
    if trunk.identity == "asserted":
        if trunk.passes_asserted and came is not None and not trunk.asserted_number:
            return msgspec.structs.replace(came, asserted=True, privacy=shown.privacy)
        number, name = trunk.asserted_number, trunk.asserted_name
    else:
        number = {"dod": way.dod, "original": way.original}.get(trunk.header_number, "")
        name = ""
    uri = _address(trunk, number, domain) if number else shown.uri
    return msgspec.structs.replace(shown, uri=uri, display_name=name.encode() or shown.display_name)


def _address(trunk: Trunk, number: str, domain: bytes) -> bytes:
    user = escaped_user(number) + b"@" if number else b""
    return spelled(b"%b%b%b" % (trunk.scheme, user, domain), trunk.tel_uri)


def _with_privacy(
    trunk: Trunk, lines: Iterable[bytes], privacy: frozenset[bytes]
) -> tuple[bytes, ...]:
    if trunk.privacy_header == "auto":
        return tuple(lines)
    rest = tuple(each for each in lines if not each.startswith(_PRIVACY))
    if trunk.privacy_header == "never":
        return rest
    return (*rest, _PRIVACY + encode_privacy(privacy or SHOWN))
