"""A connection on which nobody says anything stays open."""

from __future__ import annotations

import asyncio

import pytest
import socketio

from tests.integration.survival.test_killed_parts_lose_nothing import post
from tests.support.server import Server

QUIET_S = 75  # more than two intervals of pings and the time-out after one


@pytest.mark.soak
@pytest.mark.parametrize("transport", ["websocket", "polling"])
async def test_a_quiet_connection_is_not_closed(transport: str) -> None:
    with Server() as server:
        answer = await post(f"{server.url}/v1/sign-in", {"user": "1000", "password": "Demo-1000!"})
        client = socketio.AsyncClient(reconnection=False)
        closed = asyncio.Event()
        client.on("disconnect", lambda *_: closed.set(), namespace="/wave")
        await client.connect(
            server.url,
            auth={"token": answer["token"]},
            namespaces=["/wave"],
            transports=[transport],
        )
        with pytest.raises(TimeoutError):
            await asyncio.wait_for(closed.wait(), QUIET_S)
        await client.disconnect()
