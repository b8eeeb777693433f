"""Callers whom extensions put on the blacklist by a code, from the PBX's journal."""

from __future__ import annotations

import asyncio
import logging
from datetime import UTC, datetime
from functools import partial
from typing import TYPE_CHECKING

from engage.dialplan.blacklist import SECTION, Blacklist
from engage.system.actor import Actor, Module, Rights
from pbxcore.dialplan.patterns import patterns_of
from pbxcore.journal import CallerBlocked

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from engage.hub.service import HubTransaction
    from engage.system.configuration import Configuration
    from pbxcore.journal import Entry

log = logging.getLogger(__name__)

_RIGHTS = Rights({Module.INBOUND_ROUTES: "edit"})


class BlockedCallers:
    """A follower of the journal: the blacklist says who added a number, and when."""

    def __init__(self, configuration: Configuration) -> None:
        self._configuration = configuration
        self._order = asyncio.Lock()
        self._changing: set[asyncio.Task[None]] = set()

    async def start(self) -> None:
        """The blacklist is read with the settings."""

    async def project(
        self, transaction: HubTransaction, entries: Sequence[Entry]
    ) -> Callable[[], None]:
        """Change the blacklist once these entries have counted."""
        facts = [
            (each.at_ms, each.fact) for each in entries if isinstance(each.fact, CallerBlocked)
        ]
        return partial(self._begin, facts)

    def _begin(self, facts: Sequence[tuple[int, CallerBlocked]]) -> None:
        if facts:
            task = asyncio.get_running_loop().create_task(self._change(facts))
            self._changing.add(task)
            task.add_done_callback(self._changing.discard)

    async def _change(self, facts: Sequence[tuple[int, CallerBlocked]]) -> None:
        async with self._order:
            for at_ms, fact in facts:
                held = self._configuration.get(Blacklist)
                text = changed(held.blocked, fact, at_ms)
                if text == held.blocked and held.enabled:
                    continue
                values = {"blocked": text, "enabled": held.enabled or fact.blocked}
                actor = Actor(f"user:{fact.number}", "", _RIGHTS)
                try:
                    await self._configuration.change(actor, SECTION, values)
                except Exception:  # the list is full, or the database is away: the rest goes on
                    log.exception("blacklist not changed", extra={"extension": fact.number})


def changed(text: str, fact: CallerBlocked, at_ms: int) -> str:
    """The blacklist with a number, or without it."""
    if fact.blocked:
        if fact.caller in patterns_of(text):
            return text
        when = datetime.fromtimestamp(at_ms / 1000, UTC)
        line = f"{fact.caller} /* {fact.number}, {when:%Y-%m-%d %H:%M} UTC */"
        return f"{text.rstrip()}\n{line}".lstrip()
    return "\n".join(each for each in text.splitlines() if patterns_of(each) != [fact.caller])
