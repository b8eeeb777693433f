"""A session description as a value (RFC 8866 §5): nothing a peer wrote is lost.

Text is `str`; bytes that are no UTF-8 pass through as surrogates.
"""

from __future__ import annotations

from typing import Final

import msgspec

from pbxcore.errors import RemoteProtocolError

UNSPECIFIED: Final = frozenset({"0.0.0.0", "::"})  # noqa: S104 - read in messages, bound by nobody


class Attribute(msgspec.Struct, frozen=True):
    """One `a=` line; a value of None makes it a flag such as `a=sendonly` (RFC 8866 §5.13)."""

    name: str
    value: str | None = None


class Line(msgspec.Struct, frozen=True):
    """A line we give no meaning: `i= u= e= p= t= r= z= k=`, and letters no RFC knows."""

    letter: str
    value: str


class Origin(msgspec.Struct, frozen=True):
    """The `o=` line: who made the description, and which version of it this is (§5.2)."""

    username: str
    session_id: int
    version: int
    address: str


class Connection(msgspec.Struct, frozen=True):
    """The `c=` line: where media is received (§5.7).

    `scope` is what follows a multicast address: `127` of `224.2.1.1/127`.
    """

    address: str
    scope: str = ""

    @property
    def is_unspecified(self) -> bool:
        """Whether it names no address: the hold of RFC 2543, or ICE that has yet to gather."""
        return self.address in UNSPECIFIED


class Bandwidth(msgspec.Struct, frozen=True):
    """A `b=` line: `CT` and `AS` in kilobits, `TIAS` in bits per second (§5.8, RFC 3890)."""

    kind: str
    amount: int


class Section(msgspec.Struct, frozen=True, kw_only=True):
    """What the session part and a media part have in common; order is kept within each field."""

    bandwidths: tuple[Bandwidth, ...] = ()
    lines: tuple[Line, ...] = ()
    attributes: tuple[Attribute, ...] = ()

    def value(self, name: str) -> str | None:
        """The value of the first attribute of that name which has one."""
        for each in self.attributes:
            if each.name == name and each.value is not None:
                return each.value
        return None

    def values(self, name: str) -> list[str]:
        """The values of all attributes of that name, in order."""
        return [
            each.value for each in self.attributes if each.name == name and each.value is not None
        ]

    def has(self, name: str) -> bool:
        """Whether an attribute of that name is there, with a value or without."""
        return name in [each.name for each in self.attributes]


class Media(Section, frozen=True, kw_only=True):
    """One `m=` line and what belongs to it (§5.14).

    Port 0 refuses or ends the stream (RFC 3264 §6, §8.2). `ports` is above 1 only for layered
    encodings. Of several `c=` lines, one per layer, the first is `connections[0]`.
    """

    kind: str
    port: int
    profile: str
    formats: tuple[str, ...]
    ports: int = 1
    connections: tuple[Connection, ...] = ()


class SessionDescription(Section, frozen=True, kw_only=True):
    """A whole description; `name` is the `s=` line."""

    origin: Origin
    name: str = "-"
    connection: Connection | None = None
    media: tuple[Media, ...] = ()

    def connection_of(self, media: Media) -> Connection | None:
        """Where this stream is received: its own `c=` line, else the session's (§5.7)."""
        return media.connections[0] if media.connections else self.connection

    def received_at(self, media: Media) -> Connection:
        """Where this stream is received, which a description has to say of each (§5.7).

        Raises:
            RemoteProtocolError: 400: it does not.
        """
        found = self.connection_of(media)
        if found is None:
            raise RemoteProtocolError(400, "Malformed SDP: Without c=")
        return found

    def inherited(self, media: Media, name: str) -> str | None:
        """An attribute whose session value holds for every stream that has none of its own."""
        own = media.value(name)
        return self.value(name) if own is None else own
