"""The dialplan as values: what numbers there are besides extensions, and the routes in and out.

Patterns are texts of `pbxcore.dialplan.patterns`; conditions are numbers of `Condition`.
"""

from __future__ import annotations

from typing import NamedTuple
from zoneinfo import ZoneInfo

import msgspec

from pbxcore.apps.echo import EchoTest
from pbxcore.apps.services import PrefixedService, Service
from pbxcore.dialplan.call_queue import CallQueue
from pbxcore.dialplan.callbacks import Callback
from pbxcore.dialplan.emergencies import EmergencyNumber
from pbxcore.dialplan.music import MusicClass
from pbxcore.dialplan.pin import Pin
from pbxcore.dialplan.place import HANG_UP, Place
from pbxcore.dialplan.schedules import Schedule
from pbxcore.dialplan.time_conditions import Calendar, Holiday, TimeRow
from pbxcore.dialplan.wake_ups import WakeUpCall
from pbxcore.dialplan.ways import WayOut
from pbxcore.dialplan.window import Window
from pbxcore.faxes.rules import FaxTerms
from pbxcore.features.codes import USUAL
from pbxcore.queues.settings import AgentProfile
from pbxcore.voicemail.rules import VoicemailGroup, VoicemailRules


class Hours(msgspec.Struct, frozen=True):
    """What is office time and what is a holiday, on the clock of `zone`."""

    zone: str = "UTC"
    office_time: tuple[TimeRow, ...] = ()
    holidays: tuple[Holiday, ...] = ()

    def calendar(self) -> Calendar:
        """For asking."""
        return Calendar(ZoneInfo(self.zone), self.office_time, self.holidays)


class Limit(msgspec.Struct, frozen=True):
    """How long a call may last: `longest_s`, 0 for as long as it likes.

    Who called hears a tone `warned_s` before the end, 0: none, and again every `every_s`.
    """

    longest_s: int = 0
    warned_s: int = 0
    every_s: int = 0

    def within(self, *others_s: int) -> Limit:
        """The shortest of this and others, 0 being none."""
        longest_s = min((each for each in (self.longest_s, *others_s) if each), default=0)
        return Limit(longest_s, self.warned_s if self.warned_s < longest_s else 0, self.every_s)

    def shorter(self, other: Limit) -> Limit:
        """The one of two that ends first, with the other's warning if it has none."""
        first, second = (self, other) if _ends_first(self, other) else (other, self)
        return first if first.warned_s else second.within(first.longest_s)


def _ends_first(one: Limit, other: Limit) -> bool:
    return not other.longest_s or 0 < one.longest_s <= other.longest_s


NO_LIMIT = Limit()


class OutboundRoute(msgspec.Struct, frozen=True):
    """Which numbers go out, by which trunks (in the order they are tried), and for whom.

    With `only_callers` those alone may use it that `callers` (numbers or patterns) name, and
    `permission` does not matter; else it is the level that is needed, `none` for no level. With
    `asks_pin` one of `pins` has to be known too; with `pin_alone` nothing else is needed. With
    `own_pins` an extension's own takes their place.
    """

    id: str
    name: str
    patterns: tuple[str, ...]
    ways: tuple[WayOut, ...]
    permission: str = "internal"
    only_callers: bool = False
    callers: tuple[str, ...] = ()
    asks_pin: bool = False
    pins: tuple[Pin, ...] = ()
    pin_alone: bool = False
    own_pins: bool = False
    window: Window = Window()
    caller_id: str = ""
    limit: Limit = NO_LIMIT
    enabled: bool = True
    recorded: bool = False


class Timed(msgspec.Struct, frozen=True):
    """Where calls go while a time condition holds."""

    window: Window
    place: Place


class Mode(msgspec.Struct, frozen=True):
    """Where an inbound route leads in one of the modes: the first that applies, else `place`."""

    mode: int
    place: Place
    timed: tuple[Timed, ...] = ()


class InboundRoute(msgspec.Struct, frozen=True):
    """Where calls that come in by trunks go.

    `dids` are what was dialled, `callers` who calls; none of either means any. `number_set` and
    `name_set` rewrite the caller (`9${CALLERID(num)}`), empty leaves them. `did_kinds` are the
    kinds of places that may be reached by `by_did`; `did_strip` and `did_prepend` make the number
    for it. `permission` is that of calls which leave again by a trunk. Callers hear the music of
    the class `music` while it rings, where one is chosen. `blocked` may not call in here, as those
    of the blacklist nowhere. In queues they come with a `priority`. The extensions `taken_over_by`
    may go on with their talks. It is in a mode of its own (`own_mode`), which codes with the
    `mode_suffix` switch, or in that of all (None).
    """

    id: str
    name: str
    trunks: tuple[str, ...]
    place: Place
    dids: tuple[str, ...] = ()
    callers: tuple[str, ...] = ()
    timed: tuple[Timed, ...] = ()
    modes: tuple[Mode, ...] = ()
    own_mode: int | None = None
    mode_suffix: str = ""
    number_set: str = ""
    name_set: str = ""
    trunk_name_first: bool = False
    name_first: str = ""
    did_strip: int = 0
    did_prepend: str = ""
    did_kinds: tuple[str, ...] = ("extension",)
    permission: str = "internal"
    alert_info: str = ""
    collect_calls_blocked: bool = False
    fax_detection: bool = False
    fax_place: Place = HANG_UP
    auto_answer: bool = False
    detection_timeout_s: int = 4
    prompt: str = ""
    enabled: bool = True
    recorded: bool = False
    music: str = ""
    blocked: tuple[str, ...] = ()
    priority: int = 0
    taken_over_by: tuple[str, ...] = ()


class Blacklist(msgspec.Struct, frozen=True):
    """Who may not call in; `allowed` outranks `blocked`, both numbers or patterns.

    They are answered `status`, or hear the custom prompt `prompt` where there is one.
    """

    enabled: bool = False
    blocked: tuple[str, ...] = ()
    allowed: tuple[str, ...] = ()
    anonymous: bool = False
    status: int = 486
    prompt: str = ""


class Barred(msgspec.Struct, frozen=True):
    """Whom nobody calls outside: numbers and patterns, and countries by their codes."""

    patterns: tuple[str, ...] = ()
    countries: tuple[str, ...] = ()


class RingGroup(msgspec.Struct, frozen=True):
    """Extensions that ring for one number, all at once or one after the other.

    Each rings for `ring_s` seconds, 0: as long as the caller waits. Who talks is left out with
    `skips_busy`. A call that nobody takes goes to `otherwise`. Calls are `recorded` or not. Callers
    hear the custom prompt `prompt` before it rings, and music of the class `music` while it does.

    Where a member's phone sends its call on (a redirection, 3xx), it rings in its place if the
    group `follows_phones`. Phones show the group's name in place of the caller's with
    `replaces_name`, and ring as `alert_info` says where no route has said it.
    """

    number: str
    name: str
    members: tuple[str, ...]
    in_order: bool = True
    ring_s: int = 30
    skips_busy: bool = True
    otherwise: Place = HANG_UP
    recorded: bool = False
    prompt: str = ""
    music: str = ""
    follows_phones: bool = False
    replaces_name: bool = False
    alert_info: str = ""

    def rounds(self) -> tuple[tuple[str, ...], ...]:
        """Who rings together, in the order of the rounds."""
        return tuple((each,) for each in self.members) if self.in_order else (self.members,)


class ParkingLot(msgspec.Struct, frozen=True):
    """Where calls are parked: a call that is handed on to `number` takes the first free slot.

    After `timeout_s` (0: never) a parked call returns to who parked it; when nobody takes it there,
    it goes to `otherwise`, if that is a place, and is offered to who parked it again if not. With
    `goes_straight` it goes there without returning first. It
    waits to music of the class `music`. It returns to all phones of who parked it with `rings_all`,
    else to that which did, as long as that is there. Without `is_dialled` the number of the lot
    means nothing: calls are handed on to a slot, or parked by the code.
    """

    number: str
    name: str
    slots: tuple[str, ...]
    timeout_s: int = 300
    otherwise: Place = HANG_UP
    music: str = ""
    rings_all: bool = True
    is_dialled: bool = True
    goes_straight: bool = False

    def means(self, number: str) -> bool:
        """Whether a call that is handed on to a number is parked here."""
        return number in self.slots or (self.is_dialled and number == self.number)


class PickupGroup(msgspec.Struct, frozen=True):
    """Extensions that pick up each other's calls."""

    name: str
    members: tuple[str, ...]


class PagingGroup(msgspec.Struct, frozen=True):
    """Phones that answer by themselves and hear who calls; in a `two_way` intercom they talk too.

    In a `private` one they hear and are heard by who calls alone. What is said, or announced, is
    heard `delay_s` after the first has answered. With a `schedule`, which only announcements have
    and no page that is sent by multicast, the prompt is played at its time, too, without anybody
    who calls.
    `callers` may call it; none: everybody. Who talks is left out with `skips_busy`. Phones show the
    group's name with `replaces_name`. It lasts `longest_s` at most, 0: as long as the caller likes.
    Members hear the custom prompt `prompt` first, where there is one; it is all they hear if the
    group `announces`. What is said there is `recorded` or not. With a `multicast` address, at
    `multicast_port`, it is sent there, for whoever listens.
    """

    number: str
    name: str
    members: tuple[str, ...]
    two_way: bool = True
    callers: tuple[str, ...] = ()
    skips_busy: bool = True
    replaces_name: bool = False
    longest_s: int = 0
    prompt: str = ""
    announces: bool = False
    recorded: bool = False
    multicast: str = ""
    multicast_port: int = 0
    private: bool = False
    delay_s: int = 0
    schedule: Schedule | None = None


class FeatureCodes(msgspec.Struct, frozen=True):
    """What is dialled, or pressed while one talks, to have something done; "": nothing.

    `pickup` goes before the number of an extension that rings, `intercom` and `paging` before that
    of one that is to answer by itself, `to_voicemail` before that of one whose mailbox is to take a
    message, `listen`, `whisper` and `barge` before that of one whose talk is to be heard,
    `hide_caller` and `show_caller` before any number that is to see the caller's, or not. `park`,
    `record`, `disconnect` and the transfers are pressed, each key within `between_s` of the one
    before, by those whom `pressed_by` names (`caller`, `callee` or `none`; else both);
    `queue_log_in` and `queue_log_out` follow
    the number of a queue that an agent is going to serve, or is not any more. `features` are those
    of `pbxcore.features.codes`. The extensions `remote_callers` may set features of others,
    `priority_callers` make priority calls, and `mode_callers` switch the mode of inbound routes,
    none of them meaning everybody. With `priority_for_all` everybody makes priority calls, with
    `spy_for_all` everybody hears the talks of all.
    """

    pickup: str = "**"
    group_pickup: str = "*8"
    park: str = "#72"
    intercom: str = "*80"
    paging: str = "*81"
    own_mailbox: str = "*97"
    any_mailbox: str = "*98"
    to_voicemail: str = "*"
    record: str = "*3"
    blind_transfer: str = "#1"
    attended_transfer: str = "*2"
    seamless_transfer: str = "*44"
    disconnect: str = "*0"
    listen: str = "*54"
    whisper: str = "*55"
    barge: str = "*56"
    hide_caller: str = "*67"
    show_caller: str = "*82"
    queue_log_in: str = "*"
    queue_log_out: str = "**"
    features: dict[str, str] = msgspec.field(default_factory=lambda: dict(USUAL))
    remote_callers: tuple[str, ...] = ()
    priority_callers: tuple[str, ...] = ()
    priority_for_all: bool = False
    spy_for_all: bool = False
    mode_callers: tuple[str, ...] = ()
    between_s: float = 2.0
    pressed_by: dict[str, str] = {}

    def may_press(self, feature: str, *, calls: bool) -> bool:
        """Whether who `calls`, or was called, has a feature during the call."""
        by = self.pressed_by.get(feature, "both")
        return by in ("both", "caller" if calls else "callee")


class Plan(msgspec.Struct, frozen=True):
    """Everything besides extensions that a number may mean, routes in the order of the list.

    `services` are what the PBX itself says and does at a number or a feature code (`*43`),
    `prefixed` those that take what is dialled after their code. `prompts` are the sound files of
    custom prompts and `music` the classes of music on hold, by their ids; `unnumbered` services,
    `callbacks` and `wake_ups` have ids as well, and nobody dials them. Agents of queues take breaks
    for `break_reasons`, by their places there. `fax`: how faxes are received; None: they are not.
    """

    outbound: tuple[OutboundRoute, ...] = ()
    inbound: tuple[InboundRoute, ...] = ()
    numbers: dict[str, Place] = {}
    speed_dials: dict[str, Place] = {}
    emergencies: tuple[EmergencyNumber, ...] = ()
    ring_groups: dict[str, RingGroup] = {}
    parking_lots: tuple[ParkingLot, ...] = ()
    pickup_groups: tuple[PickupGroup, ...] = ()
    paging_groups: dict[str, PagingGroup] = {}
    codes: FeatureCodes = FeatureCodes()
    blacklist: Blacklist = Blacklist()
    barred: Barred = Barred()
    hours: Hours = Hours()
    mode: int = 0
    caller_id: str = ""
    voicemail: VoicemailRules = VoicemailRules()
    voicemail_groups: dict[str, VoicemailGroup] = {}
    queues: dict[str, CallQueue] = {}
    agents: dict[str, AgentProfile] = {}
    break_reasons: tuple[str, ...] = ()
    fax: FaxTerms | None = None

    def parking_lot(self, number: str) -> ParkingLot | None:
        """The lot of that number, or with that slot."""
        lots = self.parking_lots
        return next((each for each in lots if each.means(number)), None)

    prompts: dict[str, str] = {}
    music: dict[str, MusicClass] = {}
    callbacks: dict[str, Callback] = {}
    prefixed: dict[str, PrefixedService] = {}
    unnumbered: dict[str, Service] = {}
    wake_ups: dict[str, WakeUpCall] = {}
    services: dict[str, Service] = msgspec.field(default_factory=lambda: {"*43": EchoTest()})

    def service(self, number: str) -> Service | None:
        """What the PBX itself says at a number."""
        found = self.services.get(number)
        if found is not None or not self.prefixed:
            return found
        codes = [code for code, each in self.prefixed.items() if each.takes(number)]
        return self.prefixed[max(codes, key=len)] if codes else None

    def own(self, number: str) -> Place | None:
        """What a number of ours means that is no extension."""
        if number and number == self.codes.own_mailbox:
            return Place("own_mailbox", number)
        if number and number == self.codes.any_mailbox:
            return Place("any_mailbox", number)
        if (duty := self._duty(number)) is not None:
            return duty
        service = self.service(number)
        return self.numbers.get(number) if service is None else Place(service.kind, number)

    def seat(self, number: str) -> Seat | None:
        """Whose lamp a number is that shows whether an agent serves a queue."""
        code = self.codes.queue_log_in
        if not code or code not in number:
            return None
        queue, _, agent = number.partition(code)
        found = self.queues.get(queue)
        agents = () if found is None else found.settings.agents
        return Seat(queue, agent) if any(each.number == agent for each in agents) else None

    def lamp_of(self, seat: Seat) -> str:
        """The number of the lamp that shows whether an agent serves a queue."""
        return f"{seat.queue}{self.codes.queue_log_in}{seat.agent}"

    def _duty(self, number: str) -> Place | None:
        """A queue that an agent is going to serve, or serves no more."""
        codes = self.codes
        for kind, code in (
            ("queue_log_out", codes.queue_log_out),
            ("queue_log_in", codes.queue_log_in),
        ):
            if code and number.endswith(code) and number.removesuffix(code) in self.queues:
                return Place(kind, number.removesuffix(code))
        return None


class Seat(NamedTuple):
    """An agent of a queue."""

    queue: str
    agent: str


class Dod(msgspec.Struct, frozen=True):
    """A number of a trunk's that callers of ours show who go out by it.

    `callers` are extensions, and the queues and ring groups that a call goes out for.
    """

    number: str
    callers: tuple[str, ...]
    name: str = ""
