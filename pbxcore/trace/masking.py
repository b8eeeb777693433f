"""Takes secrets out of a message before anybody sees it; its length stays the same. Pure.

What goes: the response of a digest (a password can be guessed from it), keys of media (SDES, MIKEY)
and passwords of ICE in SDP, and, unless asked for, what people write (MESSAGE) and dial (INFO).
"""

from __future__ import annotations

import re
from typing import Final

_DIGEST: Final = re.compile(
    rb"^((?:proxy-)?authorization|authentication-info)([ \t]*:(?:[^\r\n]|\r?\n[ \t])*)",
    re.IGNORECASE | re.MULTILINE,
)
_RESPONSE: Final = re.compile(
    rb'(?<=[\s,])(response|rspauth)([ \t]*=[ \t]*"?)([^",\s]+)', re.IGNORECASE
)
_BASIC: Final = re.compile(rb"^([ \t]*:[ \t]*(?!digest\b)\S+[ \t]+)([^\r\n]+)", re.IGNORECASE)
_MEDIA_KEY: Final = re.compile(
    rb"^(a=crypto:[^\r\n]*?inline:|a=key-mgmt:[a-z]+[ \t]+|a=ice-pwd:|k=[a-z0-9]+:)([^\s|;]+)",
    re.IGNORECASE | re.MULTILINE,
)
_FURTHER_KEY: Final = re.compile(rb"(?<=;inline:)[^\s|;]+", re.IGNORECASE)
_PRIVATE: Final = re.compile(rb"\A(?:MESSAGE|INFO) ")
_INVISIBLE: Final = re.compile(rb"[^\r\n]")


def masked(data: bytes, *, bodies: bool = False) -> bytes:
    """The message without its secrets.

    Args:
        data: the message as it was on the wire, whole or not.
        bodies: let the bodies of MESSAGE and INFO stand.
    """
    head, gap, body = data.partition(b"\r\n\r\n")
    head = _DIGEST.sub(_without_response, head)
    if not body:
        return head + gap
    if not bodies and _PRIVATE.match(head):
        body = _INVISIBLE.sub(b"*", body)
    elif b"=" in body:
        body = _MEDIA_KEY.sub(lambda found: found[1] + b"*" * len(found[2]), body)
        body = _FURTHER_KEY.sub(lambda found: b"*" * len(found[0]), body)
    return head + gap + body


def _without_response(found: re.Match[bytes]) -> bytes:
    value = _RESPONSE.sub(lambda each: each[1] + each[2] + b"*" * len(each[3]), found[2])
    value = _BASIC.sub(lambda each: each[1] + b"*" * len(each[2]), value)
    return found[1] + value
