"""Which way media flows, and hold in each of its forms (RFC 3264 §5.1, §6.1, §8.4)."""

from __future__ import annotations

import enum
from typing import TYPE_CHECKING, Final

from pbxcore.sip.sdp.description import Attribute

if TYPE_CHECKING:
    from pbxcore.sip.sdp.description import Media, SessionDescription


class Direction(enum.Flag):
    """What one side does; `&` is what both allow."""

    INACTIVE = 0
    SENDONLY = 1
    RECVONLY = 2
    SENDRECV = 3

    @property
    def sends(self) -> bool:
        """Whether this side may send."""
        return bool(self & Direction.SENDONLY)

    @property
    def receives(self) -> bool:
        """Whether this side will listen."""
        return bool(self & Direction.RECVONLY)

    @property
    def mirrored(self) -> Direction:
        """The same, seen from the other side."""
        return _MIRRORED.get(self, self)

    @property
    def attribute(self) -> Attribute:
        """The line that says it."""
        return Attribute(str(self.name).lower())


_MIRRORED: Final = {
    Direction.SENDONLY: Direction.RECVONLY,
    Direction.RECVONLY: Direction.SENDONLY,
}
_NAMES: Final = {str(each.name).lower(): each for each in (Direction.INACTIVE, *_MIRRORED)} | {
    "sendrecv": Direction.SENDRECV
}


class Hold(enum.Enum):
    """How a peer says that it holds, and how we may say it."""

    SENDONLY = "sendonly"
    """It sends, music perhaps, and does not listen."""
    INACTIVE = "inactive"
    RECVONLY = "recvonly"
    """It listens and does not send: seldom meant as hold, but some phones do."""
    ZERO_ADDRESS = "zero address"
    """`c=` 0.0.0.0 or ::, the hold of RFC 2543: nothing may be sent there."""


def direction_of(description: SessionDescription, media: Media) -> Direction:
    """What the side that wrote this does: its own line, else the session's, else both ways.

    An unspecified address takes the listening away (RFC 3264 §8.4).
    """
    written = _written(description, media)
    return written & Direction.SENDONLY if has_zero_address(description, media) else written


def hold_of(description: SessionDescription, media: Media) -> Hold | None:
    """The form in which the side that wrote this holds; None when media flows both ways."""
    if has_zero_address(description, media):
        return Hold.ZERO_ADDRESS
    written = _written(description, media)
    return None if written is Direction.SENDRECV else Hold(str(written.name).lower())


def has_zero_address(description: SessionDescription, media: Media) -> bool:
    """Whether the stream names no address, and that means hold.

    With ICE it means only that candidates are to come (RFC 8840 §4.1.1).
    """
    connection = description.connection_of(media)
    if connection is None or not connection.is_unspecified:
        return False
    return description.inherited(media, "ice-ufrag") is None


def _written(description: SessionDescription, media: Media) -> Direction:
    for section in (media, description):
        for attribute in section.attributes:
            if (found := _NAMES.get(attribute.name.lower())) is not None:
                return found
    return Direction.SENDRECV
