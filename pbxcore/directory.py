"""What the PBX must know of its surroundings: extensions and domain settings, as values.

A `Snapshot` is complete; a `Delta` moves the directory from one version to the next. The PBX keeps
the last state it was given, so that it serves calls while whoever gave it is away.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final, Literal

import msgspec

from pbxcore.dialplan.airtime import NO_ALLOWANCE, Allowance
from pbxcore.dialplan.place import Place
from pbxcore.dialplan.plan import NO_LIMIT, Dod, Limit, Plan, Seat
from pbxcore.dialplan.window import Window
from pbxcore.domain_settings import DomainSettings
from pbxcore.features.model import Features, Handling
from pbxcore.features.shared_line import SharedLine
from pbxcore.sip.dialogs.reliable import Prack
from pbxcore.sip.telephone import Spelling
from pbxcore.voicemail.rules import Box

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

Dtmf = Literal["rfc4733", "info", "inband", "auto"]
"""How keys are told: as events in the stream (RFC 4733), in INFO requests, as tones; `auto`: as
events to whoever agrees to them, else as tones, and heard in both ways."""

_TRUNK_LAMP: Final = "trunk-"
_WATCHED: Final = ("parking_slot", "conference", "queue", "ring_group")
"""The kinds of places that lamps show."""


class Mailbox(msgspec.Struct, frozen=True):
    """How many voice messages wait; the urgent ones are counted among the new and old too."""

    new: int = 0
    old: int = 0
    urgent_new: int = 0
    urgent_old: int = 0


class Extension(msgspec.Struct, frozen=True):
    """One SIP account.

    `secret` is in clear: digest authentication needs it. `max_contacts` is 1-10. `box` is its
    mailbox. `auth_id` is the user name to sign in with, where it is not the
    number. `networks` (CIDR or single addresses) are where it may be used from; none: everywhere.
    Phones are asked every `qualify_s` whether they are there; 0: never. `digest_algorithms` are
    what they may sign in with, the first offered first; none: as the settings say. It rings for
    `ring_s` seconds. `srtp`: media are encrypted by keys in the session description, if the phone
    wants it (`optional`) or always (`required`). Who talks is called all the same with
    `call_waiting`; `most_calls` at once, 0: any number. With `fax_detection` faxes
    that call it from outside are received for it. `codecs` (names as in `rtpmap`, in lower case)
    are what its phones may talk in, the best first; none: anything. `dtmf` is how they press keys.
    With `t38` faxes may pass as datagrams.

    `recorded` are the calls that are recorded without being asked for; `supervisors` the extensions
    that may hear its talks. `permission` is how far away
    it may call; `caller_id` is the number that it shows, "": its own, `emergency_cid` that of its
    emergency calls. A call that it makes lasts `longest_s` at most, 0: as long as it likes. Routes
    ask it for no PIN while `skips_pin` applies; `own_pin` opens them in place of their password.
    `tel_uri` is how numbers are spelled to its phones, `prack` whether provisional responses
    between them and us are reliable.
    Services speak to it in `language`, empty: that of the settings. Whom it
    holds hears music of the class `music`.

    With `shared` it is one line at several places. One of these places, or a phone that somebody
    uses for the time being, is an extension too, and names the extension that it is in `line`.
    """

    number: str
    display_name: str
    secret: str
    max_contacts: int = 1
    enabled: bool = True
    box: Box = Box()
    auth_id: str = ""
    networks: tuple[str, ...] = ()
    qualify_s: int = 0
    digest_algorithms: tuple[str, ...] = ()
    ring_s: int = 60
    srtp: Literal["off", "optional", "required"] = "optional"
    codecs: tuple[str, ...] = ()
    dtmf: Dtmf = "rfc4733"
    t38: bool = True
    tel_uri: Spelling = "disabled"
    prack: Prack = "supported"
    call_waiting: bool = True
    most_calls: int = 0
    fax_detection: bool = False
    recorded: Literal["off", "internal", "external", "all"] = "off"
    supervisors: tuple[str, ...] = ()
    permission: str = "internal"
    caller_id: str = ""
    emergency_cid: str = ""
    longest_s: int = 0
    language: str = ""
    music: str = ""
    skips_pin: Window | None = None
    own_pin: str = ""
    features: Features = Features()
    handling: Handling = Handling()
    shared: SharedLine | None = None
    line: str = ""

    @property
    def shown_number(self) -> str:
        """The number that those whom it calls see."""
        return self.caller_id or self.number

    def at(self, place: Extension) -> Extension:
        """The same extension at the phones of another number."""
        return msgspec.structs.replace(
            self,
            number=place.number,
            secret=place.secret,
            auth_id=place.auth_id,
            max_contacts=place.max_contacts,
            shared=None,
            line=self.number,
        )


USUAL_FAILOVER: Final = ("403", "404", "408", "480", "488", "5xx", "604", "606")
"""Refusals that speak of a trunk more than of whom is called: another may do better.

Who is busy or declines (486, 600, 603) is so on every way.
"""


class Trunk(msgspec.Struct, frozen=True):
    """A far end: a provider we register with, or a peer that is trusted by its addresses.

    `host` is a domain (found by RFC 3263 when `port` is 0) or an address. URIs of requests are SIPS
    URIs with `sips`, where the transport is TLS. `number` is the user part
    of our address-of-record, `username` when it is empty; `auth_id` the name in credentials,
    likewise. Requests go to the `outbound_proxy` where there is one, and name it in Route with
    `routes_by_proxy`. `networks` (CIDR) may send requests without a password; with `challenged`
    nobody may who does not know `username` and `password`. `keep_alive_s` of 0 asks for no sign of
    life.
    `srtp`: media are encrypted by keys in the session description. `recorded`: so are its calls.
    `codecs`, `dtmf` and `t38` as an extension's.

    `identity` is the header that names the caller beside From: `asserted` or `preferred` (both
    RFC 3325), `remote-party` (what was before it), or `none`. `forwarding` is the header that tells
    how a call came which was sent on: `diversion` (RFC 5806), `history-info` (RFC 7044), `both` or
    `none`.

    `asserted_number` and `asserted_name` are what P-Asserted-Identity names instead of who calls;
    with `passes_asserted` it names who was asserted where an inbound call goes out again.
    `header_number` is whose number P-Preferred-Identity and Remote-Party-ID name: the one that is
    `shown`, the DOD of who calls, or that of the `original` caller. `privacy_header` says when
    Privacy goes along: as P-Asserted-Identity wants it (`auto`), or else `always` or `never`.

    `tel_uri` is how numbers are spelled in requests, `prack` whether provisional responses are
    reliable. With `early_media` whoever calls hears something before the answer. A talk ends after
    `rtp_timeout_s` without sound from there, 0: never, None: as the settings say. `passed_headers`
    (names in lower case) go on from the INVITE of a call to the next. With `returns_callers` a
    caller whom an extension called last gets that extension. With `did_in_to` the number that was
    dialled stands in To. Without `unregistered_out` no call goes out while the provider does not
    know us.

    Who is shown outside: `from_user` always; the caller of an inbound call that goes out again,
    with `keeps_original`; `caller_id` and `caller_name`, with `keeps_own` before what `dods` say.

    With `anonymous` nobody whom a call reaches sees who it is. After an answer of `fails_over_on`
    (`503`, or `5xx`) a call goes on by another trunk.

    `most_out` calls go out at once and `most_in` come in, 0: any number; where more than
    `told_above` do both together, that is told, 0: never. A call out lasts as long as `limit` says,
    and all of them together as long as the `allowance`.
    Where no trunk of a route takes a call, `failover` is called instead of it, if it is a number.
    Faxes of callers go to `fax_place`, unless the inbound route or the extension says otherwise;
    None: nobody listens for them. With `dod_as_name` the number of a DOD is shown as the name, too.
    With `signs` callers are signed (STIR/SHAKEN);
    `verifies` says what becomes of those who come in without a good signature.
    """

    id: str
    name: str
    host: str
    port: int = 0
    transport: str = "udp"
    sips: bool = False
    registers: bool = False
    username: str = ""
    auth_id: str = ""
    password: str = ""
    number: str = ""
    from_domain: str = ""
    outbound_proxy: str = ""
    routes_by_proxy: bool = True
    expiry_s: int = 3600
    keep_alive_s: int = 0
    networks: tuple[str, ...] = ()
    challenged: bool = False
    enabled: bool = True
    from_user: str = ""
    caller_id: str = ""
    caller_name: str = ""
    keeps_original: bool = False
    keeps_own: bool = False
    identity: Literal["asserted", "preferred", "remote-party", "none"] = "asserted"
    dods: tuple[Dod, ...] = ()
    srtp: Literal["off", "optional", "required"] = "off"
    codecs: tuple[str, ...] = ()
    dtmf: Dtmf = "rfc4733"
    t38: bool = True
    signs: bool = False
    verifies: Literal["off", "allow", "mark", "reject"] = "off"
    most_out: int = 0
    most_in: int = 0
    limit: Limit = NO_LIMIT
    allowance: Allowance = NO_ALLOWANCE
    told_above: int = 0
    failover: str = ""
    fax_place: Place | None = None
    dod_as_name: bool = False
    recorded: bool = False
    unregistered_out: bool = True
    did_in_to: bool = False
    asserted_number: str = ""
    asserted_name: str = ""
    passes_asserted: bool = False
    header_number: Literal["shown", "dod", "original"] = "shown"
    privacy_header: Literal["auto", "always", "never"] = "auto"
    tel_uri: Spelling = "disabled"
    passed_headers: tuple[str, ...] = ()
    prack: Prack = "supported"
    early_media: bool = True
    rtp_timeout_s: float | None = None
    returns_callers: bool = False
    forwarding: Literal["diversion", "history-info", "both", "none"] = "diversion"
    anonymous: bool = False
    fails_over_on: tuple[str, ...] = USUAL_FAILOVER

    @property
    def scheme(self) -> bytes:
        """Of the URIs in its requests (RFC 3261 §19.1)."""
        return b"sips:" if self.sips and self.transport == "tls" else b"sip:"

    @property
    def lamp(self) -> str:
        """What a lamp watches that shows the trunk: its name, in lower case and without blanks."""
        return _TRUNK_LAMP + "-".join(self.name.casefold().split())


class ExtensionGroup(msgspec.Struct, frozen=True):
    """Extensions under one name, which can be watched as one (RFC 4662)."""

    name: str
    members: tuple[str, ...]


class Snapshot(msgspec.Struct, frozen=True):
    """The whole directory at one version."""

    version: int
    settings: DomainSettings
    extensions: tuple[Extension, ...]
    trunks: tuple[Trunk, ...] = ()
    groups: tuple[ExtensionGroup, ...] = ()
    plan: Plan = Plan()


class ExtensionPut(msgspec.Struct, frozen=True, tag=True):
    """An extension was added or changed."""

    extension: Extension


class ExtensionRemoved(msgspec.Struct, frozen=True, tag=True):
    """An extension is gone; its bindings go with it."""

    number: str


class SettingsChanged(msgspec.Struct, frozen=True, tag=True):
    """Domain settings were replaced."""

    settings: DomainSettings


class TrunkPut(msgspec.Struct, frozen=True, tag=True):
    """A trunk was added or changed."""

    trunk: Trunk


class TrunkRemoved(msgspec.Struct, frozen=True, tag=True):
    """A trunk is gone; its registration is taken back."""

    id: str


class PlanChanged(msgspec.Struct, frozen=True, tag=True):
    """The dialplan was replaced."""

    plan: Plan


Change = ExtensionPut | ExtensionRemoved | SettingsChanged | TrunkPut | TrunkRemoved | PlanChanged


class Delta(msgspec.Struct, frozen=True):
    """Changes that lead from `version - 1` to `version`; anything else asks for a snapshot."""

    version: int
    changes: tuple[Change, ...]


class DirectoryGap(Exception):
    """A delta does not follow the version held; ask for a snapshot."""


class Directory:
    """The directory in memory, as the PBX reads it."""

    def __init__(self, snapshot: Snapshot | None = None) -> None:
        self.version = -1
        self.settings = DomainSettings()
        self.trunks: dict[str, Trunk] = {}
        self.plan = Plan()
        self._extensions: dict[str, Extension] = {}
        self._locations: dict[str, Extension] = {}
        self._groups: dict[str, ExtensionGroup] = {}
        self._signing_in: dict[str, tuple[str, ...]] = {}
        self.algorithms_differ = False
        """Whether an extension has digest algorithms of its own."""
        if snapshot is not None:
            self.replace(snapshot)

    def extension(self, number: str) -> Extension | None:
        """The enabled extension of that number, or the place of a shared line; or None."""
        found = self._extensions.get(number) or self._locations.get(number)
        return found if found is not None and found.enabled else None

    def is_out_of_service(self, number: str) -> bool:
        """Whether a number is that of an extension which is disabled."""
        found = self._extensions.get(number) or self._locations.get(number)
        return found is not None and not found.enabled

    def owner(self, place: Extension) -> Extension:
        """The extension that a place of a shared line belongs to; any other is its own."""
        return self._extensions.get(place.line, place)

    def line_of(self, number: str) -> str:
        """The extension that a number of a shared line means; any other number is its own."""
        found = self._locations.get(number)
        return number if found is None else found.line

    def numbers_of(self, line: str) -> tuple[str, ...]:
        """An extension's number, and those of the places of its line."""
        found = self._extensions.get(line)
        shared = None if found is None else found.shared
        return (line,) if shared is None else (line, *(each.number for each in shared.locations))

    def can_be_watched(self, number: str) -> bool:
        """Whether a number has something to show: an extension, or a place where calls wait."""
        if self.extension(number) is not None:
            return True
        place = self.plan.own(number)
        if place is not None and place.kind in _WATCHED:
            return True
        return self.plan.seat(number) is not None or self.trunk_of_lamp(number) is not None

    def watched(self, number: str, watcher: str) -> str:
        """What a lamp shows: the code by which agents log in shows whether the watcher has.

        A trunk's lamp is the same in capitals.
        """
        if (trunk := self.trunk_of_lamp(number)) is not None:
            return trunk.lamp
        place = None if self.extension(number) is not None else self.plan.own(number)
        if place is None or place.kind != "queue_log_in":
            return number
        return self.plan.lamp_of(Seat(place.value, watcher))

    def trunk_of_lamp(self, number: str) -> Trunk | None:
        """The trunk whose lamp a number is, whatever its case; one of those that share it."""
        lamp = number.casefold()
        if not lamp.startswith(_TRUNK_LAMP):
            return None
        return next((each for each in self.trunks.values() if each.lamp == lamp), None)

    def is_room(self, number: str) -> bool:
        """Whether a number is a conference room's."""
        place = None if self.extension(number) is not None else self.plan.own(number)
        return place is not None and place.kind == "conference"

    def own(self, number: str) -> Place | None:
        """What a number of ours means."""
        if self.extension(number) is not None:
            return Place("extension", number)
        prefix = self.plan.codes.to_voicemail
        if prefix and number.startswith(prefix):
            owner = self.extension(number.removeprefix(prefix))
            if owner is not None and owner.box.enabled:
                return Place("voicemail", owner.number)
        return self.plan.own(number)

    def numbers(self) -> Iterator[str]:
        """The numbers of all enabled extensions."""
        return (each.number for each in self._extensions.values() if each.enabled)

    def group(self, name: str) -> ExtensionGroup | None:
        """The extension group of that name, whatever its case, or None."""
        return self._groups.get(name.casefold())

    @property
    def trunk_networks(self) -> tuple[str, ...]:
        """The networks (CIDR) of trunks that need no password."""
        trunks = (each for each in self.trunks.values() if each.enabled and not each.challenged)
        return tuple(network for each in trunks for network in each.networks)

    def signing_in(self, user_name: str, claimed: Callable[[], str]) -> Extension | None:
        """The enabled extension that signs in by a name; of several, that of the claimed number."""
        if user_name not in self._signing_in:
            found = self._extensions.get(user_name)
            return found if found is not None and found.enabled and not found.auth_id else None
        candidates, number = (*self._signing_in[user_name], user_name), claimed()
        for each in (number, *candidates) if number in candidates else candidates:
            found = self.extension(each)
            if found is not None and (found.auth_id or found.number) == user_name:
                return found
        return None

    def replace(self, snapshot: Snapshot) -> None:
        """Hold this snapshot and nothing else."""
        self.version = snapshot.version
        self.settings = snapshot.settings
        self._extensions = {each.number: each for each in snapshot.extensions}
        self._index()
        self.trunks = {each.id: each for each in snapshot.trunks}
        self.plan = snapshot.plan
        self._groups = {each.name.casefold(): each for each in snapshot.groups}

    def apply(self, delta: Delta) -> None:
        """Follow one delta.

        Raises:
            DirectoryGap: the delta does not follow the version held; nothing was changed.
        """
        if delta.version != self.version + 1:
            raise DirectoryGap(f"have {self.version}, got {delta.version}")
        for change in delta.changes:
            match change:
                case ExtensionPut(extension):
                    self._extensions[extension.number] = extension
                case ExtensionRemoved(number):
                    self._extensions.pop(number, None)
                case SettingsChanged(settings):
                    self.settings = settings
                case TrunkPut(trunk):
                    self.trunks = {**self.trunks, trunk.id: trunk}
                case TrunkRemoved(id_):
                    self.trunks = {at: each for at, each in self.trunks.items() if at != id_}
                case PlanChanged(plan):
                    self.plan = plan
        self._index()
        self.version = delta.version

    def snapshot(self) -> Snapshot:
        """The present state as a value."""
        return Snapshot(
            self.version,
            self.settings,
            tuple(self._extensions.values()),
            tuple(self.trunks.values()),
            tuple(self._groups.values()),
            plan=self.plan,
        )

    def _index(self) -> None:
        self._signing_in, self.algorithms_differ = {}, False
        self._locations = {}
        for each in self._extensions.values():
            self.algorithms_differ |= bool(each.digest_algorithms)
            if each.auth_id:
                self._signs_in(each.auth_id, each.number)
            for location in each.shared.locations if each.shared is not None else ():
                name = each.auth_id or each.number
                place = msgspec.structs.replace(each, number=location.number, auth_id=name)
                self._locations[location.number] = each.at(place)
                self._signs_in(name, location.number)

    def _signs_in(self, name: str, number: str) -> None:
        self._signing_in[name] = (*self._signing_in.get(name, ()), number)
