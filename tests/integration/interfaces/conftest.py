"""One running server for the folder, met only over its ports and with other people's clients."""

from __future__ import annotations

import asyncio
import json
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import aiohttp
import pytest
import socketio

from tests.support.server import Server

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Callable, Iterator, Mapping

FORM = {
    "full_name": "Vera Lind",
    "email": "vera@example.test",
    "phone": "+4930123456",
    "consent": True,
    "page_url": "https://shop.example.test/cart",
    "language": "en",
}


@dataclass
class Answer:
    """What came back, read to its end."""

    status: int
    headers: Mapping[str, str]
    body: bytes
    cookies: Any

    @property
    def text(self) -> str:
        return self.body.decode("utf-8")

    @property
    def json(self) -> Any:
        return json.loads(self.text)

    @property
    def error(self) -> dict[str, Any]:
        """The error, in the one shape that all have."""
        found = self.json
        assert set(found) == {"error"}, found
        assert found["error"]["code"], found
        assert found["error"]["message"], found
        return dict(found["error"])


@dataclass
class Browserless:
    """aiohttp against one server."""

    url: str
    session: aiohttp.ClientSession
    tokens: dict[str, str] = field(default_factory=dict)

    async def ask(
        self,
        method: str,
        path: str,
        body: Any = None,
        *,
        token: str = "",
        headers: Mapping[str, str] | None = None,
        raw: bytes | None = None,
        cookies: Mapping[str, str] | None = None,
    ) -> Answer:
        sent = dict(headers or {})
        if token:
            sent["Authorization"] = f"Bearer {token}"
        data = raw
        if body is not None:
            data = json.dumps(body).encode()
        if data is not None:
            sent.setdefault("Content-Type", "application/json")
        if cookies:
            sent["Cookie"] = "; ".join(f"{name}={value}" for name, value in cookies.items())
        async with self.session.request(
            method, self.url + path, data=data, headers=sent, allow_redirects=False
        ) as answer:
            return Answer(answer.status, answer.headers, await answer.read(), answer.cookies)

    async def token_of(self, user: str) -> str:
        """A program's session of a demonstration user."""
        if user not in self.tokens:
            body = {"user": user, "password": f"Demo-{user}!"}
            self.tokens[user] = (await self.ask("POST", "/v1/sign-in", body)).json["token"]
        return self.tokens[user]

    async def start_chat(self, **changed: Any) -> dict[str, Any]:
        """A visitor's session."""
        answer = await self.ask("POST", "/v1/livechat/demo/sessions", FORM | changed)
        assert answer.status == 201, answer.text
        return dict(answer.json)


class Client:
    """python-socketio in one namespace; keeps all that it hears."""

    def __init__(self, namespace: str) -> None:
        self.namespace = namespace
        self.heard: list[tuple[str, Any]] = []
        self.refusal: Any = None
        self.closed = asyncio.Event()
        self.socket = socketio.AsyncClient(reconnection=False)
        self.socket.on("*", self._hear, namespace=namespace)
        self.socket.on("connect_error", self._refused, namespace=namespace)
        self.socket.on("disconnect", self._disconnected, namespace=namespace)
        self._news = asyncio.Event()

    async def _hear(self, name: str, *data: Any) -> None:
        self.heard.append((name, data[0] if data else None))
        self._news.set()

    async def _refused(self, data: Any = None) -> None:
        self.refusal = data

    async def _disconnected(self, _reason: str) -> None:
        self.closed.set()

    async def call(self, name: str, data: Any) -> dict[str, Any]:
        """One event and its acknowledgement, which always has one of two shapes."""
        answer = await self.socket.call(name, data, namespace=self.namespace, timeout=10)
        assert isinstance(answer, dict)
        assert isinstance(answer["ok"], bool)
        if not answer["ok"]:
            assert answer["error"]["code"]
            assert isinstance(answer["error"]["message"], str)
        return answer

    async def hears(self, name: str, fits: Callable[[Any], bool] = lambda _: True) -> Any:
        """Wait for an event."""
        async with asyncio.timeout(10):
            while True:
                for each, data in self.heard:
                    if each == name and fits(data):
                        return data
                self._news.clear()
                await self._news.wait()


@asynccontextmanager
async def joined(url: str, namespace: str, token: object) -> AsyncIterator[Client]:
    """A connected client, gone afterwards."""
    client = Client(namespace)
    try:
        await client.socket.connect(
            url,
            auth={"token": token},
            namespaces=[namespace],
            transports=["websocket"],
            wait_timeout=10,
        )
        yield client
    finally:
        await client.socket.disconnect()


@pytest.fixture(scope="package")
def server() -> Iterator[Server]:
    with Server() as running:
        yield running
        assert "Traceback" not in running.log  # whatever the tests sent


@pytest.fixture
async def http(server: Server) -> AsyncIterator[Browserless]:
    async with aiohttp.ClientSession(cookie_jar=aiohttp.DummyCookieJar()) as session:
        yield Browserless(server.url, session)
