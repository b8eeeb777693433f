"""Trunks with Kamailio as the provider."""

from __future__ import annotations

import asyncio
import re
from typing import TYPE_CHECKING, Any

import pytest
from msgspec import structs

from pbxcore.commands import ListTrunks, TrunkStanding, TrunkStandings
from pbxcore.directory import (
    Directory,
    Extension,
    SettingsChanged,
    Snapshot,
    Trunk,
    TrunkPut,
    TrunkRemoved,
)
from pbxcore.domain_settings import DomainSettings
from pbxcore.journal import BindingAdded, TrunkChanged
from tests.integration.sip.conftest import House
from tests.support.authority import Authority
from tests.support.kamailio import Kamailio, kamailio
from tests.support.name_server import name_server

if TYPE_CHECKING:
    from collections.abc import AsyncIterator
    from pathlib import Path

SECRET = "secret"  # noqa: S105
ODD_NAME = "user-1_a!b$c&d+e~f"


def trunk(server: Kamailio, transport: str = "udp", **more: Any) -> Trunk:
    usual = Trunk(
        "t1",
        "Provider",
        "127.0.0.1",
        server.port,
        transport,
        registers=True,
        username="user",
        auth_id=ODD_NAME,
        password=SECRET,
        number="555-1000",
        expiry_s=60,
    )
    return structs.replace(usual, **more)


@pytest.fixture
async def house() -> AsyncIterator[House]:
    running = House(Directory(Snapshot(1, DomainSettings(domains=("pbx.test",)), ())))
    await running.start()
    yield running
    await running.stop()


async def standing(
    house: House, state: str, within_s: float = 10.0, server: str = ""
) -> TrunkStanding:
    """How the one trunk stands, once it stands like this."""
    async with asyncio.timeout(within_s):
        while True:
            reply = await house.pbx.handle(ListTrunks())
            assert isinstance(reply, TrunkStandings)
            for each in reply.trunks:
                if each.state == state and server in each.server:
                    return each
            told = len(house.facts)
            await house.until(lambda told=told: len(house.facts) > told)  # type: ignore[misc]


async def asked_through(server: Kamailio, user: str) -> bytes:
    """The answer to an OPTIONS that the provider passes on to whoever registered as this user."""
    heard: asyncio.Future[bytes] = asyncio.get_running_loop().create_future()

    class Caller(asyncio.DatagramProtocol):
        def datagram_received(self, data: bytes, address: object) -> None:
            if not data.startswith(b"SIP/2.0 1") and not heard.done():
                heard.set_result(data)

    out, _ = await asyncio.get_running_loop().create_datagram_endpoint(
        Caller, local_addr=("127.0.0.1", 0), remote_addr=("127.0.0.1", server.port)
    )
    port = out.get_extra_info("sockname")[1]
    out.sendto(
        (
            f"OPTIONS sip:{user}@provider.test SIP/2.0\r\n"
            f"Via: SIP/2.0/UDP 127.0.0.1:{port};branch=z9hG4bKx{port};rport\r\n"
            f"Max-Forwards: 9\r\nFrom: <sip:x@y>;tag=1\r\nTo: <sip:{user}@provider.test>\r\n"
            f"Call-ID: {port}\r\nCSeq: 1 OPTIONS\r\nContent-Length: 0\r\n\r\n"
        ).encode()
    )
    try:
        async with asyncio.timeout(10):
            return await heard
    finally:
        out.close()


async def gone(server: Kamailio, user: str) -> None:
    """The provider does not know this user any more."""
    async with asyncio.timeout(5):
        while True:
            if (await asked_through(server, user)).startswith(b"SIP/2.0 404 "):
                return
            await asyncio.sleep(0.05)


@pytest.mark.parametrize("transport", ["udp", "tcp"])
@pytest.mark.parametrize("qop", [True, False])
@pytest.mark.parametrize("algorithm", ["MD5", "SHA-256"])
async def test_provider_registers_us_and_reaches_us(
    house: House, transport: str, algorithm: str, qop: bool
) -> None:
    async with kamailio(algorithm=algorithm, qop=qop) as provider:
        await house.apply(TrunkPut(trunk(provider, transport)))
        found = await standing(house, "registered")
        assert (found.status, found.server) == (200, f"127.0.0.1:{provider.port}")
        assert found.round_trip_ms is not None
        assert 50 <= (found.registered_for_s or 0) <= 60
        assert f"signed in: {ODD_NAME} as 555-1000 from {transport}" in provider.log
        answer = await asked_through(provider, "555-1000")
        assert answer.startswith(b"SIP/2.0 200 ")
        await house.apply(TrunkRemoved("t1"))
        await gone(provider, "555-1000")
    assert [each.state for each in house.facts if isinstance(each, TrunkChanged)] == [
        "trying",
        "registered",
        "off",
    ]


async def test_wrong_password_is_rejected_and_the_right_one_helps_at_once(house: House) -> None:
    async with kamailio() as provider:
        await house.apply(TrunkPut(trunk(provider, password=SECRET.upper())))
        assert (await standing(house, "rejected")).status == 401
        await house.apply(TrunkPut(trunk(provider)))
        await standing(house, "registered")


async def test_expiry_that_is_too_short_for_the_registrar_is_raised(house: House) -> None:
    async with kamailio(shortest_s=900) as provider:
        await house.apply(TrunkPut(trunk(provider)))
        found = await standing(house, "registered")
        assert (found.registered_for_s or 0) > 800


async def test_signs_of_life_are_asked_for(house: House) -> None:
    async with kamailio() as provider:
        peer = Trunk("p", "Peer", "127.0.0.1", provider.port, "tcp", keep_alive_s=1)
        await house.apply(TrunkPut(peer))
        found = await standing(house, "reachable")
        assert found.round_trip_ms is not None
        await provider.kill()
        await standing(house, "unreachable")


async def test_next_server_of_the_domain_takes_over_when_one_dies(house: House) -> None:
    async with kamailio() as first, kamailio() as second:
        zone = {
            ("NAPTR", "provider.test."): ['10 10 "s" "SIP+D2T" "" _sip._tcp.provider.test.'],
            ("SRV", "_sip._tcp.provider.test."): [
                f"0 1 {first.port} a.provider.test.",
                f"1 1 {second.port} a.provider.test.",
            ],
            ("A", "a.provider.test."): ["127.0.0.1"],
        }
        async with name_server(zone) as names:
            settings = DomainSettings(
                domains=("pbx.test",), name_servers=(f"127.0.0.1:{names.port}",)
            )
            provider = Trunk(
                "t1", "Provider", "provider.test", 0, "auto", registers=True, username="user",
                password=SECRET, number="555-1000", expiry_s=60, keep_alive_s=1,
            )  # fmt: skip
            await house.apply(SettingsChanged(settings), TrunkPut(provider))
            await standing(house, "registered", server=f":{first.port}")
            await first.kill()
            await standing(house, "registered", server=f":{second.port}")
            assert "from tcp" in second.log
            assert (await asked_through(second, "555-1000")).startswith(b"SIP/2.0 200 ")


async def test_outbound_proxy_passes_us_on_to_the_registrar(house: House) -> None:
    async with kamailio() as registrar, kamailio() as proxy:
        proxied = trunk(registrar, outbound_proxy=f"sip:127.0.0.1:{proxy.port};transport=tcp")
        await house.apply(TrunkPut(proxied))
        found = await standing(house, "registered")
        assert found.server == f"127.0.0.1:{proxy.port}"
        assert proxy.log.count(f"passed on: REGISTER to 127.0.0.1:{registrar.port}") == 2
        assert f"signed in: {ODD_NAME} as 555-1000 from udp" in registrar.log
        assert (await asked_through(registrar, "555-1000")).startswith(b"SIP/2.0 200 ")


async def test_outbound_proxy_is_the_route(house: House) -> None:
    async with kamailio() as provider:
        proxied = Trunk(
            "t1", "Provider", "provider.test", 0, "udp", registers=True, username="user",
            password=SECRET, outbound_proxy=f"127.0.0.1:{provider.port}",
        )  # fmt: skip
        await house.apply(TrunkPut(proxied))
        await standing(house, "registered")
        assert re.search(rf"route: <sip:127.0.0.1:{provider.port};lr>", provider.log)


@pytest.mark.parametrize(
    ("certified", "state"), [("provider.test", "registered"), ("other.test", "unreachable")]
)
async def test_over_tls_the_provider_must_be_who_was_configured(
    tmp_path: Path, certified: str, state: str
) -> None:
    authority = Authority(tmp_path)
    theirs = DomainSettings(domains=("provider.test",))
    account = Extension("5551000", "Trunk", SECRET)
    ours = DomainSettings(domains=("pbx.test",), tls_trusted=authority.pem)
    provider = House(Directory(Snapshot(1, theirs, (account,))))
    house = House(Directory(Snapshot(1, ours, ())))
    provider.certificates = [authority.issue(certified)]
    house.certificates = [authority.issue("pbx.test")]
    await provider.start()
    await house.start()
    zone = {
        ("SRV", "_sips._tcp.provider.test."): [f"0 1 {provider.tls_port} a.provider.test."],
        ("A", "a.provider.test."): ["127.0.0.1"],
    }
    try:
        async with name_server(zone) as names:
            named = structs.replace(ours, name_servers=(f"127.0.0.1:{names.port}",))
            secure = Trunk(
                "t1", "Provider", "provider.test", 0, "tls", registers=True, username="5551000",
                password=SECRET,
            )  # fmt: skip
            await house.apply(SettingsChanged(named), TrunkPut(secure))
            await standing(house, state)
    finally:
        await house.stop()
        await provider.stop()
    added = [each for each in provider.facts if isinstance(each, BindingAdded)]
    found = [(each.number, each.transport) for each in added]
    assert found == ([("5551000", "tls")] if state == "registered" else [])
