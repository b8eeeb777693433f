"""Custom prompts that were spoken at a phone: taken into the list as the journal tells of them."""

from __future__ import annotations

import asyncio
import logging
from functools import partial
from pathlib import PurePath
from typing import TYPE_CHECKING

from engage.dialplan.custom_prompts import write_sound
from engage.dialplan.model import ObjectNameTaken
from engage.errors import EngageError, Invalid
from engage.system.actor import SYSTEM
from pbxcore.journal import PromptRecorded

if TYPE_CHECKING:
    from collections.abc import Callable, Coroutine, Sequence
    from pathlib import Path

    from engage.dialplan.custom_prompts import CustomPrompts
    from engage.hub.service import HubTransaction
    from pbxcore.journal import Entry

log = logging.getLogger(__name__)

PROMPTS = "prompts"
"""Below the folder of recordings."""
NAME = ".name"
OLD_S = 3600.0
"""Longer than a prompt is spoken; what the journal tells of it is as old as its file."""
_MOST_OF_A_NAME = 100


class SpokenPrompts:
    """Follows the PBX's journal.

    Args:
        prompts: where they are kept.
        folder: that of recordings, in which they were spoken.
    """

    def __init__(self, prompts: CustomPrompts, folder: Path) -> None:
        self._prompts, self._folder = prompts, folder / PROMPTS
        self._tasks: set[asyncio.Task[None]] = set()
        self._swept = False

    async def start(self) -> None:
        """Go on with what was seen in the journal and not taken in."""
        for file, name in await asyncio.to_thread(_waiting, self._folder):
            self._begin(file, name)

    async def project(
        self, transaction: HubTransaction, entries: Sequence[Entry]
    ) -> Callable[[], None]:
        """Take in what these entries tell of, once they are known to be seen.

        Their names are on disk before that: nobody tells of them again.
        """
        spoken = [each.fact for each in entries if isinstance(each.fact, PromptRecorded)]
        for each in spoken:
            path = self._folder / PurePath(each.file).name
            await asyncio.to_thread(write_sound, _name_of(path), each.name.encode())
        return partial(self._take_in_all, spoken, entries[-1].at_ms / 1000 if entries else 0.0)

    def _take_in_all(self, spoken: Sequence[PromptRecorded], until_s: float) -> None:
        if spoken or not self._swept:
            self._swept = True
            self._run(asyncio.to_thread(_sweep, self._folder, until_s - OLD_S))
        for each in spoken:
            self._begin(PurePath(each.file).name, each.name)

    def _begin(self, file: str, name: str) -> None:
        self._run(self._take_in(self._folder / file, name))

    def _run(self, work: Coroutine[None, None, None]) -> None:
        task = asyncio.get_running_loop().create_task(work)
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    async def _take_in(self, path: Path, name: str) -> None:
        try:
            if not self._prompts.path_of(path.stem):  # else the entry was read before
                data = await asyncio.to_thread(path.read_bytes)
                await self._add(name, data, path.stem)
        except (FileNotFoundError, Invalid):
            log.exception("spoken prompt not kept", extra={"file": path.name})
        except (OSError, EngageError):
            log.exception("spoken prompt waits for the next start", extra={"file": path.name})
            return
        await asyncio.to_thread(_remove, path)

    async def _add(self, name: str, data: bytes, ident: str) -> None:
        """By its name, or with a number behind it where that is taken meanwhile."""
        for number in range(1, _MOST_OF_A_NAME):
            try:
                numbered = name if number == 1 else f"{name[:60]} {number}"
                await self._prompts.add(SYSTEM, numbered, data, ident)
            except ObjectNameTaken:
                continue
            return


def _name_of(path: Path) -> Path:
    """Where the name of a prompt is that waits to be taken in."""
    return path.with_name(f"{path.name}{NAME}")


def _waiting(folder: Path) -> list[tuple[str, str]]:
    return [(each.stem, each.read_text("utf-8")) for each in folder.glob(f"*{NAME}")]


def _remove(path: Path) -> None:
    path.unlink(missing_ok=True)  # its name last: it is what is looked for
    _name_of(path).unlink(missing_ok=True)


def _sweep(folder: Path, before_s: float) -> None:
    """Remove what nobody has told of, and nobody will: who spoke it hung up."""
    for each in folder.glob("*.wav"):
        if not _name_of(each).exists() and each.stat().st_mtime < before_s:
            each.unlink(missing_ok=True)
