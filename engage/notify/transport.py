"""One conversation with a mail server (RFC 5321), over aiosmtplib."""

from __future__ import annotations

import asyncio
import ipaddress
import ssl
from contextlib import suppress
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Literal, Self

import aiosmtplib
from aiosmtplib import SMTP, SMTPException, SMTPResponseException

from engage.errors import N_
from engage.notify.model import Trouble

if TYPE_CHECKING:
    from collections.abc import Awaitable
    from types import TracebackType

    from aiosmtplib import SMTPResponse

    from engage.notify.message import Envelope

Security = Literal["auto", "starttls", "tls", "none"]
StepName = Literal["connect", "encrypt", "sign_in", "sender", "recipient", "message"]
STEPS: dict[StepName, str] = {
    "connect": N_("Connection"),
    "encrypt": N_("Encryption"),
    "sign_in": N_("Sign-in"),
    "sender": N_("Sender"),
    "recipient": N_("Recipient"),
    "message": N_("Message"),
}

BEFORE_MAIL: tuple[StepName, ...] = ("connect", "encrypt", "sign_in")

CONNECT_S, COMMAND_S = 15.0, 30.0
TAKING_S = 120.0
"""Patience after the last byte: a server that is given up too early delivers it twice."""
LONGEST_WORDS = 500
NEEDS_SIGN_IN = (530, 534, 535, 538)  # RFC 4954 §6
CLOSING = 421  # RFC 5321 §3.8: the server ends the connection


@dataclass(frozen=True, slots=True)
class Server:
    """A mail server and how it is spoken to.

    `security`: `tls` from the first byte, `starttls` demanded, `auto`: when it is offered, `none`.
    A server on this machine is trusted without a certificate: nobody stands in between.
    """

    host: str
    port: int
    security: Security = "auto"
    verify: bool = True
    user: str = ""
    password: str = field(default="", repr=False)

    @property
    def local(self) -> bool:
        """Whether it runs on this machine."""
        try:
            return ipaddress.ip_address(self.host).is_loopback
        except ValueError:
            return self.host == "localhost"


@dataclass(frozen=True, slots=True)
class Step:
    """One step of the conversation, with what the server said; `code` 0: it said nothing."""

    name: StepName
    code: int
    words: str


class NotSent(Exception):
    """A mail was not taken, or the server could not be used."""

    def __init__(self, trouble: Trouble) -> None:
        super().__init__(f"{trouble.reason}: {trouble.words}")
        self.trouble = trouble


class Connection:
    """A connection to a mail server; carries one mail after the other.

    `steps` keeps what was said, for people who set it up.
    """

    def __init__(self, server: Server, own_name: str, *, patience: float = 1.0) -> None:
        """`own_name`: this host's, for EHLO; `patience` shortens or lengthens every time-out."""
        self.server = server
        self.steps: list[Step] = []
        self._patience = patience
        self._smtp = SMTP(
            hostname=server.host,
            port=server.port,
            local_hostname=_greeting_name(own_name),
            timeout=COMMAND_S * patience,
            use_tls=server.security == "tls",
            start_tls=False,  # step by step, in `open`
        )

    @property
    def alive(self) -> bool:
        """Whether it can carry another mail."""
        return self._smtp.is_connected

    async def __aenter__(self) -> Self:
        await self.open()
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        await self.close()

    async def open(self) -> None:
        """Connect, encrypt, sign in.

        Raises:
            NotSent: one of them failed; the connection is closed.
        """
        try:
            context = await asyncio.to_thread(_context, self._verifies)
            connect = self._smtp.connect(tls_context=context, timeout=CONNECT_S * self._patience)
            await self._step("connect", connect)
            if self.server.security == "tls":
                self._said("encrypt", 0, self._cipher())
            else:
                await self._encrypt()
            if self.server.user:
                await self._sign_in()
        except BaseException:
            self._smtp.close()
            raise

    async def send(self, envelope: Envelope) -> str:
        """Hand over one mail; tells the server's words.

        Raises:
            NotSent: it was not taken.
        """
        self.steps = [step for step in self.steps if step.name in BEFORE_MAIL]
        options, coding = (["SMTPUTF8"], "utf-8") if envelope.utf8 else ([], "ascii")
        if envelope.utf8 and not self._smtp.supports_extension("smtputf8"):
            trouble = Trouble("refused", "SMTPUTF8 (RFC 6531) is not offered by the mail server")
            raise NotSent(trouble)
        try:
            sender = self._smtp.mail(envelope.sender, options=options, encoding=coding)
            await self._step("sender", sender)
            await self._step("recipient", self._smtp.rcpt(envelope.recipient, encoding=coding))
            taking = self._smtp.data(envelope.message, timeout=TAKING_S * self._patience)
            await self._step("message", taking)
        except NotSent:
            await self._reset()
            raise
        return self.steps[-1].words

    async def close(self) -> None:
        """Say goodbye."""
        if self._smtp.is_connected:
            with suppress(SMTPException, OSError):
                await self._smtp.quit(timeout=2.0)
        self._smtp.close()

    @property
    def _verifies(self) -> bool:
        return self.server.verify and not self.server.local

    async def _encrypt(self) -> None:
        await self._step("connect", self._smtp.ehlo())
        if self.server.security == "none":
            return
        if not self._smtp.supports_extension("starttls"):
            if self.server.security == "starttls":
                self._fail("encrypt", "STARTTLS (RFC 3207) is not offered by the mail server")
            return
        await self._step("encrypt", self._smtp.starttls(server_hostname=self.server.host))
        self._said("encrypt", 0, self._cipher())

    async def _sign_in(self) -> None:
        encrypted = self._smtp.get_transport_info("sslcontext") is not None
        if not (encrypted or self.server.security == "none" or self.server.local):
            self._fail("encrypt", "no encryption is offered; the password is not sent in clear")
        login = self._smtp.login(self.server.user, self.server.password)
        await self._step("sign_in", login)

    async def _step(self, name: StepName, work: Awaitable[SMTPResponse]) -> SMTPResponse:
        try:
            reply = await work
        except SMTPResponseException as refused:
            self._said(name, refused.code, refused.message)
            raise NotSent(_refusal(name, refused.code, self.steps[-1].words)) from None
        except (SMTPException, OSError, ValueError, UnicodeError) as failed:
            self._said(name, 0, _words(failed))
            raise NotSent(_failure(name, failed, self.steps[-1].words)) from None
        self._said(name, reply.code, reply.message)
        return reply

    def _said(self, name: StepName, code: int, words: str) -> None:
        """Keep one line for each step, the last word said in it."""
        line = " ".join(words.split())[:LONGEST_WORDS]
        if self.steps and self.steps[-1].name == name:
            self.steps.pop()
        self.steps.append(Step(name, code, f"{code} {line}" if code else line))

    def _fail(self, name: StepName, words: str) -> None:
        self._said(name, 0, words)
        raise NotSent(Trouble("encryption", words))

    async def _reset(self) -> None:
        if self._smtp.is_connected:
            with suppress(SMTPException, OSError):
                await self._smtp.rset()

    def _cipher(self) -> str:
        tls = self._smtp.get_transport_info("ssl_object")
        chosen = tls.cipher() if tls is not None else None
        return f"{tls.version()} {chosen[0]}" if chosen else ""


def _context(verifies: bool) -> ssl.SSLContext:
    context = ssl.create_default_context()
    if not verifies:
        context.check_hostname = False
        context.verify_mode = ssl.CERT_NONE
    return context


def _refusal(name: StepName, code: int, words: str) -> Trouble:
    """What a reply other than success means (RFC 5321 §4.2.1)."""
    if code in NEEDS_SIGN_IN or name == "sign_in":
        return Trouble("credentials", words)
    if name == "connect":
        return Trouble("unreachable", words)
    if name == "encrypt":
        return Trouble("encryption", words)
    if code == CLOSING:
        return Trouble("broken_off", words)
    return Trouble("refused" if 500 <= code < 600 else "deferred", words)


def _failure(name: StepName, failed: BaseException, words: str) -> Trouble:
    cause = failed.__cause__ if isinstance(failed, SMTPException) else failed
    if name == "encrypt" or isinstance(cause, ssl.SSLError):
        return Trouble("encryption", words)
    if name == "connect":
        return Trouble("unreachable", words)
    if name == "sign_in":
        lost = isinstance(failed, (aiosmtplib.SMTPServerDisconnected, aiosmtplib.SMTPTimeoutError))
        return Trouble("unreachable" if lost else "credentials", words)
    if isinstance(failed, (ValueError, UnicodeError)):
        return Trouble("refused", words)
    return Trouble("broken_off", words)


def _words(failed: BaseException) -> str:
    if isinstance(failed, ssl.SSLCertVerificationError):
        return f"certificate not trusted: {failed.verify_message}"
    return str(failed) or type(failed).__name__


def _greeting_name(own_name: str) -> str:
    """This host as EHLO names it (RFC 5321 §4.1.3): a domain, or an address in brackets."""
    try:
        address = ipaddress.ip_address(own_name)
    except ValueError:
        return own_name.encode("idna").decode() if own_name else "localhost"
    return f"[IPv6:{address}]" if address.version == 6 else f"[{address}]"
