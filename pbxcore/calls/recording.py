"""The recordings of one call: who is recorded, from when to when, and who is told of it.

A recording holds one pair of parties. When another pair talks, as after a transfer, it is over,
and whether they are recorded is asked anew.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from pbxcore.apps.sounds import Prompt
from pbxcore.calls.archive import CALLS, EMERGENCIES
from pbxcore.calls.serving import tell_beside
from pbxcore.journal import CallRecorded, RecordingFailed
from pbxcore.media.commands import (
    PauseRecording,
    Play,
    StartRecording,
    StopRecording,
    Tone,
)

if TYPE_CHECKING:
    from pbxcore.calls.call import Call
    from pbxcore.calls.leg import Leg
    from pbxcore.media.commands import RecordingEnded

_BEEP: Final = (((1400.0,), 0.2),)
ON: Final = Tone(_BEEP)
OFF: Final = Tone((*_BEEP, ((), 0.1), *_BEEP))
"""What is heard by who switches it: once for on, twice for off."""


class _Running:
    """One recording.

    Attributes:
        automatic: nobody asked for it, so whoever wants it off pauses it.
        name: what the worker knows it by.
    """

    __slots__ = ("automatic", "file", "id", "legs", "name", "paused")

    def __init__(self, id_: str, file: str, legs: tuple[str, str], *, automatic: bool) -> None:
        self.id, self.file, self.legs, self.automatic = id_, file, legs, automatic
        self.name = ""
        self.paused = False


class Recording:
    """Records who talks in a call; the call tells it who does."""

    def __init__(self, call: Call) -> None:
        self._call, self._context = call, call.context
        self._running: _Running | None = None
        self._goes_on = False

    @property
    def state(self) -> str:
        """`off`, `on` or `paused`."""
        if self._running is None:
            return "off"
        return "paused" if self._running.paused else "on"

    def joined(self, first: Leg, second: Leg) -> None:
        """These two talk from now on."""
        if self._running is not None:
            return
        automatic = _is_recorded(self._call, first, second)
        if automatic or self._goes_on:
            self._start(first, second, automatic=automatic)

    def parted(self) -> None:
        """Nobody talks any more."""
        if self._running is not None:
            self._goes_on = self._context.directory.settings.recording_goes_on
            self._stop()

    def switch(self, leg: Leg | None, *, on: bool | None = None) -> int:
        """Record, or do not: other than now, or as `on` says. The status says whether it is so.

        What is recorded by rule is paused instead of ended. `leg` hears that it was done.
        """
        talking = self._call.talking
        if talking is None:
            return 409
        wanted = self.state != "on" if on is None else on
        if wanted == (self.state == "on"):
            return 200
        if self._running is None:
            self._start(*talking, automatic=False)
        elif self._running.automatic or self._running.paused:
            self._running.paused = not wanted
            self._context.anchor.ask(PauseRecording(self._running.name, not wanted))
        else:
            self._stop()
        if leg is not None and not leg.waits and leg.session.sound:
            beep = Play(leg.session.sound, f"beep {leg.id}", (ON if wanted else OFF,))
            self._context.anchor.ask(beep)
        return 200

    def _start(self, first: Leg, second: Leg, *, automatic: bool) -> None:
        streams = first.session.sound, second.session.sound
        if not all(streams):
            return
        archive = self._context.archive
        parties = _number_of(self._call, first), _number_of(self._call, second)
        folder = CALLS if self._call.aim.emergency is None else EMERGENCIES
        file = archive.name(*parties, folder)
        self._give_notice(first, second)
        running = _Running(self._context.token(), file, (first.id, second.id), automatic=automatic)
        self._running, self._goes_on = running, False
        stereo = self._context.directory.settings.recording_stereo
        running.name = self._context.anchor.record(
            streams,
            StartRecording("", (), archive.path(file), stereo=stereo),
            lambda ended: self._ended(running, ended),
            begun=lambda: self._tell(running, 0.0),  # whatever comes, what is on disk is known
        )

    def _give_notice(self, *legs: Leg) -> None:
        """Whoever is to know it hears that the call may be recorded."""
        wanted = self._context.directory.settings.recording_notice
        for leg in legs:
            if wanted == "all" or (wanted == "external" and not leg.number):
                tell_beside(leg, Prompt("recording-notice"))

    def _stop(self) -> None:
        running, self._running = self._running, None
        if running is not None:
            self._context.anchor.ask(StopRecording(running.name))

    def _ended(self, running: _Running, ended: RecordingEnded) -> None:
        if self._running is running:
            self._running = None
        if ended.seconds:
            self._tell(running, ended.seconds)
        if ended.problem:
            self._fail(running, ended.problem)

    def _tell(self, running: _Running, seconds: float) -> None:
        fact = CallRecorded(self._call.id, running.id, running.file, seconds, running.legs)
        self._context.record(fact)

    def _fail(self, running: _Running, reason: str) -> None:
        self._context.record(RecordingFailed(self._call.id, running.id, running.file, reason))


def _is_recorded(call: Call, first: Leg, second: Leg) -> bool:
    """Whether a talk is recorded without being asked for: by its way, or by one of its parties."""
    kind = "internal" if first.number and second.number else "external"
    for leg in first, second:
        extension = call.context.directory.extension(leg.number)
        if leg.recorded or (extension is not None and extension.recorded in ("all", kind)):
            return True
    return False


def _number_of(call: Call, leg: Leg) -> str:
    """Who is at the end of a leg, for the file's name."""
    if leg.number:
        return leg.number
    if leg.calls and call.origin.shown:
        return call.origin.shown
    return leg.identity.uri.partition(b":")[2].partition(b"@")[0].decode("ascii", "replace")
