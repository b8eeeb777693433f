"""INVITE: somebody calls; and everything that belongs to calls which are there (RFC 3261 §13)."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

import msgspec

from pbxcore.apps.overseeing import oversee
from pbxcore.calls import directing
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
from pbxcore.calls.control import PROFILE, CallControl
from pbxcore.calls.party import Origin
from pbxcore.calls.passing import passed_from
from pbxcore.calls.roster import roster_of
from pbxcore.calls.subscribers import Subscribers
from pbxcore.errors import RemoteProtocolError
from pbxcore.presence.gruu import DEVICE
from pbxcore.services.chat_alarms import ChatAlarms
from pbxcore.services.referring import ReferService
from pbxcore.services.scheduled_pages import ScheduledPages
from pbxcore.services.waking import Waking
from pbxcore.sip.agent.profile import UNDERSTOOD
from pbxcore.sip.identity import Caller, read_caller, refuse_unknown_privacy
from pbxcore.sip.telephone import number_of
from pbxcore.sip.uri import SipUri, parse_uri

if TYPE_CHECKING:
    from collections.abc import Callable

    from pbxcore.apps.conference_commands import ConferenceCommand, ConferenceShown
    from pbxcore.calls.call import Call
    from pbxcore.calls.commands import CallCommand
    from pbxcore.calls.leg import Leg
    from pbxcore.calls.rousing import Rousing
    from pbxcore.calls.vouching import Vouching
    from pbxcore.parts import PbxParts
    from pbxcore.presence.push import Push
    from pbxcore.services.events import Events
    from pbxcore.sip.transactions.incoming import Incoming
    from pbxcore.sip.transactions.layer import TransactionLayer
    from pbxcore.trunks.service import Trunks
    from pbxcore.uas import Uas


class CallService:
    """The calls of the PBX, on its transaction layer.

    Args:
        parts: what the PBX stands on.
        layer: the way to everybody.
        events: knows what users have set, and hears what phones are to be shown.
        trunks: how the trunks stand.
        written: takes a text that an extension writes, in a call, to another.
        vouching: signs and verifies callers.
        push: has a push service wake a phone of an extension.

    Attributes:
        queues: the call queues.
        visitors: those who call from web pages.
    """

    def __init__(
        self,
        parts: PbxParts,
        layer: TransactionLayer,
        events: Events,
        trunks: Trunks,
        *,
        written: Callable[[Incoming, str, str], None],
        vouching: Vouching,
        push: Callable[[Push, str], None],
    ) -> None:
        surroundings = parts.surroundings
        self._directory, self._trunks = parts.directory, trunks
        self._domain, self._authentication = parts.domain, parts.authentication
        self._profile = PROFILE
        subscribers = Subscribers(
            parts.directory,
            parts.domain,
            parts.registrar.of,
            parts.gruu_ways,
            events.features,
            events.handling,
            parts.voicemail.post,
            parts.faxes,
        )
        calls = CallControl(layer, subscribers, trunks, surroundings, vouching)
        self._agent, self._planning = calls.agent, calls.planning
        self._context = context = calls.context
        self._switchboard = switchboard = calls.switchboard
        self.queues, self.visitors = context.queues, calls.visitors
        context.written = written
        context.rousing.push = push
        for number in parts.registrar.numbers():  # those that outlasted a restart
            context.rousing.follow(number)
        self._referring = ReferService(parts.domain, parts.authentication, context, switchboard)
        self._chat_alarms = ChatAlarms(context, switchboard.originate)
        self._waking = Waking(
            parts.directory,
            switchboard.originate,
            surroundings.outlets.record,
            surroundings.today,
        )
        self._scheduled_pages = ScheduledPages(
            context, switchboard.originate, switchboard.hang_up, surroundings.today
        )
        self.follow()

    @property
    def rousing(self) -> Rousing:
        """Wakes phones that sleep."""
        return self._context.rousing

    def serve(self, uas: Uas) -> None:
        """Take INVITE, and whatever comes within the dialogs of calls."""
        uas.serve(b"INVITE", self.receive, understood=UNDERSTOOD, bodies=PROFILE.accepts)
        for method in (b"ACK", b"CANCEL", b"NOTIFY"):
            uas.tell(method)
        uas.serve(b"REFER", self._referring.receive, understood=UNDERSTOOD)
        for method in (b"BYE", b"INFO", b"PRACK", b"UPDATE"):
            uas.serve(method, self._agent.receive)
        uas.in_calls = self._in_calls

    def shown_by(self, events: Events) -> None:
        """Let phones see what is going on."""
        context = self._context
        self._profile = msgspec.structs.replace(
            self._profile, events=(*events.packages, *self._profile.events)
        )
        self.follow()
        events.follow_calls(context.lines, context.appearances, lambda: context.domain)
        events.follow_rooms(context.lines, partial(roster_of, context))
        events.noticed = context.queues.agents.look
        events.refreshed = context.rousing.registered

    def follow(self) -> None:
        """Do what the directory says, from the next call on."""
        settings = self._directory.settings
        self._agent.core.profile = msgspec.structs.replace(
            self._profile,
            session_s=settings.session_s,
            shortest_session_s=settings.shortest_session_s,
        )
        self._context.trunks.follow()

    def counts(self) -> dict[str, float]:
        """Figures for /metrics."""
        return {
            "sip_calls": len(self._switchboard),
            "sip_calls_total": self._switchboard.taken,
            "media_streams": len(self._context.anchor),
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
        return oversee(self._context.facilities.conferences, command)

    @property
    def chores(self) -> tuple[Callable[[], None], ...]:
        """Each done once a second: what the time of day asks for."""
        return self._waking.tick, self._scheduled_pages.tick, self._context.rousing.tick

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
        origin, dialled = self._planning.seen(origin, dialled)
        passed = passed_from(request, origin.caller, trunk, self._directory.trunks.values())
        if passed:
            origin = msgspec.structs.replace(origin, passed=passed)
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
        line = self._context.desks.user_at(extension)
        address = self._context.address_of(line.shown_number, incoming.flow)
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
