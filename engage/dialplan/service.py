"""Routes of calls: what administrators arrange, and what the PBX is told of it."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from typing import TYPE_CHECKING, Any, Generic

from engage.dialplan.events import PlanChanged
from engage.dialplan.model import Form, KindFull, RouteEntry, RouteNameTaken
from engage.dialplan.repository import RouteRepository
from engage.errors import N_, Invalid, NotFound
from engage.identifiers import new_id, now_ms
from engage.people.numbering import NumberBook, Owner
from engage.system.editing import InUse
from engage.system.operation_log import check_version, note

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Mapping, Sequence

    from sqlalchemy.ext.asyncio import AsyncConnection

    from engage.dialplan.model import RouteKind
    from engage.events import Events
    from engage.identifiers import Clock
    from engage.storage.database import Database
    from engage.system.actor import Actor


class Routes(Generic[Form]):
    """Routes of one kind in memory; a change is written first and then taken over."""

    def __init__(
        self,
        kind: RouteKind[Form],
        database: Database,
        events: Events,
        trunk_exists: Callable[[str], bool],
        clock: Clock = now_ms,
        consult: Callable[[Form, str], dict[str, str]] = lambda form, but: {},
        users: Callable[[RouteEntry[Form]], list[dict[str, str]]] = lambda entry: [],
        forget: Callable[[AsyncConnection, Form], Awaitable[None]] | None = None,
        numbers: NumberBook | None = None,
    ) -> None:
        """Wire it.

        `consult` tells what else is wrong with a form, of an id or of a new one; `users` who needs
        one, so that it cannot be deleted. `forget` removes what is kept of a name that is no more.
        `numbers` learns of those that a kind has, and tells whether one is free.
        """
        self.kind, self._numbers = kind, numbers or NumberBook()
        if kind.owner is not None:
            self._numbers.register(Owner(kind.owner, self._holds))
        self._consult, self._users, self._forget = consult, users, forget
        self._database, self._events, self._clock = database, events, clock
        self._trunk_exists = trunk_exists
        self._reading = asyncio.Lock()
        self.entries: tuple[RouteEntry[Form], ...] = ()
        self._having: dict[str, RouteEntry[Form]] = {}

    async def start(self) -> None:
        """Read every route."""
        await self._reload()

    async def refresh(self) -> None:
        """Read every route anew: somebody else has written."""
        await self._reload()

    async def stop(self) -> None:
        """Nothing runs in the background."""

    def listed(self, actor: Actor) -> list[RouteEntry[Form]]:
        """Every route in the order of the list.

        Raises:
            Forbidden: without the right to see them.
        """
        actor.check(self.kind.module, "view")
        return list(self.entries)

    def get(self, actor: Actor, route_id: str) -> RouteEntry[Form]:
        """One route.

        Raises:
            NotFound: there is none.
        """
        actor.check(self.kind.module, "view")
        found = next((each for each in self.entries if each.id == route_id), None)
        if found is None:
            raise NotFound
        return found

    async def add(
        self, actor: Actor, form: Form, client_id: str | None, route_id: str = ""
    ) -> RouteEntry[Form]:
        """Add a route at the end, or give back what an earlier call of this `client_id` has added.

        `route_id` is its id, if it has one already.

        Raises:
            RouteNameTaken: another has the name.
            NumberTaken: something has its number.
            KindFull: there may be no more.
            Invalid: with the fields that will not do.
        """
        actor.check(self.kind.module)

        async def work(connection: AsyncConnection) -> str:
            rows = RouteRepository(connection, self.kind)
            if client_id and (known := await rows.by_client_id(client_id)) is not None:
                return known.id
            self.check(form)
            if self.kind.most and await rows.count() >= self.kind.most:
                raise KindFull(most=self.kind.most)
            if await rows.taken(form.own_name):
                raise RouteNameTaken(form.named_by)
            entry = RouteEntry(route_id or new_id(), await rows.last() + 1, form, 1, self._clock())
            await rows.add(entry, client_id)
            await self._note(connection, actor, "add", entry.id, {"name": form.own_name})
            return entry.id

        return await self._written(actor, work)

    async def update(
        self, actor: Actor, route_id: str, given: Mapping[str, Any], version: int | None
    ) -> RouteEntry[Form]:
        """Change some fields; valid at once.

        Raises:
            NotFound: there is none.
            Edited: somebody else has changed it since `version`.
            RouteNameTaken: another has the name.
            NumberTaken: something has its number.
            Invalid: with the fields that will not do.
        """
        return await self.edit(actor, route_id, lambda _: given, version)

    async def edit(
        self,
        actor: Actor,
        route_id: str,
        change: Callable[[Form], Mapping[str, Any]],
        version: int | None = None,
    ) -> RouteEntry[Form]:
        """Change some fields by what the route is when the change has its turn.

        `change` tells them from its form. Raises what `update` does.
        """
        actor.check(self.kind.module)
        self.get(actor, route_id)

        async def work(connection: AsyncConnection) -> str:
            rows = RouteRepository(connection, self.kind)
            present = await rows.get(route_id)
            if present is None:
                raise NotFound
            await check_version(connection, self._subject(route_id), present.version, version)
            given = change(present.form)
            form = self.kind.form.model_validate({**present.form.model_dump(), **given})
            self.check(form, but=route_id)
            if await rows.taken(form.own_name, but=route_id):
                raise RouteNameTaken(form.named_by)
            await rows.put(replace(present, form=form, version=present.version + 1))
            if self._forget and form.own_name != present.form.own_name:
                await self._forget(connection, present.form)
            detail = {"name": form.own_name, "fields": sorted(given)}
            await self._note(connection, actor, "change", route_id, detail)
            return route_id

        return await self._written(actor, work)

    async def take_over(
        self, actor: Actor, new: Sequence[Form], changes: Sequence[tuple[str, Form]]
    ) -> None:
        """Add and change many at once: all of them, or none.

        Raises:
            RouteNameTaken: another has one of the names.
            NumberTaken: something has one of the numbers.
            KindFull: there may not be so many.
        """
        actor.check(self.kind.module)

        async def work(connection: AsyncConnection) -> None:
            rows = RouteRepository(connection, self.kind)
            for form in new:
                self._check_numbers(form, "")
            if self.kind.most and await rows.count() + len(new) > self.kind.most:
                raise KindFull(most=self.kind.most)
            if new and await rows.any_taken([form.own_name for form in new]):
                raise RouteNameTaken(self.kind.form.named_by)
            last = await rows.last()
            await rows.add_all(
                [
                    RouteEntry(new_id(), position, form, 1, self._clock())
                    for position, form in enumerate(new, last + 1)
                ]
            )
            for route_id, form in changes:
                if (present := await rows.get(route_id)) is not None:
                    await rows.put(replace(present, form=form, version=present.version + 1))
            detail = {"added": len(new), "changed": len(changes)}
            await self._note(connection, actor, "import", "", detail)

        async with self._numbers.assigning:
            await self._database.write(work)
            await self._reload()

    async def move(self, actor: Actor, route_id: str, position: int) -> RouteEntry[Form]:
        """Put a route at a place of the list, 1 being the first.

        Raises:
            NotFound: there is none.
        """
        actor.check(self.kind.module)
        self.get(actor, route_id)

        async def work(connection: AsyncConnection) -> str:
            rows = RouteRepository(connection, self.kind)
            ids = [each.id for each in await rows.all() if each.id != route_id]
            ids.insert(max(0, position - 1), route_id)
            await rows.order(ids)
            await self._note(connection, actor, "move", route_id, {"position": position})
            return route_id

        return await self._written(actor, work)

    async def delete(self, actor: Actor, route_id: str) -> None:
        """Remove a route.

        Raises:
            NotFound: there is none.
            InUse: something needs it.
        """
        actor.check(self.kind.module)
        if users := self._users(self.get(actor, route_id)):
            raise InUse(users)

        async def work(connection: AsyncConnection) -> None:
            rows = RouteRepository(connection, self.kind)
            present = await rows.get(route_id)
            if present is None:
                raise NotFound
            await rows.drop(route_id)
            if self._forget:
                await self._forget(connection, present.form)
            await self._note(connection, actor, "delete", route_id, {"name": present.form.own_name})

        await self._database.write(work)
        await self._reload()

    def check(self, form: Form, but: str = "") -> None:
        """Look a form through.

        Raises:
            Invalid: with the fields that will not do.
            NumberTaken: something has its number.
        """
        problems = form.problems() | self._consult(form, but)
        if not all(map(self._trunk_exists, form.uses())):
            problems[form.trunks_in] = N_("This trunk does not exist.")
        if problems:
            raise Invalid(problems)
        self._check_numbers(form, but)

    def _check_numbers(self, form: Form, but: str) -> None:
        """Those that it has already are not asked about: ranges never move what there is."""
        present = next((each.form.numbers() for each in self.entries if each.id == but), {})
        for number, field in form.numbers().items():
            if number in present:
                continue
            self._numbers.check(number, but, field)
            if self.kind.span is not None:
                self._numbers.check_range(self.kind.span, number, field)

    def _holds(self, number: str, but: str) -> str | None:
        entry = self._having.get(number)
        return None if entry is None or entry.id == but else entry.form.own_name

    def _subject(self, route_id: str) -> str:
        return f"{self.kind.word}:{route_id}"

    async def _note(
        self,
        connection: AsyncConnection,
        actor: Actor,
        action: str,
        route_id: str,
        detail: dict[str, Any],
    ) -> None:
        word = f"{self.kind.word}.{action}"
        await note(connection, actor, word, self._subject(route_id), detail)

    async def _written(
        self, actor: Actor, work: Callable[[AsyncConnection], Awaitable[str]]
    ) -> RouteEntry[Form]:
        async with self._numbers.assigning:
            route_id = await self._database.write(work)
            await self._reload()
        return self.get(actor, route_id)

    async def _reload(self) -> None:
        # One after the other: else who began to read first might be the last to be done.
        async with self._reading, self._database.read() as connection:
            self.entries = tuple(await RouteRepository(connection, self.kind).all())
            self._having = {number: each for each in self.entries for number in each.form.numbers()}
        self._events.publish(PlanChanged())


def no_trunk(_id: str) -> bool:
    """For kinds that name none."""
    return False
