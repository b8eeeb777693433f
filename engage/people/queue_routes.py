"""Call queues over HTTP: for administrators, and for agents about their own duty."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from pydantic import BaseModel
from starlette.responses import Response
from starlette.routing import Route

from engage.partial_body import Body
from engage.people.fields import Numbers
from engage.people.queue_bodies import AgentChange, NewQueue, QueueChange
from engage.people.queue_forms import QueueRules
from engage.people.wire import ShownReferences, queue_json
from engage.system.actor import Module
from engage.web.collections import QUERY, asked, csv_file, in_order, matching, page
from engage.web.openapi import operation
from engage.web.requests import actor, answer, named, principal, read

if TYPE_CHECKING:
    from collections.abc import Callable

    from starlette.requests import Request

    from engage.people.model import QueueEntry
    from engage.people.queues import Queues

COLUMNS = ("number", "name", "static_agents", "dynamic_agents")


class ShownAgent(BaseModel):
    """Who serves a queue, and whether they are there."""

    number: str
    name: str
    static: bool
    logged_in: bool
    paused: bool


class ShownQueue(QueueRules):
    """A call queue; agents in the order in which they are tried."""

    number: str
    name: str
    static_agents: list[str]
    dynamic_agents: list[str]
    agents: list[ShownAgent]
    options: dict[str, Any]
    version: int


class QueuePage(BaseModel):
    """A page of queues; `cursor` asks for the next, `total` counts all that match."""

    items: list[ShownQueue]
    cursor: str | None
    total: int


class OwnQueue(BaseModel):
    """A queue that one serves or may serve oneself."""

    number: str
    name: str
    static: bool
    may_log_in: bool
    logged_in: bool
    paused: bool


class OwnQueues(BaseModel):
    """The queues of who asks."""

    items: list[OwnQueue]


class DropQueues(Body):
    """The queues that shall go, all or none."""

    numbers: Numbers


class QueueRoutes:
    """The HTTP edge of call queues."""

    def __init__(self, queues: Queues, name_of: Callable[[str], str | None]) -> None:
        """`name_of`: what an extension's person is called."""
        self._queues, self._name_of = queues, name_of

    def routes(self) -> list[Route]:
        """What is served."""
        return [
            Route("/v1/queues", self.queues, methods=["GET"]),
            Route("/v1/queues", self.add, methods=["POST"]),
            Route("/v1/queues/delete", self.delete_many, methods=["POST"]),
            Route("/v1/queues/{number}", self.queue, methods=["GET"]),
            Route("/v1/queues/{number}", self.change, methods=["PATCH"]),
            Route("/v1/queues/{number}", self.delete, methods=["DELETE"]),
            Route("/v1/queues/{number}/references", self.references, methods=["GET"]),
            Route("/v1/queues/{number}/agents/{agent}", self.change_agent, methods=["PATCH"]),
            Route("/v1/queues/{queue}/log-in", self.log_in, methods=["POST"]),
            Route("/v1/queues/{queue}/log-out", self.log_out, methods=["POST"]),
            Route("/v1/queues/{queue}/pause", self.pause, methods=["POST"]),
            Route("/v1/queues/{queue}/unpause", self.unpause, methods=["POST"]),
            Route("/v1/me/queues", self.own, methods=["GET"]),
        ]

    @operation("List call queues", answer=QueuePage, roles=("admin",), query=QUERY)
    async def queues(self, request: Request) -> Response:
        """Searched in numbers, names and agents' numbers."""
        who = await actor(request, "admin")
        wanted = asked(request, sorts=("number", "name", "agents"))
        found = matching(self._queues.listed(who), wanted, _words)
        if wanted.as_csv:
            ordered = in_order(found, wanted, key=_key, ident=_number)
            rows = ([self._json(each)[name] for name in COLUMNS] for each in ordered)
            return csv_file("queues", COLUMNS, rows)
        return answer(page(found, wanted, key=_key, ident=_number, shown=self._json))

    @operation("Add a call queue", body=NewQueue, answer=ShownQueue, status=201, roles=("admin",))
    async def add(self, request: Request) -> Response:
        """With its agents, static ones in the order in which they are tried."""
        who = await actor(request, "admin")
        who.check(Module.QUEUES)
        body = await read(request, NewQueue)
        return answer(self._json(await self._queues.add(who, body)), 201)

    @operation("Read a call queue", answer=ShownQueue, roles=("admin",))
    async def queue(self, request: Request) -> Response:
        """With its agents."""
        who = await actor(request, "admin")
        return answer(self._json(self._queues.get(who, named(request, "number"))))

    @operation("Change a call queue", body=QueueChange, answer=ShownQueue, roles=("admin",))
    async def change(self, request: Request) -> Response:
        """Agents are given as a whole; who stays keeps breaks and log-ins."""
        who = await actor(request, "admin")
        who.check(Module.QUEUES)
        number = named(request, "number")
        self._queues.get(who, number)
        body = await read(request, QueueChange)
        return answer(self._json(await self._queues.update(who, number, body)))

    @operation("Delete a call queue", status=204, roles=("admin",))
    async def delete(self, request: Request) -> Response:
        """Refused while a live chat could not work without it."""
        who = await actor(request, "admin")
        await self._queues.delete(who, [named(request, "number")])
        return Response(status_code=204)

    @operation("Delete call queues", body=DropQueues, status=204, roles=("admin",))
    async def delete_many(self, request: Request) -> Response:
        """All of them, or none."""
        who = await actor(request, "admin")
        who.check(Module.QUEUES)
        body = await read(request, DropQueues)
        await self._queues.delete(who, body.numbers)
        return Response(status_code=204)

    @operation("Tell what refers to a call queue", answer=ShownReferences, roles=("admin",))
    async def references(self, request: Request) -> Response:
        """To be shown before it is deleted."""
        who = await actor(request, "admin")
        found = await self._queues.references(who, named(request, "number"))
        return answer(ShownReferences.of(found).model_dump())

    @operation(
        "Send an agent on a break, or end it",
        body=AgentChange,
        answer=ShownQueue,
        roles=("admin",),
    )
    async def change_agent(self, request: Request) -> Response:
        """Running chats and calls go on."""
        who = await actor(request, "admin")
        who.check(Module.QUEUES)
        number, agent = named(request, "number"), named(request, "agent")
        self._queues.get(who, number)
        body = await read(request, AgentChange)
        queue = await self._queues.set_paused(who, number, agent, paused=body.paused)
        return answer(self._json(queue))

    @operation("List one's own queues", answer=OwnQueues, roles=("user",), tag="me")
    async def own(self, request: Request) -> Response:
        """Those one serves, and those one may log in to."""
        agent = await principal(request, "user")
        queues = self._queues.of_agent(agent.id)
        return answer({"items": [self._own_json(each, agent.id) for each in queues]})

    @operation("Log in to a queue", answer=OwnQueue, roles=("user",))
    async def log_in(self, request: Request) -> Response:
        """As one of its agents; static ones only where the queue lets them."""
        return await self._duty(request, here=True)

    @operation("Log out of a queue", answer=OwnQueue, roles=("user",))
    async def log_out(self, request: Request) -> Response:
        """As one of its agents; static ones only where the queue lets them."""
        return await self._duty(request, here=False)

    @operation("Take a break in a queue", answer=OwnQueue, roles=("user",))
    async def pause(self, request: Request) -> Response:
        """No new caller or visitor is offered; what runs goes on."""
        return await self._break(request, paused=True)

    @operation("End a break in a queue", answer=OwnQueue, roles=("user",))
    async def unpause(self, request: Request) -> Response:
        """Callers and visitors are offered again."""
        return await self._break(request, paused=False)

    async def _duty(self, request: Request, *, here: bool) -> Response:
        who = await actor(request, "user")
        agent = who.who.removeprefix("user:")
        queue = await self._queues.log_in(who, named(request, "queue"), agent, here=here)
        return answer(self._own_json(queue, agent))

    async def _break(self, request: Request, *, paused: bool) -> Response:
        who = await actor(request, "user")
        agent = who.who.removeprefix("user:")
        queue = await self._queues.take_break(who, named(request, "queue"), agent, paused=paused)
        return answer(self._own_json(queue, agent))

    def _json(self, queue: QueueEntry) -> dict[str, Any]:
        return queue_json(queue, self._queues.rules(queue), self._name_of)

    def _own_json(self, queue: QueueEntry, agent: str) -> dict[str, Any]:
        own = next(each for each in queue.agents if each.number == agent)
        return {
            "number": queue.number,
            "name": queue.name,
            "static": own.static,
            "may_log_in": self._queues.may_log_in(queue, own),
            "logged_in": own.logged_in,
            "paused": own.paused,
        }


def _number(queue: QueueEntry) -> str:
    return queue.number


def _key(queue: QueueEntry, field: str) -> Any:
    return len(queue.agents) if field == "agents" else getattr(queue, field)


def _words(queue: QueueEntry) -> tuple[str, ...]:
    return (queue.number, queue.name, *(each.number for each in queue.agents))
