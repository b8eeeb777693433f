"""Wake-up calls that phones asked for, and what came of those that were made."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

from engage.dialplan.model import DialplanObject
from engage.dialplan.repository import ObjectRepository
from engage.dialplan.wake_up_forms import WakeUpForm
from engage.identifiers import new_id
from pbxcore.journal import WakeUpAsked, WakeUpCalled

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from engage.dialplan.service import DialplanObjects
    from engage.hub.service import HubTransaction
    from pbxcore.journal import Entry


class Waking:
    """Follows the PBX's journal; what is asked for is kept with the place that it has come to.

    Args:
        kept: the calls.
        zone: whose clock they go by.
    """

    def __init__(self, kept: DialplanObjects[WakeUpForm], zone: Callable[[], str]) -> None:
        self._kept, self._zone = kept, zone
        self._tasks: set[asyncio.Task[None]] = set()

    async def start(self) -> None:
        """It remembers nothing itself."""

    async def project(
        self, transaction: HubTransaction, entries: Sequence[Entry]
    ) -> Callable[[], None]:
        """Keep what these entries say."""
        rows = ObjectRepository(transaction.connection, self._kept.kind)
        changed = False
        for each in entries:
            match each.fact:
                case WakeUpAsked(number, time):
                    await self._ask(rows, number, time, each.at_ms)
                    changed = True
                case WakeUpCalled(id_, _, answered):
                    await _close(rows, id_, answered=answered)
                    changed = True
                case _:
                    pass
        return self._read_again if changed else _nothing

    def _read_again(self) -> None:
        task = asyncio.get_running_loop().create_task(self._kept.refresh())
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    async def _ask(
        self, rows: ObjectRepository[WakeUpForm], number: str, time: str, at_ms: int
    ) -> None:
        """At the next such time; who asks for the same again has one call."""
        now = datetime.fromtimestamp(at_ms / 1000, UTC).astimezone(ZoneInfo(self._zone()))
        day = now.date() + timedelta(days=time <= now.strftime("%H:%M"))
        form = WakeUpForm(name=f"{number} {time}", number=number, date=day.isoformat(), time=time)
        known = next((each for each in await rows.all() if each.form.name == form.name), None)
        if known is None:
            place = await rows.last() + 1
            await rows.add(DialplanObject(new_id(), place, form, 1, at_ms), None)
        else:
            await rows.put(replace(known, form=form, version=known.version + 1))


async def _close(rows: ObjectRepository[WakeUpForm], id_: str, *, answered: bool) -> None:
    """Tell what came of it; one that was for once is over."""
    known = await rows.get(id_)
    if known is None:
        return
    over: dict[str, object] = {"outcome": "answered" if answered else "no_answer"}
    if known.form.mode == "once":
        over["disabled"] = True
    form = known.form.model_copy(update=over)
    await rows.put(replace(known, form=form, version=known.version + 1))


def _nothing() -> None:
    """Nothing of it is for us."""
