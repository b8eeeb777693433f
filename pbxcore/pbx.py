"""The parts wired together: commands in, facts out. The PBX's front door.

pbx = Pbx(directory, store=store, record=journal.append, arrived=ask_the_hub)
await pbx.start(udp=[...], tcp=[...])     # sockets bound by the supervisor; TCP ones listening
reply = await pbx.handle(commands.Probe())
await pbx.stop()
"""

from __future__ import annotations

import asyncio
import logging
import secrets
import time
from typing import TYPE_CHECKING, Final

from pbxcore import commands
from pbxcore.authentication import Authentication
from pbxcore.directory import DirectoryGap
from pbxcore.domain import Domain
from pbxcore.errors import LocalProtocolError
from pbxcore.journal import BindingAdded, BindingRemoved
from pbxcore.net import addresses
from pbxcore.net.endpoint import Endpoint
from pbxcore.net.tls import CertificateRefused, ServerCertificate, Tls
from pbxcore.presence.bindings import BindingStore, StoredBinding
from pbxcore.presence.registrar import Registrar
from pbxcore.services.messages import MessageService
from pbxcore.services.options import OptionsService
from pbxcore.services.pager import Pager
from pbxcore.services.registration import RegistrationService
from pbxcore.uas import Uas

if TYPE_CHECKING:
    import socket
    from collections.abc import Awaitable, Callable, Sequence

    from pbxcore.directory import Directory
    from pbxcore.journal import Fact
    from pbxcore.presence.outcome import Outcome

__all__ = ["BindingStore", "CertificateRefused", "Pbx", "ServerCertificate", "StoredBinding"]

log = logging.getLogger(__name__)

_CHORES_S: Final = 1.0
_FORGET_ADDRESSES_EVERY: Final = 30


class Pbx:
    """One SIP server in one event loop.

    Args:
        directory: extensions and settings; kept current by `handle`.
        store: keeps bindings over a restart; its methods must not wait.
        record: takes each fact for the journal; called inside the loop, must not wait.
        arrived: stores a MESSAGE for someone no phone serves; None or an exception is answered 503.
        clock: seconds UTC since 1970.
        entropy: that many unguessable bytes.
    """

    def __init__(
        self,
        directory: Directory,
        *,
        store: BindingStore,
        record: Callable[[Fact], None],
        arrived: Callable[[commands.MessageArrived], Awaitable[commands.MessageStored | None]],
        clock: Callable[[], float] = time.time,
        entropy: Callable[[int], bytes] = secrets.token_bytes,
    ) -> None:
        self._directory = directory
        self._store = store
        self._record = record
        self._arrived = arrived
        self._clock = clock
        self._entropy = entropy
        self._registrar = Registrar()
        self._domain = Domain(directory)
        self._authentication = Authentication(directory, self._domain, clock=clock, entropy=entropy)
        self._tls: Tls | None = None
        self._endpoint: Endpoint | None = None
        self._pager: Pager | None = None
        self._chores: asyncio.TimerHandle | None = None
        self._rounds = 0

    async def start(
        self,
        udp: Sequence[socket.socket],
        tcp: Sequence[socket.socket],
        tls: Sequence[socket.socket] = (),
    ) -> None:
        """Load the bindings and serve on these sockets, which the PBX owns (closes) from now on."""
        self._registrar.restore(self._store.load(), self._now_ms())
        self._drop_strangers()
        uas = Uas()
        self._endpoint = Endpoint(
            lambda: self._directory.settings, uas.receive, self._entropy, self._tls
        )
        self._serve(uas, self._endpoint)
        await self._endpoint.start(udp, tcp, tls)
        self._do_chores()

    def _serve(self, uas: Uas, endpoint: Endpoint) -> None:
        """Give each method to its service."""
        self._pager = Pager(
            self._directory,
            endpoint.layer,
            record=self._record,
            arrived=self._arrived,
            entropy=self._entropy,
        )
        registration = RegistrationService(
            self._directory,
            self._domain,
            self._authentication,
            self._registrar,
            endpoint,
            changed=self._changed,
            clock=self._clock,
        )
        messages = MessageService(
            self._directory, self._domain, self._authentication, self._registrar, self._pager
        )
        uas.serve(b"REGISTER", registration.receive)
        uas.serve(b"OPTIONS", OptionsService(self._domain, uas).receive)
        uas.serve(b"MESSAGE", messages.receive)

    def use_certificates(self, certificates: Sequence[ServerCertificate]) -> None:
        """Show these over TLS from now on, the first to whoever asks for no name that we have.

        To be called before `start` for TLS to be served, and again when they have changed.

        Raises:
            CertificateRefused: one cannot be used; then all stays as it was.
        """
        if self._tls is None:
            self._tls = Tls(lambda: self._directory.settings, certificates)
        else:
            self._tls.use(certificates)

    async def stop(self, grace_s: float = 5.0) -> None:
        """Take nothing new, let open transactions end for at most `grace_s`, close all sockets."""
        if self._chores is not None:
            self._chores.cancel()
        if self._endpoint is not None:
            await self._endpoint.stop(grace_s)
            self._endpoint = self._pager = None

    async def handle(self, request: commands.Request) -> commands.Reply:
        """Carry out one command; may be called before `start` and while others are under way.

        Raises:
            LocalProtocolError: `MessageArrived`, which goes the other way.
        """
        match request:
            case commands.PutSnapshot(snapshot):
                self._directory.replace(snapshot)
                self._drop_strangers()
            case commands.ApplyDelta(delta):
                try:
                    self._directory.apply(delta)
                except DirectoryGap as gap:
                    log.info("delta does not follow", extra={"why": str(gap)})
                else:
                    self._drop_strangers()
            case commands.ListBindings(number):
                return self._bindings(number)
            case commands.SendMessage():
                return await self._send(request)
            case commands.Probe():
                return self._health()
            case _:
                raise LocalProtocolError(f"not a command for the PBX: {type(request).__name__}")
        return commands.DirectoryHeld(self._directory.version)

    async def _send(self, command: commands.SendMessage) -> commands.MessageResult:
        if self._pager is None:
            return commands.MessageResult(command.id, 503, "Not Serving")
        held = self._registrar.of(command.number)
        binding = next((each for each in held if each.contact == command.contact), None)
        return await self._pager.send(command, binding)

    def _bindings(self, number: str) -> commands.Bindings:
        numbers = [number] if number else list(self._registrar.numbers())
        held = [binding for each in numbers for binding in self._registrar.of(each)]
        held.sort(key=lambda each: each.registered_at_ms)
        views = (
            commands.BindingView(
                each.number,
                each.contact,
                each.user_agent,
                each.source,
                each.transport,
                each.registered_at_ms,
                each.expires_at_ms,
            )
            for each in held
        )
        return commands.Bindings(tuple(views))

    def _health(self) -> commands.Health:
        figures: dict[str, float] = {"sip_bindings": len(self._registrar)}
        if self._endpoint is None or self._pager is None:
            return commands.Health(False, "SIP is not served", figures)
        figures |= self._endpoint.counts()
        figures["sip_messages_in_total"] = self._pager.taken
        figures["sip_messages_relayed_total"] = self._pager.relayed
        figures["sip_messages_out_total"] = self._pager.sent
        if self._directory.version < 0:
            return commands.Health(False, "no directory yet", figures)
        return commands.Health(True, "", figures)

    def _changed(self, outcome: Outcome) -> None:
        """Keep and tell what became of an extension's bindings."""
        self._store.save(outcome.number, outcome.bindings)
        for removed in outcome.removed:
            self._record(BindingRemoved(outcome.number, removed.binding.contact, removed.cause))
        for each in outcome.added:
            self._record(
                BindingAdded(
                    each.number,
                    each.contact,
                    each.user_agent,
                    each.source,
                    each.transport,
                    each.expires_at_ms,
                )
            )

    def _drop_strangers(self) -> None:
        """Remove the bindings of extensions that are gone; without a directory nobody is."""
        if self._directory.version < 0:
            return
        for number in list(self._registrar.numbers()):
            if self._directory.extension(number) is None:
                self._changed(self._registrar.remove(number))

    def _do_chores(self) -> None:
        """Once a second: let bindings expire, and ask the kernel about addresses anew at times."""
        for outcome in self._registrar.tick(self._now_ms()):
            self._changed(outcome)
        self._rounds += 1
        if self._rounds % _FORGET_ADDRESSES_EVERY == 0:
            addresses.forget()
            self._domain.forget()
        loop = asyncio.get_running_loop()
        self._chores = loop.call_later(_CHORES_S, self._do_chores)

    def _now_ms(self) -> int:
        return int(self._clock() * 1000)
