"""The public user agent on real sockets: with itself, and with SIPp at the other end."""

from __future__ import annotations

import asyncio
import re
import shutil
from contextlib import asynccontextmanager
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from pbxcore.net.hearing import Refused
from pbxcore.net.user_agent import AsyncUserAgent
from tests.support.server import free_port

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Callable

    from pbxcore.sip.agent.references import Referral


SCENARIOS = Path(__file__).parents[2] / "support" / "sipp"
OFFER = b"v=0\r\no=- 1 1 IN IP4 127.0.0.1\r\ns=-\r\nt=0 0\r\nm=audio 4000 RTP/AVP 0\r\n"
ANSWER = OFFER.replace(b"4000", b"5000")
HELD = OFFER + b"a=sendonly\r\n"
needs_sipp = pytest.mark.skipif(shutil.which("sipp") is None, reason="SIPp is not installed")


@pytest.fixture
async def alice() -> AsyncIterator[AsyncUserAgent]:
    async with AsyncUserAgent("sip:alice@127.0.0.1") as agent:
        yield agent


@pytest.fixture
async def bob() -> AsyncIterator[AsyncUserAgent]:
    async with AsyncUserAgent("sip:bob@127.0.0.1") as agent:
        yield agent


def uri(agent: AsyncUserAgent, transport: str = "udp") -> str:
    return f"sip:bob@127.0.0.1:{agent.port};transport={transport}"


@pytest.mark.parametrize("transport", ["udp", "tcp"])
async def test_call_from_ringing_to_the_end(
    alice: AsyncUserAgent, bob: AsyncUserAgent, transport: str
) -> None:
    call = alice.call(uri(bob, transport), OFFER)
    came = await bob.next_call()
    assert came.peer == "sip:alice@127.0.0.1"
    assert came.remote_description == OFFER
    came.ring()
    await came.accept(ANSWER)
    await call.answered()
    assert 180 in call.statuses
    assert call.remote_description == ANSWER
    await call.modify(HELD)
    assert came.remote_description == HELD
    await call.press("5")
    assert (await came.pressed()).key == "5"
    await came.hang_up()
    assert (await call.ended()).by_peer


async def test_nothing_is_waited_for_once_a_call_is_over(
    alice: AsyncUserAgent, bob: AsyncUserAgent
) -> None:
    call = alice.call(uri(bob), OFFER)
    came = await bob.next_call()
    await came.accept(ANSWER)
    await call.answered()
    await came.hang_up()
    await call.ended()
    for late in call.modify(HELD), call.press("5"), call.refer(uri(bob)):
        with pytest.raises(Refused) as refused:
            await late
        assert refused.value.status == 481


async def test_refused_and_cancelled(alice: AsyncUserAgent, bob: AsyncUserAgent) -> None:
    call = alice.call(uri(bob), OFFER)
    (await bob.next_call()).refuse(486)
    with pytest.raises(Refused) as refused:
        await call.answered()
    assert refused.value.status == 486
    waiting = asyncio.get_running_loop().create_task(alice.invite(uri(bob), OFFER))
    came = await bob.next_call()
    came.ring()
    waiting.cancel()
    ending = await came.ended()
    assert (ending.status, ending.by_peer) == (487, True)


@pytest.mark.parametrize("attended", [False, True], ids=["blind", "attended"])
async def test_transfer(alice: AsyncUserAgent, bob: AsyncUserAgent, attended: bool) -> None:
    async with AsyncUserAgent("sip:carol@127.0.0.1") as carol, asyncio.TaskGroup() as group:
        call = alice.call(uri(bob), OFFER)
        came = await bob.next_call()

        def follow(referral: Referral) -> None:
            group.create_task(bob.follow(referral, OFFER))

        came.on_referred(follow)
        await came.accept(ANSWER)
        await call.answered()
        consulted = alice.call(uri(carol), OFFER) if attended else None
        if consulted is not None:
            await (await carol.next_call()).accept(ANSWER)
            await consulted.answered()
        referring = group.create_task(call.refer(uri(carol), consulted))
        transferred = await carol.next_call()
        assert transferred.peer == "sip:bob@127.0.0.1"
        await transferred.accept(ANSWER)
        await referring
        if consulted is not None:
            assert (await consulted.ended()).by_peer
        await call.hang_up()
        await transferred.hang_up()


async def test_text_and_options(alice: AsyncUserAgent, bob: AsyncUserAgent) -> None:
    assert await alice.message(uri(bob), "Grüß Gott") == 200
    text = await bob.next_text()
    assert (text.sender, text.body.decode()) == ("sip:alice@127.0.0.1", "Grüß Gott")
    assert (await alice.request(b"OPTIONS", uri(bob))).status == 200
    with pytest.raises(Refused) as refused:
        await alice.request(b"PUBLISH", uri(bob))
    assert refused.value.status == 405


async def test_a_long_text_goes_over_tcp(alice: AsyncUserAgent, bob: AsyncUserAgent) -> None:
    text = "x" * 5000
    assert await alice.message(uri(bob).replace(";transport=udp", ""), text) == 200
    assert (await bob.next_text()).body == text.encode()


@asynccontextmanager
async def sipp(*arguments: str) -> AsyncIterator[asyncio.subprocess.Process]:
    """A running SIPp; it must end well."""
    process = await asyncio.create_subprocess_exec(
        "sipp",
        *arguments,
        "-i",
        "127.0.0.1",
        "-nostdin",
        "-timeout",
        "30s",
        "-timeout_error",
        stdout=asyncio.subprocess.DEVNULL,
        stderr=asyncio.subprocess.PIPE,
    )
    try:
        yield process
        _, errors = await process.communicate()
        assert process.returncode == 0, errors.decode()
    finally:
        if process.returncode is None:
            process.kill()
            await process.wait()


async def until(ready: Callable[[], object]) -> None:
    """Wait for what another process does, or what only a message of it tells."""
    async with asyncio.timeout(10):
        while not ready():  # noqa: ASYNC110 (nothing here could set an event)
            await asyncio.sleep(0.02)


async def listening(port: int, transport: str) -> None:
    """Wait until SIPp has bound its port."""
    table = Path(f"/proc/net/{transport}")
    needle = re.compile(rf":{port:04X} [0-9A-F]+:0000 ")
    await until(lambda: needle.search(table.read_text()))


@needs_sipp
@pytest.mark.parametrize("transport", ["udp", "tcp"])
@pytest.mark.parametrize("scenario", ["uas", "call_uas_100rel.xml"])
async def test_we_call_sipp(alice: AsyncUserAgent, transport: str, scenario: str) -> None:
    port = free_port(udp=True)
    known = ["-sn", scenario] if scenario == "uas" else ["-sf", str(SCENARIOS / scenario)]
    mode = "u1" if transport == "udp" else "t1"
    async with sipp(*known, "-t", mode, "-p", str(port), "-m", "1"):
        await listening(port, transport)
        call = await alice.invite(f"sip:bob@127.0.0.1:{port};transport={transport}", OFFER)
        assert b"m=audio" in call.remote_description
        if scenario != "uas":
            await until(lambda: b"sendonly" in call.remote_description)
        await call.hang_up()


@needs_sipp
@pytest.mark.parametrize("transport", ["udp", "tcp"])
@pytest.mark.parametrize("scenario", ["uac", "call_uac_100rel.xml"])
async def test_sipp_calls_us(bob: AsyncUserAgent, transport: str, scenario: str) -> None:
    known = ["-sn", scenario] if scenario == "uac" else ["-sf", str(SCENARIOS / scenario)]
    mode = "u1" if transport == "udp" else "t1"
    target = f"127.0.0.1:{bob.port}"
    async with sipp(*known, "-t", mode, "-m", "1", "-d", "100", target):
        came = await bob.next_call()
        came.ring(183, ANSWER)
        await came.accept(ANSWER)
        ending = await came.ended()
        assert ending.by_peer
        if scenario != "uac":
            assert b"sendonly" in came.remote_description
