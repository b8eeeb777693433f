"""Phones of our own that talk in G.711: registered, in a call, and heard."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

from pbxcore.net.user_agent import AsyncUserAgent

if TYPE_CHECKING:
    from contextlib import AsyncExitStack

    from pbxcore.net.call import AsyncCall
    from tests.support.server import Server
    from tests.support.tone import Voice


def session(voice: Voice, *codecs: int) -> bytes:
    """A description of G.711 at a voice's port."""
    formats = " ".join(map(str, codecs or (0, 8)))
    return (
        "v=0\r\no=- 1 1 IN IP4 127.0.0.1\r\ns=-\r\nc=IN IP4 127.0.0.1\r\nt=0 0\r\n"
        f"m=audio {voice.port} RTP/AVP {formats}\r\n"
    ).encode()


def port_of(description: bytes) -> int:
    """Where the other side of a session receives."""
    line = next(each for each in description.splitlines() if each.startswith(b"m=audio "))
    return int(line.split()[1])


async def phone(stack: AsyncExitStack, server: Server, number: str) -> AsyncUserAgent:
    """A registered phone."""
    made = AsyncUserAgent(f"sip:{number}@127.0.0.1", password=f"Sip-{number}!")
    agent = await stack.enter_async_context(made)
    await agent.register(f"sip:127.0.0.1:{server.sip_port}", 120)
    return agent


async def talk(
    server: Server,
    caller: tuple[AsyncUserAgent, Voice],
    callee: tuple[AsyncUserAgent, Voice],
    number: str,
) -> tuple[AsyncCall, AsyncCall]:
    """Two who talk."""
    call = caller[0].call(f"sip:{number}@127.0.0.1:{server.sip_port}", session(caller[1]))
    came = await callee[0].next_call()
    came.ring()
    await came.accept(session(callee[1]))
    await call.answered()
    caller[1].talk(port_of(call.remote_description))
    callee[1].talk(port_of(came.remote_description))
    return call, came


async def hear(*heard: tuple[Voice, float]) -> None:
    """Wait until each hears this tone."""
    await asyncio.gather(*(asyncio.to_thread(voice.hears, hz) for voice, hz in heard))
