"""The parts wired together: commands in, facts out. The PBX's front door.

pbx = Pbx(directory, store=store, record=journal.append, arrived=ask_the_hub)
await pbx.start(udp=[...], tcp=[...])     # sockets bound by the supervisor; TCP ones listening
reply = await pbx.handle(Probe())
await pbx.stop()
"""

from __future__ import annotations

import asyncio
import logging
import socket
import time
from typing import TYPE_CHECKING, Final

from pbxcore import commands
from pbxcore.apps.conference_commands import ConferenceCommand, ConferenceShown
from pbxcore.authentication import Authentication
from pbxcore.calls.commands import CallCommand, CallDone
from pbxcore.calls.completing import Request as CompletionRequest
from pbxcore.calls.keeping import CallStores
from pbxcore.calls.visitor_commands import VisitorCommand
from pbxcore.defence.bans import Ban, BanStore
from pbxcore.devices import Devices
from pbxcore.dialplan.emergency_returns import CalledForHelp
from pbxcore.directory import DirectoryGap
from pbxcore.domain import Domain
from pbxcore.entropy import Entropy
from pbxcore.errors import LocalProtocolError
from pbxcore.faxes.inbox import FaxInbox
from pbxcore.faxes.keeping import NoFaxKeeper
from pbxcore.features.model import Features
from pbxcore.features.recent import Came
from pbxcore.health import Health, Probe
from pbxcore.media.port import NoMedia
from pbxcore.net import addresses
from pbxcore.net.dns import Resolver
from pbxcore.net.endpoint import Endpoint
from pbxcore.net.pushing import Pushing
from pbxcore.net.tls import CertificateRefused, ServerCertificate, Tls
from pbxcore.net.vouching import NetVouching
from pbxcore.net.websocket import WebSockets
from pbxcore.presence.bindings import BindingStore, StoredBinding
from pbxcore.presence.keeping import EventStores, volatile_stores
from pbxcore.presence.publication import Publication
from pbxcore.presence.qualification import Qualification
from pbxcore.presence.registrar import Registrar
from pbxcore.presence.registration import SUPPORTED
from pbxcore.presence.subscription import StoredSubscription
from pbxcore.presence.temporary_gruu import TemporaryGruus
from pbxcore.prompts.sounds import Prompts
from pbxcore.queues.commands import QueueCommand, QueueDone
from pbxcore.queues.state import State as QueueState
from pbxcore.services.calls import CallService
from pbxcore.services.events import Events
from pbxcore.services.messages import MessageService
from pbxcore.services.options import OptionsService
from pbxcore.services.own_texts import OwnTexts
from pbxcore.services.pager import Pager
from pbxcore.services.phones import Phones
from pbxcore.services.qualifying import Qualifying
from pbxcore.services.registration import RegistrationService
from pbxcore.services.voicemail import VoicemailService
from pbxcore.sip.flow import split_host_port
from pbxcore.trunks.service import Trunks
from pbxcore.uas import Uas
from pbxcore.voicemail.commands import VoicemailCommand
from pbxcore.voicemail.keeping import NoKeeper
from pbxcore.watch import Watch

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Sequence

    from pbxcore.directory import Directory
    from pbxcore.faxes.keeping import FaxKeeper
    from pbxcore.journal import Fact
    from pbxcore.media.port import Media
    from pbxcore.sip.flow import Flow
    from pbxcore.sip.transactions.layer import TransactionLayer
    from pbxcore.voicemail.keeping import Keeper

__all__ = [
    "Ban",
    "BanStore",
    "BindingStore",
    "CallStores",
    "CalledForHelp",
    "Came",
    "CertificateRefused",
    "CompletionRequest",
    "EventStores",
    "Features",
    "Pbx",
    "Prompts",
    "Publication",
    "QueueState",
    "ServerCertificate",
    "StoredBinding",
    "StoredSubscription",
    "WebSockets",
]

log = logging.getLogger(__name__)

_CHORES_S: Final = 1.0
_FORGET_ADDRESSES_EVERY: Final = 30


class Pbx:
    """One SIP server in one event loop.

    Args:
        directory: extensions and settings; kept current by `handle`.
        store: keeps bindings over a restart; its methods must not wait.
        bans: keeps bans over a restart; without it they end with the process.
        device_key: what signed-in browsers' passwords are made with; none: they have none. What
            temporary GRUUs are hidden with comes of it too; without it they end with the process.
        record: takes each fact for the journal; called inside the loop, must not wait.
        arrived: stores a MESSAGE for someone no phone serves; None or an exception is answered 503.
        media: the media workers; none: calls with sound find no room.
        recordings: the absolute path of the folder that recordings are kept in.
        events: keep subscriptions, publications and features over a restart; none: nothing does.
        calls: keep what is to come of calls over a restart; none: nothing does.
        voicemail: keeps mailboxes; none: nobody can leave a message.
        faxes: keeps faxes that come in; none: none do.
        tell: tells web what is for it alone; whether it is there to hear.
        prompts: the sound files of what services say; none: ours.
        clock: seconds UTC since 1970.
        entropy: that many unguessable bytes.
    """

    def __init__(
        self,
        directory: Directory,
        *,
        store: BindingStore,
        bans: BanStore | None = None,
        device_key: bytes = b"",
        record: Callable[[Fact], None],
        arrived: Callable[[commands.MessageArrived], Awaitable[commands.MessageStored | None]],
        media: Media | None = None,
        recordings: str = "",
        events: EventStores | None = None,
        calls: CallStores | None = None,
        voicemail: Keeper | None = None,
        faxes: FaxKeeper | None = None,
        tell: Callable[[commands.Told], bool] = lambda notice: False,
        prompts: Prompts | None = None,
        clock: Callable[[], float] = time.time,
        entropy: Callable[[int], bytes] | None = None,
    ) -> None:
        self._directory = directory
        self._record = record
        self._arrived = arrived
        self._media: Media = media or NoMedia()
        self._prompts = prompts
        self._recordings = recordings
        self._told = tell
        self._clock = clock
        self._entropy = entropy = entropy or Entropy()
        self._registrar = Registrar()
        self._gruus = TemporaryGruus(device_key or entropy(32), entropy, self._registrar.of)
        self._qualification = Qualification(lambda: int.from_bytes(entropy(2)) / 65536)
        self._phones = Phones(
            directory,
            self._registrar,
            self._qualification,
            store=store,
            record=record,
            now_ms=self._now_ms,
        )
        self._qualifying: Qualifying | None = None
        machine = ("localhost", socket.gethostname().lower())
        self._domain = Domain(directory, machine, addresses.is_ours)
        self._watch = Watch(directory, store=bans, record=record, clock=clock)
        self._devices = Devices(device_key, clock)
        self._authentication = Authentication(
            directory,
            self._domain,
            watch=self._watch,
            devices=self._devices,
            clock=clock,
            entropy=entropy,
        )
        self.voicemail = VoicemailService(
            directory,
            voicemail or NoKeeper(),
            record=record,
            now_ms=self._now_ms,
            entropy=entropy,
            tell=tell,
        )
        self._faxes = FaxInbox(
            faxes or NoFaxKeeper(),
            record,
            now_ms=self._now_ms,
            token=lambda: entropy(4).hex(),
        )
        self._tls: Tls | None = None
        self._endpoint: Endpoint | None = None
        self._pager: Pager | None = None
        self._messages: MessageService | None = None
        self._resolver: Resolver | None = None
        self._trunks: Trunks | None = None
        self._calls: CallService | None = None
        self._event_stores = events or volatile_stores()
        self._call_stores = calls
        self._events: Events | None = None
        self._chores: asyncio.TimerHandle | None = None
        self._rounds = 0

    async def start(
        self,
        udp: Sequence[socket.socket],
        tcp: Sequence[socket.socket],
        tls: Sequence[socket.socket] = (),
    ) -> None:
        """Load the bindings and serve on these sockets, which the PBX owns (closes) from now on."""
        uas = Uas()
        self._endpoint = Endpoint(
            lambda: self._directory.settings, uas.receive, self._entropy, self._watch, self._tls
        )
        uas.gruus = self._gruus
        self._serve(uas, self._endpoint)
        self._resolver = resolver = Resolver(lambda: self._directory.settings.name_servers)
        self._qualify(self._endpoint.layer)
        self._phones.load()
        self.voicemail.start()
        self._faxes.start()
        self._watch.restore(
            split_host_port(each.source)[0]
            for number in self._registrar.numbers()
            for each in self._registrar.of(number)
        )
        self._events = events = self._serve_events(uas, self._endpoint.layer)
        trunks = Trunks(
            self._directory,
            self._endpoint.layer,
            resolver,
            record=self._record,
            entropy=self._entropy,
        )
        self._serve_calls(uas, self._endpoint.layer, trunks, events)
        await self._endpoint.start(udp, tcp, tls)
        self._trunks = trunks
        trunks.follow()
        events.start()
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
            temporary=self._gruus,
            changed=self._phones.changed,
            clock=self._clock,
        )
        self._messages = messages = MessageService(
            self._directory, self._domain, self._authentication, self._registrar, self._pager
        )
        uas.serve(b"REGISTER", registration.receive, understood=tuple(SUPPORTED))
        uas.serve(b"OPTIONS", OptionsService(self._domain, uas).receive)
        uas.serve(b"MESSAGE", messages.receive)

    def _serve_calls(
        self, uas: Uas, layer: TransactionLayer, trunks: Trunks, events: Events
    ) -> None:
        self._calls = CallService(
            self._directory,
            self._domain,
            self._authentication,
            self._registrar,
            layer,
            media=self._media,
            names=trunks.names,
            record=self._record,
            entropy=self._entropy,
            handling=events.handling,
            features=events.features,
            trunks=trunks,
            clock=self._clock,
            post=self.voicemail.post,
            prompts=self._prompts,
            vouching=NetVouching(self._directory, self._clock),
            push=Pushing(self._directory).send,
            recordings=self._recordings,
            kept=self._call_stores,
            faxes=self._faxes,
            told=self._told,
            queues=self._event_stores.queues,
        )
        self._calls.serve(uas)
        if self._messages is not None:
            self._messages.wake = self._calls.rousing.wake
        self._calls.shown_by(events)
        self._calls.queues.start()

    def _serve_events(self, uas: Uas, layer: TransactionLayer) -> Events:
        """Let phones watch and publish."""
        events = Events(
            self._directory,
            self._domain,
            self._authentication,
            self._registrar,
            layer,
            asyncio.get_running_loop(),
            waiting=self.voicemail.mailboxes.counts,
            stores=self._event_stores,
            record=self._record,
            now_ms=self._now_ms,
            entropy=self._entropy,
        )
        events.serve(uas)
        self._phones.watched = events.registered
        self.voicemail.changed = events.mailbox_changed
        return events

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

    def _qualify(self, layer: TransactionLayer) -> None:
        """Ask phones whether they are there, and hear when a connection breaks."""
        self._qualifying = Qualifying(
            self._qualification,
            layer,
            asyncio.get_running_loop(),
            answered=self._phones.qualified,
            now_ms=self._now_ms,
            entropy=self._entropy,
        )
        self._phones.qualifiable = self._qualifying.wake
        layer.on_lost = self._lost

    def web_sockets(self, tell: Callable[[commands.Notice], None]) -> WebSockets:
        """A web server has connected that may hold sockets of browsers (RFC 7118).

        What it tells of them goes to `notice` of what is returned, its going to `lost`; `tell`
        takes what it is to do. Only while the PBX serves.

        Raises:
            LocalProtocolError: the PBX does not serve.
        """
        if self._endpoint is None:
            raise LocalProtocolError("not started")
        return self._endpoint.web_sockets(tell)

    async def stop(self, grace_s: float = 5.0) -> None:
        """Take nothing new, let open transactions end for at most `grace_s`, close all sockets."""
        if self._chores is not None:
            self._chores.cancel()
        if self._qualifying is not None:
            self._qualifying.stop()
        if self._calls is not None:
            self._calls.stop()
        if self._resolver is not None:
            self._resolver.close()
            self._resolver = self._trunks = None
        if self._events is not None:
            self._events.stop()
        if self._endpoint is not None:
            self._endpoint.layer.on_lost = None  # it is we who close them
            await self._endpoint.stop(grace_s)
            self._endpoint = self._pager = self._events = self._calls = None

    async def handle(self, request: commands.Request) -> commands.Reply:
        """Carry out one command; may be called before `start` and while others are under way.

        Raises:
            LocalProtocolError: `MessageArrived`, which goes the other way.
        """
        match request:
            case commands.PutSnapshot() | commands.ApplyDelta():
                self._take(request)
            case commands.ListBindings(number, everywhere):
                return self._phones.listed(number, everywhere=everywhere)
            case commands.ListTrunks():
                return self._standings()
            case commands.SendMessage():
                return await self._send(request)
            case commands.RevokeDevice(tag, until_ms):
                self._devices.revoke(tag, until_ms / 1000)
                self._phones.revoked(tag)
            case commands.ListBans() | commands.LiftBans() | commands.Trace():
                return self._watch.handle(request)
            case commands.CheckSync():
                return await self._check_sync(request)
            case Probe():
                return self._health()
            case _ if isinstance(request, CallCommand | VisitorCommand):
                return await self._control(request)
            case _:
                return self._of_services(request)
        return commands.DirectoryHeld(self._directory.version)

    def _of_services(self, request: commands.Request) -> commands.Reply:
        if isinstance(request, ConferenceCommand):
            return self._oversee(request)
        if isinstance(request, QueueCommand):
            if self._calls is None:
                return QueueDone(503)
            return self._calls.queues.handle(request)
        if not isinstance(request, VoicemailCommand):
            raise LocalProtocolError(f"not a command for the PBX: {type(request).__name__}")
        return self.voicemail.handle(request)

    def _standings(self) -> commands.TrunkStandings:
        return commands.TrunkStandings(()) if self._trunks is None else self._trunks.standings()

    async def _control(self, command: CallCommand | VisitorCommand) -> CallDone:
        if self._calls is None:
            return CallDone(503)
        if isinstance(command, VisitorCommand):
            return self._calls.visitors.carry_out(command)
        return await self._calls.control(command)

    def _oversee(self, command: ConferenceCommand) -> ConferenceShown:
        if self._calls is None:
            return ConferenceShown(command.number, known=False)
        return self._calls.oversee(command)

    async def _check_sync(self, command: commands.CheckSync) -> commands.DeviceTold:
        if self._events is None:
            return commands.DeviceTold(503)
        told: asyncio.Future[int] = asyncio.get_running_loop().create_future()

        def heard(status: int) -> None:
            if not told.done():
                told.set_result(status)

        self._events.check_sync(command, heard)
        return commands.DeviceTold(await told)

    async def _send(self, command: commands.SendMessage) -> commands.MessageResult:
        if self._pager is None or self._calls is None:
            return commands.MessageResult(command.id, 503, "Not Serving")
        texts = OwnTexts(self._registrar.of, self._pager, self._calls.rousing.wake)
        return await texts.send(command)

    def _health(self) -> Health:
        figures: dict[str, float] = {"sip_bindings": len(self._registrar)}
        if self._endpoint is None or self._pager is None:
            return Health(False, "SIP is not served", figures)
        figures |= self._endpoint.counts() | self._watch.counts()
        if self._events is not None:
            figures |= self._events.counts()
        if self._calls is not None:
            figures |= self._calls.counts()
        figures["sip_messages_in_total"] = self._pager.taken
        figures["sip_messages_relayed_total"] = self._pager.relayed
        figures["sip_messages_out_total"] = self._pager.sent
        if self._directory.version < 0:
            return Health(False, "no directory yet", figures)
        return Health(True, "", figures)

    def _lost(self, flow: Flow) -> None:
        """A connection is gone: no phone and no provider is reached over it any more."""
        self._phones.lost((flow.transport, flow.local, flow.source))
        if self._trunks is not None:
            self._trunks.lost(flow)

    def _take(self, request: commands.PutSnapshot | commands.ApplyDelta) -> None:
        """Hold another directory, unless a delta does not follow: then a snapshot will come."""
        try:
            if isinstance(request, commands.ApplyDelta):
                self._directory.apply(request.delta)
            else:
                self._directory.replace(request.snapshot)
        except DirectoryGap as gap:
            log.info("delta does not follow", extra={"why": str(gap)})
        else:
            self._follow_directory()
            if self._calls is not None and isinstance(request, commands.PutSnapshot):
                self._calls.queues.follow_all()

    def _follow_directory(self) -> None:
        """Do at once what another directory or other settings ask for."""
        self._phones.refresh()
        self.voicemail.follow()
        if self._events is not None:
            self._events.refresh()
        if self._calls is not None:
            self._calls.queues.follow()
        self._watch.guard.settings_changed()
        if self._endpoint is not None:
            self._endpoint.follow_settings()
        if self._trunks is not None:
            self._trunks.follow()
        if self._calls is not None:
            self._calls.follow()

    def _do_chores(self) -> None:
        """Once a second: let bindings expire, and ask the kernel about addresses anew at times."""
        self._phones.tick()
        if self._trunks is not None:
            self._trunks.tick()
        if self._calls is not None:
            self._calls.tick()
        loop = asyncio.get_running_loop()
        self._watch.tick(loop.time())
        if self._events is not None:
            self._events.tick()
        self._rounds += 1
        if self._rounds % _FORGET_ADDRESSES_EVERY == 0:
            addresses.forget()
            self._domain.forget()
        self._chores = loop.call_later(_CHORES_S, self._do_chores)

    def _now_ms(self) -> int:
        return int(self._clock() * 1000)
