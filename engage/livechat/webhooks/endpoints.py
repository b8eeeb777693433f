"""What administrators do with webhooks: add, change, look at what was sent, send it again."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from engage.errors import N_, Conflict, Invalid
from engage.identifiers import new_id
from engage.livechat.webhooks.model import (
    LEASE_MS,
    LIFE_MS,
    OVERLAP_MS,
    TEST,
    Attempt,
    Delivery,
    Endpoint,
    StillOnItsWay,
    WebhookNotFound,
    new_secret,
)
from engage.livechat.webhooks.repository import WebhookRepository
from engage.system.actor import Module
from engage.system.operation_log import check_version, note
from engage.web_addresses import refusal

if TYPE_CHECKING:
    from collections.abc import Sequence

    from sqlalchemy.ext.asyncio import AsyncConnection

    from engage.identifiers import Clock
    from engage.keyring import Keyring
    from engage.livechat.livechats import LiveChats
    from engage.livechat.webhooks.sending import Sending
    from engage.livechat.webhooks.writing import Writing
    from engage.storage.database import Database
    from engage.system.actor import Actor
    from pbxcore.http_client import HttpClient

MOST_ENDPOINTS = 50
UNKNOWN_LIVECHAT = N_("There is no such live chat.")


class TooManyWebhooks(Conflict):
    """There are as many as one installation keeps."""

    code = "too_many_webhooks"
    text = N_("There cannot be more than %(most)d webhooks.")


@dataclass(frozen=True, slots=True)
class Draft:
    """A webhook as somebody wants it to be."""

    name: str
    url: str
    events: tuple[str, ...]
    livechats: tuple[str, ...]
    enabled: bool


@dataclass(frozen=True, slots=True)
class Listed:
    """A webhook with how many messages wait, and how many could not be delivered."""

    endpoint: Endpoint
    waiting: int = 0
    failed: int = 0


class Endpoints:
    """Endpoints in memory and on disk; every change is checked, logged and valid at once."""

    def __init__(
        self,
        database: Database,
        keyring: Keyring,
        client: HttpClient,
        livechats: LiveChats,
        clock: Clock,
    ) -> None:
        self._database, self._keyring, self._client = database, keyring, client
        self._livechats, self._clock = livechats, clock
        self._known: dict[str, Endpoint] = {}

    def use(self, writing: Writing, sending: Sending) -> None:
        """Those that write and send."""
        self._writing, self._sending = writing, sending

    async def load(self) -> None:
        """Read them into memory."""
        async with self._database.read() as connection:
            found = await WebhookRepository(connection).endpoints()
        self._known = {each.id: each for each in found}

    def all(self) -> list[Endpoint]:
        """All of them, bots too."""
        return list(self._known.values())

    def known(self, endpoint_id: str) -> Endpoint | None:
        """One as it stands now, a bot's too."""
        return self._known.get(endpoint_id)

    def put(self, endpoint: Endpoint) -> None:
        """Take over a new or changed one."""
        self._known[endpoint.id] = endpoint

    def forget(self, endpoint_id: str) -> None:
        """One was removed."""
        self._known.pop(endpoint_id, None)

    async def listed(self, actor: Actor) -> list[Listed]:
        """All but bots, oldest first.

        Raises:
            Forbidden: without the right to see live chats.
        """
        actor.check(Module.LIVECHAT, "view")
        async with self._database.read() as connection:
            counts = await WebhookRepository(connection).counts()
        return [
            Listed(each, counts.get((each.id, "waiting"), 0), counts.get((each.id, "failed"), 0))
            for each in self._known.values()
            if each.bot_of is None
        ]

    def get(self, actor: Actor, endpoint_id: str) -> Endpoint:
        """One.

        Raises:
            Forbidden: without the right to see live chats.
            WebhookNotFound: there is none.
        """
        actor.check(Module.LIVECHAT, "view")
        return self._found(endpoint_id)

    async def add(
        self, actor: Actor, draft: Draft, client_id: str | None
    ) -> tuple[Endpoint, str | None]:
        """Make one, and tell its secret: once.

        Raises:
            Forbidden: without the right to change live chats.
            Invalid: with a message per field.
            TooManyWebhooks: there are enough.
        """
        actor.check(Module.LIVECHAT)
        self._check(draft)
        secret = new_secret()

        async def work(connection: AsyncConnection) -> Endpoint | None:
            rows = WebhookRepository(connection)
            if client_id is not None and (made := await rows.made_by(client_id)) is not None:
                return made
            if sum(each.bot_of is None for each in self._known.values()) >= MOST_ENDPOINTS:
                raise TooManyWebhooks(most=MOST_ENDPOINTS)
            await rows.add(endpoint, client_id)
            await note(
                connection, actor, "webhook.add", f"webhook:{endpoint.id}", {"name": draft.name}
            )
            return None

        endpoint = self.made(draft, secret)
        before = await self._database.write(work)
        if before is not None:
            return before, None
        self.put(endpoint)
        return endpoint, secret

    def made(self, draft: Draft, secret: str, bot_of: str | None = None) -> Endpoint:
        """A new endpoint."""
        return Endpoint(
            id=new_id(),
            bot_of=bot_of,
            name=draft.name,
            url=draft.url,
            events=draft.events,
            livechats=draft.livechats,
            enabled=draft.enabled,
            secret=self._keyring.seal(secret),
            former_secret=None,
            former_until_ms=None,
            version=1,
            created_at_ms=self._clock(),
        )

    async def change(
        self, actor: Actor, endpoint_id: str, draft: Draft, version: int | None
    ) -> Endpoint:
        """Change one; switching it on again lets it begin anew.

        Raises:
            Forbidden: without the right to change live chats.
            WebhookNotFound: there is none.
            Edited: somebody else has changed it meanwhile.
            Invalid: with a message per field.
        """
        actor.check(Module.LIVECHAT)
        self._check(draft)
        subject = f"webhook:{endpoint_id}"

        async def work(connection: AsyncConnection) -> Endpoint:
            rows = WebhookRepository(connection)
            before = await self._locked(rows, endpoint_id)
            await check_version(connection, subject, before.version, version)
            after = replace(
                before,
                name=draft.name,
                url=draft.url,
                events=draft.events,
                livechats=draft.livechats,
                enabled=draft.enabled,
                version=before.version + 1,
            )
            if draft.enabled and (not before.enabled or draft.url != before.url):
                after = replace(
                    after, failures=0, failing_since_ms=None, paused_until_ms=0, disabled_reason=""
                )
            await rows.change(after)
            await note(connection, actor, "webhook.change", subject, {"name": after.name})
            return after

        after = await self._database.write(work)
        self.put(after)
        self._sending.wake()
        return after

    async def delete(self, actor: Actor, endpoint_id: str) -> None:
        """Remove one, with what was on its way to it.

        Raises:
            Forbidden: without the right to change live chats.
            WebhookNotFound: there is none.
        """
        actor.check(Module.LIVECHAT)

        async def work(connection: AsyncConnection) -> None:
            rows = WebhookRepository(connection)
            before = await self._locked(rows, endpoint_id)
            await rows.drop(endpoint_id)
            await note(
                connection, actor, "webhook.delete", f"webhook:{endpoint_id}", {"name": before.name}
            )

        await self._database.write(work)
        self.forget(endpoint_id)

    async def renew_secret(self, actor: Actor, endpoint_id: str) -> str:
        """Give one another secret, told once; the former one signs too for a day.

        Raises:
            Forbidden: without the right to change live chats.
            WebhookNotFound: there is none.
        """
        actor.check(Module.LIVECHAT)
        secret, now = new_secret(), self._clock()

        async def work(connection: AsyncConnection) -> Endpoint:
            rows = WebhookRepository(connection)
            before = await self._locked(rows, endpoint_id)
            after = replace(
                before,
                secret=self._keyring.seal(secret),
                former_secret=before.secret,
                former_until_ms=now + OVERLAP_MS,
            )
            await rows.change(after)
            await note(connection, actor, "webhook.secret", f"webhook:{endpoint_id}")
            return after

        self.put(await self._database.write(work))
        return secret

    async def deliveries(
        self, actor: Actor, endpoint_id: str, states: Sequence[str], before: str, limit: int
    ) -> list[Delivery]:
        """The newest messages of an endpoint.

        Raises:
            Forbidden: without the right to see live chats.
            WebhookNotFound: there is no such endpoint.
        """
        self.get(actor, endpoint_id)
        async with self._database.read() as connection:
            return await WebhookRepository(connection).page(endpoint_id, states, before, limit)

    async def delivery(self, actor: Actor, endpoint_id: str, delivery_id: str) -> Delivery:
        """One message with its attempts.

        Raises:
            Forbidden: without the right to see live chats.
            WebhookNotFound: there is none.
        """
        self.get(actor, endpoint_id)
        async with self._database.read() as connection:
            found = await WebhookRepository(connection).delivery(endpoint_id, delivery_id)
        if found is None:
            raise WebhookNotFound
        return found

    async def test(self, actor: Actor, endpoint_id: str) -> tuple[Delivery, Attempt]:
        """Send a message that tells of nothing, now, and say what was answered.

        Raises:
            Forbidden: without the right to change live chats.
            WebhookNotFound: there is no such endpoint.
        """
        actor.check(Module.LIVECHAT)
        endpoint, now = self._found(endpoint_id), self._clock()
        data = {"text": "This is a test."}

        async def work(connection: AsyncConnection) -> Delivery:
            [made] = await self._writing.put(connection, [endpoint], TEST, data, None, now)
            made = replace(made, expires_at_ms=now)  # nobody waits for a test: it is tried once
            rows = WebhookRepository(connection)
            await rows.settle(made, None)
            await rows.lease(made.id, now + LEASE_MS)  # sent right here, and by nobody else
            return made

        return await self._sending.attempt(endpoint, await self._database.write(work))

    async def replay(self, actor: Actor, endpoint_id: str, delivery_id: str) -> None:
        """Send a message once more, under the same `webhook-id`.

        Raises:
            Forbidden: without the right to change live chats.
            WebhookNotFound: there is none.
            StillOnItsWay: it waits to be sent.
        """
        actor.check(Module.LIVECHAT)
        self._found(endpoint_id)
        now = self._clock()

        async def work(connection: AsyncConnection) -> None:
            rows = WebhookRepository(connection)
            found = await rows.delivery(endpoint_id, delivery_id)
            if found is None:
                raise WebhookNotFound
            if found.state == "waiting":
                raise StillOnItsWay
            again = replace(
                found, state="waiting", tries=0, due_at_ms=now, expires_at_ms=now + LIFE_MS
            )
            await rows.settle(again, None)
            told = {"message": delivery_id}
            await note(connection, actor, "webhook.replay", f"webhook:{endpoint_id}", told)

        await self._database.write(work)
        self._sending.wake()

    async def replay_range(
        self, actor: Actor, endpoint_id: str, since_ms: int, until_ms: int
    ) -> int:
        """Send once more what was made in a time; tells how many messages that are.

        Raises:
            Forbidden: without the right to change live chats.
            WebhookNotFound: there is no such endpoint.
        """
        actor.check(Module.LIVECHAT)
        self._found(endpoint_id)
        now = self._clock()

        async def work(connection: AsyncConnection) -> int:
            count = await WebhookRepository(connection).revive(
                endpoint_id, now, now + LIFE_MS, since_ms, until_ms
            )
            told = {"count": count}
            await note(connection, actor, "webhook.replay", f"webhook:{endpoint_id}", told)
            return count

        count = await self._database.write(work)
        self._sending.wake()
        return count

    def check_url(self, url: str) -> str | None:
        """What is wrong with an address, in untranslated words; what a name is, is seen later."""
        return refusal(url, self._client)

    def _check(self, draft: Draft) -> None:
        fields = {}
        if (problem := self.check_url(draft.url)) is not None:
            fields["url"] = problem
        if not draft.name:
            fields["name"] = N_("Please give it a name.")
        if not draft.events:
            fields["events"] = N_("Please choose at least one event.")
        kept = {each.id for each in self._livechats.all()}
        if any(each not in kept for each in draft.livechats):
            fields["livechats"] = UNKNOWN_LIVECHAT
        if fields:
            raise Invalid(fields)

    def _found(self, endpoint_id: str) -> Endpoint:
        endpoint = self._known.get(endpoint_id)
        if endpoint is None or endpoint.bot_of is not None:
            raise WebhookNotFound
        return endpoint

    async def _locked(self, rows: WebhookRepository, endpoint_id: str) -> Endpoint:
        endpoint = await rows.endpoint(endpoint_id, lock=True)
        if endpoint is None or endpoint.bot_of is not None:
            raise WebhookNotFound
        return endpoint
