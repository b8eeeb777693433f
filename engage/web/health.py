"""Alive, ready and measured: `/healthz`, `/readyz`, `/metrics`."""

from __future__ import annotations

import asyncio
import time
from contextlib import suppress
from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING, Any, Protocol

from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram, generate_latest
from starlette.responses import Response
from starlette.routing import Route

from engage.errors import N_, EngageError, Forbidden, Unauthenticated
from engage.i18n import translate
from engage.web.requests import address, answer, is_known, language, principal
from pbxcore.networks import within

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Iterable

    from starlette.requests import Request

    from engage.hub.events import EventAppended
    from engage.notify.events import MailSettled
    from engage.settings import Network
    from engage.web.sockets import Sockets
    from pbxcore.health import Health

CHECKED_FOR_S = 2.0
LAG_EVERY_S = 0.5

REMEDIES = {
    "database": N_("Check the disk's free space and the database's address; it is tried again."),
    "pbx": N_("The PBX is being restarted; if this stays, look at its log lines and its ports."),
    "media": N_("Media is being restarted; if this stays, look for free RTP ports."),
}


class Part(Protocol):
    """One of the server's other processes."""

    async def probe(self) -> Health:
        """How it is; never raises."""
        ...


@dataclass(frozen=True, slots=True)
class PartState:
    """A part's readiness; `problem` is empty when it can serve."""

    ready: bool
    problem: str = ""


class Readiness:
    """Asks each part, at most every two seconds."""

    def __init__(
        self, check_database: Callable[[], Awaitable[None]], parts: dict[str, Part]
    ) -> None:
        self._check_database, self._parts = check_database, parts
        self._checked_at = float("-inf")
        self._states: dict[str, PartState] = {}
        self._checking = asyncio.Lock()
        self.figures: dict[str, dict[str, float]] = {}
        self.draining = False

    async def states(self) -> dict[str, PartState]:
        """Each part by name."""
        async with self._checking:
            if time.monotonic() - self._checked_at >= CHECKED_FOR_S:
                checks = [self._database(), *(self._part(name) for name in self._parts)]
                found = await asyncio.gather(*checks)
                names = ("database", *self._parts)
                self._states = dict(zip(names, found, strict=True))
                self._checked_at = time.monotonic()
        web = PartState(not self.draining, "stopping" if self.draining else "")
        return {"web": web, **self._states}

    async def _database(self) -> PartState:
        try:
            async with asyncio.timeout(5):
                await self._check_database()
        except EngageError as error:
            return PartState(False, str(error.params.get("reason", error.code)))
        except TimeoutError:
            return PartState(False, "no answer within 5 s")
        return PartState(True)

    async def _part(self, name: str) -> PartState:
        health = await self._parts[name].probe()
        self.figures[name] = dict(health.figures)
        return PartState(health.ready, health.problem)


class Metrics:
    """Figures of this process, and of the others as they tell them."""

    def __init__(self) -> None:
        self.registry = CollectorRegistry()
        self._sign_ins = Counter(
            "engage_sign_ins", "Sign-ins by outcome.", ["outcome"], registry=self.registry
        )
        self._events = Counter(
            "engage_events_appended",
            "Events stored, by kind of conversation.",
            ["conversation", "kind"],
            registry=self.registry,
        )
        self._api_answers = Counter(
            "engage_api_answers",
            "Answers of the HTTPS API, by action and status.",
            ["action", "status"],
            registry=self.registry,
        )
        self._mails = Counter(
            "engage_mails_settled",
            "Mails sent or given up.",
            ["kind", "state"],
            registry=self.registry,
        )
        self._lag = Histogram(
            "engage_loop_lag_seconds",
            "How late the event loop wakes.",
            buckets=(0.001, 0.002, 0.005, 0.01, 0.02, 0.05, 0.1, 0.25, 0.5, 1, 2.5),
            registry=self.registry,
        )
        self._parts = Gauge(
            "engage_part_figure", "Figures of the parts.", ["part", "name"], registry=self.registry
        )
        self._ready = Gauge("engage_part_ready", "1: ready.", ["part"], registry=self.registry)
        self._watch: asyncio.Task[None] | None = None

    def follow(self, sockets: Sockets) -> None:
        """Count connections."""
        Gauge("engage_sockets", "Open socket connections.", registry=self.registry).set_function(
            lambda: sockets.count
        )
        Gauge(
            "engage_socket_messages_sent", "Hints sent to sockets.", registry=self.registry
        ).set_function(lambda: sockets.sent)

    def follow_mails(self, count: Callable[[str], int]) -> None:
        """Tell how many mails are in each state."""
        gauge = Gauge(
            "engage_mails", "Mails in the outbox, by state.", ["state"], registry=self.registry
        )
        for state in ("waiting", "sending", "sent", "failed", "cancelled"):
            gauge.labels(state).set_function(partial(count, state))

    async def mail_settled(self, fact: MailSettled) -> None:
        """One mail sent or given up."""
        self._mails.labels(fact.kind, fact.state).inc()

    def signed_in(self, succeeded: bool) -> None:
        """One attempt to sign in."""
        self._sign_ins.labels("succeeded" if succeeded else "refused").inc()

    def api_answered(self, action: str, status: int) -> None:
        """One answer of the HTTPS API."""
        self._api_answers.labels(action, str(status)).inc()

    async def appended(self, fact: EventAppended) -> None:
        """One event stored."""
        self._events.labels(fact.conversation.kind, fact.event.kind).inc()

    def start(self) -> None:
        """Begin to measure the loop."""
        self._watch = asyncio.create_task(self._measure())

    async def stop(self) -> None:
        """Stop measuring."""
        if self._watch is not None:
            self._watch.cancel()
            with suppress(asyncio.CancelledError):
                await self._watch

    def text(self, states: dict[str, PartState], figures: dict[str, dict[str, float]]) -> bytes:
        """Everything in Prometheus' text format."""
        for part, state in states.items():
            self._ready.labels(part).set(1 if state.ready else 0)
        for part, named in figures.items():
            for name, value in named.items():
                self._parts.labels(part, name).set(value)
        return generate_latest(self.registry)

    async def _measure(self) -> None:
        loop = asyncio.get_running_loop()
        while True:
            due = loop.time() + LAG_EVERY_S
            await asyncio.sleep(LAG_EVERY_S)
            self._lag.observe(max(0.0, loop.time() - due))


class HealthRoutes:
    """What monitors ask.

    Whether each part can serve is nobody's secret. What is wrong with one, and the figures, are for
    administrators and for those in certain networks; a proxy that nobody named is in none of them.

    Args:
        readiness: of each part.
        metrics: the figures.
        networks: whose clients need not sign in; without any, those that are not public.
    """

    def __init__(
        self, readiness: Readiness, metrics: Metrics, networks: Iterable[Network] = ()
    ) -> None:
        self._readiness, self._metrics = readiness, metrics
        self._networks = tuple(map(str, networks))

    def routes(self) -> list[Route]:
        """The three addresses."""
        return [
            Route("/healthz", self.healthz, methods=["GET"]),
            Route("/readyz", self.readyz, methods=["GET"]),
            Route("/metrics", self.metrics, methods=["GET"]),
        ]

    async def healthz(self, _: Request) -> Response:
        """The process answers."""
        return answer({"alive": True})

    async def readyz(self, request: Request) -> Response:
        """Each part; for those who may know what is wrong with it and what to do."""
        states = await self._readiness.states()
        ready = all(state.ready for state in states.values())
        shown = await self._may_know(request)
        parts = {
            name: _state_json(name, state, request) if shown else {"ready": state.ready}
            for name, state in states.items()
        }
        return answer({"ready": ready, "parts": parts}, 200 if ready else 503)

    async def metrics(self, request: Request) -> Response:
        """Prometheus text.

        Raises:
            Unauthenticated: by nobody who may know.
        """
        if not await self._may_know(request):
            raise Unauthenticated
        states = await self._readiness.states()
        body = self._metrics.text(states, self._readiness.figures)
        return Response(body, media_type="text/plain; version=0.0.4; charset=utf-8")

    async def _may_know(self, request: Request) -> bool:
        if is_known(request) and within(address(request), self._networks):
            return True
        try:
            await principal(request, "admin")
        except (Unauthenticated, Forbidden):
            return False
        return True


def _state_json(name: str, state: PartState, request: Request) -> dict[str, Any]:
    if state.ready:
        return {"ready": True}
    shown: dict[str, Any] = {"ready": False, "problem": state.problem}
    if name in REMEDIES:
        shown["remedy"] = translate(REMEDIES[name], language(request))
    return shown
