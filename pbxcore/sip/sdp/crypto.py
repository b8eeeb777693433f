"""Keys for SRTP inside the description, SDES (RFC 4568, RFC 6188, RFC 7714)."""

from __future__ import annotations

import base64
import binascii
import re
from typing import TYPE_CHECKING, Final

import msgspec

from pbxcore.errors import RemoteProtocolError
from pbxcore.sip.sdp.description import Attribute

if TYPE_CHECKING:
    from collections.abc import Callable

    from pbxcore.sip.sdp.description import Media

SUITES: Final = {
    "AES_CM_128_HMAC_SHA1_80": 30,
    "AES_CM_128_HMAC_SHA1_32": 30,
    "F8_128_HMAC_SHA1_80": 30,
    "AES_192_CM_HMAC_SHA1_80": 38,
    "AES_192_CM_HMAC_SHA1_32": 38,
    "AES_256_CM_HMAC_SHA1_80": 46,
    "AES_256_CM_HMAC_SHA1_32": 46,
    "AEAD_AES_128_GCM": 28,
    "AEAD_AES_256_GCM": 44,
}
"""Octets of master key and master salt together, by suite (RFC 4568 §6.2)."""

_LINE: Final = re.compile(r"(0|[1-9][0-9]{0,8})\s+(\S+)\s+(\S+)(?:\s+(.*))?")
_LIFETIME: Final = re.compile(r"2\^([0-9]{1,3})|([0-9]{1,15})")
_MKI: Final = re.compile(r"([0-9]{1,39}):([0-9]{1,3})")
_LONGEST_LIFE: Final = 2**48
_SECRET: Final = re.compile(r"(?<=inline:)[^|;\s]+")


class Key(msgspec.Struct, frozen=True):
    """One master key with its salt; `lifetime` in packets, None the suite's own.

    `mki` is the identifier as it stands in packets, empty when none is sent.
    """

    material: bytes
    lifetime: int | None = None
    mki: bytes = b""

    def __repr__(self) -> str:
        """Nothing that could end in a log."""
        return f"Key({len(self.material)} octets, lifetime={self.lifetime}, mki={self.mki!r})"


class Crypto(msgspec.Struct, frozen=True):
    """One `a=crypto` line that is sound; `window` is the hint of `WSH`, 0 for none."""

    tag: int
    suite: str
    keys: tuple[Key, ...]
    window: int = 0

    @property
    def attribute(self) -> Attribute:
        """The line that says it."""
        keys = ";".join(_inline(key) for key in self.keys)
        window = f" WSH={self.window}" if self.window else ""
        return Attribute("crypto", f"{self.tag} {self.suite} {keys}{window}")


def new_crypto(tag: int, suite: str, entropy: Callable[[int], bytes]) -> Crypto:
    """A line with a new key; `entropy` gives that many unguessable bytes."""
    return Crypto(tag, suite, (Key(entropy(SUITES[suite])),))


def cryptos_of(media: Media) -> tuple[Crypto, ...]:
    """The lines we could use, in the writer's order of preference.

    A line of an unknown suite, with a key of the wrong length or with a parameter that must be
    understood and is not, is as if absent (§5.1.2, §6.3.8, §6.1).

    Raises:
        RemoteProtocolError: 488: a tag stands twice, so that no answer could be understood (§4.1).
    """
    found: list[Crypto] = []
    tags: set[int] = set()
    for value in media.values("crypto"):
        match = _LINE.fullmatch(value)
        if match is None:
            continue
        tag = int(match[1])
        if tag in tags:
            raise RemoteProtocolError(488, "Repeated Crypto Tag")
        tags.add(tag)
        suite, window = match[2].upper(), _window(match[4] or "")
        keys = _keys(match[3], SUITES.get(suite, 0))
        if keys and window is not None:
            found.append(Crypto(tag, suite, keys, window))
    return tuple(found)


def masked(text: str) -> str:
    """A description's text without its keys, for logs and traces."""
    return _SECRET.sub("…", text)


def _keys(text: str, wanted: int) -> tuple[Key, ...]:
    """All keys of a line, or none at all when one of them is wrong."""
    keys = [_key(part, wanted) for part in text.split(";")]
    sound = [key for key in keys if key is not None]
    if len(sound) != len(keys):
        return ()
    # Several keys are told apart by identifiers of one length, each another (§6.1).
    if len(sound) > 1:
        marks = {key.mki for key in sound}
        if len(marks) != len(sound) or b"" in marks or len({len(mark) for mark in marks}) != 1:
            return ()
    return tuple(sound)


def _key(text: str, wanted: int) -> Key | None:
    method, _, rest = text.partition(":")
    if method.lower() != "inline":
        return None
    encoded, *more = rest.split("|")
    try:
        # Some leave the padding out.
        material = base64.b64decode(encoded + "=" * (-len(encoded) % 4), validate=True)
    except (binascii.Error, ValueError):
        return None
    if not wanted or len(material) != wanted or len(more) > 2:
        return None
    lifetime, mki = None, b""
    for place, part in enumerate(more):
        if (mark := _MKI.fullmatch(part)) and place == len(more) - 1:
            length, value = int(mark[2]), int(mark[1])
            if not 1 <= length <= 128 or value >= 256**length:
                return None
            mki = value.to_bytes(length, "big")
        elif (life := _LIFETIME.fullmatch(part)) and place == 0:
            lifetime = 2 ** int(life[1]) if life[1] else int(life[2])
            if not 1 <= lifetime <= _LONGEST_LIFE:
                return None
        else:
            return None
    return Key(material, lifetime, mki)


def _window(parameters: str) -> int | None:
    """The window-size hint; None when a parameter asks for what we do not do (§6.3, §6.3.8)."""
    window = 0
    for each in parameters.split():
        name, _, value = each.upper().partition("=")
        if name == "WSH" and value.isascii() and value.isdecimal() and len(value) <= 6:
            window = max(64, int(value))  # smaller ones are not allowed (§6.3.7)
        elif not name.startswith("-"):
            return None
    return window


def _inline(key: Key) -> str:
    text = f"inline:{base64.b64encode(key.material).decode()}"
    if key.lifetime is not None:
        power = key.lifetime.bit_length() - 1
        text += f"|2^{power}" if key.lifetime == 2**power else f"|{key.lifetime}"
    if key.mki:
        text += f"|{int.from_bytes(key.mki, 'big')}:{len(key.mki)}"
    return text
