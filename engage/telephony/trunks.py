"""VoIP trunks: what administrators arrange, and how the trunks stand."""

from __future__ import annotations

import logging
from dataclasses import replace
from types import MappingProxyType
from typing import TYPE_CHECKING, Any

from engage.errors import Invalid, NotFound, Unavailable
from engage.identifiers import new_id, now_ms
from engage.keyring import SealBroken
from engage.people.model import Reference
from engage.people.policy import name_key
from engage.system.actor import Module
from engage.system.operation_log import check_version, note
from engage.telephony.events import TrunksChanged
from engage.telephony.trunk_forms import TrunkForm
from engage.telephony.trunk_model import TrunkEntry, TrunkNameTaken, problems_of
from engage.telephony.trunk_repository import TrunkRepository
from pbxcore.commands import ListTrunks, TrunkStandings

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Iterable, Mapping

    from sqlalchemy.ext.asyncio import AsyncConnection

    from engage.events import Events
    from engage.identifiers import Clock
    from engage.storage.database import Database
    from engage.system.actor import Actor
    from engage.telephony.model import PbxPort
    from engage.telephony.trunk_forms import NewTrunk
    from engage.telephony.trunk_model import MembersOf, Secrets
    from pbxcore.commands import TrunkStanding
    from pbxcore.directory import Trunk

log = logging.getLogger(__name__)
ASKED_WITHIN_S = 2.0
NO_OPTIONS: Mapping[str, Any] = MappingProxyType({})


class Trunks:
    """Trunks in memory; a change is written first and then taken over."""

    def __init__(
        self,
        database: Database,
        keyring: Secrets,
        link: PbxPort,
        events: Events,
        clock: Clock = now_ms,
        members_of: MembersOf = list,
    ) -> None:
        """`members_of` tells the extensions of extension groups, by the ids of those."""
        self._members_of = members_of
        self._database, self._keyring, self._link = database, keyring, link
        self._events, self._clock = events, clock
        self._trunks: dict[str, TrunkEntry] = {}
        self._for_pbx: tuple[Trunk, ...] = ()

    async def start(self) -> None:
        """Read every trunk."""
        async with self._database.read() as connection:
            found = await TrunkRepository(connection).all()
        self._hold({each.id: each for each in found})

    async def stop(self) -> None:
        """Nothing runs in the background."""

    def directory(self) -> tuple[Trunk, ...]:
        """The PBX's view of all trunks, passwords in clear."""
        return tuple(
            self._trunks[each.id].with_groups(each, self._members_of) for each in self._for_pbx
        )

    def name_of(self, trunk_id: str) -> str:
        """A trunk's name; empty when there is none."""
        entry = self._trunks.get(trunk_id)
        return "" if entry is None else entry.form.name

    @property
    def entries(self) -> list[TrunkEntry]:
        """Every trunk, in no order, for who may see them."""
        return list(self._trunks.values())

    async def referring(
        self, _connection: AsyncConnection, kind: str, keys: Iterable[str]
    ) -> list[Reference]:
        """The trunks whose DOD numbers groups and queues show: without them, other numbers do."""
        return [
            Reference("trunk", each.id, each.form.name) for each in self._naming(kind, set(keys))
        ]

    def naming(self, kind: str, value: str) -> list[dict[str, str]]:
        """The trunks that name an object of the dialplan by its number.

        That is a ring group which shows a DOD, or a fax extension that gets the faxes of callers.
        """
        return [
            {"kind": "trunk", "id": each.id, "name": each.form.name}
            for each in self._naming(kind, {value})
        ]

    async def standings(self) -> dict[str, TrunkStanding]:
        """How the enabled trunks stand now, by id; nothing while the PBX is away."""
        try:
            reply = await self._link.request(ListTrunks(), ASKED_WITHIN_S)
        except Unavailable:
            return {}
        found = reply.trunks if isinstance(reply, TrunkStandings) else ()
        return {each.id: each for each in found}

    def listed(self, actor: Actor) -> list[TrunkEntry]:
        """Every trunk, by name.

        Raises:
            Forbidden: without the right to see them.
        """
        actor.check(Module.TRUNKS, "view")
        return sorted(self._trunks.values(), key=lambda each: each.key)

    def get(self, actor: Actor, trunk_id: str) -> TrunkEntry:
        """One trunk.

        Raises:
            NotFound: there is none.
        """
        actor.check(Module.TRUNKS, "view")
        return self._existing(trunk_id)

    async def add(
        self, actor: Actor, new: NewTrunk, options: Mapping[str, Any] = NO_OPTIONS
    ) -> TrunkEntry:
        """Add a trunk, or give back what an earlier call with the same `client_id` has added.

        Raises:
            TrunkNameTaken: another has the name.
            Invalid: with the fields that will not do.
        """
        actor.check(Module.TRUNKS)
        form = TrunkForm(**new.model_dump(exclude={"client_id", "password"}))
        if problems := problems_of(form, password=bool(new.password)):
            raise Invalid(problems)
        sealed = self._keyring.seal(new.password) if new.password else ""
        entry = TrunkEntry(new_id(), form, sealed, 1, self._clock(), options)

        async def work(connection: AsyncConnection) -> TrunkEntry:
            rows = TrunkRepository(connection)
            if new.client_id and (known := await rows.by_client_id(new.client_id)) is not None:
                return known
            if await rows.taken(name_key(form.name)):
                raise TrunkNameTaken
            await rows.add(entry, new.client_id)
            await note(connection, actor, "trunk.add", subject_of(entry.id), {"name": form.name})
            return entry

        return await self._written(work)

    async def update(
        self,
        actor: Actor,
        trunk_id: str,
        fields: Mapping[str, Any],
        version: int | None,
        options: Mapping[str, Any] = NO_OPTIONS,
    ) -> TrunkEntry:
        """Change some fields; valid at once. An empty password stays as it is, None takes it away.

        Raises:
            NotFound: there is none.
            Edited: somebody else has changed it since `version`.
            TrunkNameTaken: another has the name.
            Invalid: with the fields that will not do.
        """
        actor.check(Module.TRUNKS)
        self._existing(trunk_id)
        given = dict(fields)
        password = given.pop("password", "")
        sealed = self._keyring.seal(str(password)) if password else ""
        keeps = password is not None

        async def work(connection: AsyncConnection) -> TrunkEntry:
            rows = TrunkRepository(connection)
            present = await rows.get(trunk_id)
            if present is None:
                raise NotFound
            subject = subject_of(trunk_id)
            await check_version(connection, subject, present.version, version)
            form = TrunkForm.model_validate({**present.form.model_dump(), **given})
            changed = replace(
                present,
                form=form,
                sealed_password=sealed or (present.sealed_password if keeps else ""),
                version=present.version + 1,
                options={**present.options, **options},
            )
            if problems := problems_of(form, password=bool(changed.sealed_password)):
                raise Invalid(problems)
            if await rows.taken(name_key(form.name), but=trunk_id):
                raise TrunkNameTaken
            await rows.put(changed)
            named = sorted([*given, *options, *(["password"] if sealed or not keeps else [])])
            detail = {"name": form.name, "fields": named}
            await note(connection, actor, "trunk.change", subject_of(trunk_id), detail)
            return changed

        return await self._written(work)

    async def delete(self, actor: Actor, trunk_id: str) -> None:
        """Remove a trunk; its registration is taken back.

        Raises:
            NotFound: there is none.
        """
        actor.check(Module.TRUNKS)
        self._existing(trunk_id)

        async def work(connection: AsyncConnection) -> None:
            rows = TrunkRepository(connection)
            present = await rows.get(trunk_id)
            if present is None:
                raise NotFound
            await rows.drop(trunk_id)
            detail = {"name": present.form.name}
            await note(connection, actor, "trunk.delete", subject_of(trunk_id), detail)

        await self._database.write(work)
        self._hold({at: each for at, each in self._trunks.items() if at != trunk_id})

    def _naming(self, kind: str, keys: set[str]) -> list[TrunkEntry]:
        """By name."""
        return [
            each
            for each in sorted(self._trunks.values(), key=lambda each: each.key)
            if _names(each.form, kind, keys)
        ]

    def _existing(self, trunk_id: str) -> TrunkEntry:
        entry = self._trunks.get(trunk_id)
        if entry is None:
            raise NotFound
        return entry

    async def _written(
        self, work: Callable[[AsyncConnection], Awaitable[TrunkEntry]]
    ) -> TrunkEntry:
        written = await self._database.write(work)
        present = self._trunks.get(written.id)
        if present is None or present.version < written.version:
            self._hold({**self._trunks, written.id: written})
        return written

    def _hold(self, entries: dict[str, TrunkEntry]) -> None:
        self._trunks = entries
        opened = (self._opened(each) for each in entries.values())
        self._for_pbx = tuple(each for each in opened if each is not None)
        self._events.publish(TrunksChanged())

    def _opened(self, entry: TrunkEntry) -> Trunk | None:
        """For the PBX; one whose password was sealed with another key waits for a new password."""
        try:
            return entry.for_pbx(self._keyring)
        except SealBroken:
            log.error("trunk's password cannot be opened", extra={"trunk": entry.form.name})
            return None


def subject_of(trunk_id: str) -> str:
    """A trunk as the operation log names it."""
    return f"trunk:{trunk_id}"


def _names(form: TrunkForm, kind: str, keys: set[str]) -> bool:
    """Whether DODs are shown by one of these, or faxes go there."""
    faxes = form.fax_place
    if faxes is not None and faxes.kind == kind and faxes.value in keys:
        return True
    return any(not keys.isdisjoint(dod.named(kind)) for dod in form.dods)
