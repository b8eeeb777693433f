"""People outside whom users keep as contacts."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from engage.errors import Invalid, NotFound
from engage.events import Events
from engage.people.contacts.service import Contacts
from engage.people.events import ExtensionsDropped

if TYPE_CHECKING:
    from engage.storage.database import Database

VERA = {"name": "Vera Lind", "email": "vera@example.test", "phone": "+49 30 123"}


async def names(contacts: Contacts, extension: str) -> list[str]:
    return [each.name for each in await contacts.seen_by(extension)]


async def test_what_one_keeps_is_ones_own_unless_it_is_for_everybody(database: Database) -> None:
    contacts = Contacts(database, Events(), lambda: 1)
    await contacts.add("1000", VERA)
    shared = await contacts.add("1001", {"name": "Otto", "shared": True})
    assert await names(contacts, "1000") == ["Otto", "Vera Lind"]
    assert await names(contacts, "1002") == ["Otto"]
    for work in (contacts.change("1000", shared.id, {"name": "O"}), contacts.delete("1000", "x")):
        with pytest.raises(NotFound):
            await work
    await contacts.change("1001", shared.id, {"shared": False, "company": "ACME"})
    assert await names(contacts, "1000") == ["Vera Lind"]
    await contacts.delete("1001", shared.id)
    assert await names(contacts, "1001") == []


async def test_fields_are_checked_one_by_one(database: Database) -> None:
    contacts = Contacts(database, Events(), lambda: 1)
    for given, wrong in (
        ({"name": " "}, {"name"}),
        ({"name": "V", "email": "nobody", "phone": "call me"}, {"email", "phone"}),
        ({"name": "V\x07", "note": "n" * 501}, {"name", "note"}),
    ):
        with pytest.raises(Invalid) as refused:
            await contacts.add("1000", given)
        assert set(refused.value.fields) == wrong


async def test_an_extensions_own_go_with_it_and_everybodys_stay(database: Database) -> None:
    events = Events()
    contacts = Contacts(database, events, lambda: 1)
    await contacts.add("1000", VERA)
    await contacts.add("1000", {"name": "Otto", "shared": True})
    events.publish(ExtensionsDropped(("1000",)))
    await events.settled()
    assert await names(contacts, "1000") == ["Otto"]
