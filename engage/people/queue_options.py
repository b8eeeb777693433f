"""Between the form of a call queue and its options, which have the names of the HTTPS API."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from engage.people import queue_clearing
from engage.people.queue_choosing_forms import ChoosingRules
from engage.people.queue_fields import NO_VALUE, QueueDestination
from engage.people.queue_forms import FIELDS, QueueRules

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from engage.people.model import Secrets

STRATEGIES: Final = {
    "ring_all": "ringall",
    "linear": "linear",
    "least_recent": "leastrecent",
    "fewest_calls": "fewestcalls",
    "random": "random",
    "round_robin": "memory",
    "ring_progressively": "progressive",
    "longest_idle": "longestidle",
    "weighted_random": "wrandom",
    "skills": "skills",
}
"""Our strategies, and the words of the API; it has none for three of the last four."""
_MODES: Final = {"periodic": "periodic", "key": "dtmf"}
_DESTINATIONS: Final = {
    "timeout_destination": "t",
    "exit_destination": "v",
    "empty_destination": "el",
}
KINDS: Final = {
    "prompt": ("playsound", ""),
    "extension": ("account", "account"),
    "voicemail": ("voicemail", "vm_extension"),
    "queue": ("queue", "queue_dest"),
    "ring_group": ("ringgroup", "ringgroup"),
    "voicemail_group": ("vmgroup", "vmgroup"),
    "ivr": ("ivr", "ivr"),
    "announcement": ("announcement", "announcement"),
    "directory": ("directory", "directory"),
    "external": ("external_number", "external_number"),
    "hang_up": ("hangup", ""),
}
"""The API's type of each kind of destination, and the field of its target."""
_NUMBERS: Final = {
    "ring_s": "ringtime",
    "retry_s": "retry",
    "wrap_up_s": "wrapuptime",
    "max_length": "maxlen",
    "max_wait_s": "queue_timeout",
    "announce_every_s": "announce_frequency",
    "repeated_every_s": "voice_prompt_time",
    "virtual_after_s": "vq_periodic",
    "virtual_ring_s": "vq_callback_timeout",
}
_SWITCHES: Final = {
    "autofill": "autofill",
    "tells_hold_time": "reportholdtime",
    "replaces_name": "replace_caller_id",
    "announces_position": "announce_position",
    "announces_wait": "announce_holdtime",
    "virtual_queue": "vq_switch",
    "feature_codes": "enable_feature",
    "static_login": "enable_agent_login",
}
_TEXTS: Final = {
    "welcome": "custom_welcome_prompt",
    "repeated": "custom_prompt",
    "alert_info": "alertinfo",
    "virtual_prefix": "vq_outprefix",
}
_POLICIES: Final = {"leave_when_empty": "leavewhenempty", "dial_in_empty": "joinempty"}
EXIT_KEY: Final = "1"
"""What the API's callers press to leave, where nobody has chosen another key."""
OWN: Final = (
    *("rings_busy", "missed_to_pause", "weight", "name_on_phones", "service_level_s"),
    *("record_code", "mailbox_prompt", "survey"),
    *("exit_key", "caller_id", "name_prefix", "virtual_key", "blend", "beside_chats", "progress_s"),
    *("leave_conditions", "join_conditions", "empty_wait_s"),
    *("announces_better", "highest_position", "wait_told_from_s"),
    *("more_repeated", "repeated_by_chance"),
    "static_agent_groups",
    *("virtual_retries", "virtual_retry_s", "virtual_lasts_s"),
    *ChoosingRules.model_fields,
)
"""Fields that the API does not know: they stand among the options as they are."""


def shown(options: Mapping[str, Any], secrets: Secrets) -> QueueRules:
    """The rules as a queue's options have them; what is not set there is as usual."""
    found: dict[str, Any] = {name: options[name] for name in OWN if name in options}
    for ours, theirs in (_NUMBERS | _TEXTS | _POLICIES).items():
        if options.get(theirs) is not None:
            found[ours] = options[theirs]
    for ours, theirs in _SWITCHES.items():
        if theirs in options:
            found[ours] = options[theirs] == "yes"
    for ours, suffix in _DESTINATIONS.items():
        if (to := _destination(options, suffix)) is not None:
            found[ours] = to
    if options.get("enable_welcome") != "yes":
        found.pop("welcome", None)
    _switch(found, options)
    found |= _single(options, secrets) | _chosen(options)
    return QueueRules.model_validate(found)


def _switch(found: dict[str, Any], options: Mapping[str, Any]) -> None:
    """The API has switches beside two of the values."""
    if options.get("vq_callback_enable_timeout") == "no":
        found.pop("virtual_ring_s", None)
    if options.get("destination_voice_enable") == "yes":
        found["exit_key"] = found.get("exit_key") or EXIT_KEY
    elif options.get("destination_voice_enable") == "no":
        found.pop("exit_key", None)


def needs_of(options: Mapping[str, Any]) -> set[tuple[str, str]]:
    """What of the dialplan a queue needs, by kind and value."""
    found = {("prompt", str(options.get(_TEXTS[name]) or "")) for name in ("welcome", "repeated")}
    found.add(("prompt", str(options.get("mailbox_prompt") or "")))
    found |= {("prompt", each) for each in options.get("more_repeated") or ()}
    for suffix in _DESTINATIONS.values():
        if (to := _destination(options, suffix)) is not None:
            found.add((to.kind, to.value))
    return found | {("music", str(options.get("musicclass") or ""))}


def options_for(
    fields: Mapping[str, Any], options: Mapping[str, Any], secrets: Secrets
) -> dict[str, Any]:
    """What of the options changes with those fields of the form that are given and differ."""
    present = shown(options, secrets).model_dump()
    changes: dict[str, Any] = {}
    for name in FIELDS:
        if name in fields and fields[name] != present[name]:
            changes |= _written(name, fields[name], secrets.seal)
    return changes


def _written(name: str, value: Any, seal: Callable[[str], str]) -> dict[str, Any]:
    if name in queue_clearing.FIELDS:
        return queue_clearing.written(name, value)
    if name == "exit_key":
        return {"exit_key": value, "destination_voice_enable": _yes(value)}
    if name == "virtual_ring_s":
        return {_NUMBERS[name]: value, "vq_callback_enable_timeout": "yes"}
    if name in OWN:
        return {name: value}
    if name in _DESTINATIONS:
        return _destination_fields(_DESTINATIONS[name], value)
    if name in _SWITCHES:
        return {_SWITCHES[name]: _yes(value)}
    if name == "welcome":
        return {"custom_welcome_prompt": value or None, "enable_welcome": _yes(value)}
    if name in _TEXTS:
        return {_TEXTS[name]: value or None}
    if name in _NUMBERS or name in _POLICIES:
        return {(_NUMBERS | _POLICIES)[name]: value}
    return _other(name, value, seal)


def _yes(on: bool) -> str:
    return "yes" if on else "no"


def _other(name: str, value: Any, seal: Callable[[str], str]) -> dict[str, Any]:
    match name:
        case "strategy":
            return {"strategy": STRATEGIES[value]}
        case "virtual_mode":
            return {"vq_mode": _MODES[value]}
        case "music":
            return {"musicclass": value or "default"}
        case "auto_record" | "permission":
            return {name: value or None}
        case "pin":
            return {"pin": seal(value) if value else None}
        case "chairmen":
            return {"queue_chairmans": ",".join(value) or None}
        case _:
            raise KeyError(name)


def _single(options: Mapping[str, Any], secrets: Secrets) -> dict[str, Any]:
    """What is like nothing else."""
    found: dict[str, Any] = {}
    if music := options.get("musicclass"):
        found["music"] = "" if music == "default" else music
    found |= {each: options[each] for each in ("auto_record", "permission") if options.get(each)}
    if sealed := options.get("pin"):
        found["pin"] = secrets.open(sealed)
    found["chairmen"] = chairmen(options)
    return found | queue_clearing.shown(options)


def chairmen(options: Mapping[str, Any]) -> list[str]:
    """The extensions that watch over a queue."""
    named: str = options.get("queue_chairmans") or ""
    return [each for each in named.split(",") if each]


def _chosen(options: Mapping[str, Any]) -> dict[str, str]:
    """What is one of several words."""
    strategies = {theirs: ours for ours, theirs in STRATEGIES.items()}
    modes = {theirs: ours for ours, theirs in _MODES.items()}
    found = {
        "strategy": strategies.get(options.get("strategy", "")),
        "virtual_mode": modes.get(options.get("vq_mode", "")),
    }
    return {name: word for name, word in found.items() if word is not None}


def _destination(options: Mapping[str, Any], suffix: str) -> QueueDestination | None:
    word = options.get(f"destination_type_{suffix}")
    kind = next((ours for ours, (theirs, _) in KINDS.items() if theirs == word), None)
    if kind is None:
        return None
    value = options.get(f"{KINDS[kind][1]}_{suffix}") or ""
    return QueueDestination.model_validate({"kind": kind, "value": value})


def _destination_fields(suffix: str, to: Mapping[str, Any]) -> dict[str, Any]:
    kind = to["kind"]
    word, target = KINDS[kind]
    fields: dict[str, Any] = {f"destination_type_{suffix}": word}
    if kind not in NO_VALUE:
        fields[f"{target}_{suffix}"] = to["value"]
    return fields
