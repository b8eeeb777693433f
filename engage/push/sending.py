"""Sends what is due to the push services: leased rows, retries, nothing for ever."""

from __future__ import annotations

import asyncio
import logging
import os
from functools import partial
from typing import TYPE_CHECKING, Protocol

from cryptography.hazmat.primitives.asymmetric import ec

from engage.background import Worker
from engage.errors import Unavailable
from engage.identifiers import new_id, now_ms
from engage.push.client import AddressForbidden, PushFailed
from engage.push.encryption import SALT_BYTES, authorization, encrypt
from engage.push.model import Fate, Outgoing, delay_ms, fate
from engage.push.repository import PushRepository

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from cryptography.hazmat.primitives.asymmetric.ec import EllipticCurvePrivateKey

    from engage.identifiers import Clock
    from engage.push.client import PushAnswer
    from engage.push.model import News, Subscription
    from engage.storage.database import Database

log = logging.getLogger(__name__)
AT_ONCE = 8
LEASE_MS = 60_000  # longer than one message can take
LONGEST_SLEEP_S = 60.0
TRIAL_LIFE_MS = 60_000


class Client(Protocol):
    """Posts to a push service; `engage.push.client` in the product."""

    async def post(self, endpoint: str, headers: Mapping[str, str], body: bytes) -> PushAnswer:
        """Send one message, or raise `PushFailed`."""
        ...


class Subscribers(Protocol):
    """Who is subscribed; `engage.push.service` in the product."""

    def valid(self, subscription: Subscription) -> bool:
        """Whether this browser is still to be told of anything."""
        ...

    async def gone(self, subscription: Subscription) -> None:
        """A push service no longer knows this browser."""
        ...


class PushSending:
    """The one sender of push messages."""

    def __init__(
        self,
        database: Database,
        client: Client,
        subject: Callable[[], str],
        clock: Clock = now_ms,
    ) -> None:
        """`subject`: how push services can reach who runs this server, `mailto:` or `https:`."""
        self._database, self._client, self._subject = database, client, subject
        self._clock = clock
        self._worker: Worker | None = None
        self._key: EllipticCurvePrivateKey | None = None

    def begin(self, subscribers: Subscribers, key: EllipticCurvePrivateKey) -> None:
        """Send from now on."""
        self._key = key
        self._worker = Worker(
            "sending of push messages",
            lambda: self.step(subscribers, key),
            every_s=LONGEST_SLEEP_S,
        )
        self._worker.start()

    async def stop(self) -> None:
        """What is on its way stays leased, and is sent after the next start."""
        if self._worker is not None:
            await self._worker.stop()

    def wake(self) -> None:
        """Look for due rows now."""
        if self._worker is not None:
            self._worker.wake()

    async def send_now(self, subscription: Subscription, news: News) -> Fate:
        """One message past the outbox, without another try.

        Raises:
            Unavailable: the server has only just started.
        """
        if self._key is None:
            raise Unavailable
        expires = self._clock() + TRIAL_LIFE_MS
        message = Outgoing(new_id(), subscription, news.encoded(), 0, expires, "", None)
        outcome, _ = await self._posted(message, self._key)
        return outcome

    async def step(self, subscribers: Subscribers, key: EllipticCurvePrivateKey) -> float:
        """Send what is due; returns after how many seconds to look again."""
        now = self._clock()
        claimed = await self._database.write(
            lambda c: PushRepository(c).claim(now, now + LEASE_MS, AT_ONCE)
        )
        await asyncio.gather(*(self._send(each, subscribers, key) for each in claimed))
        if len(claimed) == AT_ONCE:
            return 0
        async with self._database.read() as connection:
            due = await PushRepository(connection).next_due()
        if due is None:
            return LONGEST_SLEEP_S
        return min(max(due - self._clock(), 0) / 1000, LONGEST_SLEEP_S)

    async def _send(
        self, message: Outgoing, subscribers: Subscribers, key: EllipticCurvePrivateKey
    ) -> None:
        subscription = message.subscription
        if not subscribers.valid(subscription):
            await self._database.write(lambda c: PushRepository(c).done(message.id))
            return
        outcome, retry_after_s = await self._posted(message, key)
        match outcome:
            case Fate.GONE:
                await subscribers.gone(subscription)
            case Fate.AGAIN:
                due = self._clock() + delay_ms(message.tries, retry_after_s)
                await self._database.write(lambda c: PushRepository(c).again(message.id, due))
            case Fate.SENT | Fate.REFUSED:
                await self._database.write(lambda c: PushRepository(c).done(message.id))

    async def _posted(
        self, message: Outgoing, key: EllipticCurvePrivateKey
    ) -> tuple[Fate, int | None]:
        subscription = message.subscription
        now = self._clock()
        try:
            # Some tenths of a millisecond of arithmetic each, but there may be many.
            body, header = await asyncio.to_thread(
                partial(_sealed, message, key, self._subject(), now // 1000)
            )
            headers = {
                "Authorization": header,
                "Content-Encoding": "aes128gcm",
                "Content-Type": "application/octet-stream",
                "TTL": str(max(0, (message.expires_at_ms - now) // 1000)),
                "Urgency": "high",
            }
            answer = await self._client.post(subscription.endpoint, headers, body)
        except AddressForbidden:
            log.warning("push address leads inside", extra={"who": subscription.who})
            return Fate.GONE, None
        except PushFailed as problem:
            log.info("push service away", extra={"problem": str(problem)})
            return Fate.AGAIN, None
        except ValueError as problem:
            log.warning("push message refused", extra={"problem": str(problem)})
            return Fate.REFUSED, None
        outcome = fate(answer.status)
        if outcome is not Fate.SENT:
            log.info("push message not taken", extra={"status": answer.status})
        return outcome, answer.retry_after_s


def _sealed(
    message: Outgoing, key: EllipticCurvePrivateKey, subject: str, now_s: int
) -> tuple[bytes, str]:
    subscription = message.subscription
    own = ec.generate_private_key(ec.SECP256R1())
    body = encrypt(
        message.payload.encode(), subscription.p256dh, subscription.auth,
        os.urandom(SALT_BYTES), own,
    )  # fmt: skip
    return body, authorization(key, subscription.endpoint, subject, now_s)
