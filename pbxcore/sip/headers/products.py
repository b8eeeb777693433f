"""User-Agent and Server: the software of a peer (RFC 3261 §20.41, §20.35)."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

import msgspec

from pbxcore.errors import LocalProtocolError
from pbxcore.sip.grammar import is_token

if TYPE_CHECKING:
    from pbxcore.sip.message import Message

_COMMENT_MARK: Final = re.compile(rb"\\.|[()]", re.DOTALL)
# Not from within a run of spaces, which would cost the square of its length.
_SLASH: Final = re.compile(rb"(?<![ \t])[ \t]*/[ \t]*")


class Product(msgspec.Struct, frozen=True):
    """One product, such as `baresip/3.5`; many phones write name, model and version as three."""

    name: bytes
    version: bytes | None = None

    def encode(self) -> bytes:
        """The value as it is written.

        Raises:
            LocalProtocolError: the name or the version is no token.
        """
        written = self.name if self.version is None else b"%b/%b" % (self.name, self.version)
        if not all(map(is_token, written.split(b"/", 1))):
            raise LocalProtocolError("not a product")
        return written


def parse_products(value: bytes) -> tuple[Product, ...]:
    """Read a list of products, in order; comments and what is no product are left out."""
    words = _SLASH.sub(b"/", _without_comments(value)).split()
    pairs = (each.partition(b"/") for each in words)
    return tuple(
        Product(name, version if slash else None)
        for name, slash, version in pairs
        if is_token(name) and (not slash or is_token(version))
    )


def read_products(message: Message, name: bytes) -> tuple[Product, ...]:
    """The products of `user-agent` or `server`."""
    return parse_products(message.get(name) or b"")


def _without_comments(value: bytes) -> bytes:
    """What stands outside of brackets, which may stand within each other."""
    kept: list[bytes] = []
    depth, at = 0, 0
    for mark in _COMMENT_MARK.finditer(value):
        if mark[0] == b"(":
            if not depth:
                kept.append(value[at : mark.start()])
            depth += 1
        elif mark[0] == b")" and depth:
            depth -= 1
            at = mark.end()
    if not depth:
        kept.append(value[at:])
    return b" ".join(kept)
