"""A mail to whoever missed a call, for those who want one."""

from __future__ import annotations

import asyncio
import logging
from functools import partial
from typing import TYPE_CHECKING, Final

from pbxcore.journal import VoiceMessageLeft

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from sqlalchemy.ext.asyncio import AsyncConnection

    from engage.calls.model import CallRecord, LegRecord
    from engage.hub.service import HubTransaction
    from engage.mailing import Mailer, Recipient
    from engage.storage.database import Database
    from pbxcore.journal import Entry

log = logging.getLogger(__name__)

SETTLES_S: Final = 5.0
"""A voice message is on disk a moment after the call that left it has ended."""
_FORWARDED: Final = frozenset(("forward", "follow_me", "transfer"))


def missed_by(
    record: CallRecord, legs: Sequence[LegRecord], is_extension: Callable[[str], bool]
) -> frozenset[str]:
    """The extensions that have missed a call: it was for them, and nobody took it.

    Whoever sent it on has not missed it, whatever became of it there; nor has anybody of a group
    once one of them answered. Who was not registered has no leg, and has missed it all the same.
    """
    called = [each for each in legs if each.role == "called"]
    if any(each.disposition == "answered" for each in called):
        return frozenset()
    wanted = {each.extension for each in called} | {record.callee}
    sent_on = {each.action_owner for each in called if each.action in _FORWARDED}
    return frozenset(filter(is_extension, wanted - sent_on - {record.caller_extension, ""}))


class MissedCalls:
    """Writes the mails; a follower of the journal, for voice messages take their place.

    Args:
        database: where mails are written down.
        mailer: takes them.
        is_extension: whether a number is one.
        recipient: whom to write to for an extension; None: nobody wants it.
        settles_s: how long a voice message is waited for.
    """

    def __init__(
        self,
        database: Database,
        mailer: Mailer,
        is_extension: Callable[[str], bool],
        recipient: Callable[[str], Recipient | None],
        settles_s: float = SETTLES_S,
    ) -> None:
        self._database, self._mailer = database, mailer
        self._is_extension, self._recipient = is_extension, recipient
        self._settles_s = settles_s
        self._left: dict[str, int] = {}
        self._writing: set[asyncio.Task[None]] = set()

    async def start(self) -> None:
        """Nothing is to be read."""

    async def project(
        self, transaction: HubTransaction, entries: Sequence[Entry]
    ) -> Callable[[], None]:
        """Remember who got a voice message last, and when."""
        left = {
            each.fact.mailbox: each.at_ms
            for each in entries
            if isinstance(each.fact, VoiceMessageLeft)
        }
        return partial(self._left.update, left)

    def ended(self, record: CallRecord, legs: Sequence[LegRecord]) -> None:
        """A call is over, and its record on disk."""
        for number in missed_by(record, legs, self._is_extension):
            to = self._recipient(number)
            if to is not None:
                task = asyncio.get_running_loop().create_task(self._mail(number, to, record))
                self._writing.add(task)
                task.add_done_callback(self._writing.discard)

    async def _mail(self, number: str, to: Recipient, record: CallRecord) -> None:
        await asyncio.sleep(self._settles_s)
        if self._left.get(number, 0) >= record.started_at_ms:
            return

        async def work(connection: AsyncConnection) -> None:
            await self._mailer.post(
                connection,
                "missed_call",
                to=to,
                params={
                    "full_name": to.name,
                    "extension": number,
                    "caller": record.caller,
                    "caller_name": record.caller_name,
                    "called_at": record.started_at_ms,
                    "link": "/wave/#/calls",
                },
                dedupe_key=f"missed_call:{record.id}:{number}",
            )

        try:
            await self._database.write(work)
        except Exception:
            log.exception("missed call not mailed", extra={"extension": number})
