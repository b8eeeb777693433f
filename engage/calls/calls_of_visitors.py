"""Calls of one person outside: in their chats, and from or to the number they gave."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from sqlalchemy import and_, or_, select

from engage.calls.queries import HistoryRepository, Order, Wanted
from engage.storage.tables import call_legs, calls

if TYPE_CHECKING:
    from collections.abc import Sequence

    from sqlalchemy import ColumnElement

    from engage.calls.model import CallRecord
    from engage.storage.database import Database

MOST = 100
FEWEST_DIGITS = 5
"""Shorter numbers are extensions of somebody, or no numbers at all."""


class CallsOfVisitors:
    """Read for the agents of live chats; who may know of a call is decided here."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def of(
        self, conversation_ids: Sequence[str], phone: str, agent: str, queues: Sequence[str]
    ) -> list[CallRecord]:
        """The newest calls in these conversations, and of a number.

        Of the number only those that the agent had, or that came to one of the queues: its other
        calls are nobody's business here.
        """
        wanted: list[ColumnElement[bool]] = [calls.c.conversation.in_(conversation_ids)]
        if numbers := spellings(phone):
            ends = (calls.c.caller, calls.c.original_caller, calls.c.callee)
            known = select(call_legs.c.call).where(
                or_(
                    call_legs.c.extension == agent,
                    and_(call_legs.c.action == "queue", call_legs.c.action_owner.in_(queues)),
                )
            )
            of_number = or_(*(each.in_(numbers) for each in ends))
            mine = or_(
                calls.c.caller_extension == agent,
                and_(calls.c.action == "queue", calls.c.action_owner.in_(queues)),
                calls.c.id.in_(known),
            )
            wanted.append(and_(of_number, mine))
        async with self._database.read() as connection:
            rows = HistoryRepository(connection)
            return await rows.page(Wanted(others=(or_(*wanted),)), Order(), MOST)


def spellings(phone: str) -> list[str]:
    """The ways in which a telephone number stands in records of calls."""
    digits = re.sub(r"\D", "", phone)
    if len(digits) < FEWEST_DIGITS:
        return []
    if phone.strip().startswith("+"):
        return [digits, f"+{digits}", f"00{digits}"]
    if digits.startswith("00"):
        return [digits, digits[2:], f"+{digits[2:]}"]
    return [digits, f"+{digits}"]
