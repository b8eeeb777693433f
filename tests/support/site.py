"""The whole web application on a free port, in this process; its PBX and media are absent."""

from __future__ import annotations

import asyncio
import socket
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import aiohttp
import socketio
import uvicorn

from engage.app.application import Application, build
from engage.identifiers import now_ms
from engage.keyring import Keyring
from engage.processes.link import PartLink, PbxLink
from engage.settings import Settings
from engage.web.protocol import server_config
from tests.support.furnished import bring_keys, furnish

if TYPE_CHECKING:
    from collections.abc import AsyncIterator
    from pathlib import Path


class AdjustableClock:
    """The system's clock, moved by `offset_ms`."""

    offset_ms = 0

    def __call__(self) -> int:
        return now_ms() + self.offset_ms


@dataclass
class Site:
    """A running application and a client's way to it."""

    application: Application
    url: str
    port: int
    http: aiohttp.ClientSession
    clock: AdjustableClock

    async def json(
        self,
        method: str,
        path: str,
        body: object = None,
        *,
        token: str | None = None,
        **options: Any,
    ) -> tuple[int, dict[str, Any]]:
        """One request; the status and the JSON of the answer."""
        headers = {**options.pop("headers", {})}
        if token is not None:
            headers["authorization"] = f"Bearer {token}"
        if body is not None:
            options["json"] = body
        async with self.http.request(
            method, self.url + path, headers=headers, **options
        ) as response:
            text = await response.text()
            is_json = response.content_type == "application/json"
            return response.status, await response.json() if is_json and text else {}

    async def sign_in(self, user: str, password: str | None = None) -> str:
        """A program's token."""
        password = password or f"Demo-{user}!"
        status, body = await self.json("POST", "/v1/sign-in", {"user": user, "password": password})
        assert status == 200, body
        return str(body["token"])

    async def visitor(self, name: str = "Vera") -> tuple[str, str]:
        """A visitor's token and conversation."""
        form = {
            "full_name": name,
            "email": "vera@example.test",
            "phone": "+35312345678",
            "consent": True,
        }
        status, body = await self.json("POST", "/v1/livechat/demo/sessions", form)
        assert status == 201, body
        return body["token"], body["conversation"]

    @asynccontextmanager
    async def socket(
        self, namespace: str, token: str, **options: Any
    ) -> AsyncIterator[socketio.AsyncClient]:
        """A connected Socket.IO client."""
        client = socketio.AsyncClient(reconnection=False)
        await client.connect(
            self.url,
            auth={"token": token},
            namespaces=[namespace],
            transports=options.pop("transports", ["websocket"]),
            **options,
        )
        try:
            yield client
        finally:
            await client.disconnect()


def free_socket() -> tuple[socket.socket, int]:
    """A listening socket on a port that was free."""
    # asyncio turns Nagle's algorithm off only where the protocol is named; 40 ms a request else
    sock = socket.socket(socket.AF_INET, socket.SOCK_STREAM, socket.IPPROTO_TCP)
    sock.bind(("127.0.0.1", 0))
    sock.listen(100)
    return sock, sock.getsockname()[1]


@asynccontextmanager
async def serving(application: Any, sock: socket.socket) -> AsyncIterator[uvicorn.Server]:
    """Uvicorn around an ASGI application, on a socket bound before."""
    config = server_config(application, loop="asyncio")
    config.load()
    server = uvicorn.Server(config)
    server.lifespan = config.lifespan_class(config)
    await server.startup(sockets=[sock])
    task = asyncio.create_task(server.main_loop())
    try:
        yield server
    finally:
        server.should_exit = True
        await task
        await server.shutdown(sockets=[sock])


@asynccontextmanager
async def site(data: Path, *, pbx: PbxLink | None = None, **settings: Any) -> AsyncIterator[Site]:
    """Start the application with demonstration data, stop it at the end."""
    configured = Settings(data=data, demo=True, **settings)
    absent = data / "absent.sock"
    clock = AdjustableClock()
    if "database" in settings:
        bring_keys(data)
    else:
        furnish(data)
    application = build(
        configured,
        Keyring.of(data, None),
        pbx or PbxLink(absent),
        PartLink("media", absent),
        clock,
    )
    await application.start()
    sock, port = free_socket()
    async with serving(application.asgi, sock), aiohttp.ClientSession() as http:
        yield Site(application, f"http://127.0.0.1:{port}", port, http, clock)
        await http.close()
        await application.sockets.stop()
    await application.stop()
