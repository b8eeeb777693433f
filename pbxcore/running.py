"""The PBX while it serves: its services on one endpoint, from start to stop."""

from __future__ import annotations

import asyncio
import logging
from functools import partial
from typing import TYPE_CHECKING, Final

from pbxcore.apps.conference_commands import ConferenceCommand
from pbxcore.calls.commands import CallCommand
from pbxcore.calls.visitor_commands import VisitorCommand
from pbxcore.commands import CheckSync, DeviceTold, ListTrunks, SendMessage, TrunkStandings
from pbxcore.errors import LocalProtocolError
from pbxcore.messages.text import MEDIA_TYPE
from pbxcore.net import addresses
from pbxcore.net.dns import Resolver
from pbxcore.net.endpoint import Endpoint
from pbxcore.net.pushing import Pushing
from pbxcore.net.vouching import NetVouching
from pbxcore.presence.registration import SUPPORTED
from pbxcore.queues.commands import QueueCommand
from pbxcore.services.calls import CallService
from pbxcore.services.events import Events
from pbxcore.services.messages import MessageService
from pbxcore.services.options import OptionsService
from pbxcore.services.own_texts import OwnTexts
from pbxcore.services.pager import Pager
from pbxcore.services.qualifying import Qualifying
from pbxcore.services.registration import RegistrationService
from pbxcore.trunks.service import Trunks
from pbxcore.uas import Uas

if TYPE_CHECKING:
    import socket
    from collections.abc import Callable, Iterable, Sequence

    from pbxcore.commands import Reply, Request
    from pbxcore.net.tls import Tls
    from pbxcore.parts import PbxParts
    from pbxcore.presence.bindings import StoredBinding
    from pbxcore.sip.flow import Flow
    from pbxcore.sip.transactions.layer import TransactionLayer

log = logging.getLogger(__name__)
_CHORES_S: Final = 1.0
_FORGET_ADDRESSES_EVERY: Final = 30


class Running:
    """Wires the services together; nothing is heard before `start`.

    Args:
        parts: what they stand on.
        tls: the certificates to show; none: TLS is not served.

    Attributes:
        endpoint: the sockets.
        calls: the calls.
    """

    def __init__(self, parts: PbxParts, tls: Tls | None) -> None:
        self._parts = parts
        self._surroundings = surroundings = parts.surroundings
        directory = parts.directory
        self._uas = uas = Uas()
        uas.gruus = parts.gruus
        uas.proxies = lambda: directory.settings.trusted_proxies
        self.endpoint = Endpoint(
            lambda: directory.settings, uas.receive, surroundings.entropy, parts.watch, tls
        )
        layer = self.endpoint.layer
        layer.on_lost = self._lost
        self._pager = Pager(
            directory,
            layer,
            record=surroundings.outlets.record,
            arrived=surroundings.outlets.arrived,
            entropy=surroundings.entropy,
        )
        self._messages = self._serve_requests()
        self._qualifying = self._qualify(layer)
        parts.load()
        self._events = self._serve_events(layer)
        self._resolver = Resolver(lambda: directory.settings.name_servers)
        self._trunks = Trunks(
            directory,
            layer,
            self._resolver,
            record=surroundings.outlets.record,
            entropy=surroundings.entropy,
        )
        self.calls = self._serve_calls(layer)
        self._own_texts = OwnTexts(parts.registrar.of, self._pager, self._wake)
        self._serves = False
        self._chores: asyncio.TimerHandle | None = None
        self._rounds = 0

    async def start(
        self,
        udp: Sequence[socket.socket],
        tcp: Sequence[socket.socket],
        tls: Sequence[socket.socket],
    ) -> None:
        """Serve on these sockets."""
        await self.endpoint.start(udp, tcp, tls)
        self._serves = True
        self._trunks.follow()
        self._events.start()
        self._do_chores()

    async def stop(self, grace_s: float) -> None:
        """Take nothing new, let open transactions end, close all sockets."""
        self._serves = False
        if self._chores is not None:
            self._chores.cancel()
        self._qualifying.stop()
        self.calls.stop()
        self._resolver.close()
        self._events.stop()
        self.endpoint.layer.on_lost = None  # it is we who close them
        await self.endpoint.stop(grace_s)

    async def handle(self, request: Request) -> Reply:
        """Carry out a command that only a PBX which serves can.

        Raises:
            LocalProtocolError: it is none.
        """
        match request:
            case ListTrunks():
                return self._trunks.standings() if self._serves else TrunkStandings(())
            case SendMessage():
                return await self._own_texts.send(request)
            case CheckSync():
                return await self._check_sync(request)
            case _ if isinstance(request, VisitorCommand):
                return self.calls.visitors.carry_out(request)
            case _ if isinstance(request, CallCommand):
                return await self.calls.control(request)
            case _ if isinstance(request, ConferenceCommand):
                return self.calls.oversee(request)
            case _ if isinstance(request, QueueCommand):
                return self.calls.queues.handle(request)
            case _:
                raise not_for_us(request)

    async def _check_sync(self, command: CheckSync) -> DeviceTold:
        """Ask a device to fetch its settings, and tell what it said."""
        told: asyncio.Future[int] = asyncio.get_running_loop().create_future()

        def heard(status: int) -> None:
            if not told.done():
                told.set_result(status)

        self._events.check_sync(command, heard)
        return DeviceTold(await told)

    def counts(self) -> dict[str, float]:
        """Figures for /metrics."""
        figures = self.endpoint.counts() | self._parts.watch.counts()
        figures |= self._events.counts() | self.calls.counts()
        figures["sip_messages_in_total"] = self._pager.taken
        figures["sip_messages_relayed_total"] = self._pager.relayed
        figures["sip_messages_out_total"] = self._pager.sent
        return figures

    def follow_directory(self, *, whole: bool) -> None:
        """Do at once what another directory, or a part of it, asks for."""
        self._events.refresh()
        self.calls.queues.follow()
        self.endpoint.follow_settings()
        if self._serves:
            self._trunks.follow()
        self.calls.follow()
        if whole:
            self.calls.queues.follow_all()

    # How it is wired

    def _serve_requests(self) -> MessageService:
        """Give each method that begins nothing lasting to its service."""
        parts, uas = self._parts, self._uas
        registration = RegistrationService(
            parts.directory,
            parts.domain,
            parts.authentication,
            parts.registrar,
            self.endpoint,
            temporary=parts.gruus,
            changed=parts.phones.changed,
            clock=self._surroundings.clock,
        )
        messages = MessageService(
            parts.directory,
            parts.domain,
            parts.authentication,
            parts.registrar,
            self._pager,
            self._wake,
        )
        uas.serve(b"REGISTER", registration.receive, understood=tuple(SUPPORTED))
        uas.serve(b"OPTIONS", OptionsService(parts.domain, uas).receive)
        uas.serve(b"MESSAGE", messages.receive, bodies=(MEDIA_TYPE,))
        return messages

    def _qualify(self, layer: TransactionLayer) -> Qualifying:
        """Ask phones whether they are there."""
        parts = self._parts
        qualifying = Qualifying(
            parts.qualification,
            layer,
            asyncio.get_running_loop(),
            answered=parts.phones.qualified,
            now_ms=self._surroundings.now_ms,
            entropy=self._surroundings.entropy,
        )
        parts.phones.qualifiable = qualifying.wake
        return qualifying

    def _serve_events(self, layer: TransactionLayer) -> Events:
        """Let phones watch and publish."""
        parts = self._parts
        events = Events(
            parts.directory,
            parts.domain,
            parts.authentication,
            parts.registrar,
            layer,
            asyncio.get_running_loop(),
            waiting=parts.voicemail.mailboxes.counts,
            wake=self._wake,
            gruus=parts.gruu_ways,
            stores=self._surroundings.stores.events,
            record=self._surroundings.outlets.record,
            now_ms=self._surroundings.now_ms,
            entropy=self._surroundings.entropy,
        )
        events.serve(self._uas)
        parts.phones.watched = events.registered
        parts.voicemail.changed = events.mailbox_changed
        return events

    def _serve_calls(self, layer: TransactionLayer) -> CallService:
        """Let everybody call."""
        parts, events = self._parts, self._events
        calls = CallService(
            parts,
            layer,
            events,
            self._trunks,
            written=self._messages.within_call,
            vouching=NetVouching(parts.directory, self._surroundings.clock),
            push=Pushing(parts.directory).send,
        )
        calls.serve(self._uas)
        calls.shown_by(events)
        calls.queues.start()
        return calls

    def _wake(self, phones: Sequence[StoredBinding], then: Callable[[bool], None]) -> bool:
        return self.calls.rousing.wake(phones, then)

    def _lost(self, flow: Flow) -> None:
        """A connection is gone: no phone and no provider is reached over it any more."""
        self._parts.phones.lost((flow.transport, flow.local, flow.source))
        if self._serves:
            self._trunks.lost(flow)

    def _do_chores(self) -> None:
        """Once a second: let bindings expire, and ask the kernel about addresses anew at times."""
        parts, loop = self._parts, asyncio.get_running_loop()
        self._chores = loop.call_later(_CHORES_S, self._do_chores)
        self._rounds += 1
        chores: list[Callable[[], object]] = [
            parts.phones.tick,
            self._trunks.tick,
            *self.calls.chores,
            partial(parts.watch.tick, loop.time()),
            self._events.tick,
        ]
        if self._rounds % _FORGET_ADDRESSES_EVERY == 0:
            chores += addresses.forget, parts.domain.forget
        do_each(chores)


def do_each(chores: Iterable[Callable[[], object]]) -> None:
    """Do all of them, whichever fails: that is logged."""
    for chore in chores:
        try:
            chore()
        except Exception:
            log.exception("chore failed")


def not_for_us(request: Request) -> LocalProtocolError:
    """A command that the PBX does not know."""
    return LocalProtocolError(f"not a command for the PBX: {type(request).__name__}")
