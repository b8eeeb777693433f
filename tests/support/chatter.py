"""A chat client for tests: the rules of the protocol on a third party's Socket.IO client.

It keeps what it wrote until it is acknowledged, sends it again under the same `client_id`, applies
an event only when it follows what it has, and asks for the rest otherwise.
"""

from __future__ import annotations

import asyncio
import contextlib
from typing import Any
from uuid import uuid4

import aiohttp
import socketio
from socketio.exceptions import ConnectionError as NotConnected
from socketio.exceptions import SocketIOError

ANSWER_WITHIN_S = 30


class Chatter:
    """One person's client in one conversation or several."""

    def __init__(self, url: str, namespace: str, token: str, name: str) -> None:
        self.url, self.namespace, self.token, self.name = url, namespace, token, name
        self.views: dict[str, list[dict[str, Any]]] = {}
        self.acknowledged: dict[str, dict[str, int]] = {}  # conversation → client_id → seq
        self.refused: list[dict[str, Any]] = []
        self.heard: asyncio.Queue[tuple[str, dict[str, Any]]] = asyncio.Queue()
        self._socket = self._new_socket()
        self._asking = asyncio.Lock()
        self._connecting = asyncio.Lock()
        self._resuming: set[asyncio.Task[None]] = set()

    def _new_socket(self) -> socketio.AsyncClient:
        client = socketio.AsyncClient(reconnection=False)
        client.on("event", self._event, namespace=self.namespace)
        for name in ("inquiry", "inquiry_gone", "position", "typing", "watermark", "presence"):
            client.on(name, self._hint(name), namespace=self.namespace)
        return client

    def _hint(self, name: str) -> Any:
        async def heard(payload: dict[str, Any]) -> None:
            self.heard.put_nowait((name, payload))

        return heard

    async def connect(self) -> None:
        """Connect, again and again until it works, and ask what was missed."""
        async with self._connecting:
            while not self._socket.connected or self.namespace not in self._socket.namespaces:
                await self._try_to_connect()

    async def _try_to_connect(self) -> None:
        await self.close()
        self._socket = self._new_socket()
        try:
            await self._socket.connect(
                self.url,
                auth={"token": self.token},
                namespaces=[self.namespace],
                transports=["websocket"],
                wait_timeout=ANSWER_WITHIN_S,
            )
            await self.catch_up()
        except (NotConnected, SocketIOError, aiohttp.ClientError, OSError, TimeoutError):
            await self.close()
            await asyncio.sleep(0.1)

    async def close(self) -> None:
        """Leave, whatever state the socket is in."""
        with contextlib.suppress(SocketIOError, aiohttp.ClientError, OSError):
            await self._socket.disconnect()

    async def call(self, event: str, **data: Any) -> dict[str, Any]:
        """One event and its answer."""
        answer = await self._socket.call(
            event, data, namespace=self.namespace, timeout=ANSWER_WITHIN_S
        )
        assert isinstance(answer, dict), answer
        return answer

    async def follow(self, conversation: str) -> None:
        """Have a view of this conversation from its start."""
        self.views.setdefault(conversation, [])
        await self.catch_up()

    async def say(self, conversation: str, text: str) -> int:
        """Send until it is acknowledged; the sequence it got."""
        client_id = str(uuid4())
        while True:
            try:
                answer = await self.call(
                    "send", conversation=conversation, client_id=client_id, text=text
                )
            except (NotConnected, SocketIOError, TimeoutError):
                await self.connect()
                continue
            if answer["ok"]:
                seq = int(answer["seq"])
                self.acknowledged.setdefault(conversation, {})[client_id] = seq
                return seq
            if answer["error"]["code"] not in {"unavailable", "too_many"}:
                self.refused.append(answer)
                return 0
            await asyncio.sleep(answer["error"].get("retry_after_s", 0.1))

    async def _event(self, event: dict[str, Any]) -> None:
        view = self.views.get(event["conversation"])
        if view is None:
            return
        last = view[-1]["seq"] if view else 0
        if event["seq"] <= last:
            return
        if event["prev"] <= last:
            view.append(event)
            return
        task = asyncio.create_task(self._resume_quietly())
        self._resuming.add(task)
        task.add_done_callback(self._resuming.discard)

    async def _resume_quietly(self) -> None:
        with contextlib.suppress(NotConnected, SocketIOError, TimeoutError):
            await self.catch_up()

    async def catch_up(self) -> None:
        """Ask for everything after what each view holds."""
        async with self._asking:
            for conversation, view in self.views.items():
                more = True
                while more:
                    after = view[-1]["seq"] if view else 0
                    answer = await self.call("resume", conversation=conversation, after=after)
                    assert answer["ok"], answer
                    for event in answer["events"]:
                        last = view[-1]["seq"] if view else 0
                        if event["seq"] > last:
                            view.append(event)
                    more = answer["more"]
