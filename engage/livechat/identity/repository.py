"""Rows of signed identity: the secrets, the visitors they speak of, the tokens of their devices."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from sqlalchemy import delete, insert, or_, select, update

from engage.storage.tables import identity_secrets, visitor_tokens, visitors

if TYPE_CHECKING:
    from sqlalchemy import Row
    from sqlalchemy.ext.asyncio import AsyncConnection


@dataclass(frozen=True, slots=True)
class Secret:
    """What a web site signs with; `sealed` is how it is kept. Moments are ms UTC."""

    id: str
    livechat_id: str
    sealed: str
    created_at_ms: int
    expires_at_ms: int | None


class IdentityRepository:
    """Rows in, values out; holds no rule and opens no transaction."""

    def __init__(self, connection: AsyncConnection) -> None:
        self._connection = connection

    async def add_secret(self, secret: Secret) -> None:
        """Store a new one."""
        await self._connection.execute(
            insert(identity_secrets).values(
                id=secret.id,
                livechat_id=secret.livechat_id,
                secret=secret.sealed,
                created_at_ms=secret.created_at_ms,
                expires_at_ms=secret.expires_at_ms,
            )
        )

    async def secrets(self, livechat_id: str, now_ms: int) -> list[Secret]:
        """Those that are valid now, newest first."""
        query = (
            select(identity_secrets)
            .where(
                identity_secrets.c.livechat_id == livechat_id,
                or_(
                    identity_secrets.c.expires_at_ms.is_(None),
                    identity_secrets.c.expires_at_ms > now_ms,
                ),
            )
            .order_by(identity_secrets.c.id.desc())
        )
        return [_secret(row) for row in await self._connection.execute(query)]

    async def retire(self, livechat_id: str, now_ms: int, until_ms: int) -> None:
        """Those there are end then at the latest; those that are over are removed."""
        of_it = identity_secrets.c.livechat_id == livechat_id
        await self._connection.execute(
            delete(identity_secrets).where(of_it, identity_secrets.c.expires_at_ms <= now_ms)
        )
        lasting = or_(
            identity_secrets.c.expires_at_ms.is_(None),
            identity_secrets.c.expires_at_ms > until_ms,
        )
        await self._connection.execute(
            update(identity_secrets).where(of_it, lasting).values(expires_at_ms=until_ms)
        )

    async def drop_secret(self, livechat_id: str, secret_id: str) -> bool:
        """End one at once; False when there is none."""
        dropped = await self._connection.execute(
            delete(identity_secrets).where(
                identity_secrets.c.livechat_id == livechat_id, identity_secrets.c.id == secret_id
            )
        )
        return dropped.rowcount > 0

    async def visitor_of(self, livechat_id: str, subject: str) -> str | None:
        """The identifier of the visitor whom the web site calls so."""
        found: str | None = await self._connection.scalar(
            select(visitors.c.id).where(
                visitors.c.livechat_id == livechat_id, visitors.c.subject == subject
            )
        )
        return found

    async def vouch(self, visitor_id: str, subject: str) -> None:
        """From now on the web site vouches for this visitor."""
        await self._connection.execute(
            update(visitors).where(visitors.c.id == visitor_id).values(subject=subject)
        )

    async def add_token(
        self, visitor_id: str, token_hash: str, now_ms: int, expires_at_ms: int
    ) -> None:
        """One more device of a visitor; what is over of others is removed."""
        await self._connection.execute(
            delete(visitor_tokens).where(
                visitor_tokens.c.visitor_id == visitor_id, visitor_tokens.c.expires_at_ms <= now_ms
            )
        )
        await self._connection.execute(
            insert(visitor_tokens).values(
                token_hash=token_hash, visitor_id=visitor_id, expires_at_ms=expires_at_ms
            )
        )

    async def drop_token(self, token_hash: str, nobodys_hash: str) -> None:
        """A token is worth nothing any more; a visitor's first one makes place for nobody's."""
        await self._connection.execute(
            delete(visitor_tokens).where(visitor_tokens.c.token_hash == token_hash)
        )
        await self._connection.execute(
            update(visitors)
            .where(visitors.c.token_hash == token_hash)
            .values(token_hash=nobodys_hash)
        )


def _secret(row: Row[Any]) -> Secret:
    return Secret(row.id, row.livechat_id, row.secret, row.created_at_ms, row.expires_at_ms)
