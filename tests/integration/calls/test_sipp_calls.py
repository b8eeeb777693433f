"""SIPp calls SIPp through a running server, at a rate: none of the calls may fail."""

from __future__ import annotations

import asyncio
import re
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from tests.support.phone import Phone
from tests.support.server import free_port, wait_until

if TYPE_CHECKING:
    from tests.support.server import Server

SCENARIOS = Path(__file__).parents[2] / "support" / "sipp"


async def sipp(scenario: str, *arguments: str, folder: Path) -> int:
    """Run a scenario; 0 means that no call failed."""
    process = await asyncio.create_subprocess_exec(
        *("setpriv", "--pdeathsig", "KILL", "sipp", "-sf", str(SCENARIOS / scenario)),
        *("-nostdin", "-i", "127.0.0.1", "-mi", "127.0.0.1", "-timeout", "60", *arguments),
        cwd=folder,
        stdout=asyncio.subprocess.DEVNULL,
        stderr=asyncio.subprocess.DEVNULL,
    )
    return await process.wait()


@pytest.mark.parametrize("transport", ["u1", "t1"])
async def test_calls_at_a_rate_do_not_fail(server: Server, tmp_path: Path, transport: str) -> None:
    count = 25
    uas, uac = free_port(udp=True), free_port(udp=True)
    here = f"127.0.0.1:{server.sip_port}"
    async with Phone("1001", "Sip-1001!", ("127.0.0.1", server.sip_port)) as registering:
        contact = f"Contact: <sip:1001@127.0.0.1:{uas}>\r\nExpires: 300\r\n"
        assert await registering.authorised("REGISTER", "sip:127.0.0.1", "1001", contact) == 200
    callee = asyncio.create_task(
        sipp("call_uas.xml", "-p", str(uas), "-m", str(count), folder=tmp_path)
    )
    caller = sipp(
        "call_uac_digest.xml",
        *("-p", str(uac), "-t", transport, "-s", "1000", "-key", "callee", "1001"),
        *("-au", "1000", "-ap", "Sip-1000!", "-r", "5", "-m", str(count), "-d", "500", here),
        folder=tmp_path,
    )
    assert await caller == 0
    assert await callee == 0

    def none_left() -> bool:
        figures = server.get("/metrics").body.decode()
        found = re.findall(r'name="(?:sip_calls|media_streams)",part="\w+"} (\S+)', figures)
        assert len(found) == 3, figures
        return all(float(each) == 0 for each in found)

    await asyncio.to_thread(wait_until, none_left, 10, "the end of all calls")
