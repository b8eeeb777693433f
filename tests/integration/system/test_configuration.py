"""Sections of settings on real databases: defaults, changes, two editors, secrets, the log."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, Annotated

import pytest
from pydantic import BaseModel, ConfigDict, Field, ValidationError
from sqlalchemy import select

from engage.errors import Forbidden, Invalid, NotFound
from engage.events import Events
from engage.keyring import Keyring
from engage.storage.tables import settings
from engage.system.actor import ALL_RIGHTS, NO_RIGHTS, Actor, Module
from engage.system.configuration import Configuration
from engage.system.editing import Edited
from engage.system.events import SectionChanged
from engage.system.operation_log import OperationLog, Wanted

if TYPE_CHECKING:
    from engage.storage.database import Database

ROOT = Actor("admin:root", "192.0.2.1", ALL_RIGHTS)
OTHER = Actor("admin:other", "192.0.2.2", ALL_RIGHTS)


class Post(BaseModel):
    """A section with all that a section may have."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    host: str = ""
    port: Annotated[int, Field(ge=1, le=65535)] = 25
    password: Annotated[str, Field(json_schema_extra={"secret": True})] = ""


def configuration(database: Database, events: Events | None = None) -> Configuration:
    made = Configuration(database, Keyring(b"k" * 32), events or Events())
    made.register("post", Post, Module.EMAIL)
    return made


async def test_a_change_holds_at_once_and_after_a_restart(database: Database) -> None:
    events, told = Events(), list[SectionChanged]()

    async def hear(fact: SectionChanged) -> None:
        told.append(fact)

    events.subscribe(SectionChanged, hear)
    before = configuration(database, events)
    assert before.get(Post) == Post()
    await before.change(ROOT, "post", {"host": "mail.example", "password": "s3cret"}, 0)
    await events.settled()
    assert before.get(Post).host == "mail.example"
    assert told == [SectionChanged("post")]
    after = configuration(database)
    await after.start()
    assert after.get(Post).model_dump() == {
        "host": "mail.example",
        "port": 25,
        "password": "s3cret",
    }
    await after.stop()


async def test_the_second_of_two_editors_is_told_who_was_first(database: Database) -> None:
    section = configuration(database)
    await section.change(ROOT, "post", {"port": 26}, 0)
    with pytest.raises(Edited) as refused:
        await section.change(OTHER, "post", {"port": 27}, 0)
    assert refused.value.params == {"by": "root", "version": 1}
    assert section.get(Post).port == 26
    await section.change(OTHER, "post", {"port": 27}, 1)
    assert section.get(Post).port == 27


async def test_of_many_editors_at_once_exactly_one_wins(database: Database) -> None:
    section = configuration(database)
    tries = [section.change(ROOT, "post", {"port": 100 + each}, 0) for each in range(8)]
    outcomes = await asyncio.gather(*tries, return_exceptions=True)
    assert sum(not isinstance(each, Edited) for each in outcomes) == 1


async def test_a_secret_is_sealed_at_rest_and_in_no_log(database: Database) -> None:
    section = configuration(database)
    await section.change(ROOT, "post", {"password": "s3cret"})
    async with database.read() as connection:
        [row] = (await connection.execute(select(settings))).all()
    assert "s3cret" not in str(row.value)
    [noted] = await OperationLog(database).page(Wanted(), 10)
    assert (noted.actor, noted.address, noted.action) == (
        "admin:root",
        "192.0.2.1",
        "settings.change",
    )
    assert "s3cret" not in str(noted)


async def test_what_cannot_be_taken_changes_nothing(database: Database) -> None:
    section = configuration(database)
    with pytest.raises(ValidationError):
        await section.change(ROOT, "post", {"port": 0})
    with pytest.raises(Forbidden):
        await section.change(Actor("admin:half", "", NO_RIGHTS), "post", {"port": 26})
    with pytest.raises(NotFound):
        await section.change(ROOT, "nothing", {})
    assert section.get(Post) == Post()
    assert await OperationLog(database).page(Wanted(), 10) == []


async def test_what_a_start_setting_decides_is_not_changed_here(database: Database) -> None:
    section = Configuration(database, Keyring(b"k" * 32), Events())
    section.register("post", Post, Module.EMAIL, lambda: {"host": "Set at the start."})
    with pytest.raises(Invalid) as refused:
        await section.change(ROOT, "post", {"host": "other.example"})
    assert refused.value.fields == {"host": "Set at the start."}
    await section.change(ROOT, "post", {"port": 26})


async def test_the_log_is_searched_filtered_and_paged(database: Database) -> None:
    section = configuration(database)
    for port in range(30, 35):
        await section.change(ROOT if port % 2 else OTHER, "post", {"port": port})
    log = OperationLog(database)
    first = await log.page(Wanted(actor="admin:other"), 2)
    rest = await log.page(Wanted(actor="admin:other", before=first[-1].id), 10)
    assert [len(first), len(rest)] == [2, 1]
    assert await log.page(Wanted(search="POST"), 10) != []
    assert await log.page(Wanted(search="100%"), 10) == []
    assert await log.page(Wanted(action="settings."), 10) != []
    assert await log.page(Wanted(from_ms=first[0].at_ms + 1_000_000), 10) == []


async def test_what_several_add_at_once_is_all_there(database: Database) -> None:
    """Also where each knows only what it has read: the row is read when the change has its turn."""
    both = configuration(database), configuration(database)

    async def add(one: Configuration, letter: str) -> None:
        await one.edit(ROOT, "post", lambda held: {"host": held.host + letter})

    await asyncio.gather(*(add(both[i % 2], letter) for i, letter in enumerate("abcdef")))
    await both[0].edit(ROOT, "post", lambda held: {})
    last = configuration(database)
    await last.start()
    assert sorted(last.get(Post).host) == list("abcdef")
    assert last.stored("post").version == 6
    await last.stop()
