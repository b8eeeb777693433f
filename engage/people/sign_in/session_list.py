"""Where people are signed in, and ending that."""

from __future__ import annotations

from typing import TYPE_CHECKING

from engage.errors import NotFound
from engage.people.repository import PEOPLE_VERSION, PeopleRepository
from engage.people.sign_in.factors import own
from engage.people.sign_in.oversight import account_under, check_over
from engage.system.operation_log import note

if TYPE_CHECKING:
    from collections.abc import Callable

    from sqlalchemy.ext.asyncio import AsyncConnection

    from engage.identifiers import Clock
    from engage.people.book import PeopleBook
    from engage.people.model import Account, Session
    from engage.people.sessions import Sessions
    from engage.system.actor import Actor


class SessionList:
    """Sessions as their owners and administrators see and end them; their sockets close at once."""

    def __init__(self, sessions: Sessions, book: Callable[[], PeopleBook], clock: Clock) -> None:
        self._sessions, self._book, self._clock = sessions, book, clock

    def of(self, session: Session) -> list[Session]:
        """All of the owner's sessions, the last used first."""
        return self._sessions.of(session.account_id)

    async def end_own(self, session: Session, session_id: str, address: str) -> None:
        """End one of one's own.

        Raises:
            NotFound: it is somebody else's, or over.
        """
        ended = [each for each in self.of(session) if each.id == session_id]
        if not ended:
            raise NotFound
        account = self._book().accounts[session.account_id]
        await self._end(own(account, address), account, ended)

    async def end_others(self, session: Session, address: str) -> None:
        """End all of one's own but the one that asks."""
        account = self._book().accounts[session.account_id]
        ended = [each for each in self.of(session) if each.id != session.id]
        await self._end(own(account, address), account, ended)

    def of_user(self, actor: Actor, user_name: str) -> list[Session]:
        """Somebody's sessions, the last used first.

        Raises:
            Forbidden: without the right to see that account.
            NotFound: no such account.
        """
        return self._sessions.of(account_under(actor, self._book(), user_name, "view").id)

    async def end(self, actor: Actor, session_id: str) -> None:
        """End anybody's session.

        Raises:
            Forbidden: without the right to edit its account.
            NotFound: it is over.
        """
        ended = self._sessions.with_id(session_id)
        if ended is None:
            raise NotFound
        account = self._book().accounts[ended.account_id]
        check_over(actor, self._book(), account, "edit")
        await self._end(actor, account, [ended])

    async def end_of_user(self, actor: Actor, user_name: str) -> None:
        """End all of somebody's sessions.

        Raises:
            Forbidden: without the right to edit that account.
            NotFound: no such account.
        """
        account = account_under(actor, self._book(), user_name, "edit")
        await self._end(actor, account, self._sessions.of(account.id))

    async def _end(self, actor: Actor, account: Account, ended: list[Session]) -> None:
        async def also(connection: AsyncConnection) -> None:
            subject, detail = own(account).who, {"sessions": len(ended)}
            await note(connection, actor, "session.end", subject, detail, at_ms=self._clock())
            # what other processes hold in memory is read again
            await PeopleRepository(connection).bump(PEOPLE_VERSION)

        if ended:
            await self._sessions.end_all(ended, also)
