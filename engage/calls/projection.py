"""Projects the facts of calls: into what is up now, and into the records of what was."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from functools import partial
from typing import TYPE_CHECKING

from engage.calls.events import CallEnded, CallsChanged
from engage.calls.following import Following
from engage.calls.model import ANSWERED_ELSEWHERE, OpenCall, Recording
from engage.calls.records import record_of
from engage.calls.repository import CallRepository, copied
from engage.calls.wave_length import seconds_of
from engage.system.actor import SYSTEM
from engage.system.operation_log import note
from pbxcore.journal import CallFact, CallRecorded, PbxStarted, RecordingFailed

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Sequence
    from pathlib import Path

    from sqlalchemy.ext.asyncio import AsyncConnection

    from engage.calls.model import CallRecord, LegRecord
    from engage.events import Events
    from engage.hub.service import HubTransaction
    from engage.storage.database import Database
    from pbxcore.journal import Entry

    Names = Callable[[str], str | None]
    Ended = Callable[[AsyncConnection, CallRecord, Sequence[LegRecord]], Awaitable[None]]


class CallLog:
    """Calls that are up, in memory and on disk; a batch of the journal moves both.

    Args:
        database: read at the start.
        events: hears `CallsChanged` and `CallEnded`.
        name_of: the name of an extension.
        trunk_name: the name of a trunk by its id; empty for one that is gone.
        folder: where recordings are.
        ended: told each record in the transaction that writes it.
    """

    def __init__(
        self,
        database: Database,
        events: Events,
        name_of: Names,
        trunk_name: Callable[[str], str],
        folder: Path,
        ended: Ended | None = None,
    ) -> None:
        self._ended = ended
        self._database, self._events = database, events
        self._name_of, self._trunk_name = name_of, trunk_name
        self._folder = folder
        self._open: dict[str, OpenCall] = {}

    @property
    def live(self) -> list[OpenCall]:
        """What is up now, the oldest call first; not to be changed."""
        return list(self._open.values())

    async def start(self) -> None:
        """Read what was up."""
        async with self._database.read() as connection:
            found = await CallRepository(connection).open()
        self._open = {call.id: call for call in found}

    async def project(
        self, transaction: HubTransaction, entries: Sequence[Entry]
    ) -> Callable[[], None]:
        """Keep what these entries change."""
        facts = [each for each in entries if isinstance(each.fact, CallFact | PbxStarted)]
        if not facts:
            return _nothing
        connection = transaction.connection
        rows = CallRepository(connection)
        following = Following(self._concerned(facts), self._name_of)
        for entry in facts:
            match entry.fact:
                case CallRecorded() as fact:
                    await _record(rows, following, fact, entry.at_ms)
                case RecordingFailed() as failed:
                    await _note(connection, failed, entry.at_ms)
                    await self._measure(rows, await rows.unmeasured(failed.recording))
                case PbxStarted():  # nothing runs at this moment, unlike after this batch
                    await self._measure(rows, await rows.unmeasured())
                case _:
                    pass
            following.follow(entry)
        standing = [following.open[at] for at in following.touched if at in following.open]
        gone = [call.id for call in following.ended if call.id in self._open]
        await rows.keep(standing, gone)
        written = await self._write(connection, following.ended)
        if self._ended is not None:
            for record, legs in written:
                await self._ended(connection, record, legs)
        return partial(self._written, following.touched, standing, following.ended, written)

    def _concerned(self, facts: Sequence[Entry]) -> dict[str, OpenCall]:
        """Copies of the calls that these facts are about; a restart is about all of them."""
        if any(isinstance(each.fact, PbxStarted) for each in facts):
            return {at: copied(call) for at, call in self._open.items()}
        named: set[str] = set()
        for each in facts:
            named |= {getattr(each.fact, "call", ""), getattr(each.fact, "other", "")}
        return {at: copied(self._open[at]) for at in self._open.keys() & named}

    async def _measure(self, rows: CallRepository, cut_off: Sequence[Recording]) -> None:
        """Look how long recordings came to be that were cut off."""
        for recording in cut_off:
            path = self._folder / recording.file
            seconds = await asyncio.to_thread(seconds_of, path)
            if seconds:
                await rows.add_recording(replace(recording, seconds=seconds))

    async def _write(
        self, connection: AsyncConnection, ended: Sequence[OpenCall]
    ) -> list[tuple[CallRecord, list[LegRecord]]]:
        if not ended:
            return []
        rows = CallRepository(connection)
        number, known = await rows.last_number(), await rows.known([call.id for call in ended])
        written = []
        for call in ended:
            if call.id in known:
                continue
            known.add(call.id)
            pair = record_of(call, number + 1, self._name_of, self._trunk_name)
            number += len(pair[1])
            written.append(pair)
        await rows.add(
            [record for record, _ in written], [leg for _, legs in written for leg in legs]
        )
        return written

    def _written(
        self,
        touched: set[str],
        standing: Sequence[OpenCall],
        ended: Sequence[OpenCall],
        written: Sequence[tuple[CallRecord, list[LegRecord]]],
    ) -> None:
        self._open |= {call.id: call for call in standing}
        for call in ended:
            self._open.pop(call.id, None)
        self._events.publish(CallsChanged(frozenset(touched)))
        for record, legs in written:
            self._events.publish(_ended(record, legs))


async def _record(
    rows: CallRepository, following: Following, fact: CallRecorded, at_ms: int
) -> None:
    """Write a recording down as it begins, and its length when it is whole."""
    known = await rows.recording(fact.recording)
    if known is None:
        await rows.add_recording(await _recording(rows, following, fact, at_ms))
    elif fact.seconds:
        await rows.add_recording(replace(known, seconds=fact.seconds))


async def _note(connection: AsyncConnection, failed: RecordingFailed, at_ms: int) -> None:
    """An event: administrators find it in the operation log."""
    detail = {"file": failed.file, "reason": failed.reason}
    await note(connection, SYSTEM, "recording.fail", f"call:{failed.call}", detail, at_ms=at_ms)


async def _recording(
    rows: CallRepository, following: Following, fact: CallRecorded, at_ms: int
) -> Recording:
    """Whose voices a recording holds; its file may be ready after the call has ended."""
    began_ms = at_ms - round(fact.seconds * 1000)
    call = following.of(fact.call)
    if call is None:
        parties = await rows.parties(fact.call)
    else:
        heard = [call.legs[each] for each in fact.legs if each in call.legs]
        first = heard[0] if heard else call.caller
        second = heard[1] if len(heard) > 1 else None
        parties = (
            first.party,
            first.shown_name,
            second.party if second else call.dialled,
            second.shown_name if second else "",
        )
    return Recording(fact.recording, fact.call, fact.file, began_ms, fact.seconds, *parties)


def _ended(record: CallRecord, legs: Sequence[LegRecord]) -> CallEnded:
    called = [each for each in legs if each.role == "called" and each.extension]
    took_part = {each.extension for each in called if each.disposition == "answered"}
    missed = {
        each.extension
        for each in called
        if each.disposition == "no_answer" and each.reason != ANSWERED_ELSEWHERE
    }
    return CallEnded(
        record.id,
        record.caller,
        record.caller_name,
        record.started_at_ms,
        frozenset({record.caller_extension, *(each.extension for each in called)} - {""}),
        frozenset(missed - took_part),
    )


def _nothing() -> None:
    """Nothing of this batch was about calls."""
