"""Supported, Require, Proxy-Require and Unsupported: option tags (RFC 3261 §8.2.2.3, §20)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from pbxcore.errors import RemoteProtocolError
from pbxcore.sip.grammar import named

if TYPE_CHECKING:
    from collections.abc import Collection

    from pbxcore.sip.message import Message, Request


def read_option_tags(message: Message, name: bytes) -> tuple[bytes, ...]:
    """The tags of `supported`, `require`, `proxy-require` or `unsupported`, in lower case."""
    lines = message.lines_of(name)
    return named(tuple(lines)) if lines else ()


def supports(message: Message, tag: bytes) -> bool:
    """Whether the peer may be spoken to with an extension: it supports or requires it."""
    tags = read_option_tags(message, b"supported")
    return tag in tags or tag in read_option_tags(message, b"require")


def requires(message: Message, tag: bytes) -> bool:
    """Whether the peer insists on an extension."""
    return tag in read_option_tags(message, b"require")


def refuse_unknown(request: Request, ours: Collection[bytes]) -> None:
    """Let a request pass that requires nothing but what we have.

    A proxy's requirements are ours too: we stand where a proxy would. `ours` is in lower case, the
    answer repeats the tags as they came.

    Raises:
        RemoteProtocolError: 420 with Unsupported.
    """
    values = request.values
    if b"require" not in values and b"proxy-require" not in values:
        return
    required = request.all(b"require") + request.all(b"proxy-require")
    unknown = [tag for tag in required if tag and tag.lower() not in ours]
    if unknown:
        raise RemoteProtocolError(420, "", (b"Unsupported: " + b", ".join(unknown),))
