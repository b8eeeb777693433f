"""What calls stand on, and how a leg is made with it."""

from __future__ import annotations

from typing import TYPE_CHECKING
from weakref import WeakValueDictionary

import msgspec

from pbxcore.apps.conferences import ConferenceRoom
from pbxcore.apps.facilities import Facilities
from pbxcore.calls.anchoring import Anchor
from pbxcore.calls.appearances import Appearances
from pbxcore.calls.archive import Archive
from pbxcore.calls.called_leg import CalledLeg
from pbxcore.calls.calling_back import CallingBack
from pbxcore.calls.completing import Completing
from pbxcore.calls.inviting import Inviting
from pbxcore.calls.keying import Keying
from pbxcore.calls.lamps import Lamps
from pbxcore.calls.lines import Lines
from pbxcore.calls.media_rules import rules_of
from pbxcore.calls.offering import offered_srtp
from pbxcore.calls.parking import Parking
from pbxcore.calls.queueing.desk import QueueDesk
from pbxcore.calls.room_recording import RoomRecordings
from pbxcore.calls.rousing import Rousing
from pbxcore.calls.session import Session
from pbxcore.calls.track import Silence
from pbxcore.calls.trunk_airtime import TrunkAirtime
from pbxcore.calls.trunk_legs import TrunkLegs
from pbxcore.calls.trunk_load import TrunkLoad
from pbxcore.calls.vouching import Nobody
from pbxcore.calls.waiting import Waiting
from pbxcore.calls.waiting_tone import WaitingTones
from pbxcore.calls.ways import OneWay
from pbxcore.directory import Trunk
from pbxcore.errors import RemoteProtocolError
from pbxcore.features.desks import HotDesks
from pbxcore.features.recent import RecentCallers
from pbxcore.presence.reach import way_to
from pbxcore.sip.agent.listener import unwanted
from pbxcore.sip.flow import Flow, host_port
from pbxcore.sip.identity import Caller, presented
from pbxcore.sip.telephone import number_of, spelled
from pbxcore.sip.uri import escaped_user, parse_uri

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from datetime import datetime

    from pbxcore.calls.attending import Attending
    from pbxcore.calls.call import Call
    from pbxcore.calls.dialling import Dialling
    from pbxcore.calls.leg import Leg
    from pbxcore.calls.offering import Srtp
    from pbxcore.calls.planning import Planning
    from pbxcore.calls.subscribers import Subscribers
    from pbxcore.calls.trunk_legs import Providers, WayOutside
    from pbxcore.calls.vouching import Vouching
    from pbxcore.directory import Extension
    from pbxcore.domain_settings import DomainSettings
    from pbxcore.journal import Fact
    from pbxcore.presence.bindings import StoredBinding
    from pbxcore.sip.agent.outgoing_call import OutgoingCall
    from pbxcore.sip.transactions.incoming import Incoming
    from pbxcore.sip.user_agent import UserAgent
    from pbxcore.surroundings import Surroundings


class CallContext:
    """The user agent, the workers and the directory, for all calls.

    Args:
        agent: speaks SIP.
        subscribers: the extensions.
        planning: what numbers mean, outside too.
        providers: how the trunks stand.
        surroundings: media, stores, and who hears of calls.
        vouching: signs and verifies callers; None: nobody does.

    Attributes:
        anchor: has the streams.
        prompts: the sound files of what services say.
        archive: where recordings are kept.
        bindings: where an extension is registered.
        handling: what extensions want of their calls: forwarding, no disturbance.
        way_out: the trunks by which an extension reaches a number outside.
        emergency_returns: who called for help.
        direct_returns: who called whom outside.
        facilities: what services may ask for.
        calling_back: callers who wait to be called back.
        lines: who is on the phone.
        airtime: how long calls out have lasted by each trunk.
        lamps: what is shown of numbers that are no extension's.
        appearances: how shared lines show that.
        waiting: plays to those who wait.
        room_recordings: of conferences and pages.
        waiting_tones: tell those who talk of other calls.
        parking: who waits in which slot.
        scripts: those of services, by the leg that came to them, whoever is served now.
        completing: calls back those who were not reached.
        recent: who called last.
        queues: the call queues.
        desks: whose phones are used by whom.
        trunks: makes legs to providers and peers.
    """

    def __init__(
        self,
        agent: UserAgent,
        subscribers: Subscribers,
        planning: Planning,
        providers: Providers,
        surroundings: Surroundings,
        vouching: Vouching | None = None,
    ) -> None:
        directory, kept = subscribers.directory, surroundings.stores.calls
        self._entropy = surroundings.entropy
        self._legs = 0
        self._is_ours = subscribers.domain.has
        self.agent = agent
        self.anchor = Anchor(surroundings.audio.media, surroundings.outlets.record)
        self.prompts = surroundings.audio.prompts
        self.archive = Archive(surroundings.audio.recordings, surroundings.clock)
        self.directory = directory
        self.bindings, self.handling = subscribers.bindings, subscribers.handling
        self.way_out: WayOutside = planning.way_out
        self.emergency_returns = planning.emergency_returns
        self.direct_returns = planning.direct_returns
        self.vouching: Vouching = vouching or Nobody()
        self.written: Callable[[Incoming, str, str], None] = _nobody_reads
        """Takes a text that an extension writes, in a call, to another."""
        self.new_call: Callable[[str, str], Call]
        """Makes a call that nobody dialled, of a caller to a number; the switchboard's."""
        self.recent = RecentCallers(kept.recent)
        self.desks = HotDesks(directory, kept.desks)
        self.calling_back = CallingBack(self)
        self.lines = Lines()
        self.airtime = TrunkAirtime(self, kept.airtime)
        self.lines.counted = TrunkLoad(directory, surroundings.outlets.record).counted
        self.appearances = Appearances(self)
        self.waiting = Waiting(self)
        self.waiting_tones = WaitingTones(self)
        self.room_recordings = RoomRecordings(self)
        self.parking = Parking(self)
        self.scripts: WeakValueDictionary[str, Attending] = WeakValueDictionary()
        self.lamps = Lamps(self)
        self.completing = Completing(self, kept.completions)
        self.facilities = self._facilities(subscribers, surroundings.today)
        self.inviting = Inviting(self)
        self.rousing = Rousing(self)
        self.trunks = TrunkLegs(self, providers.server_of, lambda: self.token().encode())
        epoch_ms = round((self.moment() - self.now()) * 1000)
        self.queues = QueueDesk(self, kept.queues, self._fraction, epoch_ms)
        self.lines.freed = self.completing.freed
        self.lines.registered, self.lamps.trunk_works = providers.registered, providers.works
        providers.noticed = self.lamps.trunk_changed

        def told(fact: Fact) -> None:
            surroundings.outlets.record(fact)
            self.queues.hear(fact)

        self.record = told

    def _facilities(self, subscribers: Subscribers, today: Callable[[], datetime]) -> Facilities:
        """What services may ask for, of what there is."""
        made = Facilities(self.directory, today, subscribers.post, subscribers.features)
        made.faxes = subscribers.faxes
        made.desks, made.completion = self.desks, self.completing
        made.recent_caller = lambda number: self.recent.of(number, self.moment())
        made.conferences.changed = lambda number: self.lines.place_changed(number)
        return made

    def moment(self) -> float:
        """Seconds UTC, for what outlasts us."""
        return self.facilities.now().timestamp()

    def now(self) -> float:
        """Seconds, monotonic."""
        return self.agent.core.now()

    def leg_id(self) -> str:
        """A name for one more leg, of whichever call."""
        self._legs += 1
        return str(self._legs)

    def _fraction(self) -> float:
        """By chance, at least 0 and below 1."""
        return int.from_bytes(self._entropy(6)) / 2**48

    def token(self) -> str:
        """A name nobody else has."""
        return self._entropy(8).hex()

    def caller_session(self, leg: Leg, flow: Flow) -> Session:
        """The session of a leg that called by a flow."""
        extension = self.directory.extension(leg.number)
        srtp: Srtp = "optional" if extension is None else extension.srtp
        return self.session(
            leg,
            flow,
            srtp,
            extension or self.directory.trunks.get(leg.trunk),
            offered=offered_srtp(srtp, flow.transport),
        )

    def session(
        self,
        leg: Leg,
        flow: Flow,
        srtp: Srtp,
        owner: Extension | Trunk | None,
        *,
        offered: Srtp = "required",
        may_be_by_dtls: bool = False,
    ) -> Session:
        """The session of a leg whose peer, somebody's phone or a trunk, is reached by a flow."""
        host, _ = self.agent.core.layer.wire.advertised(flow)
        settings = self.directory.settings
        return Session(
            self.anchor,
            leg,
            host,
            keying=Keying(
                srtp,
                offered=offered,
                by_dtls=flow.transport in ("ws", "wss"),
                may_be_by_dtls=may_be_by_dtls,
            ),
            rules=rules_of(owner, flow.transport),
            silence=_silence(settings, owner),
            entropy=self._entropy,
        )

    def silent_session(self, leg: Leg) -> Session:
        """The session of a leg that has no media."""
        return Session(self.anchor, leg, "localhost", entropy=self._entropy)

    def phone(self, call: Call, dialling: Dialling, flows: Sequence[StoredBinding]) -> CalledLeg:
        """The leg to one phone of an extension; its flows are tried in turn."""
        if call.origin.trunk and call.origin.passed:
            lines = (*dialling.lines, *(line for _, line in call.origin.passed))
            dialling = msgspec.structs.replace(dialling, lines=lines)
        invites = [self._by_flow(dialling, each, self._focus(call)) for each in flows]
        flow, callee = _flow_of(flows[0]), dialling.callee
        number = callee.line or callee.number
        leg = CalledLeg(self.leg_id(), call, number, self.party_at(number, flow), invites)
        leg.location, leg.shows = callee.number, dialling.caller
        srtp = offered_srtp(callee.srtp, flow.transport)
        leg.session = self.session(leg, flow, srtp, callee, may_be_by_dtls=callee.srtp != "off")
        return leg

    def _focus(self, call: Call) -> bytes:
        """The conference that a phone is called into, which is who calls it (RFC 4579 §5.2)."""
        room = self.directory.plan.service(call.dialled)
        return escaped_user(call.dialled) if isinstance(room, ConferenceRoom) else b""

    def _by_flow(
        self, dialling: Dialling, binding: StoredBinding, focus: bytes
    ) -> Callable[[CalledLeg, bytes], OutgoingCall]:
        agent, wire = self.agent, self.agent.core.layer.wire

        def invite(leg: CalledLeg, body: bytes) -> OutgoingCall:
            asleep = self.rousing.must_wake(binding)
            way = way_to(binding, woken=asleep)
            callee, flow = dialling.callee, _flow_of(binding)
            caller = presented(self.spelled_for(callee, dialling.caller, flow), trusted=False)
            address = self.address_of(callee.number, flow)
            return agent.invite(
                binding.contact.encode() if way is None else way.uri,
                leg,
                body=body,
                lines=(*(() if way is None else way.routes), *caller.lines, *dialling.lines),
                from_=caller.from_,
                to=b"<%b>" % spelled(address, callee.tel_uri),
                hops=dialling.hops,
                focus=focus,
                prack=callee.prack,
                way=lambda: (
                    self.rousing.way(binding)
                    if asleep
                    else OneWay(wire, None if way is None else way.target)
                ),
            )

        return invite

    def spelled_for(self, extension: Extension, party: Caller, flow: Flow | None) -> Caller:
        """Somebody as the phone of an extension reads who it is."""
        uri = spelled(party.uri, extension.tel_uri, self._domain(flow))
        return msgspec.structs.replace(party, uri=uri)

    def party_at(self, number: str, flow: Flow | None) -> Caller:
        """Who is at a number of ours, as whoever is at the end of a flow may call it."""
        extension = self.directory.extension(number)
        name = "" if extension is None else extension.display_name
        return Caller(self.address_of(number, flow), name.encode(), asserted=True)

    def address_of(self, number: str, flow: Flow | None) -> bytes:
        """The URI of an extension of ours, as whoever is at the end of a flow may call it."""
        return b"sip:%b@%b" % (escaped_user(number), self._domain(flow))

    @property
    def domain(self) -> bytes:
        """Our name, where it matters to nobody which."""
        return self._domain(None)

    def number_of(self, uri: bytes) -> str | None:
        """The number that a URI dials here; None when it leads elsewhere, or nowhere."""
        try:
            found = parse_uri(uri)
        except RemoteProtocolError:
            return None
        if not self._is_ours(found):
            return None
        number = number_of(found)
        return None if number is None else number.decode("utf-8", "replace")

    def _domain(self, flow: Flow | None) -> bytes:
        domains = self.directory.settings.domains
        if domains:
            return domains[0].encode()
        if flow is None:
            return b"localhost"  # which is us, whoever asks
        here = host_port(*self.agent.core.layer.wire.advertised(flow))
        return here.encode().removesuffix(b":5060")


def _silence(settings: DomainSettings, owner: Extension | Trunk | None) -> Silence:
    """How long whoever this is may send no sound."""
    own_s = owner.rtp_timeout_s if isinstance(owner, Trunk) else None
    talk_s = settings.rtp_timeout_s if own_s is None else own_s
    return Silence(talk_s, settings.rtp_hold_timeout_s)


def _nobody_reads(incoming: Incoming, _sender: str, _recipient: str) -> None:
    """There are no texts.

    Raises:
        RemoteProtocolError: 405.
    """
    raise unwanted(incoming.request.method)


def _flow_of(binding: StoredBinding) -> Flow:
    """The flow a binding was made by, for what depends on the peer's address alone."""
    host, _, port = binding.source.rpartition(":")
    return Flow(binding.transport, binding.local, host.strip("[]"), int(port))
