"""A real PBX in this process, on a loopback UDP socket, with its journal on disk."""

from __future__ import annotations

import asyncio
import socket
from typing import TYPE_CHECKING

from engage.errors import Unavailable
from engage.identifiers import now_ms
from engage.telephony.journal_file import JournalWriter
from pbxcore.commands import JournalGrew, MessageArrived, MessageStored
from pbxcore.directory import Directory
from pbxcore.pbx import Outlets, Pbx, Stores

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Iterable
    from pathlib import Path

    from pbxcore.commands import Reply, Request
    from pbxcore.journal import Fact
    from pbxcore.pbx import StoredBinding


class Bindings:
    """Bindings that outlive the PBX, not the test."""

    def __init__(self) -> None:
        self.saved: dict[str, tuple[StoredBinding, ...]] = {}

    def load(self) -> Iterable[StoredBinding]:
        return [each for bindings in self.saved.values() for each in bindings]

    def save(self, number: str, bindings: tuple[StoredBinding, ...]) -> None:
        self.saved[number] = bindings


class Exchange:
    """The PBX and the link to it, as the web process has one."""

    def __init__(self, journal: Path) -> None:
        self.journal = journal
        self.connected = False
        self.requests: list[Request] = []
        self._told: list[Callable[[], Awaitable[None]]] = []
        self._grew: list[Callable[[JournalGrew], None]] = []
        self._arrived: Callable[[MessageArrived], Awaitable[MessageStored]] | None = None
        self._store = Bindings()

    async def __aenter__(self) -> Exchange:
        loop = asyncio.get_running_loop()

        def grew(seq: int) -> None:
            loop.call_soon_threadsafe(self._tell_grown, seq)

        def record(fact: Fact) -> None:
            self._writer.append(fact, now_ms())

        self._writer = JournalWriter(self.journal, grew)
        self._pbx = Pbx(Directory(), Stores(self._store), Outlets(record, self._take))
        udp = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        udp.bind(("127.0.0.1", 0))
        self.address: tuple[str, int] = udp.getsockname()
        await self._pbx.start([udp], [])
        return self

    async def __aexit__(self, *_: object) -> None:
        await self._pbx.stop(0.1)
        await asyncio.to_thread(self._writer.close)
        await asyncio.sleep(0)

    def record(self, fact: Fact) -> None:
        """Write a fact into the journal, as if it had happened."""
        self._writer.append(fact, now_ms())

    async def connect(self) -> None:
        """Let the web side reach the PBX, and hear of it."""
        self.connected = True
        for callback in list(self._told):
            await callback()

    def web_is_gone(self) -> None:
        """Forget the web side, as after its end."""
        self.connected, self._arrived = False, None
        self._told.clear()
        self._grew.clear()

    def on_connected(self, callback: Callable[[], Awaitable[None]]) -> None:
        self._told.append(callback)

    def on_notice(self, callback: Callable[[JournalGrew], None]) -> None:
        self._grew.append(callback)

    def on_request(self, handler: Callable[[MessageArrived], Awaitable[MessageStored]]) -> None:
        self._arrived = handler

    async def request(self, command: Request, timeout_s: float = 35) -> Reply:
        if not self.connected:
            raise Unavailable(part="pbx")
        self.requests.append(command)
        async with asyncio.timeout(timeout_s):
            return await self._pbx.handle(command)

    async def _take(self, message: MessageArrived) -> MessageStored | None:
        return await self._arrived(message) if self._arrived is not None else None

    def _tell_grown(self, seq: int) -> None:
        for callback in self._grew:
            callback(JournalGrew(seq))
