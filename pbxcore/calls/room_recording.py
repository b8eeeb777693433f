"""Recordings of conferences and pages: all in one file, from the first who comes to the last."""

from __future__ import annotations

from typing import TYPE_CHECKING

from pbxcore.journal import CallRecorded, RecordingFailed
from pbxcore.media.commands import StartRecording

if TYPE_CHECKING:
    from pbxcore.calls.leg import Leg
    from pbxcore.calls.surroundings import Surroundings
    from pbxcore.media.commands import RecordingEnded


class RoomRecordings:
    """One recording for each room that wants it; it is kept with the call of who came first."""

    def __init__(self, house: Surroundings) -> None:
        self._house = house
        self._running: set[str] = set()

    def joined(self, room: str, leg: Leg, number: str) -> None:
        """Somebody is in a room, which is recorded from then on; `number` names the file."""
        stream = leg.session.sound
        if room in self._running or not stream:
            return
        self._running.add(room)
        archive, call = self._house.archive, leg.call.id
        file = archive.of_room(number)
        recording, legs = self._house.token(), (leg.id,)

        def tell(seconds: float) -> None:
            self._house.record(CallRecorded(call, recording, file, seconds, legs))

        def ended(how: RecordingEnded) -> None:
            self._running.discard(room)
            if how.seconds:
                tell(how.seconds)
            if how.problem:
                self._house.record(RecordingFailed(call, recording, file, how.problem))

        wanted = StartRecording("", (), archive.path(file), room=room)
        self._house.anchor.record((stream,), wanted, ended, begun=lambda: tell(0.0))
