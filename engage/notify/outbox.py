"""The outbox: a mail is a row, written in the transaction of its cause."""

from __future__ import annotations

import json
import logging
from dataclasses import asdict, replace
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

from engage.durations import DAY_MS
from engage.identifiers import new_id, now_ms
from engage.keyring import SealBroken
from engage.notify.kinds import KINDS, Form
from engage.notify.message import in_thread
from engage.notify.model import Mail, MailNotFound, NotCancellable, NotRetriable
from engage.notify.refusals import Refusals
from engage.notify.repository import MailRepository, Wanted
from engage.system.actor import Module
from engage.system.operation_log import note

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from sqlalchemy import Row
    from sqlalchemy.ext.asyncio import AsyncConnection

    from engage.identifiers import Clock
    from engage.keyring import Keyring
    from engage.mailing import Recipient
    from engage.notify.kinds import Kind
    from engage.storage.database import Database
    from engage.system.actor import Actor

log = logging.getLogger(__name__)


class Outbox:
    """Takes mails from the slices, and shows an administrator what became of them."""

    def __init__(
        self,
        database: Database,
        keyring: Keyring,
        public_url: Callable[[], str],
        clock: Clock = now_ms,
    ) -> None:
        """`public_url`: the configured address; its host stands in each Message-ID."""
        self.refusals = Refusals(database, keyring.derive("unwanted mails"), clock)
        self._database, self._keyring, self._clock = database, keyring, clock
        self._public_url = public_url
        self._listeners: list[Callable[[], None]] = []

    def on_post(self, wake: Callable[[], None]) -> None:
        """Call `wake` when a mail was written; its transaction may not be committed yet."""
        self._listeners.append(wake)

    async def post(
        self,
        connection: AsyncConnection,
        kind: str,
        *,
        to: Recipient,
        params: Mapping[str, str | int],
        reply_to: str = "",
        dedupe_key: str = "",
        thread: str = "",
        after_s: float = 0,
    ) -> None:
        """Write a mail down; see `engage.mailing.Mailer`. Who has no address gets none.

        Raises:
            ValueError: the kind or a value is not known, or a link is no path: our own mistakes.
        """
        _check(kind, params)
        if not to.address.strip():
            log.info("no address to send a mail to", extra={"kind": kind})
            return
        mail = self.draft(new_id(), KINDS[kind], to, params, self._clock())
        message_id = in_thread(mail.message_id, thread)
        due_at_ms = mail.due_at_ms + round(after_s * 1000)
        changed = replace(mail, reply_to=reply_to, message_id=message_id, due_at_ms=due_at_ms)
        row = self.row(changed)
        await MailRepository(connection).add({**row, "dedupe_key": dedupe_key or None})
        for wake in self._listeners:
            wake()

    async def is_wanted(self, connection: AsyncConnection, kind: str, address: str) -> bool:
        """Whether somebody takes mails of a kind; see `engage.mailing.Mailer`."""
        return not await self.refusals.covers(connection, kind, address)

    async def withdraw(self, connection: AsyncConnection, dedupe_key: str) -> None:
        """Send not the mail that waits under a key; see `engage.mailing.Mailer`."""
        await MailRepository(connection).remove_waiting(dedupe_key)

    async def page(self, actor: Actor, wanted: Wanted, limit: int) -> tuple[list[Mail], int]:
        """Mails that fit, and how many there are in all.

        Raises:
            Forbidden: without the right to see email.
        """
        actor.check(Module.EMAIL, "view")
        async with self._database.read() as connection:
            rows = MailRepository(connection)
            found = await rows.page(wanted, limit)
            total = await rows.total(wanted)
        return [self._mail(row) for row in found], total

    async def counts(self, actor: Actor) -> dict[str, int]:
        """How many mails there are in each state.

        Raises:
            Forbidden: without the right to see email.
        """
        actor.check(Module.EMAIL, "view")
        async with self._database.read() as connection:
            return await MailRepository(connection).counts()

    async def get(self, actor: Actor, mail_id: str) -> Mail:
        """One mail.

        Raises:
            Forbidden: without the right to see email.
            MailNotFound: there is none.
        """
        actor.check(Module.EMAIL, "view")
        async with self._database.read() as connection:
            row = await MailRepository(connection).get(mail_id)
        if row is None:
            raise MailNotFound
        return self._mail(row)

    async def retry(self, actor: Actor, mail_id: str) -> Mail:
        """Send a mail again that had failed or was cancelled, under the same Message-ID.

        Raises:
            Forbidden: without the right to edit email.
            MailNotFound: there is none.
            NotRetriable: it waits, is being sent, or was sent.
        """
        actor.check(Module.EMAIL)
        now = self._clock()

        async def work(connection: AsyncConnection) -> Row[Any]:
            row = await MailRepository(connection).get(mail_id)
            if row is None:
                raise MailNotFound
            if not await _revive(connection, row, now):
                raise NotRetriable
            await note(connection, actor, "mail.retry", f"mail:{mail_id}", {"to": row.address})
            return row

        await self._database.write(work)
        self._wake()
        return await self.get(actor, mail_id)

    async def retry_many(self, actor: Actor, ids: Sequence[str] | None = None) -> int:
        """Send again what has failed; tells how many.

        Args:
            actor: who asks for it.
            ids: those that failed or were cancelled; everything that has failed if None.

        Raises:
            Forbidden: without the right to edit email.
        """
        actor.check(Module.EMAIL)
        now = self._clock()

        async def work(connection: AsyncConnection) -> int:
            rows = MailRepository(connection)
            moved = 0
            if ids is not None:
                chosen = [row for each in ids if (row := await rows.get(each)) is not None]
                moved = sum([await _revive(connection, row, now) for row in chosen])
            while ids is None and (failed := await rows.page(Wanted(states=("failed",)), 500)):
                moved += sum([await _revive(connection, row, now) for row in failed])
            if moved:
                await note(connection, actor, "mail.retry", "mail:failed", {"count": moved})
            return moved

        moved = await self._database.write(work)
        self._wake()
        return moved

    async def cancel(self, actor: Actor, mail_id: str) -> None:
        """Do not send a mail that waits.

        Raises:
            Forbidden: without the right to edit email.
            MailNotFound: there is none.
            NotCancellable: it is being sent, or was.
        """
        actor.check(Module.EMAIL)
        now = self._clock()

        async def work(connection: AsyncConnection) -> None:
            rows = MailRepository(connection)
            row = await rows.get(mail_id)
            if row is None:
                raise MailNotFound
            if not await rows.move(mail_id, ("waiting",), now, state="cancelled"):
                raise NotCancellable
            await note(connection, actor, "mail.cancel", f"mail:{mail_id}", {"to": row.address})

        await self._database.write(work)

    async def claim(self, owner: str, lease_ms: int) -> Mail | None:
        """Lease the next mail that is due, if any."""
        now = self._clock()
        row = await self._database.write(
            lambda c: MailRepository(c).claim(owner, now, now + lease_ms)
        )
        return None if row is None else self._mail(row)

    def draft(
        self, ident: str, kind: Kind, to: Recipient, params: Mapping[str, str | int], now: int
    ) -> Mail:
        """A mail that nobody has tried to send."""
        host = urlsplit(self._public_url()).hostname or "localhost"
        return Mail(
            id=ident,
            kind=kind.name,
            address=to.address,
            name=to.name,
            language=to.language,
            reply_to="",
            params=dict(params),
            message_id=f"<{ident}@{host}>",
            subject="",
            state="waiting",
            tries=0,
            reason="",
            words="",
            due_at_ms=now,
            expires_at_ms=now + kind.life_s * 1000,
            created_at_ms=now,
            updated_at_ms=now,
        )

    def row(self, mail: Mail) -> dict[str, Any]:
        """A mail as its row, its values sealed."""
        params = self._keyring.seal(json.dumps(dict(mail.params or {}), ensure_ascii=False))
        lease = {"lease_owner": "", "lease_until_ms": 0, "dedupe_key": None}
        return {**asdict(mail), "params": params, **lease}

    def without_secrets(self, mail: Mail) -> str:
        """The values of a mail that may still be shown when it was sent, sealed."""
        secret = {each.name for each in KINDS[mail.kind].variables if each.secret}
        params = mail.params or {}
        kept = {name: value for name, value in params.items() if name not in secret}
        return self._keyring.seal(json.dumps(kept, ensure_ascii=False))

    def _wake(self) -> None:
        for wake in self._listeners:
            wake()

    def _mail(self, row: Row[Any]) -> Mail:
        try:
            params = json.loads(self._keyring.open(row.params))
        except SealBroken:  # the row can still be seen and removed
            params = None
        return Mail(**{**row._asdict(), "params": params})


async def _revive(connection: AsyncConnection, row: Row[Any], now: int) -> bool:
    """Make a dead letter wait again, with a whole life before it."""
    life_ms = KINDS[row.kind].life_s * 1000 if row.kind in KINDS else DAY_MS
    moved = await MailRepository(connection).move(
        row.id,
        ("failed", "cancelled"),
        now,
        state="waiting",
        tries=0,
        due_at_ms=now,
        expires_at_ms=now + life_ms,
    )
    return bool(moved)


def _check(kind: str, params: Mapping[str, str | int]) -> None:
    known = {each.name: each for each in KINDS[kind].variables} if kind in KINDS else None
    if known is None:
        raise ValueError(f"no kind of mail: {kind}")
    for name, value in params.items():
        if name not in known:
            raise ValueError(f"{kind} has no value {name}")
        form = known[name].form
        if form is Form.LINK and not str(value).startswith("/"):
            raise ValueError(f"{name} of {kind} is no path")
        if form in (Form.DURATION, Form.MOMENT, Form.MESSAGES) and not isinstance(value, int):
            raise ValueError(f"{name} of {kind} is no number")
