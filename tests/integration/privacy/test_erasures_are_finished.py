"""What is begun is finished and proven, however much there is and whatever comes between."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest_asyncio
from sqlalchemy import insert, select

from engage.livechat.model import Details, Visitor
from engage.privacy import remains as looking
from engage.privacy.model import Asked, Person
from engage.privacy.remains import blot_out, remains
from engage.privacy.traces import TRACES
from engage.storage.tables import begun_erasures, facts, mails, operations
from tests.integration.privacy.test_erasure_of_a_person import begin, end
from tests.support import site as support
from tests.support.messaging import eventually
from tests.support.rows import filled

if TYPE_CHECKING:
    from collections.abc import AsyncIterator
    from pathlib import Path

    import pytest

    from engage.storage.database import Database
    from tests.support.site import Site


@pytest_asyncio.fixture
async def site(database_url: str, database: Database, tmp_path: Path) -> AsyncIterator[Site]:
    async with support.site(tmp_path, database=database_url) as running:
        yield running


async def test_an_erasure_that_was_broken_off_is_finished_at_the_next_start(
    site: Site, database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    admin = await site.sign_in("admin", "Demo-admin!")
    token, conversation = await begin(site, full_name="Zebedee Broken", email="zeb@example.test")
    await end(site, token, conversation)
    personal: Any = site.application._running._privacy.personal  # noqa: SLF001
    settle = personal._database.settle  # noqa: SLF001

    async def broken_off() -> None:
        raise RuntimeError

    monkeypatch.setattr(personal._database, "settle", broken_off)  # noqa: SLF001
    asked = {"by": "email", "value": "zeb@example.test"}
    confirmed = {**asked, "confirm": "zeb@example.test"}
    assert (await site.json("POST", "/v1/persons/erase", confirmed, token=admin))[0] == 500
    assert (await site.json("POST", "/v1/persons/search", asked, token=admin))[0] == 404
    assert (await site.json("GET", "/v1/erasures", token=admin))[1]["items"] == []
    async with database.read() as connection:
        kept = (await connection.execute(select(begun_erasures))).one()
    assert not [each for each in ("zebedee", "zeb@") if each in str(kept).lower()]  # sealed

    monkeypatch.setattr(personal._database, "settle", settle)  # noqa: SLF001
    await personal.stop()
    await personal.start()

    async def proofs() -> list[Any]:
        return list((await site.json("GET", "/v1/erasures", token=admin))[1]["items"])

    async def proved() -> bool:
        return bool(await proofs())

    await eventually(proved)
    [proof] = await proofs()
    assert (proof["genuine"], proof["erased_by"], proof["id"]) == (True, "admin:admin", kept.id)
    assert proof["removed"]["conversations"] == 1
    assert (proof["still_named_in"], proof["not_looked_through"]) == ({}, [])
    async with database.read() as connection:
        assert (await connection.execute(select(begun_erasures))).all() == []
    assert await personal.finish_begun() == 0


async def test_an_export_is_in_the_operation_log_without_the_person(
    site: Site, database: Database
) -> None:
    admin = await site.sign_in("admin", "Demo-admin!")
    await begin(site, email="zeb@example.test")
    asked = {"by": "email", "value": "zeb@example.test"}
    headers = {"authorization": f"Bearer {admin}"}
    export = f"{site.url}/v1/persons/export"
    async with site.http.post(export, json=asked, headers=headers) as response:
        assert response.status == 200
        noted = select(operations).where(operations.c.action == "person.export")
        async with database.read() as connection:
            row = (await connection.execute(noted)).one()
        await response.read()
    assert row.detail["visitors"] == 1
    assert "zeb" not in str(row)


def of_many_chats(many: int) -> Person:
    """Somebody who gives another name and number each time."""
    visitors = tuple(
        Visitor(
            f"v-{each}",
            "l-1",
            Details(f"Zebedee Number {each % 250}", "zeb@example.test", "+49 30 5550"),
            "Zebedee",
            "en",
            "",
            "",
            0,
            0,
        )
        for each in range(many)
    )
    chats = tuple(f"chat-{each:05}" for each in range(many))
    return Person(Asked("email", "zeb@example.test"), visitors, chats)


async def test_a_person_of_very_many_chats_is_told_wiped_and_looked_for(
    database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(looking, "PORTION", 50)
    person = of_many_chats(1_200)
    about = filled(mails, id="m-1", dedupe_key="x:chat-01100:1", kind="transcript")
    to = filled(mails, id="m-2", dedupe_key="y", address="zeb@example.test", kind="transcript")
    said = {"name": "said", "value": "Zebedee Number 237 was here"}
    texts = [{"name": f"fact {each}", "value": "nothing"} for each in range(60)]
    detail = {"chat": json.dumps("Zebedee Number 230")}

    async def work(connection: Any) -> None:
        await connection.execute(insert(mails), [about, to])
        await connection.execute(insert(facts), [*texts, said])
        row = filled(operations, id="o-1", action="livechat.ban", detail=detail)
        await connection.execute(insert(operations).values(row))

    await database.write(work)
    traces = {each.name: each for each in TRACES}
    async with database.read() as connection:
        told = {name: len(await each.rows(connection, person)) for name, each in traces.items()}
    assert {name: many for name, many in told.items() if many} == {"mails": 2}
    left = await remains(database, person.words)
    assert left.named == {"fact": 1, "mail": 1, "operation": 1}
    for each in TRACES:
        await each.wipe(database, person)
    assert await blot_out(database, person.words) == 1
    left = await remains(database, person.words)
    assert (left.named, left.unread) == ({"fact": 1}, [])


async def test_a_table_that_cannot_be_looked_through_is_named_by_the_proof(
    database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    holding = looking._holding  # noqa: SLF001

    async def too_long(where: Database, table: Any, words: Any) -> int:
        if table is facts:
            raise TimeoutError
        return await holding(where, table, words)

    monkeypatch.setattr(looking, "_holding", too_long)
    assert (await remains(database, ["zebedee"])).unread == [facts.name]
