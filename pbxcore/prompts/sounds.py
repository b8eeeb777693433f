"""Where the sound files of fragments are."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Final

from pbxcore.media.commands import File
from pbxcore.prompts.catalogue import ENGLISH, language_for

if TYPE_CHECKING:
    from collections.abc import Iterable

SHIPPED: Final = Path(__file__).parent / "sounds"
ENDING: Final = ".ogg"


class Prompts:
    """Finds files: those of the installation (`own`) first, then ours; English where all fails."""

    def __init__(self, own: Path | None = None) -> None:
        self._folders = [SHIPPED] if own is None else [own, SHIPPED]

    def find(self, language: str, fragment: str) -> Path | None:
        """The file of one fragment; None when nobody has rendered it."""
        codes = dict.fromkeys((language_for(language).code, ENGLISH.code))
        for code in codes:
            for folder in self._folders:
                path = folder / code / f"{fragment}{ENDING}"
                if path.is_file():
                    return path
        return None

    def files(self, language: str, spoken: Iterable[str]) -> tuple[File, ...]:
        """What to play; a fragment without a file is left out."""
        found = (self.find(language, fragment) for fragment in spoken)
        return tuple(File(str(path)) for path in found if path is not None)
