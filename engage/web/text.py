"""Text in requests: what no field may hold, and the type of single-line fields."""

from __future__ import annotations

import unicodedata
from typing import TYPE_CHECKING, Annotated, Any

from pydantic import AfterValidator, StringConstraints

if TYPE_CHECKING:
    from collections.abc import Iterator

# U+202A-U+202E and U+2066-U+2069 reorder the text around them.
_OVERRIDES = dict.fromkeys([*range(0x202A, 0x202F), *range(0x2066, 0x206A)])


def refused_fields(value: Any, path: str = "") -> Iterator[str]:
    """Name each field that holds a lone surrogate or a control character but newline and tab."""
    match value:
        case str():
            if _refused(value):
                yield path or "body"
        case dict():
            for name, item in value.items():
                if _refused(name):
                    yield path or "body"
                else:
                    yield from refused_fields(item, f"{path}.{name}" if path else name)
        case list():
            for position, item in enumerate(value):
                yield from refused_fields(item, f"{path}.{position}" if path else str(position))


def single_line(text: str) -> str:
    """NFC without surrounding space; overrides of direction are removed.

    Raises:
        ValueError: the text holds a line break or a tab.
    """
    if "\n" in text or "\r" in text or "\t" in text:
        raise ValueError("line break")
    return unicodedata.normalize("NFC", text.translate(_OVERRIDES)).strip()


Line = Annotated[str, StringConstraints(max_length=200), AfterValidator(single_line)]
"""A name, a title, an address: one line, at most 200 characters."""


def _refused(text: str) -> bool:
    if text.isprintable():
        return False
    return any(unicodedata.category(each) in ("Cc", "Cs") and each not in "\n\r\t" for each in text)
