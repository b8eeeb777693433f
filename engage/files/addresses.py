"""Addresses that open one file for some minutes, without a cookie or a token. Without I/O."""

from __future__ import annotations

import base64
import hashlib
import hmac
from enum import StrEnum
from urllib.parse import quote

from engage.files.model import AddressOver

STEP_MS = 5 * 60_000
"""Addresses asked for within this time are equal, so that browsers find pictures in their cache."""

PATH = "/files"


class Variant(StrEnum):
    """What of a file is fetched."""

    WHOLE = "file"
    THUMB = "thumb"
    PREVIEW = "preview"


class Signer:
    """Makes such addresses and reads them back."""

    def __init__(self, key: bytes) -> None:
        self._key = key

    def address(self, file_id: str, variant: Variant, until_ms: int) -> str:
        """A path on this server; whoever has it may fetch until then."""
        seal = self._seal(file_id, variant, until_ms)
        return f"{PATH}/{file_id}/{variant}?until={until_ms}&seal={seal}"

    def check(self, file_id: str, variant: str, until: str, seal: str, now_ms: int) -> Variant:
        """What the address opens.

        Raises:
            AddressOver: too late, or not made here.
        """
        if variant not in tuple(Variant) or not (until.isascii() and until.isdigit()):
            raise AddressOver
        if len(until) > 15 or int(until) < now_ms:
            raise AddressOver
        expected = self._seal(file_id, Variant(variant), int(until))
        if not hmac.compare_digest(expected.encode(), seal.encode("utf-8", "replace")):
            raise AddressOver
        return Variant(variant)

    def _seal(self, file_id: str, variant: Variant, until_ms: int) -> str:
        words = f"{file_id} {variant} {until_ms}".encode("utf-8", "replace")
        return base64.urlsafe_b64encode(hmac.digest(self._key, words, hashlib.sha256)[:18]).decode()


def good_until(now_ms: int) -> int:
    """When an address made now is over: in five to ten minutes."""
    return (now_ms // STEP_MS + 2) * STEP_MS


def disposition(name: str) -> str:
    """`Content-Disposition` that saves under this name (RFC 6266 §4.3, RFC 8187)."""
    plain = name.encode("ascii", "replace").decode().replace("?", "_")
    plain = plain.replace("\\", "_").replace('"', "_").replace("%", "_")
    value = f'attachment; filename="{plain}"'
    return value if plain == name else f"{value}; filename*=UTF-8''{quote(name, safe='')}"
