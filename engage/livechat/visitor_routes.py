"""The visitor's card over HTTP."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Literal

from pydantic import BaseModel, Field
from starlette.routing import Route

from engage.livechat.desk import Agent
from engage.livechat.outcome_routes import OutcomeView
from engage.partial_body import Body
from engage.web import requests
from engage.web.openapi import operation

if TYPE_CHECKING:
    from starlette.requests import Request
    from starlette.responses import Response

    from engage.livechat.visitor_card import VisitorCards

FieldText = Annotated[str, Field(max_length=1000)]


class CorrectVisitor(Body):
    """What is wrong about a visitor; fields that are left out stay."""

    full_name: FieldText | None = None
    email: FieldText | None = None
    phone: FieldText | None = None


class VisitorOfCard(BaseModel):
    """Who a visitor is, what they told, and when they were here."""

    id: str
    name: str
    full_name: str
    email: str
    phone: str
    language: str
    user_agent: str
    address: str
    first_seen: str
    last_seen: str
    visits: int
    here: bool
    subject: str | None


class AnswerOfCard(BaseModel):
    """What the visitor said to one of the live chat's own questions; `yes` to a checkbox."""

    label: str
    value: str
    kind: Literal["text", "select", "checkbox"]


class InquiryOfCard(BaseModel):
    """The chat, and where it began."""

    number: int
    page_url: str
    page_title: str
    referrer: str
    time_zone: str
    answers: list[AnswerOfCard]
    queued_at: str
    accepted_at: str | None
    end_reason: str
    rating: int | None


class ConsentOfCard(BaseModel):
    """When the visitor agreed to which text."""

    at: str
    text_hash: str


class LiveChatOfCard(BaseModel):
    """Where the visitor came in; `calls`: whether they may call there."""

    id: str
    name: str
    calls: bool


class BanOfCard(BaseModel):
    """What is asked for about the visitor, or holds."""

    id: str
    state: Literal["asked", "banned"]


class VisitorCard(BaseModel):
    """What an agent sees beside the conversation; `may_ban`: without asking anybody."""

    visitor: VisitorOfCard
    inquiry: InquiryOfCard
    consent: ConsentOfCard | None
    livechat: LiveChatOfCard
    ban: BanOfCard | None
    may_ban: bool


class TimelineEntry(BaseModel):
    """A chat or a call; `by`: `visitor`, `email`, `phone` or `conversation`."""

    kind: Literal["chat", "call"]
    at: str
    by: str
    agent: str
    conversation: str | None = None
    number: int | str
    livechat: str | None = None
    state: str | None = None
    rating: int | None = None
    outcome: OutcomeView | None = None
    id: str | None = None
    direction: str | None = None
    disposition: str | None = None
    talk_s: int | None = None


class Timeline(BaseModel):
    """What was before, the newest first."""

    items: list[TimelineEntry]


class PastChat(BaseModel):
    """What was said in a past chat, as events."""

    events: list[dict[str, object]]


class VisitorRoutes:
    """The HTTP edge of visitors' cards."""

    def __init__(self, cards: VisitorCards) -> None:
        self._cards = cards

    def routes(self) -> list[Route]:
        """Below one conversation."""
        conversation = "/v1/conversations/{id}"
        return [
            Route(f"{conversation}/visitor", self.card, methods=["GET"]),
            Route(f"{conversation}/visitor", self.correct, methods=["PATCH"]),
            Route(f"{conversation}/timeline", self.timeline, methods=["GET"]),
            Route(f"{conversation}/timeline/{{past}}", self.past, methods=["GET"]),
        ]

    @operation(
        "Tell who the visitor of a conversation is",
        answer=VisitorCard,
        roles=("user",),
        tag="conversations",
    )
    async def card(self, request: Request) -> Response:
        """What an agent sees beside the conversation."""
        agent = await _agent(request)
        return requests.answer(await self._cards.read(agent, requests.named(request)))

    @operation(
        "Correct what a visitor told about themselves",
        body=CorrectVisitor,
        answer=VisitorCard,
        roles=("user",),
        tag="conversations",
    )
    async def correct(self, request: Request) -> Response:
        """By an agent who follows the chat; colleagues read a note of it."""
        agent = await _agent(request)
        conversation_id = requests.named(request)
        body = await requests.read(request, CorrectVisitor)
        given = body.model_dump(exclude_none=True)
        return requests.answer(await self._cards.edit(agent, conversation_id, given))

    @operation(
        "List other chats and the calls of a visitor",
        answer=Timeline,
        roles=("user",),
        tag="conversations",
    )
    async def timeline(self, request: Request) -> Response:
        """As far as the agent may know of them."""
        agent = await _agent(request)
        found = await self._cards.timeline(agent, requests.named(request))
        return requests.answer({"items": found})

    @operation(
        "Read a past chat of a visitor", answer=PastChat, roles=("user",), tag="conversations"
    )
    async def past(self, request: Request) -> Response:
        """One that the timeline lists."""
        agent = await _agent(request)
        past_id = requests.named(request, "past")
        events = await self._cards.past(agent, requests.named(request), past_id)
        return requests.answer({"events": events})


async def _agent(request: Request) -> Agent:
    principal = await requests.principal(request, "user")
    return Agent(principal.id, principal.name)
