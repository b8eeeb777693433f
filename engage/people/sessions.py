"""Sessions: opaque tokens, hashed at rest, answered from memory."""

from __future__ import annotations

import asyncio
import logging
import secrets
from dataclasses import replace
from typing import TYPE_CHECKING

from engage.background import regularly
from engage.identifiers import new_id
from engage.people.events import SessionEnded
from engage.people.model import (
    TOKEN_PREFIX,
    Principal,
    Session,
    SessionExpired,
    SessionOver,
    SessionRevoked,
    SignedIn,
    csrf_of,
    token_hash,
)
from engage.people.repository import PeopleRepository
from engage.people.sign_in.model import EnrolmentNeeded

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Iterable

    from sqlalchemy.ext.asyncio import AsyncConnection

    from engage.events import Events
    from engage.identifiers import Clock
    from engage.people.book import PeopleBook
    from engage.people.model import Account
    from engage.people.sign_in.model import Caller
    from engage.people.sign_in.settings import SecuritySettings
    from engage.storage.database import Database

    Also = Callable[[AsyncConnection], Awaitable[None]]

log = logging.getLogger(__name__)
TOUCH_MS = 600_000  # use moves the expiry at most this often
KEPT_MS = 86_400_000  # an ended session still says why it ended
SWEEP_S = 15.0


class Sessions:
    """Every session in memory; a change is on disk before it is answered."""

    def __init__(
        self,
        database: Database,
        events: Events,
        clock: Clock,
        policy: Callable[[], SecuritySettings],
    ) -> None:
        self._database, self._events, self._clock = database, events, clock
        self._policy = policy
        self._by_hash: dict[str, Session] = {}
        self._told: set[str] = set()
        self._book: Callable[[], PeopleBook] | None = None
        self._sweeper = regularly("sweep of sessions", self._sweep, every_s=SWEEP_S)
        self._touches: set[asyncio.Task[None]] = set()

    async def start(self, book: Callable[[], PeopleBook]) -> None:
        """Read the sessions; `book` gives the accounts as they stand."""
        self._book = book
        await self.reload()
        now = self._clock()
        self._told = {each.id for each in self._by_hash.values() if self._over(each, now)}
        self._sweeper.start(after_s=SWEEP_S)

    async def stop(self) -> None:
        """Stop the sweeper and finish what is being written."""
        await self._sweeper.stop()
        await asyncio.gather(*self._touches, return_exceptions=True)

    async def reload(self) -> None:
        """Read all sessions again; those that ended elsewhere are told."""
        before = dict(self._by_hash)
        async with self._database.read() as connection:
            found = await PeopleRepository(connection).sessions()
        # What has changed meanwhile is newer than what was read.
        newer = {key: each for key, each in self._by_hash.items() if before.get(key) is not each}
        self._by_hash = {each.token_hash: each for each in found} | newer
        for key in before.keys() - self._by_hash.keys():
            self._tell(before[key], "revoked")
            self._told.discard(before[key].id)
        self.tell_ended()

    def session(self, token: str) -> Session:
        """The valid session of a token.

        Raises:
            SessionOver: code `invalid`, `expired` or `revoked`.
        """
        session = self._by_hash.get(token_hash(token))
        if session is None:
            raise SessionOver
        account = self._accounts().accounts.get(session.account_id)
        if session.revoked or account is None or not account.enabled:
            raise SessionRevoked
        if account.version != session.account_version:
            raise SessionRevoked
        if session.expires_at_ms <= self._clock():
            raise SessionExpired
        return session

    def principal(self, token: str, *, enrolling: bool = False) -> Principal:
        """Who a token stands for; use keeps a browser's session alive.

        Args:
            token: as it was given.
            enrolling: whether someone who must set up a second factor first is let through.

        Raises:
            SessionOver: code `invalid`, `expired` or `revoked`.
            EnrolmentNeeded: nothing else may be done before.
        """
        session = self.session(token)
        if session.enrolling and not enrolling:
            raise EnrolmentNeeded
        now = self._clock()
        if now - session.used_at_ms > TOUCH_MS:
            self._touch(session, now)
        return self._principal(session)

    def of(self, account_id: str) -> list[Session]:
        """The account's sessions that are not over, the last used first."""
        now = self._clock()
        found = [
            each
            for each in self._by_hash.values()
            if each.account_id == account_id and not self._over(each, now)
        ]
        return sorted(found, key=lambda each: each.used_at_ms, reverse=True)

    def with_id(self, session_id: str) -> Session | None:
        """A session that is not over."""
        now = self._clock()
        found = (each for each in self._by_hash.values() if each.id == session_id)
        return next((each for each in found if not self._over(each, now)), None)

    async def begin(
        self,
        account: Account,
        caller: Caller,
        *,
        enrolling: bool = False,
        also: Also | None = None,
    ) -> SignedIn:
        """Grant a new token; `also` is written in the same transaction, or nothing is."""
        token = TOKEN_PREFIX + secrets.token_urlsafe(32)
        now, policy = self._clock(), self._policy()
        session = Session(
            new_id(),
            token_hash(token),
            account.id,
            account.version,
            caller.kind,
            caller.address,
            caller.user_agent[:300],
            now,
            min(now + policy.idle_ms, now + policy.longest_ms),
            now + policy.longest_ms,
            used_at_ms=now,
            proved_at_ms=now,
            enrolling=enrolling,
        )

        async def work(connection: AsyncConnection) -> None:
            if also is not None:
                await also(connection)
            await PeopleRepository(connection).add_session(session)

        await self._database.write(work)
        self._by_hash[session.token_hash] = session
        return SignedIn(
            token,
            csrf_of(token),
            session.expires_at_ms,
            self._principal(session),
            account.demo_password,
        )

    async def end(self, token: str) -> None:
        """Revoke the token's session."""
        session = self._by_hash.get(token_hash(token))
        if session is not None and not session.revoked:
            await self.end_all([session])

    async def end_all(
        self,
        ended: Iterable[Session],
        also: Also | None = None,
    ) -> None:
        """Revoke sessions; `also` is written in the same transaction, or nothing is."""
        ended = list(ended)

        async def work(connection: AsyncConnection) -> None:
            rows = PeopleRepository(connection)
            for each in ended:
                await rows.keep_session(each.id, 0)
            if also is not None:
                await also(connection)

        await self._database.write(work)
        for each in ended:
            self._by_hash[each.token_hash] = replace(each, expires_at_ms=0)
        self.tell_ended()

    async def prove(
        self,
        session: Session,
        also: Also | None = None,
    ) -> None:
        """Remember that its owner has just shown who they are; `also` as in `begin`."""
        now = self._clock()

        async def work(connection: AsyncConnection) -> None:
            if also is not None:
                await also(connection)
            await PeopleRepository(connection).prove_session(session.id, now)

        await self._database.write(work)
        current = self._by_hash.get(session.token_hash, session)
        self._by_hash[session.token_hash] = replace(current, proved_at_ms=now)

    def enrolled(self, account_id: str) -> None:
        """Let an account's sessions do everything, after that was written."""
        for key, each in self._by_hash.items():
            if each.account_id == account_id and each.enrolling:
                self._by_hash[key] = replace(each, enrolling=False)

    async def refresh(self, token: str) -> int:
        """Move the expiry on, at most to the absolute end; returns it in ms."""
        session = self.session(token)
        now = self._clock()
        expires_at_ms = min(now + self._policy().idle_ms, session.ends_at_ms)
        await self._store(session, expires_at_ms, now)
        self._take_over(session.token_hash, expires_at_ms, now)
        return self.session(token).expires_at_ms  # it may have been ended meanwhile

    def revoke_all(self, account_id: str, but: str | None = None) -> None:
        """Forget an account's grants in memory, after they were revoked on disk."""
        account = self._accounts().accounts.get(account_id)
        for key, session in self._by_hash.items():
            if session.account_id != account_id:
                continue
            if session.id == but and account is not None:
                self._by_hash[key] = replace(session, account_version=account.version)
            else:
                self._by_hash[key] = replace(session, expires_at_ms=0)
        self.tell_ended()

    def tell_ended(self) -> None:
        """Tell of each session that is over, once."""
        now = self._clock()
        for session in self._by_hash.values():
            if self._over(session, now):
                expired = 0 < session.expires_at_ms <= now
                self._tell(session, "expired" if expired else "revoked")

    def _tell(self, session: Session, reason: str) -> None:
        if session.id not in self._told:
            self._told.add(session.id)
            self._events.publish(SessionEnded(session.id, reason))

    def _over(self, session: Session, now_ms: int) -> bool:
        account = self._accounts().accounts.get(session.account_id)
        return session.expires_at_ms <= now_ms or account is None or not account.enabled

    def _accounts(self) -> PeopleBook:
        if self._book is None:
            raise RuntimeError("sessions are used before start")
        return self._book()

    def _principal(self, session: Session) -> Principal:
        book = self._accounts()
        account = book.accounts[session.account_id]
        number = book.number_of_account.get(account.id)
        if account.role == "user":
            if number is None:  # its extension is being removed
                raise SessionRevoked
            name = book.extensions[number].name
            return Principal(
                "user",
                number,
                name,
                f"user:{number}",
                session.id,
                account.language,
                grants=book.grants(number),
            )
        return Principal(
            "admin",
            account.user_name,
            account.display_name,
            f"admin:{account.user_name}",
            session.id,
            account.language,
            book.rights(account),
        )

    def _touch(self, session: Session, now: int) -> None:
        longest = min(now + self._policy().idle_ms, session.ends_at_ms)
        expires_at_ms = longest if session.kind == "browser" else session.expires_at_ms
        self._take_over(session.token_hash, expires_at_ms, now)
        task = asyncio.create_task(self._written(session, expires_at_ms, now))
        self._touches.add(task)
        task.add_done_callback(self._touches.discard)

    async def _written(self, session: Session, expires_at_ms: int, now: int) -> None:
        try:
            await self._store(session, expires_at_ms, now)
        except Exception:  # the session lives on in memory; the next use writes again
            log.warning(
                "session's expiry not written", extra={"session": session.id}, exc_info=True
            )

    def _take_over(self, key: str, expires_at_ms: int, used_at_ms: int) -> None:
        current = self._by_hash.get(key)
        if current is not None and not current.revoked:
            self._by_hash[key] = replace(
                current, expires_at_ms=expires_at_ms, used_at_ms=used_at_ms
            )

    async def _store(self, session: Session, expires_at_ms: int, used_at_ms: int) -> None:
        async def work(connection: AsyncConnection) -> None:
            await PeopleRepository(connection).keep_session(session.id, expires_at_ms, used_at_ms)

        await self._database.write(work)

    async def _sweep(self) -> None:
        self.tell_ended()
        await self._forget()

    async def _forget(self) -> None:
        before = self._clock() - KEPT_MS
        old = [
            key
            for key, each in self._by_hash.items()
            if each.ends_at_ms < before or 0 < each.expires_at_ms < before
        ]
        if not old:
            return

        async def work(connection: AsyncConnection) -> None:
            await PeopleRepository(connection).forget_sessions(before)

        await self._database.write(work)
        for key in old:
            self._told.discard(self._by_hash.pop(key).id)
