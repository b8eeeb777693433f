"""Languages: gettext catalogues, the choice among them, the direction they are written in.

English is the source: its message ids are its texts, so it needs no catalogue.
"""

from __future__ import annotations

import gettext
from datetime import timedelta
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING

from engage.errors import Label

if TYPE_CHECKING:
    from collections.abc import Mapping

LOCALES = Path(__file__).parent / "locales"
SOURCE_LANGUAGE = "en"
RIGHT_TO_LEFT = frozenset(
    {"ar", "arc", "ckb", "dv", "fa", "he", "ks", "ps", "sd", "ug", "ur", "yi"}
)


@lru_cache(maxsize=1)
def languages() -> tuple[str, ...]:
    """The language tags there is a catalogue for, English first (`en`, `ar`, `zh-Hans`)."""
    compiled = LOCALES.glob("*/LC_MESSAGES/engage.mo")
    found = {path.parent.parent.name.replace("_", "-") for path in compiled}
    return (SOURCE_LANGUAGE, *sorted(found - {SOURCE_LANGUAGE}))


@lru_cache(maxsize=64)
def catalogue(language: str) -> gettext.NullTranslations:
    """The catalogue of a language; the texts themselves where there is none."""
    folder = language.replace("-", "_")
    return gettext.translation("engage", LOCALES, languages=[folder], fallback=True)


def translate(message: str, language: str, params: Mapping[str, object] | None = None) -> str:
    """Translate a message id and fill its named places."""
    text = catalogue(language).gettext(message) if message else ""
    return (
        text % {name: _worded(each, language) for name, each in params.items()} if params else text
    )


def _worded(value: object, language: str) -> object:
    return translate(value, language) if isinstance(value, Label) else value


def translate_plural(one: str, many: str, n: int, language: str) -> str:
    """Translate a counted message and fill `%(n)d`."""
    return catalogue(language).ngettext(one, many, n) % {"n": n}


def direction(language: str) -> str:
    """`rtl` or `ltr`, as HTML's `dir` wants it."""
    return "rtl" if language.split("-")[0].lower() in RIGHT_TO_LEFT else "ltr"


def closest(wanted: str, offered: tuple[str, ...] | None = None) -> str | None:
    """The offered tag that serves the wanted one: itself, a parent, a sibling (RFC 4647 §3.4)."""
    by_tag = {each.lower(): each for each in offered or languages()}
    parts = wanted.strip().lower().replace("_", "-").split("-")
    for length in range(len(parts), 0, -1):
        if (found := by_tag.get("-".join(parts[:length]))) is not None:
            return found
    siblings = (each for tag, each in by_tag.items() if tag.split("-")[0] == parts[0])
    return next(siblings, None)


def negotiate(accept_language: str, offered: tuple[str, ...] | None = None) -> str:
    """Choose a language by an Accept-Language header (RFC 9110 §12.5.4); English when none fits."""
    weighted: list[tuple[float, int, str]] = []
    for position, item in enumerate(accept_language[:500].split(",")):
        tag, _, parameters = item.partition(";")
        quality = _quality(parameters)
        if tag.strip() and quality > 0:
            weighted.append((-quality, position, tag))
    for _, _, tag in sorted(weighted):
        if tag.strip() == "*":
            return SOURCE_LANGUAGE
        if (found := closest(tag, offered)) is not None:
            return found
    return SOURCE_LANGUAGE


def time_left(seconds: int, language: str) -> str:
    """A span in words, rounded up: `40 seconds`, `5 minutes`."""
    from babel.core import Locale, UnknownLocaleError
    from babel.dates import format_timedelta

    try:
        locale = Locale.parse(language, sep="-")
    except (UnknownLocaleError, ValueError):
        locale = Locale(SOURCE_LANGUAGE)
    minutes = -(-seconds // 60)
    span = timedelta(seconds=max(1, seconds)) if seconds < 60 else timedelta(minutes=minutes)
    return format_timedelta(span, threshold=1, locale=locale)


def _quality(parameters: str) -> float:
    name, _, value = parameters.strip().partition("=")
    if name.strip().lower() != "q":
        return 1.0
    try:
        return min(1.0, max(0.0, float(value)))
    except ValueError:
        return 0.0
