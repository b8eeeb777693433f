"""The desk where people sign in: one attempt per name at a time, and a guard against guessing."""

from __future__ import annotations

import asyncio
from contextlib import asynccontextmanager
from typing import TYPE_CHECKING, TypeVar

from engage.errors import Unauthenticated, Unavailable
from engage.people.guard import (
    Guard,
    GuardRule,
    address_subject,
    second_subject,
    user_subject,
)
from engage.people.model import Locked, WrongCredentials
from engage.people.repository import PeopleRepository

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Awaitable, Callable

    from sqlalchemy.ext.asyncio import AsyncConnection

    from engage.identifiers import Clock
    from engage.people.model import Account
    from engage.people.sign_in.settings import SecuritySettings
    from engage.storage.database import Database

T = TypeVar("T")
Subjects = tuple[tuple[str, "GuardRule"], ...]

IN_LINE = 8  # attempts waiting for one name
FORGET_EVERY_MS = 600_000


class SignInDesk:
    """Admits who knows the password; counts and locks who guesses."""

    def __init__(
        self, database: Database, clock: Clock, policy: Callable[[], SecuritySettings]
    ) -> None:
        self._database, self._clock, self._policy = database, clock, policy
        self._guards: dict[str, Guard] = {}
        self._lines: dict[str, tuple[asyncio.Lock, int]] = {}
        self._forget_at_ms = 0

    async def start(self) -> None:
        """Remember what was counted before the restart."""
        async with self._database.read() as connection:
            found = await PeopleRepository(connection).guards()
        self._guards = {guard.subject: guard for guard in found}

    async def admit(
        self, user_name: str, address: str, check: Callable[[], Awaitable[Account | None]]
    ) -> Account:
        """Let `check` decide about a password, unless the name or the address is locked.

        Raises:
            Locked: come back later; unknown names are locked alike.
            WrongCredentials: `check` gave no account.
            Unavailable: too many attempts wait.
        """
        return await self._attempt(user_subject(user_name), address, check, WrongCredentials)

    async def confirm(
        self,
        user_name: str | None,
        address: str,
        check: Callable[[], Awaitable[T | None]],
        refused: type[Unauthenticated],
    ) -> T:
        """Let `check` decide about the second step of someone whose password was right.

        Its failures are counted apart: whoever knows the password could else wipe them out.

        Args:
            user_name: whose step; None while nobody is known, then the address alone is counted.
            address: the client's.
            check: gives what it has found, or None.
            refused: what is raised then.

        Raises:
            Locked: come back later.
            Unauthenticated: of the class `refused`, when `check` gave nothing.
            Unavailable: too many attempts wait.
        """
        subject = None if user_name is None else second_subject(user_name)
        return await self._attempt(subject, address, check, refused)

    async def forgive(self, user_name: str) -> None:
        """Forget the failures of a name whose password was just set."""
        await self._clear(user_subject(user_name))

    async def forgive_second(self, user_name: str) -> None:
        """Forget the failures of a second step whose factors were just reset."""
        await self._clear(second_subject(user_name))

    async def _attempt(
        self,
        subject: str | None,
        address: str,
        check: Callable[[], Awaitable[T | None]],
        refused: type[Unauthenticated],
    ) -> T:
        policy, place = self._policy(), address_subject(address)
        subjects: Subjects = ((place, policy.by_address),)
        if subject is not None:
            subjects = ((subject, policy.by_user), *subjects)
        if policy.trusts(address):
            subjects = ()
        async with self._line(subject or place):
            self._refuse_locked(subjects)
            found = await check()
            if found is None:
                await self._count_failure(subjects)
                self._refuse_locked(subjects)
                raise refused
            if subject is not None:
                await self._clear(subject)
            return found

    def _refuse_locked(self, subjects: Subjects) -> None:
        now = self._clock()
        left = [
            guard.locked_s(now) for subject, _ in subjects if (guard := self._guards.get(subject))
        ]
        if any(left):
            raise Locked(max(left))

    async def _count_failure(self, subjects: Subjects) -> None:
        if not subjects:
            return
        now = self._clock()
        changed = [
            self._guards.get(subject, Guard(subject)).failed(rule, now)
            for subject, rule in subjects
        ]
        self._guards.update({guard.subject: guard for guard in changed})
        forget = now >= self._forget_at_ms

        async def work(connection: AsyncConnection) -> None:
            rows = PeopleRepository(connection)
            for guard in changed:
                await rows.put_guard(guard)
            if forget:
                await rows.forget_guards(now)

        await self._database.write(work)
        if forget:
            self._forget_at_ms = now + FORGET_EVERY_MS
            self._guards = {
                key: guard for key, guard in self._guards.items() if not guard.forgettable(now)
            }

    async def _clear(self, subject: str) -> None:
        if self._guards.pop(subject, None) is None:
            return

        async def work(connection: AsyncConnection) -> None:
            await PeopleRepository(connection).forget_guards(self._clock(), subject)

        await self._database.write(work)

    @asynccontextmanager
    async def _line(self, subject: str) -> AsyncIterator[None]:
        """One at a time for each name: guesses in parallel would all see the same count."""
        lock, waiting = self._lines.get(subject, (asyncio.Lock(), 0))
        if waiting >= IN_LINE:
            raise Unavailable
        self._lines[subject] = (lock, waiting + 1)
        try:
            async with lock:
                yield
        finally:
            lock, waiting = self._lines[subject]
            if waiting == 1:
                del self._lines[subject]
            else:
                self._lines[subject] = (lock, waiting - 1)
