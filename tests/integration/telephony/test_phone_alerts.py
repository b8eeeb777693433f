"""A phone that vanished is an event: in the operation log, and in a mail where that is wanted."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest
from pydantic import ValidationError
from sqlalchemy import select

from engage.errors import EngageError
from engage.people.event_settings import EventSettings
from engage.storage.tables import operations
from engage.system.actor import Actor
from engage.system.operation_log import last_editor, note
from engage.telephony.alerts import PhoneAlerts
from pbxcore.journal import (
    BindingAdded,
    BindingRemoved,
    EmergencyCalled,
    TrunkChanged,
    TrunkCrowded,
    TrunkUsed,
)
from tests.support.messaging import Book, Desk
from tests.support.people import Outbox

if TYPE_CHECKING:
    from sqlalchemy.ext.asyncio import AsyncConnection

    from engage.storage.database import Database
    from tests.support.exchange import Exchange

CONTACT = "sip:1002@192.0.2.10:5060"


async def told(
    database: Database, exchange: Exchange, settings: EventSettings, cause: str = "expired"
) -> tuple[list[tuple[str, str, str, dict[str, str]]], Outbox]:
    """Let a phone vanish; what the operation log and the mails say."""
    outbox = Outbox()
    alerts = PhoneAlerts(outbox, lambda: settings)
    async with Desk(database, exchange, Book(), alerts=alerts) as desk:
        exchange.record(BindingAdded("1002", CONTACT, "GRP2614", "192.0.2.10:5060", "udp", 0))
        await desk.phones("1002", 1)
        exchange.record(BindingRemoved("1002", CONTACT, cause, "192.0.2.10", "GRP2614"))
        await desk.phones("1002", 0)
    async with database.read() as connection:
        rows = await connection.execute(select(operations))
    return [(row.action, row.object, row.address, row.detail) for row in rows], outbox


async def test_lost_registration_is_written_down_with_the_address(
    database: Database, exchange: Exchange
) -> None:
    rows, outbox = await told(database, exchange, EventSettings())
    detail = {"address": "192.0.2.10", "device": "GRP2614", "contact": CONTACT, "cause": "expired"}
    assert rows == [("extension.lost_registration", "extension:1002", "192.0.2.10", detail)]
    assert outbox.posted == []


async def test_lost_registration_is_mailed_to_the_warning_contacts(
    database: Database, exchange: Exchange
) -> None:
    settings = EventSettings(
        warning_contacts=("a@x.test", "b@x.test"),
        lost_registration_alert=False,
        lost_registration_mail=True,
    )
    rows, outbox = await told(database, exchange, settings, "lost")
    assert rows == []
    assert [(kind, to.address) for kind, to, _ in outbox.posted] == [
        ("lost_registration", "a@x.test"),
        ("lost_registration", "b@x.test"),
    ]
    _, _, params = outbox.posted[0]
    assert (params["extension"], params["address"]) == ("1002", "192.0.2.10")


async def test_phone_that_signs_off_or_moves_is_no_event(
    database: Database, exchange: Exchange
) -> None:
    rows, _ = await told(database, exchange, EventSettings(), "unregistered")
    assert rows == []


def test_contacts_are_addresses() -> None:
    assert EventSettings(warning_contacts=(" a@x.test", "a@x.test", "")).warning_contacts == (
        "a@x.test",
    )
    with pytest.raises((ValidationError, EngageError)):
        EventSettings(warning_contacts=("nobody",))


async def test_an_emergency_call_is_written_down_and_mailed(
    database: Database, exchange: Exchange
) -> None:
    outbox = Outbox()
    settings = EventSettings(warning_contacts=("a@x.test",))
    alerts = PhoneAlerts(outbox, lambda: settings, {"1002": "Ada"}.get, lambda number: "Room 7")
    async with Desk(database, exchange, Book(), alerts=alerts) as desk:
        exchange.record(EmergencyCalled("c", "1002", "Police", "110"))
        exchange.record(BindingAdded("1002", CONTACT, "GRP2614", "192.0.2.10:5060", "udp", 0))
        await desk.phones("1002", 1)
    async with database.read() as connection:
        [row] = await connection.execute(select(operations))
    assert (row.action, row.object) == ("extension.emergency_call", "extension:1002")
    expected = {
        "extension": "1002", "caller_name": "Ada", "emergency": "Police", "number": "110",
        "location": "Room 7",
    }  # fmt: skip
    assert row.detail == expected
    [(kind, to, params)] = outbox.posted
    assert (kind, to.address, params["location"]) == ("emergency_call", "a@x.test", "Room 7")


async def test_a_trunk_that_fails_is_told_of_once_and_once_more_when_it_works_again(
    database: Database, exchange: Exchange
) -> None:
    def state(name: str, status: int = 0) -> TrunkChanged:
        return TrunkChanged("t", "City Line", name, status, "192.0.2.1:5060")

    states = [state("registered"), state("rejected", 403), state("trying"), state("rejected", 503)]
    rows, outbox = await trunks_told(database, exchange, *states, state("registered", 200))
    assert [(action, detail["status"]) for action, detail in rows] == [
        ("trunk.fail", 403),
        ("trunk.recover", 200),
    ]
    told = [(kind, params["working"], params["answer"]) for kind, _, params in outbox.posted]
    assert told == [("trunk_status", "", "403"), ("trunk_status", "1", "200")]


async def test_who_changed_a_trunk_is_named_though_it_failed_since(
    database: Database, exchange: Exchange
) -> None:
    async def changed(connection: AsyncConnection) -> None:
        await note(connection, Actor("admin:ana"), "trunk.change", "trunk:t")

    await database.write(changed)
    failed = TrunkChanged("t", "City Line", "rejected", 403, "")
    rows, _ = await trunks_told(database, exchange, failed)
    assert [action for action, _ in rows] == ["trunk.change", "trunk.fail"]
    async with database.read() as connection:
        assert await last_editor(connection, "trunk:t") == "ana"


async def test_a_trunk_with_more_calls_than_its_threshold_is_told_of(
    database: Database, exchange: Exchange
) -> None:
    crowded = TrunkCrowded("t", "City Line", 31, 30, crowded=True)
    eased = TrunkCrowded("t", "City Line", 30, 30, crowded=False)
    rows, outbox = await trunks_told(database, exchange, crowded, eased)
    assert [(action, detail["calls"]) for action, detail in rows] == [
        ("trunk.crowd", 31),
        ("trunk.ease", 30),
    ]
    [(kind, _, params)] = outbox.posted
    assert (kind, params["calls"], params["threshold"]) == ("trunk_load", 31, 30)


async def test_a_trunk_that_was_used_longer_than_its_threshold_is_told_of(
    database: Database, exchange: Exchange
) -> None:
    rows, outbox = await trunks_told(database, exchange, TrunkUsed("t", "City Line", 61, 60))
    assert rows == [("trunk.overuse", {"name": "City Line", "minutes": 61, "threshold": 60})]
    [(kind, _, params)] = outbox.posted
    assert (kind, params["minutes"], params["threshold"]) == ("trunk_usage", 61, 60)


async def trunks_told(
    database: Database, exchange: Exchange, *facts: TrunkChanged | TrunkCrowded | TrunkUsed
) -> tuple[list[tuple[str, dict[str, Any]]], Outbox]:
    """What the operation log says of the trunk, and the mails."""
    outbox = Outbox()
    contacts = ("a@x.test",)
    settings = EventSettings(
        warning_contacts=contacts,
        trunk_status_mail=True,
        trunk_load_mail=True,
        trunk_usage_mail=True,
    )
    alerts = PhoneAlerts(outbox, lambda: settings)
    async with Desk(database, exchange, Book(), alerts=alerts) as desk:
        for each in facts:
            exchange.record(each)
        exchange.record(BindingAdded("1002", CONTACT, "GRP2614", "192.0.2.10:5060", "udp", 0))
        await desk.phones("1002", 1)
    query = select(operations).where(operations.c.object == "trunk:t").order_by(operations.c.id)
    async with database.read() as connection:
        rows = await connection.execute(query)
    return [(row.action, row.detail) for row in rows], outbox


def test_webhooks_that_are_switched_off_are_told_where_that_is_wanted() -> None:
    contacts = ("a@x.test",)
    assert EventSettings(warning_contacts=contacts).told_of("webhook") == contacts
    assert EventSettings(warning_contacts=contacts, webhook_mail=False).told_of("webhook") == ()
