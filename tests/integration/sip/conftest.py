"""A PBX on free ports of loopback, in the test's own loop."""

from __future__ import annotations

import asyncio
import socket
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import msgspec
import pytest

from pbxcore.commands import ApplyDelta, MessageArrived, MessageStored
from pbxcore.directory import (
    Delta,
    Directory,
    Extension,
    SettingsChanged,
    Snapshot,
)
from pbxcore.domain_settings import DomainSettings
from pbxcore.journal import QueueTransition
from pbxcore.pbx import Audio, Ban, EventStores, Outlets, Pbx, StoredBinding, Stores
from tests.support.phone import Phone
from tests.support.ports import Ports
from tests.support.shelf import Shelf

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Callable

    from pbxcore.directory import Change
    from pbxcore.journal import Fact
    from pbxcore.pbx import ServerCertificate


@dataclass
class Memory:
    """Bindings that outlive a PBX, not the test."""

    held: dict[str, tuple[StoredBinding, ...]] = field(default_factory=dict)
    saved: Callable[[], None] = lambda: None

    def load(self) -> list[StoredBinding]:
        return [each for bindings in self.held.values() for each in bindings]

    def save(self, number: str, bindings: tuple[StoredBinding, ...]) -> None:
        self.held[number] = bindings
        self.saved()


@dataclass
class Banned:
    """Bans that outlive a PBX, not the test."""

    held: tuple[Ban, ...] = ()

    def load(self) -> tuple[Ban, ...]:
        return self.held

    def save(self, bans: tuple[Ban, ...]) -> None:
        self.held = bans


@dataclass
class Kept:
    """Values that outlive a PBX, not the test."""

    held: dict[str, Any] = field(default_factory=dict)

    def load(self) -> dict[str, Any]:
        return dict(self.held)

    def save(self, key: str, value: Any) -> None:
        if value is None:
            self.held.pop(key, None)
        else:
            self.held[key] = value


def bound(
    port: int = 0, host: str = "127.0.0.1"
) -> tuple[list[socket.socket], list[socket.socket], int]:
    """One UDP and one TCP socket on the same port; `::` takes IPv4 as well."""
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    while True:
        tcp = socket.create_server((host, port), family=family, dualstack_ipv6=host == "::")
        udp = socket.socket(family, socket.SOCK_DGRAM)
        try:
            if host == "::":
                udp.setsockopt(socket.IPPROTO_IPV6, socket.IPV6_V6ONLY, 0)
            udp.bind(tcp.getsockname())
        except OSError:  # somebody else's UDP socket has this port
            tcp.close()
            udp.close()
            continue
        return [udp], [tcp], tcp.getsockname()[1]


@dataclass
class House:
    """The PBX, what it told and what it stored."""

    directory: Directory
    memory: Memory = field(default_factory=Memory)
    banned: Banned = field(default_factory=Banned)
    events: EventStores = field(default_factory=lambda: EventStores(Kept(), Kept(), Kept()))
    shelf: Shelf = field(default_factory=Shelf)
    facts: list[Fact] = field(default_factory=list)
    arrived: list[MessageArrived] = field(default_factory=list)
    answer: MessageStored | Exception | None = field(default_factory=lambda: MessageStored(202))
    reached: asyncio.Event = field(default_factory=asyncio.Event)
    gate: asyncio.Event | None = None
    port: int = 0
    host: str = "127.0.0.1"
    certificates: list[ServerCertificate] = field(default_factory=list)
    tls_port: int = 0
    _moved: asyncio.Event = field(default_factory=asyncio.Event)

    async def start(self) -> None:
        self.memory.saved = self._moved.set
        self.pbx = Pbx(
            self.directory,
            Stores(self.memory, self.banned, self.events, voicemail=self.shelf),
            Outlets(self._record, self._arrived),
            Audio(Ports()),
        )
        udp, tcp, self.port = bound(self.port, self.host)
        tls = []
        if self.certificates:
            self.pbx.use_certificates(self.certificates)
            tls = [socket.create_server(("127.0.0.1", self.tls_port))]
            self.tls_port = tls[0].getsockname()[1]
        await self.pbx.start(udp, tcp, tls)

    async def stop(self) -> None:
        await self.pbx.stop(0.2)

    async def until(self, true: Callable[[], bool], within_s: float = 10) -> None:
        """Wait until what the PBX told and stored makes that true."""
        async with asyncio.timeout(within_s):
            while not true():
                self._moved.clear()
                await self._moved.wait()

    def _record(self, fact: Fact) -> None:
        if not isinstance(fact, QueueTransition):  # of queues nothing is asked here
            self.facts.append(fact)
        self._moved.set()

    async def change(self, **fields: Any) -> None:
        """Change some of the settings, as an administrator would."""
        settings = msgspec.structs.replace(self.directory.settings, **fields)
        await self.apply(SettingsChanged(settings))

    async def apply(self, *changes: Change) -> None:
        """Have the PBX told of changes of the directory."""
        await self.pbx.handle(ApplyDelta(Delta(self.directory.version + 1, changes)))

    def phone(self, number: str, knows: str = "") -> Phone:
        """A phone of one extension, not registered yet; `knows` is another password."""
        return Phone(number, knows or f"Sip-{number}!", ("127.0.0.1", self.port))

    async def _arrived(self, message: MessageArrived) -> MessageStored | None:
        self.arrived.append(message)
        self.reached.set()
        if self.gate is not None:
            await self.gate.wait()
        if isinstance(self.answer, Exception):
            raise self.answer
        return self.answer


class Peer(asyncio.DatagramProtocol):
    """A raw UDP socket towards the PBX."""

    out: asyncio.DatagramTransport

    def __init__(self) -> None:
        self._arrived: asyncio.Queue[bytes] = asyncio.Queue()

    def datagram_received(self, data: bytes, _: object) -> None:
        self._arrived.put_nowait(data)

    @property
    def port(self) -> int:
        port: int = self.out.get_extra_info("sockname")[1]
        return port

    def send(self, data: bytes) -> None:
        self.out.sendto(data)

    async def next(self, timeout_s: float = 5.0) -> bytes:
        async with asyncio.timeout(timeout_s):
            return await self._arrived.get()


def extension(number: str, max_contacts: int = 2) -> Extension:
    """One of the house."""
    return Extension(number, f'The "{number}"', f"Sip-{number}!", max_contacts)


@pytest.fixture
async def house() -> AsyncIterator[House]:
    settings = DomainSettings(domains=("pbx.test",))
    people = tuple(extension(number) for number in ("1000", "1001", "1002"))
    running = House(Directory(Snapshot(1, settings, people)))
    await running.start()
    yield running
    await running.stop()


@pytest.fixture
async def peer(house: House) -> AsyncIterator[Peer]:
    loop = asyncio.get_running_loop()
    out, running = await loop.create_datagram_endpoint(
        Peer, local_addr=("127.0.0.1", 0), remote_addr=("127.0.0.1", house.port)
    )
    running.out = out
    yield running
    out.close()
    await asyncio.sleep(0)
