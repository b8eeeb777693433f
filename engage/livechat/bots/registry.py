"""Which live chat has which bot: in memory and on disk, as administrators set it."""

from __future__ import annotations

import secrets
from dataclasses import replace
from typing import TYPE_CHECKING

from engage.errors import N_, Invalid
from engage.livechat.bots.model import (
    Bot,
    BotTokenInvalid,
    NoBot,
    Terms,
    new_token,
    token_hash,
)
from engage.livechat.bots.repository import BotRepository
from engage.livechat.model import UnknownLiveChat
from engage.livechat.webhooks.endpoints import Draft
from engage.livechat.webhooks.model import new_secret
from engage.livechat.webhooks.repository import WebhookRepository
from engage.system.actor import Module
from engage.system.operation_log import note

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable

    from sqlalchemy.ext.asyncio import AsyncConnection

    from engage.livechat.livechats import LiveChats
    from engage.livechat.webhooks.endpoints import Endpoints
    from engage.livechat.webhooks.model import Endpoint
    from engage.storage.database import Database
    from engage.system.actor import Actor


class BotRegistry:
    """Every bot; its endpoint is the webhooks' affair, its token is kept as a hash."""

    def __init__(self, database: Database, endpoints: Endpoints, livechats: LiveChats) -> None:
        self._database, self._endpoints, self._livechats = database, endpoints, livechats
        self._more: dict[str, tuple[str, Terms]] = {}
        self.removed: Callable[[str], Awaitable[None]] | None = None
        """Told of a bot that serves no more, so that people take over."""

    async def load(self) -> None:
        """Read them into memory, after their endpoints."""
        async with self._database.read() as connection:
            self._more = await BotRepository(connection).all()

    def all(self) -> list[Bot]:
        """All of them."""
        found = (self.by_id(each) for each in self._more)
        return [bot for bot in found if bot is not None]

    def by_id(self, bot_id: str) -> Bot | None:
        """One by its identifier, as it stands now."""
        more, endpoint = self._more.get(bot_id), self._endpoints.known(bot_id)
        return None if more is None or endpoint is None else Bot(endpoint, *more)

    def of(self, livechat_id: str) -> Bot | None:
        """A live chat's bot, if it has one."""
        return next((bot for bot in self.all() if bot.livechat_id == livechat_id), None)

    def by_token(self, token: str) -> Bot:
        """Whose token this is.

        Raises:
            BotTokenInvalid: nobody's.
        """
        wanted = token_hash(token)
        found = [bot for bot in self.all() if secrets.compare_digest(bot.token_hash, wanted)]
        if not found:
            raise BotTokenInvalid
        return found[0]

    def get(self, actor: Actor, livechat_id: str) -> Bot:
        """A live chat's bot.

        Raises:
            Forbidden: without the right to see live chats.
            NoBot: it has none.
        """
        actor.check(Module.LIVECHAT, "view")
        bot = self.of(livechat_id)
        if bot is None:
            raise NoBot
        return bot

    async def put(
        self,
        actor: Actor,
        livechat_id: str,
        *,
        name: str,
        url: str,
        enabled: bool,
        terms: Terms,
    ) -> tuple[Bot, str | None, str | None]:
        """Give a live chat a bot, or change the one it has.

        Returns:
            the bot, and of a new one its token and its secret, told once.

        Raises:
            Forbidden: without the right to change live chats.
            UnknownLiveChat: there is none.
            Invalid: with a message per field.
        """
        actor.check(Module.LIVECHAT)
        self._check(livechat_id, name, url)
        token, secret = new_token(), new_secret()
        draft = Draft(name, url, (), (), enabled)

        async def work(connection: AsyncConnection) -> tuple[Bot, bool]:
            # Read here: two who give a live chat its first bot at once give it one.
            known = await _known(connection, livechat_id)
            rows = WebhookRepository(connection)
            if known is None:
                endpoint = self._endpoints.made(draft, secret, bot_of=livechat_id)
                bot = Bot(endpoint, token_hash(token), terms)
                await rows.add(endpoint)
            else:
                before, hashed = known
                bot = Bot(_changed(before, draft), hashed, terms)
                await rows.change(bot.endpoint)
            await BotRepository(connection).put(bot.id, bot.token_hash, terms)
            told = {"name": name, "enabled": enabled, "serve": terms.serve}
            await note(connection, actor, "livechat.bot", f"livechat:{livechat_id}", told)
            return bot, known is None

        bot, new = await self._database.write(work, committed=self._take_over)
        if not enabled and self.removed is not None:
            await self.removed(bot.id)
        return (bot, token, secret) if new else (bot, None, None)

    def _check(self, livechat_id: str, name: str, url: str) -> None:
        if self._livechats.by_id(livechat_id).deleted_at_ms is not None:
            raise UnknownLiveChat
        fields = {} if name else {"name": N_("Please give it a name.")}
        if (problem := self._endpoints.check_url(url)) is not None:
            fields["url"] = problem
        if fields:
            raise Invalid(fields)

    def _take_over(self, done: tuple[Bot, bool]) -> None:
        bot, _ = done
        self._endpoints.put(bot.endpoint)
        self._more[bot.id] = (bot.token_hash, bot.terms)

    async def renew_token(self, actor: Actor, livechat_id: str) -> str:
        """Give a bot another token, told once; the former one stops at once.

        Raises:
            Forbidden: without the right to change live chats.
            NoBot: the live chat has none.
        """
        actor.check(Module.LIVECHAT)
        bot, token = self.get(actor, livechat_id), new_token()

        async def work(connection: AsyncConnection) -> None:
            await BotRepository(connection).put(bot.id, token_hash(token), bot.terms)
            await note(connection, actor, "livechat.bot_token", f"livechat:{livechat_id}")

        await self._database.write(work)
        self._more[bot.id] = (token_hash(token), bot.terms)
        return token

    async def remove(self, actor: Actor, livechat_id: str) -> None:
        """Take a live chat's bot away; people take over whom it serves.

        Raises:
            Forbidden: without the right to change live chats.
            NoBot: it has none.
        """
        actor.check(Module.LIVECHAT)
        bot = self.get(actor, livechat_id)

        async def work(connection: AsyncConnection) -> None:
            await BotRepository(connection).drop(bot.id)
            await WebhookRepository(connection).drop(bot.id)
            await note(connection, actor, "livechat.bot_removed", f"livechat:{livechat_id}")

        def gone(_: None) -> None:
            self._more.pop(bot.id, None)
            self._endpoints.forget(bot.id)

        # From here on nobody is given to it; after the commit it is known whom it still has.
        self._endpoints.put(replace(bot.endpoint, enabled=False))
        try:
            await self._database.write(work, committed=gone)
        except BaseException:
            if self._endpoints.known(bot.id) is not None:
                self._endpoints.put(bot.endpoint)
            raise
        if self.removed is not None:
            await self.removed(bot.id)


async def _known(connection: AsyncConnection, livechat_id: str) -> tuple[Endpoint, str] | None:
    """A live chat's bot as it is stored: its endpoint, locked, and its token's hash."""
    found = await BotRepository(connection).of(livechat_id)
    if found is None:
        return None
    endpoint = await WebhookRepository(connection).endpoint(found[0], lock=True)
    return None if endpoint is None else (endpoint, found[1])


def _changed(before: Endpoint, draft: Draft) -> Endpoint:
    """What an administrator sets also ends what it failed for."""
    return replace(
        before,
        name=draft.name,
        url=draft.url,
        enabled=draft.enabled,
        version=before.version + 1,
        failures=0,
        failing_since_ms=None,
        paused_until_ms=0,
        disabled_reason="",
    )
