"""Looking for records of calls: what is asked for, as conditions on rows."""

from __future__ import annotations

from dataclasses import dataclass, fields, replace
from typing import TYPE_CHECKING, Any, Final

from sqlalchemy import and_, delete, func, or_, select

from engage.calls.model import ANSWERED_ELSEWHERE, CallRecord, LegRecord, Recording
from engage.storage.sorted_rows import Order, sorted_page
from engage.storage.tables import call_legs, calls, recordings

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from sqlalchemy import ColumnElement
    from sqlalchemy.ext.asyncio import AsyncConnection

COLUMN_OF: dict[str, ColumnElement[Any]] = {
    "started_at": calls.c.started_at_ms,
    "ended_at": calls.c.ended_at_ms,
    "caller": calls.c.caller,
    "callee": calls.c.callee,
    "duration_s": calls.c.duration_s,
    "talk_s": calls.c.talk_s,
}
NEWEST: Final = Order("started_at")
AT_ONCE = 500
"""SQLite bounds the parameters of a statement."""


@dataclass(frozen=True, slots=True)
class Wanted:
    """Which calls are looked for; empty values mean any. Moments are milliseconds UTC.

    `number` is anybody's who had a part in the call. Numbers may be patterns: `X` stands for one
    digit, a dot for whatever follows, both at the end only. `action` is one of several with commas
    between them. `extension` narrows to calls that an extension of ours made or was called by.
    `others` are further conditions on the rows.
    """

    search: str = ""
    from_ms: int = 0
    until_ms: int = 0
    number: str = ""
    caller: str = ""
    callee: str = ""
    direction: str = ""
    disposition: str = ""
    trunk: str = ""
    action: str = ""
    account: str = ""
    least_talk_s: int | None = None
    most_talk_s: int | None = None
    extension: str = ""
    missed_by: str = ""
    others: tuple[ColumnElement[bool], ...] = ()


_CALL = tuple(calls.c[each.name] for each in fields(CallRecord))
_LEG = tuple(call_legs.c[each.name] for each in fields(LegRecord))


class HistoryRepository:
    """Records of calls, read."""

    def __init__(self, connection: AsyncConnection) -> None:
        self._connection = connection

    async def page(
        self, wanted: Wanted, order: Order, limit: int, offset: int = 0
    ) -> list[CallRecord]:
        """At most `limit` calls that fit."""
        query = select(*_CALL).where(*conditions(wanted)).limit(limit).offset(offset)
        query = sorted_page(query, order, COLUMN_OF, calls.c.id)
        rows = await self._connection.execute(query)
        return [CallRecord(*row) for row in rows]

    async def count(self, wanted: Wanted) -> int:
        """How many calls fit."""
        query = select(func.count()).select_from(calls).where(*conditions(wanted))
        found: int = (await self._connection.execute(query)).scalar_one()
        return found

    async def get(self, call_id: str) -> CallRecord | None:
        """One call."""
        rows = await self._connection.execute(select(*_CALL).where(calls.c.id == call_id))
        row = rows.one_or_none()
        return None if row is None else CallRecord(*row)

    async def legs(self, call_ids: Sequence[str]) -> dict[str, list[LegRecord]]:
        """The legs of these calls, by call, in their order."""
        found: dict[str, list[LegRecord]] = {each: [] for each in call_ids}
        for start in range(0, len(call_ids), AT_ONCE):
            query = (
                select(*_LEG)
                .where(call_legs.c.call.in_(call_ids[start : start + AT_ONCE]))
                .order_by(call_legs.c.call, call_legs.c.position)
            )
            for row in await self._connection.execute(query):
                found[row[0]].append(LegRecord(*row))
        return found

    async def recordings(self, call_ids: Sequence[str]) -> dict[str, list[Recording]]:
        """The recordings of these calls, by call, the oldest first."""
        found: dict[str, list[Recording]] = {each: [] for each in call_ids}
        for start in range(0, len(call_ids), AT_ONCE):
            query = (
                select(recordings)
                .where(recordings.c.call.in_(call_ids[start : start + AT_ONCE]))
                .order_by(recordings.c.recorded_at_ms, recordings.c.id)
            )
            for row in (await self._connection.execute(query)).mappings():
                found[row["call"]].append(Recording(**row))
        return found

    async def drop(self, call_ids: Sequence[str]) -> int:
        """Remove calls and their legs; tells how many there were. Recordings stay."""
        dropped = 0
        for start in range(0, len(call_ids), AT_ONCE):
            some = call_ids[start : start + AT_ONCE]
            await self._connection.execute(delete(call_legs).where(call_legs.c.call.in_(some)))
            gone = await self._connection.execute(delete(calls).where(calls.c.id.in_(some)))
            dropped += gone.rowcount
        return dropped


def conditions(wanted: Wanted) -> list[ColumnElement[bool]]:
    """What rows of calls must fulfil."""
    return [*wanted.others, *_exact(wanted), *_within(wanted), *_people(wanted)]


def _exact(wanted: Wanted) -> Iterator[ColumnElement[bool]]:
    exact = {
        calls.c.direction: wanted.direction,
        calls.c.disposition: wanted.disposition,
        calls.c.account: wanted.account,
    }
    yield from (column == value for column, value in exact.items() if value)
    if wanted.action:
        yield calls.c.action.in_(wanted.action.split(","))
    if wanted.trunk:
        trunks = (calls.c.source_trunk, calls.c.destination_trunk)
        yield or_(*(each == wanted.trunk for each in trunks))


def _within(wanted: Wanted) -> Iterator[ColumnElement[bool]]:
    if wanted.from_ms:
        yield calls.c.started_at_ms >= wanted.from_ms
    if wanted.until_ms:
        yield calls.c.started_at_ms < wanted.until_ms
    if wanted.least_talk_s is not None:
        yield calls.c.talk_s >= wanted.least_talk_s
    if wanted.most_talk_s is not None:
        yield calls.c.talk_s <= wanted.most_talk_s


def _people(wanted: Wanted) -> Iterator[ColumnElement[bool]]:
    if wanted.caller:
        yield or_(*(fits(each, wanted.caller) for each in _CALLER))
    if wanted.callee:
        yield or_(*(fits(each, wanted.callee) for each in _CALLEE))
    if wanted.number:
        yield _anybody(wanted.number)
    if wanted.extension:
        yield calls.c.id.in_(_with_leg(call_legs.c.extension == wanted.extension))
    if wanted.missed_by:
        yield _missed(wanted.missed_by)
    for word in wanted.search.split():
        yield or_(*(column.icontains(word, autoescape=True) for column in _TEXTS))


def fits(column: ColumnElement[str], pattern: str) -> ColumnElement[bool]:
    """A number, or a pattern: `555X` for one more digit, `555.` for any that begin so."""
    body = pattern.rstrip(".")
    any_more = body != pattern
    digits = len(body) - len(body.rstrip("Xx"))
    if not digits and not any_more:
        return column == pattern
    literal = body[: len(body) - digits]
    escaped = "".join(f"/{each}" if each in "/%_" else each for each in literal)
    return column.like(escaped + "_" * digits + "%" * any_more, escape="/")


def of_extension(wanted: Wanted, number: str) -> Wanted:
    """The same, but of one extension's own calls."""
    return replace(wanted, extension=number)


def _anybody(pattern: str) -> ColumnElement[bool]:
    own = (fits(each, pattern) for each in (*_CALLER, *_CALLEE))
    return or_(*own, calls.c.id.in_(_with_leg(fits(call_legs.c.party, pattern))))


def _missed(extension: str) -> ColumnElement[bool]:
    """It was called, and neither it nor anybody for it answered."""
    of_it = and_(call_legs.c.extension == extension, call_legs.c.role == "called")
    unanswered = and_(
        call_legs.c.disposition == "no_answer", call_legs.c.reason != ANSWERED_ELSEWHERE
    )
    answered = _with_leg(and_(of_it, call_legs.c.disposition == "answered"))
    return and_(calls.c.id.in_(_with_leg(and_(of_it, unanswered))), calls.c.id.not_in(answered))


def _with_leg(condition: ColumnElement[bool]) -> Any:
    return select(call_legs.c.call).where(condition)


_CALLER = (calls.c.caller, calls.c.original_caller)
_CALLEE = (calls.c.callee, calls.c.answered_by)
_TEXTS = (
    calls.c.caller,
    calls.c.original_caller,
    calls.c.caller_name,
    calls.c.callee,
    calls.c.callee_name,
    calls.c.answered_by,
    calls.c.source_trunk,
    calls.c.destination_trunk,
)
