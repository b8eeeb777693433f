"""Which calls of a visitor the agents of their live chat know of."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from sqlalchemy import insert, select, text

from engage.calls.calls_of_visitors import CallsOfVisitors, known_calls, spellings
from engage.storage.tables import call_legs, calls
from tests.integration.records.test_visitors_forgotten import filled

if TYPE_CHECKING:
    from sqlalchemy.ext.asyncio import AsyncConnection

    from engage.storage.database import Database

VERA = "+351912345678"


async def test_calls_of_a_number_are_those_of_the_agent_and_of_the_queue(
    database: Database,
) -> None:
    rows = {
        "in the chat": {"conversation": "c", "caller": "Vera"},
        "to the agent": {"caller": "351912345678"},
        "by the agent": {"callee": "00351912345678", "caller_extension": "1000"},
        "to the queue": {"caller": VERA, "action": "queue", "action_owner": "6500"},
        "to a colleague": {"caller": VERA},
        "to another queue": {"caller": VERA, "action": "queue", "action_owner": "6501"},
        "of somebody else": {"caller": "+4930123", "caller_extension": "1000"},
        "in another chat": {"conversation": "d", "caller": "Otto"},
    }
    legs = {"to the agent": "1000", "to a colleague": "1001"}

    async def work(connection: AsyncConnection) -> None:
        for number, (name, more) in enumerate(rows.items()):
            row = filled(calls, id=name, number=number, started_at_ms=number, **more)
            await connection.execute(insert(calls).values(row))
        for name, extension in legs.items():
            leg = filled(call_legs, call=name, role="called", extension=extension)
            await connection.execute(insert(call_legs).values(leg))

    await database.write(work)
    known = CallsOfVisitors(database)
    found = await known.of(["c"], "+351 912 345 678", "1000", ["6500"])
    assert [each.id for each in found] == [
        "to the queue",
        "by the agent",
        "to the agent",
        "in the chat",
    ]
    assert [each.id for each in await known.of(["c"], "", "1000", [])] == ["in the chat"]


async def test_no_call_is_read_but_those_found_by_an_index(database: Database) -> None:
    if database.dialect != "sqlite":
        return  # PostgreSQL plans by what it has counted
    async with database.read() as connection:
        query = select(calls).where(calls.c.id.in_(known_calls(["c"], VERA, "1000", ["6500"])))
        options = {"dialect": connection.dialect, "compile_kwargs": {"literal_binds": True}}
        statement = text(f"EXPLAIN QUERY PLAN {query.compile(**options)}")
        plan = [row.detail for row in await connection.execute(statement)]
    assert not [each for each in plan if each.startswith(("SCAN call ", "SCAN call_leg"))]
    assert [each for each in plan if "ix_call_original_caller" in each]
    assert [each for each in plan if "ix_call_conversation" in each]


@pytest.mark.parametrize(
    ("phone", "spelt"),
    [
        ("+351 912 345 678", ["351912345678", "+351912345678", "00351912345678"]),
        ("00351 912345678", ["00351912345678", "351912345678", "+351912345678"]),
        ("(030) 123-456", ["030123456", "+030123456"]),
        ("1000", []),
        ("", []),
    ],
)
def test_a_number_is_found_however_it_is_written(phone: str, spelt: list[str]) -> None:
    assert spellings(phone) == spelt
