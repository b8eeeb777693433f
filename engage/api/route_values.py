"""Values of routes: between the protocol's spellings and our forms. Pure."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from engage.api.status import bad_value
from engage.api.values import ANY_OTHER, NO, NO_LIST, NO_NUMBER, YES, BadValue, as_list, text_of

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

KIND_OF: dict[str, str] = {
    "account": "extension",
    "voicemail": "voicemail",
    "queue": "queue",
    "ringgroup": "ring_group",
    "vmgroup": "voicemail_group",
    "ivr": "ivr",
    "conference": "conference",
    "multimedia_conference": "conference",
    "paginggroup": "page",
    "announcement": "announcement",
    "fax": "fax",
    "disa": "disa",
    "directory": "directory",
    "callback": "callback",
    "prompt": "prompt",
    "external_number": "external",
    "bydid": "by_did",
    "hangup": "hang_up",
}
"""Our kinds of destinations by the protocol's, in lower case; others come with their services."""

WORD_OF = {ours: theirs for theirs, ours in reversed(KIND_OF.items())} | {"by_did": "byDID"}
DID_SWITCHES: dict[str, str] = {
    "ext_local": "extension",
    "ext_group": "ring_group",
    "ext_queues": "queue",
    "ext_conference": "conference",
    "ext_multimedia_conference": "conference",
    "ext_paging": "page",
    "ext_directory": "directory",
    "ext_fax": "fax",
    "voicemenus": "ivr",
    "voicemailgroups": "voicemail_group",
    "dial_trunk": "external",
}
"""The switches of what may be reached by DID, and the kind that each opens."""


def text(asked: Mapping[str, Any], name: str) -> str | None:
    """A text as it was sent; None where it was not."""
    if name not in asked:
        return None
    if asked[name] is None:
        return ""
    try:
        return text_of(asked[name])
    except BadValue as bad:
        raise bad_value(name, bad.text, bad.params) from None


def switch(asked: Mapping[str, Any], name: str) -> bool | None:
    """Yes or no; None where it was not sent."""
    word = (text(asked, name) or "").lower()
    if not word:
        return None
    if word not in YES | NO:
        raise bad_value(name, ANY_OTHER)
    return word in YES


def opened(
    asked: Mapping[str, Any], switches: Mapping[str, str], present: Sequence[str]
) -> list[str] | None:
    """The kinds that are open once switches of a request count; None: it names none of them.

    Where several open one kind, the one decides that says something new.
    """
    sent = [(kind, switch(asked, name)) for name, kind in switches.items()]
    if all(on is None for _, on in sent):
        return None
    kinds = dict.fromkeys(switches.values())
    turned = {kind for kind, on in sent if on is not None and on != (kind in present)}
    return [kind for kind in kinds if (kind in present) != (kind in turned)]


def whole(asked: Mapping[str, Any], name: str, high: int) -> int | None:
    """A number from 0; None where it was not sent, or was taken away."""
    given = text(asked, name)
    if not given:
        return None
    if not (given.isascii() and given.isdigit() and len(given) < 10 and int(given) <= high):
        raise bad_value(name, NO_NUMBER, {"low": 0, "high": high})
    return int(given)


def matches(asked: Mapping[str, Any], name: str, key: str) -> list[str] | None:
    """Patterns: a list of objects that hold them by `key`, of texts, or one text with commas."""
    given = asked.get(name)
    if given is None:
        return None
    if isinstance(given, str) and not given.strip().startswith("["):
        return [each.strip() for each in given.split(",") if each.strip()]
    try:
        parts = as_list(given)
    except BadValue as bad:
        raise bad_value(name, bad.text, bad.params) from None
    found = [each.get(key) if isinstance(each, dict) else each for each in parts]
    if not all(isinstance(each, str | int) for each in found):
        raise bad_value(name, NO_LIST)
    return [str(each).strip() for each in found]


def lines(patterns: list[str]) -> str:
    """Patterns as our forms have them."""
    return "\n".join(patterns)


def destination_of(asked: Mapping[str, Any], type_name: str) -> dict[str, str]:
    """A destination: its type, and the value that stands under the type's own name."""
    kind = KIND_OF.get(type_name.strip().lower())
    if kind is None:
        raise bad_value("destination_type", ANY_OTHER)
    return {"kind": kind, "value": text(asked, type_name.strip().lower()) or ""}


def destination_fields(kind: str, value: str) -> dict[str, str | None]:
    """A destination as it is answered: the type, and every value's field."""
    word = WORD_OF.get(kind, kind)
    places = (each for each in KIND_OF if each not in ("bydid", "hangup"))
    fields: dict[str, str | None] = dict.fromkeys(places)
    if word in fields:
        fields[word] = value
    return {"destination_type": word, **fields}


def yes(value: object) -> str:
    """`yes` or `no`."""
    return "yes" if value else "no"
