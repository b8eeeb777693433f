"""Live visitors over HTTP: what pages tell, and what agents and administrators see."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field, StringConstraints
from starlette.responses import Response
from starlette.routing import Route

from engage import i18n
from engage.errors import N_
from engage.identifiers import rfc3339
from engage.livechat import wire
from engage.livechat.browsing.model import EVERY_MS, Page
from engage.livechat.desk import Agent
from engage.livechat.form import page_url
from engage.system.actor import Module
from engage.web import requests
from engage.web.openapi import operation

if TYPE_CHECKING:
    from collections.abc import Callable

    from starlette.requests import Request

    from engage.hub.manners import Shown
    from engage.hub.model import Manners
    from engage.livechat.browsing.model import Browser, Invitation
    from engage.livechat.browsing.service import Browsing
    from engage.livechat.livechats import LiveChats
    from engage.livechat.model import LiveChat

INVITES = N_("%(name)s would like to help you.")
OPEN, DISMISS = N_("Start a chat"), N_("No, thank you")

Visit = Annotated[str, StringConstraints(pattern=r"^[A-Za-z0-9_-]{16,64}$")]
Address = Annotated[str, Field(max_length=2000)]


class TellPage(BaseModel):
    """What a page tells; `state` `left`: it was closed."""

    model_config = ConfigDict(extra="forbid", strict=True)

    visit: Visit
    state: Literal["browsing", "form", "chatting", "left"]
    page_url: Address = ""
    page_title: Annotated[str, Field(max_length=300)] = ""
    referrer: Address = ""
    language: Annotated[str, Field(max_length=35)] = ""
    returning: bool = False
    dismissed: Annotated[str, Field(max_length=64)] = ""


class InvitationView(BaseModel):
    """An agent's, in the visitor's language."""

    id: str
    agent: str
    text: str
    open: str
    dismiss: str
    dir: str


class PageTold(BaseModel):
    """When to tell again, and whose invitation to show."""

    every_ms: int
    invitation: InvitationView | None


class WatchedLiveChat(BaseModel):
    """A live chat by name."""

    id: str
    name: str


class LiveVisitor(BaseModel):
    """Somebody on the site now."""

    visit: str
    livechat: WatchedLiveChat
    page_url: str
    page_title: str
    referrer: str
    language: str
    state: str
    returning: bool
    since: str
    on_page_ms: int
    invited_by: str


class LiveVisitors(BaseModel):
    """Who is there, all of them at once; `watched`: some live chat shows its visitors."""

    watched: bool
    items: list[LiveVisitor]
    total: int
    cursor: None = None


class InviteVisitor(BaseModel):
    """Whom to invite."""

    model_config = ConfigDict(extra="forbid", strict=True)

    livechat: Annotated[str, Field(max_length=64)]
    visit: Visit


class BrowsingRoutes:
    """The HTTP edge of live visitors."""

    def __init__(
        self, browsing: Browsing, livechats: LiveChats, shown: Callable[[Manners], Shown]
    ) -> None:
        """`shown` gives agents the names that a live chat's visitors read."""
        self._browsing, self._livechats, self._shown = browsing, livechats, shown

    def routes(self) -> list[Route]:
        """What is served."""
        return [
            Route("/v1/livechat/{public_id}/presence", self.tell, methods=["POST"]),
            Route("/v1/live-visitors", self.here, methods=["GET"]),
            Route("/v1/live-visitors/invitations", self.invite, methods=["POST"]),
        ]

    @operation(
        "Tell that a page of the web site is open", body=TellPage, answer=PageTold, tag="livechat"
    )
    async def tell(self, request: Request) -> Response:
        """From any web site, without cookies; as plain text, which browsers ask nobody about."""
        found = requests.decode(await request.body())
        told = requests.parse(found, TellPage, requests.language(request))
        language = i18n.closest(told.language) or requests.language(request)
        page = None
        if told.state != "left":
            page = Page(
                page_url(told.page_url),
                told.page_title,
                page_url(told.referrer),
                told.language,
                told.state,
                told.returning,
            )
        invitation = self._browsing.tell(
            request.path_params["public_id"],
            told.visit,
            page,
            told.dismissed,
            requests.address(request),
        )
        shown = None
        if invitation is not None:
            livechat = self._livechats.by_public_id(request.path_params["public_id"])
            names = self._shown(wire.manners(livechat, language))
            name = names.name(invitation.agent, invitation.name)
            shown = _invitation(invitation, name, language)
        answer = requests.answer({"every_ms": EVERY_MS, "invitation": shown})
        answer.headers["access-control-allow-origin"] = "*"
        answer.headers["cross-origin-resource-policy"] = "cross-origin"
        return answer

    @operation(
        "List who is on the web sites now",
        answer=LiveVisitors,
        roles=("user", "admin"),
        tag="livechat",
    )
    async def here(self, request: Request) -> Response:
        """For agents those of the live chats they serve."""
        principal = await requests.principal(request, "user", "admin")
        if principal.kind == "admin":
            (await requests.actor(request, "admin")).check(Module.LIVECHAT, "view")
            watched = self._browsing.watched()
        else:
            watched = self._browsing.watched_by(Agent(principal.id, principal.name))
        items = [
            _visitor(each, livechat, self._browsing.now())
            for livechat in watched
            for each in self._browsing.here(livechat)
        ]
        found = {"watched": bool(watched), "items": items, "total": len(items), "cursor": None}
        return requests.answer(found)

    @operation(
        "InviteVisitor a visitor of the web site to a chat",
        body=InviteVisitor,
        status=202,
        roles=("user",),
        tag="livechat",
    )
    async def invite(self, request: Request) -> Response:
        """The page shows it within seconds; they accept by opening the chat."""
        principal = await requests.principal(request, "user")
        body = await requests.read(request, InviteVisitor)
        self._browsing.invite(Agent(principal.id, principal.name), body.livechat, body.visit)
        return Response(status_code=202)


def _invitation(invitation: Invitation, name: str, language: str) -> dict[str, str]:
    return {
        "id": invitation.id,
        "agent": name,
        "text": i18n.translate(INVITES, language, {"name": name}),
        "open": i18n.translate(OPEN, language),
        "dismiss": i18n.translate(DISMISS, language),
        "dir": i18n.direction(language),
    }


def _visitor(browser: Browser, livechat: LiveChat, now_ms: int) -> dict[str, Any]:
    page = browser.page
    return {
        "visit": browser.visit,
        "livechat": {"id": livechat.id, "name": livechat.name},
        "page_url": page.url,
        "page_title": page.title,
        "referrer": page.referrer,
        "language": page.language,
        "state": page.state,
        "returning": page.returning,
        "since": rfc3339(browser.since_ms),
        "on_page_ms": max(0, now_ms - browser.since_ms),
        "invited_by": "" if browser.invitation is None else browser.invitation.name,
    }
