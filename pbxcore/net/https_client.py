"""A small HTTPS client: one request, no redirects, an answer of at most 64 kB."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, Final, NamedTuple
from urllib.parse import urlsplit

if TYPE_CHECKING:
    import ssl
    from collections.abc import Mapping

WITHIN_S: Final = 4.0
"""A caller waits meanwhile."""
MOST_BYTES: Final = 65_536


class NoAnswer(Exception):
    """The server cannot be reached, is not trusted, or does not speak HTTP."""


class Answer(NamedTuple):
    """What a server said."""

    status: int
    body: bytes


async def exchange(
    method: str,
    url: str,
    trust: ssl.SSLContext,
    *,
    headers: Mapping[str, str] | None = None,
    body: bytes = b"",
) -> Answer:
    """Send one request.

    Raises:
        NoAnswer: there was none.
    """
    try:
        async with asyncio.timeout(WITHIN_S):
            return await _exchange(method, url, trust, headers or {}, body)
    except (OSError, TimeoutError, ValueError, asyncio.IncompleteReadError) as error:
        raise NoAnswer(type(error).__name__) from error


async def _exchange(
    method: str, url: str, trust: ssl.SSLContext, headers: Mapping[str, str], body: bytes
) -> Answer:
    parts = urlsplit(url)
    if parts.scheme != "https" or not parts.hostname or parts.username is not None:
        raise ValueError("no HTTPS address")
    reader, writer = await asyncio.open_connection(
        parts.hostname, parts.port or 443, ssl=trust, server_hostname=parts.hostname
    )
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


def _status(head: bytes) -> int:
    version, status, *_ = head.decode("latin-1").split("\r\n")[0].split(" ")
    if not version.startswith("HTTP/1.") or not status.isdecimal():
        raise ValueError("no HTTP")
    return int(status)
