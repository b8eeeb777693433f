"""Files arrive: announced, then brought in pieces that may break off anywhere, then judged."""

from __future__ import annotations

import asyncio
import errno
import logging
from contextlib import asynccontextmanager
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

from engage.durations import HOUR_MS
from engage.errors import NotFound, TooMany, Unavailable
from engage.files.model import (
    MEGABYTE,
    REFUSALS,
    UNSENT_LIFE_MS,
    File,
    FileTooLarge,
    KindRefused,
    QuotaReached,
    Refused,
    SendingForbidden,
    State,
    StorageFull,
    TooMuchSent,
    UploadTakenOver,
    WrongOffset,
    check_name,
    clean_name,
    final_name,
    split_extension,
)
from engage.files.repository import FileRepository
from engage.files.sniffing import sniff
from engage.identifiers import new_id

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Callable

    from sqlalchemy.ext.asyncio import AsyncConnection

    from engage.files.images import Studio
    from engage.files.model import Allowance
    from engage.files.sniffing import Nature
    from engage.files.storage import Arriving, FileStore
    from engage.identifiers import Clock
    from engage.storage.database import Database

log = logging.getLogger(__name__)

AT_ONCE = MEGABYTE
"""Bytes held in memory before they are written."""

SILENCE_S = 30.0
"""Nothing arrives for so long: what is there is kept, and the connection given up."""

_NO_ROOM = (errno.ENOSPC, errno.EDQUOT, errno.EFBIG)


@dataclass(frozen=True, slots=True)
class Announced:
    """A file that somebody wants to bring."""

    name: str
    length: int
    client_id: str | None = None


@dataclass(slots=True)
class Turn:
    """Who writes a file now: `over` tells them to let go, since somebody newer wants to."""

    lock: asyncio.Lock = field(default_factory=asyncio.Lock)
    over: asyncio.Event = field(default_factory=asyncio.Event)
    wanted: int = 0


class Uploads:
    """Takes files in. What it says has arrived is on disk."""

    def __init__(
        self,
        database: Database,
        store: FileStore,
        studio: Studio,
        total_quota: Callable[[], int],
        clock: Clock,
    ) -> None:
        """`total_quota` gives the bytes that all files may take; 0 for no limit."""
        self._database, self._store, self._studio = database, store, studio
        self._total_quota, self._clock = total_quota, clock
        self._turns: dict[str, Turn] = {}

    async def announce(
        self, who: str, allowance: Allowance, wanted: Announced
    ) -> tuple[File, bool]:
        """Expect a file; whether it is new. The same `client_id` again is the same file.

        Raises:
            SendingForbidden, FileTooLarge, Refused, QuotaReached, StorageFull, TooMany: not
                taken; nothing needs to be sent.
        """
        now = self._clock()
        file = File(
            new_id(), who, wanted.client_id, clean_name(wanted.name), wanted.length, None, "", None,
            None, State.UPLOADING, "", None, None, now,
        )  # fmt: skip
        known = await self._known(who, wanted.client_id)
        if known is None:
            _check(file, allowance)
            await self._check_room(file)

        async def work(connection: AsyncConnection) -> tuple[File, bool]:
            rows = FileRepository(connection)
            if file.client_id is not None:
                known = await rows.by_client_id(who, file.client_id)
                if known is not None:
                    return known, False
            await _check_shares(rows, file, allowance)
            await rows.add(file, now + UNSENT_LIFE_MS)
            return file, True

        file, fresh = (known, False) if known else await self._database.write(work)
        raise_refusal(file)
        return file, fresh

    async def received(self, file: File) -> int:
        """How many bytes have arrived and are kept."""
        if file.state != State.UPLOADING:
            return file.length
        return await asyncio.to_thread(self._store.received, file.id)

    async def receive(
        self, who: str, allowance: Allowance, file_id: str, offset: int,
        pieces: AsyncIterator[bytes], announced: int | None = None,
    ) -> tuple[File, int]:  # fmt: skip
        """Take the next piece; the file, and how far it has come. The last one has it judged.

        Whatever breaks off, what arrived is kept. A newer request takes over from an older one,
        whose connection may be dead without anybody knowing.

        Args:
            who: whose file it is.
            allowance: what they may bring.
            file_id: which.
            offset: where the piece begins.
            pieces: its bytes as they arrive.
            announced: how many they will be, where that is known.

        Raises:
            NotFound: there is no such file of theirs.
            WrongOffset: with the right one.
            TooMuchSent, UploadTakenOver, StorageFull, Unavailable: what fitted is kept.
            Refused: it is complete, and cannot be taken.
        """
        async with self._turn(file_id) as over:
            file = await self.own(who, file_id)
            raise_refusal(file)
            received = await self.received(file)
            if offset != received:
                raise WrongOffset(offset=received)
            if offset + (announced or 0) > file.length:
                raise TooMuchSent(offset=received)
            if received < file.length:
                received = await self._take_in(file, received, pieces, over)
            if received == file.length and file.state == State.UPLOADING:
                file = await self._judge(file, allowance)
            return file, received

    async def complete(self, allowance: Allowance, file: File) -> tuple[File, int]:
        """Have a file judged that has arrived, should that have been missed."""
        received = await self.received(file)
        if received < file.length or file.state != State.UPLOADING:
            return file, received
        return await self.receive(file.owner, allowance, file.id, received, _nothing())

    async def own(self, who: str, file_id: str) -> File:
        """A file of this person.

        Raises:
            NotFound: not theirs; told like one that does not exist.
        """
        async with self._database.read() as connection:
            file = await FileRepository(connection).get(file_id)
        if file is None or file.owner != who or file.state == State.REMOVED:
            raise NotFound
        return file

    async def _known(self, who: str, client_id: str | None) -> File | None:
        if client_id is None:
            return None
        async with self._database.read() as connection:
            return await FileRepository(connection).by_client_id(who, client_id)

    async def _check_room(self, file: File) -> None:
        if not await asyncio.to_thread(self._store.has_room, file.length):
            raise StorageFull
        if total := self._total_quota():
            async with self._database.read() as connection:  # the writer has better to do
                taken = await FileRepository(connection).taken()
            if taken + file.length > total:
                raise StorageFull

    @asynccontextmanager
    async def _turn(self, file_id: str) -> AsyncIterator[asyncio.Event]:
        turn = self._turns.setdefault(file_id, Turn())
        turn.wanted += 1
        turn.over.set()
        try:
            async with turn.lock:
                if turn.wanted > 1:  # somebody newer waits behind
                    raise UploadTakenOver
                turn.over = asyncio.Event()
                yield turn.over
        finally:
            turn.wanted -= 1
            if turn.wanted == 0:
                del self._turns[file_id]

    async def _take_in(
        self, file: File, received: int, pieces: AsyncIterator[bytes], over: asyncio.Event
    ) -> int:
        try:
            arriving = await asyncio.to_thread(self._store.append, file.id)
            room = file.length - received
            try:
                room -= await _write(arriving, pieces, room, over)
            finally:
                await asyncio.to_thread(arriving.close)
        except OSError as error:
            log.warning("file not written", extra={"file": file.id, "problem": str(error)})
            raise (StorageFull if error.errno in _NO_ROOM else Unavailable) from error
        return file.length - room

    async def _judge(self, file: File, allowance: Allowance) -> File:
        try:
            judged = await self._judged(file, allowance)
        except Refused as refusal:
            values = {"state": State.REFUSED, "refusal": refusal.code}
            await self._database.write(lambda each: FileRepository(each).judged(file.id, **values))
            await asyncio.to_thread(self._store.remove, file.id)
            raise
        except OSError as error:
            raise (StorageFull if error.errno in _NO_ROOM else Unavailable) from error
        values = {
            name: getattr(judged, name)
            for name in ("state", "name", "size", "media_type", "width", "height")
        }
        if not await self._database.write(
            lambda each: FileRepository(each).judged(file.id, **values)
        ):
            await asyncio.to_thread(self._store.remove, file.id)
            raise NotFound
        await asyncio.to_thread(self._store.drop_part, file.id)
        return judged

    async def _judged(self, file: File, allowance: Allowance) -> File:
        """Look into a file and put it where it stays."""
        nature = await asyncio.to_thread(self._look, file)
        if nature.kind not in allowance.kinds:
            raise KindRefused
        judged = replace(
            file,
            state=State.STORED,
            name=final_name(file.name, nature.extension, image=bool(nature.picture)),
            media_type=nature.media_type,
        )
        if not nature.picture:
            return replace(judged, size=await asyncio.to_thread(self._store.keep, file.id))
        width, height = await self._studio.draw(file.id, nature.picture)
        size = await asyncio.to_thread(self._store.keep_picture, file.id)
        return replace(judged, size=size, width=width, height=height)

    def _look(self, file: File) -> Nature:
        head, tail = self._store.ends(file.id)
        return sniff(head, tail, split_extension(file.name)[1].lower())


def raise_refusal(file: File) -> None:
    """Say again what is wrong with a file that was refused.

    Raises:
        Refused: what it is.
    """
    if file.state == State.REFUSED:
        raise REFUSALS.get(file.refusal, Refused)


def _check(file: File, allowance: Allowance) -> None:
    if not allowance.kinds:
        raise SendingForbidden
    if file.length > allowance.most_bytes:
        raise FileTooLarge(allowance.most_bytes)
    check_name(file.name)


async def _check_shares(rows: FileRepository, file: File, allowance: Allowance) -> None:
    count, first_at_ms = await rows.announced_since(file.owner, file.created_at_ms - HOUR_MS)
    if count >= allowance.per_hour and first_at_ms is not None:
        raise TooMany(max(1, (first_at_ms + HOUR_MS - file.created_at_ms) // 1000))
    if not allowance.quota_bytes:
        return
    if await rows.taken(file.owner) + file.length > allowance.quota_bytes:
        raise QuotaReached(allowance.quota_bytes)


async def _nothing() -> AsyncIterator[bytes]:
    nothing: tuple[bytes, ...] = ()
    for piece in nothing:
        yield piece


async def _write(
    arriving: Arriving, pieces: AsyncIterator[bytes], room: int, over: asyncio.Event
) -> int:
    """Write what arrives, a megabyte at a time; how many bytes it was.

    Raises:
        TooMuchSent: more than there is room for; what fitted is written.
        UploadTakenOver: `over` was set, or nothing came for too long.
    """
    held: list[bytes] = []
    size = written = 0
    try:
        async for piece in _until(pieces, over):
            if written + size + len(piece) > room:
                raise TooMuchSent
            held.append(piece)
            size += len(piece)
            if size >= AT_ONCE:
                await asyncio.to_thread(arriving.write, held)
                written += size
                held, size = [], 0
    finally:
        await asyncio.to_thread(arriving.write, held)
    return written + size


async def _until(pieces: AsyncIterator[bytes], over: asyncio.Event) -> AsyncIterator[bytes]:
    """What arrives, until nothing more does or somebody newer brings the same file."""
    ended = asyncio.ensure_future(over.wait())
    coming: asyncio.Future[bytes | None] | None = None
    try:
        while True:
            coming = asyncio.ensure_future(anext(pieces, None))
            first = asyncio.FIRST_COMPLETED
            await asyncio.wait((coming, ended), timeout=SILENCE_S, return_when=first)
            if not coming.done():
                raise UploadTakenOver
            if (piece := coming.result()) is None:
                return
            yield piece
    finally:
        ended.cancel()
        if coming is not None and coming.cancel():
            await asyncio.wait((coming,))
