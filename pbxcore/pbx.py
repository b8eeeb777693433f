"""The parts wired together: commands in, facts out. The PBX's front door.

pbx = Pbx(directory, Stores(bindings), Outlets(journal.append, arrived=ask_the_hub))
await pbx.start(udp=[...], tcp=[...])     # sockets bound by the supervisor; TCP ones listening
reply = await pbx.handle(Probe())
await pbx.stop()
"""

from __future__ import annotations

import logging
import time
from typing import TYPE_CHECKING

from pbxcore import commands
from pbxcore.apps.conference_commands import ConferenceCommand, ConferenceShown
from pbxcore.calls.commands import CallCommand, CallDone
from pbxcore.calls.completing import Request as CompletionRequest
from pbxcore.calls.keeping import CallStores
from pbxcore.calls.visitor_commands import VisitorCommand
from pbxcore.defence.bans import Ban, BanStore
from pbxcore.dialplan.airtime import Spent
from pbxcore.dialplan.direct_returns import CalledOut
from pbxcore.dialplan.emergency_returns import CalledForHelp
from pbxcore.directory import DirectoryGap
from pbxcore.entropy import Entropy
from pbxcore.errors import LocalProtocolError
from pbxcore.features.model import Features
from pbxcore.features.recent import Came
from pbxcore.health import Health, Probe
from pbxcore.net.tls import CertificateRefused, ServerCertificate, Tls
from pbxcore.net.websocket import WebSockets
from pbxcore.parts import PbxParts
from pbxcore.presence.bindings import BindingStore, StoredBinding
from pbxcore.presence.keeping import EventStores
from pbxcore.presence.publication import Publication
from pbxcore.presence.subscription import StoredSubscription
from pbxcore.prompts.sounds import Prompts
from pbxcore.queues.commands import QueueCommand, QueueDone
from pbxcore.queues.state import State as QueueState
from pbxcore.running import Running, not_for_us
from pbxcore.surroundings import Audio, Outlets, Stores, Surroundings
from pbxcore.voicemail.commands import VoicemailCommand

if TYPE_CHECKING:
    import socket
    from collections.abc import Callable, Sequence

    from pbxcore.directory import Directory
    from pbxcore.services.voicemail import VoicemailService

__all__ = [
    "Audio",
    "Ban",
    "BanStore",
    "BindingStore",
    "CallStores",
    "CalledForHelp",
    "CalledOut",
    "Came",
    "CertificateRefused",
    "CompletionRequest",
    "EventStores",
    "Features",
    "Outlets",
    "Pbx",
    "Prompts",
    "Publication",
    "QueueState",
    "ServerCertificate",
    "Spent",
    "StoredBinding",
    "StoredSubscription",
    "Stores",
    "WebSockets",
]

log = logging.getLogger(__name__)


class Pbx:
    """One SIP server in one event loop.

    Args:
        directory: extensions and settings; kept current by `handle`.
        stores: keep over a restart what is to outlast it.
        outlets: where facts go, texts that no phone takes, and what is for web alone.
        audio: the media workers, recordings and prompts; none: calls with sound find no room.
        device_key: what signed-in browsers' passwords are made with; none: they have none. What
            temporary GRUUs are hidden with comes of it too; without it they end with the process.
        clock: seconds UTC since 1970.
        entropy: that many unguessable bytes.
    """

    def __init__(
        self,
        directory: Directory,
        stores: Stores,
        outlets: Outlets,
        audio: Audio | None = None,
        *,
        device_key: bytes = b"",
        clock: Callable[[], float] = time.time,
        entropy: Callable[[int], bytes] | None = None,
    ) -> None:
        self._parts = PbxParts(
            directory,
            Surroundings(stores, outlets, audio or Audio(), clock, entropy or Entropy()),
            device_key,
        )
        self._tls: Tls | None = None
        self._running: Running | None = None

    @property
    def voicemail(self) -> VoicemailService:
        """The mailboxes."""
        return self._parts.voicemail

    async def start(
        self,
        udp: Sequence[socket.socket],
        tcp: Sequence[socket.socket],
        tls: Sequence[socket.socket] = (),
    ) -> None:
        """Load the bindings and serve on these sockets, which the PBX owns (closes) from now on."""
        self._running = Running(self._parts, self._tls)
        await self._running.start(udp, tcp, tls)

    async def stop(self, grace_s: float = 5.0) -> None:
        """Take nothing new, let open transactions end for at most `grace_s`, close all sockets."""
        if self._running is not None:
            await self._running.stop(grace_s)
            self._running = None

    def use_certificates(self, certificates: Sequence[ServerCertificate]) -> None:
        """Show these over TLS from now on, the first to whoever asks for no name that we have.

        To be called before `start` for TLS to be served, and again when they have changed.

        Raises:
            CertificateRefused: one cannot be used; then all stays as it was.
        """
        if self._tls is None:
            self._tls = Tls(lambda: self._parts.directory.settings, certificates)
        else:
            self._tls.use(certificates)

    def web_sockets(self, tell: Callable[[commands.Notice], None]) -> WebSockets:
        """A web server has connected that may hold sockets of browsers (RFC 7118).

        What it tells of them goes to `notice` of what is returned, its going to `lost`; `tell`
        takes what it is to do. Only while the PBX serves.

        Raises:
            LocalProtocolError: the PBX does not serve.
        """
        if self._running is None:
            raise LocalProtocolError("not started")
        return self._running.endpoint.web_sockets(tell)

    async def handle(self, request: commands.Request) -> commands.Reply:
        """Carry out one command; may be called before `start` and while others are under way.

        Raises:
            LocalProtocolError: `MessageArrived`, which goes the other way.
        """
        parts, running = self._parts, self._running
        match request:
            case commands.PutSnapshot() | commands.ApplyDelta():
                self._take(request)
            case commands.ListBindings(number, everywhere):
                return parts.phones.listed(number, everywhere=everywhere)
            case commands.RevokeDevice(tag, until_ms):
                parts.devices.revoke(tag, until_ms / 1000)
                parts.phones.revoked(tag)
            case commands.ListBans() | commands.LiftBans() | commands.Trace():
                return parts.watch.handle(request)
            case Probe():
                return self._health()
            case _ if isinstance(request, VoicemailCommand):
                return parts.voicemail.handle(request)
            case _:
                return _not_serving(request) if running is None else await running.handle(request)
        return commands.DirectoryHeld(parts.directory.version)

    def _health(self) -> Health:
        parts, running = self._parts, self._running
        figures: dict[str, float] = {"sip_bindings": len(parts.registrar)}
        if running is None:
            return Health(False, "SIP is not served", figures)
        figures |= running.counts()
        if parts.directory.version < 0:
            return Health(False, "no directory yet", figures)
        return Health(True, "", figures)

    def _take(self, request: commands.PutSnapshot | commands.ApplyDelta) -> None:
        """Hold another directory, unless a delta does not follow: then a snapshot will come."""
        parts, running = self._parts, self._running
        whole = isinstance(request, commands.PutSnapshot)
        try:
            if isinstance(request, commands.ApplyDelta):
                parts.directory.apply(request.delta)
            else:
                parts.directory.replace(request.snapshot)
        except DirectoryGap as gap:
            log.info("delta does not follow", extra={"why": str(gap)})
            return
        parts.follow_directory()
        if running is not None:
            running.follow_directory(whole=whole)


def _not_serving(request: commands.Request) -> commands.Reply:
    """What is said to a command that needs the PBX to serve.

    Raises:
        LocalProtocolError: it is none.
    """
    match request:
        case commands.ListTrunks():
            return commands.TrunkStandings(())
        case commands.SendMessage(id=name):
            return commands.MessageResult(name, 503, "Not Serving")
        case commands.CheckSync():
            return commands.DeviceTold(503)
        case _ if isinstance(request, CallCommand | VisitorCommand):
            return CallDone(503)
        case _ if isinstance(request, ConferenceCommand):
            return ConferenceShown(request.number, known=False)
        case _ if isinstance(request, QueueCommand):
            return QueueDone(503)
        case _:
            raise not_for_us(request)
