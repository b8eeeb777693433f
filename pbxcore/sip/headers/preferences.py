"""What a caller would like: languages, and how the call is handled and answered.

Accept-Language (RFC 3261 §20.3), Request-Disposition (RFC 3841 §9.1), Answer-Mode (RFC 5373 §4).
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import msgspec

from pbxcore.errors import RemoteProtocolError
from pbxcore.sip.grammar import is_token, parameters_or_none
from pbxcore.sip.headers.contact import q_milli_of
from pbxcore.sip.headers.tokens import read_tokens

if TYPE_CHECKING:
    from pbxcore.sip.message import Message


class AnswerMode(msgspec.Struct, frozen=True):
    """Whether a phone shall answer by itself, and whether a refusal is better than ringing."""

    automatic: bool
    required: bool


def read_languages(message: Message) -> tuple[bytes, ...]:
    """The languages a caller understands, the best first, in lower case; `*` is any."""
    if message.get(b"accept-language") is None:
        return ()
    try:
        values = message.all(b"accept-language")
    except RemoteProtocolError:
        return ()
    found: list[tuple[int, bytes]] = []
    for each in values:
        tag, semicolon, tail = each.partition(b";")
        preference = q_milli_of(parameters_or_none(semicolon + tail) or {})
        if is_token(tag.strip()) and preference:
            found.append((-preference, tag.strip().lower()))
    return tuple(tag for _, tag in sorted(found, key=lambda each: each[0]))


def read_directives(message: Message) -> frozenset[bytes]:
    """What servers shall do, in lower case: `no-fork`, `sequential`, `queue` and their like."""
    return frozenset(each.lower() for each in read_tokens(message, b"request-disposition"))


def read_answer_mode(message: Message, name: bytes = b"answer-mode") -> AnswerMode | None:
    """How a call is to be answered; `name` may be `priv-answer-mode`. None for other words."""
    value = message.get(name) or b""
    mode, semicolon, tail = value.partition(b";")
    mode = mode.strip().lower()
    if mode not in (b"manual", b"auto"):
        return None
    given = parameters_or_none(semicolon + tail) or {}
    return AnswerMode(mode == b"auto", b"require" in given)
