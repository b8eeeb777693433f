"""Headers that are tokens: Allow, SIP-ETag, Info-Package, Recv-Info, Allow-Events and their like.

RFC 3261 §20.5, RFC 3903 §11.3, RFC 6086 §7, RFC 6665 §8.2.2, RFC 3841 §9.1.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from pbxcore.errors import RemoteProtocolError
from pbxcore.sip.grammar import is_token

if TYPE_CHECKING:
    from pbxcore.sip.message import Message


def read_tokens(message: Message, name: bytes) -> tuple[bytes, ...]:
    """The tokens of a list, in order and as written; parameters and what is no token left out."""
    if message.get(name) is None:
        return ()
    try:
        values = message.all(name)
    except RemoteProtocolError:
        return ()
    tokens = (each.partition(b";")[0].strip() for each in values)
    return tuple(each for each in tokens if is_token(each))


def read_allow(message: Message) -> tuple[bytes, ...] | None:
    """The methods a peer takes, None when it does not say (which means all: RFC 3261 §20.5)."""
    return None if message.get(b"allow") is None else read_tokens(message, b"allow")


def allows(message: Message, method: bytes) -> bool:
    """Whether a peer said that it takes a method; silence is no."""
    return method in read_tokens(message, b"allow")


def read_allow_events(message: Message) -> tuple[bytes, ...]:
    """The event packages a peer takes."""
    return read_tokens(message, b"allow-events")


def read_entity_tag(message: Message) -> bytes | None:
    """The SIP-ETag of a response to PUBLISH, None when it is missing or no token."""
    return _one(message, b"sip-etag")


def read_if_match(message: Message) -> bytes | None:
    """Which publication a PUBLISH means (RFC 3903 §6).

    Raises:
        RemoteProtocolError: 400: it is there and no token, or more than once.
    """
    value = message.get(b"sip-if-match")
    if value is not None and (message.repeated(b"sip-if-match") or not is_token(value)):
        raise RemoteProtocolError(400, "Malformed SIP-If-Match")
    return value


def read_info_package(message: Message) -> bytes | None:
    """The package of an INFO, None for an INFO of the old kind (RFC 6086 §4.2, RFC 2976).

    Raises:
        RemoteProtocolError: 400: it is there and no token.
    """
    value = message.get(b"info-package")
    if value is None:
        return None
    package = value.partition(b";")[0].strip()
    if not is_token(package):
        raise RemoteProtocolError(400, "Malformed Info-Package")
    return package


def read_recv_info(message: Message) -> frozenset[bytes] | None:
    """The packages a peer takes, in lower case; None when it does not know of any (§5.2.2)."""
    if message.get(b"recv-info") is None:
        return None
    return frozenset(each.lower() for each in read_tokens(message, b"recv-info"))


def read_priority(message: Message) -> bytes | None:
    """How urgent a call is, in lower case: `emergency`, `urgent`, `normal`, `non-urgent` or other.

    None when it is not said or no token (RFC 3261 §20.26).
    """
    value = _one(message, b"priority")
    return None if value is None else value.lower()


def _one(message: Message, name: bytes) -> bytes | None:
    value = message.get(name)
    return value if value is not None and is_token(value) else None
