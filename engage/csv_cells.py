"""CSV that people open in spreadsheets: no cell of it is taken for a formula."""

from __future__ import annotations

import json
import re

E164 = re.compile(r"\+[0-9]{1,20}")
FORMULA_STARTS = ("=", "+", "-", "@", "\uff1d", "\uff0b", "\uff0d", "\uff20", "\t", "\r", "\n")
"""The wide ones too: spreadsheets of East Asia read them as the narrow ones."""
_SUSPECT = frozenset((*FORMULA_STARTS, "'"))


def cell(value: object) -> str:
    """A value as a cell; text that a spreadsheet would run as a formula gets a `'` before it."""
    match value:
        case str():
            return _guarded(value)
        case None:
            return ""
        case bool():
            return "yes" if value else "no"
        case int() | float():
            return str(value)
        case list() | tuple() if all(isinstance(each, str) for each in value):
            return cell(" ".join(value))
        case list() | tuple() | dict():
            return cell(json.dumps(value, ensure_ascii=False))
    return _guarded(str(value))


def cell_for_programs(text: str) -> str:
    """The same, but a number of E.164 stays as it is: programs look it up, and it is no formula."""
    return text if E164.fullmatch(text) else cell(text)


def _guarded(text: str) -> str:
    if text[:1] not in _SUSPECT:  # nearly all: files have millions of cells
        return text
    return f"'{text}" if text.lstrip("'").startswith(FORMULA_STARTS) else text


def text_of(cell_text: str) -> str:
    """The text that `cell` was given."""
    rest = cell_text[1:]
    guarded = cell_text.startswith("'") and rest.lstrip("'").startswith(FORMULA_STARTS)
    return rest if guarded else cell_text
