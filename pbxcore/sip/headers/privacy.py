"""Privacy (RFC 3323 §4.2), P-Asserted-Identity and P-Preferred-Identity (RFC 3325 §9)."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from pbxcore.errors import RemoteProtocolError
from pbxcore.sip.address import Address, parse_address
from pbxcore.sip.grammar import is_token
from pbxcore.sip.uri import SipUri, parse_uri

if TYPE_CHECKING:
    from pbxcore.sip.message import Message

ASSERTED: Final = b"p-asserted-identity"
PREFERRED: Final = b"p-preferred-identity"


def read_privacy(message: Message) -> frozenset[bytes]:
    """What a caller wants hidden: `header`, `session`, `user`, `id`, `history`, `critical`, `none`.

    Values stand between semicolons; commas, which some phones write, count as such.
    """
    values = b";".join(message.lines_of(b"privacy")).replace(b",", b";").lower()
    return frozenset(tag for each in values.split(b";") if is_token(tag := each.strip()))


def encode_privacy(wanted: frozenset[bytes]) -> bytes:
    """The value as it is written, in a stable order."""
    return b";".join(sorted(each for each in wanted if is_token(each)))


def read_identities(message: Message, name: bytes) -> tuple[Address, ...]:
    """The identities of `ASSERTED` or `PREFERRED`: at most one SIP or SIPS URI and one tel URI.

    More of a kind, other schemes and what cannot be read mean nothing (RFC 3325 §9.1): whoever asks
    must not be led by half of a malformed identity.
    """
    if message.get(name) is None:
        return ()
    found: dict[type, Address] = {}
    try:
        for each in message.all(name):
            address = parse_address(each)
            kind = type(parse_uri(address.uri))
            if kind in found:
                return ()
            found[kind] = address
    except RemoteProtocolError:
        return ()
    return tuple(sorted(found.values(), key=lambda each: not _is_sip(each)))


def _is_sip(address: Address) -> bool:
    return isinstance(parse_uri(address.uri), SipUri)
