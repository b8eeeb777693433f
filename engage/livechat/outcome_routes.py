"""What came of a chat, over HTTP."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

from pydantic import BaseModel, Field
from starlette.routing import Route

from engage.livechat.desk import Agent
from engage.livechat.outcome_options import LABEL_LIMIT, MOST_LABELS
from engage.partial_body import Body
from engage.web import requests
from engage.web.openapi import operation

if TYPE_CHECKING:
    from starlette.requests import Request
    from starlette.responses import Response

    from engage.livechat.outcomes import Outcomes

Label = Annotated[str, Field(max_length=LABEL_LIMIT)]


class SayOutcome(Body):
    """One of the live chat's dispositions, or none, and any of its tags."""

    disposition: Label = ""
    tags: Annotated[list[Label], Field(max_length=MOST_LABELS)] = Field(default_factory=list)


class SaidBy(BaseModel):
    """The agent who said it last."""

    id: str
    name: str


class OutcomeView(BaseModel):
    """What was said of a chat; nothing yet without `at`."""

    disposition: str
    tags: list[str]
    by: SaidBy | None
    at: str | None


class OutcomeChoices(BaseModel):
    """What there is to choose from, and what was chosen."""

    dispositions: list[str]
    tags: list[str]
    required: bool
    outcome: OutcomeView


class OutcomeRoutes:
    """The HTTP edge of what agents say of chats."""

    def __init__(self, outcomes: Outcomes) -> None:
        self._outcomes = outcomes

    def routes(self) -> list[Route]:
        """Below one conversation."""
        path = "/v1/conversations/{id}/outcome"
        return [
            Route(path, self.get, methods=["GET"]),
            Route(path, self.say, methods=["PUT"]),
        ]

    @operation(
        "Read what came of a visitor's chat", answer=OutcomeChoices, roles=("user",), tag="livechat"
    )
    async def get(self, request: Request) -> Response:
        """With the choices there are."""
        agent = await _agent(request)
        return requests.answer(await self._outcomes.get(agent, requests.named(request)))

    @operation(
        "Say what came of a visitor's chat",
        body=SayOutcome,
        answer=OutcomeView,
        roles=("user",),
        tag="livechat",
    )
    async def say(self, request: Request) -> Response:
        """In the place of what was said before."""
        agent = await _agent(request)
        conversation_id = requests.named(request)
        body = await requests.read(request, SayOutcome)
        said = await self._outcomes.say(agent, conversation_id, body.disposition, body.tags)
        return requests.answer(said)


async def _agent(request: Request) -> Agent:
    principal = await requests.principal(request, "user")
    return Agent(principal.id, principal.name)
