"""Bringing, saying and seeing files, on both databases."""

from __future__ import annotations

import asyncio
import resource
from contextlib import contextmanager
from dataclasses import replace
from typing import TYPE_CHECKING

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import delete, update

from engage.chat.events import MessageDeleted
from engage.errors import NotFound, TooMany
from engage.files.addresses import Variant
from engage.files.model import (
    MEGABYTE,
    AlreadySent,
    Disguised,
    FileKind,
    FileTooLarge,
    KindRefused,
    NotComplete,
    QuotaReached,
    Refused,
    SendingForbidden,
    State,
    StorageFull,
    TooMuchSent,
    UploadTakenOver,
    WrongOffset,
)
from engage.files.repository import FileRepository
from engage.files.settings import ImSettings
from engage.files.uploads import Announced
from engage.hub.model import NotParticipant
from engage.people.model import Grant
from engage.storage.tables import conversations, events, inboxes, participants
from tests.support import pictures
from tests.support.bringing import ANA, BEN, VERA, Cabinet, pieces
from tests.support.examples import examples

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Iterator

    from sqlalchemy.ext.asyncio import AsyncConnection

DAY_MS = 24 * 3600 * 1000


class LineBroke(Exception):
    """As the web says it that nobody sends any more."""


async def test_a_file_arrives_in_pieces_and_is_said(cabinet: Cabinet) -> None:
    seen = await cabinet.announce(11, "notes.txt")
    for offset, part in ((0, b"Hello "), (6, b"world")):
        seen = await cabinet.bring(seen, offset, part)
    assert (seen.file.state, seen.file.media_type, seen.file.size) == ("stored", "text/plain", 11)
    event = (await cabinet.say(seen)).event
    assert event.kind == "file"
    assert event.body == {
        "file": {"id": seen.file.id, "name": "notes.txt", "size": 11, "type": "text/plain"}
    }
    page = await cabinet.hub.resume(BEN.who, cabinet.chat, 0)
    assert page.events[-1]["file"]["name"] == "notes.txt"
    assert cabinet.connections.told(BEN.who)[-1]["file"]["id"] == seen.file.id


async def test_what_arrived_before_the_line_broke_is_kept(cabinet: Cabinet) -> None:
    seen = await cabinet.announce(3 * MEGABYTE)
    with pytest.raises(LineBroke):
        await cabinet.bring(seen, 0, b"a" * MEGABYTE, b"b" * 100_000, then=LineBroke())
    assert (await cabinet.files.look(ANA, seen.file.id)).received == MEGABYTE + 100_000
    with pytest.raises(WrongOffset) as wrong:
        await cabinet.bring(seen, 5, b"x")
    assert wrong.value.params["offset"] == MEGABYTE + 100_000
    rest = 3 * MEGABYTE - MEGABYTE - 100_000
    seen = await cabinet.bring(seen, MEGABYTE + 100_000, b"c" * rest)
    assert seen.file.state == State.STORED


@given(
    steps=st.lists(st.tuples(st.integers(-3, 60), st.integers(0, 50), st.booleans()), max_size=9)
)
@settings(max_examples=examples(8), deadline=None, suppress_health_check=list(HealthCheck))
async def test_whatever_breaks_the_file_arrives_whole(
    cabinet: Cabinet, steps: list[tuple[int, int, bool]]
) -> None:
    data = bytes(range(48, 98))
    seen = await cabinet.announce(len(data))
    received = 0
    for offset, size, breaks in [*steps, (-1, len(data), False)]:
        at = received if offset < 0 else offset
        part = data[at : at + size]
        half = part[: len(part) // 2], part[len(part) // 2 :]
        try:
            seen = await cabinet.bring(seen, at, *half, then=LineBroke() if breaks else None)
        except LineBroke:
            told = received = received + len(part)
        except WrongOffset as wrong:
            told = wrong.params["offset"]
        else:
            received += len(part)
            told = seen.received
        now = await cabinet.files.look(ANA, seen.file.id)
        assert now.received == received == told
    if received < len(data):
        seen = await cabinet.bring(seen, received, data[received:])
    elif now.file.state == State.UPLOADING:  # the line broke behind the last byte
        seen = await cabinet.bring(seen, received)
    assert seen.file.state == State.STORED
    path = next(cabinet.folder.glob(f"kept/*/{seen.file.id}"))
    assert await asyncio.to_thread(path.read_bytes) == data


async def test_a_newer_request_takes_over_from_one_that_hangs(cabinet: Cabinet) -> None:
    seen = await cabinet.announce(10)

    async def hangs() -> AsyncIterator[bytes]:
        yield b"01234"
        started.set()
        await asyncio.Event().wait()

    started = asyncio.Event()
    old = asyncio.create_task(cabinet.files.receive(ANA, seen.file.id, 0, hangs(), None))
    await started.wait()
    seen = await cabinet.bring(seen, 5, b"56789")
    assert seen.file.state == State.STORED
    with pytest.raises(UploadTakenOver):
        await old


async def test_the_same_key_is_the_same_file(cabinet: Cabinet) -> None:
    first = await cabinet.announce(10, key="k1")
    await cabinet.bring(first, 0, b"0123", then=None)
    again, fresh = await cabinet.files.announce(ANA, Announced("a.txt", 10, "k1"))
    assert (again.file.id, again.received, fresh) == (first.file.id, 4, False)
    other, fresh = await cabinet.files.announce(BEN, Announced("a.txt", 10, "k1"))
    assert fresh
    assert other.file.id != first.file.id


async def test_saying_a_file_again_is_one_event(cabinet: Cabinet) -> None:
    seen = await cabinet.brought(b"Hello")
    first, again = await cabinet.say(seen), await cabinet.say(seen)
    assert (again.duplicate, again.event.seq) == (True, first.event.seq)
    with pytest.raises(AlreadySent):
        await cabinet.say(seen, key="another")
    with pytest.raises(AlreadySent):
        await cabinet.say(seen, chat=await cabinet.chat_of(ANA))
    page = await cabinet.hub.resume(ANA.who, cabinet.chat, 0)
    assert [each["kind"] for each in page.events] == ["file"]


async def test_an_unfinished_file_cannot_be_said(cabinet: Cabinet) -> None:
    seen = await cabinet.announce(10)
    await cabinet.bring(seen, 0, b"0123")
    with pytest.raises(NotComplete) as told:
        await cabinet.say(seen)
    assert told.value.params["offset"] == 4


async def test_a_file_is_judged_when_it_is_said_should_that_have_been_missed(
    cabinet: Cabinet,
) -> None:
    seen = await cabinet.announce(5)
    part = cabinet.folder / "parts" / seen.file.id
    await asyncio.to_thread(part.write_bytes, b"Hello")  # killed before it was looked at
    assert (await cabinet.say(seen)).event.body["file"]["type"] == "text/plain"


async def test_other_peoples_files_do_not_exist(cabinet: Cabinet) -> None:
    seen = await cabinet.announce(5)
    for attempt in (
        cabinet.files.look(BEN, seen.file.id),
        cabinet.files.discard(BEN, seen.file.id),
        cabinet.bring(seen, 0, b"Hello", who=BEN),
        cabinet.say(seen, who=BEN),
    ):
        with pytest.raises(NotFound) as told:
            await attempt
        assert told.value.params == {}
    seen = await cabinet.bring(seen, 0, b"Hello")
    with pytest.raises(NotFound):
        await cabinet.files.look(BEN, seen.file.id)
    await cabinet.say(seen)
    assert (await cabinet.files.look(BEN, seen.file.id)).addresses
    with pytest.raises(NotFound) as told:
        await cabinet.files.look(VERA, seen.file.id)
    assert told.value.params == {}


async def test_who_came_later_and_sees_no_history_sees_no_file_of_it(cabinet: Cabinet) -> None:
    chat = await cabinet.chat_of(ANA, BEN)
    seen = await cabinet.brought(b"Hello")
    seq = (await cabinet.say(seen, chat)).event.seq

    async def work(connection: AsyncConnection) -> None:
        await connection.execute(
            update(participants).where(participants.c.who == BEN.who).values(from_seq=seq)
        )

    await cabinet.database.write(work)
    async with Cabinet(cabinet.database, cabinet.folder, clock=cabinet.clock) as fresh:
        with pytest.raises(NotFound):
            await fresh.files.look(BEN, seen.file.id)


async def test_saying_needs_a_conversation_of_ones_own(cabinet: Cabinet) -> None:
    seen = await cabinet.brought(b"Hello")
    with pytest.raises(NotParticipant):
        await cabinet.say(seen, chat=await cabinet.chat_of(BEN))
    assert (await cabinet.files.look(ANA, seen.file.id)).file.state == State.STORED


async def test_the_limit_is_exact(cabinet: Cabinet) -> None:
    cabinet.settings = ImSettings(max_file_size_mb=1)
    exact = await cabinet.brought(b"x" * MEGABYTE)
    assert exact.file.state == State.STORED
    with pytest.raises(FileTooLarge) as told:
        await cabinet.announce(MEGABYTE + 1)
    assert told.value.params == {"limit": MEGABYTE, "limit_mb": "1"}


async def test_no_more_is_taken_than_was_announced(cabinet: Cabinet) -> None:
    seen = await cabinet.announce(10)
    with pytest.raises(TooMuchSent):
        await cabinet.bring(seen, 0, b"01234", b"567890")
    assert (await cabinet.files.look(ANA, seen.file.id)).received == 5
    with pytest.raises(TooMuchSent):
        await cabinet.files.receive(ANA, seen.file.id, 5, pieces(b"567890"), 6)


async def test_quotas_hold_for_each_person_and_for_all(cabinet: Cabinet) -> None:
    cabinet.settings = ImSettings(visitor_quota_mb=1, user_quota_mb=2, total_quota_mb=3)
    await cabinet.announce(MEGABYTE, who=VERA)
    with pytest.raises(QuotaReached) as told:
        await cabinet.announce(1, who=VERA)
    assert told.value.params["limit_mb"] == "1"
    await cabinet.announce(2 * MEGABYTE, who=ANA)
    with pytest.raises(StorageFull):
        await cabinet.announce(1, who=BEN)


async def test_a_visitor_brings_so_many_files_an_hour(cabinet: Cabinet) -> None:
    for _ in range(60):
        await cabinet.announce(1, who=VERA)
    with pytest.raises(TooMany) as told:
        await cabinet.announce(1, who=VERA)
    assert told.value.retry_after_s == 3600
    cabinet.clock.ms += 3_600_001
    await cabinet.announce(1, who=VERA)


async def test_what_a_live_chat_does_not_allow_is_refused(cabinet: Cabinet) -> None:
    cabinet.narrowed = (MEGABYTE, frozenset({FileKind.IMAGES}))
    with pytest.raises(FileTooLarge):
        await cabinet.announce(MEGABYTE + 1, who=VERA)
    with pytest.raises(KindRefused):
        await cabinet.brought(b"Hello", who=VERA)
    seen = await cabinet.brought(pictures.drawing(), "x.png", who=VERA)
    assert seen.file.state == State.STORED
    cabinet.narrowed = (None, frozenset())
    with pytest.raises(SendingForbidden):
        await cabinet.announce(1, who=VERA)
    await cabinet.announce(MEGABYTE + 1, who=ANA)


async def test_who_lacks_the_privilege_brings_and_says_nothing(cabinet: Cabinet) -> None:
    seen = await cabinet.brought(b"Hello")
    nobody = replace(ANA, grants=frozenset({Grant.CHAT}))
    for attempt in (
        cabinet.announce(5, who=nobody),
        cabinet.bring(seen, 5, who=nobody),
        cabinet.say(seen, who=nobody),
    ):
        with pytest.raises(SendingForbidden):
            await attempt
    assert (await cabinet.files.look(nobody, seen.file.id)).addresses


async def test_a_refusal_is_remembered_and_leaves_nothing(cabinet: Cabinet) -> None:
    seen = await cabinet.announce(9, "photo.jpg", key="k")
    with pytest.raises(Disguised):
        await cabinet.bring(seen, 0, b"not a jpg")
    assert cabinet.on_disk() == []
    with pytest.raises(Disguised):  # the answer may have been lost
        await cabinet.bring(seen, 9)
    with pytest.raises(Disguised):
        await cabinet.files.announce(ANA, Announced("photo.jpg", 9, "k"))
    with pytest.raises(Refused):
        await cabinet.say(seen)


async def test_a_full_disk_keeps_what_fitted_and_harms_nothing(cabinet: Cabinet) -> None:
    data = b"x" * (3 * MEGABYTE)
    seen = await cabinet.announce(len(data))
    with growing_only_to(2 * MEGABYTE), pytest.raises(StorageFull):
        await cabinet.bring(seen, 0, data[:MEGABYTE], data[MEGABYTE:])
    received = (await cabinet.files.look(ANA, seen.file.id)).received
    assert MEGABYTE <= received <= 2 * MEGABYTE
    seen = await cabinet.bring(seen, received, data[received:])
    assert seen.file.size == len(data)


async def test_what_is_never_sent_is_removed_after_a_day(cabinet: Cabinet) -> None:
    unfinished = await cabinet.announce(10)
    await cabinet.bring(unfinished, 0, b"01")
    unsent = await cabinet.brought(pictures.drawing(), "x.png")
    sent = await cabinet.brought(b"Hello")
    await cabinet.say(sent)
    cabinet.clock.ms += DAY_MS
    assert await cabinet.files.sweep() == 0
    cabinet.clock.ms += 1
    assert await cabinet.files.sweep() == 2
    assert cabinet.on_disk() == [sent.file.id]
    for gone in (unfinished, unsent):
        with pytest.raises(NotFound):
            await cabinet.files.look(ANA, gone.file.id)


async def test_a_file_taken_back_is_gone_at_once(cabinet: Cabinet) -> None:
    seen = await cabinet.brought(b"Hello")
    seq = (await cabinet.say(seen)).event.seq
    cabinet.events.publish(MessageDeleted(cabinet.chat, seq, "file", {}))
    await cabinet.events.settled()
    assert cabinet.on_disk() == []
    with pytest.raises(NotFound):
        await cabinet.files.look(ANA, seen.file.id)


@pytest.mark.parametrize("erased", ["conversation", "event", "words"])
async def test_files_go_with_what_said_them(cabinet: Cabinet, erased: str) -> None:
    kept, gone = await cabinet.brought(b"Hello"), await cabinet.brought(pictures.drawing(), "p.png")
    other = await cabinet.chat_of(ANA)
    await cabinet.say(kept)
    await cabinet.say(gone, other, "k2")

    async def work(connection: AsyncConnection) -> None:
        said = events.c.conversation_id == other
        if erased == "words":
            await connection.execute(update(events).where(said).values(body='{"deleted":9}'))
            return
        await connection.execute(delete(events).where(said))
        if erased == "conversation":
            await connection.execute(
                delete(participants).where(participants.c.conversation_id == other)
            )
            await connection.execute(delete(inboxes).where(inboxes.c.conversation_id == other))
            await connection.execute(delete(conversations).where(conversations.c.id == other))

    await cabinet.database.write(work)
    assert await cabinet.files.sweep() == 1
    assert cabinet.on_disk() == [kept.file.id]


async def test_a_sweep_that_was_cut_off_is_finished(cabinet: Cabinet) -> None:
    seen = await cabinet.brought(b"Hello")
    stray = cabinet.folder / "parts" / f"{seen.file.id[:-1]}0.thumb"
    await asyncio.to_thread(stray.write_bytes, b"x")
    cabinet.clock.ms += DAY_MS + 1

    async def condemn(connection: AsyncConnection) -> None:
        await FileRepository(connection).give_up(seen.file.id)

    await cabinet.database.write(condemn)
    with pytest.raises(NotFound):
        await cabinet.files.look(ANA, seen.file.id)
    async with Cabinet(cabinet.database, cabinet.folder, clock=cabinet.clock) as next_run:
        await next_run.files.sweep()
        assert next_run.on_disk() == []


async def test_an_upload_can_be_given_up(cabinet: Cabinet) -> None:
    seen = await cabinet.announce(10)
    await cabinet.bring(seen, 0, b"01")
    await cabinet.files.discard(ANA, seen.file.id)
    assert cabinet.on_disk() == []
    with pytest.raises(NotFound):
        await cabinet.bring(seen, 2, b"23456789")
    sent = await cabinet.brought(b"Hello")
    await cabinet.say(sent)
    with pytest.raises(AlreadySent):
        await cabinet.files.discard(ANA, sent.file.id)


async def test_a_picture_has_smaller_ones_beside_it(cabinet: Cabinet) -> None:
    seen = await cabinet.brought(pictures.photo(), "photo.jpg")
    assert set(seen.addresses) == set(Variant)
    assert cabinet.on_disk() == [
        seen.file.id, f"{seen.file.id}.preview", f"{seen.file.id}.thumb",
    ]  # fmt: skip
    body = (await cabinet.say(seen)).event.body["file"]
    assert (body["width"], body["height"], body["thumb"]) == (480, 640, True)


@contextmanager
def growing_only_to(size: int) -> Iterator[None]:
    """Let no file grow beyond this size: a full disk for whoever writes."""
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (size, hard))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))
