"""Contacts: kept, found, changed and deleted."""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

from email_validator import EmailNotValidError, validate_email
from sqlalchemy import delete, func, insert, or_, select, update

from engage.errors import N_, Conflict, EngageError, Invalid, NotFound
from engage.hub.model import clean_text
from engage.identifiers import new_id
from engage.people.events import ExtensionsDropped
from engage.storage.tables import contacts

if TYPE_CHECKING:
    from collections.abc import Mapping

    from sqlalchemy import Row
    from sqlalchemy.ext.asyncio import AsyncConnection

    from engage.events import Events
    from engage.identifiers import Clock
    from engage.storage.database import Database

LIMITS = {"name": 120, "email": 254, "phone": 32, "company": 120, "note": 500}
MOST = 1000
_PHONE = re.compile(r"[0-9+*#\-() ]{3,32}", re.ASCII)

BAD_TEXT = N_("This text holds characters that cannot be taken.")
BAD_EMAIL = N_("Please enter a valid email address.")
BAD_PHONE = N_("Please enter 3 to 32 characters: digits, +, -, brackets and spaces.")
NO_NAME = N_("Please give it a name.")


class TooManyContacts(Conflict):
    """Somebody keeps as many as one can."""

    code = "too_many_contacts"
    text = N_("There cannot be more than %(most)d contacts.")


@dataclass(frozen=True, slots=True)
class KeptContact:
    """Somebody outside; without `extension` everybody sees them."""

    id: str
    extension: str | None
    name: str
    email: str
    phone: str
    company: str
    note: str
    made_by: str

    @property
    def shared(self) -> bool:
        """Whether everybody sees them."""
        return self.extension is None


class ContactRows:
    """Rows in, values out; holds no rule and opens no transaction."""

    def __init__(self, connection: AsyncConnection) -> None:
        self._connection = connection

    async def seen_by(self, extension: str) -> list[KeptContact]:
        """Those of one extension and those of everybody, by name."""
        seen = or_(contacts.c.extension == extension, contacts.c.extension.is_(None))
        found = [
            _contact(row) for row in await self._connection.execute(select(contacts).where(seen))
        ]
        return sorted(found, key=lambda each: (each.name.casefold(), each.id))

    async def get(self, contact_id: str) -> KeptContact | None:
        """One; nobody else changes it within this transaction."""
        query = select(contacts).where(contacts.c.id == contact_id).with_for_update()
        row = (await self._connection.execute(query)).one_or_none()
        return None if row is None else _contact(row)

    async def count(self, made_by: str) -> int:
        """How many an extension has made."""
        query = select(func.count()).select_from(contacts).where(contacts.c.made_by == made_by)
        return int(await self._connection.scalar(query) or 0)

    async def add(self, contact: KeptContact, at_ms: int) -> None:
        """Store a new one."""
        await self._connection.execute(insert(contacts).values(_columns(contact, at_ms)))

    async def change(self, contact: KeptContact, at_ms: int) -> None:
        """Store what has changed about one."""
        await self._connection.execute(
            update(contacts).where(contacts.c.id == contact.id).values(_columns(contact, at_ms))
        )

    async def drop(self, contact_id: str) -> None:
        """Remove one."""
        await self._connection.execute(delete(contacts).where(contacts.c.id == contact_id))

    async def drop_own(self, extensions: tuple[str, ...]) -> None:
        """Remove what these kept for themselves."""
        await self._connection.execute(delete(contacts).where(contacts.c.extension.in_(extensions)))


class Contacts:
    """Each user's contacts; what is everybody's is changed by who has made it."""

    def __init__(self, database: Database, events: Events, clock: Clock) -> None:
        self._database, self._clock = database, clock
        events.subscribe(ExtensionsDropped, self._extensions_gone)

    async def seen_by(self, extension: str) -> list[KeptContact]:
        """One's own and everybody's, by name."""
        async with self._database.read() as connection:
            return await ContactRows(connection).seen_by(extension)

    async def add(self, extension: str, given: Mapping[str, Any]) -> KeptContact:
        """Keep somebody.

        Raises:
            Invalid: with a message per field.
            TooManyContacts: the extension has made a thousand.
        """
        owner = None if given.get("shared") else extension
        empty = KeptContact(new_id(), owner, "", "", "", "", "", extension)
        contact = _with(empty, given)

        async def work(connection: AsyncConnection) -> None:
            rows = ContactRows(connection)
            if await rows.count(extension) >= MOST:
                raise TooManyContacts(most=MOST)
            await rows.add(contact, self._clock())

        await self._database.write(work)
        return contact

    async def change(
        self, extension: str, contact_id: str, given: Mapping[str, Any]
    ) -> KeptContact:
        """Change some fields of one.

        Raises:
            NotFound: there is none, or somebody else has made it.
            Invalid: with a message per field.
        """

        async def work(connection: AsyncConnection) -> KeptContact:
            held = await self._own(connection, extension, contact_id)
            changed = _with(held, given)
            if "shared" in given:
                changed = replace(changed, extension=None if given["shared"] else extension)
            await ContactRows(connection).change(changed, self._clock())
            return changed

        return await self._database.write(work)

    async def delete(self, extension: str, contact_id: str) -> None:
        """Keep one no longer.

        Raises:
            NotFound: there is none, or somebody else has made it.
        """

        async def work(connection: AsyncConnection) -> None:
            held = await self._own(connection, extension, contact_id)
            await ContactRows(connection).drop(held.id)

        await self._database.write(work)

    async def _own(
        self, connection: AsyncConnection, extension: str, contact_id: str
    ) -> KeptContact:
        held = await ContactRows(connection).get(contact_id)
        if held is None or held.made_by != extension:
            raise NotFound
        return held

    async def _extensions_gone(self, fact: ExtensionsDropped) -> None:
        await self._database.write(
            lambda connection: ContactRows(connection).drop_own(fact.numbers)
        )


def _with(contact: KeptContact, given: Mapping[str, Any]) -> KeptContact:
    fields: dict[str, str] = {}
    values: dict[str, Any] = {}
    for name in LIMITS.keys() & given.keys():
        try:
            values[name] = _checked(name, str(given[name]))
        except Invalid as refused:
            fields |= refused.fields
    if not values.get("name", contact.name) and "name" not in fields:
        fields["name"] = NO_NAME
    if fields:
        raise Invalid(fields)
    return replace(contact, **values)


def _checked(name: str, value: str) -> str:
    text = value.strip() if name == "note" else " ".join(value.split())
    if not text:
        return ""
    try:
        text = clean_text(text, limit=LIMITS[name])
    except EngageError as refused:
        raise Invalid({name: BAD_TEXT}) from refused
    if name == "phone" and _PHONE.fullmatch(text) is None:
        raise Invalid({name: BAD_PHONE})
    if name == "email":
        try:
            # No DNS: what is typed must not make the server ask the world.
            found = validate_email(text, check_deliverability=False, test_environment=True)
        except EmailNotValidError as refused:
            raise Invalid({name: BAD_EMAIL}) from refused
        return found.normalized
    return text


def _columns(contact: KeptContact, at_ms: int) -> dict[str, Any]:
    return {
        "id": contact.id,
        "extension": contact.extension,
        "name": contact.name,
        "email": contact.email,
        "phone": contact.phone,
        "company": contact.company,
        "note": contact.note,
        "made_by": contact.made_by,
        "changed_at_ms": at_ms,
    }


def _contact(row: Row[Any]) -> KeptContact:
    return KeptContact(
        row.id, row.extension, row.name, row.email, row.phone, row.company, row.note, row.made_by
    )
