"""Who a web site says its visitors are: what it signs with, one person on every device."""

from __future__ import annotations

import logging
import secrets
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from engage.errors import NotFound
from engage.identifiers import new_id
from engage.keyring import SealBroken
from engage.livechat import tokens
from engage.livechat.identity.repository import IdentityRepository, Secret
from engage.livechat.identity.token import IdentityRefused, Signed, check
from engage.livechat.livechats import LiveChatRows
from engage.livechat.model import Details, UnknownLiveChat, Visitor
from engage.livechat.repository import LiveChatRepository
from engage.livechat.waiting import is_open
from engage.system.actor import Module
from engage.system.operation_log import note

if TYPE_CHECKING:
    from sqlalchemy.ext.asyncio import AsyncConnection

    from engage.identifiers import Clock
    from engage.keyring import Keyring
    from engage.livechat.livechats import LiveChats
    from engage.livechat.model import LiveChat
    from engage.livechat.visitors import Visitors
    from engage.storage.database import Database
    from engage.system.actor import Actor

log = logging.getLogger(__name__)
PREFIX = "ids_"
"""Tells these secrets from others when somebody finds one; holds no secret."""

OVERLAP_H = 24
"""A former secret is still taken for so long, unless somebody wants it otherwise."""


@dataclass(frozen=True, slots=True)
class Made:
    """A new secret: in clear here, and never again."""

    secret: Secret
    clear: str


class Identities:
    """Checks what web sites sign, and keeps what they sign with."""

    def __init__(
        self,
        database: Database,
        keyring: Keyring,
        livechats: LiveChats,
        visitors: Visitors,
        clock: Clock,
    ) -> None:
        self._database, self._keyring = database, keyring
        self._livechats, self._visitors, self._clock = livechats, visitors, clock

    async def check(self, livechat: LiveChat, token: str | None) -> Signed | None:
        """Who a visitor is by their web site's token; None without one.

        Raises:
            IdentityRefused: it is not taken.
        """
        if token is None:
            return None
        now = self._clock()
        async with self._database.read() as connection:
            kept = await IdentityRepository(connection).secrets(livechat.id, now)
        try:
            return check(
                token,
                [key for each in kept if (key := self._opened(each)) is not None],
                audiences=(livechat.public_id, livechat.id),
                issuer=livechat.options.identity_issuer,
                now_s=now // 1000,
            )
        except IdentityRefused as refused:
            told = {"livechat": livechat.public_id, "reason": refused.reason}
            log.info("signed identity refused", extra=told)
            raise

    async def recognise(
        self, livechat: LiveChat, signed: Signed, token: str | None
    ) -> tuple[str, Visitor] | None:
        """Find the visitor whom a web site vouches for, and give this device a token of theirs.

        An unknown one who is in an open chat already becomes the vouched for. A token of somebody
        else is worth nothing here.

        Returns:
            the token and the visitor; None for one who was never here.
        """
        found = await self._database.write(
            lambda connection: recognise(connection, livechat.id, signed, token, self._clock())
        )
        if found is not None:
            self._visitors.forget(found[1].id)
        return found

    async def sign_out(self, token: str) -> None:
        """A device forgets its visitor; what was said stays with who they are."""
        hashed, nobodys = tokens.token_hash(token), tokens.token_hash(tokens.new_token())

        async def work(connection: AsyncConnection) -> Visitor | None:
            visitor = await LiveChatRepository(connection).visitor_by_token(hashed)
            await IdentityRepository(connection).drop_token(hashed, nobodys)
            return visitor

        visitor = await self._database.write(work)
        if visitor is not None:
            self._visitors.forget(visitor.id)

    async def secrets(self, actor: Actor, livechat_id: str) -> list[Secret]:
        """Those that are valid now, newest first; never in clear.

        Raises:
            Forbidden: without the right to see live chats.
            UnknownLiveChat: there is none.
        """
        actor.check(Module.LIVECHAT, "view")
        self._kept(livechat_id)
        async with self._database.read() as connection:
            return await IdentityRepository(connection).secrets(livechat_id, self._clock())

    async def renew(self, actor: Actor, livechat_id: str, overlap_h: int) -> Made:
        """Make a secret; the former ones are taken for `overlap_h` more hours.

        Raises:
            Forbidden: without the right to change live chats.
            UnknownLiveChat: there is none.
        """
        actor.check(Module.LIVECHAT)
        now, clear = self._clock(), PREFIX + secrets.token_urlsafe(32)
        made = Secret(new_id(), livechat_id, self._keyring.seal(clear), now, None)

        async def work(connection: AsyncConnection) -> None:
            if await LiveChatRows(connection).get(livechat_id) is None:
                raise UnknownLiveChat
            rows = IdentityRepository(connection)
            await rows.retire(livechat_id, now, now + overlap_h * 3_600_000)
            await rows.add_secret(made)
            told = {"overlap_h": overlap_h}
            await note(
                connection, actor, "livechat.identity_secret", f"livechat:{livechat_id}", told
            )

        await self._database.write(work)
        return Made(made, clear)

    async def revoke(self, actor: Actor, livechat_id: str, secret_id: str) -> None:
        """Take a secret no more, from now.

        Raises:
            Forbidden: without the right to change live chats.
            NotFound: there is no such secret.
        """
        actor.check(Module.LIVECHAT)

        async def work(connection: AsyncConnection) -> None:
            if not await IdentityRepository(connection).drop_secret(livechat_id, secret_id):
                raise NotFound
            await note(
                connection, actor, "livechat.identity_secret_revoked", f"livechat:{livechat_id}"
            )

        await self._database.write(work)

    def _opened(self, secret: Secret) -> bytes | None:
        try:
            return self._keyring.open(secret.sealed).encode()
        except SealBroken:
            log.warning("identity secret cannot be opened", extra={"secret": secret.id})
            return None

    def _kept(self, livechat_id: str) -> None:
        if self._livechats.by_id(livechat_id).deleted_at_ms is not None:
            raise UnknownLiveChat


async def recognise(
    connection: AsyncConnection, livechat_id: str, signed: Signed, token: str | None, now_ms: int
) -> tuple[str, Visitor] | None:
    """See `Identities.recognise`; within a transaction."""
    rows, identities = LiveChatRepository(connection), IdentityRepository(connection)
    known = await identities.visitor_of(livechat_id, signed.subject)
    bearer = None
    if token is not None:
        bearer = await rows.visitor_by_token(tokens.token_hash(token))
        if bearer is not None and bearer.livechat_id != livechat_id:
            bearer = None
        if bearer is not None and bearer.token_expires_at_ms <= now_ms:
            bearer = None
    if known is None:
        if token is None or bearer is None or bearer.subject:
            return None
        inquiry = await rows.latest_inquiry_of(bearer.id)
        if inquiry is None or not is_open(inquiry.state):
            return None
        known = bearer.id
        await identities.vouch(known, signed.subject)
    elif token is None or bearer is None or bearer.id != known:
        token = tokens.new_token()
        expires = now_ms + tokens.LIFE_MS
        await identities.add_token(known, tokens.token_hash(token), now_ms, expires)
    visitor = await rows.visitor(known)
    if visitor is None:
        return None
    told = signed.details
    details = Details(
        told.full_name or visitor.details.full_name,
        told.email or visitor.details.email,
        told.phone or visitor.details.phone,
    )
    if details != visitor.details:
        await rows.update_details(known, details)
    name = details.full_name or visitor.name
    return token, replace(visitor, details=details, name=name)
