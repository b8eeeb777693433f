"""Search on both databases: languages, rights, what was edited or deleted, catching up."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from sqlalchemy import delete

from engage.chat.model import OnlyUsers
from engage.chat.search import Search
from engage.chat.search_index import SearchIndex
from engage.people.model import Principal
from engage.storage.tables import message_texts, search_progress
from tests.support.colleagues import Office, author, person
from tests.support.following import ANA, VISITOR, member, opened, say

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

    from sqlalchemy.ext.asyncio import AsyncConnection

    from engage.storage.database import Database


class Library(Office):
    """An office with a search."""

    def __init__(self, database: Database) -> None:
        super().__init__(database)
        self.index = SearchIndex(database, self.events)
        self.search = Search(database, self.index)

    async def found(self, number: str, query: str, **more: object) -> list[str]:
        """What somebody finds, newest first."""
        await self.events.settled()
        await self.index.settled(30)  # a search would wait for less
        hits = await self.search.find(person(number), query, **more)  # type: ignore[arg-type]
        return ["".join(each.excerpt) for each in hits]


async def forget(connection: AsyncConnection) -> None:
    await connection.execute(delete(message_texts))
    await connection.execute(delete(search_progress))


@pytest.fixture
async def library(database: Database) -> AsyncIterator[Library]:
    await database.write(forget)
    library = Library(database)
    await library.index.start()
    yield library
    await library.index.stop()


async def chat(library: Library, other: str = "1001") -> str:
    conversation, _ = await library.direct.open(person("1000"), other)
    return conversation


@pytest.mark.parametrize(
    ("text", "queries"),
    [
        ("Das Café öffnet um acht", ["cafe", "CAFÉ", "offnet", "caf acht"]),
        ("我们明天下午开会", ["明天下午", "明天", "会", "我们 开会"]),
        ("أُرسِلَت الرسالة إلى أحمد", ["الرساله", "احمد", "إلى", "ارسلت"]),
        ('100% sure_about "this" and that\'s a*b', ["100%", "sure_about", '"this"', "a*b", "'s"]),
        ("ok", ["ok", "k"]),
    ],
)
async def test_every_language_is_found(library: Library, text: str, queries: list[str]) -> None:
    conversation = await chat(library)
    await library.say("1000", conversation, text)
    await library.say("1000", conversation, "Something else altogether")
    for query in queries:
        assert await library.found("1001", query) == [text], query
    assert await library.found("1001", "100_ sure") == []


async def test_hits_are_ones_own_and_newest_first(library: Library) -> None:
    first, other = await chat(library), await chat(library, "1002")
    await library.say("1000", first, "quokka one")
    library.offset_ms = 5
    await library.say("1000", other, "quokka two")
    assert await library.found("1000", "quokka") == ["quokka two", "quokka one"]
    assert await library.found("1001", "quokka") == ["quokka one"]
    assert await library.found("1003", "quokka") == []
    assert await library.found("1000", "quokka", conversation_id=first) == ["quokka one"]
    assert await library.found("1001", "quokka", conversation_id=other) == []
    assert await library.found("1000", "quokka", kind="group") == []
    [newest] = await library.search.find(person("1000"), "quokka", limit=1)
    assert newest.title == "Chen Li"
    assert await library.found("1000", "quokka", before=newest.place) == ["quokka one"]
    visitor = Principal("visitor", "v1", "Vi", "visitor:v1", "s")
    with pytest.raises(OnlyUsers):
        await library.search.find(visitor, "quokka")


async def test_edited_and_deleted_words_are_not_found(library: Library) -> None:
    conversation = await chat(library)
    seq = await library.say("1000", conversation, "The quokka report")
    assert await library.found("1001", "quokka") == ["The quokka report"]
    await library.corrections.edit(
        author("1000"), conversation, seq, client_id="e", text="The wombat report"
    )
    assert await library.found("1001", "quokka") == []
    assert await library.found("1001", "wombat") == ["The wombat report"]
    await library.corrections.delete(author("1000"), conversation, seq, client_id="d")
    assert await library.found("1001", "wombat") == []


async def test_what_one_may_not_see_is_not_found(library: Library) -> None:
    trusted = person("1000", "delete_chat")
    conversation = await chat(library)
    await library.say("1001", conversation, "quokka before")
    await library.keeping.delete(trusted, conversation)
    library.offset_ms = 5
    await library.say("1001", conversation, "quokka after")
    assert await library.found("1000", "quokka") == ["quokka after"]
    assert await library.found("1001", "quokka") == ["quokka after", "quokka before"]
    group, _ = await library.groups.create(trusted, name="G", members=["1002"])
    await library.say("1000", group, "wombat in the group")
    await library.groups.add(trusted, group, ["1003"])
    assert await library.found("1003", "wombat") == []
    await library.groups.remove(trusted, group, "1002")
    assert await library.found("1002", "wombat") == []


async def test_notes_are_found_by_those_who_see_them(library: Library) -> None:
    conversation = await opened(library.hub, member(ANA), member(VISITOR))
    await library.hub.append(conversation, ANA, "note", {"text": "quokka note"})
    await say(library.hub, conversation, VISITOR, "quokka question")
    assert set(await library.found("1000", "quokka")) == {"quokka note", "quokka question"}


async def test_what_was_written_while_nobody_indexed_is_caught_up_with(
    library: Library, database: Database
) -> None:
    conversation = await chat(library)
    await library.index.stop()
    for number in range(450):
        await library.say("1000", conversation, f"bandicoot {number}")
    again = Library(database)
    await again.index.start()
    try:
        await again.index.settled(10)
        assert len(await again.found("1001", "bandicoot", limit=500)) == 450
        assert await again.found("1001", "bandicoot 449") == ["bandicoot 449"]
    finally:
        await again.index.stop()
