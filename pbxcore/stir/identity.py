"""The Identity header (RFC 8224 §4)."""

from __future__ import annotations

import re
from typing import Final

import msgspec

_HEADER: Final = re.compile(
    r"\s*(?P<token>[A-Za-z0-9_.=-]+)\s*;\s*info\s*=\s*<(?P<info>[^<>\s]{1,2000})>(?P<more>.*)",
    re.DOTALL,
)
_PARAMETER: Final = re.compile(r";\s*(\w+)\s*=\s*(?:\"([^\"]*)\"|([^\s;]+))")


class Identity(msgspec.Struct, frozen=True):
    """A token, where its certificate is to be had, and of which kind it is."""

    token: str
    info: str
    ppt: str = ""
    alg: str = "ES256"


def read_identity(value: bytes) -> Identity | None:
    """Read a header; None where it is none."""
    match = _HEADER.fullmatch(value.decode("utf-8", "replace"))
    if match is None:
        return None
    told = {name.lower(): one or other for name, one, other in _PARAMETER.findall(match["more"])}
    return Identity(match["token"], match["info"], told.get("ppt", ""), told.get("alg", "ES256"))


def identity_line(token: str, info: str, ppt: str = "shaken") -> bytes:
    """The whole line."""
    return f"Identity: {token};info=<{info}>;alg=ES256;ppt={ppt}".encode()
