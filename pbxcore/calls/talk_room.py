"""The room in which a talk is held while somebody else listens, or one of the two is not heard.

Two who talk are joined stream to stream, which costs least. A supervisor who listens, whispers or
barges in needs a mixer; so does a party that is muted or held from outside, or is asked something
that it answers by a key, which the other is not to get. Then the two move into a room with whoever
else takes part, and back again when nothing of this is left.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal

from pbxcore.calls.party import Farewell
from pbxcore.media.commands import Disconnect, JoinRoom
from pbxcore.sip import causes

if TYPE_CHECKING:
    from collections.abc import Iterator

    from pbxcore.calls.call import Call
    from pbxcore.calls.leg import Leg

Mode = Literal["listen", "whisper", "barge"]
"""What a supervisor may do: hear both; be heard by the one he supervises; be heard by both."""

_ENDED = Farewell("pbx", 0, causes.NORMAL, "supervised_call_ended")


class TalkRoom:
    """The room of one call, while it is needed."""

    def __init__(self, call: Call) -> None:
        self._call = call
        self._ask = call.context.anchor.ask
        self.occupied = False

    def arrange(self) -> None:
        """Something is different: who talks, who listens, who is heard."""
        talking = self._call.talking
        if talking is None:
            return
        if any(map(_needs_room, talking)):
            self.occupied = True
            for each in self._seats(*talking):
                self._ask(each)
        elif self.occupied:
            self.occupied = False
            talking[0].session.reconnect(talking[1].session)

    def parted(self) -> None:
        """Nobody talks any more; supervisors stay with their legs, and hear nothing."""
        talking = self._call.talking
        if self.occupied and talking is not None:
            self.occupied = False
            for leg in talking:
                for each in (leg, *leg.supervisors):
                    self._ask(Disconnect(each.session.sound))

    def _seats(self, first: Leg, second: Leg) -> Iterator[JoinRoom]:
        room = f"talk {self._call.id}"
        for leg in first, second:
            silent = leg.muted or leg.held_from_outside
            yield JoinRoom(room, leg.session.sound, silent, leg.held_from_outside)
            for supervisor, mode in leg.supervisors.items():
                yield JoinRoom(
                    room,
                    supervisor.session.sound,
                    muted=mode == "listen",
                    speaks=(leg.session.sound,) if mode == "whisper" else (),
                )


def dismiss(leg: Leg) -> None:
    """A leg is over: whom it supervised need no room for it, and who supervises it is done."""
    if leg.consenting is not None:
        leg.consenting.close(agreed=False)
    supervised, leg.supervises = leg.supervises, None
    if supervised is not None:
        supervised.supervisors.pop(leg, None)
        supervised.call.room.arrange()
    for supervisor in list(leg.supervisors):
        supervisor.call.end(supervisor, _ENDED)


def _needs_room(leg: Leg) -> bool:
    asked = leg.consenting is not None
    return bool(leg.supervisors) or leg.muted or leg.held_from_outside or asked
