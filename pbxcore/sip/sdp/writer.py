"""Writes session descriptions, strictly: CRLF, every mandatory line, the order of RFC 8866 §5."""

from __future__ import annotations

import re
from functools import lru_cache
from operator import itemgetter
from typing import TYPE_CHECKING, Final

from pbxcore.errors import LocalProtocolError

if TYPE_CHECKING:
    from pbxcore.sip.sdp.description import Connection, Line, Media, Origin, SessionDescription

_ORDER: Final = "iuepcbtrzka"
"""The letters after `s=` or `m=`; `t` and `r` share a place, for each `r` belongs to its `t`."""
_UNKNOWN: Final = len(_ORDER)
_CONNECTION, _BANDWIDTH, _TIME, _ATTRIBUTE = map(_ORDER.index, "cbta")
_FIELD: Final = re.compile(r"[^\s\0]+")
_TOKEN: Final = re.compile(r"[!#-'*+\-.0-9A-Z^-~]+")


def write(description: SessionDescription) -> bytes:
    """Write a description.

    Raises:
        LocalProtocolError: a field holds what no line may hold.
    """
    lines = ["v=0", _origin(description.origin), f"s={description.name or '-'}"]
    lines += _part(description, (description.connection,), timed=True)
    for media in description.media:
        lines.append(_media(media))
        lines += _part(media, media.connections, timed=False)
    text = "\r\n".join((*lines, ""))
    if text.count("\n") + text.count("\r") != 2 * len(lines) or "\0" in text:
        raise LocalProtocolError("a line break or NUL in a session description")
    return text.encode("utf-8", "surrogateescape")


def address_type(address: str) -> str:
    """`IP6` for what has colons, `IP4` for other addresses and for names."""
    return "IP6" if ":" in address else "IP4"


def _origin(origin: Origin) -> str:
    _check(_FIELD, origin.username, origin.address)
    address = origin.address
    return (
        f"o={origin.username} {origin.session_id} {origin.version}"
        f" IN {address_type(address)} {address}"
    )


def _media(media: Media) -> str:
    if not 0 <= media.port <= 65535 or not media.formats:
        raise LocalProtocolError("a media line without a port or without formats")
    _check(_FIELD, media.kind, media.profile, *media.formats)
    ports = f"/{media.ports}" if media.ports != 1 else ""
    return f"m={media.kind} {media.port}{ports} {media.profile} {' '.join(media.formats)}"


def _part(
    part: SessionDescription | Media, connections: tuple[Connection | None, ...], *, timed: bool
) -> list[str]:
    found = [(_rank(line), f"{line.letter}={line.value}") for line in part.lines]
    for connection in connections:
        if connection is not None:
            _check(_FIELD, connection.address)
            scope = f"/{connection.scope}" if connection.scope else ""
            kind, address = address_type(connection.address), connection.address
            found.append((_CONNECTION, f"c=IN {kind} {address}{scope}"))
    for bandwidth in part.bandwidths:
        _check(_TOKEN, bandwidth.kind)
        found.append((_BANDWIDTH, f"b={bandwidth.kind}:{bandwidth.amount}"))
    if timed and not any(line.letter == "t" for line in part.lines):
        found.append((_TIME - 0.5, "t=0 0"))
    for attribute in part.attributes:
        name, value = attribute.name, attribute.value
        _check_name(name)
        found.append((_ATTRIBUTE, f"a={name}" if value is None else f"a={name}:{value}"))
    found.sort(key=itemgetter(0))
    return [text for _, text in found]


def _rank(line: Line) -> float:
    if len(line.letter) != 1 or line.letter in "vosmcba":
        raise LocalProtocolError(f"a line of letter {line.letter!r} among the plain ones")
    return _ORDER.find("t" if line.letter == "r" else line.letter) % (_UNKNOWN + 1)


@lru_cache(maxsize=256)
def _check_name(name: str) -> None:
    """The same few names come again and again."""
    _check(_TOKEN, name)


def _check(pattern: re.Pattern[str], *fields: str) -> None:
    for field in fields:
        if not pattern.fullmatch(field):
            raise LocalProtocolError(f"{field!r} in a session description")
