"""Recipients who want no more mails of a kind, by the link that each such mail has (RFC 8058).

The link names the kind and the address by a keyed digest: it tells nobody who gets mails, and
nobody can make one up. No address is kept.
"""

from __future__ import annotations

import base64
import hmac
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from sqlalchemy import delete, insert, select

from engage.errors import NotFound
from engage.identifiers import now_ms
from engage.notify.kinds import KINDS
from engage.storage.tables import mail_refusals

if TYPE_CHECKING:
    from sqlalchemy.ext.asyncio import AsyncConnection

    from engage.identifiers import Clock
    from engage.notify.kinds import Kind
    from engage.notify.model import Mail
    from engage.storage.database import Database

PATH: Final = "/mail/stop/"
_DIGEST_BYTES, _SEAL_BYTES = 16, 10


@dataclass(frozen=True, slots=True)
class Named:
    """The kind of mail, and the recipient's digest, that a link is about."""

    kind: Kind
    who: str


class Refusals:
    """Keeps who wants none of which kind."""

    def __init__(self, database: Database, key: bytes, clock: Clock = now_ms) -> None:
        self._database, self._key, self._clock = database, key, clock

    def path(self, mail: Mail) -> str:
        """Where the recipient of a mail says so; empty for mails that nobody can refuse."""
        if mail.kind not in KINDS or not KINDS[mail.kind].refusable:
            return ""
        who = self._who(mail.address)
        return f"{PATH}{mail.kind}.{who}.{self._seal(mail.kind, who)}"

    def named(self, token: str) -> Named:
        """What a link is about.

        Raises:
            NotFound: it is none of ours.
        """
        kind, _, rest = token.partition(".")
        who, _, seal = rest.partition(".")
        genuine = hmac.compare_digest(self._seal(kind, who).encode(), seal.encode())
        if not genuine or kind not in KINDS:
            raise NotFound
        return Named(KINDS[kind], who)

    async def is_refused(self, named: Named) -> bool:
        """Whether no such mails are wanted."""
        async with self._database.read() as connection:
            return await _holds(connection, named.kind.name, named.who)

    async def covers(self, connection: AsyncConnection, kind: str, address: str) -> bool:
        """Whether somebody wants no mails of a kind."""
        if not KINDS[kind].refusable:
            return False
        return await _holds(connection, kind, self._who(address))

    async def choose(self, named: Named, *, wanted: bool) -> None:
        """Send such mails, or no more."""

        async def work(connection: AsyncConnection) -> None:
            table, kind = mail_refusals, named.kind.name
            mine = (table.c.who == named.who) & (table.c.kind == kind)
            await connection.execute(delete(table).where(mine))
            if not wanted:
                row = {"who": named.who, "kind": kind, "at_ms": self._clock()}
                await connection.execute(insert(table).values(row))

        await self._database.write(work)

    def _who(self, address: str) -> str:
        digest = hmac.digest(self._key, f"who {address.strip().casefold()}".encode(), "sha256")
        return _text(digest[:_DIGEST_BYTES])

    def _seal(self, kind: str, who: str) -> str:
        digest = hmac.digest(self._key, f"seal {kind} {who}".encode(), "sha256")
        return _text(digest[:_SEAL_BYTES])


async def _holds(connection: AsyncConnection, kind: str, who: str) -> bool:
    query = select(mail_refusals.c.at_ms).where(
        mail_refusals.c.who == who, mail_refusals.c.kind == kind
    )
    return await connection.scalar(query) is not None


def _text(data: bytes) -> str:
    return base64.b32encode(data).decode().rstrip("=").lower()
