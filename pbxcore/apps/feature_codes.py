"""What feature codes do, and say."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar, Final

import msgspec

from pbxcore.apps.asking import LONGEST_PIN, ask
from pbxcore.apps.queue_duty import breaks
from pbxcore.apps.sounds import Digits, Prompt
from pbxcore.apps.steps import Say, Tell
from pbxcore.features.model import PRESENCES, Forwarding
from pbxcore.journal import CallerBlocked, InboundModeChosen

if TYPE_CHECKING:
    from pbxcore.apps.facilities import Facilities
    from pbxcore.apps.steps import Part, Script
    from pbxcore.apps.visit import Visit
    from pbxcore.features.model import Case

_LONGEST: Final = 32
_CASES: Final[dict[str, Case]] = {
    "forward": "always",
    "forward_busy": "busy",
    "forward_no_answer": "no_answer",
}


class FeatureCode(msgspec.Struct, frozen=True, tag="feature"):
    """A feature that was dialled, and the number after its code."""

    kind: ClassVar[str] = "feature"

    feature: str
    argument: str = ""

    def script(self, visit: Visit, facilities: Facilities) -> Script:
        """Do what was dialled, and confirm it."""
        try:
            yield from _done(self, visit, facilities)
        except _Refused as refused:
            yield Say((Prompt(refused.prompt),), barge=False)


class _Refused(Exception):
    """It is not done; `prompt` says so."""

    def __init__(self, prompt: str = "not-possible") -> None:
        super().__init__(prompt)
        self.prompt = prompt


def _done(code: FeatureCode, visit: Visit, facilities: Facilities) -> Script:
    feature, argument = code.feature, code.argument
    remote = feature.startswith("remote_")
    owner = visit.number
    if remote:
        feature = feature.removeprefix("remote_")
        owner, argument = _of_another(argument, visit, facilities), ""
    match feature:
        case "dnd_on" | "dnd_off":
            yield from _disturb(owner, facilities, undisturbed=feature == "dnd_on")
        case "presence":
            yield from _presence(owner, argument, facilities)
        case "blacklist_add" | "blacklist_remove" | "blacklist_last":
            yield from _blacklist(feature, argument, visit, facilities)
        case "queue_break" | "queue_break_over":
            begins = feature == "queue_break"
            yield from breaks(owner, argument, facilities, begins=begins)
        case "inbound_mode" | "inbound_mode_default":
            yield from _choose_mode(feature, argument, visit, facilities)
        case "completion" | "completion_cancel":
            yield from _complete(owner, facilities, wanted=feature == "completion")
        case "desk_login":
            yield from _sit_down(argument, visit, facilities)
        case "desk_logout":
            _check(facilities.desks.leave(visit.location))
            yield Say((Prompt("goodbye"),), barge=False)
        case _:
            name, _, state = feature.rpartition("_")
            yield from _forward(owner, _CASES[name], argument, facilities, on=state == "on")


def _complete(owner: str, facilities: Facilities, *, wanted: bool) -> Part[None]:
    completion = facilities.completion
    _check(completion.ask(owner) if wanted else completion.cancel(owner))
    said = "completion-requested" if wanted else "completion-cancelled"
    yield Say((Prompt(said),), barge=False)


def _sit_down(user: str, visit: Visit, facilities: Facilities) -> Part[None]:
    """Who knows the PIN of his mailbox uses this phone as his own."""
    desk = facilities.directory.extension(visit.location)
    _check(desk is not None and desk.handling.is_desk)
    user = user or (yield from ask(Prompt("transfer-number"), most=_LONGEST, first_s=10.0))
    pin = yield from ask(Prompt("enter-pin"), most=LONGEST_PIN, first_s=10.0)
    if user == visit.location or not facilities.post.opens(user, pin):
        raise _Refused("wrong-pin")
    facilities.desks.sit(visit.location, user)
    yield Say((Prompt("your-extension"), Digits(user)), barge=False)


def _check(possible: bool) -> None:
    if not possible:
        raise _Refused


def _of_another(number: str, visit: Visit, facilities: Facilities) -> str:
    """Another extension, for whom this caller may set features."""
    if visit.number not in facilities.directory.plan.codes.remote_callers:
        raise _Refused("not-permitted")
    _check(facilities.directory.extension(number) is not None)
    return number


def _disturb(owner: str, facilities: Facilities, *, undisturbed: bool) -> Part[None]:
    features = facilities.features.of(owner)
    facilities.features.set(owner, msgspec.structs.replace(features, undisturbed=undisturbed))
    yield Say((Prompt(f"do-not-disturb-{'on' if undisturbed else 'off'}"),), barge=False)


def _forward(
    owner: str, case: Case, argument: str, facilities: Facilities, *, on: bool
) -> Part[None]:
    features = facilities.features.of(owner)
    if not on:
        kept = msgspec.structs.replace(features.forwarding(case), active=False)
        facilities.features.set(owner, features.forwarded(case, kept))
        yield Say((Prompt("forwarding-off"),), barge=False)
        return
    target = argument or (yield from ask(Prompt("enter-number"), most=_LONGEST, first_s=10.0))
    _check(bool(target) and target != owner)
    place = facilities.means(target)
    kind = "external" if place is None else place.kind
    to = Forwarding(active=True, target=target, kind=kind)
    facilities.features.set(owner, features.forwarded(case, to))
    yield Say((Prompt("forwarding-on"), Digits(target)), barge=False)


def _choose_mode(feature: str, argument: str, visit: Visit, facilities: Facilities) -> Part[None]:
    """`*61` is mode 1, `*613` mode 3, `*62` the default one; of one route with its suffix after."""
    plan = facilities.directory.plan
    if plan.codes.mode_callers and visit.number not in plan.codes.mode_callers:
        raise _Refused("not-permitted")
    mode, suffix = (
        ("0", argument)
        if feature == "inbound_mode_default"
        else (argument[:1] or "1", argument[1:])
    )
    _check(mode in "0123456789")
    _check(not suffix or any(suffix == each.mode_suffix for each in plan.inbound))
    yield Tell(InboundModeChosen(visit.number, int(mode), suffix))
    yield Say((Prompt("saved"),), barge=False)


def _presence(owner: str, argument: str, facilities: Facilities) -> Part[None]:
    """The states by their order: 1 is available."""
    key = argument or (yield from ask(Prompt("enter-number"), most=1))
    _check(len(key) == 1 and key in "12345")
    features = facilities.features.of(owner)
    state = PRESENCES[int(key) - 1]
    facilities.features.set(owner, msgspec.structs.replace(features, presence=state))
    yield Say((Prompt("saved"),), barge=False)


def _blacklist(feature: str, argument: str, visit: Visit, facilities: Facilities) -> Part[None]:
    number = argument
    if feature == "blacklist_last":
        recent = facilities.recent_caller(visit.number)
        if recent is None:
            raise _Refused("no-recent-call")
        number = recent
    elif not number:
        number = yield from ask(Prompt("enter-number"), most=_LONGEST, first_s=10.0)
    _check(bool(number) and facilities.means(number) is None)
    blocked = feature != "blacklist_remove"
    yield Tell(CallerBlocked(number, visit.number, blocked))
    if blocked:
        yield Say((Prompt("blacklisted"), Digits(number)), barge=False)
    else:
        yield Say((Prompt("saved"),), barge=False)
