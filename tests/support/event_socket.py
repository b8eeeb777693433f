"""A program on `/websockify`, as independent clients are: aiohttp and JSON, nothing of ours."""

from __future__ import annotations

import hashlib
import json
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import aiohttp

WITHIN_S = 15.0


class EventSocket:
    """Asks, and keeps what it is told meanwhile."""

    def __init__(self, socket: aiohttp.ClientWebSocketResponse) -> None:
        self._socket = socket
        self.told: list[tuple[str, dict[str, Any]]] = []

    @classmethod
    async def open(
        cls, http: aiohttp.ClientSession, port: int, user: str, password: str
    ) -> EventSocket:
        """Connect and sign in."""
        found = cls(await http.ws_connect(f"https://127.0.0.1:{port}/websockify", ssl=False))
        challenge = (await found.ask("challenge", username=user, version="1"))["challenge"]
        token = hashlib.md5((challenge + password).encode(), usedforsecurity=False).hexdigest()
        signed_in = await found.ask("login", username=user, token=token)
        assert signed_in["status"] == 0, signed_in
        return found

    async def talking(self) -> dict[str, str]:
        """The channels of the first two who talk to each other, by their numbers."""
        await self.subscribe("ActiveCallStatus")
        pair = await self.until("ActiveCallStatus", chantype="bridge", action="add")
        return {pair["callerid1"]: pair["channel1"], pair["callerid2"]: pair["channel2"]}

    async def ask(self, action: str, **fields: Any) -> dict[str, Any]:
        """The answer to a request."""
        message = {"transactionid": f"t {action}", "action": action, **fields}
        await self._socket.send_str(json.dumps({"type": "request", "message": message}))
        while (answer := await self._next()) is None:
            pass
        return answer

    async def subscribe(self, *names: str) -> None:
        """Be told of these."""
        answer = await self.ask("subscribe", eventnames=list(names))
        assert answer["status"] == 0, answer

    async def until(self, event: str, *named: str, **wanted: Any) -> dict[str, Any]:
        """A row of an event that holds all of this, and what is named, told already or to come."""
        while True:
            for name, row in self.told:
                if name == event and row.items() >= wanted.items() and {*named} <= row.keys():
                    return row
            await self._next()

    async def _next(self) -> dict[str, Any] | None:
        frame = json.loads((await self._socket.receive(WITHIN_S)).data)
        if frame["type"] == "response":
            return dict(frame["message"])
        messages = frame["message"] if isinstance(frame["message"], list) else [frame["message"]]
        for each in messages:
            assert each["action"] == "notify"
            body = each["eventbody"]
            rows = body if isinstance(body, list) else [body]
            self.told += [(each["eventname"], row) for row in rows]
        return None
