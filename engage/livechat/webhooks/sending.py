"""Sends what waits: leased rows, each endpoint for itself, each conversation in its order."""

from __future__ import annotations

import asyncio
import logging
from dataclasses import replace
from functools import partial
from typing import TYPE_CHECKING, Any, Protocol

from engage.background import Worker
from engage.errors import EngageError, Unavailable
from engage.keyring import SealBroken
from engage.livechat.webhooks.model import (
    BODY_KEPT,
    BREAK_AFTER,
    LEASE_MS,
    LOG_MS,
    SILENT_MS,
    TEST,
    WITHIN_S,
    Attempt,
    delay_ms,
    headers,
    rest_ms,
)
from engage.livechat.webhooks.repository import WebhookRepository
from engage.system.actor import SYSTEM
from engage.system.operation_log import note
from pbxcore.http_client import AddressForbidden, NoAnswer

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Mapping

    from sqlalchemy.ext.asyncio import AsyncConnection

    from engage.identifiers import Clock
    from engage.keyring import Keyring
    from engage.livechat.webhooks.model import Delivery, Endpoint
    from engage.storage.database import Database
    from pbxcore.http_client import Answer

    SwitchedOff = Callable[[AsyncConnection, Endpoint, Attempt], Awaitable[None]]

log = logging.getLogger(__name__)
AT_ONCE = 4
"""Messages to one endpoint at a time."""

BOT_AT_ONCE = 16
"""The same to a bot: a visitor waits for each, and others' answers may take long."""

MOST_ENDPOINTS = 16
LONGEST_SLEEP_S = 10.0
SHORTEST_SLEEP_S = 0.05
TIDY_MS = 3_600_000
AWAY_S = 2.0
GONE = 410


class Client(Protocol):
    """Posts to an address; `pbxcore.http_client` in the product."""

    async def post(
        self, url: str, headers: Mapping[str, str], body: bytes, *, within_s: float, most: int
    ) -> Answer:
        """Send one message, or raise `NoAnswer`."""
        ...


class Sending:
    """The one sender of webhooks; `changed` is told when it switched an endpoint off or on."""

    def __init__(
        self,
        database: Database,
        keyring: Keyring,
        client: Client,
        changed: Callable[[Endpoint], None],
        clock: Clock,
    ) -> None:
        self._database, self._keyring, self.client = database, keyring, client
        self._changed, self._clock = changed, clock
        self._worker = Worker(
            "sending of webhooks", self.step, every_s=LONGEST_SLEEP_S, away_s=AWAY_S
        )
        self._busy: dict[str, asyncio.Task[None]] = {}
        self._nudges: dict[str, asyncio.Event] = {}
        self._tidied_at_ms = 0
        self.answered: Callable[[Delivery, Attempt, bytes], Awaitable[None]] | None = None
        """Told of every attempt for a bot, with what it answered."""
        self.switched_off: SwitchedOff | None = None
        """Told in the transaction that switches an endpoint off after an attempt."""

    async def start(self) -> None:
        """Send from now on."""
        self._worker.start()

    async def stop(self) -> None:
        """What is on its way stays leased, and is sent again after the next start."""
        await self._worker.stop()
        tasks = list(self._busy.values())
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)

    def wake(self) -> None:
        """Look for due rows now."""
        self._worker.wake()

    async def step(self) -> float:
        """Begin to send what is due; returns after how many seconds to look again."""
        now = self._clock()
        await self._too_late(now)
        if now - self._tidied_at_ms >= TIDY_MS:
            self._tidied_at_ms = now
            await self._database.write(self._tidy)
        async with self._database.read() as connection:
            due = await WebhookRepository(connection).due(now)
        wait_s = LONGEST_SLEEP_S
        for endpoint_id, at_ms in due.items():
            if at_ms > now:
                wait_s = min(wait_s, max((at_ms - now) / 1000, SHORTEST_SLEEP_S))
            elif endpoint_id in self._busy:
                self._nudges[endpoint_id].set()  # it may have a hand free
            elif len(self._busy) < MOST_ENDPOINTS:
                self._nudges[endpoint_id] = asyncio.Event()
                task = asyncio.create_task(self._served(endpoint_id))
                self._busy[endpoint_id] = task
            else:
                wait_s = SHORTEST_SLEEP_S
        return wait_s

    @property
    def busy(self) -> bool:
        """Whether something is on its way."""
        return bool(self._busy)

    async def settled(self) -> None:
        """Wait until nothing is on its way."""
        while self._busy:
            await asyncio.gather(*self._busy.values(), return_exceptions=True)

    async def attempt(self, endpoint: Endpoint, delivery: Delivery) -> tuple[Delivery, Attempt]:
        """Try to deliver one message once, and write down what became of it."""
        began = self._clock()
        body = delivery.payload.encode()
        status, error, response, retry_after_s = None, "", b"", None
        try:
            signed = headers(self._keys(endpoint), delivery.id, began // 1000, body)
            answer = await self.client.post(
                endpoint.url, signed, body, within_s=WITHIN_S, most=self._most(endpoint)
            )
            status, response, retry_after_s = answer.status, answer.body, answer.retry_after_s
        except AddressForbidden:
            error = "address_forbidden"
        except NoAnswer as problem:
            error = str(problem)
        except SealBroken:
            error = "secret_unreadable"
        except Exception as problem:  # whatever it is: an attempt, else it would never end
            log.exception("webhook not sent", extra={"webhook": endpoint.id})
            error = type(problem).__name__
        took_ms = self._clock() - began
        shown = response[:BODY_KEPT].decode("utf-8", "replace")
        shown = "".join(each for each in shown if each.isprintable() or each in "\n\t")
        made = Attempt(began, took_ms, status, error, shown)
        settled = self._after(delivery, made, retry_after_s)
        if endpoint.bot_of is not None:
            # Before it is settled: a kill in between leaves it to be sent, and the conversation's
            # next message waits until this answer is there.
            await self._tell(settled, made, response)
        await self._database.write(lambda each: self._settle(each, endpoint.id, settled, made))
        return settled, made

    async def _tell(self, delivery: Delivery, made: Attempt, response: bytes) -> None:
        if self.answered is None:
            return
        try:
            await self.answered(delivery, made, response)
        except Unavailable:  # nothing is settled: it comes again
            raise
        except Exception:
            log.exception("bot's answer not taken")

    async def _too_late(self, now: int) -> None:
        """What did not reach a bot in time has failed: its visitors are people's first."""
        while late := await self._expired(now):
            for delivery in late:
                await self._tell(delivery, Attempt(now, 0, None, "too_late", ""), b"")
                given_up = replace(delivery, state="failed")
                await self._database.write(partial(_given_up, given_up))

    async def _expired(self, now: int) -> list[Delivery]:
        async with self._database.read() as connection:
            return await WebhookRepository(connection).expired_of_bots(now)

    def _most(self, endpoint: Endpoint) -> int:
        return BODY_KEPT if endpoint.bot_of is None else 64 * 1024

    def _keys(self, endpoint: Endpoint) -> list[str]:
        sealed = [endpoint.secret]
        if endpoint.former_secret and (endpoint.former_until_ms or 0) > self._clock():
            sealed.append(endpoint.former_secret)
        return [self._keyring.open(each) for each in sealed]

    def _after(self, delivery: Delivery, made: Attempt, retry_after_s: int | None) -> Delivery:
        """The message as it stands after an attempt."""
        tries = delivery.tries + 1
        if made.succeeded:
            return replace(delivery, state="sent", tries=tries)
        due = self._clock() + delay_ms(tries, retry_after_s)
        state = "failed" if due >= delivery.expires_at_ms else "waiting"
        return replace(delivery, state=state, tries=tries, due_at_ms=due)

    async def _settle(
        self, connection: AsyncConnection, endpoint_id: str, settled: Delivery, made: Attempt
    ) -> None:
        rows = WebhookRepository(connection)
        await rows.settle(settled, made)
        before = await rows.endpoint(endpoint_id, lock=True)
        if before is None:
            return
        after = self._judged(before, settled, made)
        if after == before:
            return
        await rows.change(after)
        if before.enabled and not after.enabled:
            told = {"reason": after.disabled_reason}
            log.error("webhook switched off", extra={"webhook": after.id, **told})
            await note(connection, SYSTEM, "webhook.switched_off", f"webhook:{after.id}", told)
            if self.switched_off is not None:
                await self.switched_off(connection, after, made)
        self._changed(after)

    def _judged(self, endpoint: Endpoint, settled: Delivery, made: Attempt) -> Endpoint:
        """An endpoint after an attempt: well, resting, or switched off."""
        now = self._clock()
        if made.succeeded:
            return replace(endpoint, failures=0, failing_since_ms=None, paused_until_ms=0)
        failures = endpoint.failures + 1
        since = endpoint.failing_since_ms or made.at_ms
        given_up = settled.state == "failed" and settled.type != TEST
        reason = ""
        if made.status == GONE:
            reason = "gone"
        elif given_up and endpoint.bot_of is None and now - since >= SILENT_MS:
            reason = "failing"
        return replace(
            endpoint,
            failures=failures,
            failing_since_ms=since,
            paused_until_ms=now + rest_ms(failures),
            enabled=endpoint.enabled and not reason,
            disabled_reason=reason or endpoint.disabled_reason,
        )

    async def _serve(self, endpoint_id: str) -> None:
        """Send to one endpoint until nothing is due, or it must rest."""
        nudge, hands = self._nudges[endpoint_id], set[asyncio.Task[Any]]()
        try:
            while True:
                nudge.clear()
                hands |= await self._taken_up(endpoint_id, len(hands))
                if not hands:
                    return
                nudged = asyncio.create_task(nudge.wait())
                try:
                    await asyncio.wait({*hands, nudged}, return_when=asyncio.FIRST_COMPLETED)
                finally:
                    nudged.cancel()
                done = {each for each in hands if each.done()}
                hands -= done
                for each in done:
                    each.result()
        finally:
            for each in hands:
                each.cancel()
            await asyncio.gather(*hands, return_exceptions=True)

    async def _taken_up(self, endpoint_id: str, busy: int) -> set[asyncio.Task[Any]]:
        """Begin to send as much as there are hands free."""
        now = self._clock()
        async with self._database.read() as connection:
            endpoint = await WebhookRepository(connection).endpoint(endpoint_id)
        if endpoint is None or not endpoint.enabled or endpoint.paused_until_ms > now:
            return set()
        is_bot = endpoint.bot_of is not None
        most = BOT_AT_ONCE if is_bot else AT_ONCE
        free = (1 if endpoint.failures >= BREAK_AFTER else most) - busy
        if free <= 0:
            return set()
        claimed = await self._database.write(
            partial(_claimed, endpoint_id, now, free, expired=not is_bot)
        )
        return {asyncio.create_task(self.attempt(endpoint, each)) for each in claimed}

    async def _served(self, endpoint_id: str) -> None:
        try:
            await self._serve(endpoint_id)
        except EngageError as problem:
            log.warning("webhook not served", extra={"problem": problem.code})
            await asyncio.sleep(AWAY_S)
        except Exception:
            log.exception("webhook not served")
            await asyncio.sleep(AWAY_S)
        finally:
            self._busy.pop(endpoint_id, None)
            self._nudges.pop(endpoint_id, None)
            self._worker.wake()

    async def _tidy(self, connection: AsyncConnection) -> None:
        rows, now = WebhookRepository(connection), self._clock()
        given_up = await rows.give_up(now)
        await rows.forget(now - LOG_MS)
        if given_up:
            log.warning("webhook messages given up", extra={"count": given_up})


async def _claimed(
    endpoint_id: str, now: int, most: int, connection: AsyncConnection, *, expired: bool
) -> list[Delivery]:
    rows = WebhookRepository(connection)
    return await rows.claim(endpoint_id, now, now + LEASE_MS, most, expired=expired)


async def _given_up(delivery: Delivery, connection: AsyncConnection) -> None:
    await WebhookRepository(connection).settle(delivery, None)
