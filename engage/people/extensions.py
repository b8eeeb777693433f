"""Extensions with their users: each change is one transaction and one row in the operation log."""

from __future__ import annotations

from contextlib import nullcontext
from typing import TYPE_CHECKING, Any

from engage.errors import Invalid, NotFound
from engage.people.directory_repository import DirectoryRepository
from engage.people.extension_rows import Rewrite
from engage.people.ledger import Repeated
from engage.people.model import ExtensionEntry, NameTaken, Reference
from engage.people.numbering import NumberTaken
from engage.people.queue_groups import forget_who_left
from engage.people.repository import DIRECTORY_VERSION, PeopleRepository
from engage.system.actor import Module
from engage.system.editing import InUse
from engage.system.operation_log import check_version

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from sqlalchemy.ext.asyncio import AsyncConnection

    from engage.people.extension_checks import ExtensionChecks
    from engage.people.extension_forms import ExtensionChange, NewExtension
    from engage.people.extension_rows import ExtensionRows
    from engage.people.ledger import Ledger
    from engage.people.model import References, Secrets
    from engage.people.passwords import Passwords
    from engage.people.sessions import Sessions
    from engage.system.actor import Actor


class Extensions:
    """What administrators and programs do with extensions."""

    def __init__(
        self,
        ledger: Ledger,
        keyring: Secrets,
        passwords: Passwords,
        sessions: Sessions,
        checks: ExtensionChecks,
        rows: ExtensionRows,
    ) -> None:
        self._ledger, self._keyring = ledger, keyring
        self._passwords, self._sessions = passwords, sessions
        self.checks, self.rows = checks, rows
        self._references: list[References] = []

    def consult(self, references: References) -> None:
        """Ask these too who refers to an extension."""
        self._references.append(references)

    def listed(self, actor: Actor) -> list[ExtensionEntry]:
        """Every extension, by number.

        Raises:
            Forbidden: without the right to see them.
        """
        actor.check(Module.EXTENSIONS, "view")
        return sorted(self._ledger.book.extensions.values(), key=lambda each: each.number)

    def get(self, actor: Actor, number: str) -> ExtensionEntry:
        """One extension.

        Raises:
            NotFound: there is none.
        """
        actor.check(Module.EXTENSIONS, "view")
        return self._existing(number)

    async def secret(self, actor: Actor, number: str) -> str:
        """The SIP secret in clear, for those who may set it; that it was read is noted.

        Raises:
            NotFound: there is none.
        """
        actor.check(Module.EXTENSIONS)
        entry = self._existing(number)

        async def store(_: AsyncConnection) -> None:
            """Only the row in the operation log."""

        await self._ledger.change(actor, "extension.read_secret", subject_of(number), store)
        return self._keyring.open(entry.sealed_secret)

    async def add(
        self, actor: Actor, new: NewExtension, *, demo_password: bool = False
    ) -> ExtensionEntry:
        """Add an extension with its user, whose user name is the number.

        Args:
            actor: who does it.
            new: what to add. Without a SIP secret a random one is made; without a Wave password
                the user gets a mail with a link to set one.
            demo_password: known to everybody, and so exempt from the policy.

        Returns:
            what was added, or what an earlier call with the same `client_id` has added.

        Raises:
            NumberTaken: something has the number.
            Invalid: with the fields that will not do.
        """
        actor.check(Module.EXTENSIONS)
        if problems := self.checks.problems(new, lenient=demo_password):
            raise Invalid(problems, **self.checks.spans)
        account, entry = await self.rows.prepared(new, demo_password=demo_password)

        async def store(connection: AsyncConnection) -> None:
            await self._check_repeated(connection, new.client_id)
            await self.rows.insert(connection, [(account, entry)])

        detail = {"name": entry.name}
        try:
            async with self.checks.numbers.assigning:
                await self._ledger.change(
                    actor, "extension.add", subject_of(new.number), store, detail
                )
        except Repeated as known:
            return self._existing(known.key)
        self._ledger.tell_saved([new.number])
        return self._existing(new.number)

    async def add_many(self, actor: Actor, batch: Sequence[NewExtension]) -> list[ExtensionEntry]:
        """Add extensions, all or none, or give back what an earlier call has added so.

        Raises:
            NumberTaken: something has one of the numbers; told of the field `first`.
            Invalid: with the fields that will not do.
        """
        actor.check(Module.EXTENSIONS)
        for each in batch:
            if problems := self.checks.problems(each):
                told = {"first" if at == "number" else at: text for at, text in problems.items()}
                raise Invalid(told, **self.checks.spans)
        prepared = [await self.rows.prepared(each) for each in batch]

        async def store(connection: AsyncConnection) -> None:
            await self._check_repeated(connection, batch[0].client_id)
            await self.rows.insert(connection, prepared)

        numbers = [each.number for each in batch]
        try:
            async with self.checks.numbers.assigning:
                await self._ledger.change(
                    actor, "extension.add", subject_of(""), store, {"numbers": numbers}
                )
        except NumberTaken as taken:
            raise taken.at("first") from None
        except Repeated:
            return [self._existing(each) for each in numbers]
        self._ledger.tell_saved(numbers)
        return [self._existing(each) for each in numbers]

    async def update(self, actor: Actor, number: str, change: ExtensionChange) -> ExtensionEntry:
        """Change some fields; what `options` names is put over what is kept.

        Another password, or switching it off, ends the user's sessions.

        Raises:
            NotFound: there is none.
            Edited: somebody else has changed it since `change.version`.
            Invalid: with the fields that will not do.
        """
        actor.check(Module.EXTENSIONS)
        self._existing(number)
        given = change.given()
        async with self.checks.numbers.assigning if "shared_line" in given else nullcontext():
            rewrite = await self._changed(actor, number, change, given)
        self.rows.tell_rewritten([rewrite])
        return self._existing(number)

    async def _changed(
        self, actor: Actor, number: str, change: ExtensionChange, given: Mapping[str, Any]
    ) -> Rewrite:
        if problems := self.checks.change_problems(number, given):
            raise Invalid(problems, **self.checks.spans)
        password = given.get("wave_password")
        password_hash = await self._passwords.hash(password) if password else None

        async def store(connection: AsyncConnection) -> Rewrite:
            present = (await self.rows.stored(connection, [number]))[number]
            await check_version(connection, subject_of(number), present.version, change.version)
            rewrite = Rewrite(present, given, password_hash)
            await self.rows.rewrite(connection, [rewrite])
            return rewrite

        return await self._ledger.change(
            actor, "extension.change", subject_of(number), store, {"fields": sorted(given)}
        )

    async def delete(self, actor: Actor, numbers: Sequence[str]) -> None:
        """Remove extensions and their users; registrations, sessions and sockets end at once.

        Raises:
            NotFound: one is not there.
            InUse: something could not work without one of them.
        """
        actor.check(Module.EXTENSIONS)
        numbers = list(dict.fromkeys(numbers))

        async def store(connection: AsyncConnection) -> list[ExtensionEntry]:
            found = list((await self.rows.stored(connection, numbers)).values())
            referring = await self._referring(connection, numbers)
            if blocking := [each for each in referring if each.blocking]:
                raise InUse([each.named() for each in blocking])
            await PeopleRepository(connection).drop_accounts(each.account_id for each in found)
            await forget_who_left(DirectoryRepository(connection))
            await PeopleRepository(connection).bump(DIRECTORY_VERSION)
            return found

        subject = subject_of(numbers[0] if len(numbers) == 1 else "")
        dropped = await self._ledger.change(
            actor, "extension.delete", subject, store, {"numbers": numbers}
        )
        for each in dropped:
            self._sessions.revoke_all(each.account_id)
        self._ledger.tell_dropped(numbers)

    async def references(self, actor: Actor, numbers: Sequence[str]) -> list[Reference]:
        """What refers to these extensions: to be shown before they are deleted."""
        actor.check(Module.EXTENSIONS, "view")
        async with self._ledger.database.read() as connection:
            return await self._referring(connection, numbers)

    def _existing(self, number: str) -> ExtensionEntry:
        entry = self._ledger.book.extensions.get(number)
        if entry is None:
            raise NotFound
        return entry

    async def _check_repeated(self, connection: AsyncConnection, client_id: str | None) -> None:
        if client_id is None:
            return
        known = await PeopleRepository(connection).account_by_client_id(client_id)
        if known is not None:
            if known.role != "user":
                raise NameTaken
            raise Repeated(known.user_name)

    async def _referring(
        self, connection: AsyncConnection, numbers: Sequence[str]
    ) -> list[Reference]:
        """Groups and queues among ours, then what others know."""
        wanted, book = set(numbers), self._ledger.book
        found = [
            Reference("extension_group", group.id, group.name)
            for group in book.groups.values()
            if wanted.intersection(group.members)
        ]
        found += [
            Reference("queue", queue.number, queue.name)
            for queue in book.queues.values()
            if any(agent.number in wanted for agent in queue.agents)
        ]
        for each in self._references:
            found += await each.referring(connection, "extension", numbers)
        return found


def subject_of(number: str) -> str:
    """An extension as the operation log names it."""
    return f"extension:{number}"
