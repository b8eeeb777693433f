"""The blacklist as text, with a caller whom an extension puts there by a code."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING

from pbxcore.dialplan.patterns import patterns_of

if TYPE_CHECKING:
    from pbxcore.journal import CallerBlocked


def changed(text: str, fact: CallerBlocked, at_ms: int) -> str:
    """The blacklist with a number, or without it."""
    if fact.blocked:
        if fact.caller in patterns_of(text):
            return text
        when = datetime.fromtimestamp(at_ms / 1000, UTC)
        return entered(text, fact.caller, f"{fact.number}, {when:%Y-%m-%d %H:%M} UTC")
    return _without(text, fact.caller)


def entered(text: str, number: str, note: str) -> str:
    """The blacklist with a number at its end, and a note beside it unless that is empty."""
    line = f"{number} /* {note} */" if note else number
    return f"{_without(text, number).rstrip()}\n{line}".lstrip()


def _without(text: str, number: str) -> str:
    return "\n".join(each for each in text.splitlines() if patterns_of(each) != [number])
