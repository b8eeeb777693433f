"""Settings that extensions change by codes, from the PBX's journal."""

from __future__ import annotations

import asyncio
import logging
from functools import partial
from typing import TYPE_CHECKING, Any

from engage.dialplan.blacklist import SECTION as BLACKLIST
from engage.dialplan.blacklist import Blacklist
from engage.dialplan.blocked_callers import changed
from engage.dialplan.inbound_modes import SECTION as MODE
from engage.dialplan.inbound_modes import InboundMode
from engage.system.actor import Actor, Module, Rights
from pbxcore.journal import CallerBlocked, InboundModeChosen

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from engage.dialplan.inbound_forms import InboundRouteForm
    from engage.dialplan.service import DialplanObjects
    from engage.hub.service import HubTransaction
    from engage.system.configuration import Configuration
    from pbxcore.journal import Entry

    Told = tuple[int, CallerBlocked | InboundModeChosen]

log = logging.getLogger(__name__)

_RIGHTS = Rights({Module.INBOUND_ROUTES: "edit"})


class DialledSettings:
    """A follower of the journal: the blacklist, and the mode of inbound routes.

    The blacklist says who added a number, and when.
    """

    def __init__(
        self, configuration: Configuration, routes: DialplanObjects[InboundRouteForm]
    ) -> None:
        self._configuration, self._routes = configuration, routes
        self._order = asyncio.Lock()
        self._changing: set[asyncio.Task[None]] = set()

    async def start(self) -> None:
        """They are read with all settings."""

    async def project(
        self, transaction: HubTransaction, entries: Sequence[Entry]
    ) -> Callable[[], None]:
        """Change settings once these entries have counted."""
        facts = [
            (each.at_ms, each.fact)
            for each in entries
            if isinstance(each.fact, CallerBlocked | InboundModeChosen)
        ]
        return partial(self._begin, facts)

    def _begin(self, facts: Sequence[Told]) -> None:
        if facts:
            task = asyncio.get_running_loop().create_task(self._change(facts))
            self._changing.add(task)
            task.add_done_callback(self._changing.discard)

    async def _change(self, facts: Sequence[Told]) -> None:
        async with self._order:
            for at_ms, fact in facts:
                actor = Actor(f"user:{fact.number}", "", _RIGHTS)
                try:
                    if isinstance(fact, InboundModeChosen) and fact.suffix:
                        await self._switch_routes(actor, fact)
                    else:
                        await self._configuration.edit(actor, *_wanted(fact, at_ms))
                except Exception:  # the list is full, or the database is away: the rest goes on
                    log.exception("setting not changed", extra={"extension": fact.number})

    async def _switch_routes(self, actor: Actor, fact: InboundModeChosen) -> None:
        for each in self._routes.entries:
            if each.form.mode_suffix == fact.suffix and each.form.own_mode != fact.mode:
                await self._routes.update(actor, each.id, {"own_mode": fact.mode}, None)


def _wanted(
    fact: CallerBlocked | InboundModeChosen, at_ms: int
) -> tuple[str, Callable[[Any], dict[str, Any]]]:
    """The section, and what tells from its values which are to be different."""
    if isinstance(fact, InboundModeChosen):
        return MODE, partial(_mode, fact)
    return BLACKLIST, partial(_blacklist, fact, at_ms)


def _mode(fact: InboundModeChosen, held: InboundMode) -> dict[str, Any]:
    return {} if fact.mode == held.mode else {"mode": fact.mode}


def _blacklist(fact: CallerBlocked, at_ms: int, held: Blacklist) -> dict[str, Any]:
    text = changed(held.blocked, fact, at_ms)
    if text == held.blocked and held.enabled:
        return {}
    return {"blocked": text, "enabled": held.enabled or fact.blocked}
