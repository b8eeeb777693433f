"""Recordings: files below one folder, and the rows that tell whose voices they hold."""

from __future__ import annotations

import asyncio
import logging
from contextlib import suppress
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

from sqlalchemy import delete, func, or_, select

from engage.calls.model import FOLDERS, Recording, kind_of
from engage.calls.queries import AT_ONCE, fits
from engage.calls.stores import MARKER
from engage.errors import N_, NotFound, Unavailable
from engage.storage.sorted_rows import in_portions, sorted_page
from engage.storage.tables import call_legs, recordings
from engage.system.actor import Module
from engage.system.operation_log import note

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Callable, Iterator, Sequence

    from sqlalchemy import ColumnElement, Select
    from sqlalchemy.ext.asyncio import AsyncConnection

    from engage.calls.external_disk import ExternalDisk
    from engage.calls.model import Kind, Storage
    from engage.storage.database import Database
    from engage.storage.sorted_rows import Order
    from engage.system.actor import Actor

Result = TypeVar("Result")

log = logging.getLogger(__name__)

COLUMN_OF: dict[str, ColumnElement[Any]] = {
    "recorded_at": recordings.c.recorded_at_ms,
    "seconds": recordings.c.seconds,
    "caller": recordings.c.caller,
    "callee": recordings.c.callee,
}
DIRECTORIES = ("monitor", "meetme", "queue", "voicemail", "fax", "sca", "emergency")
"""Folders that programs ask for; `monitor` holds recorded calls."""
ANY_QUEUE = "all"


class FileGone(NotFound):
    """The recording is known, its file is not there any more."""

    code = "file_gone"
    text = N_("The file of this recording is not there any more.")


@dataclass(frozen=True, slots=True)
class WantedSound:
    """Which recordings are looked for; empty values mean any, names may be parts of them."""

    search: str = ""
    from_ms: int = 0
    until_ms: int = 0
    caller: str = ""
    caller_name: str = ""
    callee: str = ""
    callee_name: str = ""
    call: str = ""
    queue: str = ""
    """The number of a call queue, or `all` for those of any."""
    agent: str = ""
    """An agent who answered them for a queue."""
    kind: str = ""
    ids: tuple[str, ...] = ()
    """These alone; empty for all."""


class Recordings:
    """Recordings, found, heard and removed."""

    def __init__(
        self,
        database: Database,
        folder: Path,
        disk: ExternalDisk,
        external: Callable[[], str] = lambda: "",
    ) -> None:
        """Wire it; `external` is the folder of external storage, empty where there is none."""
        self._database, self.folder = database, folder
        self._disk, self._external = disk, external

    @property
    def external(self) -> Path | None:
        """The folder that moved recordings are in."""
        folder = self._external()
        return Path(folder) if folder else None

    async def page(
        self, actor: Actor, wanted: WantedSound, order: Order, limit: int
    ) -> tuple[list[Recording], int]:
        """Recordings that fit, and how many there are of them.

        Raises:
            Forbidden: without the right to hear them.
        """
        actor.check(Module.RECORDINGS, "view")
        query = _page(wanted, order).limit(limit)
        count = select(func.count()).select_from(recordings).where(*_conditions(wanted))
        async with self._database.read() as connection:
            rows = (await connection.execute(query)).mappings()
            total: int = (await connection.execute(count)).scalar_one()
        return [Recording(**row) for row in rows], total

    def every(
        self, actor: Actor, wanted: WantedSound, order: Order
    ) -> AsyncIterator[list[Recording]]:
        """All recordings that fit, however many, in portions.

        Raises:
            Forbidden: at once, without the right to hear them.
        """
        actor.check(Module.RECORDINGS, "view")
        return in_portions(self._database, partial(_page, wanted), Recording, order, COLUMN_OF)

    async def get(self, actor: Actor, recording_id: str) -> Recording:
        """One recording.

        Raises:
            NotFound: there is none.
        """
        actor.check(Module.RECORDINGS, "view")
        query = select(recordings).where(recordings.c.id == recording_id)
        async with self._database.read() as connection:
            row = (await connection.execute(query)).mappings().one_or_none()
        if row is None:
            raise NotFound
        return Recording(**row)

    async def kinds(self, found: Sequence[Recording]) -> dict[str, Kind]:
        """What these recordings are of, by their ids."""
        queued: set[str] = set()
        ids = [each.call for each in found]
        async with self._database.read() as connection:
            for start in range(0, len(ids), AT_ONCE):
                here = call_legs.c.call.in_(ids[start : start + AT_ONCE])
                queued |= set((await connection.execute(_calls_of().where(here))).scalars())
        return {each.id: kind_of(each, queued=each.call in queued) for each in found}

    async def named(self, actor: Actor, names: Sequence[str]) -> list[Recording]:
        """The recordings whose files have these names, whatever folder they are in."""
        actor.check(Module.RECORDINGS, "view")
        ends = [recordings.c.file.endswith(f"/{each}", autoescape=True) for each in names]
        query = select(recordings).where(or_(recordings.c.file.in_(names), *ends))
        async with self._database.read() as connection:
            rows = (await connection.execute(query)).mappings()
        return [Recording(**row) for row in rows]

    def path_of(self, recording: Recording) -> Path:
        """Where its file is.

        Raises:
            FileGone: it is not there.
            Unavailable: the storage that it is on is away.
        """
        folder: Path | None = self.folder
        if recording.storage == "netdisk":
            folder = self.external
        if folder is None:
            raise Unavailable(part="recordings", reason="there is no external storage")
        path = (folder / recording.file).resolve()
        if path.is_relative_to(folder.resolve()) and path.is_file():
            return path
        if recording.storage == "netdisk" and not (folder / MARKER).is_file():
            raise Unavailable(part="recordings", reason="external storage is away")
        raise FileGone

    async def place_of(self, recording: Recording) -> Path:
        """The same, looked for where a disk that hangs holds up nothing else."""
        return await self._on(recording.storage, self.path_of, recording)

    async def outside(self, work: Callable[..., Result], *given: Any) -> Result:
        """Do something on external storage.

        Raises:
            Unavailable: it is away.
        """
        return await self._on("netdisk", work, *given)

    async def _on(self, storage: Storage, work: Callable[..., Result], *given: Any) -> Result:
        do = self._disk.do if storage == "netdisk" else asyncio.to_thread
        try:
            return await do(work, *given)
        except OSError as problem:
            raise Unavailable(part="recordings", reason=problem.strerror or "timed out") from None

    async def delete(self, actor: Actor, recording_id: str) -> None:
        """Remove a recording and its file.

        Raises:
            NotFound: there is none.
            Unavailable: its file cannot be removed now; so it stays.
        """
        actor.check(Module.RECORDINGS)
        recording = await self.get(actor, recording_id)
        await self._unlink(recording)

        async def work(connection: AsyncConnection) -> None:
            query = delete(recordings).where(recordings.c.id == recording_id)
            if not (await connection.execute(query)).rowcount:
                raise NotFound
            subject, detail = f"recording:{recording_id}", {"file": recording.file}
            await note(connection, actor, "recording.delete", subject, detail)

        await self._database.write(work)

    async def delete_many(self, actor: Actor, recording_ids: Sequence[str]) -> int:
        """Remove recordings and their files; how many. One whose file cannot be removed stays.

        Raises:
            NotFound: there is none of these.
        """
        actor.check(Module.RECORDINGS)
        query = select(recordings).where(recordings.c.id.in_(recording_ids))
        async with self._database.read() as connection:
            found = [Recording(**row) for row in (await connection.execute(query)).mappings()]
        if not found:
            raise NotFound
        gone = [each for each in found if await self.drop_file(each)]

        async def work(connection: AsyncConnection) -> None:
            dropped = recordings.c.id.in_([each.id for each in gone])
            await connection.execute(delete(recordings).where(dropped))
            for each in gone:
                subject, detail = f"recording:{each.id}", {"file": each.file}
                await note(connection, actor, "recording.delete", subject, detail)

        await self._database.write(work)
        return len(gone)

    async def drop_file(self, recording: Recording) -> bool:
        """Remove a file; whether it is gone now."""
        try:
            await self._unlink(recording)
        except Unavailable:
            log.warning("file of a recording stays", extra={"file": recording.file})
            return False
        return True

    async def drop_of(self, call_ids: Sequence[str]) -> int:
        """Remove what was recorded of these calls; how many. A file that stays keeps its row."""
        query = select(recordings).where(recordings.c.call.in_(call_ids))
        async with self._database.read() as connection:
            found = [Recording(**row) for row in (await connection.execute(query)).mappings()]
        gone = [each.id for each in found if await self.drop_file(each)]
        if gone:
            dropped = delete(recordings).where(recordings.c.id.in_(gone))
            await self._database.write(lambda connection: connection.execute(dropped))
        return len(gone)

    async def _unlink(self, recording: Recording) -> None:
        def work() -> None:
            with suppress(FileGone):
                self.path_of(recording).unlink(missing_ok=True)

        await self._on(recording.storage, work)


def sound_type(name: str) -> str:
    """The content type of a recording by its file's name."""
    return {"wav": "audio/x-wav", "mp3": "audio/mpeg", "opus": "audio/ogg", "ogg": "audio/ogg"}.get(
        name.rpartition(".")[2].lower(), "application/octet-stream"
    )


def _calls_of(queue: str = ANY_QUEUE, agent: str = "") -> Select[Any]:
    """The calls in which an agent was rung for a queue; of an agent, those that he answered."""
    query = select(call_legs.c.call).where(call_legs.c.action == "queue")
    if queue not in ("", ANY_QUEUE):
        query = query.where(call_legs.c.action_owner == queue)
    if agent:
        answered = call_legs.c.answered_at_ms.is_not(None)
        query = query.where(call_legs.c.extension == agent, answered)
    return query


def _page(wanted: WantedSound, order: Order) -> Select[Any]:
    query = select(recordings).where(*_conditions(wanted))
    return sorted_page(query, order, COLUMN_OF, recordings.c.id)


def _conditions(wanted: WantedSound) -> list[ColumnElement[bool]]:
    words = wanted.search.split()
    found = [or_(*(column.icontains(word, autoescape=True) for column in _TEXTS)) for word in words]
    return [*_chosen(wanted), *_parties(wanted), *found]


def _chosen(wanted: WantedSound) -> Iterator[ColumnElement[bool]]:
    if wanted.ids:
        yield recordings.c.id.in_(wanted.ids)
    if wanted.call:
        yield recordings.c.call == wanted.call
    if wanted.from_ms:
        yield recordings.c.recorded_at_ms >= wanted.from_ms
    if wanted.until_ms:
        yield recordings.c.recorded_at_ms < wanted.until_ms
    if wanted.kind:
        yield from _of_kind(wanted.kind)
    if wanted.queue or wanted.agent:
        yield recordings.c.call.in_(_calls_of(wanted.queue, wanted.agent))


def _parties(wanted: WantedSound) -> Iterator[ColumnElement[bool]]:
    if wanted.caller:
        yield fits(recordings.c.caller, wanted.caller)
    if wanted.callee:
        yield fits(recordings.c.callee, wanted.callee)
    if wanted.caller_name:
        yield recordings.c.caller_name.icontains(wanted.caller_name, autoescape=True)
    if wanted.callee_name:
        yield recordings.c.callee_name.icontains(wanted.callee_name, autoescape=True)


def _of_kind(kind: str) -> Iterator[ColumnElement[bool]]:
    yield recordings.c.file.startswith(f"{FOLDERS[kind]}/")
    if kind in ("call", "queue"):
        queued = recordings.c.call.in_(_calls_of())
        yield queued if kind == "queue" else ~queued


_TEXTS = (
    recordings.c.caller,
    recordings.c.caller_name,
    recordings.c.callee,
    recordings.c.callee_name,
    recordings.c.file,
)
