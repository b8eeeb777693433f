"""Quick replies over HTTP: one's own, a live chat's, and those at hand in a conversation."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

from pydantic import BaseModel, Field
from starlette.responses import Response
from starlette.routing import Route

from engage.livechat.desk import Agent
from engage.livechat.quick_replies import BODY_LIMIT, TITLE_LIMIT, Owner, quick_reply_json
from engage.partial_body import Body
from engage.web import requests
from engage.web.openapi import operation

if TYPE_CHECKING:
    from collections.abc import Sequence

    from starlette.requests import Request

    from engage.livechat.quick_replies import QuickReplies, QuickReply
    from engage.system.actor import Actor


class QuickReplyForm(Body):
    """`${VISITOR_NAME}`, `${AGENT_NAME}` and `${LIVECHAT_NAME}` are filled in where it is used."""

    title: Annotated[str, Field(max_length=4 * TITLE_LIMIT)]
    body: Annotated[str, Field(max_length=4 * BODY_LIMIT)]


class QuickReplyView(BaseModel):
    """A text with the title by which it is found; one's own, or shared by a live chat."""

    id: str
    shared: bool
    title: str
    body: str
    changed_at: str


class QuickReplyList(BaseModel):
    """All there are, by title."""

    items: list[QuickReplyView]


class QuickRepliesAtHand(QuickReplyList):
    """What stands for the variables in this conversation, besides."""

    variables: dict[str, str]


class QuickReplyRoutes:
    """The HTTP edge of quick replies."""

    def __init__(self, replies: QuickReplies) -> None:
        self._replies = replies

    def routes(self) -> list[Route]:
        """What is served."""
        own, shared = "/v1/me/quick-replies", "/v1/livechats/{id}/quick-replies"
        return [
            Route("/v1/conversations/{id}/quick-replies", self.at_hand, methods=["GET"]),
            Route(own, self.own, methods=["GET"]),
            Route(own, self.add_own, methods=["POST"]),
            Route(f"{own}/{{id}}", self.change_own, methods=["PATCH"]),
            Route(f"{own}/{{id}}", self.delete_own, methods=["DELETE"]),
            Route(shared, self.shared, methods=["GET"]),
            Route(shared, self.add_shared, methods=["POST"]),
            Route(f"{shared}/{{reply}}", self.change_shared, methods=["PATCH"]),
            Route(f"{shared}/{{reply}}", self.delete_shared, methods=["DELETE"]),
        ]

    @operation(
        "List the quick replies at hand in a visitor's chat",
        answer=QuickRepliesAtHand,
        roles=("user",),
        tag="livechat",
    )
    async def at_hand(self, request: Request) -> Response:
        """One's own, and those of the live chat."""
        user = await requests.principal(request, "user")
        agent = Agent(user.id, user.name)
        found = await self._replies.at_hand(agent, requests.named(request))
        items = [quick_reply_json(each) for each in found.replies]
        return requests.answer({"items": items, "variables": dict(found.variables)})

    @operation("List one's own quick replies", answer=QuickReplyList, roles=("user",), tag="me")
    async def own(self, request: Request) -> Response:
        """By title."""
        user = await requests.principal(request, "user")
        return _listed(await self._replies.of(Owner(extension=user.id)))

    @operation(
        "Add a quick reply of one's own",
        body=QuickReplyForm,
        answer=QuickReplyView,
        status=201,
        roles=("user",),
        tag="me",
    )
    async def add_own(self, request: Request) -> Response:
        """At most 200."""
        actor, owner = await _own(request)
        return await self._add(request, actor, owner)

    @operation(
        "Change a quick reply of one's own",
        body=QuickReplyForm,
        answer=QuickReplyView,
        roles=("user",),
        tag="me",
    )
    async def change_own(self, request: Request) -> Response:
        """Title and text."""
        actor, owner = await _own(request)
        return await self._change(request, actor, owner, requests.named(request))

    @operation("Delete a quick reply of one's own", status=204, roles=("user",), tag="me")
    async def delete_own(self, request: Request) -> Response:
        """What was sent with it stays."""
        actor, owner = await _own(request)
        await self._replies.delete(actor, owner, requests.named(request))
        return Response(status_code=204)

    @operation(
        "List the quick replies of a live chat",
        answer=QuickReplyList,
        roles=("admin", "user"),
        tag="livechats",
    )
    async def shared(self, request: Request) -> Response:
        """For administrators, and for chairmen of the queue that answers."""
        _, owner = await self._shared_owner(request, edit=False)
        return _listed(await self._replies.of(owner))

    @operation(
        "Add a quick reply for all agents of a live chat",
        body=QuickReplyForm,
        answer=QuickReplyView,
        status=201,
        roles=("admin", "user"),
        tag="livechats",
    )
    async def add_shared(self, request: Request) -> Response:
        """At most 200 in a live chat."""
        await requests.actor(request, "admin", "user")
        requests.decode(await request.body())  # what is no JSON is told before whose it is
        actor, owner = await self._shared_owner(request)
        return await self._add(request, actor, owner)

    @operation(
        "Change a quick reply of a live chat",
        body=QuickReplyForm,
        answer=QuickReplyView,
        roles=("admin", "user"),
        tag="livechats",
    )
    async def change_shared(self, request: Request) -> Response:
        """Title and text."""
        actor, owner = await self._shared_owner(request)
        return await self._change(request, actor, owner, requests.named(request, "reply"))

    @operation(
        "Delete a quick reply of a live chat", status=204, roles=("admin", "user"), tag="livechats"
    )
    async def delete_shared(self, request: Request) -> Response:
        """What was sent with it stays."""
        actor, owner = await self._shared_owner(request)
        await self._replies.delete(actor, owner, requests.named(request, "reply"))
        return Response(status_code=204)

    async def _add(self, request: Request, actor: Actor, owner: Owner) -> Response:
        body = await requests.read(request, QuickReplyForm)
        added = await self._replies.add(actor, owner, body.title, body.body)
        return requests.answer(quick_reply_json(added), 201)

    async def _change(self, request: Request, actor: Actor, owner: Owner, reply: str) -> Response:
        body = await requests.read(request, QuickReplyForm)
        changed = await self._replies.change(actor, owner, reply, body.title, body.body)
        return requests.answer(quick_reply_json(changed))

    async def _shared_owner(self, request: Request, *, edit: bool = True) -> tuple[Actor, Owner]:
        actor = await requests.actor(request, "admin", "user")
        return actor, self._replies.shared_owner(actor, requests.named(request), edit=edit)


async def _own(request: Request) -> tuple[Actor, Owner]:
    actor = await requests.actor(request, "user")
    return actor, Owner(extension=actor.who.partition(":")[2])


def _listed(replies: Sequence[QuickReply]) -> Response:
    return requests.answer({"items": [quick_reply_json(each) for each in replies]})
