"""A small HTTPS client: one request, no redirects, an answer of at most 64 kB."""

from __future__ import annotations

import asyncio
import socket
import ssl
from typing import TYPE_CHECKING, Final, NamedTuple
from urllib.parse import urlsplit

from pbxcore.networks import is_public

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

WITHIN_S: Final = 4.0
"""A caller waits meanwhile."""
MOST_BYTES: Final = 65_536
_NO_HTTP: Final = (asyncio.IncompleteReadError, asyncio.LimitOverrunError)
"""A head that ends too early, or not at all."""


class NoAnswer(Exception):
    """The server cannot be reached, is not trusted, or does not speak HTTP."""


class Answer(NamedTuple):
    """What a server said."""

    status: int
    body: bytes


class HttpsClient:
    """Sends requests in tasks of the running loop.

    Args:
        trusted: the certificates (PEM) that are trusted beside the system's.
    """

    def __init__(self, trusted: Callable[[], str]) -> None:
        self._trusted = trusted
        self._made: tuple[str, asyncio.Future[ssl.SSLContext]] | None = None

    async def exchange(
        self,
        method: str,
        url: str,
        *,
        headers: Mapping[str, str] | None = None,
        body: bytes = b"",
        outside: bool = False,
    ) -> Answer:
        """Send one request; with `outside` to a public address, whatever the host is called.

        Raises:
            NoAnswer: there was none.
        """
        try:
            async with asyncio.timeout(WITHIN_S):
                trust = await self._trust()
                return await _exchange(method, url, trust, headers or {}, body, outside=outside)
        except (OSError, ValueError, *_NO_HTTP) as error:  # a TimeoutError is an OSError
            raise NoAnswer(type(error).__name__) from error

    async def _trust(self) -> ssl.SSLContext:
        """Made in a thread, since reading the system's certificates takes long, and kept."""
        trusted, made = self._trusted(), self._made
        if made is None or made[0] != trusted or (made[1].done() and made[1].exception()):
            made = trusted, asyncio.ensure_future(asyncio.to_thread(_context, trusted))
            self._made = made
        return await asyncio.shield(made[1])  # others wait for it too


async def _exchange(
    method: str,
    url: str,
    trust: ssl.SSLContext,
    headers: Mapping[str, str],
    body: bytes,
    *,
    outside: bool,
) -> Answer:
    parts = urlsplit(url)
    if parts.scheme != "https" or not parts.hostname or parts.username is not None:
        raise ValueError("no HTTPS address")
    host, port = parts.hostname, parts.port or 443
    # What was looked at is what is called: a name may mean another address the next time.
    reached = await _public_address(host, port) if outside else host
    reader, writer = await asyncio.open_connection(reached, port, ssl=trust, server_hostname=host)
    try:
        target = (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
        # HTTP/1.0: the answer ends with the connection, and comes in one piece.
        lines = [f"{method} {target} HTTP/1.0", f"Host: {parts.netloc}"]
        lines += [f"{name}: {value}" for name, value in headers.items()]
        lines += [f"Content-Length: {len(body)}"] if body else []
        writer.write("\r\n".join([*lines, "", ""]).encode("ascii") + body)
        await writer.drain()
        head = await reader.readuntil(b"\r\n\r\n")
        found = b""
        while len(found) <= MOST_BYTES and (more := await reader.read(MOST_BYTES)):
            found += more
        if len(found) > MOST_BYTES:
            raise ValueError("too long")
        return Answer(_status(head), found)
    finally:
        writer.transport.abort()


def _context(trusted: str) -> ssl.SSLContext:
    context = ssl.create_default_context()
    if trusted:
        context.load_verify_locations(cadata=trusted)
    return context


async def _public_address(host: str, port: int) -> str:
    """An address of a host, if all that it has are public."""
    found = await asyncio.get_running_loop().getaddrinfo(host, port, type=socket.SOCK_STREAM)
    addresses = [str(address[0]) for *_, address in found]
    if not all(map(is_public, addresses)):
        raise ValueError("no public address")
    return addresses[0]


def _status(head: bytes) -> int:
    version, status, *_ = head.decode("latin-1").split("\r\n")[0].split(" ")
    if not version.startswith("HTTP/1.") or not status.isdecimal():
        raise ValueError("no HTTP")
    return int(status)
