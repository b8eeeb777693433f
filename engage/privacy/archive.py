"""Everything that is stored of a person as one ZIP, sent while it is written."""

from __future__ import annotations

import json
import re
from contextlib import aclosing, suppress
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
from engage.zip_stream import ZipStream

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
        with ZipStream(smaller=True) as archive:
            archive.add("person.json", _json(_about(person, at_ms)))
            for conversation_id in person.conversations:
                await self._chat(archive, conversation_id, page)
                yield archive.taken()
            for name, rows in await self._traces(person):
                archive.add(f"{name}.json", _json(rows))
            async for name, path in self._files(person):
                # its upload may have been given up, or it has just been removed
                with suppress(FileNotFoundError):
                    async with aclosing(archive.copy(name, path)) as pieces:
                        async for piece in pieces:
                            yield piece
        yield archive.taken()

    async def _chat(self, archive: ZipStream, conversation_id: str, page: Page) -> None:
        record, consent, found = await self._records.get(EVERYTHING, conversation_id)
        _, _, said = await self._records.transcript(EVERYTHING, conversation_id)
        whole = {**details_json(record, consent, found), "said": said}
        name = f"chats/{record.inquiry.number}"
        archive.add(f"{name}.json", _json(whole))
        archive.add(f"{name}.html", as_html(record, consent, said, page))

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
