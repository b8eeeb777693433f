"""Live chat over HTTP: the visitor's page, the loader, sessions, and what agents look up."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Annotated, Any

from pydantic import BaseModel, ConfigDict, Field, StringConstraints
from starlette.responses import Response
from starlette.routing import Route

from engage import i18n
from engage.errors import NotFound
from engage.hub.model import Author
from engage.livechat import cookie, wire
from engage.livechat.desk import Agent
from engage.livechat.form import Form
from engage.livechat.model import Arrival, LiveChat, UnknownLiveChat
from engage.livechat.reception import Start
from engage.livechat.visits import Told
from engage.web import requests
from engage.web.access import token_of
from engage.web.openapi import operation
from engage.web.pages import message_page, page
from engage.web.representations import compress, represented, tag_of

if TYPE_CHECKING:
    from starlette.requests import Request

    from engage.livechat.identity.service import Identities
    from engage.livechat.service import LiveChatService

LOADER, WATCHING = "loader.js", "watching.js"
PLACE = "__ENGAGE_CONFIG__"
LOADER_CACHE = "public, max-age=60"
USER_AGENT_LIMIT = 512

ClientId = Annotated[str, StringConstraints(min_length=1, max_length=64, pattern=r"^[\w.:-]+$")]
Token = Annotated[str, Field(max_length=200)]
FieldText = Annotated[str, Field(max_length=1000)]
PageUrl = Annotated[str, Field(max_length=8000)]
Jwt = Annotated[str, Field(max_length=8_000)]
TimeZone = Annotated[str, Field(max_length=64)]
Answers = Annotated[dict[FieldText, FieldText], Field(max_length=20)]
LanguageTag = Annotated[str, Field(max_length=35)]


class StartChat(BaseModel):
    """What the visitor's form sends. Which fields must be filled is the live chat's choice."""

    model_config = ConfigDict(extra="forbid", strict=True)

    client_id: ClientId | None = None
    token: Token | None = None
    full_name: FieldText = ""
    email: FieldText = ""
    phone: FieldText = ""
    consent: bool = False
    page_url: PageUrl = ""
    page_title: FieldText = ""
    referrer: PageUrl = ""
    time_zone: TimeZone = ""
    language: LanguageTag = ""
    jwt: Jwt | None = None
    custom_fields: Answers = {}


class LeaveMessage(BaseModel):
    """What the form for a message sends when nobody can be asked."""

    model_config = ConfigDict(extra="forbid", strict=True)

    client_id: ClientId | None = None
    full_name: FieldText = ""
    email: FieldText = ""
    phone: FieldText = ""
    consent: bool = False
    page_url: PageUrl = ""
    page_title: FieldText = ""
    referrer: PageUrl = ""
    time_zone: TimeZone = ""
    language: LanguageTag = ""
    jwt: Jwt | None = None
    text: Annotated[str, Field(max_length=40_000)] = ""


class VisitorName(BaseModel):
    """A visitor as others see them."""

    id: str
    name: str


class SessionView(BaseModel):
    """A visitor's chat; without `conversation` nobody can be asked now."""

    token: str | None
    conversation: str | None
    state: str
    position: int | None
    visitor: VisitorName | None
    epoch: int
    attended: bool
    offline: str | None = None


class MessageLeft(BaseModel):
    """The number by which a message left is known."""

    number: int


class NamedLiveChat(BaseModel):
    """A live chat by name."""

    id: str
    name: str


class VisitorContact(BaseModel):
    """A visitor, and how to reach them."""

    id: str
    name: str
    email: str
    phone: str
    language: str


class MessageView(BaseModel):
    """A message left while nobody could be asked."""

    conversation: str
    number: int
    livechat: NamedLiveChat
    visitor: VisitorContact
    page_url: str
    at: str
    text: str
    answered_at: str | None
    answered_by: str


class MessagesLeft(BaseModel):
    """A page of messages; `cursor` asks for older ones."""

    items: list[MessageView]
    cursor: str | None


class MarkAnswered(BaseModel):
    """Whether somebody has answered."""

    model_config = ConfigDict(extra="forbid", strict=True)

    answered: bool


class LiveChatRoutes:
    """The HTTP edge of live chat."""

    def __init__(self, livechat: LiveChatService, identities: Identities) -> None:
        self._livechat, self._identities = livechat, identities

    def routes(self) -> list[Route]:
        """Everything under `/livechat` and the parts of `/v1` that are live chat's."""
        link = "/v1/livechat/{public_id}"
        return [
            Route("/livechat/{public_id}", self.page),
            Route("/livechat/{public_id}/widget.js", self.widget),
            Route(link, self.configuration, methods=["GET"]),
            Route(f"{link}/sessions", self.start, methods=["POST"]),
            Route(f"{link}/session", self.session, methods=["GET"]),
            Route(f"{link}/messages", self.leave_message, methods=["POST"]),
            Route("/v1/conversations/{id}/transcript", self.transcript, methods=["GET"]),
            Route("/v1/conversations/{id}/transcript", self.mail_transcript, methods=["POST"]),
            Route("/v1/livechat-messages", self.messages, methods=["GET"]),
            Route("/v1/livechat-messages/{id}", self.mark_answered, methods=["PATCH"]),
        ]

    async def page(self, request: Request) -> Response:
        """The visitor's page; also what the widget's frame shows."""
        try:
            livechat = self._named(request)
        except UnknownLiveChat as unknown:
            former = self._livechat.livechats.former(request.path_params["public_id"])
            return message_page(
                request,
                UnknownLiveChat.text if former is None else UnknownLiveChat.deleted,
                unknown.hint,
                status=404,
                language=None if former is None else _language(former, request),
                frame_ancestors="*",
            )
        language = _language(livechat, request)
        return page(
            request,
            "frame",
            title=livechat.options.title or livechat.name,
            config=self._configuration(request, livechat, language),
            language=language,
            frame_ancestors=livechat.options.frame_ancestors(),
        )

    async def widget(self, request: Request) -> Response:
        """The loader with this live chat's look in it; an empty script where there is none."""
        headers = {
            "cache-control": LOADER_CACHE,
            "cross-origin-resource-policy": "cross-origin",
            "access-control-allow-origin": "*",
            "vary": "accept-language, accept-encoding",
        }
        source = request.app.state.static.text(LOADER)
        try:
            livechat = self._named(request)
        except UnknownLiveChat:
            source = None
            livechat = None
        if source is None or livechat is None:
            return Response("", 404, headers, "application/javascript")
        config = wire.loader_json(livechat, _language(livechat, request))
        body = source.replace(PLACE, _script_json(config))
        if livechat.options.show_live_visitors:
            body += request.app.state.static.text(WATCHING) or ""
        script = body.encode()
        return represented(
            request,
            script,
            "application/javascript",
            headers,
            tag=tag_of(script),
            compressed=lambda: compress(script),
        )

    @operation("Tell what a live chat's page shows", tag="livechat")
    async def configuration(self, request: Request) -> Response:
        """The public configuration, for pages of one's own."""
        livechat = self._named(request)
        language = _language(livechat, request)
        return requests.answer(self._configuration(request, livechat, language))

    @operation(
        "Start a chat, or resume the visitor's open one",
        body=StartChat,
        answer=SessionView,
        status=201,
        tag="livechat",
    )
    async def start(self, request: Request) -> Response:
        """A visitor presses Start Chat."""
        livechat = self._named(request)
        self._speak(request, livechat)
        body = await requests.read(request, StartChat)
        arrival = self._arrival(request, livechat, body.language)
        signed = await self._identities.check(livechat, body.jwt)
        start = Start(
            _form(body), body.client_id, body.token, body.page_url, signed, _told(body),
            body.custom_fields,
        )  # fmt: skip
        session = await self._livechat.reception.start(livechat.public_id, start, arrival)
        response = requests.answer(wire.session_json(session), 201)
        cookie.remember(request, response, livechat.public_id, session.token)
        return response

    @operation(
        "Find the visitor's newest chat", answer=SessionView, roles=("visitor",), tag="livechat"
    )
    async def session(self, request: Request) -> Response:
        """A visitor comes back."""
        public_id = self._named(request).public_id
        token, by_cookie = token_of(request)
        if token is None or by_cookie:
            token = cookie.recalled(request, public_id)
        if token is None:
            raise NotFound
        session = await self._livechat.reception.find(public_id, token)
        response = requests.answer(wire.session_json(session))
        cookie.remember(request, response, public_id, token)
        return response

    @operation(
        "Leave a message while nobody can be asked",
        body=LeaveMessage,
        answer=MessageLeft,
        status=201,
        tag="livechat",
    )
    async def leave_message(self, request: Request) -> Response:
        """A visitor sends the form for a message."""
        livechat = self._named(request)
        self._speak(request, livechat)
        body = await requests.read(request, LeaveMessage)
        arrival = self._arrival(request, livechat, body.language)
        signed = await self._identities.check(livechat, body.jwt)
        start = Start(_form(body), body.client_id, None, body.page_url, signed, _told(body))
        number = await self._livechat.reception.leave_message(
            livechat.public_id, start, body.text, arrival
        )
        return requests.answer({"number": number}, 201)

    @operation(
        "Read what was said in a visitor's chat, as text",
        roles=("visitor", "user"),
        tag="livechat",
        media=("text/plain",),
    )
    async def transcript(self, request: Request) -> Response:
        """As the reader may see it."""
        principal = await requests.principal(request, "visitor", "user")
        number, text = await self._livechat.transcripts.read(
            principal.who, requests.named(request), requests.language(request)
        )
        name = f'attachment; filename="chat-{number}.txt"'
        headers = {"content-disposition": name, "cache-control": "no-store"}
        return Response(text, headers=headers, media_type="text/plain")

    @operation(
        "Have what was said in one's chat sent by email",
        status=202,
        roles=("visitor",),
        tag="livechat",
    )
    async def mail_transcript(self, request: Request) -> Response:
        """Once; asking again sends nothing more."""
        principal = await requests.principal(request, "visitor")
        visitor = Author("visitor", principal.id, principal.name)
        await self._livechat.transcripts.mail(
            visitor, requests.named(request), requests.language(request)
        )
        return Response(status_code=202)

    @operation(
        "List the messages left in the live chats one serves",
        answer=MessagesLeft,
        roles=("user",),
        query=(("limit", "How many, at most 100"), ("cursor", "Where the last page ended")),
        tag="livechat",
    )
    async def messages(self, request: Request) -> Response:
        """Newest first."""
        agent = await _agent(request)
        limit = requests.number(request, "limit", 50, least=1, most=100)
        before = requests.number(request, "cursor", 0, most=10**15)
        found = await self._livechat.desk.messages(agent, before or None, limit + 1)
        more = str(found[limit - 1]["number"]) if len(found) > limit else None
        return requests.answer({"items": found[:limit], "cursor": more})

    @operation(
        "Say whether a message left was answered",
        body=MarkAnswered,
        answer=MessageView,
        roles=("user",),
        tag="livechat",
    )
    async def mark_answered(self, request: Request) -> Response:
        """The colleagues see it at once."""
        agent = await _agent(request)
        body = await requests.read(request, MarkAnswered)
        conversation_id = requests.named(request)
        entry = await self._livechat.desk.mark_answered(agent, conversation_id, body.answered)
        return requests.answer(entry)

    def _named(self, request: Request) -> LiveChat:
        """The live chat of a link; who is banned by address finds none."""
        livechat = self._livechat.livechats.by_public_id(request.path_params["public_id"])
        if self._livechat.bans.shuts_out(livechat.id, requests.address(request)):
            raise UnknownLiveChat
        return livechat

    def _configuration(self, request: Request, livechat: LiveChat, language: str) -> dict[str, Any]:
        offline = self._livechat.reception.offline(livechat)
        return wire.configuration_json(livechat, language, offline, _catalogue(request, language))

    def _speak(self, request: Request, livechat: LiveChat) -> None:
        """Answer mistakes in the language the page has."""
        request.state.language = livechat.options.language

    def _arrival(self, request: Request, livechat: LiveChat, wanted: str) -> Arrival:
        # The page says which language it has shown: the notice agreed to was in that one.
        language = livechat.options.language or i18n.closest(wanted or "") or ""
        request.state.language = language or requests.language(request)
        return Arrival(
            address=requests.address(request),
            user_agent=_visible(request.headers.get("user-agent", "")),
            language=requests.language(request),
        )


async def _agent(request: Request) -> Agent:
    principal = await requests.principal(request, "user")
    return Agent(principal.id, principal.name)


def _form(body: StartChat | LeaveMessage) -> Form:
    return Form(body.full_name, body.email, body.phone, body.consent)


def _told(body: StartChat | LeaveMessage) -> Told:
    return Told(body.page_title, body.referrer, body.time_zone)


def _language(livechat: LiveChat, request: Request) -> str:
    fixed = livechat.options.language
    return (i18n.closest(fixed) if fixed else None) or requests.language(request)


def _catalogue(request: Request, language: str) -> str | None:
    """Where the page's texts are; English is in the page itself."""
    manifest = request.app.state.static.manifest()
    names = manifest.get("i18n") if manifest is not None else None
    name = names.get(language) if isinstance(names, dict) else None
    return f"/static/{name}" if isinstance(name, str) else None


def _visible(text: str) -> str:
    """A header as text that can be stored and shown."""
    return "".join(character for character in text if character.isprintable())[:USER_AGENT_LIMIT]


def _script_json(config: dict[str, str]) -> str:
    """JSON that stands in a script without ending it or a line of it."""
    text = json.dumps(config, ensure_ascii=True, separators=(",", ":"))
    return text.replace("<", "\\u003c").replace(">", "\\u003e").replace("&", "\\u0026")
