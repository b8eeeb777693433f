"""Between the form of an extension's calls and its options, in both directions."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from engage.people import shared_lines
from engage.people.call_forms import CallFields
from engage.people.call_handling import (
    RECORDS,
    features_of,
    forwarding_record,
    handling_of,
    music_of,
)
from engage.people.call_rules import CallRules
from pbxcore.dialplan.window import Window
from pbxcore.features.model import CASES, PRESENCES, Forwarding

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

FIELDS: Final = tuple(CallFields.model_fields)
_ENCRYPTION: Final = {"off": "no", "optional": "support", "required": "yes"}
_NO_FOLLOW_ME: Final = CallFields.model_fields["follow_me"].default.model_dump()


def shown(options: Mapping[str, Any]) -> dict[str, Any]:
    """The fields of the form, as an extension's options have them."""
    rules, features, handling = CallRules.of(options), features_of(options), handling_of(options)
    return {
        "ring_s": rules.ring_s,
        "call_waiting": rules.call_waiting,
        "most_calls": rules.most_calls,
        "longest_s": rules.longest_s,
        "webrtc": allows_webrtc(options),
        "media_encryption": rules.srtp,
        "codecs": list(rules.codecs),
        "dtmf_mode": rules.dtmf,
        "t38": rules.t38,
        "tel_uri": rules.tel_uri,
        "prack": rules.prack,
        "ring_too": handling.rings_too,
        "ring_too_condition": handling.rings_too_window.condition,
        "alert_info": options.get("alertinfo") or "none",
        "ringtone": options.get("ringtone") or "",
        "custom_alert_info": options.get("custom_alert_info") or "",
        "music": music_of(options),
        "fax_detection": options.get("faxdetect") == "yes",
        "fax_mail": options.get("sendtofax") != "no",
        "missed_call_mails": options.get("missed_call") == "yes",
        "presence": features.presence,
        "do_not_disturb": features.undisturbed,
        "do_not_disturb_condition": handling.undisturbed_window.condition,
        "do_not_disturb_except": list(handling.lets_through),
        "forwards": list(_rows(options)),
        "forward_except": list(handling.never_forwards),
        "specific_time": list(options.get("specific_time") or ()),
        "follow_me": {**_NO_FOLLOW_ME, **(options.get("follow_me") or {})},
        "follow_me_music": options.get("follow_me_music") or "",
        "follow_me_skips_pin": options.get("follow_me_skips_pin") == "yes",
        "taken_over_by": list(handling.taken_over_by),
        "hot_desk": handling.is_desk,
        "shared_line": shared_lines.shown(options),
    }


def allows_webrtc(options: Mapping[str, Any]) -> bool:
    """Whether browsers may register for an extension."""
    return options.get("enable_webrtc") != "no"


def options_for(fields: Mapping[str, Any], options: Mapping[str, Any]) -> dict[str, Any]:
    """What of the options changes with those fields of the form that are given and differ."""
    present, changes = shown(options), dict[str, Any]()
    for name in FIELDS:
        if name in fields and fields[name] != present[name]:
            changes |= _WRITE[name](fields[name], options)
    return changes


def _rows(options: Mapping[str, Any]) -> Iterator[dict[str, Any]]:
    features = features_of(options)
    for state in PRESENCES:
        forwards = features.forwards.get(state)
        for case in CASES if forwards is not None else ():
            to: Forwarding = getattr(forwards, case)
            if to.active:
                yield {
                    "presence": state,
                    "case": case,
                    "kind": to.kind,
                    "value": to.target,
                    "condition": to.window.condition,
                }


def _records(rows: list[dict[str, Any]], options: Mapping[str, Any]) -> dict[str, Any]:
    """All five records; what no row names is not forwarded."""
    features = features_of(options)
    records: dict[str, dict[str, Any]] = {}
    for state in PRESENCES:
        records[state] = {"presence_status": state}
        before = features.forwards.get(state)
        for case in CASES:
            rings = getattr(before, case).rings if before is not None else 0
            records[state] |= forwarding_record(case, Forwarding(rings=rings))
    for each in rows:
        record = records[each["presence"]]
        rings = record.get("cfn_rings", 0) if each["case"] == "no_answer" else 0
        to = Forwarding(True, each["value"], rings, each["kind"], Window(each["condition"]))
        record |= forwarding_record(each["case"], to)
    return {RECORDS: list(records.values())}


def _undisturbed(on: bool, options: Mapping[str, Any]) -> dict[str, Any]:
    left = {"presence_status": "available"} if options.get("presence_status") == "dnd" else {}
    return {"dnd": "yes" if on else "no", **left}


def _one(
    option: str, value_of: Callable[[Any], Any] = lambda value: value
) -> Callable[[Any, Mapping[str, Any]], dict[str, Any]]:
    return lambda value, _: {option: value_of(value)}


def _listed(values: list[str]) -> str:
    return ",".join(values)


_WRITE: Final[dict[str, Callable[[Any, Mapping[str, Any]], dict[str, Any]]]] = {
    "ring_s": _one("ring_timeout"),
    "call_waiting": _one("call_waiting", lambda on: "yes" if on else "no"),
    "most_calls": _one("most_calls"),
    "longest_s": _one("limitime", lambda seconds: seconds or None),
    "webrtc": _one("enable_webrtc", lambda on: "yes" if on else "no"),
    "media_encryption": _one("encryption", _ENCRYPTION.__getitem__),
    "codecs": _one("allow", lambda names: _listed(names) or None),
    "dtmf_mode": _one("dtmfmode"),
    "t38": _one("t38_udptl", lambda on: "yes" if on else "no"),
    "tel_uri": _one("tel_uri"),
    "prack": _one("prack"),
    "ring_too": lambda number, _: {
        "en_ringboth": "yes" if number else "no",
        "external_number": number or None,
    },
    "ring_too_condition": _one("ringboth_timetype"),
    "alert_info": _one("alertinfo"),
    "ringtone": _one("ringtone", lambda ident: ident or None),
    "custom_alert_info": _one("custom_alert_info", lambda text: text or None),
    "music": _one("mohsuggest", lambda ident: ident or "default"),
    "fax_detection": _one("faxdetect", lambda on: "yes" if on else "no"),
    "fax_mail": _one("sendtofax", lambda on: None if on else "no"),
    "missed_call_mails": _one("missed_call", lambda on: "yes" if on else "no"),
    "presence": _one("presence_status"),
    "do_not_disturb": _undisturbed,
    "do_not_disturb_condition": _one("dnd_timetype"),
    "do_not_disturb_except": _one("dndwhitelist", _listed),
    "forwards": _records,
    "forward_except": _one("fwdwhitelist", _listed),
    "specific_time": _one("specific_time"),
    "follow_me": _one("follow_me"),
    "follow_me_music": _one("follow_me_music", lambda ident: ident or None),
    "follow_me_skips_pin": _one("follow_me_skips_pin", lambda on: "yes" if on else "no"),
    "taken_over_by": _one("seamless_transfer_members", _listed),
    "hot_desk": _one("enablehotdesk", lambda on: "yes" if on else "no"),
    "shared_line": lambda form, _: shared_lines.options_for(form),
}
