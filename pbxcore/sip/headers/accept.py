"""Accept, Accept-Encoding and Accept-Language: what a peer takes (RFC 3261 §20.1 to §20.3)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from pbxcore.errors import RemoteProtocolError
from pbxcore.sip.grammar import is_token, parameters_or_none
from pbxcore.sip.headers.contact import q_milli_of
from pbxcore.sip.headers.content import MediaType, parse_media_type

if TYPE_CHECKING:
    from collections.abc import Iterable

    from pbxcore.sip.message import Message


def read_accept(message: Message) -> tuple[MediaType, ...] | None:
    """The types and ranges a peer takes, the best first; None when it does not say.

    An empty Accept takes nothing (§20.1); one that cannot be read takes nothing either.
    """
    if message.get(b"accept") is None:
        return None
    try:
        ranges = [parse_media_type(each) for each in message.all(b"accept") if each]
    except RemoteProtocolError:
        return ()
    rated = [(q_milli_of(each.parameters), each) for each in ranges]
    return tuple(each for q, each in sorted(rated, key=lambda pair: -pair[0]) if q)


def accepts(message: Message, name: bytes, *, unsaid: Iterable[bytes] = ()) -> bool:
    """Whether a peer takes a type: it is in Accept, or Accept is missing and it is in `unsaid`."""
    ranges = read_accept(message)
    if ranges is None:
        return name in unsaid
    wanted = MediaType(name)
    return any(wanted.matches(each.name) for each in ranges)


def read_encodings(message: Message) -> tuple[bytes, ...]:
    """The encodings a peer takes, the best first, in lower case; unsaid, `identity` (§20.2)."""
    return _best_first(message, b"accept-encoding") or (b"identity",)


def read_languages(message: Message) -> tuple[bytes, ...]:
    """The languages a caller understands, the best first, in lower case; `*` is any."""
    return _best_first(message, b"accept-language")


def _best_first(message: Message, name: bytes) -> tuple[bytes, ...]:
    if message.get(name) is None:
        return ()
    try:
        values = message.all(name)
    except RemoteProtocolError:
        return ()
    found: list[tuple[int, bytes]] = []
    for each in values:
        tag, semicolon, tail = each.partition(b";")
        preference = q_milli_of(parameters_or_none(semicolon + tail) or {})
        if is_token(tag.strip()) and preference:
            found.append((-preference, tag.strip().lower()))
    return tuple(tag for _, tag in sorted(found, key=lambda pair: pair[0]))
