"""A phone at a PBX on loopback."""

from __future__ import annotations

from contextlib import asynccontextmanager
from typing import TYPE_CHECKING

from pbxcore.net.user_agent import AsyncUserAgent

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

SESSION = (
    b"v=0\r\no=- 1 1 IN IP4 127.0.0.1\r\ns=-\r\nc=IN IP4 127.0.0.1\r\nt=0 0\r\n"
    b"m=audio 4000 RTP/AVP 0 8\r\n"
)
"""A description of G.711."""


@asynccontextmanager
async def registered(port: int) -> AsyncIterator[AsyncUserAgent]:
    """The phone of 1000, registered."""
    secret = "Sip-1000!"  # noqa: S105
    async with AsyncUserAgent("sip:1000@pbx.test", password=secret) as agent:
        await agent.register(f"sip:127.0.0.1:{port}", 120)
        yield agent
