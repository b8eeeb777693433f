"""Random conversations, written in random company: what is stored against a plain list."""

from __future__ import annotations

import asyncio
from functools import partial
from typing import TYPE_CHECKING, NamedTuple

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import select

from engage.hub.model import Appended, Author
from engage.hub.service import Entry, Hub, HubTransaction
from engage.storage.tables import inboxes
from tests.support.examples import examples
from tests.support.following import ANA, BEN, VISITOR, Connections, Reader, hub_of, member, opened

if TYPE_CHECKING:
    from engage.storage.database import Database

AUTHORS = (ANA, BEN, VISITOR)


class Write(NamedTuple):
    """Something to append, and the way it goes."""

    author: Author
    kind: str
    key: str | None
    way: str


WRITES = st.builds(
    Write,
    st.sampled_from(AUTHORS),
    st.sampled_from(["message", "message", "note", "state"]),
    st.sampled_from([None, *"abcdefgh"]),  # few keys: most are met again
    st.sampled_from(["append", "append", "transact", "many", "twice"]),
)
ROUNDS = st.lists(st.lists(WRITES, min_size=1, max_size=8), min_size=1, max_size=5)


async def write(hub: Hub, conversation: str, one: Write) -> list[Appended]:
    body = {"text": f"{one.author.id} {one.key}"}
    entry = Entry(conversation, one.author, one.kind, body, one.key)

    async def alone(transaction: HubTransaction) -> Appended:
        return await transaction.append(conversation, one.author, one.kind, body, client_id=one.key)

    async def many(transaction: HubTransaction) -> list[Appended | Exception]:
        return await transaction.append_many([entry, entry])

    async def append() -> Appended:
        return await hub.append(conversation, one.author, one.kind, body, client_id=one.key)

    match one.way:
        case "transact":
            return [await hub.transact(alone)]
        case "many":
            return [each for each in await hub.transact(many) if isinstance(each, Appended)]
        case "twice":
            return list(await asyncio.gather(append(), append()))
        case _:
            return [await append()]


async def join_late(conversation: str, from_seq: int, transaction: HubTransaction) -> None:
    await transaction.join(conversation, BEN.who, BEN.name, from_seq=from_seq, sees_notes=True)


def check_acknowledgements(results: list[tuple[Write, list[Appended]]]) -> list[tuple[int, str]]:
    """Each sequence is one event, each key one sequence; the log as it must be."""
    log: dict[int, str] = {}
    by_key: dict[tuple[str, str], int] = {}
    for one, appended in results:
        assert len(appended) == (2 if one.way in ("many", "twice") else 1)
        for each in appended:
            if not each.duplicate:
                assert each.event.seq not in log
                log[each.event.seq] = each.event.kind
            if one.key is not None:
                assert by_key.setdefault((one.author.stored, one.key), each.event.seq) == (
                    each.event.seq
                )
    assert sorted(log) == list(range(1, len(log) + 1))
    return sorted(log.items())


@settings(
    max_examples=examples(8),
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
@given(rounds=ROUNDS)
async def test_log_is_gapless_exactly_once_and_one_order_for_all(
    database: Database, rounds: list[list[Write]]
) -> None:
    connections = Connections()
    hub = hub_of(database, connections)
    conversation = await opened(hub, member(ANA), member(VISITOR))
    results: list[tuple[Write, list[Appended]]] = []
    late_from = 0
    for place, batch in enumerate(rounds):
        if place == 1:  # Ben comes later and sees nothing from before
            late_from = (await hub.conversation(conversation)).last_seq
            await hub.transact(partial(join_late, conversation, late_from))
        done = await asyncio.gather(*(write(hub, conversation, one) for one in batch))
        results += zip(batch, done, strict=True)
    log = check_acknowledgements(results)

    seen = {
        ANA.who: log,
        VISITOR.who: [each for each in log if each[1] != "note"],
        BEN.who: [each for each in log if each[0] > late_from] if len(rounds) > 1 else None,
    }
    for who, expected in seen.items():
        if expected is None:
            continue
        frames = connections.told(who)
        live = [(each["seq"], each["kind"]) for each in frames]
        assert live == expected
        listener, returner = Reader(hub, who, conversation), Reader(hub, who, conversation)
        for frame in frames:
            await listener.hear(frame)
        assert listener.asked == 0  # nothing was missing
        for frame in frames[::3]:  # a bad line
            await returner.hear(frame)
        await returner.catch_up()
        await hub.resume(who, conversation, returner.last)
        for reader in (listener, returner):
            assert [(each["seq"], each["kind"]) for each in reader.events] == expected
        assert all(
            each["author"]["name"] in {"Ana", "Ben", "Vi"} and "key" not in each
            for each in listener.events
        )


@settings(
    max_examples=examples(5),
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
@given(rounds=ROUNDS)
async def test_unread_counts_and_inbox_agree_with_the_log(
    database: Database, rounds: list[list[Write]]
) -> None:
    hub = hub_of(database)
    conversation = await opened(hub, member(ANA), member(VISITOR))
    log: list[tuple[int, Write]] = []
    for place, batch in enumerate(rounds):
        for one in batch:
            log += [
                (each.event.seq, one)
                for each in await write(hub, conversation, one)
                if not each.duplicate
            ]
        if place % 2 == 0:
            await hub.read(ANA.who, conversation, len(log) // 2)
    await hub.stop()  # writes the marks
    read = next(each.read for each in await hub.participants(conversation) if each.who == ANA.who)
    unread = [
        seq for seq, one in log if seq > read and one.kind != "state" and one.author is not ANA
    ]
    [summary] = await hub_of(database).hello(ANA.who, {})
    assert summary["unread"] == len(unread)
    assert summary["head"] == len(log)
    async with database.read() as connection:
        first = await connection.execute(
            select(inboxes.c.first_unread_seq).where(
                inboxes.c.owner == ANA.who, inboxes.c.conversation_id == conversation
            )
        )
        assert first.scalar() == (unread[0] if unread else None)
    await hub.transact(lambda tx: tx.leave(conversation, ANA.who))  # the next example starts clean
