"""The templates in use: the product's own, and those that administrators have written instead."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING

from sqlalchemy import delete, insert, select, update

from engage.errors import Invalid, NotFound
from engage.identifiers import now_ms
from engage.notify.kinds import KINDS, Kind
from engage.notify.templates import Fault, Source, faults, own_source
from engage.storage.tables import mail_templates
from engage.system.actor import Module
from engage.system.operation_log import check_version, note

if TYPE_CHECKING:
    from collections.abc import Callable

    from sqlalchemy import ColumnElement
    from sqlalchemy.ext.asyncio import AsyncConnection

    from engage.identifiers import Clock
    from engage.storage.database import Database
    from engage.system.actor import Actor


class TemplateFaulty(Invalid):
    """A template names what its mail does not have, or cannot be read; `faults` says where."""

    def __init__(self, found: list[Fault]) -> None:
        super().__init__()
        self.faults = found


@dataclass(frozen=True, slots=True)
class Template:
    """A kind's template in a language; `version` 0: the product's own."""

    kind: Kind
    language: str
    source: Source
    version: int


class TemplateLibrary:
    """Which text a mail of a kind has in a language."""

    def __init__(
        self, database: Database, languages: Callable[[], tuple[str, ...]], clock: Clock = now_ms
    ) -> None:
        """`languages`: the tags there are texts in."""
        self._database, self._languages, self._clock = database, languages, clock

    async def used(self, kind: Kind, language: str) -> Template:
        """What mails are filled into, for the sender."""
        async with self._database.read() as connection:
            return await self._held(connection, kind, language)

    async def changed(self, actor: Actor) -> set[tuple[str, str]]:
        """Which templates are an administrator's: kind and language.

        Raises:
            Forbidden: without the right to see email.
        """
        actor.check(Module.EMAIL, "view")
        query = select(mail_templates.c.kind, mail_templates.c.language)
        async with self._database.read() as connection:
            return {(row.kind, row.language) for row in (await connection.execute(query)).all()}

    async def get(self, actor: Actor, kind: str, language: str) -> Template:
        """A template.

        Raises:
            Forbidden: without the right to see email.
            NotFound: no such kind or language.
        """
        actor.check(Module.EMAIL, "view")
        return await self.used(self.known(kind, language), language)

    async def put(
        self, actor: Actor, kind: str, language: str, source: Source, version: int | None
    ) -> Template:
        """Use another text from now on, also for mails that wait.

        Raises:
            Forbidden: without the right to edit email.
            NotFound: no such kind or language.
            TemplateFaulty: it is no template, or names what the mail does not have.
            Edited: somebody else has changed it since `version`.
        """
        actor.check(Module.EMAIL)
        of = self.known(kind, language)
        check(of, source)
        now = self._clock()

        async def work(connection: AsyncConnection) -> Template:
            held = await self._held(connection, of, language)
            await check_version(connection, _subject(held), held.version, version)
            values = {**asdict(source), "version": held.version + 1, "changed_at_ms": now}
            if held.version:
                await connection.execute(update(mail_templates).where(*_key(held)).values(**values))
            else:
                await connection.execute(
                    insert(mail_templates).values(kind=kind, language=language, **values)
                )
            await note(connection, actor, "template.change", _subject(held))
            return Template(of, language, source, held.version + 1)

        return await self._database.write(work)

    async def restore(
        self, actor: Actor, kind: str, language: str, version: int | None = None
    ) -> Template:
        """Use the product's own text again.

        Raises:
            Forbidden: without the right to edit email.
            NotFound: no such kind or language.
            Edited: somebody else has changed it since `version`.
        """
        actor.check(Module.EMAIL)
        of = self.known(kind, language)

        async def work(connection: AsyncConnection) -> None:
            held = await self._held(connection, of, language)
            await check_version(connection, _subject(held), held.version, version)
            if held.version:
                await connection.execute(delete(mail_templates).where(*_key(held)))
                await note(connection, actor, "template.restore", _subject(held))

        await self._database.write(work)
        return Template(of, language, own_source(of, language), 0)

    def known(self, kind: str, language: str) -> Kind:
        """A kind by its name, if there are texts in this language.

        Raises:
            NotFound: one of them is unknown.
        """
        if kind not in KINDS or language not in self._languages():
            raise NotFound
        return KINDS[kind]

    async def _held(self, connection: AsyncConnection, kind: Kind, language: str) -> Template:
        query = select(mail_templates).where(
            mail_templates.c.kind == kind.name, mail_templates.c.language == language
        )
        row = (await connection.execute(query)).one_or_none()
        if row is None:
            return Template(kind, language, own_source(kind, language), 0)
        return Template(kind, language, Source(row.subject, row.text, row.html), row.version)


def check(kind: Kind, source: Source) -> None:
    """Refuse what is no template.

    Raises:
        TemplateFaulty: with everything that is wrong.
    """
    if found := faults(kind, source):
        raise TemplateFaulty(found)


def _subject(template: Template) -> str:
    return f"template:{template.kind.name}/{template.language}"


def _key(template: Template) -> tuple[ColumnElement[bool], ...]:
    return (
        mail_templates.c.kind == template.kind.name,
        mail_templates.c.language == template.language,
    )
