"""Links from mails that set a password: after it was forgotten, and for somebody new."""

from __future__ import annotations

import asyncio
import logging
import secrets
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

from engage.errors import EngageError
from engage.mailing import Recipient
from engage.people.guard import Guard, GuardRule, address_subject
from engage.people.model import Locked, token_hash, user_name_of
from engage.people.sign_in.factors import own
from engage.people.sign_in.model import LinkOver
from engage.people.sign_in.repository import LinkRepository
from engage.system.operation_log import note

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable

    from sqlalchemy.ext.asyncio import AsyncConnection

    from engage.identifiers import Clock
    from engage.mailing import Mailer
    from engage.people.book import PeopleBook
    from engage.people.model import Account
    from engage.storage.database import Database

    SetPassword = Callable[
        [Account, str, str, Callable[[AsyncConnection], Awaitable[None]]], Awaitable[None]
    ]

log = logging.getLogger(__name__)
LinkKind = Literal["password_reset", "welcome"]
HOUR_S = 3600
LASTS_S: dict[LinkKind, int] = {"password_reset": HOUR_S, "welcome": 7 * 24 * HOUR_S}
PER_ADDRESS = GuardRule(failures=10, window_ms=900_000, lock_ms=900_000)
PER_ACCOUNT = 3  # within the hour that a link lasts
ADDRESSES_MOST = 10_000  # remembered; a flood of them begins anew
AT_ONCE_MOST = 200
SHARED_MOST = 5  # accounts of one e-mail address that each get a mail


@dataclass(frozen=True, slots=True)
class Invited:
    """Whose password a link sets."""

    account: Account
    name: str
    kind: LinkKind
    expires_at_ms: int


class PasswordLinks:
    """Makes links, sends them to who asks, and takes them back once."""

    def __init__(
        self,
        database: Database,
        book: Callable[[], PeopleBook],
        set_password: SetPassword,
        clock: Clock,
    ) -> None:
        """`set_password(account, password, address, also)` sets one, `also` with it or neither."""
        self._database, self._book, self._clock = database, book, clock
        self._set_password = set_password
        self._mailer: Mailer | None = None
        self._asked: dict[str, Guard] = {}
        self._sending: set[asyncio.Task[None]] = set()

    def send_by(self, mailer: Mailer) -> None:
        """Send mails by it; before the first is asked for."""
        self._mailer = mailer

    async def settled(self) -> None:
        """Wait until what was asked for so far is sent."""
        await asyncio.gather(*self._sending)

    async def issue(self, connection: AsyncConnection, account_id: str, kind: LinkKind) -> str:
        """Make a link within the transaction that needs it.

        Args:
            connection: of the transaction; the account may be new in it.
            account_id: whose password it sets.
            kind: `password_reset` lasts an hour, `welcome` a week.

        Returns:
            The path for the mail, which puts the public address before it. Only a hash is kept.
        """
        token = secrets.token_urlsafe(32)
        now = self._clock()
        rows = LinkRepository(connection)
        role = await rows.add(token_hash(token), account_id, kind, now, now + LASTS_S[kind] * 1000)
        return f"/{'admin' if role == 'admin' else 'wave'}/#/password/{token}"

    async def invite(
        self,
        connection: AsyncConnection,
        mailer: Mailer,
        kind: LinkKind,
        account: Account,
        *,
        name: str,
        number: str = "",
    ) -> None:
        """Write the mail with a new link down, within the transaction that causes it."""
        params: dict[str, str | int] = {
            "full_name": name,
            "user_name": account.user_name,
            "link": await self.issue(connection, account.id, kind),
            "valid_for": LASTS_S[kind],
        }
        if kind == "welcome":
            params["extension"] = number
        to = Recipient(account.email, name, account.language)
        await mailer.post(connection, kind, to=to, params=params)

    def forgot(self, user: str, address: str) -> None:
        """Send a link to whoever that is; what asks learns nothing and waits for nothing.

        Args:
            user: a user name, or the e-mail address of an account.
            address: the client's, for the limit and the operation log.

        Raises:
            Locked: too many were asked for from this address.
        """
        self._count(address)
        if len(self._sending) >= AT_ONCE_MOST:
            return
        task = asyncio.create_task(self._send(user_name_of(user), address))
        self._sending.add(task)
        task.add_done_callback(self._sending.discard)

    async def invited(self, token: str) -> Invited:
        """Whose password a link sets.

        Raises:
            LinkOver: it was used, outdated by another password, or is too old.
        """
        async with self._database.read() as connection:
            row = await LinkRepository(connection).link(token_hash(token), self._clock())
        account = None if row is None else self._book().accounts.get(row.account_id)
        if row is None or account is None or not account.enabled:
            raise LinkOver
        return Invited(account, self._name(account), row.kind, row.expires_at_ms)

    async def redeem(self, token: str, password: str, address: str) -> None:
        """Set the password; the link, all others of the account and its sessions end.

        Raises:
            LinkOver: it was used, outdated by another password, or is too old.
            Invalid: the password will not do.
        """
        invited = await self.invited(token)
        hashed = token_hash(token)

        async def also(connection: AsyncConnection) -> None:
            rows = LinkRepository(connection)
            if await rows.link(hashed, self._clock()) is None:
                raise LinkOver
            await rows.drop_of(invited.account.id)

        await self._set_password(invited.account, password, address, also)

    def _count(self, address: str) -> None:
        now, subject = self._clock(), address_subject(address)
        guard = self._asked.get(subject, Guard(subject))
        if left := guard.locked_s(now):
            raise Locked(left)
        if len(self._asked) >= ADDRESSES_MOST:
            self._asked.clear()
        self._asked[subject] = guard.failed(PER_ADDRESS, now)

    async def _send(self, user: str, address: str) -> None:
        try:
            for account in self._meant(user):
                await self._send_to(account, address)
        except EngageError as problem:
            log.warning("password link not sent", extra={"problem": problem.code})
        except Exception:
            log.exception("password link not sent")

    def _meant(self, user: str) -> list[Account]:
        book = self._book()
        named = book.account_named(user)
        found = [named] if named is not None else []
        if not found and "@" in user:
            found = [each for each in book.accounts.values() if each.email.casefold() == user]
        return [each for each in found if each.enabled and each.email][:SHARED_MOST]

    async def _send_to(self, account: Account, address: str) -> None:
        mailer = self._mailer
        if mailer is None:
            return

        async def work(connection: AsyncConnection) -> None:
            since = self._clock() - LASTS_S["password_reset"] * 1000
            rows = LinkRepository(connection)
            if await rows.sent_since(account.id, "password_reset", since) >= PER_ACCOUNT:
                return
            name = self._name(account)
            await self.invite(connection, mailer, "password_reset", account, name=name)
            actor = own(account, address)
            await note(connection, actor, "password.forgot", actor.who, at_ms=self._clock())

        await self._database.write(work)

    def _name(self, account: Account) -> str:
        book = self._book()
        number = book.number_of_account.get(account.id)
        return book.extensions[number].name if number else account.display_name
