"""Mailboxes over HTTP: one's own at `/v1/me/voicemail`, all of them at `/v1/voicemail`."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from starlette.responses import FileResponse, Response
from starlette.routing import Route

from engage.system.actor import Module
from engage.voicemail.wire import (
    MailboxList,
    MessageList,
    MessageMove,
    ShownMessage,
    mailboxes_json,
    message_json,
    messages_json,
)
from engage.web.collections import QUERY, asked, matching, page
from engage.web.openapi import operation
from engage.web.requests import actor, answer, flag, named, principal, read

if TYPE_CHECKING:
    from pathlib import Path

    from starlette.requests import Request

    from engage.voicemail.service import Voicemail

DOWNLOAD = (("download", "`1`: as a file to be saved"),)
SOUND = ("audio/x-wav",)
SORTS = ("number", "name", "new", "old")


class OwnVoicemailRoutes:
    """The HTTP edge of one's own mailbox."""

    def __init__(self, voicemail: Voicemail) -> None:
        self._voicemail = voicemail

    def routes(self) -> list[Route]:
        """What is served."""
        one = "/v1/me/voicemail/{id}"
        return [
            Route("/v1/me/voicemail", self.list, methods=["GET"]),
            Route(one, self.move, methods=["PATCH"]),
            Route(one, self.delete, methods=["DELETE"]),
            Route(f"{one}/sound", self.sound, methods=["GET"]),
        ]

    @operation("List one's own voice messages", answer=MessageList, roles=("user",))
    async def list(self, request: Request) -> Response:
        """Newest first, of all folders."""
        user = await principal(request, "user")
        return answer(messages_json(await self._voicemail.messages(user.id)))

    @operation("Move a voice message", body=MessageMove, answer=ShownMessage, roles=("user",))
    async def move(self, request: Request) -> Response:
        """Into another folder; what is not `new` was heard."""
        user = await principal(request, "user")
        body = await read(request, MessageMove)
        return answer(
            message_json(await self._voicemail.move(user.id, named(request), body.folder))
        )

    @operation("Delete a voice message", status=204, roles=("user",))
    async def delete(self, request: Request) -> Response:
        """Phones' lamps follow at once."""
        user = await principal(request, "user")
        await self._voicemail.delete(user.id, named(request))
        return Response(status_code=204, headers={"cache-control": "no-store"})

    @operation("Hear a voice message", roles=("user",), query=DOWNLOAD, media=SOUND)
    async def sound(self, request: Request) -> Response:
        """Its bytes; a part of them where one is asked for (RFC 9110 §14)."""
        user = await principal(request, "user")
        return _file(request, await self._voicemail.sound(user.id, named(request)))


class VoicemailRoutes:
    """The HTTP edge of all mailboxes."""

    def __init__(self, voicemail: Voicemail) -> None:
        self._voicemail = voicemail

    def routes(self) -> list[Route]:
        """What is served."""
        one = "/v1/voicemail/{number}/messages/{id}"
        return [
            Route("/v1/voicemail", self.mailboxes, methods=["GET"]),
            Route("/v1/voicemail/{number}/messages", self.messages, methods=["GET"]),
            Route(one, self.delete, methods=["DELETE"]),
            Route(f"{one}/sound", self.sound, methods=["GET"]),
        ]

    @operation("List mailboxes", answer=MailboxList, roles=("admin",), query=QUERY)
    async def mailboxes(self, request: Request) -> Response:
        """Those of extensions and of groups, by number."""
        who = await actor(request, "admin")
        owners = self._voicemail.owners(who)
        wanted = asked(request, sorts=SORTS)
        rows = matching(mailboxes_json(owners, await self._voicemail.counts()), wanted, _words)
        return answer(page(rows, wanted, key=_key, ident=_number, shown=lambda row: row))

    @operation("List the voice messages of a mailbox", answer=MessageList, roles=("admin",))
    async def messages(self, request: Request) -> Response:
        """Newest first, of all folders."""
        number = await self._number(request)
        return answer(messages_json(await self._voicemail.messages(number)))

    @operation("Delete a voice message of a mailbox", status=204, roles=("admin",))
    async def delete(self, request: Request) -> Response:
        """Phones' lamps follow at once."""
        who = await actor(request, "admin")
        await self._voicemail.delete_as(who, named(request, "number"), named(request))
        return Response(status_code=204, headers={"cache-control": "no-store"})

    @operation("Hear a voice message of a mailbox", roles=("admin",), query=DOWNLOAD, media=SOUND)
    async def sound(self, request: Request) -> Response:
        """Its bytes; a part of them where one is asked for (RFC 9110 §14)."""
        number = await self._number(request)
        return _file(request, await self._voicemail.sound(number, named(request)))

    async def _number(self, request: Request) -> str:
        """Whose mailbox, for those who may see it."""
        who = await actor(request, "admin")
        who.check(Module.VOICEMAIL, "view")
        return named(request, "number")


def _words(row: dict[str, Any]) -> tuple[str, ...]:
    return str(row["number"]), str(row["name"])


def _key(row: dict[str, Any], field: str) -> Any:
    return row[field]


def _number(row: dict[str, Any]) -> str:
    return str(row["number"])


def _file(request: Request, path: Path) -> FileResponse:
    saved = f'attachment; filename="{path.name}"' if flag(request, "download") else "inline"
    headers = {"content-disposition": saved, "cache-control": "private, no-cache"}
    return FileResponse(path, headers=headers, media_type=SOUND[0])
