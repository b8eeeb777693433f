"""Who is in which conference room, and what becomes of them there."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar, Final

import msgspec

from pbxcore.apps.sounds import Prompt
from pbxcore.media.commands import File, Tone

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence

    from pbxcore.apps.sounds import Sound
    from pbxcore.apps.visit import Visit
    from pbxcore.voicemail.message import Arrival

MOST_CHIMED: Final = 20
"""Above so many nobody wants to hear of each who comes and goes."""
_COMES: Final = Tone((((660.0,), 0.12), ((880.0,), 0.2)))
_GOES: Final = Tone((((880.0,), 0.12), ((660.0,), 0.2)))


class ConferenceRoom(msgspec.Struct, frozen=True, tag="conference"):
    """A room where everybody hears everybody.

    Who knows `host_pin`, or is one of `hosts`, is a host; others need `pin`, if there is one. With
    `waits_for_host` the conference begins with the first host, with `ends_with_host` it ends when
    the last is gone. Guests come in `muted` or not; `chimes` tell who comes and goes. Who is alone
    hears music of the class `music`. With `announces` everybody says his name, which others hear
    when he comes and goes. What is said in the room is `recorded` or not. Guests have a `menu` of
    keys or not; hosts have it always, and with `guests_invite` guests may do what it has for all.
    """

    kind: ClassVar[str] = "conference"

    number: str
    name: str
    pin: str = ""
    host_pin: str = ""
    hosts: tuple[str, ...] = ()
    waits_for_host: bool = False
    ends_with_host: bool = False
    muted: bool = False
    chimes: bool = True
    most: int = 0
    """0: any number."""
    music: str = ""
    announces: bool = False
    recorded: bool = False
    menu: bool = True
    guests_invite: bool = False


class Invitation(msgspec.Struct, frozen=True, tag="invitation"):
    """Lets whoever is called into a room; with `asks`, if he wants to. `by` is who invites him."""

    kind: ClassVar[str] = "conference"

    room: str
    by: str
    asks: bool = True


class Participant:
    """One who is in a room.

    Attributes:
        visit: who it is.
        host: whether he may do more than others.
        muted: whether nobody hears him.
        farewell: the prompt for one who is to leave; "" for one who may stay.
        news: what he is to hear next.
        name: the file in which he says his name; "" for who has not said it.
        hears_db: how much louder than they are he hears the others.
        speaks_db: how much louder than he is the others hear him.
        may_link: whether he may link other rooms; who did not know the PIN of one links none.
    """

    def __init__(self, visit: Visit, *, host: bool, muted: bool, name: str = "") -> None:
        self.visit = visit
        self.name = name
        self.hears_db = self.speaks_db = 0.0
        self.host = host
        self.muted = muted
        self.may_link = True
        self.farewell = ""
        self.news: list[Sound] = []


class Conference:
    """One room, as long as somebody is in it."""

    def __init__(self, room: ConferenceRoom) -> None:
        self.room = room
        self.participants: list[Participant] = []
        self.locked = False
        self.names: list[Arrival] = []
        """What was said for this conference, and is forgotten after it."""
        self.links: dict[str, ConferenceRoom] = {}
        """The rooms that were linked from here, for as long as somebody is here."""

    @property
    def has_host(self) -> bool:
        """Whether one of the hosts is there."""
        return any(each.host for each in self.participants)


class Conferences:
    """Every conference.

    Attributes:
        wake: has a participant's script look at what has become of him.
        guest_of: who makes a visit now; visits may be handed over.
        changed: told the number of a room in which something is different now.
        forget: removes the file of a name that nobody will hear any more.
    """

    def __init__(self) -> None:
        self._open: dict[str, Conference] = {}
        self.wake: Callable[[Visit], None] = lambda visit: None
        self.guest_of: Callable[[Visit], Visit] = lambda visit: visit
        self.changed: Callable[[str], None] = lambda number: None
        self.forget: Callable[[Arrival], None] = lambda name: None

    def __len__(self) -> int:
        """How many rooms there are in which somebody is."""
        return len(self._open)

    def at(self, number: str) -> Conference | None:
        """The conference of that number, if somebody is there."""
        return self._open.get(number)

    def room(self, number: str) -> ConferenceRoom:
        """The room of that number, in which somebody is."""
        return self._open[number].room

    def count(self, number: str) -> int:
        """How many are in a room, and in those that are linked with it."""
        return len(self._everybody(number))

    def recorded(self, number: str) -> bool:
        """Whether what is said in a room is recorded: it is so wherever a linked room wants it."""
        return any(each.recorded for each in self._linked(number).values())

    def sound(self, number: str) -> str:
        """The room whose sound a room has: linked ones have one, that of a recorded one first.

        So nothing of a room is in a recording any more once it is linked no longer.
        """
        linked = self._linked(number)
        return min(linked, key=lambda at: (not linked[at].recorded, at))

    def links(self, number: str) -> tuple[str, ...]:
        """The other rooms that are linked with a room."""
        return tuple(sorted(self._linked(number).keys() - {number}))

    def link(self, number: str, room: ConferenceRoom) -> None:
        """Let everybody in a room and in another hear each other, until the first is empty."""
        silent = [each for at, each in self._open.items() if not self.recorded(at)]
        unwarned = [one for each in silent for one in each.participants]
        self._open[number].links[room.number] = room
        recorded = self.recorded(number)
        self._tell_of(self._linked(number))
        for each in self._everybody(number):
            each.news.append(Prompt("conf-linked"))
            if recorded and each in unwarned:
                each.news.append(Prompt("may-be-recorded"))
            self._look(each)

    def unlink(self, number: str) -> None:
        """Separate a room from all that are linked with it."""
        together, before = self._everybody(number), self._linked(number)
        self._open[number].links.clear()
        for each in self._open.values():
            each.links.pop(number, None)
        self._tell_of(before)
        for participant in together:
            participant.news.append(Prompt("conf-unlinked"))
            self._look(participant)

    def begun(self, number: str) -> bool:
        """Whether guests of a room may hear each other now."""
        conference = self._open[number]
        return conference.has_host or not conference.room.waits_for_host

    def refusal(self, room: ConferenceRoom, *, host: bool) -> str:
        """The prompt for one who may not come in now; "" for who may."""
        found = self._open.get(room.number)
        if found is None or host:
            return ""
        if found.locked:
            return "conf-locked"
        return "conf-full" if 0 < room.most <= len(found.participants) else ""

    def enter(
        self, room: ConferenceRoom, visit: Visit, *, host: bool, name: Arrival | None = None
    ) -> Participant:
        """Somebody comes in; the others hear his name, if he has said it."""
        conference = self._open.setdefault(room.number, Conference(room))
        conference.room = room
        others = tuple(self._everybody(room.number))
        path = "" if name is None else name.path
        participant = Participant(visit, host=host, muted=room.muted and not host, name=path)
        conference.participants.append(participant)
        if name is not None:
            conference.names.append(name)
        self._tell(conference, others, _COMES, *_named(participant, "conf-joined"))
        return participant

    def leave(self, number: str, participant: Participant) -> None:
        """Somebody is gone."""
        conference = self._open[number]
        others = tuple(each for each in self._everybody(number) if each is not participant)
        linked = self.links(number)
        conference.participants.remove(participant)
        parted = False
        if not conference.participants:
            del self._open[number]
            for name in conference.names:
                self.forget(name)
            left = (self._everybody(at) for at in linked if at in self._open)
            parted = any(len(each) < len(others) for each in left)
            self._tell_of(linked)
        elif participant.host and not conference.has_host and conference.room.ends_with_host:
            for each in conference.participants:
                each.farewell = "conf-ended"
        self._tell(conference, others, _GOES, *_named(participant, "conf-left"))
        for each in others if parted else ():
            each.news.append(Prompt("conf-unlinked"))
            self._look(each)

    def find(self, number: str, leg: str) -> Participant | None:
        """The participant at a leg."""
        conference = self._open.get(number)
        among = () if conference is None else conference.participants
        return next((each for each in among if each.visit.leg == leg), None)

    def mute(self, number: str, participant: Participant, *, muted: bool) -> None:
        """Let nobody hear a participant, or everybody again; he is told."""
        if participant.muted is not muted:
            participant.muted = muted
            participant.news.append(Prompt("conf-muted" if muted else "conf-unmuted"))
            self._look(participant)
            self.changed(number)

    def remove(self, number: str, participant: Participant) -> None:
        """Send a participant out."""
        participant.farewell = "conf-removed"
        self._look(participant)

    def lock(self, number: str, *, locked: bool) -> None:
        """Let nobody in any more but hosts, or everybody again."""
        conference = self._open.get(number)
        if conference is not None:
            conference.locked = locked
            self.changed(number)

    def _tell(
        self, conference: Conference, others: Sequence[Participant], chime: Tone, *name: Sound
    ) -> None:
        audible = conference.room.chimes and len(others) < MOST_CHIMED
        for each in others:
            if audible:
                each.news.append(chime)
            if len(others) < MOST_CHIMED:
                each.news += name
            self._look(each)
        self.changed(conference.room.number)

    def _tell_of(self, numbers: Iterable[str]) -> None:
        """Say of each of these rooms in which somebody is that it is different now."""
        for each in sorted(self._open.keys() & set(numbers)):
            self.changed(each)

    def _linked(self, number: str) -> dict[str, ConferenceRoom]:
        """The rooms that have one sound with a room, itself among them, whichever linked which."""
        found: dict[str, ConferenceRoom] = {}
        open_ = self._open
        ahead = [each.links[number] for each in open_.values() if number in each.links]
        ahead += [open_[number].room] if number in open_ else []
        while ahead:
            room = ahead.pop()
            if room.number in found:
                continue
            there = open_.get(room.number)
            found[room.number] = room if there is None else there.room
            ahead += [] if there is None else there.links.values()
            ahead += [each.room for each in open_.values() if room.number in each.links]
        return found

    def _everybody(self, number: str) -> list[Participant]:
        """Who is in a room, and in those that are linked with it."""
        found = (self._open.get(each) for each in self._linked(number))
        return [one for each in found if each is not None for one in each.participants]

    def _look(self, participant: Participant) -> None:
        self.wake(participant.visit)


def _named(participant: Participant, word: str) -> tuple[Sound, ...]:
    """That he comes or goes, in his own voice."""
    return (File(participant.name), Prompt(word)) if participant.name else ()
