"""Everything that is stored of a person as one ZIP, sent while it is written."""

from __future__ import annotations

import asyncio
import json
import re
import zipfile
from typing import TYPE_CHECKING, Any, Final

from sqlalchemy import select

from engage.calls.model import Recording
from engage.chat_records.model import EVERYTHING
from engage.chat_records.wire import details_json
from engage.chat_records.writing import as_html
from engage.errors import EngageError
from engage.files.addresses import Variant
from engage.identifiers import rfc3339
from engage.privacy.holdings import calls_of, files_of
from engage.privacy.model import slices
from engage.privacy.traces import CALLS, TRACES, numbers_calls, of_faxes
from engage.storage.tables import received_faxes, recordings

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Iterable
    from pathlib import Path

    from engage.calls.sound import Recordings
    from engage.chat_records.service import ChatRecords
    from engage.chat_records.writing import Page
    from engage.faxes.service import Faxes
    from engage.files.storage import FileStore
    from engage.privacy.model import Person
    from engage.storage.database import Database

PIECE: Final = 256 * 1024
_ODD: Final = re.compile(r"[^\w.() -]+")


class Archives:
    """Writes them. Nothing of it is kept, nor held in memory as a whole."""

    def __init__(
        self,
        database: Database,
        records: ChatRecords,
        shelf: FileStore,
        sound: Recordings,
        faxes: Faxes,
    ) -> None:
        self._database, self._records = database, records
        self._shelf, self._sound, self._faxes = shelf, sound, faxes

    async def of(self, person: Person, page: Page, at_ms: int) -> AsyncIterator[bytes]:
        """The archive, piece by piece."""
        buffer = _Pipe()
        with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED, allowZip64=True) as archive:
            archive.writestr("person.json", _json(_about(person, at_ms)))
            for conversation_id in person.conversations:
                await self._chat(archive, conversation_id, page)
                yield buffer.taken()
            for name, rows in await self._traces(person):
                archive.writestr(f"{name}.json", _json(rows))
            async for name, path in self._files(person):
                async for piece in _copied(archive, buffer, name, path):
                    yield piece
        yield buffer.taken()

    async def _chat(self, archive: zipfile.ZipFile, conversation_id: str, page: Page) -> None:
        record, consent, found = await self._records.get(EVERYTHING, conversation_id)
        _, _, said = await self._records.transcript(EVERYTHING, conversation_id)
        whole = {**details_json(record, consent, found), "said": said}
        name = f"chats/{record.inquiry.number}"
        archive.writestr(f"{name}.json", _json(whole))
        archive.writestr(f"{name}.html", as_html(record, consent, said, page))

    async def _traces(self, person: Person) -> list[tuple[str, list[dict[str, Any]]]]:
        async with self._database.read() as connection:
            own = await calls_of(connection, person)
            traces = [(each.name, await each.rows(connection, person)) for each in TRACES]
        return [(name, rows) for name, rows in [("calls", own), *traces] if rows]

    async def _files(self, person: Person) -> AsyncIterator[tuple[str, Path]]:
        async with self._database.read() as connection:
            brought = await files_of(connection, person)
            ids = [each["id"] for each in await calls_of(connection, person)]
            ids += await numbers_calls(connection, person)
            sound: list[Recording] = []
            for some in slices(dict.fromkeys(ids), CALLS):
                query = select(recordings).where(recordings.c.call.in_(some))
                sound += [Recording(**row) for row in (await connection.execute(query)).mappings()]
        for row in brought:
            yield f"files/{row.id[-8:]} {_plain(row.name)}", self._shelf.kept(row.id, Variant.WHOLE)
        for each in sound:
            try:
                yield (
                    f"recordings/{_plain(each.file.rpartition('/')[2])}",
                    self._sound.path_of(each),
                )
            except EngageError:  # its storage is away, or somebody took it from there
                continue
        for path in await self._pages(person):
            yield f"faxes/{_plain(path.name)}", path

    async def _pages(self, person: Person) -> list[Path]:
        """Of the faxes from the number that was asked for."""
        if not person.numbers:
            return []
        query = select(received_faxes.c.file).where(of_faxes(person))
        async with self._database.read() as connection:
            files = (await connection.execute(query)).scalars().all()
        return [path for each in files if (path := self._faxes.pages_of(each)) is not None]


class _Pipe:
    """What a ZIP is written to: it cannot go back, and is emptied by its reader."""

    def __init__(self) -> None:
        self._pieces: list[bytes] = []

    def write(self, piece: bytes) -> int:
        self._pieces.append(bytes(piece))
        return len(piece)

    def flush(self) -> None:
        """Nothing is held back."""

    def close(self) -> None:
        """Its reader is not done yet."""

    def taken(self) -> bytes:
        whole = b"".join(self._pieces)
        self._pieces.clear()
        return whole


async def _copied(
    archive: zipfile.ZipFile, buffer: _Pipe, name: str, path: Path
) -> AsyncIterator[bytes]:
    try:
        source = await asyncio.to_thread(path.open, "rb")
    except FileNotFoundError:
        return  # its upload was given up, or it has just been removed
    with source, archive.open(name, "w", force_zip64=True) as target:
        while piece := await asyncio.to_thread(source.read, PIECE):
            target.write(piece)
            yield buffer.taken()


def _about(person: Person, at_ms: int) -> dict[str, Any]:
    return {
        "asked": {"by": person.asked.by, "value": person.asked.value},
        "written_at": rfc3339(at_ms),
        "visitors": [
            {
                "id": each.id,
                "full_name": each.details.full_name,
                "email": each.details.email,
                "phone": each.details.phone,
                "language": each.language,
                "user_agent": each.user_agent,
                "address": each.address,
                "first_seen": rfc3339(each.first_seen_at_ms),
            }
            for each in person.visitors
        ],
    }


def _plain(name: str) -> str:
    """A name that leads nowhere when it is unpacked."""
    return _ODD.sub("_", name).strip(". ")[-120:] or "file"


def _json(value: dict[str, Any] | Iterable[dict[str, Any]]) -> str:
    return json.dumps(value, ensure_ascii=False, indent=1, default=str)
