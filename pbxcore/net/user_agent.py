"""A SIP user agent on sockets, for programs that use asyncio: `docs/guide/sip.md` shows it."""

from __future__ import annotations

import asyncio
import contextlib
import secrets
import socket
import time
from typing import TYPE_CHECKING, Final, Self

from pbxcore.directory import Directory, Snapshot
from pbxcore.domain_settings import BanPolicy, DomainSettings, SipLimits
from pbxcore.entropy import Entropy
from pbxcore.net.call import AsyncCall
from pbxcore.net.desk import Desk, Text
from pbxcore.net.dns import Resolver
from pbxcore.net.endpoint import Endpoint
from pbxcore.net.hearing import Hearing, Refused, settle
from pbxcore.sip.address import parse_address
from pbxcore.sip.agent.profile import Profile
from pbxcore.sip.agent.route import UriRouter
from pbxcore.sip.digest_client import Account, DigestClient
from pbxcore.sip.grammar import seconds
from pbxcore.sip.headers.contact import read_contacts
from pbxcore.sip.headers.events import Event
from pbxcore.sip.headers.expiry import read_min_expires
from pbxcore.sip.uri import SipUri, parse_uri
from pbxcore.sip.user_agent import UserAgent
from pbxcore.watch import Watch

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

    from pbxcore.sip.agent.conversation import Conversation
    from pbxcore.sip.agent.references import Referral
    from pbxcore.sip.agent.subscription import Notified
    from pbxcore.sip.dialogs.refer import Progress
    from pbxcore.sip.message import Response
    from pbxcore.sip.resolution import Names

_PRODUCT: Final = b"pbxcore"
_LIMITS: Final = SipLimits(requests_per_s=1_000_000, strangers_per_s=1_000_000)


class AsyncUserAgent:
    """One user agent: an address, its sockets, its calls.

    Args:
        address: our address-of-record, such as `sip:alice@example.com`, or a name-addr.
        username: for challenges; the user of `address` if not given.
        password: for challenges; without one a 401 is the answer.
        host: the address to listen on, for UDP and TCP.
        port: the port to listen on; 0 takes a free one.
        names: looks host names up; the machine's name servers if not given.
        session_s: the session interval asked for (RFC 4028).
        reliable: send provisional responses reliably to those who support it (RFC 3262).
    """

    def __init__(
        self,
        address: str,
        *,
        username: str = "",
        password: str = "",
        host: str = "127.0.0.1",
        port: int = 0,
        names: Names | None = None,
        session_s: int = 1800,
        reliable: bool = True,
    ) -> None:
        uri = parse_uri(parse_address(address.encode()).uri)
        user = (uri.user or b"") if isinstance(uri, SipUri) else b""
        named = address if "<" in address else f"<{address}>"
        self._profile = Profile(
            named.encode(), user, _PRODUCT, session_s=session_s, reliable=reliable
        )
        self._account = Account(username or user.decode(), password)
        self._bind = host, port
        self._names = names
        self._desk = Desk()
        self._registrations: dict[str, asyncio.Task[None]] = {}
        self._conversations: dict[str, Conversation] = {}

    async def __aenter__(self) -> Self:
        await self.start()
        return self

    async def __aexit__(self, *_: object) -> None:
        await self.close()

    async def start(self) -> None:
        """Bind the sockets."""
        self._udp, tcp = bound(*self._bind)
        self.port: int = self._udp.getsockname()[1]
        settings = DomainSettings(bans=BanPolicy(enabled=False), limits=_LIMITS)
        directory = Directory(Snapshot(1, settings, ()))
        watch = Watch(directory, store=None, record=lambda fact: None, clock=time.time)
        entropy = Entropy()
        self._endpoint = Endpoint(lambda: settings, lambda incoming: None, entropy, watch)
        router = UriRouter(
            self._endpoint,
            lambda most: secrets.randbelow(most + 1),
            names=self._names or Resolver(),
            transports=("udp", "tcp"),
        )
        client = DigestClient(lambda realm: self._account, lambda: secrets.token_hex(8).encode())
        self.agent = UserAgent(
            self._endpoint.layer,
            router,
            self._profile,
            entropy,
            self._desk,
            client if self._account.password else None,
        )
        self._endpoint.layer.on_request = self.agent.receive
        await self._endpoint.start([self._udp], [tcp])

    async def close(self, grace_s: float = 2.0) -> None:
        """Unregister, hang up, and close the sockets."""
        for registrar in list(self._registrations):
            with contextlib.suppress(Refused):
                await self.unregister(registrar)
        self.agent.hang_up_all()
        await self._endpoint.stop(grace_s)

    # Out

    async def register(self, registrar: str, expires_s: int = 3600) -> int:
        """Register at `registrar` (a URI) and stay registered; returns the seconds granted.

        Raises:
            Refused: the registrar would not.
        """
        granted = await self._register(registrar, expires_s)
        old = self._registrations.pop(registrar, None)
        if old is not None:
            old.cancel()
        keeping = self._keep_registered(registrar, expires_s, granted)
        self._registrations[registrar] = asyncio.get_running_loop().create_task(keeping)
        return granted

    async def unregister(self, registrar: str) -> None:
        """Be registered there no more.

        Raises:
            Refused: the registrar would not.
        """
        task = self._registrations.pop(registrar, None)
        if task is not None:
            task.cancel()
        await self._register(registrar, 0)

    async def invite(self, uri: str, description: bytes = b"", *lines: bytes) -> AsyncCall:
        """Call a URI, and wait until somebody answers.

        Args:
            uri: whom.
            description: our offer; nothing lets the callee offer, and `on_offer` answers.
            lines: more header lines.

        Raises:
            Refused: nobody did.
        """
        call = self.call(uri, description, *lines)
        try:
            await call.answered()
        except asyncio.CancelledError:
            call.give_up()
            raise
        return call

    def call(self, uri: str, description: bytes = b"", *lines: bytes, to: str = "") -> AsyncCall:
        """The same, without waiting: to hang up while it rings, or hear what goes before.

        `to` is whom the call was meant for, where that is not the address it goes to.
        """
        hearing = Hearing(description)
        meant = f"<{to or uri}>".encode()
        return AsyncCall(
            hearing,
            self.agent.invite(uri.encode(), hearing, body=description, lines=lines, to=meant),
        )

    async def follow(self, referral: Referral, description: bytes = b"") -> AsyncCall:
        """Do what a transfer asks: call, and let the one who asked know how it goes.

        Raises:
            Refused: nobody answered.
        """
        referral.accept()
        reference = referral.reference
        try:
            call = await self.invite(reference.uri.decode(), description, *reference.lines)
        except Refused as refused:
            referral.progress(refused.status, refused.reason)
            raise
        referral.progress(200)
        return call

    async def message(
        self, uri: str, text: str | bytes, content_type: str = "text/plain;charset=utf-8"
    ) -> int:
        """Send a text (RFC 3428); returns the status, 200 or 202.

        Raises:
            Refused: it was not taken.
        """
        body = text.encode() if isinstance(text, str) else text
        line = b"Content-Type: " + content_type.encode()
        return (await self.request(b"MESSAGE", uri, line, body=body)).status

    async def request(self, method: bytes, uri: str, *lines: bytes, body: bytes = b"") -> Response:
        """Send any request outside of calls, such as OPTIONS.

        Raises:
            Refused: by a status above 299; 408 for silence, 503 for no way.
        """
        return await self._ask(method, self.agent.conversation(uri.encode()), lines, body)

    async def subscribe(
        self, uri: str, event: str, *lines: bytes, expires_s: int = 3600
    ) -> AsyncIterator[Notified]:
        """Follow an event of a URI (RFC 6665), until it ends or the loop over it is left.

        Raises:
            Refused: the subscription would not be taken.
        """
        heard: asyncio.Queue[Notified] = asyncio.Queue()
        subscription = self.agent.subscribe(
            uri.encode(),
            Event(event.encode()),
            heard.put_nowait,
            lines=lines,
            expires_s=expires_s,
        )
        try:
            while True:
                notified = await heard.get()
                if notified.status:
                    raise Refused(notified.status)
                yield notified
                if notified.ended:
                    return
        finally:
            subscription.stop()

    async def refer(self, uri: str, target: str) -> AsyncIterator[Progress]:
        """Ask somebody, outside of any call, to call `target`; tells how it goes, to its end."""
        heard: asyncio.Queue[Progress] = asyncio.Queue()
        self.agent.refer(uri.encode(), target.encode(), heard.put_nowait)
        while True:
            progress = await heard.get()
            yield progress
            if progress.final:
                return

    # In

    async def next_call(self) -> AsyncCall:
        """Wait for somebody who calls."""
        return await self._desk.calls.get()

    async def next_text(self) -> Text:
        """Wait for a MESSAGE."""
        return await self._desk.texts.get()

    async def _keep_registered(self, registrar: str, expires_s: int, granted_s: int) -> None:
        while True:
            await asyncio.sleep(max(granted_s * 0.9 - 5, granted_s / 2, 1))
            try:
                granted_s = await self._register(registrar, expires_s)
            except Refused:
                granted_s = 60  # and again, as long as we live

    async def _register(self, registrar: str, expires_s: int) -> int:
        conversation = self._conversations.get(registrar)
        if conversation is None:
            aor = parse_address(self._profile.address).uri
            conversation = self.agent.conversation(registrar.encode(), to=b"<%b>" % aor)
            self._conversations[registrar] = conversation
        try:
            line = b"Expires: %d" % expires_s
            response = await self._ask(b"REGISTER", conversation, (line,), b"")
        except Refused as refused:
            least = refused.response and read_min_expires(refused.response)
            if refused.status != 423 or not least or not 0 < expires_s < least:
                raise
            return await self._register(registrar, least)
        return _granted(response, self._udp.getsockname()[1], expires_s)

    async def _ask(
        self, method: bytes, conversation: Conversation, lines: tuple[bytes, ...], body: bytes
    ) -> Response:
        heard: asyncio.Future[Response] = asyncio.get_running_loop().create_future()
        self.agent.request(
            method, conversation, lambda *answer: settle(heard, *answer), lines=lines, body=body
        )
        return await heard


def bound(host: str, port: int) -> tuple[socket.socket, socket.socket]:
    """A UDP and a TCP socket on the same port; 0 takes one where both are free."""
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    while True:
        tcp = socket.create_server((host, port), family=family)
        udp = socket.socket(family, socket.SOCK_DGRAM)
        try:
            udp.bind(tcp.getsockname())
        except OSError:  # somebody else's UDP socket has this port
            tcp.close()
            udp.close()
            if port:
                raise
            continue
        return udp, tcp


def _granted(response: Response, port: int, asked_s: int) -> int:
    """The seconds our own binding was given: the 200 lists those of other phones too (§10.2.4)."""
    for contact in read_contacts(response):
        uri = parse_uri(contact.uri)
        if isinstance(uri, SipUri) and uri.port == port and contact.expires is not None:
            return contact.expires
    granted = seconds(response.get(b"expires"))
    return asked_s if granted is None else granted
