"""The mailbox over HTTP: how it goes, and a test of it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from pydantic import BaseModel
from starlette.routing import Route

from engage.system.actor import Module
from engage.web.openapi import operation
from engage.web.requests import actor, answer

if TYPE_CHECKING:
    from starlette.requests import Request
    from starlette.responses import Response

    from engage.notify.incoming.collecting import Collecting

ADMIN = ("admin",)


class MailboxStatus(BaseModel):
    """How fetching goes. `words` are the mail server's when it does not."""

    set: bool
    read: bool
    words: str


class IncomingRoutes:
    """What is served about the mailbox."""

    def __init__(self, collecting: Collecting) -> None:
        self._collecting = collecting

    def routes(self) -> list[Route]:
        """What is served."""
        return [
            Route("/v1/email/incoming", self.status, methods=["GET"]),
            Route("/v1/email/incoming/test", self.test, methods=["POST"]),
        ]

    @operation("Read how fetching email goes", answer=MailboxStatus, roles=ADMIN)
    async def status(self, request: Request) -> Response:
        """Whether a mailbox is set, and what is wrong with it."""
        (await actor(request, "admin")).check(Module.EMAIL, "view")
        return answer(self._status(self._collecting.trouble))

    @operation("Try to open the mailbox", answer=MailboxStatus, roles=ADMIN)
    async def test(self, request: Request) -> Response:
        """At once, with the settings as they are saved."""
        trouble = await self._collecting.try_out(await actor(request, "admin"))
        return answer(self._status(trouble or ""))

    def _status(self, words: str) -> dict[str, object]:
        is_set = self._collecting.is_set()
        return {"set": is_set, "read": is_set and not words, "words": words}
