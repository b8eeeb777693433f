"""A SIP phone on a raw UDP socket: registers with digest, answers MESSAGE as it is told."""

from __future__ import annotations

import asyncio
import hashlib
import re
import secrets
from collections import deque
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Self

if TYPE_CHECKING:
    from collections.abc import Callable


@dataclass(frozen=True, slots=True)
class Received:
    """One MESSAGE as the phone saw it."""

    call_id: str
    cseq: str
    branch: str
    sender: str
    text: str
    size: int


@dataclass
class Phone:
    """One phone of one extension.

    `answers` are the statuses for coming MESSAGEs, in order; afterwards `usual` is given. Status 0
    is silence. A request under a branch that was answered is a retransmission, and is answered
    again without being shown to anybody; the same request under another branch is answered 482
    (RFC 3261 §8.2.2.2).
    """

    number: str
    secret: str
    server: tuple[str, int]
    user_agent: str = "TestPhone/1.0"
    usual: int = 200
    transport: str = "UDP"
    user_name: str = ""
    at: str = "127.0.0.1"
    heads: list[str] = field(default_factory=list)
    answers: deque[int] = field(default_factory=deque)
    taken: list[Received] = field(default_factory=list)
    seen: list[Received] = field(default_factory=list)

    async def _prepare(self) -> None:
        self._changed = asyncio.Condition()
        self._responses: dict[str, asyncio.Future[tuple[int, str]]] = {}
        self._answered: dict[str, int] = {}
        self._known: set[tuple[str, str, str]] = set()
        self._notices: set[asyncio.Task[None]] = set()
        self._call_id, self._cseq = secrets.token_hex(8), 0

    async def __aenter__(self) -> Self:
        await self._prepare()
        loop = asyncio.get_running_loop()
        phone = self

        class Datagrams(asyncio.DatagramProtocol):
            def datagram_received(self, data: bytes, addr: tuple[str | Any, int]) -> None:
                phone._received(data, addr)

        self._transport, _ = await loop.create_datagram_endpoint(Datagrams, local_addr=(self.at, 0))
        return self

    async def __aexit__(self, *_: object) -> None:
        self._transport.close()
        await asyncio.sleep(0)

    @property
    def address(self) -> str:
        """Where it listens, as `host:port`."""
        host, port = self._transport.get_extra_info("sockname")[:2]
        return f"{_in_uri(host)}:{port}"

    @property
    def contact(self) -> str:
        """The URI it registers."""
        return f"sip:{self.number}@{self.address}"

    @property
    def texts(self) -> list[str]:
        """What was taken with a 2xx, in order."""
        return [each.text for each in self.taken]

    async def register(self, expires: int = 300) -> int:
        """Register; 0 takes the registration away. Returns the final status."""
        fields = f"Contact: <{self.contact}>\r\nExpires: {expires}\r\n"
        return await self.authorised(
            "REGISTER", f"sip:{_in_uri(self.server[0])}", self.number, fields
        )

    async def send(self, number: str, text: str, call_id: str | None = None) -> int:
        """Send a MESSAGE; returns the final status."""
        kept = self._call_id, self._cseq
        self._call_id, self._cseq = call_id or secrets.token_hex(8), 0
        try:
            fields = "Content-Type: text/plain\r\n"
            uri = f"sip:{number}@{_in_uri(self.server[0])}"
            return await self.authorised("MESSAGE", uri, number, fields, text)
        finally:
            self._call_id, self._cseq = kept

    async def receive(self, count: int, timeout_s: float = 15) -> list[str]:
        """Wait until that many texts were taken."""
        await self.until(lambda: len(self.taken) >= count, timeout_s)
        return self.texts

    async def asked(self, count: int, timeout_s: float = 15) -> None:
        """Wait until that many MESSAGEs came, whatever they were answered."""
        await self.until(lambda: len(self.seen) >= count, timeout_s)

    async def until(self, ready: Callable[[], bool], timeout_s: float = 15) -> None:
        """Wait until this is so after something came."""
        async with asyncio.timeout(timeout_s), self._changed:
            await self._changed.wait_for(ready)

    async def authorised(self, method: str, uri: str, to: str, fields: str, body: str = "") -> int:
        """Send any request, with credentials when asked for them; returns the final status."""
        status, text = await self._request(method, uri, to, fields, body)
        if status in (401, 407):
            name = "Authorization" if status == 401 else "Proxy-Authorization"
            credentials = self.credentials(method, uri, text)
            fields = f"{name}: {credentials}\r\n{fields}"
            status, _ = await self._request(method, uri, to, fields, body)
        return status

    def credentials(self, method: str, uri: str, response: str) -> str:
        """The value of Authorization that answers a challenge."""
        challenge = next(
            line
            for line in response.split("\r\n")
            if "-authenticate:" in line.lower() and "SHA-256" not in line
        )
        given = dict(re.findall(r'(\w+)="?([^",]+)"?', challenge.partition(":")[2]))
        realm, nonce = given["realm"], given["nonce"]
        cnonce = secrets.token_hex(8)
        name = self.user_name or self.number
        one = _md5(f"{name}:{realm}:{self.secret}")
        two = _md5(f"{method}:{uri}")
        digest = _md5(f"{one}:{nonce}:00000001:{cnonce}:auth:{two}")
        return (
            f'Digest username="{name}", realm="{realm}", nonce="{nonce}", uri="{uri}", '
            f'response="{digest}", algorithm=MD5, qop=auth, nc=00000001, cnonce="{cnonce}"'
        )

    async def _request(
        self, method: str, uri: str, to: str, fields: str, body: str
    ) -> tuple[int, str]:
        self._cseq += 1
        branch = f"z9hG4bK{secrets.token_hex(8)}"
        host = _in_uri(self.server[0])
        payload = body.encode()
        head = (
            f"{method} {uri} SIP/2.0\r\n"
            f"Via: SIP/2.0/{self.transport} {self.address};branch={branch};rport\r\n"
            f"Max-Forwards: 70\r\n"
            f"From: <sip:{self.number}@{host}>;tag={secrets.token_hex(4)}\r\n"
            f"To: <sip:{to}@{host}>\r\n"
            f"Call-ID: {self._call_id}\r\n"
            f"CSeq: {self._cseq} {method}\r\n"
            f"User-Agent: {self.user_agent}\r\n"
            f"{fields}Content-Length: {len(payload)}\r\n\r\n"
        ).encode()
        answer: asyncio.Future[tuple[int, str]] = asyncio.get_running_loop().create_future()
        self._responses[branch] = answer
        wait_s = 0.5
        for _ in range(6):
            self._transport.sendto(head + payload, self.server)
            done, _ = await asyncio.wait([answer], timeout=wait_s)
            if done:
                return answer.result()
            wait_s *= 2
        raise TimeoutError(f"no answer to {method}")

    def _received(self, data: bytes, source: tuple[str | Any, int]) -> None:
        head, _, body = data.partition(b"\r\n\r\n")
        text = head.decode()
        if text.startswith("SIP/2.0 "):
            status = int(text.split(" ", 2)[1])
            waiting = self._responses.get(_field(text, "branch=([^;\\s]+)"))
            if status >= 200 and waiting is not None and not waiting.done():
                waiting.set_result((status, text))
            return
        self.heads.append(text)
        if not text.startswith("MESSAGE "):
            return
        branch = _field(text, "branch=([^;\\s]+)")
        if branch in self._answered:
            self._respond(text, self._answered[branch], source)
            return
        message = Received(
            _field(text, r"Call-ID:\s*(\S+)"),
            _field(text, r"CSeq:\s*(.+)"),
            branch,
            _field(text, r"From:\s*(.+)"),
            body.decode(),
            len(data),
        )
        request = (message.call_id, message.cseq, message.sender)
        if request in self._known:
            status = 482
        else:
            status = self.answers.popleft() if self.answers else self.usual
        self.seen.append(message)
        if status:
            self._known.add(request)
            self._answered[branch] = status
            self._respond(text, status, source)
        if 200 <= status < 300:
            self.taken.append(message)
        task = asyncio.get_running_loop().create_task(self._notify())
        self._notices.add(task)
        task.add_done_callback(self._notices.discard)

    async def _notify(self) -> None:
        async with self._changed:
            self._changed.notify_all()

    def _respond(
        self, request: str, status: int, source: tuple[str | Any, int], *more: str
    ) -> None:
        kept = [
            line
            for line in request.split("\r\n")[1:]
            if line.lower().startswith(("via:", "from:", "call-id:", "cseq:"))
        ]
        to = _field(request, r"To:\s*(.+)")
        tagged = to if ";tag=" in to else f"{to};tag=phone"
        lines = [f"SIP/2.0 {status} Answer", *kept, f"To: {tagged}", *more, "Content-Length: 0"]
        self._transport.sendto(("\r\n".join(lines) + "\r\n\r\n").encode(), source)


def _field(text: str, pattern: str) -> str:
    found = re.search(pattern, text, re.IGNORECASE)
    assert found is not None, f"no {pattern} in {text}"
    return found[1].strip()


def _in_uri(host: str) -> str:
    return f"[{host}]" if ":" in host else host


def _md5(text: str) -> str:
    return hashlib.md5(text.encode(), usedforsecurity=False).hexdigest()
