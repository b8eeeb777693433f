"""Feature-Caps: what a proxy or a registrar on the way can (RFC 6809 §6)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from pbxcore.errors import RemoteProtocolError
from pbxcore.sip.grammar import parameters_or_none, unquoted

if TYPE_CHECKING:
    from pbxcore.sip.message import Message


def read_feature_caps(message: Message) -> list[dict[bytes, bytes | None]]:
    """The capabilities of each that says so, in order, such as `+sip.pns` with its value.

    Names are in lower case, values without their quotes, None for a bare name. What cannot be read
    is left out.
    """
    try:
        values = message.all(b"feature-caps")
    except RemoteProtocolError:
        return []
    tails = (tail for star, _, tail in (each.partition(b";") for each in values) if _is_star(star))
    found = (parameters_or_none(b";" + tail) for tail in tails)
    return [
        {name: None if value is None else unquoted(value) for name, value in each.items()}
        for each in found
        if each
    ]


def _is_star(value: bytes) -> bool:
    return value.strip() == b"*"
