"""Calls of one person outside: in their chats, and from or to the number they gave."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from sqlalchemy import and_, literal_column, or_, select, union

from engage.calls.queries import NEWEST, HistoryRepository, Wanted
from engage.storage.tables import call_legs, calls

if TYPE_CHECKING:
    from collections.abc import Sequence

    from sqlalchemy import ColumnElement, CompoundSelect

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
        known = known_calls(conversation_ids, phone, agent, queues)
        wanted = Wanted(others=(calls.c.id.in_(known),))
        async with self._database.read() as connection:
            return await HistoryRepository(connection).page(wanted, NEWEST, MOST)


def known_calls(
    conversation_ids: Sequence[str], phone: str, agent: str, queues: Sequence[str]
) -> CompoundSelect[tuple[str]]:
    """The ids of the calls that `CallsOfVisitors.of` is about."""
    # One way in for each index: a condition over several columns would read every call.
    of_chats = calls.c.conversation.in_(conversation_ids)
    found = [select(calls.c.id).where(of_chats, calls.c.conversation != literal_column("''"))]
    if numbers := spellings(phone):
        mine = or_(
            calls.c.caller_extension == agent,
            and_(calls.c.action == "queue", calls.c.action_owner.in_(queues)),
            _has_leg(agent, queues),
        )
        ends = (calls.c.caller, calls.c.original_caller, calls.c.callee)
        found += [select(calls.c.id).where(each.in_(numbers), mine) for each in ends]
    return union(*found)


def _has_leg(agent: str, queues: Sequence[str]) -> ColumnElement[bool]:
    """Whether a call reached the agent, or one of the queues on its way."""
    to_queue = and_(call_legs.c.action == "queue", call_legs.c.action_owner.in_(queues))
    leg = select(call_legs.c.call).where(call_legs.c.call == calls.c.id)
    return leg.where(or_(call_legs.c.extension == agent, to_queue)).exists()


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
