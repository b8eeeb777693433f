"""The streams of all calls at the media workers: who owns which, and what is told of them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol

import msgspec

from pbxcore.journal import MediaWorkerLost
from pbxcore.media.commands import (
    CloseStream,
    DigitHeard,
    Done,
    FaxEnded,
    NoRoom,
    OpenStream,
    Play,
    Played,
    ReceiveFax,
    RecordingEnded,
    StartRecording,
    StreamClosed,
    StreamOpened,
    StreamSilent,
    ToneHeard,
)

if TYPE_CHECKING:
    from collections.abc import Callable

    from pbxcore.journal import Fact
    from pbxcore.media.commands import File, MediaNotice, MediaReply, MediaRequest, Tone
    from pbxcore.media.port import Media


class StreamOwner(Protocol):
    """Who has a stream opened."""

    def noticed(self, notice: MediaNotice) -> None:
        """The worker tells something of it."""
        ...

    def media_lost(self) -> None:
        """Its worker is gone, and the stream with it."""
        ...


class Anchor:
    """Opens and closes streams at the workers; each has one owner.

    Args:
        media: the workers.
        record: takes the fact that one was lost.
    """

    def __init__(self, media: Media, record: Callable[[Fact], None]) -> None:
        self._media, self._record = media, record
        self._owners: dict[str, StreamOwner] = {}
        self._plays: dict[str, tuple[str, Callable[[Played], None]]] = {}
        self._recordings: dict[str, tuple[StartRecording, Callable[[RecordingEnded], None]]] = {}
        self._faxes: dict[str, tuple[ReceiveFax, Callable[[FaxEnded], None]]] = {}
        self._count = 0
        media.notice = self._noticed
        media.lost = self._lost

    def __len__(self) -> int:
        """How many streams are open."""
        return len(self._owners)

    def open(
        self,
        owner: StreamOwner,
        then: Callable[[StreamOpened | NoRoom], None],
        *,
        kind: str = "audio",
        secured: bool = False,
    ) -> str:
        """Open a stream, and tell how that went; returns its name, good for requests at once."""
        stream = self._name("s")
        self._owners[stream] = owner

        def replied(reply: MediaReply) -> None:
            if isinstance(reply, StreamOpened):
                then(reply)
                return
            self._owners.pop(stream, None)
            then(reply if isinstance(reply, NoRoom) else NoRoom("no answer"))

        self._media.ask(OpenStream(stream, kind, secured=secured), replied)
        return stream

    def close(self, stream: str, then: Callable[[StreamClosed], None]) -> None:
        """Close a stream; `then` hears how it did, as far as anybody knows."""
        known = self._owners.pop(stream, None) is not None

        def replied(reply: MediaReply) -> None:
            then(reply if isinstance(reply, StreamClosed) else StreamClosed(stream))

        if known:
            self._media.ask(CloseStream(stream), replied)
        else:
            then(StreamClosed(stream))

    def play(
        self,
        stream: str,
        sources: tuple[File | Tone, ...],
        then: Callable[[Played], None],
        *,
        times: int = 1,
        over: bool = False,
    ) -> str:
        """Play to a stream; `then` hears of the end, unless the stream is closed before.

        Returns its name, by which what plays `over` something else can be stopped.
        """
        play = self._name("p")
        self._plays[play] = stream, then

        def replied(reply: MediaReply) -> None:
            if reply != Done():
                self._noticed(Played(stream, play, problem=_why(reply)))

        self._media.ask(Play(stream, play, sources, times, over=over), replied)
        return play

    def record(
        self,
        streams: tuple[str, ...],
        wanted: StartRecording,
        then: Callable[[RecordingEnded], None],
        *,
        begun: Callable[[], None] | None = None,
    ) -> str:
        """Write what streams say as `wanted`; `then` hears of the end. Returns its name.

        `begun` hears that the file is there.
        """
        request = msgspec.structs.replace(wanted, recording=self._name("r"), streams=streams)
        recording = request.recording
        self._recordings[recording] = request, then

        def replied(reply: MediaReply) -> None:
            if reply != Done():
                self._noticed(RecordingEnded(recording, request.path, 0.0, problem=_why(reply)))
            elif begun is not None:
                begun()

        self._media.ask(request, replied)
        return recording

    def receive_fax(self, wanted: ReceiveFax, then: Callable[[FaxEnded], None]) -> str:
        """Let a stream's peer send a fax; `then` hears of the end, however it comes."""
        request = msgspec.structs.replace(wanted, fax=self._name("f"))
        self._faxes[request.fax] = request, then

        def replied(reply: MediaReply) -> None:
            if reply != Done():
                why = FaxEnded(request.fax, problem="media_lost", detail=_why(reply))
                self._noticed(why)

        self._media.ask(request, replied)
        return request.fax

    def ask(self, request: MediaRequest) -> None:
        """Carry something out, of which a failure has no other consequence than its own."""
        self._media.ask(request, _heard)

    def _name(self, kind: str) -> str:
        self._count += 1
        return f"{kind}{self._count}"

    def _noticed(self, notice: MediaNotice) -> None:
        match notice:
            case DigitHeard(stream) | StreamSilent(stream) | ToneHeard(stream):
                owner = self._owners.get(stream)
                if owner is not None:
                    owner.noticed(notice)
            case Played(play=play):
                _, ended = self._plays.pop(play, (None, None))
                if ended is not None:
                    ended(notice)
            case RecordingEnded(recording):
                _, told = self._recordings.pop(recording, (None, None))
                if told is not None:
                    told(notice)
            case FaxEnded(fax):
                _, over = self._faxes.pop(fax, (None, None))
                if over is not None:
                    over(notice)

    def _lost(self, streams: tuple[str, ...]) -> None:
        self._record(MediaWorkerLost(len(streams)))
        gone = [self._owners.pop(each, None) for each in streams]
        for play, (stream, _) in list(self._plays.items()):
            if stream in streams:
                self._noticed(Played(stream, play, problem="media_lost"))
        for name, (wanted, _) in list(self._recordings.items()):
            if not set(wanted.streams).isdisjoint(streams):
                self._noticed(RecordingEnded(name, wanted.path, 0.0, problem="media_lost"))
        for fax, (received, _) in list(self._faxes.items()):
            if received.stream in streams:
                self._noticed(FaxEnded(fax, problem="media_lost"))
        for owner in dict.fromkeys(each for each in gone if each is not None):
            owner.media_lost()


def _why(reply: MediaReply) -> str:
    return reply.reason if isinstance(reply, NoRoom) else "no stream"


def _heard(_reply: MediaReply) -> None:
    pass
