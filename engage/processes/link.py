"""Web's ends of the channels: connected whenever the other part is there."""

from __future__ import annotations

import asyncio
import logging
from typing import TYPE_CHECKING

from engage import errors
from engage.processes import unix
from engage.processes.connection import Connection
from pbxcore.calls.visitor_commands import VisitorCallMoved
from pbxcore.commands import (
    JournalGrew,
    MessageArrived,
    MessageStored,
    PinChosen,
    WebSocketClosed,
    WebSocketMessage,
)
from pbxcore.health import Health, Probe

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable
    from pathlib import Path

    from pbxcore.commands import Notice, Reply, Request

log = logging.getLogger(__name__)

FIRST_WAIT_S, LONGEST_WAIT_S = 0.02, 1.0  # the peer is on this machine: trying is cheap
HELLO_WITHIN_S = 5.0
PROBE_WITHIN_S = 2.0


class PartLink:
    """Asks one part; reconnects by itself for as long as it is started."""

    def __init__(self, part: str, path: Path) -> None:
        self.part = part
        self._path = path
        self._connection: Connection | None = None
        self._ended = asyncio.Event()
        self._task: asyncio.Task[None] | None = None
        self._on_connected: list[Callable[[], Awaitable[None]]] = []
        self._on_disconnected: list[Callable[[], None]] = []
        self._told: set[asyncio.Task[None]] = set()

    @property
    def connected(self) -> bool:
        """Whether the part has said hello and is still there."""
        return self._connection is not None

    def on_connected(self, callback: Callable[[], Awaitable[None]]) -> None:
        """Call this after each connecting; a failure is logged."""
        self._on_connected.append(callback)

    def on_disconnected(self, callback: Callable[[], None]) -> None:
        """Call this whenever the part is gone; it must not wait."""
        self._on_disconnected.append(callback)

    def tell(self, notice: Notice) -> None:
        """Send a notice; it gets lost while the part is away."""
        if self._connection is not None:
            self._connection.tell(notice)

    async def start(self) -> None:
        """Begin to connect; returns at once."""
        self._task = asyncio.get_running_loop().create_task(self._keep_connected())

    async def stop(self) -> None:
        """Disconnect and stay so."""
        tasks = [each for each in (self._task, *self._told) if each is not None]
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
        if self._connection is not None:
            self._connection.close()
            self._connection = None

    async def request(self, command: Request, timeout_s: float = 35.0) -> Reply:
        """Ask the part.

        Raises:
            errors.Unavailable: it is not connected, was silent or failed.
        """
        if self._connection is None:
            raise errors.Unavailable(part=self.part, reason="not connected")
        return await self._connection.request(command, timeout_s)

    async def probe(self) -> Health:
        """How the part is; an absent or silent one is not ready."""
        try:
            reply = await self.request(Probe(), PROBE_WITHIN_S)
        except errors.Unavailable as absent:
            return Health(ready=False, problem=str(absent.params.get("reason", "not connected")))
        return reply if isinstance(reply, Health) else Health(ready=False, problem="odd answer")

    async def _keep_connected(self) -> None:
        wait_s = FIRST_WAIT_S
        while True:
            self._ended.clear()
            if not await self._connect():
                await asyncio.sleep(wait_s)
                wait_s = min(wait_s * 2, LONGEST_WAIT_S)
                continue
            wait_s = FIRST_WAIT_S
            await self._ended.wait()

    async def _connect(self) -> bool:
        opened: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        connection = self._protocol(opened)
        try:
            async with asyncio.timeout(HELLO_WITHIN_S):
                await unix.open_connection(lambda: connection, self._path)
                await opened
        except (OSError, TimeoutError):
            connection.close()
            return False
        return True

    def _protocol(self, opened: asyncio.Future[None]) -> Connection:
        def has_opened(connection: Connection) -> None:
            if not opened.done():
                opened.set_result(None)
            self._opened(connection)

        def has_closed(connection: Connection) -> None:
            if not opened.done():
                opened.set_exception(ConnectionResetError())
            self._closed(connection)

        return Connection(
            "web",
            answer=self._answer,
            notice=self._notice,
            opened=has_opened,
            closed=has_closed,
        )

    def _opened(self, connection: Connection) -> None:
        self._connection = connection
        peer = connection.peer
        log.info("part connected", extra={"peer": self.part, "pid": peer.pid if peer else 0})
        for callback in self._on_connected:
            task = asyncio.get_running_loop().create_task(self._tell(callback))
            self._told.add(task)
            task.add_done_callback(self._told.discard)

    async def _tell(self, callback: Callable[[], Awaitable[None]]) -> None:
        try:
            await callback()
        except errors.Unavailable:
            log.warning("part left again", extra={"peer": self.part})
        except Exception:
            log.exception("subscriber failed", extra={"peer": self.part})

    def _closed(self, connection: Connection) -> None:
        if self._connection is connection:
            self._connection = None
            log.warning("part disconnected", extra={"peer": self.part})
            for callback in self._on_disconnected:
                callback()
        self._ended.set()

    async def _answer(self, request: Request) -> Reply:
        raise errors.Unavailable(reason=f"web answers no {type(request).__name__}")

    def _notice(self, _: Connection, notice: Notice) -> None:
        log.warning("odd notice", extra={"peer": self.part, "notice": type(notice).__name__})


class PbxLink(PartLink):
    """Asks the PBX, and answers it: messages for people, a grown journal, browsers' sockets."""

    def __init__(self, path: Path) -> None:
        super().__init__("pbx", path)
        self._on_request: Callable[[MessageArrived], Awaitable[MessageStored]] | None = None
        self._on_notice: list[Callable[[JournalGrew], None]] = []
        self._on_socket: Callable[[WebSocketMessage | WebSocketClosed], None] | None = None
        self._on_pin: Callable[[PinChosen], None] | None = None
        self._on_visitor: Callable[[VisitorCallMoved], None] | None = None

    def on_request(self, handler: Callable[[MessageArrived], Awaitable[MessageStored]]) -> None:
        """Store a phone's message with this; an exception is answered 503 by the PBX."""
        self._on_request = handler

    def on_notice(self, callback: Callable[[JournalGrew], None]) -> None:
        """Call this when the journal grew; it must not wait."""
        self._on_notice.append(callback)

    def on_socket(self, callback: Callable[[WebSocketMessage | WebSocketClosed], None]) -> None:
        """Call this with what a browser's socket is sent, and when to close it; must not wait."""
        self._on_socket = callback

    def on_pin(self, callback: Callable[[PinChosen], None]) -> None:
        """Call this with a PIN that somebody has chosen by phone; must not wait."""
        self._on_pin = callback

    def on_visitor(self, callback: Callable[[VisitorCallMoved], None]) -> None:
        """Call this with how the calls of visitors go; must not wait."""
        self._on_visitor = callback

    async def _answer(self, request: Request) -> Reply:
        if isinstance(request, MessageArrived) and self._on_request is not None:
            return await self._on_request(request)
        return await super()._answer(request)

    def _notice(self, connection: Connection, notice: Notice) -> None:
        match notice:
            case JournalGrew():
                for callback in self._on_notice:
                    callback(notice)
            case PinChosen() if self._on_pin is not None:
                self._on_pin(notice)
            case VisitorCallMoved() if self._on_visitor is not None:
                self._on_visitor(notice)
            case WebSocketMessage() | WebSocketClosed() if self._on_socket is not None:
                self._on_socket(notice)
            case _:
                super()._notice(connection, notice)
