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
    from pbxcore.ground import Ground
    from pbxcore.net.tls import Tls
    from pbxcore.presence.bindings import StoredBinding
    from pbxcore.sip.flow import Flow
    from pbxcore.sip.transactions.layer import TransactionLayer

log = logging.getLogger(__name__)
_CHORES_S: Final = 1.0
_FORGET_ADDRESSES_EVERY: Final = 30


class Running:
    """Wires the services together; nothing is heard before `start`.

    Args:
        ground: what they stand on.
        tls: the certificates to show; none: TLS is not served.

    Attributes:
        endpoint: the sockets.
        calls: the calls.
    """

    def __init__(self, ground: Ground, tls: Tls | None) -> None:
        self._ground = ground
        directory = ground.directory
        self._uas = uas = Uas()
        uas.gruus = ground.gruus
        uas.proxies = lambda: directory.settings.trusted_proxies
        self.endpoint = Endpoint(
            lambda: directory.settings, uas.receive, ground.entropy, ground.watch, tls
        )
        layer = self.endpoint.layer
        layer.on_lost = self._lost
        self._pager = Pager(
            directory, layer, record=ground.record, arrived=ground.arrived, entropy=ground.entropy
        )
        self._messages = self._serve_requests()
        self._qualifying = self._qualify(layer)
        ground.load()
        self._events = self._serve_events(layer)
        self._resolver = Resolver(lambda: directory.settings.name_servers)
        self._trunks = Trunks(
            directory, layer, self._resolver, record=ground.record, entropy=ground.entropy
        )
        self.calls = self._serve_calls(layer)
        self._own_texts = OwnTexts(ground.registrar.of, self._pager, self._wake)
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
        figures = self.endpoint.counts() | self._ground.watch.counts()
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
        ground, uas = self._ground, self._uas
        registration = RegistrationService(
            ground.directory,
            ground.domain,
            ground.authentication,
            ground.registrar,
            self.endpoint,
            temporary=ground.gruus,
            changed=ground.phones.changed,
            clock=ground.clock,
        )
        messages = MessageService(
            ground.directory,
            ground.domain,
            ground.authentication,
            ground.registrar,
            self._pager,
            self._wake,
        )
        uas.serve(b"REGISTER", registration.receive, understood=tuple(SUPPORTED))
        uas.serve(b"OPTIONS", OptionsService(ground.domain, uas).receive)
        uas.serve(b"MESSAGE", messages.receive, bodies=(MEDIA_TYPE,))
        return messages

    def _qualify(self, layer: TransactionLayer) -> Qualifying:
        """Ask phones whether they are there."""
        ground = self._ground
        qualifying = Qualifying(
            ground.qualification,
            layer,
            asyncio.get_running_loop(),
            answered=ground.phones.qualified,
            now_ms=ground.now_ms,
            entropy=ground.entropy,
        )
        ground.phones.qualifiable = qualifying.wake
        return qualifying

    def _serve_events(self, layer: TransactionLayer) -> Events:
        """Let phones watch and publish."""
        ground = self._ground
        events = Events(
            ground.directory,
            ground.domain,
            ground.authentication,
            ground.registrar,
            layer,
            asyncio.get_running_loop(),
            waiting=ground.voicemail.mailboxes.counts,
            wake=self._wake,
            stores=ground.event_stores,
            record=ground.record,
            now_ms=ground.now_ms,
            entropy=ground.entropy,
        )
        events.serve(self._uas)
        ground.phones.watched = events.registered
        ground.voicemail.changed = events.mailbox_changed
        return events

    def _serve_calls(self, layer: TransactionLayer) -> CallService:
        ground, events, trunks = self._ground, self._events, self._trunks
        calls = CallService(
            ground.directory,
            ground.domain,
            ground.authentication,
            ground.registrar,
            layer,
            media=ground.media,
            names=trunks.names,
            record=ground.record,
            entropy=ground.entropy,
            handling=events.handling,
            features=events.features,
            trunks=trunks,
            clock=ground.clock,
            post=ground.voicemail.post,
            written=self._messages.within_call,
            prompts=ground.prompts,
            vouching=NetVouching(ground.directory, ground.clock),
            push=Pushing(ground.directory).send,
            recordings=ground.recordings,
            kept=ground.call_stores,
            faxes=ground.faxes,
            told=ground.told,
            queues=ground.event_stores.queues,
        )
        calls.serve(self._uas)
        calls.shown_by(events)
        calls.queues.start()
        return calls

    def _wake(self, phones: Sequence[StoredBinding], then: Callable[[bool], None]) -> bool:
        return self.calls.rousing.wake(phones, then)

    def _lost(self, flow: Flow) -> None:
        """A connection is gone: no phone and no provider is reached over it any more."""
        self._ground.phones.lost((flow.transport, flow.local, flow.source))
        if self._serves:
            self._trunks.lost(flow)

    def _do_chores(self) -> None:
        """Once a second: let bindings expire, and ask the kernel about addresses anew at times."""
        ground, loop = self._ground, asyncio.get_running_loop()
        self._chores = loop.call_later(_CHORES_S, self._do_chores)
        self._rounds += 1
        chores: list[Callable[[], object]] = [
            ground.phones.tick,
            self._trunks.tick,
            *self.calls.chores,
            partial(ground.watch.tick, loop.time()),
            self._events.tick,
        ]
        if self._rounds % _FORGET_ADDRESSES_EVERY == 0:
            chores += addresses.forget, ground.domain.forget
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
