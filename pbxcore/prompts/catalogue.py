"""The languages there are."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from pbxcore.prompts.arabic import Arabic
from pbxcore.prompts.chinese import Chinese
from pbxcore.prompts.english import English
from pbxcore.prompts.german import German
from pbxcore.prompts.spanish import Spanish

if TYPE_CHECKING:
    from pbxcore.prompts.language import Language

ENGLISH: Final = English()
LANGUAGES: Final[dict[str, Language]] = {
    each.code: each for each in (ENGLISH, German(), Spanish(), Arabic(), Chinese())
}


def language_for(tag: str) -> Language:
    """By a tag like `de` or `de-AT`; English where there is none of that name."""
    return LANGUAGES.get(tag.replace("_", "-").partition("-")[0].lower(), ENGLISH)
