"""Custom prompts that were spoken at a phone: taken into the list as the journal tells of them."""

from __future__ import annotations

import asyncio
import logging
from functools import partial
from pathlib import PurePath
from typing import TYPE_CHECKING

from engage.dialplan.model import RouteNameTaken
from engage.errors import EngageError
from engage.system.actor import SYSTEM
from pbxcore.journal import PromptRecorded

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from pathlib import Path

    from engage.dialplan.custom_prompts import CustomPrompts
    from engage.hub.service import HubTransaction
    from pbxcore.journal import Entry

log = logging.getLogger(__name__)

_MOST_OF_A_NAME = 100


class SpokenPrompts:
    """Follows the PBX's journal.

    Args:
        prompts: where they are kept.
        folder: that of recordings, in which they were spoken.
    """

    def __init__(self, prompts: CustomPrompts, folder: Path) -> None:
        self._prompts, self._folder = prompts, folder
        self._tasks: set[asyncio.Task[None]] = set()

    async def start(self) -> None:
        """It remembers nothing itself."""

    async def project(
        self, transaction: HubTransaction, entries: Sequence[Entry]
    ) -> Callable[[], None]:
        """Take in what these entries tell of, once they are known to be seen."""
        spoken = [each.fact for each in entries if isinstance(each.fact, PromptRecorded)]
        return partial(self._take_in_all, spoken)

    def _take_in_all(self, spoken: Sequence[PromptRecorded]) -> None:
        for each in spoken:
            task = asyncio.get_running_loop().create_task(self._take_in(each))
            self._tasks.add(task)
            task.add_done_callback(self._tasks.discard)

    async def _take_in(self, spoken: PromptRecorded) -> None:
        path, ident = self._folder / spoken.file, PurePath(spoken.file).stem
        if self._prompts.path_of(ident):
            return  # the entry was read before
        try:
            data = await asyncio.to_thread(path.read_bytes)
            await self._add(spoken.name, data, ident)
            await asyncio.to_thread(path.unlink, missing_ok=True)
        except (OSError, EngageError):
            log.exception("spoken prompt not kept", extra={"file": spoken.file})

    async def _add(self, name: str, data: bytes, ident: str) -> None:
        """By its name, or with a number behind it where that is taken meanwhile."""
        for number in range(1, _MOST_OF_A_NAME):
            try:
                numbered = name if number == 1 else f"{name[:60]} {number}"
                await self._prompts.add(SYSTEM, numbered, data, ident)
            except RouteNameTaken:
                continue
            return
