"""Two phones at a running server, and an administrator who sees what becomes of their calls."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, Any

from tests.support.messaging import eventually
from tests.support.program import Program
from tests.support.ucm import settled

if TYPE_CHECKING:
    from pbxcore.net.user_agent import AsyncUserAgent
    from tests.support.server import Server


class Pair:
    """Two phones that are registered, and an administrator who reads what becomes of them."""

    def __init__(self, server: Server, caller: AsyncUserAgent, callee: AsyncUserAgent) -> None:
        self.server, self.caller, self.callee = server, caller, callee
        self.admin = Program(server.url, "admin", "Demo-admin!")
        self.known = {each["id"] for each in self.listed()}

    def listed(self, query: str = "") -> list[dict[str, Any]]:
        found = self.admin.get(f"/v1/calls?limit=500&{query}").json()["items"]
        return list(found)

    def live(self) -> list[dict[str, Any]]:
        return list(self.admin.get("/v1/calls/live").json()["items"])

    async def record(self) -> dict[str, Any]:
        """The one call that has ended since the last time, with its legs."""
        new: list[dict[str, Any]] = []

        def ended() -> bool:
            new[:] = [each for each in self.listed() if each["id"] not in self.known]
            return bool(new)

        await eventually(lambda: asyncio.to_thread(ended))
        [call] = new
        self.known.add(call["id"])
        return dict(self.admin.get(f"/v1/calls/{call['id']}").json())

    def settled(self) -> None:
        """Wait until the PBX holds what was changed."""
        settled(self.server, self.admin)

    def uri(self, number: str) -> str:
        return f"sip:{number}@127.0.0.1:{self.server.sip_port}"


class Desk(Pair):
    """An administrator at extension 1002."""

    path = "/v1/extensions/1002"

    def __init__(self, server: Server) -> None:
        self.server = server
        self.admin = Program(server.url, "admin", "Demo-admin!")

    def change(self, **fields: Any) -> None:
        changed = self.admin.patch(self.path, fields)
        assert changed.status == 200, changed.body
        self.settled()
