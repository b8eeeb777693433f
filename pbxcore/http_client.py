"""A small HTTP client, also for addresses that others chose: one request or several, no redirects.

The address that a name resolves to is looked at before anything is connected, and it is that
address which is connected: a name cannot mean one host for the check and another for the request.
"""

from __future__ import annotations

import asyncio
import ipaddress
import socket
import ssl
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from dataclasses import dataclass, field
from functools import partial
from types import MappingProxyType
from typing import TYPE_CHECKING, Any
from urllib.parse import SplitResult, urlsplit

import httptools

from pbxcore import networks

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Iterable, Mapping

WITHIN_S = 20.0
CONNECT_S = 4.0
"""For each of a name's addresses but the last one."""

LOOK_UPS = 16
HEAD_LIMIT = 16 * 1024
_CHUNK = 16 * 1024

_Streams = tuple[asyncio.StreamReader, asyncio.StreamWriter]
Network = ipaddress.IPv4Network | ipaddress.IPv6Network
EVERYWHERE: tuple[Network, ...] = (ipaddress.ip_network("0.0.0.0/0"), ipaddress.ip_network("::/0"))
_FAILURES = (
    *(OSError, TimeoutError, ValueError, EOFError),
    *(httptools.HttpParserError, httptools.HttpParserUpgrade),  # nothing was asked to be upgraded
)


class NoAnswer(Exception):
    """The other side cannot be reached, is too slow, or does not speak HTTP."""


class AddressForbidden(NoAnswer):
    """The name leads into a private network."""


@dataclass(frozen=True, slots=True)
class Answer:
    """What the other side said; of its body as much as was asked for."""

    status: int
    retry_after_s: int | None
    body: bytes


@dataclass(slots=True)
class _Reply:
    """An answer while it is read, as httptools tells of it."""

    most: int
    body: bytearray = field(default_factory=bytearray)
    retry_after_s: int | None = None
    status: int = 0
    headed: bool = False
    complete: bool = False
    keeps: bool = False
    """Whether its connection takes another request."""
    too_long: bool = False
    delimited: bool = False
    parser: httptools.HttpResponseParser | None = None

    def on_message_begin(self) -> None:
        self.retry_after_s, self.delimited = None, False

    def on_header(self, name: bytes, value: bytes) -> None:
        if name.lower() in (b"content-length", b"transfer-encoding"):
            self.delimited = True
        elif name.lower() == b"retry-after" and value.strip().isdigit():
            self.retry_after_s = int(value)

    def on_headers_complete(self) -> None:
        self.status = 0 if self.parser is None else self.parser.get_status_code()
        self.headed = self.status >= 200  # others come before the answer (RFC 9110, 15.2)

    def on_body(self, data: bytes) -> None:
        self.too_long = 0 < self.most < len(self.body) + len(data)
        self.body += data[: self.most - len(self.body)]

    def on_message_complete(self) -> None:
        self.complete = self.headed
        self.keeps = self.parser is not None and self.parser.should_keep_alive()

    @property
    def enough(self) -> bool:
        """Whether what is still to come would say nothing to us."""
        return self.complete or self.too_long or (self.headed and not self.most)

    @property
    def whole(self) -> bool:
        """Whether nothing is missing, once nothing more comes.

        A body of no told length ends with its connection (RFC 9112 §6.3).
        """
        return not self.too_long and (self.complete or not self.delimited)

    @property
    def answer(self) -> Answer:
        """What of it is told."""
        return Answer(self.status, self.retry_after_s, bytes(self.body))


class HttpClient:
    """Asks servers in the public Internet, and in `private` networks that were allowed.

    Args:
        private: what inside may be connected.
        in_clear: whether that may be without TLS.
        trust: whose certificates are taken: a context's, or those of these certificates (PEM, as
            they are when it is asked) beside the system's; the system's alone if None.
    """

    def __init__(
        self,
        *,
        private: Iterable[Network] = (),
        in_clear: bool = True,
        trust: ssl.SSLContext | Callable[[], str] | None = None,
    ) -> None:
        self._private, self._in_clear, self._trusted = tuple(private), in_clear, trust
        self._made: tuple[str, asyncio.Future[ssl.SSLContext]] | None = None
        # The loop's own threads do everybody's work: names that do not resolve must not fill them.
        self._look_ups = ThreadPoolExecutor(LOOK_UPS, "look-up")
        self._asked: dict[str, asyncio.Future[Any]] = {}

    @property
    def allows_private(self) -> bool:
        """Whether there are networks inside that may be connected."""
        return bool(self._private)

    def may_reach(self, host: str) -> bool:
        """Whether an address is one that may be connected; names may, until they are resolved."""
        return is_public(host) or _is_in(host, self._private)

    async def post(
        self,
        url: str,
        headers: Mapping[str, str],
        body: bytes,
        *,
        within_s: float = WITHIN_S,
        most: int = 0,
        whole: bool = False,
    ) -> Answer:
        """Send a POST; as `exchange` does."""
        return await self.exchange(
            "POST", url, headers, body, within_s=within_s, most=most, whole=whole
        )

    async def exchange(
        self,
        method: str,
        url: str,
        headers: Mapping[str, str] = MappingProxyType({}),
        body: bytes = b"",
        *,
        within_s: float = WITHIN_S,
        most: int = 0,
        whole: bool = False,
        outside: bool = False,
    ) -> Answer:
        """Send a request and read the beginning of its answer.

        Args:
            method: GET or POST.
            url: `https:`, or `http:` into an allowed network.
            headers: besides Host, Connection and Content-Length.
            body: what is sent.
            within_s: seconds for all of it.
            most: bytes of the answer's body that are read.
            whole: a part of it will not do: longer than `most`, or cut short, it is no answer.
            outside: to public addresses alone, whatever is allowed.

        Raises:
            NoAnswer: there was none; `AddressForbidden` when nothing was asked.
        """
        allowed = () if outside else self._private
        try:
            async with asyncio.timeout(within_s):
                parts = urlsplit(url)
                reader, writer = await self._connected(parts, allowed, within_s)
                try:
                    request = _request(method, parts, headers, body)
                    return (await _asked(reader, writer, request, most, whole=whole)).answer
                finally:
                    writer.transport.abort()  # the rest of the answer says nothing to us
        except _FAILURES as error:
            raise NoAnswer(type(error).__name__) from error

    def conversation(self, url: str) -> Conversation:
        """Several requests to one address, by one connection for as long as that holds."""
        parts = urlsplit(url)
        return Conversation(parts, partial(self._connected, parts, self._private))

    async def _connected(
        self, parts: SplitResult, allowed: tuple[Network, ...], within_s: float
    ) -> _Streams:
        """Connect the first of the name's addresses that can be."""
        host, secure = parts.hostname or "", parts.scheme == "https"
        if parts.username is not None or not (secure or self._in_clear):
            raise AddressForbidden(host)
        port = parts.port or (443 if secure else 80)
        *others, last = await self._resolved(host, port, secure, allowed)
        for address in others:
            with suppress(OSError):  # a timeout is one too
                async with asyncio.timeout(min(CONNECT_S, within_s / 2)):
                    return await self._open(address, host, port, secure)
        return await self._open(last, host, port, secure)

    async def _open(self, address: str, host: str, port: int, secure: bool) -> _Streams:
        return await asyncio.open_connection(
            address,
            port,
            ssl=await self._trust() if secure else None,
            server_hostname=host if secure else None,
            limit=HEAD_LIMIT,
        )

    async def _trust(self) -> ssl.SSLContext:
        """Whose certificates are taken; a thread reads the system's, once: it takes 26 ms."""
        if isinstance(self._trusted, ssl.SSLContext):
            return self._trusted
        trusted, made = self._trusted() if self._trusted else "", self._made
        if made is None or made[0] != trusted or (made[1].done() and made[1].exception()):
            made = trusted, asyncio.ensure_future(asyncio.to_thread(_context, trusted))
            self._made = made
        return await asyncio.shield(made[1])  # others wait for it too

    async def _resolved(
        self, host: str, port: int, secure: bool, allowed: tuple[Network, ...]
    ) -> list[str]:
        """What may be connected; all that the name has must be allowed."""
        addresses = [host] if _address(host) is not None else await self._looked_up(host, port)
        inside = [each for each in addresses if _is_in(each, allowed)]
        if not all(each in inside or is_public(each) for each in addresses):
            raise AddressForbidden(host)
        if not secure and len(inside) < len(addresses):
            raise AddressForbidden(host)  # in clear only within networks that were allowed
        return addresses

    async def _looked_up(self, host: str, port: int) -> list[str]:
        """A name's addresses. A name that gives none for long holds one thread, and one of ours."""
        asked = self._asked.get(host)
        if asked is None:
            asked = asyncio.get_running_loop().run_in_executor(
                self._look_ups, partial(socket.getaddrinfo, host, port, type=socket.SOCK_STREAM)
            )
            self._asked[host] = asked
            asked.add_done_callback(lambda done: self._answered(host, done))
        found = await asyncio.shield(asked)
        return list(dict.fromkeys(str(each[4][0]) for each in found))

    def _answered(self, host: str, done: asyncio.Future[Any]) -> None:
        self._asked.pop(host, None)
        if not done.cancelled():
            done.exception()  # whoever asked may have given up: then nobody else takes it


class Conversation:
    """POSTs to one address, one after the other; each may come twice where a connection breaks.

    Args:
        parts: the address.
        connect: opens a connection to it within so many seconds.
    """

    def __init__(self, parts: SplitResult, connect: Callable[[float], Awaitable[_Streams]]) -> None:
        self._parts, self._connect = parts, connect
        self._streams: _Streams | None = None

    async def post(
        self,
        headers: Mapping[str, str],
        body: bytes,
        *,
        within_s: float = WITHIN_S,
        most: int = 0,
    ) -> Answer:
        """Send a POST, as `HttpClient.exchange` does.

        Raises:
            NoAnswer: there was none; `AddressForbidden` when nothing was asked.
        """
        try:
            request = _request("POST", self._parts, headers, body, "keep-alive")
            async with asyncio.timeout(within_s):
                if self._streams is not None:
                    with suppress(OSError, EOFError):  # servers end what was idle for long
                        return await self._ask(self._streams, request, most)
                return await self._ask(await self._connect(within_s), request, most)
        except _FAILURES as error:
            raise NoAnswer(type(error).__name__) from error

    def close(self) -> None:
        """Nothing more is asked."""
        if self._streams is not None:
            self._streams[1].transport.abort()
            self._streams = None

    async def _ask(self, streams: _Streams, request: bytes, most: int) -> Answer:
        self._streams = streams
        keeps = False
        try:
            reply = await _asked(*streams, request, most)
            keeps = reply.keeps
        finally:
            if not keeps:
                self.close()
        return reply.answer


def is_public(host: str) -> bool:
    """Whether an address is on the public Internet; names are, until they are resolved."""
    address = _address(host)
    if address is None:
        return "." in host.strip(".") and not host.casefold().endswith((".local", ".internal"))
    return networks.is_public(str(address))


def _address(host: str) -> networks.Address | None:
    try:
        return networks.address_of(host.strip("[]"))
    except ValueError:
        return None


def _is_in(host: str, networks: tuple[Network, ...]) -> bool:
    address = _address(host)
    return address is not None and any(address in each for each in networks)


def _context(trusted: str) -> ssl.SSLContext:
    context = ssl.create_default_context()
    if trusted:
        context.load_verify_locations(cadata=trusted)
    return context


def _request(
    method: str,
    parts: SplitResult,
    headers: Mapping[str, str],
    body: bytes,
    connection: str = "close",
) -> bytes:
    target = (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
    lines = [f"{method} {target} HTTP/1.1", f"Host: {parts.netloc}", f"Connection: {connection}"]
    lines += [f"{name}: {value}" for name, value in headers.items()]
    lines.append(f"Content-Length: {len(body)}")
    if any("\r" in each or "\n" in each for each in lines):
        raise ValueError("a header holds a line end")
    return "\r\n".join([*lines, "", ""]).encode("ascii") + body


async def _asked(
    reader: asyncio.StreamReader,
    writer: asyncio.StreamWriter,
    request: bytes,
    most: int,
    *,
    whole: bool = False,
) -> _Reply:
    writer.write(request)
    await writer.drain()
    return await _read(reader, most, whole=whole)


async def _read(reader: asyncio.StreamReader, most: int, *, whole: bool) -> _Reply:
    reply = _Reply(most)
    parser = reply.parser = httptools.HttpResponseParser(reply)
    read = 0
    while not reply.enough:
        data = await reader.read(_CHUNK)
        read += len(data)
        if not data or (not reply.headed and read > HEAD_LIMIT):
            break
        parser.feed_data(data)
    # An answer of no told length ends with its connection, and has no other end.
    if not reply.headed or (whole and not reply.whole):
        raise EOFError
    return reply
