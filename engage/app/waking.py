"""Wake-up calls that phones asked for, and what came of those that were made."""

from __future__ import annotations

import asyncio
import logging
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

from engage.dialplan.wake_up_forms import WakeUpForm
from engage.errors import EngageError
from engage.system.actor import SYSTEM
from pbxcore.journal import WakeUpAsked, WakeUpCalled

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from engage.dialplan.service import Routes
    from engage.hub.service import HubTransaction
    from pbxcore.journal import Entry

log = logging.getLogger(__name__)


class Waking:
    """Follows the PBX's journal.

    Args:
        kept: the calls.
        zone: whose clock they go by.
    """

    def __init__(self, kept: Routes[WakeUpForm], zone: Callable[[], str]) -> None:
        self._kept, self._zone = kept, zone
        self._order = asyncio.Lock()
        self._tasks: set[asyncio.Task[None]] = set()

    async def start(self) -> None:
        """It remembers nothing itself."""

    async def project(
        self, _transaction: HubTransaction, entries: Sequence[Entry]
    ) -> Callable[[], None]:
        """Take over what these entries say, once they are kept."""
        facts = [each for each in entries if isinstance(each.fact, WakeUpAsked | WakeUpCalled)]

        def told() -> None:
            for each in facts:
                task = asyncio.get_running_loop().create_task(self._take(each))
                self._tasks.add(task)
                task.add_done_callback(self._tasks.discard)

        return told

    async def _take(self, entry: Entry) -> None:
        try:
            async with self._order:
                match entry.fact:
                    case WakeUpAsked(number, time):
                        await self._add(number, time, entry.at_ms)
                    case WakeUpCalled(id_, _, answered):
                        await self._close(id_, answered=answered)
        except EngageError as refused:
            log.warning("wake-up call not kept", extra={"why": refused.code})

    async def _add(self, number: str, time: str, at_ms: int) -> None:
        zone = ZoneInfo(self._zone())
        now = datetime.fromtimestamp(at_ms / 1000, UTC).astimezone(zone)
        day = now.date() + timedelta(days=time <= now.strftime("%H:%M"))
        fields = {"number": number, "mode": "once", "date": day.isoformat(), "time": time}
        name = f"{number} {time}"
        known = next((each for each in self._kept.entries if each.form.name == name), None)
        if known is None:
            form = WakeUpForm.model_validate({"name": name, **fields})
            await self._kept.add(SYSTEM, form, None)
        else:
            again = {**fields, "disabled": False, "outcome": ""}
            await self._kept.update(SYSTEM, known.id, again, None)

    async def _close(self, id_: str, *, answered: bool) -> None:
        known = next((each for each in self._kept.entries if each.id == id_), None)
        if known is not None:
            over = {"outcome": "answered" if answered else "no_answer"}
            once = {"disabled": True} if known.form.mode == "once" else {}
            await self._kept.update(SYSTEM, id_, {**over, **once}, None)
