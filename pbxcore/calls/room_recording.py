"""Recordings of conferences and pages: all in one file, from the first who comes to the last."""

from __future__ import annotations

from typing import TYPE_CHECKING

from pbxcore.journal import CallRecorded, RecordingFailed
from pbxcore.media.commands import StartRecording

if TYPE_CHECKING:
    from pbxcore.calls.context import CallContext
    from pbxcore.calls.leg import Leg
    from pbxcore.media.commands import RecordingEnded


class RoomRecordings:
    """One recording for each room that wants it; it is kept with the call of who came first."""

    def __init__(self, context: CallContext) -> None:
        self._context = context
        self._running: set[str] = set()

    def joined(self, room: str, leg: Leg, number: str) -> None:
        """Somebody is in a room, which is recorded from then on; `number` names the file."""
        stream = leg.session.sound
        if room in self._running or not stream:
            return
        self._running.add(room)
        archive, call = self._context.archive, leg.call.id
        file = archive.of_room(number)
        recording, legs = self._context.token(), (leg.id,)

        def tell(seconds: float) -> None:
            self._context.record(CallRecorded(call, recording, file, seconds, legs))

        def ended(how: RecordingEnded) -> None:
            self._running.discard(room)
            if how.seconds:
                tell(how.seconds)
            if how.problem:
                self._context.record(RecordingFailed(call, recording, file, how.problem))

        wanted = StartRecording("", (), archive.path(file), room=room)
        self._context.anchor.record((stream,), wanted, ended, begun=lambda: tell(0.0))
