"""Bots over HTTP: what a bot says, what its administrator sets, and the way to a person."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Any

from pydantic import BaseModel, Field, StringConstraints
from starlette.responses import Response
from starlette.routing import Route

from engage.errors import Forbidden
from engage.livechat.bots.model import (
    ANSWER_WITHIN_S,
    CHOICE_LIMIT,
    MOST_CHOICES,
    TOKEN_PREFIX,
    Said,
    Serving,
    Terms,
)
from engage.partial_body import Body
from engage.web import requests
from engage.web.access import token_of
from engage.web.openapi import operation

if TYPE_CHECKING:
    from starlette.requests import Request

    from engage.livechat.bots.model import Bot
    from engage.livechat.bots.registry import BotRegistry
    from engage.livechat.bots.service import Bots

ClientId = Annotated[str, StringConstraints(min_length=1, max_length=58, pattern=r"^[\w.:-]+$")]
Epoch = Annotated[int, Field(ge=0, le=2**31)]
Text = Annotated[str, Field(max_length=40_000)]
Choice = Annotated[str, StringConstraints(min_length=1, max_length=CHOICE_LIMIT)]


class BotMessage(Body):
    """What a bot says, under the owner epoch that it was told; `choices` become buttons."""

    client_id: ClientId
    epoch: Epoch
    text: Text
    choices: list[Choice] = Field(default_factory=list, max_length=MOST_CHOICES)


class HandOver(Body):
    """People are to take over; the note is for them alone."""

    epoch: Epoch
    note: Text = ""


class Stored(BaseModel):
    """Where in the conversation it stands."""

    seq: int
    duplicate: bool


class BotEvents(BaseModel):
    """What was said after a sequence."""

    events: list[dict[str, Any]]
    head: int
    more: bool


class BotForm(Body):
    """A live chat's bot, as an administrator wants it; `serve`: when, by the working hours."""

    name: Annotated[str, Field(max_length=64)] = ""
    url: Annotated[str, Field(max_length=2_000)] = ""
    enabled: bool = True
    answer_within_s: Annotated[int, Field(ge=5, le=300)] = ANSWER_WITHIN_S
    serve: Serving = "within"


class BotView(BotForm):
    """A live chat's bot, and how it does; of a new one also what it needs, told once."""

    id: str
    failures: int
    disabled_reason: str
    token: str | None = None
    secret: str | None = None


class BotToken(BaseModel):
    """What a bot says who it is with, told once."""

    token: str


class BotRoutes:
    """The HTTP edge of bots."""

    def __init__(self, registry: BotRegistry, bots: Bots) -> None:
        self._registry, self._bots = registry, bots

    def routes(self) -> list[Route]:
        """What is served."""
        one, talk = "/v1/livechats/{id}/bot", "/v1/bots/conversations/{id}"
        return [
            Route(one, self.get, methods=["GET"]),
            Route(one, self.put, methods=["PUT"]),
            Route(one, self.remove, methods=["DELETE"]),
            Route(f"{one}/token", self.renew_token, methods=["POST"]),
            Route(f"{talk}/messages", self.say, methods=["POST"]),
            Route(f"{talk}/typing", self.types, methods=["POST"]),
            Route(f"{talk}/handover", self.hand_over, methods=["POST"]),
            Route(f"{talk}/events", self.events, methods=["GET"]),
            Route("/v1/conversations/{id}/person", self.person, methods=["POST"]),
        ]

    @operation("Read a live chat's bot", answer=BotView, roles=("admin",), tag="livechats")
    async def get(self, request: Request) -> Response:
        """Without its token and its secret."""
        actor = await requests.actor(request, "admin")
        return requests.answer(_bot(self._registry.get(actor, requests.named(request))))

    @operation(
        "Give a live chat a bot, or change it",
        body=BotForm,
        answer=BotView,
        roles=("admin",),
        tag="livechats",
    )
    async def put(self, request: Request) -> Response:
        """New visitors are served by it at once."""
        actor = await requests.actor(request, "admin")
        body = await requests.read(request, BotForm)
        bot, token, secret = await self._registry.put(
            actor,
            requests.named(request),
            name=body.name.strip(),
            url=body.url.strip(),
            enabled=body.enabled,
            terms=Terms(body.answer_within_s, body.serve),
        )
        return requests.answer({**_bot(bot), "token": token, "secret": secret})

    @operation("Take a live chat's bot away", status=204, roles=("admin",), tag="livechats")
    async def remove(self, request: Request) -> Response:
        """People take over whom it serves."""
        actor = await requests.actor(request, "admin")
        await self._registry.remove(actor, requests.named(request))
        return Response(status_code=204)

    @operation(
        "Give a bot another token",
        answer=BotToken,
        status=201,
        roles=("admin",),
        tag="livechats",
    )
    async def renew_token(self, request: Request) -> Response:
        """The former one stops at once."""
        actor = await requests.actor(request, "admin")
        token = await self._registry.renew_token(actor, requests.named(request))
        return requests.answer({"token": token}, 201)

    @operation("Say something as a bot", body=BotMessage, answer=Stored, status=201, tag="bots")
    async def say(self, request: Request) -> Response:
        """Refused with `stale_owner` (and kept as a note) when somebody else serves by now."""
        bot = await self._bot(request)
        body = await requests.read(request, BotMessage)
        said = Said(body.text, tuple(dict.fromkeys(body.choices)))
        appended = await self._bots.say(
            bot, requests.named(request), body.epoch, body.client_id, said
        )
        answer = {"seq": appended.event.seq, "duplicate": appended.duplicate}
        return requests.answer(answer, 201)

    @operation("Show that a bot is at work", status=204, tag="bots")
    async def types(self, request: Request) -> Response:
        """For some seconds."""
        bot = await self._bot(request)
        await self._bots.types(bot, requests.named(request))
        return Response(status_code=204)

    @operation("Let people take over from a bot", body=HandOver, status=204, tag="bots")
    async def hand_over(self, request: Request) -> Response:
        """The visitor waits for an agent from then on."""
        bot = await self._bot(request)
        body = await requests.read(request, HandOver)
        await self._bots.gives_up(bot, requests.named(request), body.epoch, body.note)
        return Response(status_code=204)

    @operation(
        "Read a conversation as the bot that serves it",
        answer=BotEvents,
        query=(("after", "The last sequence that is known"),),
        tag="bots",
    )
    async def events(self, request: Request) -> Response:
        """At most 200 at once."""
        bot = await self._bot(request)
        after = requests.number(request, "after", 0, most=10**15)
        page = await self._bots.events(bot, requests.named(request), after)
        answer = {"events": page.events, "head": page.head, "more": page.more}
        return requests.answer(answer)

    @operation("Ask for a person instead of a bot", status=202, roles=("visitor",), tag="livechat")
    async def person(self, request: Request) -> Response:
        """A visitor presses Talk to a person."""
        principal = await requests.principal(request, "visitor")
        await self._bots.person_wanted(principal.who, requests.named(request))
        return Response(status_code=202)

    async def _bot(self, request: Request) -> Bot:
        token, by_cookie = token_of(request)
        if token is None or by_cookie or not token.startswith(TOKEN_PREFIX):
            await requests.principal(request)
            raise Forbidden
        return self._registry.by_token(token)


def _bot(bot: Bot) -> dict[str, Any]:
    endpoint = bot.endpoint
    return {
        "id": bot.id,
        "name": endpoint.name,
        "url": endpoint.url,
        "enabled": endpoint.enabled,
        "answer_within_s": bot.terms.answer_within_s,
        "serve": bot.terms.serve,
        "failures": endpoint.failures,
        "disabled_reason": endpoint.disabled_reason,
    }
