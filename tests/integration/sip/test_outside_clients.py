"""Other people's programs as clients of a running server: baresip, linphonec, sipsak, SIPp.

Each registers, writes and is written to, watches and is told; some stand behind Kamailio.
"""

from __future__ import annotations

import asyncio
import json
import subprocess
from contextlib import ExitStack, asynccontextmanager
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from pbxcore.presence.packages.presence import read_pidf
from tests.support.baresip import Baresip
from tests.support.kamailio import edge
from tests.support.linphone import Linphone
from tests.support.program import Program
from tests.support.server import Server, free_port, wait_until
from tests.support.watcher import Watcher

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Iterable, Iterator

SCENARIOS = Path(__file__).parents[2] / "support" / "sipp"
PHONES = {"udp": "1001", "tcp": "1002", "tls": "1003"}
"""Whose phone comes over which transport: all at once, for each waits for the second NOTIFY of
a presence, which comes five seconds after the first (RFC 3856 §6.10)."""


@pytest.fixture(scope="module")
def server() -> Iterator[Server]:
    with Server() as running:
        yield running
        assert "Traceback" not in running.log


@pytest.fixture(scope="module")
def admin(server: Server) -> Program:
    return Program(server.url, "admin", "Demo-admin!")


@asynccontextmanager
async def desk(server: Server, watched: Iterable[str] = PHONES.values()) -> AsyncIterator[Watcher]:
    """A registered phone of 1000 that watches others."""
    async with Watcher("1000", "Sip-1000!", ("127.0.0.1", server.sip_port)) as phone:
        assert await phone.register() == 200
        for number in watched:
            answer, _ = await phone.subscribe("presence", number)
            assert answer.status == 200
        yield phone
        assert await phone.register(0) == 200


def baresip(folder: Path, server: Server, transport: str, account: str = "") -> Baresip:
    """A baresip that watches its mailbox and 1000, its current contact."""
    port = server.sips_port if transport == "tls" else server.sip_port
    watched = f'"Desk" <sip:1000@127.0.0.1:{port};transport={transport}>;presence=p2p\n'
    account = f";mwi=yes;pubint=600{account}"
    modules, number = ("presence", "mwi"), PHONES[transport]
    return Baresip(
        folder, server, number, transport, account=account, contacts=watched, modules=modules
    )


async def seen(phone: Watcher, count: int) -> None:
    """Wait until the phone has been told that all whom it watches are there."""

    def told() -> bool:
        latest = {each.get("Call-ID"): each for each in phone.notices}
        bodies = [each.body for each in latest.values() if each.get("Event") == "presence"]
        return len(bodies) == count and all(read_pidf(each.encode()).open for each in bodies)

    await phone.until(told)


async def phones_of(admin: Program, number: str, count: int) -> None:
    """Wait until the product knows that many phones of an extension."""

    def there() -> bool:
        items = admin.get("/v1/contacts").json()["items"]
        return bool({each["number"]: each["phones"] for each in items}[number] == count)

    await asyncio.to_thread(wait_until, there, 15, f"{count} phones of {number}")


async def test_baresip_writes_watches_and_publishes(
    server: Server, admin: Program, tmp_path: Path
) -> None:
    async with desk(server) as other:
        with ExitStack() as running:
            phones = {
                each: running.enter_context(baresip(tmp_path / each, server, each))
                for each in PHONES
            }
            for transport, phone in phones.items():
                await asyncio.to_thread(phone.shows, "registered successfully")
                await asyncio.to_thread(phone.shows, "Voice-Message: 0/0 (0/0)")
                await asyncio.to_thread(phone.shows, "<sip:1000@127.0.0.1")
                phone.enters(f"/message Grüße von baresip über {transport}")
            texts = await other.receive(len(phones))
            assert set(texts) == {f"Grüße von baresip über {each}" for each in phones}
            for transport, phone in phones.items():
                assert await other.send(PHONES[transport], "Hallo zurück") == 200
                await asyncio.to_thread(phone.shows, ': "Hallo zurück"')
                phone.enters(f"/options sip:127.0.0.1:{server.sip_port}")
                await asyncio.to_thread(phone.shows, "Allow-Events: message-summary")
            await seen(other, len(phones))
    for number in PHONES.values():
        await phones_of(admin, number, 0)


async def test_baresip_is_reached_and_told_after_a_crash_of_the_pbx(
    server: Server, tmp_path: Path
) -> None:
    async with desk(server) as other:
        with ExitStack() as running:
            phones = {
                each: running.enter_context(baresip(tmp_path / each, server, each))
                for each in ("udp", "tcp")
            }
            for phone in phones.values():
                await asyncio.to_thread(phone.shows, "Voice-Message: 0/0 (0/0)")
            heard = {each: phones[each].printed.count("Messages-Waiting: ") for each in phones}
            await asyncio.sleep(0.3)  # what has been acknowledged is on disk a little later
            server.kill9("pbx")
            server.wait_ready()
            for transport, phone in phones.items():
                assert await other.send(PHONES[transport], "Still there?") == 200
                await asyncio.to_thread(phone.shows, ': "Still there?"')
                await asyncio.to_thread(
                    wait_until,
                    lambda phone=phone, before=heard[transport]: (
                        phone.printed.count("Messages-Waiting: ") > before
                    ),
                    15,
                    f"another NOTIFY over {transport}",
                )


async def test_linphonec_writes_watches_and_publishes(
    server: Server, admin: Program, tmp_path: Path
) -> None:
    async with desk(server) as other:
        with ExitStack() as running:
            phones = {
                each: running.enter_context(
                    Linphone(tmp_path / each, server, number, each, watches="1000")
                )
                for each, number in PHONES.items()
            }
            for transport, phone in phones.items():
                await asyncio.to_thread(phone.shows, 'Friend "Watched"', "is Online")
                phone.enters(f"chat sip:1000@{phone.domain} Grüße von Linphone über {transport}")
            texts = await other.receive(len(phones))
            assert set(texts) == {f"Grüße von Linphone über {each}" for each in phones}
            for transport, phone in phones.items():
                assert await other.send(PHONES[transport], "Hallo zurück") == 200
                await asyncio.to_thread(phone.shows, "Message received from", "Hallo zurück")
            await seen(other, len(phones))
    for number in PHONES.values():
        await phones_of(admin, number, 0)


@pytest.mark.parametrize("transport", ["udp", "tcp", "tls"])
async def test_sipsak_gets_answers_and_registers(
    server: Server, admin: Program, transport: str
) -> None:
    port = server.sips_port if transport == "tls" else server.sip_port
    trust = ("--tls-ignore-cert-failure",) if transport == "tls" else ()

    async def sipsak(*arguments: str) -> str:
        asked = await asyncio.create_subprocess_exec(
            *("sipsak", "-v", "-E", transport, *trust, *arguments), stdout=subprocess.PIPE
        )
        printed, _ = await asyncio.wait_for(asked.communicate(), 30)
        assert asked.returncode == 0, printed
        return printed.decode(errors="replace")

    assert "SIP/2.0 200 OK" in await sipsak("-s", f"sip:127.0.0.1:{port}")
    for expires, count in (("60", 1), ("0", 0)):
        contact = ("-U", "-C", "sip:1002@127.0.0.1:9", "-x", expires)
        await sipsak(*contact, "-a", "Sip-1002!", "-u", "1002", "-s", f"sip:1002@127.0.0.1:{port}")
        await phones_of(admin, "1002", count)


@pytest.mark.parametrize("transport", ["u1", "t1"])
@pytest.mark.parametrize("event", ["message-summary", "presence", "dialog", "reg"])
async def test_sipp_watches(server: Server, tmp_path: Path, transport: str, event: str) -> None:
    watched = "1003" if event in ("message-summary", "reg") else "1001"
    await sipp(
        *(
            "watch.xml",
            "-m",
            "1",
            "-t",
            transport,
            "-key",
            "watched",
            watched,
            "-key",
            "event",
            event,
        ),
        f"127.0.0.1:{server.sip_port}",
        folder=tmp_path,
    )


@pytest.mark.parametrize("transport", ["u1", "t1"])
async def test_sipp_registers_takes_a_text_and_writes_one(
    server: Server, tmp_path: Path, transport: str
) -> None:
    port = str(free_port(udp=True))
    by = ("-t", transport)
    takes = sipp("take_message.xml", *by, "-p", port, "-m", "9", folder=tmp_path)
    sink = asyncio.ensure_future(takes)
    async with Watcher("1000", "Sip-1000!", ("127.0.0.1", server.sip_port)) as phone:
        assert await phone.register() == 200
        here = f"127.0.0.1:{server.sip_port}"
        await sipp("register.xml", *by, "-m", "1", "-key", "sink", port, here, folder=tmp_path)
        await sipp("write.xml", *by, "-m", "1", here, folder=tmp_path)
        assert await phone.receive(1) == ["from SIPp"]
        assert await phone.send("1003", "to SIPp") == 200
        sink.cancel()
        await asyncio.wait([sink])
        assert await phone.register(0) == 200


async def sipp(scenario: str, *arguments: str, folder: Path) -> None:
    """Run a scenario as 1003."""
    running = await asyncio.create_subprocess_exec(
        *("sipp", "-sf", str(SCENARIOS / scenario), "-timeout", "30"),
        *("-i", "127.0.0.1", "-nostdin", "-trace_err", "-s", "1003"),
        *("-au", "1003", "-ap", "Sip-1003!", *arguments),
        cwd=folder,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    try:
        status = await asyncio.wait_for(running.wait(), 40)
    finally:
        if running.returncode is None:
            running.kill()
            await running.wait()
    assert status == 0, [each.read_text() for each in folder.glob("*_errors.log")]  # noqa: ASYNC240


async def test_all_goes_through_a_proxy_that_stays_in_the_way(
    server: Server, admin: Program, tmp_path: Path
) -> None:
    transports = ("udp", "tcp")
    numbers = [PHONES[each] for each in transports]
    async with edge(server.sip_port) as proxy, desk(server, numbers) as other:
        with ExitStack() as running:
            phones = {}
            for each in transports:
                way = f';outbound="sip:127.0.0.1:{proxy.port};transport={each}"'
                phones[each] = running.enter_context(baresip(tmp_path / each, server, each, way))
            for transport, phone in phones.items():
                await asyncio.to_thread(phone.shows, "Voice-Message: 0/0 (0/0)")
                phone.enters(f"/message by a proxy over {transport}")
            texts = await other.receive(len(phones))
            assert set(texts) == {f"by a proxy over {each}" for each in phones}
            for transport, phone in phones.items():
                assert await other.send(PHONES[transport], "and back") == 200
                await asyncio.to_thread(phone.shows, ': "and back"')
            await seen(other, len(phones))
            methods = ("REGISTER", "SUBSCRIBE", "PUBLISH", "MESSAGE")
            for number in numbers:
                passed = [f"passed on: {each} from {number} to" for each in methods]
                passed += [
                    f"passed on: {each} from 1000 to {number}" for each in ("NOTIFY", "MESSAGE")
                ]
                for line in passed:
                    await asyncio.to_thread(
                        wait_until, lambda line=line: line in proxy.log, 15, line
                    )
    for number in numbers:
        await phones_of(admin, number, 0)


def test_nothing_was_wrong(server: Server) -> None:
    lines = [json.loads(each) for each in server.log.splitlines() if each.startswith("{")]
    wrong = [each for each in lines if each["level"] in ("error", "critical")]
    assert [each for each in wrong if each["part"] != "supervisor"] == []  # that is the crash
