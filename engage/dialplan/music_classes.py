"""Music on hold: classes of sound files, which administrators upload and everybody may wait to."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, Annotated, Final, Literal

from pydantic import Field

from engage.dialplan.custom_prompts import as_played, converted, remove_strangers, write_sound
from engage.dialplan.fields import Ident, Name
from engage.dialplan.model import NamedForm
from engage.errors import N_, Conflict, NotFound
from engage.identifiers import new_id
from engage.partial_body import Body
from engage.system.actor import SYSTEM
from pbxcore.dialplan.music import RING_BACK, USUAL, MusicClass
from pbxcore.prompts.sounds import ENDING

if TYPE_CHECKING:
    from pathlib import Path

    from pydantic.config import JsonDict

    from engage.dialplan.service import DialplanObjects
    from engage.system.actor import Actor

MOST_FILES: Final = 200
LARGEST_FILE: Final = 30_000_000
LARGEST_CLASS: Final = 30_000_000
"""Bytes of a class once its files are converted: about two hours of music."""
MusicChoice = Annotated[str, Field(max_length=64)]
CHOICES: Final = "/v1/choices/music-classes"


def music_hint(section: str, placeholder: str) -> JsonDict:
    """How a form lets a class be chosen; `placeholder` says what none means."""
    return {
        "control": "select",
        "section": section,
        "choices": CHOICES,
        "placeholder": placeholder,
    }


class DefaultStays(Conflict):
    """The default class cannot be deleted."""

    code = "in_use"
    text = N_("Whoever has chosen no music hears this one. It cannot be deleted.")


class ClassFull(Conflict):
    """A class holds as many sounds as it may, or as long ones."""

    code = "full"
    text = N_("A class holds at most 200 files, and two hours of music.")


class MusicFile(Body):
    """One sound of a class; its file has its id."""

    id: Ident
    name: Name


class MusicClassForm(NamedForm):
    """What a class is called, and in which order its files play."""

    name: Name = Field(title=N_("Name"), json_schema_extra={"control": "text"})
    order: Literal["alphabetical", "random"] = Field(
        default="alphabetical",
        title=N_("Order"),
        json_schema_extra={
            "control": "select",
            "labels": {"alphabetical": N_("By name"), "random": N_("Random")},
        },
    )


class KeptMusicClass(MusicClassForm):
    """A class with its files, as it is kept: in the order of their names."""

    files: Annotated[list[MusicFile], Field(max_length=MOST_FILES)] = Field(default_factory=list)


class MusicClasses:
    """Classes, with their files in one folder.

    A file is there before its class names it, and longer: what a crash leaves over is removed at
    the start.
    """

    def __init__(self, kept: DialplanObjects[KeptMusicClass], folder: Path) -> None:
        self.kept = kept
        self._folder = folder

    async def start(self) -> None:
        """Read all, make the default class if there is none, and remove what belongs to none."""
        await self.kept.start()
        if not self.exists(USUAL):
            await self.kept.add(SYSTEM, KeptMusicClass(name="Default"), None, USUAL)
        files = (each for entry in self.kept.entries for each in entry.form.files)
        known = {self.path_of(each.id).name for each in files}
        await asyncio.to_thread(remove_strangers, self._folder, known)

    def exists(self, class_id: str) -> bool:
        """Whether a class can be chosen; no choice is one."""
        return class_id in ("", RING_BACK) or any(each.id == class_id for each in self.kept.entries)

    def path_of(self, file_id: str) -> Path:
        """Where a sound is."""
        return self._folder / f"{file_id}{ENDING}"

    def plan(self) -> dict[str, MusicClass]:
        """As the PBX knows them."""
        return {each.id: self._class(each.form) for each in self.kept.entries}

    async def add(self, actor: Actor, class_id: str, name: str, data: bytes) -> None:
        """Add a sound to a class.

        Raises:
            NotFound: there is no such class.
            Invalid: there is no sound in the file.
            ClassFull: the class holds as much as it may.
        """
        actor.check(self.kept.kind.module)
        entry = self.kept.get(actor, class_id)
        sound = await converted(data, as_played)
        held = await asyncio.to_thread(self._bytes_of, entry.form)
        if len(entry.form.files) >= MOST_FILES or held + len(sound) > LARGEST_CLASS:
            raise ClassFull
        file = MusicFile(id=new_id(), name=name)
        await asyncio.to_thread(write_sound, self.path_of(file.id), sound)
        present = self.kept.get(actor, class_id).form.files  # another may have come meanwhile
        await self._put(actor, class_id, [*present, file])

    async def remove(self, actor: Actor, class_id: str, file_id: str) -> None:
        """Take a sound out of a class.

        Raises:
            NotFound: there is no such class, or no such sound in it.
        """
        actor.check(self.kept.kind.module)
        self.file(actor, class_id, file_id)
        files = self.kept.get(actor, class_id).form.files
        await self._put(actor, class_id, [each for each in files if each.id != file_id])
        await asyncio.to_thread(self.path_of(file_id).unlink, missing_ok=True)

    def file(self, actor: Actor, class_id: str, file_id: str) -> MusicFile:
        """A sound of a class.

        Raises:
            NotFound: there is none.
        """
        files = self.kept.get(actor, class_id).form.files
        found = next((each for each in files if each.id == file_id), None)
        if found is None:
            raise NotFound
        return found

    async def delete(self, actor: Actor, class_id: str) -> None:
        """Remove a class and its files.

        Raises:
            NotFound: there is no such class.
            InUse: somebody has chosen it.
            DefaultStays: it is the one of all who have chosen none.
        """
        actor.check(self.kept.kind.module)
        files = self.kept.get(actor, class_id).form.files
        if class_id == USUAL:
            raise DefaultStays
        await self.kept.delete(actor, class_id)
        for each in files:
            await asyncio.to_thread(self.path_of(each.id).unlink, missing_ok=True)

    async def _put(self, actor: Actor, class_id: str, files: list[MusicFile]) -> None:
        files.sort(key=lambda each: (each.name.casefold(), each.id))
        given = {"files": [each.model_dump() for each in files]}
        await self.kept.update(actor, class_id, given, None)

    def _class(self, form: KeptMusicClass) -> MusicClass:
        paths = tuple(str(self.path_of(each.id)) for each in form.files)
        return MusicClass(paths, form.order == "random")

    def _bytes_of(self, form: KeptMusicClass) -> int:
        paths = (self.path_of(each.id) for each in form.files)
        return sum(each.stat().st_size for each in paths if each.exists())
