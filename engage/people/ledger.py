"""Everyone in memory, and the one way to change them: written first, then taken over."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Protocol, TypeVar

from engage.background import GRACE_S, Worker, regularly
from engage.people.book import PeopleBook
from engage.people.events import ExtensionsDropped, ExtensionsSaved, PeopleChanged
from engage.people.model import NameTaken
from engage.people.policy import name_key
from engage.people.repository import PEOPLE_VERSION, PeopleRepository
from engage.system.operation_log import note

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Iterable, Mapping

    from sqlalchemy.ext.asyncio import AsyncConnection

    from engage.events import Events
    from engage.identifiers import Clock
    from engage.storage.database import Database
    from engage.system.actor import Actor

T = TypeVar("T")
WATCH_S = 2.0  # how soon another process's change is seen


class Repeated(Exception):
    """A creation that was made before, by its `client_id`; `key` names what it made."""

    def __init__(self, key: str) -> None:
        super().__init__(key)
        self.key = key


class Ledger:
    """One consistent state of everyone, kept current."""

    def __init__(self, database: Database, events: Events, clock: Clock) -> None:
        self.database, self._events, self.clock = database, events, clock
        self.book = PeopleBook()
        self._watcher: Worker | None = None

    async def start(self) -> None:
        """Read everyone."""
        await self.reload()

    def watch(self, followed: Callable[[], Awaitable[None]]) -> None:
        """Notice what other processes change; `followed` is called after each such reading."""
        self._watcher = regularly(
            "reading of people", lambda: self._look(followed), every_s=WATCH_S
        )
        self._watcher.start(after_s=WATCH_S)

    async def stop(self) -> None:
        """Watch no more; what is being read is read to its end."""
        if self._watcher is not None:
            await self._watcher.stop(GRACE_S)

    async def reload(self) -> None:
        """Read everyone again."""
        async with self.database.snapshot() as connection:
            book = await PeopleRepository(connection).book()
        if book.version >= self.book.version:  # else a later reading was faster
            self.book = book

    async def change(
        self,
        actor: Actor,
        action: str,
        subject: str,
        store: Callable[[AsyncConnection], Awaitable[T]],
        detail: Mapping[str, Any] | None = None,
    ) -> T:
        """Write a change with its row in the operation log; then read the new state.

        Args:
            actor: who makes it.
            action: as the operation log names it.
            subject: the object, its kind before it.
            store: writes, within the transaction; only one change of people is made at a time, so
                what it has read stays true until it is written.
            detail: for the operation log; never a secret.
        """

        async def work(connection: AsyncConnection) -> tuple[int, T]:
            version = await PeopleRepository(connection).bump(PEOPLE_VERSION)
            result = await store(connection)
            await note(connection, actor, action, subject, dict(detail or {}), at_ms=self.clock())
            return version, result

        try:
            version, result = await self.database.write(work)
        except Repeated:  # by somebody whose change we may not have read yet
            await self.reload()
            raise
        await self.reload()
        self._events.publish(PeopleChanged(version))
        return result

    def tell_saved(self, numbers: Iterable[str]) -> None:
        """Extensions were added or changed."""
        if told := tuple(numbers):
            self._events.publish(ExtensionsSaved(told))

    def tell_dropped(self, numbers: Iterable[str]) -> None:
        """Extensions are gone."""
        if told := tuple(numbers):
            self._events.publish(ExtensionsDropped(told))

    async def _look(self, followed: Callable[[], Awaitable[None]]) -> None:
        async with self.database.read() as connection:
            stored = await PeopleRepository(connection).version(PEOPLE_VERSION)
        if stored != self.book.version:
            await self._follow(followed)

    async def _follow(self, followed: Callable[[], Awaitable[None]]) -> None:
        before = self.book
        await self.reload()
        await followed()
        now = self.book.extensions
        self.tell_dropped(before.extensions.keys() - now.keys())
        self.tell_saved(
            number for number, entry in now.items() if before.extensions.get(number) != entry
        )
        self._events.publish(PeopleChanged(self.book.version))


class Named(Protocol):
    """What has an identifier, and a name for people."""

    @property
    def id(self) -> str:
        """Tells it from its like."""

    @property
    def name(self) -> str:
        """Unique among its like, whatever its case."""


def check_name(wanted: Named, present: Iterable[Named]) -> None:
    """Refuse a name that another one of the kind has.

    Raises:
        NameTaken: whatever the case.
    """
    key = name_key(wanted.name)
    if any(each.id != wanted.id and name_key(each.name) == key for each in present):
        raise NameTaken
