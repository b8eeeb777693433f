"""Prompts of one's own: sound files that administrators upload, converted, with a name each."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

from engage.dialplan.model import NamedForm
from engage.errors import N_, Invalid
from engage.identifiers import new_id
from pbxcore.prompts.conversion import NoSound, decoded, encoded
from pbxcore.prompts.sounds import ENDING

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from engage.dialplan.model import DialplanObject
    from engage.dialplan.service import DialplanObjects
    from engage.system.actor import Actor

LARGEST_FILE = 30_000_000
LONGEST_S = 1800.0
QUALITY = 32_000
"""Bits a second: people speak and music plays, unlike in the prompts we render."""


class CustomPromptForm(NamedForm):
    """What a prompt is called; its sound is a file of its own."""


class CustomPrompts:
    """Prompts, with their files in one folder; or other sounds that are kept like them.

    A file is there before its prompt is, and longer than it: what a crash leaves over is removed at
    the start.
    """

    ending = ENDING
    media_type = "audio/ogg"
    largest = LARGEST_FILE
    """Bytes of an upload."""

    def __init__(self, kept: DialplanObjects[CustomPromptForm], folder: Path) -> None:
        self.kept = kept
        self._folder = folder

    async def start(self) -> None:
        """Read all, and remove what belongs to none."""
        await self.kept.start()
        known = {self.file_of(each.id).name for each in self.kept.entries}
        await asyncio.to_thread(remove_strangers, self._folder, known)

    def file_of(self, prompt_id: str) -> Path:
        """Where the sound of a prompt is."""
        return self._folder / f"{prompt_id}{self.ending}"

    def path_of(self, prompt_id: str) -> str:
        """The same for the PBX; "" when there is no such prompt."""
        known = any(each.id == prompt_id for each in self.kept.entries)
        return str(self.file_of(prompt_id)) if known else ""

    def file_named(self, name: str) -> str:
        """The same for one that is known by its id or, to programs, by its name."""
        named = (each.id for each in self.kept.entries if each.form.name == name)
        return self.path_of(name) or self.path_of(next(named, ""))

    async def add(
        self, actor: Actor, name: str, data: bytes, ident: str = ""
    ) -> DialplanObject[CustomPromptForm]:
        """Add a prompt with its sound; `ident` is its id, if it has one already.

        Raises:
            Invalid: the name will not do, or there is no sound in the file.
        """
        actor.check(self.kept.kind.module)
        form = self.kept.kind.form(name=name)
        sound = await converted(data, self.convert)
        entry_id = ident or new_id()
        await asyncio.to_thread(write_sound, self.file_of(entry_id), sound)
        return await self.kept.add(actor, form, None, entry_id)

    async def replace(self, actor: Actor, prompt_id: str, data: bytes) -> None:
        """Give a prompt another sound.

        Raises:
            NotFound: there is no such prompt.
            Invalid: there is no sound in the file.
        """
        actor.check(self.kept.kind.module)
        self.kept.get(actor, prompt_id)
        sound = await converted(data, self.convert)
        await asyncio.to_thread(write_sound, self.file_of(prompt_id), sound)

    async def delete(self, actor: Actor, prompt_id: str) -> None:
        """Remove a prompt and its file.

        Raises:
            NotFound: there is no such prompt.
            InUse: something plays it.
        """
        await self.kept.delete(actor, prompt_id)
        await asyncio.to_thread(self.file_of(prompt_id).unlink, missing_ok=True)

    def convert(self, data: bytes) -> bytes:
        """The file that is kept of an upload.

        Raises:
            NoSound: there is none in it.
        """
        return as_played(data)


def as_played(data: bytes) -> bytes:
    """A sound file of any kind, as the PBX plays it.

    Raises:
        NoSound: there is none in it.
    """
    return encoded(decoded(data, LONGEST_S), QUALITY)


async def converted(data: bytes, convert: Callable[[bytes], bytes]) -> bytes:
    """What is kept of an upload.

    Raises:
        Invalid: there is no sound in it.
    """
    try:
        return await asyncio.to_thread(convert, data)
    except NoSound:
        raise Invalid({"file": N_("There is no sound in this file.")}) from None


def write_sound(path: Path, data: bytes) -> None:
    """Put a file in its place, whole or not at all."""
    path.parent.mkdir(parents=True, exist_ok=True)
    part = path.with_suffix(".part")
    part.write_bytes(data)
    part.replace(path)


def remove_strangers(folder: Path, known: set[str]) -> None:
    """Remove the files of a folder that have none of these names."""
    if folder.is_dir():
        for each in folder.iterdir():
            if each.name not in known:
                each.unlink()
