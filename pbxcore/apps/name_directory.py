"""Dial by name: the first letters of a name, on the keys that bear them."""

from __future__ import annotations

import unicodedata
from typing import TYPE_CHECKING, ClassVar, Final, Literal

import msgspec

from pbxcore.apps.asking import ask
from pbxcore.apps.sounds import Digits, Prompt
from pbxcore.apps.steps import Connect, Gather, Say
from pbxcore.apps.telling import told_why
from pbxcore.dialplan.place import Place

if TYPE_CHECKING:
    from collections.abc import Iterable

    from pbxcore.apps.facilities import Facilities
    from pbxcore.apps.steps import Part, Script
    from pbxcore.apps.visit import Visit

_KEYS: Final = {
    letter: key
    for key, letters in zip(
        "23456789", ("abc", "def", "ghi", "jkl", "mno", "pqrs", "tuv", "wxyz"), strict=True
    )
    for letter in letters
}
"""ITU-T E.161."""
LETTERS: Final = 3
MOST_TRIES: Final = 3


class NameDirectory(msgspec.Struct, frozen=True, tag="directory"):
    """Who can be found: `members`, all extensions when there are none; by which of their names."""

    kind: ClassVar[str] = "directory"

    number: str
    name: str
    members: tuple[str, ...] = ()
    by: Literal["last", "first", "both"] = "both"
    wait_s: float = 5.0

    def script(self, _visit: Visit, facilities: Facilities) -> Script:
        """Ask for letters, offer who has them, connect with whom the caller wants."""
        for _ in range(MOST_TRIES):
            keys = yield from ask(
                Prompt("ivr-directory"), most=LETTERS, first_s=self.wait_s, between_s=self.wait_s
            )
            for number, name in self._matching(facilities, keys) if keys else ():
                if (yield from _wanted(number, name)):
                    status: int = yield Connect(Place("extension", number))
                    yield from told_why(status)
                    return
            yield Say((Prompt("ivr-no-match"),))
        yield Say((Prompt("goodbye"),), barge=False)

    def _matching(self, facilities: Facilities, keys: str) -> list[tuple[str, str]]:
        directory = facilities.directory
        found = []
        for number in self.members or sorted(directory.numbers()):
            extension = directory.extension(number)
            if extension is None:
                continue
            names = extension.display_name.split()
            if self.by != "both":
                names = names[-1:] if self.by == "last" else names[:1]
            if any(keys_of(each).startswith(keys) for each in names):
                found.append((number, extension.display_name))
        return found


def keys_of(name: str) -> str:
    """The keys that bear the letters of a name; marks on letters are left out."""
    plain = unicodedata.normalize("NFKD", name.replace("ß", "ss")).casefold()
    return "".join(key for letter in plain if (key := _KEYS.get(letter)))


def _wanted(number: str, name: str) -> Part[bool]:
    """Spell somebody, and hear whether he is the one."""
    said = (Digits(_spelt(name.split())), Prompt("extension"), Digits(number))
    key: str = yield Say((*said, Prompt("ivr-press-1")))
    if not key:
        key = yield Gather(1, first_s=5.0, end="")
    return key == "1"


def _spelt(names: Iterable[str]) -> str:
    """The last of the names, without marks on its letters."""
    last = list(names)[-1:]
    return "".join(
        each
        for name in last
        for each in unicodedata.normalize("NFKD", name)
        if each.isascii() and each.isalnum()
    )
