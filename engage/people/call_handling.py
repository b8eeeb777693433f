"""What an extension wants of its calls, between its options, the PBX and those who fill in forms.

The options carry it under the names that the HTTPS API gives them, so that programs, the
administrator's form, Wave and the keys of phones change the same thing.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any, Final

import msgspec

from engage.system.time_settings import Hours
from pbxcore.dialplan.music import RING_BACK, USUAL
from pbxcore.dialplan.place import Place
from pbxcore.dialplan.routing import applies
from pbxcore.dialplan.window import Window
from pbxcore.features.model import (
    AVAILABLE,
    CASES,
    PRESENCES,
    Features,
    FollowMe,
    Forwarding,
    Forwards,
    Handling,
    Stop,
)

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from datetime import datetime

    from pbxcore.dialplan.time_conditions import Calendar, TimeRow
    from pbxcore.features.model import Case

RECORDS: Final = "sip_presence_settings"
REVISION: Final = "features_revision"
KINDS: Final = {
    "1": "extension",
    "2": "external",
    "3": "voicemail",
    "4": "ring_group",
    "5": "queue",
    "6": "voicemail_group",
    "10": "prompt",
    "11": "ivr",
    "12": "conference",
    "13": "announcement",
}
"""Kinds of destinations by their numbers in the protocol; those from 10 are ours."""
NUMBERS: Final = {kind: number for number, kind in KINDS.items()}
NONE: Final = "0"
_SPECIFIC: Final = 6
_LETTERS: Final[dict[Case, str]] = {"always": "cfu", "busy": "cfb", "no_answer": "cfn"}
_RING_BACK: Final = (RING_BACK, "ringbacktone_default", "ringback tone_default")
"""The protocol's documents write it in several ways."""
_RING: Final = re.compile(r"ring([0-9]+)")
NOBODY: Final = "http://127.0.0.1"
"""Stands in Alert-Info where there is no sound to fetch: the phone looks at `info` alone."""


def features_of(options: Mapping[str, Any]) -> Features:
    """What the user has set."""
    status = options.get("presence_status") or AVAILABLE
    rows = _rows(options)
    records = options.get(RECORDS) or ()
    forwards = {each["presence_status"]: _forwards(each, rows) for each in records}
    return Features(
        undisturbed=options.get("dnd") == "yes" or status == "dnd",
        presence=status if status in PRESENCES else AVAILABLE,
        forwards={state: each for state, each in forwards.items() if each != Forwards()},
        revision=options.get(REVISION) or 0,
    )


def is_undisturbed(options: Mapping[str, Any], calendar: Calendar, now: datetime) -> bool:
    """Whether somebody wants not to be disturbed at a moment."""
    window = handling_of(options).undisturbed_window
    return features_of(options).undisturbed and applies(window, calendar, now)


def handling_of(options: Mapping[str, Any]) -> Handling:
    """What else is arranged."""
    rows = _rows(options)
    too = options.get("external_number") if options.get("en_ringboth") == "yes" else ""
    return Handling(
        undisturbed_window=_window(options.get("dnd_timetype"), rows),
        lets_through=_listed(options.get("dndwhitelist")),
        never_forwards=_listed(options.get("fwdwhitelist")),
        rings_too=(too or "").replace("-", ""),
        rings_too_window=_window(options.get("ringboth_timetype"), rows),
        follow_me=_follow_me(
            options.get("follow_me") or {},
            rows,
            options.get("follow_me_music") or "",
            skips_pin=options.get("follow_me_skips_pin") == "yes",
        ),
        rings_as=alert_info(options),
        ringtone=ringtone_of(options),
        completes=options.get("cc_enable") != "no",
        awaits_most=options.get("cc_max_agents") or Handling().awaits_most,
        awaited_by_most=options.get("cc_max_monitors") or Handling().awaited_by_most,
        taken_over_by=_listed(options.get("seamless_transfer_members")),
        is_desk=options.get("enablehotdesk") == "yes",
        answers=options.get("custom_autoanswer") == "yes",
        forwards_with_dod=options.get("use_callee_dod_on_fwd_rb") == "yes",
        followed_with_dod=options.get("use_callee_dod_on_fm") == "yes",
    )


def options_after(
    options: Mapping[str, Any], features: Features, changed: tuple[str, ...]
) -> dict[str, Any]:
    """What of the options is another value once a phone has changed these of the features."""
    after: dict[str, Any] = {REVISION: features.revision}
    records = {each["presence_status"]: dict(each) for each in options.get(RECORDS) or ()}
    for name in changed:
        state, _, case = name.partition(".")
        if name == "undisturbed":
            after["dnd"] = "yes" if features.undisturbed else "no"
            if options.get("presence_status") == "dnd":
                after["presence_status"] = features.presence
        elif name == "presence":
            after["presence_status"] = features.presence
        else:
            record = records.setdefault(state, {"presence_status": state})
            forwarding = getattr(features.forwards.get(state, Forwards()), case)
            record |= forwarding_record(_case(case), forwarding)
            after[RECORDS] = list(records.values())
    return after


def forwarding_record(case: Case, to: Forwarding) -> dict[str, Any]:
    """A forwarding as the members of a record; the target stays when it is switched off."""
    letters = _LETTERS[case]
    record: dict[str, Any] = {
        letters: to.target or None,
        f"{letters}_destination_type": NUMBERS[to.kind] if to.active else NONE,
        f"{letters}_timetype": to.window.condition,
    }
    if case == "no_answer":
        record["cfn_rings"] = to.rings
    return record


def _case(name: str) -> Case:
    return next(each for each in CASES if each == name)


def _forwards(record: Mapping[str, Any], rows: tuple[TimeRow, ...]) -> Forwards:
    found = {case: _forwarding(record, case, rows) for case in CASES}
    return msgspec.structs.replace(Forwards(), **found)


def _forwarding(record: Mapping[str, Any], case: Case, rows: tuple[TimeRow, ...]) -> Forwarding:
    letters = _LETTERS[case]
    number = str(record.get(f"{letters}_destination_type") or NONE)
    target = record.get(letters) or ""
    return Forwarding(
        active=number != NONE and bool(target),
        target=target,
        rings=(record.get("cfn_rings") or 0) if case == "no_answer" else 0,
        kind=KINDS.get(number, "external"),
        window=_window(record.get(f"{letters}_timetype"), rows),
    )


def _window(condition: object, rows: tuple[TimeRow, ...]) -> Window:
    """A specific time is one of the extension's own hours."""
    number = condition if isinstance(condition, int) else 0
    return Window(number, rows if number == _SPECIFIC else ())


def _rows(options: Mapping[str, Any]) -> tuple[TimeRow, ...]:
    hours = options.get("specific_time") or ()
    return tuple(Hours.model_validate(each).row() for each in hours)


def _listed(text: object) -> tuple[str, ...]:
    return tuple(_words(text)) if isinstance(text, str) else ()


def _words(text: str) -> Iterator[str]:
    return (each.strip() for each in text.split(",") if each.strip())


def _follow_me(
    kept: Mapping[str, Any], rows: tuple[TimeRow, ...], music: str, *, skips_pin: bool
) -> FollowMe:
    if not kept.get("enabled"):
        return FollowMe()
    stops = (Stop(each["number"], each["ring_s"]) for each in kept.get("stops", ()))
    kind, value = kept.get("kind", "none"), kept.get("value", "")
    return FollowMe(
        tuple(stops),
        in_order=kept.get("strategy") != "simultaneously",
        window=_window(kept.get("condition"), rows),
        otherwise=None if kind == "none" else Place(kind, value),
        confirms=bool(kept.get("confirms")),
        music=music,
        skips_pin=skips_pin,
    )


def needs_of(options: Mapping[str, Any]) -> set[tuple[str, str]]:
    """What of the dialplan it needs, by kind and value, in whatever state and case."""
    forwards = features_of(options).forwards.values()
    cases = [getattr(each, case) for each in forwards for case in CASES]
    found = {(to.kind, to.target) for to in cases if to.target}
    follow_me = handling_of(options).follow_me
    if follow_me.otherwise is not None:
        found.add((follow_me.otherwise.kind, follow_me.otherwise.value))
    found.add(("music", follow_me.music))
    return found | {("ringtone", ringtone_of(options)), ("music", music_of(options))}


def music_of(options: Mapping[str, Any]) -> str:
    """The class of music that whom it holds hears, "" for the usual one."""
    chosen = str(options.get("mohsuggest") or USUAL)
    if chosen in _RING_BACK:
        return RING_BACK
    return "" if chosen == USUAL else chosen


def ringtone_of(options: Mapping[str, Any]) -> str:
    """The sound that its phones fetch and ring with, by its id."""
    return (options.get("ringtone") or "") if options.get("alertinfo") == "custom" else ""


def alert_info(options: Mapping[str, Any]) -> str:
    """The Alert-Info of calls to it (RFC 3261 §20.4); phones match their rings by `info`."""
    chosen = options.get("alertinfo") or "none"
    own = options.get("custom_alert_info") or ""
    if chosen == "none" or (chosen == "custom" and not own):
        return ""
    if chosen == "custom":
        return f"<{NOBODY}>;info={own}"
    if ring := _RING.fullmatch(chosen):
        return f"<{NOBODY}>;info=ring{ring[1]}"
    return f"<{chosen}>"
