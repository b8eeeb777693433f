"""What the dialplan makes of a number, in the words of calls."""

from __future__ import annotations

from typing import TYPE_CHECKING

import msgspec

from pbxcore.apps.fax_detection import FaxDetection
from pbxcore.apps.fax_reception import FaxReception
from pbxcore.apps.opening import service_at
from pbxcore.calls.party import Farewell, Origin
from pbxcore.dialplan.direct_returns import DirectReturns
from pbxcore.dialplan.emergencies import EmergencyNumber, Zone
from pbxcore.dialplan.emergency_returns import EmergencyReturns
from pbxcore.dialplan.place import HANG_UP, Place
from pbxcore.dialplan.resolving import (
    Dialler,
    Outward,
    Refusal,
    may_come_in,
    number_means,
    resolve,
)
from pbxcore.dialplan.resolving import Try as Way
from pbxcore.errors import RemoteProtocolError
from pbxcore.presence.keeping import Volatile
from pbxcore.sip import causes
from pbxcore.sip.identity import HIDDEN, SHOWN
from pbxcore.sip.uri import SipUri, escaped_user, parse_uri

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence
    from datetime import datetime

    from pbxcore.calls.trunk_legs import Try
    from pbxcore.dialplan.plan import InboundRoute
    from pbxcore.dialplan.resolving import Destination, Resolution
    from pbxcore.directory import Directory
    from pbxcore.features.model import Diversion


class Aim(msgspec.Struct, frozen=True):
    """Where a call goes first: a number of ours, or one outside; or why it goes nowhere.

    `origin` is the caller as he is shown from here on, `original` the number before that; `tries`
    are the ways out of a call that goes outside; `takes` is where a call waits or rings that this
    one takes, `place` one of our services. `recorded`: its way here wants so; `fax` is what it
    wants of fax machines; `device` the only phone of an extension that is to ring (RFC 5627);
    `emergency` is the number of an emergency service that is called, `zone` where from;
    `returns_to` is the number under which the service may call back; `music` is the class of what
    is heard while it rings; `priority` counts where callers wait in a queue; the extensions
    `taken_over_by` may go on with a talk that comes of it; a `secure` call
    (`sips:`, where the settings say so) goes to nobody who hears it in clear.
    """

    origin: Origin
    number: str
    direction: str = "internal"
    refusal: Farewell | None = None
    original: str = ""
    tries: tuple[Way, ...] = ()
    takes: Place | None = None
    place: Place | None = None
    recorded: bool = False
    fax: FaxDetection | None = None
    device: str = ""
    alert_info: str = ""
    emergency: EmergencyNumber | None = None
    zone: Zone | None = None
    returns_to: str = ""
    music: str = ""
    priority: int = 0
    taken_over_by: tuple[str, ...] = ()
    secure: bool = False


class Planning:
    """Asks the dialplan.

    Args:
        directory: has it.
        now: the moment, with its zone.
        emergency_returns: who called for help; None: nobody.
        direct_returns: who called whom outside; None: nobody anybody.
    """

    def __init__(
        self,
        directory: Directory,
        now: Callable[[], datetime],
        emergency_returns: EmergencyReturns | None = None,
        direct_returns: DirectReturns | None = None,
    ) -> None:
        self._directory = directory
        self._now = now
        self.emergency_returns = emergency_returns or EmergencyReturns(Volatile())
        self.direct_returns = direct_returns or DirectReturns(Volatile())

    def seen(self, origin: Origin, dialled: str) -> tuple[Origin, str]:
        """The caller as a code before the number wants him to be seen, and that number."""
        codes = self._directory.plan.codes
        for code, privacy in (codes.hide_caller, HIDDEN), (codes.show_caller, SHOWN):
            number = dialled.removeprefix(code)
            if origin.number and code and number and number != dialled:
                caller = msgspec.structs.replace(origin.caller, privacy=privacy)
                return msgspec.structs.replace(origin, caller=caller), number
        return origin, dialled

    def aim(self, origin: Origin, dialled: str) -> Aim:
        """Where a new call goes."""
        now = self._now()
        if origin.trunk:
            helped = self.emergency_returns.extension_for(dialled, origin.trunk, now.timestamp())
            if helped:
                return Aim(origin, helped, "inbound")
        who = Dialler(
            origin.number,
            origin.trunk,
            origin.shown,
            origin.name,
            origin.collect_call,
            origin.address,
        )
        found = self._returned(who, resolve(self._directory, who, dialled, now), now)
        direction = "inbound" if origin.trunk else "internal"
        if origin.trunk:
            origin = _rewritten(origin, found.caller, found.name)
        aim = self._aim(origin, dialled, direction, found)
        if aim.refusal is not None:
            return aim
        recorded = found.route is not None and found.route.recorded
        recorded |= origin.trunk in self._directory.trunks and (
            self._directory.trunks[origin.trunk].recorded
        )
        route = found.route
        return msgspec.structs.replace(
            aim,
            recorded=recorded,
            fax=self._fax_detection(origin, dialled, found),
            alert_info="" if route is None else route.alert_info,
            music="" if route is None else route.music,
            priority=0 if route is None else route.priority,
            taken_over_by=() if route is None else route.taken_over_by,
        )

    def _returned(self, who: Dialler, found: Resolution, now: datetime) -> Resolution:
        """Somebody whom an extension called goes to that, where his trunk wants so.

        Who is turned away stays so.
        """
        trunk = self._directory.trunks.get(who.trunk)
        if trunk is None or not trunk.returns_callers or not may_come_in(found.to):
            return found
        number = self.direct_returns.extension_for(who.caller, who.trunk, now.timestamp())
        if self._directory.extension(number) is None:
            return found
        return msgspec.structs.replace(found, to=Place("extension", number))

    def _aim(self, origin: Origin, dialled: str, direction: str, found: Resolution) -> Aim:
        match found.to:
            case Place("extension" | "ring_group", number):
                return Aim(origin, number, direction, original=found.original)
            case Place(
                "parking_slot" | "pickup" | "group_pickup" | "retrieve" | "flip" | "take_over"
            ) as taken:
                return Aim(origin, dialled, direction, original=found.original, takes=taken)
            case Outward(tries, emergency=emergency):
                outward = direction if origin.trunk else "outbound"
                return Aim(
                    origin,
                    dialled,
                    outward,
                    original=found.original,
                    tries=tries,
                    emergency=emergency,
                    zone=found.to.zone,
                    returns_to=found.to.returns_to,
                )
            case Place(
                "callback"
                | "page"
                | "queue"
                | "intercom"
                | "parking_lot"
                | "listen"
                | "whisper"
                | "barge"
                | "priority"
                | "bridge"
                | "private_hold"
            ) as place:
                return Aim(origin, place.value, direction, original=found.original, place=place)
            case Place() as place if service_at(self._directory.plan, place) is not None:
                return Aim(origin, place.value, direction, original=found.original, place=place)
            case to:
                return Aim(origin, dialled, direction, _refusal(to), found.original)

    def _fax_detection(
        self, origin: Origin, dialled: str, found: Resolution
    ) -> FaxDetection | None:
        """What the inbound route says of faxes, else the extension that is called, or the trunk."""
        route, trunk = found.route, self._directory.trunks.get(origin.trunk)
        receives = self._directory.plan.fax is not None
        if route is not None and route.fax_detection:
            return _of_route(route, found.to, self._directory.plan.prompts)
        match found.to:
            case Place("extension", number) if origin.trunk and receives:
                extension = self._directory.extension(number)
                if extension is not None and extension.fax_detection:
                    return FaxDetection(Place(FaxReception.kind, number))
        place = None if trunk is None else trunk.fax_place
        if place is None or (place.kind == FaxReception.kind and not receives):
            return None
        return FaxDetection(Place(place.kind, place.value or dialled))

    def way_out(
        self,
        extension: str,
        number: str,
        original: str = "",
        level: str = "",
        owner: str = "",
        diverted: Diversion = "",
    ) -> Sequence[Try]:
        """The trunks by which an extension, or somebody else (""), reaches a number outside.

        `original` is the caller from outside for whom the extension does it, "" for nobody; with
        a `level` it may call as far as that, whatever its own is. `owner` is the queue or ring
        group for which it goes out, whose DOD is shown; `diverted` as a `Dialler`'s.

        Raises:
            RemoteProtocolError: it does not.
        """
        who = Dialler(extension, caller=original, owner=owner, diverted=diverted)
        now = self._now()
        to = (
            number_means(self._directory, who, number, now, level)
            if level
            else resolve(self._directory, who, number, now).to
        )
        if isinstance(to, Outward):
            return to.tries
        raise RemoteProtocolError(_refusal(to).status)


def _of_route(route: InboundRoute, to: Destination, prompts: Mapping[str, str]) -> FaxDetection:
    """`prompts` are the files of prompts."""
    otherwise = to if isinstance(to, Place) else HANG_UP
    if isinstance(to, Outward):
        otherwise = Place("external", to.number)
    return FaxDetection(
        route.fax_place,
        route.auto_answer,
        route.detection_timeout_s,
        prompts.get(route.prompt, ""),
        otherwise,
        route.permission,
    )


def _refusal(to: Destination) -> Farewell:
    if isinstance(to, Refusal):
        return Farewell("pbx", to.status, causes.cause_of(to.status), to.reason)
    return Farewell("pbx", 480, causes.cause_of(480), "not_served")


def _rewritten(origin: Origin, number: str, name: str) -> Origin:
    """The caller as an inbound route has made him."""
    if (number, name) == (origin.shown, origin.name):
        return origin
    told = parse_uri(origin.caller.uri)
    host = told.host if isinstance(told, SipUri) else b"localhost"
    uri = b"sip:%b@%b" % (escaped_user(number), host) if number else origin.caller.uri
    caller = msgspec.structs.replace(origin.caller, uri=uri, display_name=name.encode(), tel=None)
    return msgspec.structs.replace(origin, caller=caller, name=name, shown=number)
