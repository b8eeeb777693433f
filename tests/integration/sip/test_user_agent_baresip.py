"""A real phone at the other end of the public user agent: calls, hold, keys."""

from __future__ import annotations

import asyncio
import os
import pty
import shutil
from contextlib import asynccontextmanager
from typing import TYPE_CHECKING

import pytest

from pbxcore.net.user_agent import AsyncUserAgent
from tests.integration.sip.test_user_agent import ANSWER, HELD, OFFER, listening, until
from tests.support.server import free_port

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Callable
    from pathlib import Path

pytestmark = pytest.mark.skipif(shutil.which("baresip") is None, reason="baresip is not installed")


@asynccontextmanager
async def baresip(folder: Path, port: int) -> AsyncIterator[Callable[[str], None]]:
    """A phone that answers by itself, and takes what is typed."""
    (folder / "accounts").write_text("<sip:phone@127.0.0.1>;regint=0;answermode=auto\n")
    (folder / "contacts").write_text("")
    modules = "module stdio.so\nmodule g711.so\nmodule aubridge.so\nmodule account.so\n"
    (folder / "config").write_text(
        "module_path /usr/lib/baresip/modules\n"
        f"sip_listen 127.0.0.1:{port}\n{modules}"
        "module_app contact.so\nmodule_app menu.so\n"
        "audio_source aubridge,a\naudio_player aubridge,a\naudio_alert aubridge,b\n"
    )
    keyboard, terminal = pty.openpty()  # its user interface wants a terminal
    process = await asyncio.create_subprocess_exec(
        "baresip",
        *("-4", "-f", str(folder), "-t", "60"),
        stdin=terminal,
        stdout=asyncio.subprocess.DEVNULL,
        stderr=asyncio.subprocess.DEVNULL,
    )
    os.close(terminal)
    try:
        await listening(port, "udp")
        yield lambda text: os.write(keyboard, f"{text}\n".encode()) and None
    finally:
        process.terminate()
        await process.wait()
        os.close(keyboard)


@pytest.mark.parametrize("transport", ["udp", "tcp"])
async def test_we_call_a_phone(tmp_path: Path, transport: str) -> None:
    port = free_port(udp=True)
    async with baresip(tmp_path, port), AsyncUserAgent("sip:alice@127.0.0.1") as alice:
        call = await alice.invite(f"sip:phone@127.0.0.1:{port};transport={transport}", OFFER)
        assert 180 in call.statuses
        await call.modify(HELD)
        assert b"a=recvonly" in call.remote_description
        await call.press("5")
        await call.hang_up()


async def test_a_phone_calls_us(tmp_path: Path) -> None:
    port = free_port(udp=True)
    async with baresip(tmp_path, port) as type_in, AsyncUserAgent("sip:bob@127.0.0.1") as bob:
        type_in(f"/dial sip:bob@127.0.0.1:{bob.port}")
        came = await bob.next_call()
        assert came.peer == "sip:phone@127.0.0.1"
        came.ring(183, ANSWER)
        await came.accept(ANSWER)
        type_in("/hold")
        await until(lambda: b"a=sendonly" in came.remote_description)
        type_in("/hangup")
        assert (await came.ended()).by_peer
