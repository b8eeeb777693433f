"""A phone that subscribes, publishes and is notified, on a raw UDP socket."""

from __future__ import annotations

import asyncio
import re
import secrets
from collections import deque
from dataclasses import dataclass, field
from typing import Any

from tests.support.phone import Phone


@dataclass(frozen=True, slots=True)
class Answer:
    """A final response."""

    status: int
    text: str

    def get(self, name: str) -> str:
        """The value of a header, nothing when there is none."""
        found = re.search(rf"^{name}:\s*(.*?)\s*$", self.text, re.IGNORECASE | re.MULTILINE)
        return "" if found is None else found[1]

    @property
    def tag(self) -> str:
        """The tag in To."""
        return self.get("To").partition("tag=")[2]


@dataclass(frozen=True, slots=True)
class Notified:
    """One NOTIFY as it came; `source` is who sent it."""

    text: str
    body: str
    source: tuple[str, int]

    def get(self, name: str) -> str:
        """The value of a header, nothing when there is none."""
        return Answer(0, self.text).get(name)

    @property
    def cseq(self) -> int:
        """Its number."""
        return int(self.get("CSeq").split()[0])


@dataclass
class Subscribed:
    """A dialog that a SUBSCRIBE made."""

    call_id: str
    ours: str
    theirs: str
    cseq: int
    target: str
    to: str
    event: str


@dataclass
class Watcher(Phone):
    """A `Phone` that knows events; `statuses` answer coming NOTIFYs, in order, then 200 does."""

    statuses: deque[int] = field(default_factory=deque)
    challenge: str = ""
    authorization: str = "Authorization"
    notices: list[Notified] = field(default_factory=list)

    async def subscribe(
        self,
        event: str,
        number: str,
        *,
        expires: int | None = 600,
        more: str = "",
        body: str = "",
        contact: str = "",
    ) -> tuple[Answer, Subscribed]:
        """Subscribe to a resource; the dialog counts only with a 2xx."""
        dialog = Subscribed(
            secrets.token_hex(8),
            secrets.token_hex(4),
            "",
            0,
            f"sip:{number}@127.0.0.1",
            number,
            event,
        )
        answer = await self._subscribe(dialog, expires, more, body, contact)
        dialog.theirs = answer.tag
        target = re.search(r"<([^>]+)>", answer.get("Contact"))
        if target is not None:
            dialog.target = target[1]
        return answer, dialog

    async def register_device(self, instance: str) -> int:
        """Register as a device that has a name of its own (RFC 5626)."""
        contact = f'<{self.contact}>;+sip.instance="<{instance}>"'
        fields = f"Supported: gruu\r\nContact: {contact}\r\nExpires: 300\r\n"
        return await self.authorised("REGISTER", f"sip:{self.server[0]}", self.number, fields)

    async def refresh(
        self, dialog: Subscribed, *, expires: int = 600, more: str = "", body: str = ""
    ) -> Answer:
        """Subscribe again in the dialog; 0 ends it."""
        return await self._subscribe(dialog, expires, more, body)

    async def publish(
        self, body: str = "", *, expires: int = 600, more: str = "", event: str = "presence"
    ) -> Answer:
        """Publish the own presence."""
        kind = "Content-Type: application/pidf+xml\r\n" if body else ""
        dialog = Subscribed(
            secrets.token_hex(8),
            secrets.token_hex(4),
            "",
            0,
            f"sip:{self.number}@127.0.0.1",
            self.number,
            event,
        )
        return await self._authorised(
            "PUBLISH", dialog, f"Expires: {expires}\r\n{kind}{more}", body
        )

    async def notified(self, count: int, timeout_s: float = 10) -> list[Notified]:
        """Wait until that many NOTIFYs came."""
        await self.until(lambda: len(self.notices) >= count, timeout_s)
        return self.notices

    async def _subscribe(
        self, dialog: Subscribed, expires: int | None, more: str, body: str, contact: str = ""
    ) -> Answer:
        lines = f"Contact: <{contact or self.contact}>\r\n{more}"
        if expires is not None:
            lines += f"Expires: {expires}\r\n"
        return await self._authorised("SUBSCRIBE", dialog, lines, body)

    async def _authorised(self, method: str, dialog: Subscribed, lines: str, body: str) -> Answer:
        answer = await self._ask(method, dialog, lines, body)
        if answer.status == 401:
            credentials = self.credentials(method, dialog.target, answer.text)
            answer = await self._ask(
                method, dialog, f"{self.authorization}: {credentials}\r\n{lines}", body
            )
        return answer

    async def _ask(self, method: str, dialog: Subscribed, lines: str, body: str) -> Answer:
        dialog.cseq += 1
        branch = f"z9hG4bK{secrets.token_hex(8)}"
        tag = f";tag={dialog.theirs}" if dialog.theirs else ""
        event = f"Event: {dialog.event}\r\n" if dialog.event else ""
        payload = body.encode()
        data = (
            f"{method} {dialog.target} SIP/2.0\r\n"
            f"Via: SIP/2.0/UDP {self.address};branch={branch};rport\r\n"
            "Max-Forwards: 70\r\n"
            f"From: <sip:{self.number}@127.0.0.1>;tag={dialog.ours}\r\n"
            f"To: <sip:{dialog.to}@127.0.0.1>{tag}\r\n"
            f"Call-ID: {dialog.call_id}\r\n"
            f"CSeq: {dialog.cseq} {method}\r\n"
            f"{event}{lines}Content-Length: {len(payload)}\r\n\r\n"
        ).encode() + payload
        answer: asyncio.Future[tuple[int, str]] = asyncio.get_running_loop().create_future()
        self._responses[branch] = answer
        self._transport.sendto(data, self.server)
        async with asyncio.timeout(5):
            return Answer(*await answer)

    def _received(self, data: bytes, source: tuple[str | Any, int]) -> None:
        if not data.startswith(b"NOTIFY "):
            super()._received(data, source)
            return
        head, _, body = data.decode().partition("\r\n\r\n")
        branch = Answer(0, head).get("Via").partition("branch=")[2].partition(";")[0]
        if branch in self._answered:
            self._respond(head, self._answered[branch], source)
            return
        status = self.statuses.popleft() if self.statuses else 200
        self.notices.append(Notified(head, body, (str(source[0]), source[1])))
        if status:
            self._answered[branch] = status
            more = (f"WWW-Authenticate: {self.challenge}",) if status == 401 else ()
            self._respond(head, status, source, *more)
        task = asyncio.get_running_loop().create_task(self._notify())
        self._notices.add(task)
        task.add_done_callback(self._notices.discard)
