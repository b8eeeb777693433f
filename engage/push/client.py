"""A small HTTPS client for push services: one POST, no redirects, no private addresses.

The address that a name resolves to is looked at before anything is connected, and it is that
address which is connected: a name cannot mean one host for the check and another for the request.
"""

from __future__ import annotations

import asyncio
import socket
import ssl
from dataclasses import dataclass
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from engage.push.model import is_public

if TYPE_CHECKING:
    from collections.abc import Mapping

WITHIN_S = 20.0
HEAD_LIMIT = 16 * 1024


class PushFailed(Exception):
    """No answer: the push service cannot be reached, or does not speak HTTP."""


class AddressForbidden(PushFailed):
    """The name leads into a private network."""


@dataclass(frozen=True, slots=True)
class PushAnswer:
    """What a push service said."""

    status: int
    retry_after_s: int | None


class PushClient:
    """Posts to push services."""

    def __init__(self, *, private: bool = False, trust: ssl.SSLContext | None = None) -> None:
        """Be ready.

        Args:
            private: whether private addresses are connected (tests have their push service there).
            trust: whose certificates are taken; those the system trusts if None.
        """
        self._private = private
        self._trust = trust or ssl.create_default_context()

    async def post(self, endpoint: str, headers: Mapping[str, str], body: bytes) -> PushAnswer:
        """Send one message.

        Raises:
            PushFailed: there was no answer; `AddressForbidden` when none was asked for.
        """
        try:
            async with asyncio.timeout(WITHIN_S):
                return await self._exchange(endpoint, headers, body)
        except (OSError, TimeoutError, ValueError, asyncio.IncompleteReadError) as error:
            raise PushFailed(type(error).__name__) from error

    async def _exchange(self, endpoint: str, headers: Mapping[str, str], body: bytes) -> PushAnswer:
        parts = urlsplit(endpoint)
        host, port = parts.hostname or "", parts.port or 443
        address = await self._resolved(host, port)
        reader, writer = await asyncio.open_connection(
            address, port, ssl=self._trust, server_hostname=host, limit=HEAD_LIMIT
        )
        try:
            target = parts.path or "/"
            if parts.query:
                target += f"?{parts.query}"
            lines = [f"POST {target} HTTP/1.1", f"Host: {parts.netloc}", "Connection: close"]
            lines += [f"{name}: {value}" for name, value in headers.items()]
            lines += [f"Content-Length: {len(body)}", "", ""]
            writer.write("\r\n".join(lines).encode("ascii") + body)
            await writer.drain()
            return _answer(await reader.readuntil(b"\r\n\r\n"))
        finally:
            writer.transport.abort()  # the rest of the answer says nothing to us

    async def _resolved(self, host: str, port: int) -> str:
        found = await asyncio.get_running_loop().getaddrinfo(host, port, type=socket.SOCK_STREAM)
        addresses = [str(each[4][0]) for each in found]
        if not self._private and not all(is_public(each) for each in addresses):
            raise AddressForbidden(host)
        return addresses[0]


def _answer(head: bytes) -> PushAnswer:
    status_line, *lines = head.decode("latin-1").split("\r\n")
    version, status, *_ = status_line.split(" ")
    if not version.startswith("HTTP/1.") or len(status) != 3:
        raise ValueError("no HTTP")
    retry_after = None
    for line in lines:
        name, _, value = line.partition(":")
        if name.strip().lower() == "retry-after" and value.strip().isdigit():
            retry_after = int(value)
    return PushAnswer(int(status), retry_after)
