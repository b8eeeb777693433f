"""SIP over WebSocket (RFC 7118): sockets that another process holds, as connections of ours.

A web server has shaken hands, frames and unframes; here each socket is a flow like any other. What
passes between the two are the notices of `pbxcore.commands`.
"""

from __future__ import annotations

import logging
from typing import TYPE_CHECKING, Final

from pbxcore.commands import WebSocketClosed, WebSocketMessage, WebSocketOpened
from pbxcore.net.connections import FIRST_MESSAGE_S, IDLE_S
from pbxcore.sip.flow import Flow

if TYPE_CHECKING:
    from collections.abc import Callable

    from pbxcore.commands import Notice
    from pbxcore.net.connections import Connections

log = logging.getLogger(__name__)

_LONGEST_KEEP_ALIVE: Final = 4
_TOO_BIG: Final = 1009


class WebSocketConnection:
    """One socket of a browser."""

    def __init__(self, owner: WebSockets, number: int, opened: WebSocketOpened, now: float) -> None:
        transport = "wss" if opened.secure else "ws"
        self._owner, self._id = owner, opened.id
        self.number = number
        self.flow = Flow(transport, opened.local, opened.host, opened.port, number)
        self.outgoing = False
        self.held_until = 0.0
        self.heard = False
        self.last_at = now

    def write(self, data: bytes) -> bool:
        """Send a message in a frame of its own (§5)."""
        return self._owner.write(self._id, data)

    def close(self) -> None:
        """Have the socket closed."""
        self._owner.close(self._id)

    def abort(self) -> None:
        """Have the socket closed."""
        self._owner.close(self._id)

    def attend(self, now: float) -> bool:
        """False when its patience is used up; whether the peer lives, the web server finds out."""
        patience_s = IDLE_S if self.heard else FIRST_MESSAGE_S
        return now < self.held_until or now - self.last_at <= patience_s

    def speaks_for(self, name: str) -> bool:
        """Never: a browser is no host."""
        return not name


class WebSockets:
    """The sockets that one web server holds.

    Args:
        connections: where they are counted.
        receive: takes each message; False when it is larger than we read.
        tell: takes what the web server is to do.
    """

    def __init__(
        self,
        connections: Connections,
        receive: Callable[[bytes, Flow], bool],
        tell: Callable[[Notice], None],
    ) -> None:
        self._connections, self._receive, self._tell = connections, receive, tell
        self._open: dict[int, WebSocketConnection] = {}

    def notice(self, notice: Notice) -> None:
        """Follow what happened to a socket."""
        match notice:
            case WebSocketOpened():
                self._opened(notice)
            case WebSocketMessage(number, data):
                self._heard(number, data)
            case WebSocketClosed(number):
                self._gone(number)

    def lost(self) -> None:
        """The web server is gone, and all its sockets with it."""
        for number in list(self._open):
            self._gone(number)

    def write(self, number: int, data: bytes) -> bool:
        """Send on a socket; False when it is closed."""
        if number not in self._open:
            return False
        self._tell(WebSocketMessage(number, data))
        return True

    def close(self, number: int) -> None:
        """Have a socket closed."""
        self._end(WebSocketClosed(number))

    def _opened(self, opened: WebSocketOpened) -> None:
        now = self._connections.now()
        connection = WebSocketConnection(self, self._connections.number(), opened, now)
        if self._connections.admit(connection):
            self._open[opened.id] = connection
        else:
            self._tell(WebSocketClosed(opened.id))

    def _heard(self, number: int, data: bytes) -> None:
        connection = self._open.get(number)
        if connection is None:
            return
        connection.last_at = self._connections.now()
        connection.heard = connection.heard or len(data) > _LONGEST_KEEP_ALIVE
        try:
            if not self._receive(data, connection.flow):
                self._end(WebSocketClosed(number, _TOO_BIG))
        except Exception:
            log.exception("message not handled", extra={"from": connection.flow.host})

    def _end(self, closed: WebSocketClosed) -> None:
        if closed.id in self._open:
            self._tell(closed)
            self._gone(closed.id)

    def _gone(self, number: int) -> None:
        connection = self._open.pop(number, None)
        if connection is not None:
            self._connections.forget(connection)
