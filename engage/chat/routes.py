"""Chats over HTTP: contacts, my conversations, opening, keeping and deleting one; corrections."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from starlette.responses import Response
from starlette.routing import Route

from engage.chat.repository import Place
from engage.chat.wire import (
    ContactPage,
    ConversationPage,
    CorrectionAck,
    EditMessage,
    Keep,
    OpenChat,
    PhoneCopyPage,
    correction_json,
    phone_copy_json,
)
from engage.errors import N_, Invalid, NotFound
from engage.hub.model import Author
from engage.people.model import Grant
from engage.web.openapi import operation
from engage.web.requests import answer, named, number, principal, read, word

if TYPE_CHECKING:
    from starlette.requests import Request

    from engage.chat.corrections import Corrections
    from engage.chat.keeping import ChatKeeping
    from engage.chat.model import Colleagues, Reachability
    from engage.chat.service import DirectChat
    from engage.hub.service import Hub

KINDS = ("direct", "group", "broadcast", "livechat")
LARGEST_PAGE = 100
LONGEST_SEQUENCE = 15


class ChatRoutes:
    """Translates requests to the service, and its answers back."""

    def __init__(
        self,
        chat: DirectChat,
        keeping: ChatKeeping,
        corrections: Corrections,
        hub: Hub,
        colleagues: Colleagues,
        reachability: Reachability,
    ) -> None:
        self._chat, self._keeping, self._corrections = chat, keeping, corrections
        self._hub = hub
        self._colleagues, self._reachability = colleagues, reachability

    def routes(self) -> list[Route]:
        """What this slice serves."""
        one = "/v1/conversations/{id}"
        return [
            Route("/v1/contacts", self.contacts, methods=["GET"]),
            Route("/v1/conversations", self.mine, methods=["GET"]),
            Route("/v1/conversations", self.open, methods=["POST"]),
            Route(one, self.get, methods=["GET"]),
            Route(one, self.keep, methods=["PATCH"]),
            Route(one, self.delete, methods=["DELETE"]),
            Route(f"{one}/events/{{seq}}", self.edit_message, methods=["PATCH"]),
            Route(f"{one}/events/{{seq}}", self.delete_message, methods=["DELETE"]),
            Route(f"{one}/deliveries", self.phone_copies, methods=["GET"]),
        ]

    @operation("List colleagues", answer=ContactPage, roles=("user", "admin"))
    async def contacts(self, request: Request) -> Response:
        """Everyone with an extension, and how to reach them; nobody without that privilege."""
        who = await principal(request, "user", "admin")
        seen = who.kind == "admin" or Grant.CONTACTS in who.grants
        shown = [
            {
                "number": each.number,
                "name": each.name,
                "email": each.email,
                "presence": self._reachability.state(each.number),
                "phones": self._reachability.phones(each.number),
            }
            for each in (self._colleagues.contacts() if seen else ())
        ]
        return answer({"items": shown})

    @operation(
        "List my conversations",
        answer=ConversationPage,
        roles=("user",),
        query=(
            ("kind", "`direct`, `group`, `broadcast` or `livechat`"),
            ("limit", "How many, at most 100"),
            ("cursor", "Where the last page ended"),
        ),
    )
    async def mine(self, request: Request) -> Response:
        """Newest first."""
        user = await principal(request, "user")
        limit = number(request, "limit", 30, least=1, most=LARGEST_PAGE)
        kind = request.query_params.get("kind") or None
        if kind is not None and kind not in KINDS:
            raise Invalid({"kind": N_("This is none of the choices.")})
        places = await self._chat.mine(user, kind=kind, before=_place(request), limit=limit + 1)
        page = places[:limit]
        items = await self._summaries(user.who, [each.conversation_id for each in page])
        last = f"{page[-1].at_ms}.{page[-1].conversation_id}" if len(places) > limit else None
        return answer({"items": items, "cursor": last})

    @operation("Open a chat with a colleague", body=OpenChat, status=201, roles=("user",))
    async def open(self, request: Request) -> Response:
        """The one conversation of the two: 201, or 200 when they have written already."""
        user = await principal(request, "user")
        body = await read(request, OpenChat)
        conversation_id, new = await self._chat.open(user, body.with_)
        summary = await self._hub.summary(user.who, conversation_id)
        return answer(summary, 201 if new else 200)

    @operation("Read a conversation's summary", roles=("user",))
    async def get(self, request: Request) -> Response:
        """With its newest events."""
        user = await principal(request, "user")
        return answer(await self._hub.summary(user.who, named(request)))

    @operation("Pin or mute a conversation", body=Keep, roles=("user",))
    async def keep(self, request: Request) -> Response:
        """For oneself alone; answers with the conversation's summary."""
        user = await principal(request, "user")
        body = await read(request, Keep)
        await self._keeping.keep(user, named(request), pinned=body.pinned, muted=body.muted)
        return answer(await self._bare_summary(user.who, named(request)))

    @operation("Delete a chat from one's own list", status=204, roles=("user",))
    async def delete(self, request: Request) -> Response:
        """Takes the Wave privilege `delete_chat`; the others keep theirs."""
        user = await principal(request, "user")
        await self._keeping.delete(user, named(request))
        return Response(status_code=204, headers={"cache-control": "no-store"})

    @operation("Edit a message", body=EditMessage, answer=CorrectionAck, roles=("user",))
    async def edit_message(self, request: Request) -> Response:
        """One's own, while the time for it lasts; everybody sees that it was edited."""
        user = await principal(request, "user")
        body = await read(request, EditMessage)
        appended = await self._corrections.edit(
            Author("user", user.id, user.name),
            named(request),
            _sequence(request),
            client_id=body.client_id,
            text=body.text,
            mentions=body.mentions,
        )
        return answer(correction_json(appended))

    @operation(
        "Delete a message for everybody",
        answer=CorrectionAck,
        roles=("user",),
        query=(("client_id", "The key by which a repetition is recognised"),),
    )
    async def delete_message(self, request: Request) -> Response:
        """One's own, while the time for it lasts."""
        user = await principal(request, "user")
        seq = _sequence(request)
        appended = await self._corrections.delete(
            Author("user", user.id, user.name),
            named(request),
            seq,
            client_id=word(request, "client_id") or f"delete-{seq}",
        )
        return answer(correction_json(appended))

    @operation(
        "List a conversation's copies on phones",
        answer=PhoneCopyPage,
        roles=("user",),
        query=(("after", "Only messages after this sequence"), ("limit", "How many, at most 100")),
    )
    async def phone_copies(self, request: Request) -> Response:
        """What became of messages that went to phones."""
        user = await principal(request, "user")
        after = number(request, "after", 0, most=2**53)
        limit = number(request, "limit", 100, least=1, most=LARGEST_PAGE)
        copies = await self._chat.phone_copies(user, named(request), after, limit)
        last = str(copies[-1].seq) if len(copies) == limit else None
        return answer({"items": [phone_copy_json(each) for each in copies], "cursor": last})

    async def _summaries(self, who: str, ids: list[str]) -> list[dict[str, Any]]:
        known = {each["conversation"]: each for each in await self._hub.hello(who, {})}
        return [known.get(each) or await self._bare_summary(who, each) for each in ids]

    async def _bare_summary(self, who: str, conversation_id: str) -> dict[str, Any]:
        summary = await self._hub.summary(who, conversation_id)
        return {**summary, "events": [], "more": False}


def _sequence(request: Request) -> int:
    given = named(request, "seq")
    if not (given.isascii() and given.isdigit() and 0 < len(given) <= LONGEST_SEQUENCE):
        raise NotFound
    return int(given)


def _place(request: Request) -> Place | None:
    given = word(request, "cursor")
    if not given:
        return None
    at, _, conversation_id = given.partition(".")
    if not (at.isascii() and at.isdigit() and len(at) < 17):
        raise Invalid({"cursor": N_("This value cannot be taken.")})
    return Place(int(at), conversation_id)
