"""A mail to whoever missed a call, for those who want one."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from pbxcore.journal import VoiceMessageLeft

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from sqlalchemy.ext.asyncio import AsyncConnection

    from engage.calls.model import CallRecord, LegRecord
    from engage.hub.service import HubTransaction
    from engage.mailing import Mailer, Recipient
    from pbxcore.journal import Entry

SETTLES_S: Final = 5.0
"""A voice message is on disk a moment after the call that left it has ended."""
MOST_LEFT: Final = 10_000
"""So many messages are known whose calls may still go on."""
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

    A mail is a row of the transaction that writes the call down, so that no crash loses it, and is
    sent a little later.

    Args:
        mailer: takes them.
        is_extension: whether a number is one.
        recipient: whom to write to for an extension; None: nobody wants it.
        settles_s: how long a voice message is waited for.
    """

    def __init__(
        self,
        mailer: Mailer,
        is_extension: Callable[[str], bool],
        recipient: Callable[[str], Recipient | None],
        settles_s: float = SETTLES_S,
    ) -> None:
        self._mailer = mailer
        self._is_extension, self._recipient = is_extension, recipient
        self._settles_s = settles_s
        self._left: dict[str, None] = {}

    async def start(self) -> None:
        """Nothing is to be read."""

    async def project(
        self, transaction: HubTransaction, entries: Sequence[Entry]
    ) -> Callable[[], None]:
        """Who has a voice message needs no mail of that call, written before it or after it."""
        for entry in entries:
            match entry.fact:
                case VoiceMessageLeft(mailbox=number, call=call) if call:
                    key = _key(number, call)
                    self._left[key] = None  # a batch that is read again says the same
                    await self._mailer.withdraw(transaction.connection, key)
                case _:
                    pass
        while len(self._left) > MOST_LEFT:
            del self._left[next(iter(self._left))]
        return _nothing

    async def ended(
        self, connection: AsyncConnection, record: CallRecord, legs: Sequence[LegRecord]
    ) -> None:
        """A call is over."""
        for number in sorted(missed_by(record, legs, self._is_extension)):
            to = self._recipient(number)
            key = _key(number, record.id)
            if to is None or key in self._left:
                continue
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
                dedupe_key=key,
                after_s=self._settles_s,
            )


def _key(number: str, call: str) -> str:
    return f"missed_call:{number}:{call}"


def _nothing() -> None:
    """Nobody else hears of it."""
