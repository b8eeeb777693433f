"""A line between a browser and a server that breaks: again and again, or for a while."""

from __future__ import annotations

import contextlib
import socket
import struct
import threading
from typing import TYPE_CHECKING, Self

if TYPE_CHECKING:
    from collections.abc import Iterable

RESET = struct.pack("ii", 1, 0)  # SO_LINGER: close with a reset, as a vanished network does


class BreakingLine:
    """A TCP proxy that breaks connections which have carried so many bytes to the server.

    Args:
        port: the server's.
        after: how many bytes the next connections may carry, each; those after them hold.
    """

    def __init__(self, port: int, after: Iterable[int] = ()) -> None:
        self._port = port
        self._after = list(after)
        self._changed = threading.Condition()
        self._slow = False
        self._listener = socket.create_server(("127.0.0.1", 0))
        self.url = f"http://127.0.0.1:{self._listener.getsockname()[1]}"
        self.breaks = 0

    def __enter__(self) -> Self:
        threading.Thread(target=self._accept, daemon=True).start()
        return self

    def __exit__(self, *_: object) -> None:
        self.flow()
        self._listener.close()

    def hold(self) -> None:
        """Let nothing large through to the server until `flow`."""
        self._slow = True

    def flow(self) -> None:
        """Let everything through again."""
        with self._changed:
            self._slow = False
            self._changed.notify_all()

    def _accept(self) -> None:
        with contextlib.suppress(OSError):
            while True:
                client, _ = self._listener.accept()
                threading.Thread(target=self._serve, args=(client,), daemon=True).start()

    def _serve(self, client: socket.socket) -> None:
        try:
            server = socket.create_connection(("127.0.0.1", self._port))
        except OSError:
            client.close()
            return
        threading.Thread(target=self._carry, args=(server, client), daemon=True).start()
        self._carry(client, server, counted=True)

    def _carry(
        self, source: socket.socket, target: socket.socket, *, counted: bool = False
    ) -> None:
        carried = 0
        with contextlib.suppress(OSError):
            while data := source.recv(64 * 1024):
                carried += len(data)
                if counted and carried > 100_000:
                    with self._changed:
                        self._changed.wait_for(lambda: not self._slow)
                if counted and self._breaks_at(carried):
                    for each in (source, target):
                        each.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, RESET)
                    break
                target.sendall(data)
        for each in (source, target):
            with contextlib.suppress(OSError):
                each.shutdown(socket.SHUT_RDWR)
            each.close()

    def _breaks_at(self, carried: int) -> bool:
        with self._changed:
            if not self._after or carried < self._after[0]:
                return False
            del self._after[0]
            self.breaks += 1
            return True
