"""A provider of our own at the other end of a peer trunk."""

from __future__ import annotations

from contextlib import AsyncExitStack
from typing import TYPE_CHECKING, Any, Final

import pytest

from pbxcore.net.user_agent import AsyncUserAgent
from tests.support.pair import Pair
from tests.support.voice_phone import phone

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

    from pbxcore.net.call import AsyncCall
    from tests.support.server import Server

PROVIDER: Final = "127.0.0.2"
"""Another address than the phones', for a peer is trusted by its own."""


class Provider:
    """The other end of a peer trunk, and the administrator who joined us with it."""

    def __init__(self, pair: Pair, agent: AsyncUserAgent, port: int) -> None:
        self.pair, self.agent, self.admin = pair, agent, pair.admin
        body = {"name": "City Line", "kind": "peer", "host": PROVIDER, "port": port}
        added = self.admin.post("/v1/trunks", body)
        assert added.status == 201, added.body
        self.trunk = added.json()["id"]

    def route(self, way: str, **fields: Any) -> str:
        added = self.admin.post(f"/v1/{way}-routes", fields)
        assert added.status == 201, added.body
        self.pair.settled()
        return f"/v1/{way}-routes/{added.json()['id']}"

    def set(self, section: str, **values: Any) -> None:
        assert self.admin.patch(f"/v1/settings/{section}", {"values": values}).status == 200
        self.pair.settled()

    def remove(self, path: str) -> None:
        assert self.admin.delete(path).status == 204
        self.pair.settled()


def dialled(came: AsyncCall) -> str:
    """The number that a call came for."""
    assert came.call is not None
    uri = came.call.dialog.local_address.uri
    return uri.removeprefix(b"sip:").partition(b"@")[0].decode()


@pytest.fixture
async def provider(server: Server) -> AsyncIterator[Provider]:
    async with AsyncExitStack() as stack:
        caller, callee = [await phone(stack, server, each) for each in ("1000", "1001")]
        agent = AsyncUserAgent(f"sip:5551234@{PROVIDER}", host=PROVIDER)
        await stack.enter_async_context(agent)
        made = Provider(Pair(server, caller, callee), agent, agent.port)
        yield made
        made.admin.delete(f"/v1/trunks/{made.trunk}")
