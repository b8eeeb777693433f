"""Values of menus: between the protocol's spellings and our form. Pure."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from engage.api.account_fields import PATTERNS
from engage.api.fields import Field, Fields
from engage.api.kept_fields import ALERT
from engage.api.route_values import KIND_OF, WORD_OF, lines, opened, switch, text, whole, yes
from engage.api.status import bad_value, unknown
from engage.api.values import ANY_OTHER, NO_LIST, BadValue, as_list
from pbxcore.dialplan.patterns import patterns_of

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from engage.dialplan.fields import Destination
    from engage.dialplan.ivr_forms import IvrForm

DIALS: Final = {
    "dial_extension": "extension",
    "dial_ringgroup": "ring_group",
    "dial_queue": "queue",
    "dial_conference": "conference",
    "dial_multimedia_conference": "conference",
    "dial_vmgroup": "voicemail_group",
    "dial_paginggroup": "page",
    "dial_directory": "directory",
    "dial_fax": "fax",
    "dial_trunk": "external",
}
"""The switches of what may be dialled, and the kind that each opens."""
OUTSIDE: Final = Fields((Field("ivr_out_blackwhite_list", PATTERNS, ""),))
_BUILT_IN: Final = {
    "welcome_prompt": "welcome",
    "timeout_prompt": "ivr-create-timeout",
    "invalid_prompt": "invalid",
}
_LISTS: Final = {"": "no", "only": "white", "never": "black"}
_PLAIN: Final = {
    "ivr_name": "name",
    "extension": "number",
    "permission": "permission",
    "language": "language",
    "alertinfo": "alert_info",
}
_SWITCHES: Final = {
    "dial_failed_back2menu": "return_to_menu",
    "replace_caller_id": "replace_display_name",
}
_WHOLE: Final = {
    "response_timeout": ("response_timeout_s", 180),
    "digit_timeout": ("digit_timeout_s", 60),
    "tloop": ("timeout_loops", 10),
    "iloop": ("invalid_loops", 10),
}
_EVENT: Final = "member_"
_FINAL: Final = {"t": "timeout_destination", "i": "invalid_destination"}


def number_of(ident: str) -> int | None:
    """The number in `ivr-1`, or a number alone."""
    digits = ident.strip().removeprefix("ivr-")
    return int(digits) if digits.isascii() and digits.isdigit() and len(digits) < 10 else None


def fields_of(form: IvrForm, name_of: Callable[[str], str | None]) -> dict[str, Any]:
    """A menu as it is answered, without its keys."""
    prompts = {
        "welcome_prompt": form.prompts[0] if form.prompts else "",
        "timeout_prompt": form.timeout_prompt,
        "invalid_prompt": form.invalid_prompt,
    }
    return {
        "ivr_name": form.name,
        "extension": form.number,
        **{at: name_of(prompt) or _BUILT_IN[at] for at, prompt in prompts.items()},
        "response_timeout": form.response_timeout_s,
        "digit_timeout": form.digit_timeout_s,
        "tloop": form.timeout_loops,
        "iloop": form.invalid_loops,
        **{name: yes(kind in form.dials) for name, kind in DIALS.items()},
        "dial_failed_back2menu": yes(form.return_to_menu),
        "permission": form.permission,
        "language": form.language or None,
        "alertinfo": form.alert_info or None,
        "replace_caller_id": yes(form.replace_display_name),
        "switch": _LISTS[form.listing],
        "ivr_blackwhite_list": ",".join(form.listed),
        "ivr_out_blackwhite_list": ",".join(patterns_of(form.listed_outside)),
    }


def members_of(form: IvrForm) -> list[dict[str, str]]:
    """The keys of a menu, and what comes of silence and of wrong keys."""
    rows = [_member(each.key, each.destination) for each in form.keys]
    rows += [_member(key, getattr(form, name)) for key, name in _FINAL.items()]
    return rows


def given_of(
    asked: Mapping[str, Any],
    prompt_named: Callable[[str], str | None],
    present: IvrForm | None = None,
) -> dict[str, Any]:
    """The fields of our form that a request names.

    Raises:
        Refused: one cannot be taken.
    """
    ALERT.given(asked)
    found: dict[str, Any] = {}
    for name, ours in _PLAIN.items():
        if (word := text(asked, name)) is not None:
            found[ours] = word
    for name, ours in _SWITCHES.items():
        if (on := switch(asked, name)) is not None:
            found[ours] = on
    for name, (ours, most) in _WHOLE.items():
        if (number := whole(asked, name, most)) is not None:
            found[ours] = number
    found |= _prompts(asked, prompt_named)
    if (dials := opened(asked, DIALS, () if present is None else present.dials)) is not None:
        found["dials"] = dials
    found |= _listing(asked)
    if asked.get("members") is not None:
        found |= _keys(asked["members"])
    return found


def _prompts(asked: Mapping[str, Any], prompt_named: Callable[[str], str | None]) -> dict[str, Any]:
    found: dict[str, Any] = {}
    for name, built_in in _BUILT_IN.items():
        word = text(asked, name)
        if word is None:
            continue
        prompt: str | None = ""
        if word not in ("", built_in):
            prompt = prompt_named(word.rpartition("/")[2])
        if prompt is None:
            raise unknown(name, word)
        if name == "welcome_prompt":
            found["prompts"] = [prompt] if prompt else []
        else:
            found[name] = prompt
    return found


def _listing(asked: Mapping[str, Any]) -> dict[str, Any]:
    found: dict[str, Any] = {}
    if (word := text(asked, "switch")) is not None:
        ours = {theirs: listing for listing, theirs in _LISTS.items()}.get(word.lower() or "no")
        if ours is None:
            raise bad_value("switch", ANY_OTHER)
        found["listing"] = ours
    if (numbers := text(asked, "ivr_blackwhite_list")) is not None:
        found["listed"] = [each.strip() for each in numbers.split(",") if each.strip()]
    if (outside := OUTSIDE.given(asked).get("ivr_out_blackwhite_list")) is not None:
        found["listed_outside"] = lines(outside.split(","))
    return found


def _keys(sent: object) -> dict[str, Any]:
    """Keys, and the destinations after time-outs and wrong keys."""
    try:
        rows = as_list(sent)
    except BadValue as bad:
        raise bad_value("members", bad.text, bad.params) from None
    keys: list[dict[str, Any]] = []
    found: dict[str, Any] = {"keys": keys}
    for row in rows:
        if not isinstance(row, dict):
            raise bad_value("members", NO_LIST)
        key, event = text(row, "keypress") or "", text(row, "keypress_event") or ""
        word = event.removeprefix(_EVENT).lower()
        kind = KIND_OF.get(word)
        if kind is None or kind == "by_did":
            raise bad_value("keypress_event", ANY_OTHER)
        value = text(row, event) or text(row, word) or ""
        place = {"kind": kind, "value": "" if kind == "hang_up" else value}
        if key in _FINAL:
            found[_FINAL[key]] = place
        else:
            keys.append({"key": key, "destination": place})
    return found


def _member(key: str, place: Destination) -> dict[str, str]:
    event = f"{_EVENT}{WORD_OF.get(place.kind, place.kind)}"
    return {"keypress": key, "keypress_event": event, event: place.value}
