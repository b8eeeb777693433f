"""What is compared when messages are searched: text without case, accents and vowel marks. Pure."""

from __future__ import annotations

import unicodedata
import zlib
from typing import Any

TERMS = 8
QUERY_LIMIT = 200
AROUND = 60
"""Characters of context before and after a hit."""

_EPOCH_MS = 1_577_836_800_000  # 2020-01-01; identifiers fit 63 bits until 2089
_PLACE_BITS = 22

# Letters that people write for each other (tatweel is ornament, U+0640).
_ARABIC = str.maketrans({"\u0640": None, "\u0649": "\u064a", "\u0629": "\u0647"})


def folded(text: str) -> str:
    """A text as it is compared: `Café` and `cafe`, `قَهْوَة` and `قهوه` are alike."""
    if text.isascii():
        return text.lower()
    bare = "".join(
        each for each in unicodedata.normalize("NFKD", text) if unicodedata.category(each) != "Mn"
    )
    return unicodedata.normalize("NFC", bare.casefold().translate(_ARABIC))


def terms(query: str) -> list[str]:
    """What every hit must hold; nothing when there is nothing to search for."""
    return list(dict.fromkeys(folded(query[:QUERY_LIMIT]).split()))[:TERMS]


def text_of(kind: str, body: dict[str, Any]) -> str:
    """What of an event is searched: its words, or the file's name; empty when it was deleted."""
    if "deleted" in body:
        return ""
    if kind == "file":
        file = body.get("file")
        name = file.get("name", "") if isinstance(file, dict) else ""
        return f"{name} {body.get('text', '')}".strip()
    return str(body.get("text", ""))


def place_of(at_ms: int, conversation_id: str, seq: int) -> int:
    """A number for a message that grows with its moment; two messages seldom share one."""
    mark = zlib.crc32(f"{conversation_id}:{seq}".encode()) & ((1 << _PLACE_BITS) - 1)
    return (max(at_ms - _EPOCH_MS, 0) << _PLACE_BITS) | mark


def excerpt(text: str, wanted: list[str]) -> tuple[str, str, str]:
    """The first hit of any term with what stands around it: before, hit, after."""
    bare, places = _mapped(text)
    found = [(at, term) for term in wanted if (at := bare.find(term)) >= 0]
    if not found:
        return "", "", _cut_end(text)
    at, term = min(found)
    start, end = places[at], places[at + len(term) - 1] + 1
    while end < len(text) and unicodedata.combining(text[end]):
        end += 1
    before = text[max(0, start - AROUND) : start]
    if start > AROUND:
        before = "…" + before.partition(" ")[2]
    return before, text[start:end], _cut_end(text[end:])


def _cut_end(text: str) -> str:
    return text if len(text) <= 2 * AROUND else text[: 2 * AROUND] + "…"


def _mapped(text: str) -> tuple[str, list[int]]:
    """The folded text, and for each of its characters where it stands in the original."""
    parts, places = [], []
    for place, character in enumerate(text):
        part = folded(character)
        parts.append(part)
        places += [place] * len(part)
    return "".join(parts), places
