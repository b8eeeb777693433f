"""The guard before the API's login: who guesses is counted, then locked out for a while."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from engage.api.model import key_of
from engage.api.permitted import plain
from engage.people.guard import Guard, address_subject
from engage.people.repository import PeopleRepository
from engage.system.operation_log import note
from pbxcore.rate_limit import Rate, RateLimits

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence

    from sqlalchemy.ext.asyncio import AsyncConnection

    from engage.api.model import ApiUser
    from engage.api.permitted import IpNetwork
    from engage.identifiers import Clock
    from engage.people.sign_in.settings import SecuritySettings
    from engage.storage.database import Database
    from engage.system.actor import Actor

EVERYWHERE = 10
"""So many times the failures of one address lock a user name for all: guesses that are spread."""
LOGINS = Rate(burst=60, per_s=2)
"""Challenges and logins of one address, however they end."""
MOST_ADDRESSES = 10_000
FORGET_EVERY_MS = 600_000
PREFIX = "api-"


@dataclass(frozen=True, slots=True)
class Failed:
    """What a failure led to: attempts left, or seconds locked out."""

    left: int
    locked_s: int


class Lockout:
    """Counts failures in the database, so that a restart forgives nobody."""

    def __init__(
        self,
        database: Database,
        clock: Clock,
        policy: Callable[[], SecuritySettings],
        exempt: Sequence[IpNetwork] = (),
    ) -> None:
        """Lock out by the rules of signing in.

        Args:
            database: where failures are kept.
            clock: milliseconds UTC.
            policy: the settings of signing in as they hold; one user name at one address has the
                attempts of a user name, and trusted networks are never locked out.
            exempt: networks that are not limited in their pace; their failures count all the same.
        """
        self._database, self._clock, self._policy = database, clock, policy
        self._exempt = tuple(exempt)
        self._guards: dict[str, Guard] = {}
        self._logins = RateLimits(MOST_ADDRESSES)
        self._forget_at_ms = 0

    async def start(self) -> None:
        """Remember what was counted before the restart."""
        async with self._database.read() as connection:
            found = await PeopleRepository(connection).guards()
        self._guards = {each.subject: each for each in found if each.subject.startswith(PREFIX)}

    def too_fast(self, address: str) -> bool:
        """Take one of what an address may ask for; whether there is none left."""
        client = plain(address)
        if self._policy().trusts(address):
            return False
        if client is not None and any(client in network for network in self._exempt):
            return False
        return self._logins.take(address_subject(address), LOGINS, self._clock() / 1000) > 0

    def locked_s(self, user: str, address: str) -> int:
        """Seconds for which nobody of this name at this address is heard; 0 when free."""
        if self._policy().trusts(address):
            return 0
        now = self._clock()
        found = map(self._guards.get, (_pair(user, address), _address(address), _user(user)))
        return max((guard.locked_s(now) for guard in found if guard is not None), default=0)

    async def failed(self, user: str, address: str, *, everywhere: bool, actor: Actor) -> Failed:
        """Count a failure and note it in the operation log.

        Args:
            user: the name that was tried; it need not exist.
            address: where from.
            everywhere: count against the name itself too; not for addresses that the user does not
                permit, else anybody could lock it out.
            actor: for the operation log.
        """
        now, policy = self._clock(), self._policy()
        shown = {_pair(user, address): policy.by_user, _address(address): policy.by_address}
        rules = dict(shown)
        if everywhere:
            rules[_user(user)] = replace(
                policy.by_user, failures=policy.by_user.failures * EVERYWHERE
            )
        if policy.trusts(address):
            rules = {}
        # before anything is awaited: guesses in parallel must see each other's failures
        changed = [
            self._guards.get(subject, Guard(subject)).failed(rule, now)
            for subject, rule in rules.items()
        ]
        self._guards.update({guard.subject: guard for guard in changed})
        locked_s = max((guard.locked_s(now) for guard in changed), default=0)
        counted = ((rule, self._guards.get(subject)) for subject, rule in shown.items())
        left = min(rule.failures - (guard.failures if guard else 0) for rule, guard in counted)
        forget = now >= self._forget_at_ms
        if forget:
            self._forget(now)

        async def work(connection: AsyncConnection) -> None:
            rows = PeopleRepository(connection)
            for guard in changed:
                await rows.put_guard(guard)
            if forget:
                await rows.forget_guards(now)
            result = "locked" if locked_s else "wrong_credentials"
            await note(connection, actor, "api.login", "", at_ms=now, result=result)

        await self._database.write(work)
        return Failed(left, locked_s)

    async def succeeded(self, user: ApiUser, address: str, actor: Actor) -> None:
        """Forget this name's failures at this address, and note the login."""
        known = self._guards.pop(_pair(user.user, address), None)

        async def work(connection: AsyncConnection) -> None:
            if known is not None:
                await PeopleRepository(connection).forget_guards(self._clock(), known.subject)
            subject, detail = f"api_user:{user.id}", {"name": user.user}
            await note(connection, actor, "api.login", subject, detail, at_ms=self._clock())

        await self._database.write(work)

    async def forgive(self, users: Iterable[str]) -> None:
        """Forget every failure of names whose account was just changed."""
        now = self._clock()
        prefixes = tuple(f"{_user(user)}" for user in users)
        freed = [
            replace(guard, failures=0, window_ends_at_ms=0, locked_until_ms=0)
            for subject, guard in self._guards.items()
            if subject.partition("@")[0] in prefixes
        ]
        if not freed:
            return
        for guard in freed:
            del self._guards[guard.subject]

        async def work(connection: AsyncConnection) -> None:
            rows = PeopleRepository(connection)
            for guard in freed:
                await rows.put_guard(guard)
            await rows.forget_guards(now)

        await self._database.write(work)

    def _forget(self, now: int) -> None:
        self._forget_at_ms = now + FORGET_EVERY_MS
        self._guards = {
            key: guard for key, guard in self._guards.items() if not guard.forgettable(now)
        }


def _user(user: str) -> str:
    return f"{PREFIX}user:{key_of(user).replace('@', '%')[:64]}"


def _pair(user: str, address: str) -> str:
    return f"{_user(user)}@{address_subject(address)}"


def _address(address: str) -> str:
    return f"{PREFIX}{address_subject(address)}"
