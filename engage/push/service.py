"""Who is subscribed to push messages, and of what they are told.

A push message is a hint, like what goes over sockets: the log has what people wrote. So it is
written down after the commit of its cause, once for each browser of those who are not in Wave,
and a chat's newer message takes the place of an older one that still waits.
"""

from __future__ import annotations

import logging
from dataclasses import dataclass
from typing import TYPE_CHECKING

from engage.errors import Forbidden, Invalid
from engage.hub.events import EventAppended
from engage.hub.model import EVERYONE, is_visitor
from engage.identifiers import new_id, now_ms
from engage.livechat.events import InquiryQueued
from engage.people.events import ExtensionsDropped, SessionEnded
from engage.push.encryption import AUTH_BYTES, POINT_BYTES, is_point
from engage.push.model import (
    BAD_KEY,
    INQUIRY_LIFE_MS,
    MESSAGE_LIFE_MS,
    News,
    Subscription,
    check_endpoint,
    decode_key,
)
from engage.push.repository import PushRepository, put_script
from engage.push.words import inquiry_news, message_news
from engage.storage.tables import push_subscriptions

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from sqlalchemy import ColumnElement
    from sqlalchemy.ext.asyncio import AsyncConnection

    from engage.events import Events
    from engage.hub.delivery import Delivery
    from engage.hub.service import Hub
    from engage.identifiers import Clock
    from engage.people.model import AgentSeat, Principal
    from engage.push.model import Correspondents
    from engage.storage.database import Database

log = logging.getLogger(__name__)
TOLD_KINDS = ("message", "file")


@dataclass(frozen=True, slots=True)
class Written:
    """Something of which somebody may be told; most events are nobody's business here."""

    fact: EventAppended


class Push:
    """Subscriptions, and the news that go to them.

    `agents_at` gives the agents at a live chat's destination; `wake` is called when something was
    written down.
    """

    def __init__(
        self,
        database: Database,
        hub: Hub,
        delivery: Delivery,
        people: Correspondents,
        agents_at: Callable[[str], list[AgentSeat]],
        events: Events,
        wake: Callable[[], None],
        *,
        clock: Clock = now_ms,
        private: bool = False,
    ) -> None:
        self._database, self._hub, self._delivery = database, hub, delivery
        self._people, self._agents_at, self._wake = people, agents_at, wake
        self._clock, self._private = clock, private
        self._events = events
        self._by_who: dict[str, dict[str, Subscription]] = {}
        events.listen(EventAppended, self._appended)
        events.subscribe(Written, self._written)
        events.subscribe(InquiryQueued, self._queued)
        events.subscribe(SessionEnded, self._session_ended)
        events.subscribe(ExtensionsDropped, self._dropped)

    async def start(self) -> None:
        """Read who is subscribed."""
        async with self._database.read() as connection:
            for each in await PushRepository(connection).all():
                self._by_who.setdefault(each.who, {})[each.endpoint] = each

    async def stop(self) -> None:
        """Nothing is held."""

    async def subscribe(
        self, principal: Principal, endpoint: str, p256dh: str, auth: str
    ) -> Subscription:
        """Tell this browser of news while Wave is closed.

        Raises:
            Forbidden: not a user of an extension.
            Invalid: the address or a key cannot be used.
        """
        _check_user(principal)
        made = Subscription(
            new_id(),
            principal.who,
            check_endpoint(endpoint, private=self._private),
            decode_key(p256dh, POINT_BYTES, "keys.p256dh"),
            decode_key(auth, AUTH_BYTES, "keys.auth"),
        )
        if not is_point(made.p256dh):
            raise Invalid({"keys.p256dh": BAD_KEY})
        now = self._clock()
        await self._database.write(
            lambda connection: PushRepository(connection).subscribe(made, principal.session_id, now)
        )
        self._forget([endpoint])
        self._by_who.setdefault(made.who, {})[endpoint] = made
        return made

    async def unsubscribe(self, principal: Principal, endpoint: str) -> None:
        """Tell this browser nothing more; one that is not subscribed is left so.

        Raises:
            Forbidden: not a user of an extension.
        """
        _check_user(principal)
        mine = push_subscriptions.c.who == principal.who
        await self._remove((push_subscriptions.c.endpoint == endpoint) & mine)

    async def gone(self, subscription: Subscription) -> None:
        """A push service no longer knows this browser."""
        await self._remove(push_subscriptions.c.id == subscription.id)

    def held(self, who: str, endpoint: str) -> Subscription | None:
        """A browser of somebody, as it is subscribed."""
        return self._by_who.get(who, {}).get(endpoint)

    def valid(self, subscription: Subscription) -> bool:
        """Whether this browser is still to be told of anything."""
        held = self.held(subscription.who, subscription.endpoint)
        number = subscription.who.removeprefix("user:")
        return held is not None and self._people.name_of(number) is not None

    def count(self, who: str) -> int:
        """How many browsers of somebody are subscribed."""
        return len(self._by_who.get(who, ()))

    def _appended(self, fact: EventAppended) -> None:
        if self._by_who and fact.event.kind in TOLD_KINDS:
            self._events.publish(Written(fact))

    async def _written(self, written: Written) -> None:
        event, conversation = written.fact.event, written.fact.conversation
        followers = await self._hub.participants(conversation.id)
        absent = {
            each.who: each
            for each in followers
            if each.who != event.author.who and event.seq > each.from_seq and self._away(each.who)
        }
        if not absent:
            return
        mentions = event.body.get("mentions") or ()
        named = {f"user:{each}" for each in mentions}
        async with self._database.read() as connection:
            muted = await PushRepository(connection).muted(conversation.id, absent)
        told = [who for who in absent if EVERYONE in mentions or who in named or who not in muted]
        languages = self._languages(told)
        now = self._clock()
        await self._put(
            (
                (each, message_news(conversation, event, languages.get(who, "")))
                for who in told
                for each in self._by_who.get(who, {}).values()
            ),
            conversation.id,
            event.seq,
            now + MESSAGE_LIFE_MS,
        )

    async def _queued(self, fact: InquiryQueued) -> None:
        if self._by_who:
            seats = [x for x in self._on_duty(fact.livechat_id) if self._away(f"user:{x.number}")]
            await self._rouse(seats, fact.conversation_id)

    async def rouse(self, livechat_id: str, conversation_id: str) -> list[str]:
        """Remind every agent on duty of a visitor who still waits, in Wave or not; who was told."""
        seats = [x for x in self._on_duty(livechat_id) if f"user:{x.number}" in self._by_who]
        await self._rouse(seats, conversation_id)
        return [each.number for each in seats]

    def _on_duty(self, livechat_id: str) -> list[AgentSeat]:
        return [each for each in self._agents_at(livechat_id) if not each.paused]

    async def _rouse(self, told: list[AgentSeat], conversation_id: str) -> None:
        if not told:
            return
        followers = await self._hub.participants(conversation_id)
        visitor = next((each.name for each in followers if is_visitor(each.who)), "")
        await self._put(
            (
                (each, inquiry_news(conversation_id, visitor, seat.language))
                for seat in told
                for each in self._by_who.get(f"user:{seat.number}", {}).values()
            ),
            conversation_id,
            None,
            self._clock() + INQUIRY_LIFE_MS,
        )

    async def _session_ended(self, fact: SessionEnded) -> None:
        """Who was signed out on a device is told nothing there; a session may expire unnoticed."""
        if fact.reason != "expired" and self._by_who:
            await self._remove(push_subscriptions.c.session_id == fact.session_id)

    async def _dropped(self, fact: ExtensionsDropped) -> None:
        gone = [who for number in fact.numbers if (who := f"user:{number}") in self._by_who]
        if gone:
            await self._remove(push_subscriptions.c.who.in_(gone))

    def _away(self, who: str) -> bool:
        return who in self._by_who and not self._delivery.connections(who)

    def _languages(self, whos: Iterable[str]) -> dict[str, str]:
        seats = self._people.agents_of("extensions", [who.removeprefix("user:") for who in whos])
        return {f"user:{each.number}": each.language for each in seats}

    async def _put(
        self,
        told: Iterable[tuple[Subscription, News]],
        conversation_id: str,
        seq: int | None,
        expires_at_ms: int,
    ) -> None:
        now = self._clock()
        rows = [
            (
                new_id(), each.id, news.tag, news.encoded(), conversation_id, seq, now,
                expires_at_ms,
            )
            for each, news in told
        ]  # fmt: skip
        if not rows:
            return

        async def work(_: AsyncConnection) -> None:
            await self._database.run(put_script(rows))

        await self._database.write(work)
        self._wake()

    async def _remove(self, which: ColumnElement[bool]) -> None:
        async def work(connection: AsyncConnection) -> set[str]:
            whos = set(await PushRepository(connection).unsubscribe(which))
            kept = await PushRepository(connection).all() if whos else []
            remaining.extend(each for each in kept if each.who in whos)
            return whos

        remaining: list[Subscription] = []
        for who in await self._database.write(work):
            mine = {each.endpoint: each for each in remaining if each.who == who}
            if mine:
                self._by_who[who] = mine
            else:
                self._by_who.pop(who, None)

    def _forget(self, endpoints: Iterable[str]) -> None:
        for endpoint in endpoints:
            for who, held in list(self._by_who.items()):
                if held.pop(endpoint, None) is not None and not held:
                    del self._by_who[who]


def _check_user(principal: Principal) -> None:
    if principal.kind != "user":
        raise Forbidden
