"""A PBX that switches calls in the simulator: virtual wires, virtual time, virtual media."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import PurePath
from typing import TYPE_CHECKING, Any, NamedTuple

import msgspec

from pbxcore.apps.voicemail.post import Post
from pbxcore.calls.control import CallControl
from pbxcore.calls.keeping import volatile_call_stores
from pbxcore.calls.party import Origin
from pbxcore.calls.planning import Aim
from pbxcore.calls.subscribers import Subscribers
from pbxcore.calls.visitor_commands import VisitorCallMoved
from pbxcore.dialplan.emergencies import ORDINARY
from pbxcore.dialplan.plan import NO_LIMIT, Limit
from pbxcore.directory import (
    Delta,
    Directory,
    Extension,
    ExtensionPut,
    ExtensionRemoved,
    SettingsChanged,
    Snapshot,
)
from pbxcore.domain import Domain
from pbxcore.domain_settings import DomainSettings
from pbxcore.errors import RemoteProtocolError
from pbxcore.features.book import FeatureBook
from pbxcore.features.handling import CallHandling
from pbxcore.features.shared_line import Location, SharedLine
from pbxcore.media.commands import (
    CloseStream,
    Connect,
    DigitHeard,
    Disconnect,
    Done,
    FaxEnded,
    Figures,
    File,
    JoinRoom,
    NoRoom,
    OpenStream,
    Play,
    Played,
    ReceiveFax,
    RecordingEnded,
    SetStream,
    StartRecording,
    StopFax,
    StopPlaying,
    StopRecording,
    StreamClosed,
    StreamOpened,
    StreamSilent,
)
from pbxcore.presence.bindings import StoredBinding
from pbxcore.presence.gruu_ways import GruuWays
from pbxcore.presence.keeping import Volatile
from pbxcore.presence.temporary_gruu import TemporaryGruus
from pbxcore.sip.identity import Caller
from pbxcore.sip.uri import SipUri
from pbxcore.surroundings import Audio, Outlets, Stores, Surroundings
from pbxcore.voicemail.keeping import NoKeeper
from pbxcore.voicemail.mailboxes import Mailboxes

if TYPE_CHECKING:
    from collections.abc import Callable

    from pbxcore.calls.keeping import CallStores
    from pbxcore.commands import MessageArrived, Told
    from pbxcore.dialplan.pin import Pin
    from pbxcore.features.model import Diversion, Features
    from pbxcore.journal import Fact
    from pbxcore.media.commands import MediaNotice, MediaReply, MediaRequest, Tone
    from pbxcore.simulator import Simulation, Stack
    from pbxcore.sip.sdp.stream import Agreed
    from pbxcore.sip.transactions.incoming import Incoming

SOON_S = 0.0005


class Workers:
    """Media that carry nothing; they answer a little later, and forget what was closed.

    Attributes:
        streams: what each open stream was told, None before it was told anything.
        silences: after how much silence each stream is to be told of; 0: never.
        heard: who hears whom.
        room: how many streams may still be opened.
        play_s: how long everything takes that is played once.
        over: what is played over something else.
        said: the names of the sounds played to each stream, without folder and ending.
        recordings: those that are running, and since when.
        disk: what is the matter with it.
        dumb: nothing can be played, which is said at once, as while no worker is there.
        rooms: how each stream takes part in a conference.
    """

    def __init__(self, simulation: Simulation) -> None:
        self._simulation = simulation
        self.notice: Callable[[MediaNotice], None] = lambda notice: None
        self.lost: Callable[[tuple[str, ...]], None] = lambda streams: None
        self.streams: dict[str, Agreed | None] = {}
        self.silences: dict[str, float] = {}
        self.heard: dict[str, str] = {}
        self.asked: list[MediaRequest] = []
        self.room = 1000
        self.play_s = 2.0
        self.said: dict[str, list[str]] = {}
        self._playing: dict[str, str] = {}
        self.over: set[tuple[str, str]] = set()
        self.recordings: dict[str, tuple[StartRecording, float]] = {}
        self.faxes: dict[str, ReceiveFax] = {}
        self.disk = ""
        self.dumb = False
        self.rooms: dict[str, JoinRoom] = {}
        self._port = 20000

    def ask(self, request: MediaRequest, then: Callable[[MediaReply], None]) -> None:
        """Do it, and answer in a moment."""
        self.asked.append(request)
        if self.dumb and isinstance(request, Play):
            then(NoRoom("no media worker"))
            return
        reply = self._carry_out(request)
        self._simulation.after(SOON_S, lambda: then(reply))

    def die(self) -> None:
        """Lose everything."""
        gone, self.streams, self.heard = tuple(self.streams), {}, {}
        self.recordings.clear()
        self.faxes.clear()
        self.lost(gone)

    def _carry_out(self, request: MediaRequest) -> MediaReply:
        match request:
            case OpenStream(stream):
                assert stream not in self.streams
                if len(self.streams) >= self.room:
                    return NoRoom("no port")
                self.streams[stream] = None
                self._port += 2
                return StreamOpened(stream, self._port)
            case SetStream(stream, agreed, silence_s):
                known = stream in self.streams
                if known:
                    self.streams[stream] = agreed
                    self.silences[stream] = silence_s
                return Done(known)
            case Connect(first, second):
                self._part(first)
                self._part(second)
                self.heard |= {first: second, second: first}
            case Disconnect(stream):
                self._part(stream)
            case CloseStream(stream):
                self._part(stream)
                self._played(stream, self._playing.get(stream, ""))
                self.streams.pop(stream, None)
                for name, (each, _) in list(self.recordings.items()):
                    if self.streams.keys().isdisjoint(each.streams):
                        self.end_recording(name)
                self._end_faxes(stream)
                return StreamClosed(stream, Figures(packets=50))
            case _:
                return self._sound(request)
        return Done()

    def _sound(self, request: MediaRequest) -> MediaReply:
        match request:
            case Play(stream, play, sources, over=True):
                self._play_over(stream, play, sources)
            case StopPlaying(stream, over) if over:
                self._over_ended(stream, over)
            case Play(stream, play, sources, times):
                self._play(stream, play, sources, times)
            case StopPlaying(stream):
                self._played(stream, self._playing.get(stream, ""))
            case StartRecording(recording, streams):
                if self.disk:
                    return NoRoom(self.disk)
                if not self.streams.keys() >= set(streams):
                    return Done(known=False)
                self.recordings[recording] = request, self._simulation.clock.now
            case JoinRoom(_, stream):
                self._part(stream)
                self.rooms[stream] = request
            case StopRecording(recording):
                self.end_recording(recording)
            case _:
                return self._fax(request)
        return Done()

    def fall_silent(self, stream: str) -> None:
        """Let the peer of a stream be heard no more, as when its phone dies."""

        def told() -> None:
            if stream in self.streams:
                self.notice(StreamSilent(stream))

        if self.silences[stream]:
            self._simulation.after(self.silences[stream], told)

    def press(self, stream: str, *keys: str) -> None:
        """Let the peer of a stream press keys."""
        for key in keys:
            self.notice(DigitHeard(stream, key, 100))

    def _play(self, stream: str, play: str, sources: tuple[File | Tone, ...], times: int) -> None:
        self._played(stream, self._playing.get(stream, ""))
        self._playing[stream] = play
        names = [PurePath(each.path).stem for each in sources if isinstance(each, File)]
        self.said.setdefault(stream, []).extend(names)
        if times:
            self._simulation.after(self.play_s * times, lambda: self._played(stream, play))

    def _play_over(self, stream: str, play: str, sources: tuple[File | Tone, ...]) -> None:
        self.over.add((stream, play))
        names = [PurePath(each.path).stem for each in sources if isinstance(each, File)]
        self.said.setdefault(stream, []).extend(names)
        self._simulation.after(self.play_s, lambda: self._over_ended(stream, play))

    def _over_ended(self, stream: str, play: str) -> None:
        if (stream, play) in self.over:
            self.over.remove((stream, play))
            self._simulation.after(SOON_S, lambda: self.notice(Played(stream, play)))

    def _played(self, stream: str, play: str) -> None:
        if play and self._playing.get(stream) == play:
            del self._playing[stream]
            self._simulation.after(SOON_S, lambda: self.notice(Played(stream, play)))

    def end_recording(self, recording: str, problem: str = "") -> None:
        """Let one be whole, if it is running."""
        wanted, began = self.recordings.pop(recording, (None, 0.0))
        if wanted is not None:
            seconds = self._simulation.clock.now - began
            ended = RecordingEnded(recording, wanted.path, seconds, problem=problem)
            self._simulation.after(SOON_S, lambda: self.notice(ended))

    def _fax(self, request: MediaRequest) -> MediaReply:
        match request:
            case ReceiveFax(_, stream) if stream not in self.streams:
                return Done(known=False)
            case ReceiveFax(fax):
                self.faxes[fax] = request
            case StopFax(fax):
                self.end_fax(fax, "hung_up")
            case _:
                pass
        return Done()

    def _end_faxes(self, stream: str) -> None:
        for fax in [each.fax for each in self.faxes.values() if each.stream == stream]:
            self.end_fax(fax, "hung_up")

    def end_fax(self, fax: str, problem: str = "") -> None:
        """Let one be over, if it is under way."""
        if self.faxes.pop(fax, None) is not None:
            ended = FaxEnded(fax, "+4930111", 14400, problem)
            self._simulation.after(SOON_S, lambda: self.notice(ended))

    def _part(self, stream: str) -> None:
        self.rooms.pop(stream, None)
        other = self.heard.pop(stream, None)
        if other is not None:
            self.heard.pop(other, None)


class Way(NamedTuple):
    """One way out."""

    trunk: str
    number: str
    caller: str
    name: str = ""
    dod: str = ""
    original: str = ""
    limit: Limit = NO_LIMIT
    urgency: int = ORDINARY
    hunts: bool = False
    recorded: bool = False
    pins: tuple[Pin, ...] | None = None


class Providers:
    """Who need no registration, and whose servers are where their trunks say."""

    names = None

    def __init__(self) -> None:
        self.noticed: Callable[[str], None] = lambda trunk: None

    def server_of(self, trunk_id: str) -> str:
        return ""

    def registered(self, trunk_id: str) -> bool:
        return True

    def works(self, trunk_id: str) -> bool:
        return True


class SetFeatures:
    """What the users of extensions have set."""

    def __init__(self, book: FeatureBook) -> None:
        self._book = book

    def __getitem__(self, number: str) -> Features:
        return self._book.of(number)

    def __setitem__(self, number: str, features: Features) -> None:
        self._book.set(number, features)


class House:
    """The PBX at one stack; the others are its phones, named by their extensions."""

    def __init__(
        self,
        simulation: Simulation,
        stack: Stack,
        phones: list[Stack],
        kept: CallStores | None = None,
    ) -> None:
        self.simulation, self.stack = simulation, stack
        self.workers = Workers(simulation)
        self.facts: list[Fact] = []
        self.moment = datetime(2026, 1, 5, 12, tzinfo=UTC)  # a Monday
        self.moved: list[VisitorCallMoved] = []
        self.device = ""
        self.routes: dict[str, tuple[Way, ...]] = {}
        self.levels: list[str] = []
        self.owners: list[str] = []
        self.bindings = {each.name: (binding(each.name, each, stack),) for each in phones}
        extensions = tuple(Extension(each.name, each.name.title(), "") for each in phones)
        self.directory = Directory(Snapshot(1, DomainSettings(), extensions))
        book = FeatureBook(self.directory, Volatile(), self.facts.append, lambda *_: None)
        self.features = SetFeatures(book)
        stack.layer.on_request = self._receive
        post = Post(self.directory, Mailboxes(NoKeeper(), now_ms=int, token=str), now_ms=int)
        domain = Domain(self.directory, (stack.host,), lambda address: False)
        temporary = TemporaryGruus(b"", simulation.chance.octets, self._registered)
        gruus = GruuWays(domain.is_ours, temporary, self._registered)
        subscribers = Subscribers(
            self.directory,
            domain,
            self._registered,
            gruus,
            book,
            CallHandling(self.directory, book.of, lambda: self.moment),
            post,
        )
        surroundings = Surroundings(
            Stores(calls=kept or volatile_call_stores()),
            Outlets(self.facts.append, _nobody_stores, self._tell),
            Audio(self.workers),
            lambda: self.moment.timestamp() + simulation.clock.now,
            simulation.chance.octets,
        )
        calls = CallControl(stack.layer, subscribers, Providers(), surroundings)
        self.agent, self.planning, self.switchboard = calls.agent, calls.planning, calls.switchboard
        self.visitors = calls.visitors
        self.context = house = calls.context
        house.way_out = self._way_out
        self.lines, self.appearances = house.lines, house.appearances
        self.queues = house.queues
        self.lines.changed = self.queues.agents.look
        self.parking, self.facilities, self.recent = house.parking, house.facilities, house.recent
        self.desks = house.desks
        watch = simulation.invariants.watch
        watch("dialogs of the PBX", lambda: len(self.agent))
        watch("calls of the PBX", lambda: len(self.switchboard))
        watch("parked calls", lambda: len(house.parking))
        watch("seized appearances", lambda: len(house.appearances))
        watch("callers in queues", lambda: len(house.queues))
        watch("callbacks", lambda: len(house.queues.customers))
        watch("streams", lambda: len(self.workers.streams))
        watch("owners of streams", lambda: len(house.anchor))
        watch("recordings", lambda: len(self.workers.recordings))
        watch("faxes", lambda: len(self.workers.faxes))

    def change(self, number: str, **fields: Any) -> None:
        """Change what an extension has."""
        extension = self.directory.extension(number)
        assert extension is not None
        changed = msgspec.structs.replace(extension, **fields)
        self.directory.apply(Delta(self.directory.version + 1, (ExtensionPut(changed),)))

    def share(self, number: str, *places: str, **fields: Any) -> None:
        """Make these phones places of an extension's line."""
        self.outside(*places)
        self.change(number, shared=SharedLine(tuple(map(Location, places)), **fields))

    def outside(self, *names: str) -> None:
        """Let these be no extensions, but providers who may call."""
        gone = tuple(map(ExtensionRemoved, names))
        self.directory.apply(Delta(self.directory.version + 1, gone))

    def settle(self, **fields: Any) -> None:
        """Change the settings."""
        settings = msgspec.structs.replace(self.directory.settings, **fields)
        self.directory.apply(Delta(self.directory.version + 1, (SettingsChanged(settings),)))

    def uri(self, number: str) -> bytes:
        """Where a number is dialled."""
        return b"sip:%b@%b" % (number.encode(), self.stack.host.encode())

    def told(self, kind: type[Fact]) -> list[Fact]:
        """The facts of one kind."""
        return [each for each in self.facts if isinstance(each, kind)]

    def _tell(self, notice: Told) -> bool:
        if isinstance(notice, VisitorCallMoved):
            self.moved.append(notice)
        return True

    def _registered(self, number: str) -> tuple[StoredBinding, ...]:
        return self.bindings.get(number, ())

    def _way_out(
        self,
        _extension: str,
        number: str,
        _original: str = "",
        level: str = "",
        owner: str = "",
        _diverted: Diversion = "",
    ) -> tuple[Way, ...]:
        self.levels.append(level)
        self.owners.append(owner)
        if number not in self.routes:
            raise RemoteProtocolError(404)
        return self.routes[number]

    def _receive(self, incoming: Incoming) -> None:
        request, head = incoming.request, incoming.head
        if request.method != b"INVITE" or head.to.tag is not None:
            self.agent.receive(incoming)
            return
        number = (head.from_.uri.partition(b":")[2]).partition(b"@")[0].decode()
        dialled = (request.uri.partition(b":")[2]).partition(b"@")[0].decode()
        place = self.directory.extension(number)
        line = number if place is None else self.desks.user_at(place).number
        caller = Caller(b"sip:%b@pbx" % line.encode())
        origin = Origin(caller, line, line.title(), location=number)
        if place is None:  # it is a provider's
            origin = Origin(caller, "", "", number, number)
        if head.max_forwards == 0:
            raise RemoteProtocolError(483)
        hops = head.max_forwards - 1
        aim = self.planning.aim(origin, dialled)
        if aim.refusal is not None:  # what is no number of ours goes by `routes`
            aim = Aim(origin, dialled)
        secure = isinstance(head.uri, SipUri) and head.uri.secure
        secure &= self.directory.settings.sips_end_to_end
        aim = msgspec.structs.replace(aim, device=self.device, secure=secure)
        self.agent.begin(incoming, lambda call: self.switchboard.take(call, aim, dialled, hops))


async def _nobody_stores(_text: MessageArrived) -> None:
    """Texts outside of calls do not come here."""


def binding(number: str, phone: Stack, pbx: Stack, transport: str = "udp") -> StoredBinding:
    """The registration of a phone."""
    tail = "" if transport == "udp" else f";transport={transport}"
    return StoredBinding(
        number,
        f"sip:{number}@{phone.host}:{phone.port}{tail}",
        "call-id",
        1,
        1000,
        "",
        f"{phone.host}:{phone.port}",
        f"{pbx.host}:{pbx.port}",
        transport,
        0,
        1 << 40,
    )
