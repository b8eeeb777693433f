"""Live chats over HTTP for administrators: `/v1/livechats`, the script, the QR code."""

from __future__ import annotations

import io
import json
import re
from typing import TYPE_CHECKING, Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field, StringConstraints, ValidationError, create_model
from starlette.responses import Response
from starlette.routing import Route

from engage.errors import N_, Invalid
from engage.livechat import wire
from engage.livechat.administration import NAME_LIMIT, Draft
from engage.livechat.form import BAD_TEXT, FieldRefused, line
from engage.livechat.model import Destination
from engage.livechat.options import GENERAL, Options
from engage.livechat.routes import NamedLiveChat
from engage.system.actor import Module
from engage.web import requests
from engage.web.collections import QUERY, asked, csv_file, in_order, matching, page
from engage.web.openapi import operation

if TYPE_CHECKING:
    from collections.abc import Callable

    from starlette.requests import Request

    from engage.livechat.administration import Listed
    from engage.livechat.model import LiveChat
    from engage.livechat.service import LiveChatService

    Address = Callable[[Request], str]

ClientId = Annotated[str, StringConstraints(min_length=1, max_length=64, pattern=r"^[\w.:-]+$")]
SORTS = ("created_at", "name", "destination", "enabled", "open_inquiries", "active_sessions")
COLUMNS = (
    "name",
    "destination",
    "url",
    "enabled",
    "open_inquiries",
    "active_sessions",
    "created_at",
)


class DestinationBody(BaseModel):
    """Who answers: the agents of one queue, or up to 50 extensions."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    kind: Literal["queue", "extensions"] = "queue"
    values: tuple[Annotated[str, Field(max_length=64)], ...] = ()


class Basics(BaseModel):
    """What stands first in the form."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    name: Annotated[str, Field(max_length=NAME_LIMIT)] = Field(
        default="", title=N_("Name"), json_schema_extra={"section": GENERAL, "needed": True}
    )
    destination: DestinationBody = Field(
        default=DestinationBody(),
        title=N_("Destination"),
        description=N_("A queue, whose agents answer, or a list of extensions."),
        json_schema_extra={"control": "destination", "section": GENERAL, "needed": True},
    )
    enabled: bool = Field(
        default=True,
        title=N_("Enable"),
        description=N_("While it is off, the link stays and shows the offline message."),
        json_schema_extra={"section": GENERAL},
    )


class LiveChatFields(Options, Basics):
    """Every field of a live chat that can be set, with its default."""

    def draft(self) -> Draft:
        """As the service wants it.

        Raises:
            Invalid: the name holds what cannot be taken.
        """
        try:
            name = line(self.name, NAME_LIMIT)
        except FieldRefused as refused:
            raise Invalid({"name": BAD_TEXT}) from refused
        values = self.model_dump(include=set(Options.model_fields))
        destination = Destination(
            self.destination.kind, tuple(dict.fromkeys(self.destination.values))
        )
        return Draft(name, self.enabled, destination, Options.model_validate(values))


class PostLiveChat(LiveChatFields):
    """A new live chat; the same `client_id` makes one only once."""

    client_id: ClientId | None = None


def _partly(model: type[BaseModel]) -> dict[str, Any]:
    """The fields of a model as those of another in which each may be left out."""
    return {
        name: (field.rebuild_annotation() | None, None)
        for name, field in model.model_fields.items()
    }


ChangeLiveChat = create_model(
    "ChangeLiveChat",
    __doc__="The fields that change, and the version that was edited.",
    __config__=ConfigDict(extra="forbid"),
    version=(Annotated[int, Field(ge=1)] | None, None),
    **_partly(LiveChatFields),
)


class LiveChatView(LiveChatFields):
    """A live chat with its link and what goes on in it."""

    id: str
    public_id: str
    version: int
    url: str
    copy_url: str
    created_at: str
    open_inquiries: int
    active_sessions: int
    destination_names: dict[str, str]
    destination_missing: list[str]


class SeatView(NamedLiveChat):
    """A live chat that a user serves, or whose chairman they are."""

    chairman: bool


class LiveChatPage(BaseModel):
    """A page of them, `cursor` asks for the next; or the names of those that a user serves."""

    items: list[LiveChatView] | list[SeatView]
    cursor: str | None = None
    total: int | None = None


class LiveChatAdministrationRoutes:
    """The administrators' HTTP edge of live chat."""

    def __init__(
        self,
        livechat: LiveChatService,
        public_url: Callable[[], str],
        address_for: Address | None = None,
    ) -> None:
        """Links begin with `public_url`.

        The one to be copied begins with the address that the administrator is using, if
        `address_for` says that it may.
        """
        self._livechat = livechat
        self._administration = livechat.administration
        self._public_url = public_url
        self._address_for = address_for or (lambda _: public_url())

    def routes(self) -> list[Route]:
        """What is served."""
        one = "/v1/livechats/{id}"
        return [
            Route("/v1/livechats", self.page, methods=["GET"]),
            Route("/v1/livechats", self.add, methods=["POST"]),
            Route(one, self.get, methods=["GET"]),
            Route(one, self.change, methods=["PATCH"]),
            Route(one, self.delete, methods=["DELETE"]),
            Route(f"{one}/link", self.renew_link, methods=["POST"]),
            Route(f"{one}/script", self.script, methods=["GET"]),
            Route(f"{one}/qr", self.qr, methods=["GET"]),
            Route("/v1/conversations/{id}/free", self.free, methods=["POST"]),
        ]

    @operation(
        "List the live chats",
        answer=LiveChatPage,
        roles=("admin", "user"),
        query=QUERY,
        tag="livechats",
    )
    async def page(self, request: Request) -> Response:
        """All for an administrator; for a user those they serve or chair, without the options."""
        principal = await requests.principal(request, "admin", "user")
        if principal.kind == "user":
            return requests.answer({"items": self._seats_of(principal.who)})
        wanted = asked(request, sorts=SORTS)
        found = await self._administration.listed(await requests.actor(request, "admin"))
        found = matching(found, wanted, _words)
        if wanted.as_csv:
            ordered = in_order(found, wanted, key=_key, ident=lambda each: each.livechat.id)
            shown = (self._shown(request, each) for each in ordered)
            rows = ([_cell(each, column) for column in COLUMNS] for each in shown)
            return csv_file("livechats", COLUMNS, rows)
        return requests.answer(
            page(
                found,
                wanted,
                key=_key,
                ident=lambda each: each.livechat.id,
                shown=lambda each: self._shown(request, each),
            )
        )

    def _seats_of(self, who: str) -> list[dict[str, Any]]:
        served = {each.id for each in self._livechat.lobby.staffed_by(who)}
        chairs = self._livechat.oversight.is_chairman
        return [
            {"id": each.id, "name": each.name, "chairman": chairs(who, each)}
            for each in self._livechat.livechats.all()
            if each.id in served or chairs(who, each)
        ]

    @operation(
        "Make a live chat",
        body=PostLiveChat,
        answer=LiveChatView,
        status=201,
        roles=("admin",),
        tag="livechats",
    )
    async def add(self, request: Request) -> Response:
        """Its link works at once."""
        actor = await requests.actor(request, "admin")
        actor.check(Module.LIVECHAT)
        body = await requests.read(request, PostLiveChat)
        made = await self._administration.add(actor, body.draft(), body.client_id)
        return await self._answer(request, made, 201)

    @operation("Read a live chat", answer=LiveChatView, roles=("admin",), tag="livechats")
    async def get(self, request: Request) -> Response:
        """With its link, and how many wait and are served."""
        actor = await requests.actor(request, "admin")
        listed = await self._administration.get(actor, requests.named(request))
        return requests.answer(self._shown(request, listed))

    @operation(
        "Change a live chat",
        body=ChangeLiveChat,
        answer=LiveChatView,
        roles=("admin",),
        tag="livechats",
    )
    async def change(self, request: Request) -> Response:
        """Fields that are left out stay as they are."""
        actor = await requests.actor(request, "admin")
        actor.check(Module.LIVECHAT)
        livechat_id, tag = requests.named(request), requests.language(request)
        body = await requests.read(request, ChangeLiveChat)
        given = body.model_dump(mode="json", exclude_unset=True)
        version = given.pop("version", None)

        def edit(held: LiveChat) -> Draft:
            try:
                fields = LiveChatFields.model_validate({**wire.form_json(held), **given})
            except ValidationError as error:
                raise Invalid(requests.field_messages(error, LiveChatFields, tag)) from None
            return fields.draft()

        changed = await self._administration.change(actor, livechat_id, edit, version)
        return await self._answer(request, changed)

    @operation("Delete a live chat", status=204, roles=("admin",), tag="livechats")
    async def delete(self, request: Request) -> Response:
        """Its link stops at once; all its conversations end."""
        actor = await requests.actor(request, "admin")
        await self._administration.delete(actor, requests.named(request))
        return Response(status_code=204)

    @operation(
        "Give a live chat another link", answer=LiveChatView, roles=("admin",), tag="livechats"
    )
    async def renew_link(self, request: Request) -> Response:
        """The old one stops at once."""
        actor = await requests.actor(request, "admin")
        changed = await self._administration.renew_link(actor, requests.named(request))
        return await self._answer(request, changed)

    @operation("Download a live chat's script", roles=("admin",), tag="livechats")
    async def script(self, request: Request) -> Response:
        """A file for a web site: the line to paste, and code that does the same."""
        actor = await requests.actor(request, "admin")
        livechat = (await self._administration.get(actor, requests.named(request))).livechat
        slug = re.sub(r"[^a-z0-9]+", "-", livechat.name.lower()).strip("-")
        name = f"livechat-{slug or 'script'}.js"
        return Response(
            script_text(livechat.name, self._used(request, livechat)),
            headers={
                "content-disposition": f'attachment; filename="{name}"',
                "cache-control": "no-store",
            },
            media_type="text/javascript",
        )

    @operation("Read a live chat's link as a QR code", roles=("admin",), tag="livechats")
    async def qr(self, request: Request) -> Response:
        """An SVG picture, to be shown or printed."""
        import segno

        actor = await requests.actor(request, "admin")
        livechat = (await self._administration.get(actor, requests.named(request))).livechat
        picture = io.BytesIO()
        code = segno.make(self._used(request, livechat), error="m", micro=False)
        code.save(picture, kind="svg", scale=8, border=4, light="#fff")
        return Response(
            picture.getvalue(),
            headers={"cache-control": "no-store"},
            media_type="image/svg+xml",
        )

    @operation(
        "Put a live chat's conversation back into the line",
        status=204,
        roles=("admin", "user"),
        tag="livechats",
    )
    async def free(self, request: Request) -> Response:
        """One that is stuck, with an agent or without; for administrators and chairmen."""
        actor = await requests.actor(request, "admin", "user")
        await self._livechat.freeing.free(actor, requests.named(request))
        return Response(status_code=204)

    async def _answer(self, request: Request, livechat: LiveChat, status: int = 200) -> Response:
        actor = await requests.actor(request, "admin")
        listed = await self._administration.get(actor, livechat.id)
        return requests.answer(self._shown(request, listed), status)

    def _shown(self, request: Request, listed: Listed) -> dict[str, Any]:
        public = wire.link(self._public_url(), listed.livechat)
        return wire.listed_json(listed, public, self._used(request, listed.livechat))

    def _used(self, request: Request, livechat: LiveChat) -> str:
        return wire.link(self._address_for(request), livechat)


def script_text(name: str, url: str) -> str:
    """What is downloaded: the line as a comment, and a script that adds it to the page.

    The name is an administrator's: as JSON in a line comment it can end neither.
    """
    source = json.dumps(f"{url}/widget.js")
    return (
        f"// Live chat {json.dumps(name)}\n"
        "//\n"
        "// Put this line into the pages that shall offer the chat, before </body>:\n"
        "//\n"
        f'//   <script async src="{url}/widget.js"></script>\n'
        "//\n"
        "// or let them load this file, which does the same.\n"
        "(function () {\n"
        '  var script = document.createElement("script");\n'
        "  script.async = true;\n"
        f"  script.src = {source};\n"
        "  document.head.appendChild(script);\n"
        "})();\n"
    )


def _words(listed: Listed) -> list[str]:
    livechat = listed.livechat
    return [livechat.name, *livechat.destination.values, *listed.names.values()]


def _key(listed: Listed, sort: str) -> object:
    match sort:
        case "name":
            return listed.livechat.name
        case "destination":
            return " ".join(listed.livechat.destination.values)
        case "enabled":
            return listed.livechat.enabled
        case "open_inquiries":
            return listed.counts.waiting
        case "active_sessions":
            return listed.counts.active
        case _:
            return listed.livechat.created_at_ms


def _cell(shown: dict[str, Any], column: str) -> object:
    return shown["destination"]["values"] if column == "destination" else shown[column]
