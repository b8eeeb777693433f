"""How a caller would like a call to be handled and answered.

Request-Disposition (RFC 3841 §9.1), Answer-Mode and Priv-Answer-Mode (RFC 5373 §4).
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import msgspec

from pbxcore.sip.grammar import parameters_or_none, write_parameters
from pbxcore.sip.headers.tokens import read_tokens

if TYPE_CHECKING:
    from pbxcore.sip.message import Message


class AnswerMode(msgspec.Struct, frozen=True):
    """Whether a phone shall answer by itself, and whether a refusal is better than ringing."""

    automatic: bool
    required: bool

    def encode(self) -> bytes:
        """The value as it is written."""
        mode = b"Auto" if self.automatic else b"Manual"
        return mode + write_parameters({b"require": None} if self.required else {})


def read_directives(message: Message) -> frozenset[bytes]:
    """What servers shall do, in lower case: `no-fork`, `sequential`, `queue` and their like."""
    return frozenset(each.lower() for each in read_tokens(message, b"request-disposition"))


def parse_answer_mode(value: bytes) -> AnswerMode | None:
    """Read one of the two headers; None for other words than `Manual` and `Auto`."""
    mode, semicolon, tail = value.partition(b";")
    mode = mode.strip().lower()
    if mode not in (b"manual", b"auto"):
        return None
    given = parameters_or_none(semicolon + tail) or {}
    return AnswerMode(mode == b"auto", b"require" in given)


def read_answer_mode(message: Message, name: bytes = b"answer-mode") -> AnswerMode | None:
    """How a call is to be answered; `name` may be `priv-answer-mode`. None when it is not said."""
    return parse_answer_mode(message.get(name) or b"")
