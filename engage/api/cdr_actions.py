"""Records of calls and recordings: cdrapi, recapi, getRecordInfosByCall."""

from __future__ import annotations

import asyncio
import os
import tarfile
import tempfile
from contextlib import suppress
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path
from types import MappingProxyType
from typing import TYPE_CHECKING, Any

from sqlalchemy import or_, select

from engage.api.actions import required
from engage.api.cdr_documents import as_csv, as_json, as_xml
from engage.api.documents import Document
from engage.api.status import Refused, Status, bad_value, unknown
from engage.api.values import ANY_OTHER, BadValue, Choice, Whole, YesNo, text_of
from engage.calls.cdr import record_file, rows_of
from engage.calls.cdr_search import BadSearch, moment_ms, numbers
from engage.calls.queries import NEWEST, Wanted
from engage.calls.sound import DIRECTORIES, WantedSound, sound_type
from engage.errors import N_, NotFound
from engage.storage.sorted_rows import Order
from engage.storage.tables import call_legs, calls
from engage.system.actor import Module, Rights

if TYPE_CHECKING:
    from collections.abc import Callable, Container, Mapping
    from datetime import tzinfo

    from sqlalchemy import ColumnElement

    from engage.api.actions import Caller, Handler, Parameters
    from engage.calls.history import CallHistory
    from engage.calls.sound import Recordings
    from engage.identifiers import Clock

MOST = 1000
SECOND_MS = 1000
FORMATS = {
    "json": (as_json, "application/json"),
    "csv": (as_csv, "text/csv;charset=utf-8"),
    "xml": (as_xml, "application/xml"),
}
CALLS, QUEUE, VOICEMAIL = "monitor", "queue", "voicemail"
MESSAGES = "sound"
"""Where in a mailbox its messages are."""
BY_AGE = Order("recorded_at", descending=False)
REMOTE = Choice(("gdms", "netdisk"))
NOT_UNDERSTOOD = N_("this is no such value.")
NO_DELETING = N_("Programs may not delete records.")
DELETING = Rights(MappingProxyType({Module.CALL_HISTORY: "edit"}))
REMOTE_HEAD = "------------------------------\r\nDirectory,Filename,uniqueCode\r\n"


@dataclass(frozen=True, slots=True)
class Places:
    """Where the protocol's directories are on disk; external storage holds no voicemail."""

    recordings: Path
    voicemail: Path | None = None

    def files(self, folder: str, names: Container[str] | None = None) -> list[Path]:
        """What lies below a directory; the files of these names alone, where some are given."""
        first, _, rest = folder.partition("/")
        if first != VOICEMAIL:
            return _files(self.recordings, folder, names)
        if self.voicemail is None:
            return []
        found = _files(self.voicemail, rest, names)  # greetings lie beside messages
        return [each for each in found if each.parent.name == MESSAGES]


class CdrActions:
    """What was, as other programs fetch it."""

    def __init__(
        self,
        history: CallHistory,
        recordings: Recordings,
        voicemail: Path,
        zone: Callable[[], tzinfo],
        clock: Clock,
        deletable: Callable[[], bool],
    ) -> None:
        """Wire it; `voicemail`: the folder of mailboxes; `deletable`: whether records may go."""
        self._deletable = deletable
        self._history, self._recordings = history, recordings
        self._places = Places(recordings.folder, voicemail)
        self._zone, self._clock = zone, clock

    @property
    def handlers(self) -> dict[str, Handler]:
        """The actions by their names in lower case."""
        return {
            "cdrapi": self.records,
            "recapi": self.files,
            "getrecordinfosbycall": self.infos,
        }

    async def records(self, caller: Caller, asked: Parameters) -> Document:
        """`cdrapi`: the oldest call first; with `delete=yes` they are gone after this answer."""
        kind = _read("format", Choice(tuple(FORMATS)), asked, "csv")
        most = _read("numRecords", Whole(0, MOST), asked, MOST)
        offset = _read("offset", Whole(0, 10**12), asked, 0)
        deletes = _read("delete", YesNo(), asked, "no") == "yes"
        if deletes and not self._deletable():
            raise Refused(Status.NO_PERMISSION, NO_DELETING)
        wanted = self._wanted(asked)
        found = []
        if most:
            order = replace(NEWEST, descending=False)
            found = await self._history.detailed(caller.actor, wanted, order, most, offset)
        zone = self._zone()
        write, media_type = FORMATS[kind]

        def written() -> bytes:
            return write([rows_of(*each, zone) for each in found])

        # A thousand calls take a while to write; nobody else waits for it.
        answer = Document(await asyncio.to_thread(written), media_type)
        if deletes and found:  # only what stands in the answer already
            may = replace(caller.actor, rights=DELETING)
            with suppress(NotFound):  # retention was there first
                await self._history.delete(may, [record.id for record, *_ in found])
        return answer

    async def files(self, caller: Caller, asked: Parameters) -> Document:
        """`recapi`: the directories, the files of some, one file, or several in an archive."""
        folders = [part for each in _list(asked, "filedir") for part in each.split()]
        given = _list(asked, "filename", "recording_file")
        names = list(dict.fromkeys(map(_bare, given)))
        await self._recordings.named(caller.actor, [])  # who may not is told so here
        for each in folders:
            first, *others = each.split("/")
            if first not in DIRECTORIES or ".." in others:
                raise bad_value("filedir", ANY_OTHER)
        remote = asked.get("path_type") and _read("path_type", REMOTE, asked, "")
        if remote:
            if code := _text(asked, "uniquecode"):  # nothing here has one: there is no cloud
                raise unknown("uniquecode", code)
            return await self._remote_files(remote, folders, names)
        if not folders and not names:
            text = "\r\n".join(("Directory", *DIRECTORIES, ""))
            return Document(text.encode(), "text/csv;charset=utf-8")
        here, external = self._places, self._recordings.external
        if not names:
            rows = await asyncio.to_thread(_rows, here, folders)
            listed = [(folder, path.name) for folder, path in rows]
            if QUEUE in folders:
                listed += await self._of_queues(caller)
            return Document(_listing(listed), "text/csv;charset=utf-8")
        folders = _searched_in(folders)
        found = await asyncio.to_thread(_found, here, folders, names)
        if len(found) < len(names) and external is not None:  # since moved
            moved = await self._recordings.outside(_found, Places(external), folders, names)
            found = moved | found
        if len(found) < len(names):
            raise unknown("filename", next(each for each in names if each not in found))
        return await asyncio.to_thread(_sent, list(found.values()), self._clock() // 1000)

    async def _of_queues(self, caller: Caller) -> list[tuple[str, str]]:
        """Recorded calls of queues lie among all others; their records tell which they are."""
        found = self._recordings.every(caller.actor, WantedSound(kind=QUEUE), BY_AGE)
        return [(QUEUE, _bare(each.file)) async for some in found for each in some]

    async def _remote_files(self, kind: str, folders: list[str], names: list[str]) -> Document:
        """Recordings that were moved to a disk of the network; there is no cloud."""
        external = self._recordings.external if kind == "netdisk" else None
        there = None if external is None else Places(external)
        outside = self._recordings.outside
        folders = folders or list(DIRECTORIES)
        if names:
            found = {} if there is None else await outside(_found, there, folders, names)
            if len(found) < len(names):
                raise unknown("filename", next(each for each in names if each not in found))
            return await asyncio.to_thread(_sent, list(found.values()), self._clock() // 1000)
        rows = [] if there is None else await outside(_rows, there, folders)
        lines = "".join(f"{folder},{path.name},\r\n" for folder, path in rows)
        return Document((REMOTE_HEAD + lines).encode("utf-8", "replace"), "text/csv;charset=utf-8")

    async def infos(self, caller: Caller, asked: Parameters) -> Mapping[str, Any]:
        """`getRecordInfosByCall`: the recordings of a call, by the number of its record."""
        number = required(asked, "id", "acctid")
        if not (number.isascii() and number.isdigit() and len(number) <= 18):
            raise unknown("id", number)
        wanted = Wanted(others=(_by_number(int(number)),))
        found = await self._history.detailed(caller.actor, wanted, NEWEST, 1)
        if not found:
            raise unknown("id", number)
        return {"recordfiles": ",".join(record_file(each) for each in found[0][2])}

    def _wanted(self, asked: Parameters) -> Wanted:
        others: list[ColumnElement[bool]] = []
        for name, column in (("caller", calls.c.caller), ("callee", calls.c.callee)):
            if text := _text(asked, name):
                others.append(_searched(name, partial(numbers, column, text)))
        by_end = _read("timeFilterType", Choice(("Start", "End")), asked, "Start") == "End"
        column = calls.c.ended_at_ms if by_end else calls.c.started_at_ms
        for name in ("startTime", "endTime"):
            if text := _text(asked, name):
                at_ms = _searched(name, partial(moment_ms, text, self._zone(), self._clock()))
                # Records show whole seconds: what is shown as this very one is within both bounds.
                begins, ends = -(-at_ms // SECOND_MS), at_ms // SECOND_MS + 1
                starts = name == "startTime"
                others.append(column >= begins * SECOND_MS if starts else column < ends * SECOND_MS)
        others += _exact(asked)
        return Wanted(
            least_talk_s=_read("minDur", Whole(0, 10**9), asked, None),
            most_talk_s=_read("maxDur", Whole(0, 10**9), asked, None),
            others=tuple(others),
        )


def _exact(asked: Parameters) -> list[ColumnElement[bool]]:
    found: list[ColumnElement[bool]] = []
    if text := _text(asked, "answeredby"):
        found.append(calls.c.answered_by == text)
    if text := _text(asked, "callerName"):
        found.append(calls.c.caller_name == text)
    if text := _text(asked, "AcctId"):
        found.append(_by_number(_digits("AcctId", text)))
    if text := _text(asked, "uniqueid"):
        seq = _digits("uniqueid", text.rpartition(".")[2])
        legs = select(call_legs.c.call).where(call_legs.c.seq == seq)
        found.append(or_(calls.c.seq == seq, calls.c.id.in_(legs)))
    if text := _text(asked, "session"):
        at_ms = _digits("session", text[:13])
        found.append(calls.c.started_at_ms == at_ms)
        found.append(calls.c.seq % 10_000 == _digits("session", text[13:17]))
    return found


def _by_number(number: int) -> ColumnElement[bool]:
    legs = select(call_legs.c.call).where(call_legs.c.number == number)
    return or_(calls.c.number == number, calls.c.id.in_(legs))


def _digits(name: str, text: str) -> int:
    if not (text.isascii() and text.isdigit() and len(text) <= 18):
        raise bad_value(name, NOT_UNDERSTOOD)
    return int(text)


def _text(asked: Parameters, name: str) -> str:
    given = asked.get(name.lower())
    if given is None:
        return ""
    try:
        return text_of(given)
    except BadValue as bad:
        raise bad_value(name, bad.text, bad.params) from None


def _list(asked: Parameters, *names: str) -> list[str]:
    """Parts with commas between them, or `@` as the older interface has it."""
    text = next((found for each in names if (found := _text(asked, each))), "")
    return [each.strip() for each in text.replace("@", ",").split(",") if each.strip()]


def _read(name: str, kind: Any, asked: Parameters, usual: Any) -> Any:
    given = asked.get(name.lower())
    if given is None or given == "":
        return usual
    try:
        return kind.read(given)
    except BadValue as bad:
        raise bad_value(name, bad.text, bad.params) from None


def _searched(name: str, make: Callable[[], Any]) -> Any:
    try:
        return make()
    except BadSearch:
        raise bad_value(name, NOT_UNDERSTOOD) from None


def _bare(name: str) -> str:
    """A file's name without the month before it, as records of calls have it."""
    return name.rstrip("@").rpartition("/")[2]


def _files(root: Path, folder: str, names: Container[str] | None) -> list[Path]:
    base = (root / folder).resolve()
    if not base.is_relative_to(root.resolve()):
        return []
    return sorted(
        Path(at, name)
        for at, _, here in os.walk(base)  # tells files apart without asking of each
        for name in here
        if not name.startswith(".") and (names is None or name in names)
    )


def _rows(places: Places, folders: list[str]) -> list[tuple[str, Path]]:
    return [(folder, each) for folder in folders for each in places.files(folder)]


def _listing(rows: list[tuple[str, str]]) -> bytes:
    lines = ["Directory,Filename", *(f"{folder},{name}" for folder, name in rows), ""]
    return "\r\n".join(lines).encode("utf-8", "replace")


def _searched_in(folders: list[str]) -> list[str]:
    """Where files are looked for, the first one first.

    Who names no directory means `monitor`; records of calls name files of the others likewise.
    """
    if not folders:
        return [CALLS, *(each for each in DIRECTORIES if each != CALLS)]
    return [*folders, *([CALLS] if QUEUE in folders else [])]


def _found(places: Places, folders: list[str], names: list[str]) -> dict[str, Path]:
    found: dict[str, Path] = {}
    for folder in folders:
        if len(found) < len(names):
            here = {each.name: each for each in places.files(folder, set(names))}
            found = here | found
    return found


def _sent(files: list[Path], now_s: int) -> Document:
    if len(files) == 1:
        return Document(files[0], sound_type(files[0].name), files[0].name)
    with (
        tempfile.NamedTemporaryFile(suffix=".tar", delete=False) as made,
        tarfile.open(fileobj=made, mode="w") as archive,
    ):
        for each in files:
            archive.add(each, each.name)
    return Document(Path(made.name), "application/x-tar", f"{now_s}.tar", passing=True)
