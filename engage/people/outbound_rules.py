"""How an extension calls outside and is called back, between its options and its form.

The options carry it under the names that the HTTPS API gives them; the PIN is sealed there.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from engage.people.call_handling import handling_of

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

FIELDS: Final = (
    "caller_id",
    "emergency_caller_id",
    "outbound_pin",
    "skip_outbound_pin",
    "skip_outbound_pin_condition",
    "dod_on_forward",
    "dod_on_follow_me",
    "auto_answer",
    "call_completion",
    "completions_awaited",
    "completions_offered",
)
_TEXTS: Final = {"caller_id": "cidnumber", "emergency_caller_id": "emergcidnumber"}
_SWITCHES: Final = {
    "auto_answer": "custom_autoanswer",
    "call_completion": "cc_enable",
    "dod_on_forward": "use_callee_dod_on_fwd_rb",
    "dod_on_follow_me": "use_callee_dod_on_fm",
}
_LIMITS: Final = {"completions_awaited": "cc_max_agents", "completions_offered": "cc_max_monitors"}
_SKIPPED: Final = {"never": "no", "always": "yes", "at_times": "bytime"}


def shown(options: Mapping[str, Any]) -> dict[str, Any]:
    """The fields of the form, as the options have them; the PIN is never shown."""
    handling = handling_of(options)
    condition, skipped = options.get("skip_auth_timetype"), options.get("bypass_outrt_auth")
    return {
        "caller_id": str(options.get("cidnumber") or ""),
        "emergency_caller_id": str(options.get("emergcidnumber") or ""),
        "skip_outbound_pin": next(
            (at for at, ours in _SKIPPED.items() if ours == skipped), "never"
        ),
        "skip_outbound_pin_condition": condition if isinstance(condition, int) else 0,
        "dod_on_forward": handling.forwards_with_dod,
        "dod_on_follow_me": handling.followed_with_dod,
        "auto_answer": options.get("custom_autoanswer") == "yes",
        "call_completion": options.get("cc_enable") != "no",
        "completions_awaited": handling.awaits_most,
        "completions_offered": handling.awaited_by_most,
    }


def options_for(
    fields: Mapping[str, Any], seal: Callable[[str], str], options: Mapping[str, Any]
) -> dict[str, Any]:
    """What of the options changes with those of `FIELDS` that are given and differ."""
    present = shown(options)
    given = {
        name: fields[name]
        for name in FIELDS
        if name in fields and fields[name] != present.get(name)
    }
    changes: dict[str, Any] = {
        option: given[name] or None for name, option in _TEXTS.items() if name in given
    }
    for name, option in _SWITCHES.items():
        if name in given:
            changes[option] = "yes" if given[name] else "no"
    changes |= {option: given[name] for name, option in _LIMITS.items() if name in given}
    if pin := given.get("outbound_pin", ""):
        changes["user_outrt_passwd"] = seal(pin)
    elif "outbound_pin" in given and options.get("user_outrt_passwd"):
        changes["user_outrt_passwd"] = None
    if "skip_outbound_pin" in given:
        changes["bypass_outrt_auth"] = _SKIPPED[given["skip_outbound_pin"]]
    if "skip_outbound_pin_condition" in given:
        changes["skip_auth_timetype"] = given["skip_outbound_pin_condition"]
    return changes
