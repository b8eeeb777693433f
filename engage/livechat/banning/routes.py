"""Bans of visitors over HTTP."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Any, Literal, get_args

from pydantic import BaseModel, Field
from starlette.routing import Route

from engage.errors import N_, Invalid
from engage.identifiers import rfc3339
from engage.livechat.banning.model import REASON_LIMIT, Duration
from engage.livechat.banning.service import Decider
from engage.livechat.form import FieldRefused, line
from engage.livechat.routes import NamedLiveChat
from engage.partial_body import Body
from engage.system.actor import Actor
from engage.web import requests
from engage.web.collections import QUERY, asked, csv_file, in_order, matching, page
from engage.web.openapi import operation

if TYPE_CHECKING:
    from starlette.requests import Request
    from starlette.responses import Response

    from engage.identifiers import Clock
    from engage.livechat.banning.model import Ban
    from engage.livechat.banning.service import Bans
    from engage.livechat.livechats import LiveChats

State = Literal["asked", "banned", "expired", "refused", "lifted"]
SORTS = ("asked_at", "visitor", "livechat", "state", "until")
COLUMNS = ("visitor", "livechat", "network", "state", "reason", "asked_by", "decided_by", "until")


class AskBan(Body):
    """For how long, and why; colleagues read the reason, the visitor does not."""

    duration: Duration
    reason: Annotated[str, Field(max_length=4 * REASON_LIMIT)] = ""


class ConfirmBan(Body):
    """For how long, where it differs from what was asked for."""

    duration: Duration | None = None


class BanView(BaseModel):
    """Who is kept out of which live chat, why, until when, and who wanted it so."""

    id: str
    livechat: NamedLiveChat
    visitor: str
    number: int
    conversation: str
    network: str
    reason: str
    duration: Duration
    state: State
    asked_by: str
    asked_at: str
    decided_by: str
    decided_at: str | None
    until: str | None
    lifted_by: str
    lifted_at: str | None


class VisitorBanPage(BaseModel):
    """A page of bans; `cursor` asks for the next."""

    items: list[BanView]
    cursor: str | None
    total: int


class BanRoutes:
    """The HTTP edge of bans, for agents, chairmen and administrators."""

    def __init__(self, bans: Bans, livechats: LiveChats, clock: Clock) -> None:
        self._bans, self._livechats, self._clock = bans, livechats, clock

    def routes(self) -> list[Route]:
        """What is served."""
        path = "/v1/livechat-bans"
        return [
            Route("/v1/conversations/{id}/ban", self.ask, methods=["POST"]),
            Route(path, self.page, methods=["GET"]),
            Route(f"{path}/{{id}}/confirm", self.confirm, methods=["POST"]),
            Route(f"{path}/{{id}}/refuse", self.refuse, methods=["POST"]),
            Route(f"{path}/{{id}}/lift", self.lift, methods=["POST"]),
        ]

    @operation(
        "Ban the visitor of a chat, or ask for it",
        body=AskBan,
        answer=BanView,
        status=201,
        roles=("admin", "user"),
        tag="livechat",
    )
    async def ask(self, request: Request) -> Response:
        """Administrators and chairmen ban at once; of agents it is `asked`, and waits for them."""
        by = await _decider(request)
        conversation_id = requests.named(request)
        await self._bans.may_ask(by, conversation_id)
        body = await requests.read(request, AskBan)
        try:
            reason = line(body.reason, REASON_LIMIT)
        except FieldRefused as refused:
            raise Invalid({"reason": refused.message}) from refused
        ban = await self._bans.ask(by, conversation_id, body.duration, reason)
        return requests.answer(self._shown(ban), 201)

    @operation(
        "List the bans of visitors",
        answer=VisitorBanPage,
        roles=("admin", "user"),
        query=(*QUERY, ("state", "`asked`, `banned`, `expired`, `refused` or `lifted`")),
        tag="livechat",
    )
    async def page(self, request: Request) -> Response:
        """For administrators all, for a user those of the live chats whose chairman they are."""
        actor = await requests.actor(request, "admin", "user")
        wanted = asked(request, sorts=SORTS, filters=("state",), usual="-asked_at")
        state = wanted.filters.get("state", "")
        if state and state not in get_args(State):
            raise Invalid({"state": N_("This is none of the choices.")})
        shown = [self._shown(each) for each in self._bans.listed(actor)]
        found = [each for each in shown if not state or each["state"] == state]
        found = matching(found, wanted, _words)
        if wanted.as_csv:
            ordered = in_order(found, wanted, key=_key, ident=lambda each: str(each["id"]))
            rows = ([str(_cell(each, column)) for column in COLUMNS] for each in ordered)
            return csv_file("bans", COLUMNS, rows)
        return requests.answer(
            page(found, wanted, key=_key, ident=lambda each: str(each["id"]), shown=lambda it: it)
        )

    @operation(
        "Ban a visitor as an agent has asked for",
        body=ConfirmBan,
        answer=BanView,
        roles=("admin", "user"),
        tag="livechat",
    )
    async def confirm(self, request: Request) -> Response:
        """From now on; the visitor's open chat ends."""
        by = await _decider(request)
        ban_id = requests.named(request)
        body = await requests.read(request, ConfirmBan)
        return requests.answer(self._shown(await self._bans.confirm(by, ban_id, body.duration)))

    @operation(
        "Do not ban a visitor as an agent has asked for",
        answer=BanView,
        roles=("admin", "user"),
        tag="livechat",
    )
    async def refuse(self, request: Request) -> Response:
        """Nothing happens to the visitor."""
        by = await _decider(request)
        return requests.answer(self._shown(await self._bans.refuse(by, requests.named(request))))

    @operation(
        "Let a banned visitor in again", answer=BanView, roles=("admin", "user"), tag="livechat"
    )
    async def lift(self, request: Request) -> Response:
        """At once."""
        by = await _decider(request)
        return requests.answer(self._shown(await self._bans.lift(by, requests.named(request))))

    def _shown(self, ban: Ban) -> dict[str, Any]:
        livechat = self._livechats.by_id(ban.livechat_id)
        return {
            "id": ban.id,
            "livechat": {"id": livechat.id, "name": livechat.name},
            "visitor": ban.visitor_name,
            "number": ban.number,
            "conversation": ban.conversation_id,
            "network": ban.network,
            "reason": ban.reason,
            "duration": ban.duration,
            "state": ban.shown_state(self._clock()),
            "asked_by": ban.asked_by_name,
            "asked_at": rfc3339(ban.asked_at_ms),
            "decided_by": ban.decided_by_name,
            "decided_at": _moment(ban.decided_at_ms),
            "until": _moment(ban.until_ms),
            "lifted_by": ban.lifted_by_name,
            "lifted_at": _moment(ban.lifted_at_ms),
        }


async def _decider(request: Request) -> Decider:
    found = await requests.principal(request, "admin", "user")
    return Decider(Actor(found.who, requests.address(request), found.rights), found.name)


def _moment(at_ms: int | None) -> str | None:
    return None if at_ms is None else rfc3339(at_ms)


def _words(shown: dict[str, Any]) -> list[str]:
    return [
        shown["visitor"],
        shown["livechat"]["name"],
        shown["network"],
        shown["reason"],
        shown["asked_by"],
        f"#{shown['number']}",
    ]


def _cell(shown: dict[str, Any], column: str) -> str:
    value = shown["livechat"]["name"] if column == "livechat" else shown[column]
    return "" if value is None else str(value)


def _key(shown: dict[str, Any], column: str) -> str:
    return _cell(shown, column).casefold()
