"""A thousand calls that nobody ends as one should: no leg, no port and no open record is left.

One side vanishes, both fall silent, no BYE is answered, connections are cut.
"""

from __future__ import annotations

import re
import subprocess
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

import pytest

from tests.integration.calls.test_sipp_calls import SCENARIOS
from tests.support.baresip import DYING_WITH_US
from tests.support.mailboxes import without_mailboxes
from tests.support.phone import Phone
from tests.support.program import Program
from tests.support.server import Server, free_port, wait_until
from tests.support.ucm import settled

if TYPE_CHECKING:
    from collections.abc import Iterator

pytestmark = [pytest.mark.soak, pytest.mark.timeout(900)]
COUNT = 250
"""Calls of each way to end."""
WITHIN_S = 240


class Way(NamedTuple):
    """How calls end.

    Attributes:
        callee: the scenario of who answers them.
        transport: as SIPp names it.
        silence_s: after how much of it the PBX gives up.
        talk_s: after that the caller hangs up.
        killed: whether the caller is killed once all calls are up.
    """

    callee: str
    transport: str = "u1"
    silence_s: int = 60
    talk_s: int = 600
    killed: bool = False


WAYS = {
    "silence": Way("call_uas.xml", silence_s=4),
    "vanished": Way("deaf_uas.xml", silence_s=100, killed=True),
    "lost BYE": Way("deaf_uas.xml", talk_s=2),
    "cut TCP": Way("call_uas.xml", transport="t1", silence_s=100, killed=True),
}


@pytest.fixture(scope="module")
def roomy() -> Iterator[Server]:
    """A server with ports for all calls at once."""
    low = free_port() & ~1
    with Server("--rtp", f"{low}-{low + 4 * COUNT + 199}") as running:
        without_mailboxes(running)
        yield running


@contextmanager
def sipp(scenario: str, folder: Path, *arguments: str) -> Iterator[subprocess.Popen[bytes]]:
    command = (
        *(*DYING_WITH_US, "sipp", "-sf", str(SCENARIOS / scenario), "-nostdin"),
        *("-i", "127.0.0.1", "-mi", "127.0.0.1", *arguments),
    )
    with subprocess.Popen(
        command, cwd=folder, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
    ) as process:
        try:
            yield process
        finally:
            process.kill()


def figures(server: Server) -> list[float]:
    """Calls of the PBX, and streams as it and as its media worker count them."""
    printed = server.get("/metrics").body.decode()
    found = re.findall(r'name="(?:sip_calls|media_streams)",part="\w+"} (\S+)', printed)
    return [float(each) for each in found]


def records(admin: Program) -> list[dict[str, Any]]:
    return list(admin.get("/v1/calls?limit=500").json()["items"])


def sockets(pid: int) -> int:
    """How many sockets a process has open."""
    links = (str(each.readlink()) for each in Path(f"/proc/{pid}/fd").iterdir())
    return sum(each.startswith("socket:") for each in links)


@pytest.mark.parametrize("way", WAYS.values(), ids=WAYS)
async def test_nothing_is_left_of_calls(roomy: Server, tmp_path: Path, way: Way) -> None:
    admin = Program(roomy.url, "admin", "Demo-admin!")
    silence = {"values": {"rtp_timeout_s": way.silence_s}}
    assert admin.patch("/v1/settings/media", silence).status == 200
    settled(roomy, admin)
    known = {each["id"] for each in records(admin)}
    held = sockets(roomy.pid("media"))
    uas, uac = free_port(udp=True), free_port(udp=True)
    async with Phone("1001", "Sip-1001!", ("127.0.0.1", roomy.sip_port)) as registering:
        contact = f"Contact: <sip:1001@127.0.0.1:{uas}>\r\nExpires: 600\r\n"
        assert await registering.authorised("REGISTER", "sip:127.0.0.1", "1001", contact) == 200

    def all_talk() -> bool:
        live = admin.get("/v1/calls/live").json()["items"]
        return sum(each["answered_at"] is not None for each in live) >= COUNT

    def ended() -> bool:
        return len({each["id"] for each in records(admin)} - known) >= COUNT

    with ExitStack() as stack:
        stack.enter_context(sipp(way.callee, tmp_path, "-p", str(uas)))
        caller = stack.enter_context(
            sipp(
                "call_uac_digest.xml", tmp_path, "-p", str(uac), "-t", way.transport,
                *("-s", "1000", "-key", "callee", "1001", "-au", "1000", "-ap", "Sip-1000!"),
                *("-r", "25", "-m", str(COUNT), "-d", str(1000 * way.talk_s)),
                f"127.0.0.1:{roomy.sip_port}",
            )
        )  # fmt: skip
        if way.killed:
            wait_until(all_talk, WITHIN_S, "all calls at once")
            caller.kill()
        wait_until(ended, WITHIN_S, "the end of all calls")
        new = [each for each in records(admin) if each["id"] not in known]
        assert {each["disposition"] for each in new} == {"answered"}
        wait_until(lambda: figures(roomy) == [0.0, 0.0, 0.0], WITHIN_S, "no call and no stream")
    assert admin.get("/v1/calls/live").json()["items"] == []
    assert sockets(roomy.pid("media")) == held


def test_a_restart_finds_no_call_open(roomy: Server) -> None:
    """What the journal held of them is closed."""
    roomy.kill9()
    roomy.start()
    admin = Program(roomy.url, "admin", "Demo-admin!")
    assert "restart" not in {each["reason"] for each in records(admin)}
