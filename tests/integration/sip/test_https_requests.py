"""What the PBX asks of other servers by HTTPS: pushes, and the certificates of callers."""

from __future__ import annotations

import asyncio
import ssl
import threading
import time
from typing import TYPE_CHECKING

import pytest

from pbxcore.directory import Directory, Snapshot
from pbxcore.domain_settings import DomainSettings, Stir
from pbxcore.net.pushing import Pushing
from pbxcore.net.vouching import NetVouching
from pbxcore.presence.push import Push
from pbxcore.stir.verdict import CallToVerify
from tests.support.authority import Authority
from tests.support.messaging import eventually
from tests.support.shaken import SigningService

if TYPE_CHECKING:
    from collections.abc import AsyncIterator
    from pathlib import Path

    from pbxcore.stir.verdict import Verdict


@pytest.fixture
async def service(tmp_path: Path) -> AsyncIterator[SigningService]:
    async with SigningService(Authority(tmp_path)) as made:
        yield made


@pytest.fixture
def contexts(monkeypatch: pytest.MonkeyPatch) -> list[threading.Thread]:
    """The threads in which the system's certificates were read."""
    made: list[threading.Thread] = []
    create = ssl.create_default_context

    def noted() -> ssl.SSLContext:
        made.append(threading.current_thread())
        return create()

    monkeypatch.setattr(ssl, "create_default_context", noted)
    return made


def house(tmp_path: Path, **fields: object) -> Directory:
    pem = (tmp_path / "authority.pem").read_text()
    return Directory(Snapshot(1, DomainSettings(tls_trusted=pem, **fields), ()))  # type: ignore[arg-type]


async def verdict(vouching: NetVouching, service: SigningService, **more: int) -> Verdict:
    line = service.identity("5551234", "8001", **more).removeprefix(b"Identity: ")
    told: asyncio.Future[Verdict] = asyncio.get_running_loop().create_future()
    vouching.verify(CallToVerify((line,), "5551234", "8001"), told.set_result)
    return await told


async def test_certificates_are_read_once_and_never_by_the_loop(
    service: SigningService, tmp_path: Path, contexts: list[threading.Thread]
) -> None:
    stir = Stir(certificate_url=service.x5u, trusted=service.sti.root)
    vouching = NetVouching(house(tmp_path, stir=stir), time.time)
    found = [await verdict(vouching, service) for _ in range(2)]
    assert [each.status for each in found] == [0, 0]
    assert service.fetched == 1
    assert len(contexts) == 1
    assert threading.main_thread() not in contexts


async def test_a_caller_cannot_make_us_ask_our_own_network(
    service: SigningService, tmp_path: Path
) -> None:
    stir = Stir(trusted=service.sti.root)
    vouching = NetVouching(house(tmp_path, stir=stir), time.time)
    assert (await verdict(vouching, service)).status == 436
    assert service.hosts == []


async def test_what_was_not_to_be_had_is_asked_for_again_a_minute_later(
    service: SigningService, tmp_path: Path
) -> None:
    stir = Stir(certificate_url=service.x5u, trusted=service.sti.root)
    now = time.time()
    vouching = NetVouching(house(tmp_path, stir=stir), lambda: now)
    service.gone = True
    assert [(await verdict(vouching, service)).status for _ in range(3)] == [436] * 3
    assert service.fetched == 1
    service.gone = False
    now += 61
    assert (await verdict(vouching, service, iat=int(now))).status == 0
    assert service.fetched == 2


async def test_nothing_more_is_asked_for_once_a_certificate_was_not_to_be_had(
    service: SigningService, tmp_path: Path
) -> None:
    stir = Stir(certificate_url=service.x5u, trusted=service.sti.root)
    vouching = NetVouching(house(tmp_path, stir=stir), time.time)
    lines = [service.identity("5551234", "8001", at=f"{service.url}/first.pem")]
    lines.append(service.diverted("5551234", "8001", "8002", at=f"{service.url}/second.pem"))
    identities = tuple(each.removeprefix(b"Identity: ") for each in lines)
    told: asyncio.Future[Verdict] = asyncio.get_running_loop().create_future()
    vouching.verify(CallToVerify(identities, "5551234", "8002"), told.set_result)
    assert (await told).status == 436
    assert service.fetched == 1


async def test_a_phone_is_pushed_once_at_a_time(
    tmp_path: Path, contexts: list[threading.Thread]
) -> None:
    files = Authority(tmp_path).issue("localhost")
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(files.certificate, files.key)
    told: list[bytes] = []
    go = asyncio.Event()

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        told.append(await reader.readuntil(b"\r\n\r\n"))
        await go.wait()
        writer.write(b"HTTP/1.1 204 No Content\r\n\r\n")
        await writer.drain()
        writer.close()

    server = await asyncio.start_server(serve, "127.0.0.1", 0, ssl=context)
    url = f"https://localhost:{server.sockets[0].getsockname()[1]}/wake"
    pushing = Pushing(house(tmp_path, push_gateway=url))
    contexts.clear()
    first, second = Push("webpush", "", "1"), Push("webpush", "", "2")
    for push in first, first, second:
        pushing.send(push, "1001")
    await eventually(lambda: len(told) == 2)
    go.set()
    await eventually(lambda: not len(pushing))
    pushing.send(first, "1001")
    await eventually(lambda: len(told) == 3)
    await eventually(lambda: not len(pushing))
    assert len(contexts) == 1
    assert threading.main_thread() not in contexts
    server.close()
