"""All that works on sound in one worker: players, recordings, rooms, faxes, keys in band."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from functools import partial
from typing import TYPE_CHECKING, assert_never

from pbxcore.media.commands import (
    Done,
    File,
    JoinRoom,
    NoRoom,
    PauseRecording,
    Play,
    Played,
    PressDigits,
    ReceiveFax,
    RecordingEnded,
    StartRecording,
    StopFax,
    StopPlaying,
    StopRecording,
)
from pbxcore.media.mixer import Member
from pbxcore.media.player import Keys, tone_source
from pbxcore.net.media.fax_desk import FaxDesk
from pbxcore.net.media.output import Claim
from pbxcore.net.media.playing import Playing
from pbxcore.net.media.recorder import Recorder
from pbxcore.net.media.room import Room
from pbxcore.net.media.saying import rate_of
from pbxcore.net.media.sound_files import SoundFiles

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from pbxcore.media.commands import MediaReply, Tone
    from pbxcore.media.player import Source
    from pbxcore.net.media.engine import Engine
    from pbxcore.net.media.owner import Owner
    from pbxcore.net.media.stream import Stream

SoundRequest = (
    Play
    | StopPlaying
    | StartRecording
    | PauseRecording
    | StopRecording
    | JoinRoom
    | PressDigits
    | ReceiveFax
    | StopFax
)


class Studio:
    """Carries out what needs sound, and what ends by itself when its streams do."""

    def __init__(self, engine: Engine) -> None:
        self._engine, self._loop = engine, engine.loop
        self._files = SoundFiles()
        self._disk = ThreadPoolExecutor(1, thread_name_prefix="recording")
        self._playing: dict[str, Playing] = {}
        self._over: dict[tuple[str, str], Playing] = {}
        """What plays over something else, by stream and name."""
        self._keys: dict[str, Keys] = {}
        """What is pressed in band, by stream."""
        self._recorders: dict[str, Recorder] = {}
        self._rooms: dict[str, Room] = {}
        self._faxes = FaxDesk(engine)

    def carry_out(self, owner: Owner, request: SoundRequest) -> MediaReply:
        """Do what is asked."""
        match request:
            case StartRecording():
                return self._record(owner, request)
            case PauseRecording(recording, paused):
                recorder = self._recorders.get(recording)
                if recorder is not None:
                    recorder.pause(paused)
                return Done(known=recorder is not None)
            case StopRecording(recording):
                recorder = self._recorders.get(recording)
                if recorder is not None:
                    recorder.stop()
                return Done(known=recorder is not None)
            case ReceiveFax() | StopFax():
                return self._faxes.carry_out(owner, request)
            case _:
                stream = self._engine.stream(request.stream)
                if stream is None:
                    return Done(known=False)
                return self._attend(stream, request)

    def _attend(
        self, stream: Stream, request: Play | StopPlaying | JoinRoom | PressDigits
    ) -> MediaReply:
        match request:
            case Play():
                self._play(stream, request)
            case StopPlaying(over=over):
                self._stop_playing(stream, over)
            case PressDigits():
                self._press(stream, request)
            case JoinRoom():
                self._join(stream, request)
            case _:
                assert_never(request)
        return Done()

    def close(self) -> None:
        """The worker ends: what is recorded is on disk first."""
        self._faxes.close()
        for recorder in tuple(self._recorders.values()):
            recorder.finish()
        self._files.close()
        self._disk.shutdown()

    def _play(self, stream: Stream, play: Play) -> None:
        rate = rate_of(stream)
        sources = [partial(self._source, each, rate) for each in play.sources]
        if play.over:
            self._play_over(stream, play, sources, rate)
            return
        self._stop_playing(stream)

        def over(digit: str, problem: str) -> None:
            if self._playing.get(stream.name) is playing:
                del self._playing[stream.name]
            stream.tell(Played(stream.name, play.play, digit, problem))

        playing = self._playing[stream.name] = Playing(
            stream,
            self._loop,
            sources,
            over,
            rate=rate,
            times=play.times,
            until_digit=play.until_digit,
        )

    def _play_over(
        self, stream: Stream, play: Play, sources: Sequence[Callable[[], Source]], rate: int
    ) -> None:
        name = stream.name, play.play
        self._stop_playing(stream, play.play)

        def ended(digit: str, problem: str) -> None:
            del self._over[name]
            stream.tell(Played(*name, digit, problem))

        self._over[name] = Playing(stream, self._loop, sources, ended, rate=rate, claim=Claim.OVER)

    def _source(self, source: File | Tone, rate: int) -> Source:
        if isinstance(source, File):
            return self._files.open(source, rate)
        return tone_source(source, rate)

    def _stop_playing(self, stream: Stream, over: str = "") -> None:
        name = stream.name
        playing = self._over.get((name, over)) if over else self._playing.get(name)
        if playing is not None:
            playing.stop()

    def _press(self, stream: Stream, press: PressDigits) -> None:
        pressing = self._keys.get(stream.name)
        if pressing is not None:
            pressing.press(press)
            return
        rate = rate_of(stream)
        keys = self._keys[stream.name] = Keys(rate)
        keys.press(press)

        def over(digit: str, problem: str) -> None:
            del self._keys[stream.name]

        Playing(stream, self._loop, (lambda: keys,), over, rate=rate, claim=Claim.DIGITS)

    def _join(self, stream: Stream, join: JoinRoom) -> None:
        room = self._rooms.get(join.room)
        if room is None:
            room = self._rooms[join.room] = Room(join.room, self._loop, self._empty)
        member = Member(
            join.muted, join.deaf, join.hears, join.speaks, join.hears_db, join.speaks_db
        )
        room.join(stream, member)

    def _empty(self, room: str) -> None:
        del self._rooms[room]

    def _record(self, owner: Owner, wanted: StartRecording) -> MediaReply:
        found = [self._engine.stream(name) for name in wanted.streams]
        streams = [each for each in found if each is not None]
        if len(streams) != len(found) or not streams:
            return Done(known=False)
        if wanted.recording in self._recorders:
            return NoRoom("a recording of that name is running")

        def over(seconds: float, digit: str, problem: str) -> None:
            del self._recorders[wanted.recording]
            owner.tell(RecordingEnded(wanted.recording, wanted.path, seconds, digit, problem))

        room = self._rooms.get(wanted.room)
        if wanted.room and room is None:
            return NoRoom("nobody is in that room")
        try:
            if room is None:
                recorder = Recorder(wanted, streams, self._loop, self._disk, over)
            else:
                recorder = Recorder(wanted, (), self._loop, self._disk, over, room.ear())
        except OSError as failed:
            return NoRoom(str(failed))
        self._recorders[wanted.recording] = recorder
        return Done()
