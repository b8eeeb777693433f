"""INVITE: somebody calls; and everything that belongs to calls which are there (RFC 3261 §13)."""

from __future__ import annotations

from datetime import UTC, datetime
from functools import partial
from typing import TYPE_CHECKING, Final

import msgspec

from pbxcore.apps.overseeing import oversee
from pbxcore.calls import directing
from pbxcore.calls.anchoring import Anchor
from pbxcore.calls.archive import Archive
from pbxcore.calls.commands import (
    CallDone,
    DecideCall,
    HangUpCall,
    HoldLeg,
    MuteLeg,
    ParkCall,
    PlaceCall,
    PlayPrompt,
    RecordCall,
    RecordPrompt,
    RedirectLeg,
    SuperviseCall,
    TellOfChat,
    TransferCall,
)
from pbxcore.calls.keeping import volatile_call_stores
from pbxcore.calls.party import Origin
from pbxcore.calls.passing import passed_from
from pbxcore.calls.planning import Planning
from pbxcore.calls.roster import roster_of
from pbxcore.calls.surroundings import Surroundings
from pbxcore.calls.switchboard import Switchboard
from pbxcore.calls.visitor_calls import VisitorCalls
from pbxcore.calls.ways import CallRouter
from pbxcore.dialplan.direct_returns import DirectReturns
from pbxcore.dialplan.emergency_returns import EmergencyReturns
from pbxcore.errors import RemoteProtocolError
from pbxcore.messages.text import MEDIA_TYPE
from pbxcore.presence.gruu import DEVICE
from pbxcore.services.chat_alarms import ChatAlarms
from pbxcore.services.referring import ReferService
from pbxcore.services.scheduled_pages import ScheduledPages
from pbxcore.services.waking import Waking
from pbxcore.sip.agent.profile import SESSIONS, UNDERSTOOD, Profile
from pbxcore.sip.agent.route import UriRouter
from pbxcore.sip.identity import Caller, read_caller, refuse_unknown_privacy
from pbxcore.sip.telephone import number_of
from pbxcore.sip.uri import SipUri, parse_uri
from pbxcore.sip.user_agent import UserAgent

if TYPE_CHECKING:
    from collections.abc import Callable

    from pbxcore.apps.conference_commands import ConferenceCommand, ConferenceShown
    from pbxcore.apps.voicemail.post import Post
    from pbxcore.authentication import Authentication
    from pbxcore.calls.call import Call
    from pbxcore.calls.commands import CallCommand
    from pbxcore.calls.keeping import CallStores
    from pbxcore.calls.leg import Leg
    from pbxcore.calls.rousing import Rousing
    from pbxcore.calls.visitor_commands import VisitorCallMoved
    from pbxcore.calls.vouching import Vouching
    from pbxcore.directory import Directory
    from pbxcore.domain import Domain
    from pbxcore.faxes.inbox import FaxInbox
    from pbxcore.features.book import FeatureBook
    from pbxcore.features.handling import CallHandling
    from pbxcore.journal import Fact
    from pbxcore.media.port import Media
    from pbxcore.presence.keeping import Store
    from pbxcore.presence.push import Push
    from pbxcore.presence.registrar import Registrar
    from pbxcore.prompts.sounds import Prompts
    from pbxcore.queues.state import State as QueueState
    from pbxcore.services.events import Events
    from pbxcore.sip.resolution import Names
    from pbxcore.sip.transactions.incoming import Incoming
    from pbxcore.sip.transactions.layer import TransactionLayer
    from pbxcore.trunks.service import Trunks
    from pbxcore.uas import Uas

_PROFILE: Final = Profile(
    b"<sip:pbx@invalid>", product=b"Engage", between=True, accepts=(*SESSIONS, MEDIA_TYPE)
)
_DRAWN_OF: Final = 16


class CallService:
    """The calls of the PBX, on its transaction layer.

    Args:
        directory: which extensions there are.
        domain: what is ours.
        authentication: who calls.
        registrar: where extensions are.
        layer: the way to everybody.
        media: the workers.
        names: looks servers up.
        record: takes each fact.
        entropy: that many unguessable bytes.
        handling: what extensions want of their calls.
        features: what their users have set of that.
        trunks: how the trunks stand.
        clock: seconds UTC since 1970.
        post: the mailboxes.
        written: takes a text that an extension writes, in a call, to another.
        prompts: the sound files of what services say; None: ours.
        vouching: signs and verifies callers; None: nobody does.
        push: has a push service wake a phone of an extension.
        recordings: the absolute path of the folder that recordings are kept in.
        told: hears how the calls of visitors go.
        queues: keeps what outlasts a restart of the queues; None: nothing does.
        kept: what outlasts the process; None: nothing does.
        faxes: takes faxes in; None: nobody does.

    Attributes:
        lines: who is on the phone.
        visitors: those who call from web pages.
    """

    def __init__(
        self,
        directory: Directory,
        domain: Domain,
        authentication: Authentication,
        registrar: Registrar,
        layer: TransactionLayer,
        *,
        media: Media,
        names: Names,
        record: Callable[[Fact], None],
        entropy: Callable[[int], bytes],
        handling: CallHandling,
        features: FeatureBook,
        trunks: Trunks,
        clock: Callable[[], float],
        recordings: str,
        post: Post,
        written: Callable[[Incoming, str, str], None],
        queues: Store[QueueState] | None = None,
        prompts: Prompts | None = None,
        vouching: Vouching | None = None,
        push: Callable[[Push, str], None] = lambda push, number: None,
        told: Callable[[VisitorCallMoved], object] = lambda moved: None,
        kept: CallStores | None = None,
        faxes: FaxInbox | None = None,
    ) -> None:
        self._directory, self._trunks = directory, trunks

        def today() -> datetime:
            return datetime.fromtimestamp(clock(), UTC)

        kept = kept or volatile_call_stores()
        returns, direct_returns = EmergencyReturns(kept.emergencies), DirectReturns(kept.called_out)
        self._planning = Planning(directory, today, returns, direct_returns)
        self._domain = domain
        self._authentication = authentication

        def draw(most: int) -> int:
            return int.from_bytes(entropy(_DRAWN_OF)) % (most + 1)

        router = CallRouter(layer.wire, UriRouter(layer.wire, draw, names=names))
        self._directory = directory
        self._profile = _PROFILE
        self._agent = UserAgent(layer, router, _PROFILE, entropy)
        self._house = Surroundings(
            self._agent,
            Anchor(media),
            directory,
            bindings=registrar.of,
            is_ours=domain.has,
            record=record,
            entropy=entropy,
            handling=handling,
            features=features,
            way_out=self._planning.way_out,
            server_of=trunks.server_of,
            today=today,
            prompts=prompts,
            archive=Archive(recordings, clock),
            post=post,
            vouching=vouching,
            queue_store=queues,
            kept=kept,
            emergency_returns=returns,
            direct_returns=direct_returns,
        )
        self._house.written = written
        if faxes is not None:
            self._house.premises.faxes = faxes
        self._house.lines.registered = trunks.registered
        self.queues = self._house.queues
        self._house.rousing.push = push
        for number in registrar.numbers():  # those that outlasted a restart
            self._house.rousing.follow(number)
        self._switchboard = Switchboard(self._house)
        self.visitors = VisitorCalls(self._house, self._switchboard, told)
        self._referring = ReferService(domain, authentication, self._house, self._switchboard)
        self._chat_alarms = ChatAlarms(self._house, self._switchboard.originate)
        self._waking = Waking(directory, self._switchboard.originate, record, today)
        self._scheduled_pages = ScheduledPages(
            self._house, self._switchboard.originate, self._switchboard.hang_up, today
        )
        self.follow()

    @property
    def rousing(self) -> Rousing:
        """Wakes phones that sleep."""
        return self._house.rousing

    def serve(self, uas: Uas) -> None:
        """Take INVITE, and whatever comes within the dialogs of calls."""
        uas.serve(b"INVITE", self.receive, understood=UNDERSTOOD, bodies=_PROFILE.accepts)
        for method in (b"ACK", b"CANCEL", b"NOTIFY"):
            uas.tell(method)
        uas.serve(b"REFER", self._referring.receive, understood=UNDERSTOOD)
        for method in (b"BYE", b"INFO", b"PRACK", b"UPDATE"):
            uas.serve(method, self._agent.receive)
        uas.in_calls = self._in_calls

    def shown_by(self, events: Events) -> None:
        """Let phones see what is going on."""
        house = self._house
        self._profile = msgspec.structs.replace(
            self._profile, events=(*events.packages, *self._profile.events)
        )
        self.follow()
        events.follow_calls(house.lines, house.appearances, lambda: house.domain)
        events.follow_rooms(house.lines, partial(roster_of, house))
        events.noticed = house.queues.agents.look
        events.refreshed = house.rousing.registered

    def follow(self) -> None:
        """Do what the settings say, from the next call on."""
        settings = self._directory.settings
        self._agent.core.profile = msgspec.structs.replace(
            self._profile,
            session_s=settings.session_s,
            shortest_session_s=settings.shortest_session_s,
        )

    def counts(self) -> dict[str, float]:
        """Figures for /metrics."""
        return {
            "sip_calls": len(self._switchboard),
            "sip_calls_total": self._switchboard.taken,
            "media_streams": len(self._house.anchor),
            "queue_callers": len(self.queues),
        }

    async def control(self, command: CallCommand) -> CallDone:
        """Carry out one command about a call."""
        match command:
            case HangUpCall(call, leg):
                return CallDone(self._switchboard.hang_up(call, leg), call)
            case PlaceCall(caller, callee, outside=outside):
                return CallDone(*self._switchboard.place(caller, callee, outside=outside))
            case SuperviseCall(call, leg, supervisor, mode, asks):
                placed = self._switchboard.supervise(call, leg, supervisor, mode, asks=asks)
                return CallDone(*placed)
            case ParkCall(call, leg):
                status, slot = self._switchboard.park(call, leg)
                return CallDone(status, call, slot)
            case RecordPrompt(number, name):
                return CallDone(*self._switchboard.record_prompt(number, name))
            case PlayPrompt(number, path, name_of):
                return CallDone(*self._switchboard.play(number, path, name_of))
            case TellOfChat():
                return CallDone(202, self._chat_alarms.ring(command))
            case RecordCall(call, on):
                return CallDone(self._switchboard.record(call, on=on), call)
            case DecideCall(call, accepted):
                return CallDone(self._switchboard.decide(call, accepted=accepted), call)
            case _:
                done = self._switchboard.direct(command.call, command.leg, _direction(command))
                return CallDone(done, command.call)

    def oversee(self, command: ConferenceCommand) -> ConferenceShown:
        """Carry out one command about a conference."""
        return oversee(self._house.premises.conferences, command)

    @property
    def chores(self) -> tuple[Callable[[], None], ...]:
        """Each done once a second: what the time of day asks for."""
        return self._waking.tick, self._scheduled_pages.tick, self._house.rousing.tick

    def stop(self) -> None:
        """End every call."""
        self._switchboard.hang_up_all()

    def receive(self, incoming: Incoming) -> None:
        """Take the INVITE of a new call.

        Raises:
            RemoteProtocolError: the refusal to answer with; only who may call leaves a trace.
        """
        head, request = incoming.head, incoming.request
        if head.to.tag is not None:
            raise RemoteProtocolError(481)  # RFC 3261 §12.2.2
        if head.max_forwards == 0:
            raise RemoteProtocolError(483)
        origin = self._origin(incoming)
        uri = head.uri
        if not self._domain.has(uri):
            raise RemoteProtocolError(404, "Not Our Domain")
        refuse_unknown_privacy(request)
        trunk = self._directory.trunks.get(origin.trunk)
        in_to = trunk is not None and trunk.did_in_to
        wanted = parse_uri(head.to.uri) if in_to else uri
        dialled = (number_of(wanted) or b"").decode("utf-8", "replace")
        passed = passed_from(request, origin.caller, trunk, self._directory.trunks.values())
        if passed:
            origin = msgspec.structs.replace(origin, passed=passed)
        origin, dialled = self._planning.seen(origin, dialled)
        aim = self._planning.aim(origin, dialled)
        if isinstance(uri, SipUri) and uri.secure and self._directory.settings.sips_end_to_end:
            aim = msgspec.structs.replace(aim, secure=True)
        if device := uri.parameters.get(DEVICE):
            aim = msgspec.structs.replace(aim, device=device.decode("utf-8", "replace"))
        owner = trunk or self._directory.extension(origin.location)
        self._agent.begin(
            incoming,
            lambda call: self._switchboard.take(call, aim, dialled, head.max_forwards - 1),
            "supported" if owner is None else owner.prack,
        )

    def _origin(self, incoming: Incoming) -> Origin:
        """Who calls: an extension by what we know of it, anybody else by what a peer says."""
        providers = self._trunks.at(incoming.flow.host)
        sender = self._authentication.sender(incoming, providers)
        told = read_caller(incoming.request, incoming.head.from_, trusted=sender.is_peer)
        if sender.extension is None:
            trunk = "" if sender.trunk is None else sender.trunk.id
            collect = _is_collect_call(incoming)
            return Origin(told, "", told.name, trunk, sender.user, collect)
        extension = sender.extension
        line = self._house.desks.user_at(extension)
        address = self._house.address_of(line.shown_number, incoming.flow)
        caller = Caller(
            address,
            line.display_name.encode(),
            asserted=True,
            privacy=told.privacy,
        )
        return Origin(
            caller,
            line.number,
            line.display_name,
            location=extension.number,
            address=incoming.flow.host,
        )

    def _in_calls(self, incoming: Incoming) -> bool:
        """Take a request if it belongs to a call."""
        if not self._agent.has_dialog(incoming.request):
            return False
        self._agent.receive(incoming)
        return True


def _is_collect_call(incoming: Incoming) -> bool:
    """Whether the network says that who is called pays (TS 24.229 has no field of its own)."""
    told = (incoming.request.get(b"p-asserted-service-info") or b"").lower()
    return b"collect call" in told.replace(b"%20", b" ")


def _direction(
    command: TransferCall | RedirectLeg | MuteLeg | HoldLeg,
) -> Callable[[Call, Leg], int]:
    """What a command does to its leg."""
    match command:
        case TransferCall(target=target, by=by):
            return partial(directing.transfer, number=target, by=by)
        case RedirectLeg(target=target, by=by):
            return partial(directing.redirect, number=target, by=by)
        case MuteLeg(muted=muted):
            return partial(directing.mute, muted=muted)
        case HoldLeg(held=held):
            return partial(directing.hold, held=held)
