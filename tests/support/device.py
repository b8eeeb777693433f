"""A phone on any transport, whose every header line is the test's own."""

from __future__ import annotations

import asyncio
import hashlib
import re
import secrets
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Protocol

from websockets.asyncio.client import connect

from tests.support.web_phone import SIP

if TYPE_CHECKING:
    import ssl

    from websockets.asyncio.client import ClientConnection

VIA = {"udp": "UDP", "tcp": "TCP", "tls": "TLS", "ws": "WS", "wss": "WSS"}


class Carrier(Protocol):
    """What carries a device's messages."""

    local: str

    def send(self, data: bytes) -> None:
        """Put one message on the way."""
        ...

    async def next(self) -> bytes:
        """The next message that came."""
        ...

    async def close(self) -> None:
        """End it."""
        ...


class Datagrams(asyncio.DatagramProtocol):
    """UDP."""

    def __init__(self) -> None:
        self._arrived: asyncio.Queue[bytes] = asyncio.Queue()

    def begin(self, transport: asyncio.DatagramTransport) -> None:
        """Send by this."""
        self._transport = transport
        host, port = transport.get_extra_info("sockname")
        self.local = f"{host}:{port}"

    def datagram_received(self, data: bytes, _: object) -> None:
        self._arrived.put_nowait(data)

    def send(self, data: bytes) -> None:
        self._transport.sendto(data)

    async def next(self) -> bytes:
        return await self._arrived.get()

    async def close(self) -> None:
        self._transport.close()
        await asyncio.sleep(0)


class Stream:
    """TCP and TLS."""

    def __init__(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self._reader, self._writer = reader, writer
        host, port = writer.get_extra_info("sockname")[:2]
        self.local = f"{host}:{port}"

    def send(self, data: bytes) -> None:
        self._writer.write(data)

    async def next(self) -> bytes:
        head = b""
        while not head.strip():
            head = await self._reader.readuntil(b"\r\n\r\n")
        length = re.search(rb"(?im)^(?:content-length|l)\s*:\s*([0-9]+)", head)
        return head + await self._reader.readexactly(int(length[1]) if length else 0)

    async def close(self) -> None:
        self._writer.close()
        try:
            await self._writer.wait_closed()
        except (ConnectionError, OSError):
            return


class Socket:
    """WebSocket, plain or over TLS, with the sub-protocol `sip`."""

    def __init__(self, socket: ClientConnection) -> None:
        self._socket = socket
        self._sending: set[asyncio.Task[None]] = set()
        host, port = socket.local_address[:2]
        self.local = f"{host}:{port}"

    def send(self, data: bytes) -> None:
        task = asyncio.get_running_loop().create_task(self._socket.send(data.decode()))
        self._sending.add(task)
        task.add_done_callback(self._sending.discard)

    async def next(self) -> bytes:
        return await self._socket.recv(decode=False)

    async def close(self) -> None:
        await self._socket.close()


async def carrier(
    transport: str, server: tuple[str, int], local: str, trust: ssl.SSLContext | None = None
) -> Carrier:
    """A way to the server over one transport, from one of this machine's addresses."""
    if transport == "udp":
        out, datagrams = await asyncio.get_running_loop().create_datagram_endpoint(
            Datagrams, local_addr=(local, 0), remote_addr=server
        )
        datagrams.begin(out)
        return datagrams
    if transport in ("ws", "wss"):
        url = f"{transport}://{server[0]}:{server[1]}/sip"
        return Socket(await connect(url, subprotocols=SIP, ssl=trust, local_addr=(local, 0)))
    name = "localhost" if trust else None
    return Stream(
        *await asyncio.open_connection(
            *server, local_addr=(local, 0), ssl=trust, server_hostname=name
        )
    )


@dataclass
class Answer:
    """A final response."""

    status: int
    text: str

    def lines(self, name: str) -> list[str]:
        """The values of a header, in order."""
        return re.findall(rf"(?im)^{re.escape(name)}\s*:\s*(.*?)\r$", self.text)


@dataclass
class Device:
    """One phone of one extension.

    `auth_id` is its name to sign in, where it is not the number; `sent_by` what its Via says
    instead of its address.
    """

    number: str
    secret: str
    server: tuple[str, int]
    transport: str = "udp"
    auth_id: str = ""
    local: str = "127.0.0.1"
    trust: ssl.SSLContext | None = None
    domain: str = "pbx.test"
    sent_by: str = ""
    call_id: str = field(default_factory=lambda: secrets.token_hex(8))
    cseq: int = 0
    nonce_count: int = 0

    async def __aenter__(self) -> Device:
        await self.open()
        return self

    async def __aexit__(self, *_: object) -> None:
        await self.carrier.close()

    async def open(self) -> None:
        """Take a new connection, or a new port."""
        self.carrier = await carrier(self.transport, self.server, self.local, self.trust)
        self._requests: list[str] = []

    @property
    def contact(self) -> str:
        """The URI it is reached at."""
        kind = "" if self.transport == "udp" else f";transport={self.transport.removesuffix('s')}"
        if self.transport.startswith("ws"):
            return f"sip:{self.number}@{self.call_id}.invalid;transport=ws"
        if self.transport == "tls":
            kind = ";transport=tls"
        return f"sip:{self.number}@{self.carrier.local}{kind}"

    def via(self, branch: str) -> str:
        """Its Via line."""
        ours = f"{self.call_id}.invalid" if self.transport.startswith("ws") else self.carrier.local
        here = self.sent_by or ours
        return f"Via: SIP/2.0/{VIA[self.transport]} {here};branch=z9hG4bK{branch};rport"

    async def register(self, *lines: str, vias: tuple[str, ...] = ()) -> Answer:
        """REGISTER with these lines, its contact for an hour if there are none."""
        fields = lines or (f"Contact: <{self.contact}>", "Expires: 3600")
        return await self.signed("REGISTER", f"sip:{self.domain}", self.number, *fields, vias=vias)

    async def signed(
        self,
        method: str,
        uri: str,
        to: str,
        *lines: str,
        vias: tuple[str, ...] = (),
        body: str = "",
    ) -> Answer:
        """Any request, with credentials when it is asked for them."""
        answer = await self.ask(method, uri, to, *lines, vias=vias, body=body)
        if answer.status != 401:
            return answer
        line = f"Authorization: {self.credentials(method, uri, answer)}"
        return await self.ask(method, uri, to, line, *lines, vias=vias, body=body)

    async def ask(
        self,
        method: str,
        uri: str,
        to: str,
        *lines: str,
        vias: tuple[str, ...] = (),
        body: str = "",
    ) -> Answer:
        """Send one request and wait for what is final; `vias` are proxies before the phone's."""
        self.cseq += 1
        branch = secrets.token_hex(8)
        head = (
            f"{method} {uri} SIP/2.0",
            *(f"Via: {each};branch=z9hG4bKx{branch};rport" for each in vias),
            self.via(branch),
            "Max-Forwards: 70",
            f"From: <sip:{self.number}@{self.domain}>;tag={secrets.token_hex(4)}",
            f"To: <sip:{to}@{self.domain}>",
            f"Call-ID: {self.call_id}",
            f"CSeq: {self.cseq} {method}",
            "User-Agent: Device/1.0",
            *lines,
            f"Content-Length: {len(body.encode())}",
            "\r\n",
        )
        self.carrier.send(("\r\n".join(head) + body).encode())
        while True:
            text = await self._next()
            if text.startswith("SIP/2.0 ") and branch in text and not text.startswith("SIP/2.0 1"):
                return Answer(int(text[8:11]), text)
            if not text.startswith("SIP/2.0 "):
                self._requests.append(text)

    async def request(self) -> str:
        """The next request that came."""
        while not self._requests:
            text = await self._next()
            if not text.startswith("SIP/2.0 "):
                return text
        return self._requests.pop(0)

    def respond(self, request: str, status: int = 200, *lines: str, body: str = "") -> None:
        """Answer a request; these lines and a body go along."""
        names = ("via:", "from:", "call-id:", "cseq:")
        kept = [each for each in request.split("\r\n") if each.lower().startswith(names)]
        to = next(each for each in request.split("\r\n") if each.lower().startswith("to:"))
        to += "" if ";tag=" in to else ";tag=d"
        length = f"Content-Length: {len(body.encode())}"
        head = (f"SIP/2.0 {status} Answer", *kept, to, *lines, length, "\r\n")
        self.carrier.send(("\r\n".join(head) + body).encode())

    def credentials(self, method: str, uri: str, challenge: Answer) -> str:
        """The value of Authorization that answers a challenge, with MD5."""
        line = next(each for each in challenge.lines("WWW-Authenticate") if "SHA" not in each)
        given = dict(re.findall(r'(\w+)="?([^",]+)"?', line))
        name, cnonce = self.auth_id or self.number, secrets.token_hex(8)
        one = _md5(f"{name}:{given['realm']}:{self.secret}")
        two = _md5(f"{method}:{uri}")
        digest = _md5(f"{one}:{given['nonce']}:00000001:{cnonce}:auth:{two}")
        quoted = name.replace("\\", "\\\\").replace('"', '\\"')
        return (
            f'Digest username="{quoted}", realm="{given["realm"]}", nonce="{given["nonce"]}",'
            f' uri="{uri}", response="{digest}", algorithm=MD5, qop=auth, nc=00000001,'
            f' cnonce="{cnonce}"'
        )

    async def _next(self, timeout_s: float = 10.0) -> str:
        async with asyncio.timeout(timeout_s):
            return (await self.carrier.next()).decode()


def _md5(text: str) -> str:
    return hashlib.md5(text.encode(), usedforsecurity=False).hexdigest()
