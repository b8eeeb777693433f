"""Objects of the dialplan: routes, groups, menus and whatever else administrators arrange."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from typing import TYPE_CHECKING, Any, Generic

from engage.dialplan.events import PlanChanged
from engage.dialplan.model import DialplanObject, Form, KindFull, ObjectNameTaken
from engage.dialplan.repository import ObjectRepository
from engage.dialplan.rules import ObjectNumbers, ObjectRules
from engage.errors import NotFound
from engage.identifiers import new_id, now_ms
from engage.people.numbering import NumberBook
from engage.system.editing import InUse
from engage.system.operation_log import check_version, note

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Mapping, Sequence

    from sqlalchemy.ext.asyncio import AsyncConnection

    from engage.dialplan.model import ObjectKind
    from engage.events import Events
    from engage.identifiers import Clock
    from engage.storage.database import Database
    from engage.system.actor import Actor


class DialplanObjects(Generic[Form]):
    """Those of one kind in memory; a change is written first and then taken over."""

    def __init__(
        self,
        kind: ObjectKind[Form],
        database: Database,
        events: Events,
        clock: Clock = now_ms,
        rules: ObjectRules[Form] | None = None,
        numbers: NumberBook | None = None,
    ) -> None:
        """`numbers` learns of those that the kind has, and tells whether one is free."""
        self.kind, self._rules = kind, rules or ObjectRules()
        self._numbers = ObjectNumbers(kind, numbers or NumberBook())
        self._database, self._events, self._clock = database, events, clock
        self._reading = asyncio.Lock()
        self.entries: tuple[DialplanObject[Form], ...] = ()

    async def start(self) -> None:
        """Read all of them."""
        await self._reload()

    async def refresh(self) -> None:
        """Read all of them anew: somebody else has written."""
        await self._reload()

    async def stop(self) -> None:
        """Nothing runs in the background."""

    def listed(self, actor: Actor) -> list[DialplanObject[Form]]:
        """All of them in the order of the list.

        Raises:
            Forbidden: without the right to see them.
        """
        actor.check(self.kind.module, "view")
        return list(self.entries)

    def get(self, actor: Actor, object_id: str) -> DialplanObject[Form]:
        """One of them.

        Raises:
            NotFound: there is none.
        """
        actor.check(self.kind.module, "view")
        found = next((each for each in self.entries if each.id == object_id), None)
        if found is None:
            raise NotFound
        return found

    async def add(
        self, actor: Actor, form: Form, client_id: str | None, object_id: str = ""
    ) -> DialplanObject[Form]:
        """Add one at the end, or give back what an earlier call of this `client_id` has added.

        `object_id` is its id, if it has one already.

        Raises:
            ObjectNameTaken: another has the name.
            NumberTaken: something has its number.
            KindFull: there may be no more.
            Invalid: with the fields that will not do.
        """
        actor.check(self.kind.module)

        async def work(connection: AsyncConnection) -> str:
            rows = ObjectRepository(connection, self.kind)
            if client_id and (known := await rows.by_client_id(client_id)) is not None:
                return known.id
            self.check(form)
            if self.kind.most and await rows.count() >= self.kind.most:
                raise KindFull(most=self.kind.most)
            if await rows.taken(form.own_name):
                raise ObjectNameTaken(form.named_by)
            entry = DialplanObject(
                object_id or new_id(), await rows.last() + 1, form, 1, self._clock()
            )
            await rows.add(entry, client_id)
            await self._note(connection, actor, "add", entry.id, {"name": form.own_name})
            return entry.id

        return await self._written(actor, work)

    async def update(
        self, actor: Actor, object_id: str, given: Mapping[str, Any], version: int | None
    ) -> DialplanObject[Form]:
        """Change some fields; valid at once.

        Raises:
            NotFound: there is none.
            Edited: somebody else has changed it since `version`.
            ObjectNameTaken: another has the name.
            NumberTaken: something has its number.
            Invalid: with the fields that will not do.
        """
        return await self.edit(actor, object_id, lambda _: given, version)

    async def edit(
        self,
        actor: Actor,
        object_id: str,
        change: Callable[[Form], Mapping[str, Any]],
        version: int | None = None,
    ) -> DialplanObject[Form]:
        """Change some fields by what the object is when the change has its turn.

        `change` tells them from its form. Raises what `update` does.
        """
        actor.check(self.kind.module)
        self.get(actor, object_id)

        async def work(connection: AsyncConnection) -> str:
            rows = ObjectRepository(connection, self.kind)
            present = await rows.get(object_id)
            if present is None:
                raise NotFound
            await check_version(connection, self._subject(object_id), present.version, version)
            given = change(present.form)
            form = self.kind.form.model_validate({**present.form.model_dump(), **given})
            self.check(form, but=object_id)
            if await rows.taken(form.own_name, but=object_id):
                raise ObjectNameTaken(form.named_by)
            await rows.put(replace(present, form=form, version=present.version + 1))
            if self._rules.forget and form.own_name != present.form.own_name:
                await self._rules.forget(connection, present.form)
            detail = {"name": form.own_name, "fields": sorted(given)}
            await self._note(connection, actor, "change", object_id, detail)
            return object_id

        return await self._written(actor, work)

    async def take_over(
        self, actor: Actor, new: Sequence[Form], changes: Sequence[tuple[str, Form]]
    ) -> None:
        """Add and change many at once: all of them, or none.

        Raises:
            ObjectNameTaken: another has one of the names.
            NumberTaken: something has one of the numbers.
            KindFull: there may not be so many.
        """
        actor.check(self.kind.module)

        async def work(connection: AsyncConnection) -> None:
            rows = ObjectRepository(connection, self.kind)
            for form in new:
                self._numbers.check(form, "")
            if self.kind.most and await rows.count() + len(new) > self.kind.most:
                raise KindFull(most=self.kind.most)
            if new and await rows.any_taken([form.own_name for form in new]):
                raise ObjectNameTaken(self.kind.form.named_by)
            last = await rows.last()
            await rows.add_all(
                [
                    DialplanObject(new_id(), position, form, 1, self._clock())
                    for position, form in enumerate(new, last + 1)
                ]
            )
            for object_id, form in changes:
                if (present := await rows.get(object_id)) is not None:
                    await rows.put(replace(present, form=form, version=present.version + 1))
            detail = {"added": len(new), "changed": len(changes)}
            await self._note(connection, actor, "import", "", detail)

        async with self._numbers.assigning:
            await self._database.write(work)
            await self._reload()

    async def move(self, actor: Actor, object_id: str, position: int) -> DialplanObject[Form]:
        """Put an object at a place of the list, 1 being the first.

        Raises:
            NotFound: there is none.
        """
        actor.check(self.kind.module)
        self.get(actor, object_id)

        async def work(connection: AsyncConnection) -> str:
            rows = ObjectRepository(connection, self.kind)
            ids = [each.id for each in await rows.all() if each.id != object_id]
            ids.insert(max(0, position - 1), object_id)
            await rows.order(ids)
            await self._note(connection, actor, "move", object_id, {"position": position})
            return object_id

        return await self._written(actor, work)

    async def delete(self, actor: Actor, object_id: str) -> None:
        """Remove an object.

        Raises:
            NotFound: there is none.
            InUse: something needs it.
        """
        actor.check(self.kind.module)
        if users := self._rules.users(self.get(actor, object_id)):
            raise InUse(users)

        async def work(connection: AsyncConnection) -> None:
            rows = ObjectRepository(connection, self.kind)
            present = await rows.get(object_id)
            if present is None:
                raise NotFound
            await rows.drop(object_id)
            if self._rules.forget:
                await self._rules.forget(connection, present.form)
            await self._note(
                connection, actor, "delete", object_id, {"name": present.form.own_name}
            )

        await self._database.write(work)
        await self._reload()

    def check(self, form: Form, but: str = "") -> None:
        """Look a form through.

        Raises:
            Invalid: with the fields that will not do.
            NumberTaken: something has its number.
        """
        self._rules.check(form, but)
        self._numbers.check(form, but)

    def _subject(self, object_id: str) -> str:
        return f"{self.kind.word}:{object_id}"

    async def _note(
        self,
        connection: AsyncConnection,
        actor: Actor,
        action: str,
        object_id: str,
        detail: dict[str, Any],
    ) -> None:
        word = f"{self.kind.word}.{action}"
        await note(connection, actor, word, self._subject(object_id), detail)

    async def _written(
        self, actor: Actor, work: Callable[[AsyncConnection], Awaitable[str]]
    ) -> DialplanObject[Form]:
        async with self._numbers.assigning:
            object_id = await self._database.write(work)
            await self._reload()
        return self.get(actor, object_id)

    async def _reload(self) -> None:
        # One after the other: else who began to read first might be the last to be done.
        async with self._reading, self._database.read() as connection:
            self.entries = tuple(await ObjectRepository(connection, self.kind).all())
            self._numbers.follow(self.entries)
        self._events.publish(PlanChanged())
