"""What an administrator sets for the whole installation: typed sections, read from memory.

A section is a frozen pydantic model whose every field has a default; it is drawn as a form from its
schema, stored as one row, and valid at once.
"""

from __future__ import annotations

import logging
from contextlib import nullcontext
from dataclasses import dataclass
from types import MappingProxyType
from typing import TYPE_CHECKING, Any, Protocol, TypeVar

from pydantic import BaseModel, ValidationError
from sqlalchemy import insert, select, update

from engage.background import regularly
from engage.errors import Invalid, NotFound
from engage.identifiers import Clock, now_ms
from engage.storage.tables import settings
from engage.system.events import SectionChanged
from engage.system.operation_log import check_version, note

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping
    from contextlib import AbstractAsyncContextManager

    from sqlalchemy.ext.asyncio import AsyncConnection

    from engage.events import Events
    from engage.storage.database import Database
    from engage.system.actor import Actor, Module

log = logging.getLogger(__name__)
Model = TypeVar("Model", bound=BaseModel)
NO_LOCK: AbstractAsyncContextManager[Any] = nullcontext()
WATCH_S = 2.0  # how soon another process's change is seen
SECRET = "secret"  # noqa: S105 - the mark of a field, no secret itself


class Secrets(Protocol):
    """What must be recovered in clear is sealed with the installation's key."""

    def seal(self, clear: str) -> str:
        """Encrypt."""
        ...

    def open(self, sealed: str) -> str:
        """Decrypt what `seal` made."""
        ...


@dataclass(frozen=True, slots=True)
class Section:
    """One form of settings.

    `ruled` gives fields that a start setting decides, with the reason; `ruling` their values.
    `lock` is held from `check` until what was checked holds.
    """

    name: str
    model: type[BaseModel]
    module: Module
    ruled: Callable[[], Mapping[str, str]]
    ruling: Mapping[str, Any]
    check: Callable[[Any], None]
    lock: AbstractAsyncContextManager[Any]


@dataclass(frozen=True, slots=True)
class Stored:
    """A section's values as they hold, and how often they were changed."""

    values: BaseModel
    version: int


class Configuration:
    """Every section in memory; a change is written first and then taken over."""

    def __init__(
        self, database: Database, secrets: Secrets, events: Events, clock: Clock = now_ms
    ) -> None:
        self._database, self._secrets = database, secrets
        self._events, self._clock = events, clock
        self._sections: dict[str, Section] = {}
        self._by_model: dict[type[BaseModel], str] = {}
        self._stored: dict[str, Stored] = {}
        self._watcher = regularly("reading of settings", self._read, every_s=WATCH_S)

    def register(
        self,
        name: str,
        model: type[BaseModel],
        module: Module,
        ruled: Callable[[], Mapping[str, str]] = dict,
        ruling: Mapping[str, Any] = MappingProxyType({}),
        check: Callable[[Any], None] = lambda values: None,
        lock: AbstractAsyncContextManager[Any] = NO_LOCK,
    ) -> None:
        """Know a section; before `start`.

        Args:
            name: as its address has it: `/v1/settings/<name>`.
            model: frozen, every field with a default. A field with
                `json_schema_extra={"secret": True}` is sealed at rest and never shown; one with
                `"only_for": ["host"]` is forgotten when that changes without it.
            module: which right opens it.
            ruled: fields that are read-only now, each with the (untranslated) reason.
            ruling: values that hold in place of the stored ones while the server runs.
            check: raises `Invalid` for values that will not do on this server.
            lock: held from the check until the values hold, where others ask what they take.
        """
        section = self._sections[name] = Section(name, model, module, ruled, ruling, check, lock)
        self._by_model[model] = name
        self._stored[name] = _in_force(section, Stored(model(), 0))

    async def start(self) -> None:
        """Read what is stored and keep that current."""
        await self._read()
        self._watcher.start(after_s=WATCH_S)

    async def stop(self) -> None:
        """Stop looking for changes."""
        await self._watcher.stop()

    def get(self, model: type[Model]) -> Model:
        """A section's values as they hold now."""
        values = self._stored[self._by_model[model]].values
        assert isinstance(values, model)  # noqa: S101 - registered under this model
        return values

    def section(self, name: str) -> Section:
        """A section by its name.

        Raises:
            NotFound: there is none.
        """
        if name not in self._sections:
            raise NotFound
        return self._sections[name]

    def stored(self, name: str) -> Stored:
        """A section's values and version by its name.

        Raises:
            NotFound: there is none.
        """
        return self._stored[self.section(name).name]

    def names(self) -> list[str]:
        """Every section."""
        return sorted(self._sections)

    async def change(
        self, actor: Actor, name: str, values: Mapping[str, Any], version: int | None = None
    ) -> Stored:
        """Change some fields of a section.

        Args:
            actor: who does it.
            name: which section.
            values: the fields that change; None for a secret takes it away.
            version: what was edited; anything if None.

        Raises:
            NotFound: no such section.
            Forbidden: without the right to edit it.
            Edited: somebody else has changed it since `version`.
            Invalid: a field is unknown, wrong, or decided by a start setting.
            ValidationError: as the model found it; the edge words it.
        """
        return await self.edit(actor, name, lambda _: values, version)

    async def edit(
        self,
        actor: Actor,
        name: str,
        change: Callable[[Any], Mapping[str, Any]],
        version: int | None = None,
    ) -> Stored:
        """Change some fields of a section by what it holds when the change has its turn.

        `change` tells them from the section's values; none: nothing is written. It raises what
        `change` of this class does.
        """
        section = self.section(name)
        actor.check(section.module)
        ruled = section.ruled()

        async def work(connection: AsyncConnection) -> Stored:
            held = await self._held(connection, section)
            await check_version(connection, f"settings:{name}", held.version, version)
            values = change(held.values)
            if refused := {field: ruled[field] for field in values if field in ruled}:
                raise Invalid(refused)
            if not values:
                return held
            before = held.values.model_dump(mode="json")
            removed = (
                each for each in secret_fields(section.model) if values.get(each, "") is None
            )
            values = {**values, **dict.fromkeys(removed, "")}
            merged = {**before, **values}
            merged |= dict.fromkeys(_forgotten(section.model, before, merged, values), "")
            changed = Stored(section.model.model_validate(merged), held.version + 1)
            section.check(changed.values)
            await self._write(connection, section, changed)
            fields = sorted(field for field in values if field in section.model.model_fields)
            await note(connection, actor, "settings.change", f"settings:{name}", {"fields": fields})
            return changed

        async with section.lock:
            changed = await self._database.write(work)
            self._take_over(section, changed)
        return changed

    async def _held(self, connection: AsyncConnection, section: Section) -> Stored:
        query = select(settings).where(settings.c.name == section.name)
        row = (await connection.execute(query)).one_or_none()
        return Stored(section.model(), 0) if row is None else self._opened(section, row)

    async def _write(self, connection: AsyncConnection, section: Section, held: Stored) -> None:
        values = held.values.model_dump(mode="json")
        for field in secret_fields(section.model):
            values[field] = self._secrets.seal(values[field]) if values[field] else ""
        row = {"value": values, "version": held.version, "changed_at_ms": self._clock()}
        changed = await connection.execute(
            update(settings).where(settings.c.name == section.name).values(**row)
        )
        if changed.rowcount == 0:
            await connection.execute(insert(settings).values(name=section.name, **row))

    def _opened(self, section: Section, row: Any) -> Stored:
        """A row as values; fields that a newer or older release knew are left out."""
        values = {key: row.value[key] for key in row.value if key in section.model.model_fields}
        for field in secret_fields(section.model):
            if values.get(field):
                values[field] = self._secrets.open(values[field])
        try:
            return Stored(section.model.model_validate(values), row.version)
        except ValidationError:
            log.exception("stored settings are not valid", extra={"section": section.name})
            return Stored(section.model(), row.version)

    def _take_over(self, section: Section, held: Stored) -> None:
        if held.version <= self._stored[section.name].version:
            return
        self._stored[section.name] = _in_force(section, held)
        self._events.publish(SectionChanged(section.name))

    async def _read(self) -> None:
        async with self._database.read() as connection:
            rows = (await connection.execute(select(settings))).all()
        for row in rows:
            if (section := self._sections.get(row.name)) is not None:
                self._take_over(section, self._opened(section, row))


def _in_force(section: Section, held: Stored) -> Stored:
    """What holds: the stored values under those of start settings, which are never stored."""
    if not section.ruling:
        return held
    return Stored(held.values.model_copy(update=dict(section.ruling)), held.version)


def _forgotten(
    model: type[BaseModel],
    before: Mapping[str, Any],
    after: Mapping[str, Any],
    given: Mapping[str, Any],
) -> Iterator[str]:
    """Secrets that were for something else: whoever may set a host may not collect its password."""
    for name in secret_fields(model):
        hints = model.model_fields[name].json_schema_extra
        bound: Any = hints.get("only_for", ()) if isinstance(hints, dict) else ()
        if name not in given and any(before[each] != after[each] for each in bound):
            yield name


def secret_fields(model: type[BaseModel]) -> list[str]:
    """The fields that are sealed at rest and never shown."""
    return [
        name
        for name, field in model.model_fields.items()
        if isinstance(field.json_schema_extra, dict) and field.json_schema_extra.get(SECRET)
    ]
