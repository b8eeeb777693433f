"""Conversations of any kind, for visitors and users: by socket, and by HTTP when those fail."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Any, Protocol

from pydantic import (
    BaseModel,
    ConfigDict,
    Field,
    StringConstraints,
    ValidationError,
    model_validator,
)
from pydantic_core import InitErrorDetails
from starlette.routing import Route

from engage.hub.model import Author
from engage.identifiers import rfc3339
from engage.web.openapi import operation
from engage.web.requests import answer, named, number, principal, read
from engage.web.sockets import VISITOR, WAVE

if TYPE_CHECKING:
    from starlette.requests import Request
    from starlette.responses import Response

    from engage.files.service import Files
    from engage.hub.service import Hub
    from engage.people.model import Principal
    from engage.web.sockets import Sockets

Identifier = Annotated[str, StringConstraints(min_length=1, max_length=64)]
Sequence = Annotated[int, Field(ge=0, lt=2**53)]
Text = str  # its length is the hub's to judge: 413 above the limit
PAGE = 200
ROLES = ("visitor", "user")


class Strict(BaseModel):
    """Unknown fields are refused: nobody chooses author, kind or sequence."""

    model_config = ConfigDict(extra="forbid", strict=True)


class PostEvent(Strict):
    """A message, or a file that was brought.

    `epoch` is the owner's under which an agent wrote it, `reply_to` the sequence of the message it
    answers, `mentions` the numbers of colleagues that the text names (`all`: everybody).
    """

    client_id: Identifier
    text: Text | None = None
    file: Identifier | None = None
    epoch: Annotated[int, Field(ge=0)] | None = None
    reply_to: Sequence | None = None
    mentions: Annotated[list[Identifier], Field(max_length=50)] = []

    @model_validator(mode="after")
    def _one_of_both(self) -> PostEvent:
        if (self.text is None) == (self.file is None):
            missing = InitErrorDetails(type="missing", loc=("text",), input=None)
            raise ValidationError.from_exception_data("PostEvent", [missing])
        return self


class Send(PostEvent):
    """A message over the socket."""

    conversation: Identifier


class Hello(Strict):
    """How far the client has come in the conversations it knows."""

    heads: Annotated[dict[Identifier, Sequence], Field(max_length=2000)] = {}


class Resume(Strict):
    """Ask for what came after a sequence."""

    conversation: Identifier
    after: Sequence
    limit: Annotated[int, Field(ge=1, le=PAGE)] = PAGE


class Mark(Strict):
    """Received, or read, up to this sequence."""

    seq: Sequence


class SocketMark(Mark):
    """A mark over the socket."""

    conversation: Identifier


class Typing(Strict):
    """Someone is typing."""

    conversation: Identifier


class SendAck(BaseModel):
    """The message is on disk under this sequence; `duplicate` when it had come before."""

    seq: int
    at: str
    duplicate: bool


class EventPage(BaseModel):
    """Events in order; `head` is the conversation's newest sequence."""

    events: list[dict[str, Any]]
    head: int
    more: bool


class EndedView(BaseModel):
    """The state the conversation has now."""

    state: str


class Desk(Protocol):
    """Ends live chats; the live chat's desk in the product."""

    async def end(self, who: str, author: Author, conversation_id: str) -> str:
        """Close it for both sides; returns the state it has now."""
        ...


class Conversations:
    """The edge of the hub."""

    def __init__(self, hub: Hub, desk: Desk, files: Files) -> None:
        self._hub, self._desk, self._files = hub, desk, files

    def routes(self) -> list[Route]:
        """The way over HTTP."""
        one = "/v1/conversations/{id}"
        return [
            Route(f"{one}/events", self.post_event, methods=["POST"]),
            Route(f"{one}/events", self.events, methods=["GET"]),
            Route(f"{one}/delivered", self.post_delivered, methods=["POST"]),
            Route(f"{one}/read", self.post_read, methods=["POST"]),
            Route(f"{one}/end", self.post_end, methods=["POST"]),
        ]

    def register(self, sockets: Sockets) -> None:
        """The way over sockets, on both namespaces."""
        for namespace in (VISITOR, WAVE):
            sockets.on(namespace, "hello", Hello, self.hello)
            sockets.on(namespace, "send", Send, self.send)
            sockets.on(namespace, "resume", Resume, self.resume)
            sockets.on(namespace, "delivered", SocketMark, self.delivered)
            sockets.on(namespace, "read", SocketMark, self.read)
            sockets.on(namespace, "typing", Typing, self.typing)

    @operation("Send a message", body=PostEvent, answer=SendAck, status=201, roles=ROLES)
    async def post_event(self, request: Request) -> Response:
        """The same `client_id` again is the same message."""
        who = await principal(request, *ROLES)
        body = await read(request, PostEvent)
        ack = await self._post(who, named(request), body)
        return answer(ack, 200 if ack["duplicate"] else 201)

    @operation(
        "Read the events after a sequence",
        answer=EventPage,
        roles=ROLES,
        query=(("after", "The last sequence known"), ("limit", "How many, at most 200")),
    )
    async def events(self, request: Request) -> Response:
        """In order, as this participant may see them."""
        who = await principal(request, *ROLES)
        after = number(request, "after", 0, most=2**53)
        limit = number(request, "limit", PAGE, least=1, most=PAGE)
        page = await self._hub.resume(who.who, named(request), after, limit)
        return answer({"events": page.events, "head": page.head, "more": page.more})

    @operation("Mark as received", body=Mark, roles=ROLES)
    async def post_delivered(self, request: Request) -> Response:
        """Marks only move forward."""
        who = await principal(request, *ROLES)
        body = await read(request, Mark)
        await self._hub.delivered(who.who, named(request), body.seq)
        return answer({})

    @operation("Mark as read", body=Mark, roles=ROLES)
    async def post_read(self, request: Request) -> Response:
        """Marks only move forward."""
        who = await principal(request, *ROLES)
        body = await read(request, Mark)
        await self._hub.read(who.who, named(request), body.seq)
        return answer({})

    @operation("End a live chat", answer=EndedView, roles=ROLES)
    async def post_end(self, request: Request) -> Response:
        """Whoever ends it, both are told."""
        who = await principal(request, *ROLES)
        conversation_id = named(request)
        author = await self._author(who, conversation_id)
        return answer({"state": await self._desk.end(who.who, author, conversation_id)})

    async def hello(self, who: Principal, data: Hello) -> dict[str, Any]:
        """What is behind, in each of the person's conversations."""
        return {"conversations": await self._hub.hello(who.who, data.heads)}

    async def send(self, who: Principal, data: Send) -> dict[str, Any]:
        """A message; acknowledged once it is on disk."""
        return await self._post(who, data.conversation, data)

    async def resume(self, who: Principal, data: Resume) -> dict[str, Any]:
        """What came after a sequence."""
        page = await self._hub.resume(who.who, data.conversation, data.after, data.limit)
        return {"events": page.events, "head": page.head, "more": page.more}

    async def delivered(self, who: Principal, data: SocketMark) -> dict[str, Any]:
        """The client has received up to here."""
        await self._hub.delivered(who.who, data.conversation, data.seq)
        return {}

    async def read(self, who: Principal, data: SocketMark) -> dict[str, Any]:
        """The person has read up to here."""
        await self._hub.read(who.who, data.conversation, data.seq)
        return {}

    async def typing(self, who: Principal, data: Typing) -> dict[str, Any]:
        """Told to the others, not kept."""
        author = await self._author(who, data.conversation)
        await self._hub.typing(who.who, author, data.conversation)
        return {}

    async def _post(self, who: Principal, conversation_id: str, body: PostEvent) -> dict[str, Any]:
        author = await self._author(who, conversation_id)
        if body.file is not None:
            appended = await self._files.send(
                who, author, conversation_id, body.client_id, body.file, body.epoch
            )
        else:
            appended = await self._hub.post(
                who.who,
                author,
                conversation_id,
                client_id=body.client_id,
                text=body.text or "",
                epoch=body.epoch,
                reply_to=body.reply_to,
                mentions=body.mentions,
            )
        event = appended.event
        return {"seq": event.seq, "at": rfc3339(event.at_ms), "duplicate": appended.duplicate}

    async def _author(self, who: Principal, conversation_id: str) -> Author:
        """As the others see them: who is a user among colleagues is an agent to a visitor."""
        if who.kind == "visitor":
            return Author("visitor", who.id, who.name)
        conversation = await self._hub.conversation(conversation_id)
        kind = "agent" if conversation.kind == "livechat" else "user"
        return Author(kind, who.id, who.name)
