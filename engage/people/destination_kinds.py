"""What calls can be led to: the words of each kind, and where one of it is chosen from."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from engage.errors import N_

if TYPE_CHECKING:
    from collections.abc import Iterable

    from pydantic.config import JsonDict

WORDS: Final[dict[str, str]] = {
    "extension": N_("Extension"),
    "voicemail": N_("Voicemail"),
    "queue": N_("Call Queue"),
    "ring_group": N_("Ring Group"),
    "voicemail_group": N_("Voicemail Group"),
    "ivr": N_("IVR"),
    "conference": N_("Conference Room"),
    "page": N_("Paging/Intercom Group"),
    "announcement": N_("Announcement"),
    "directory": N_("Dial by Name"),
    "disa": N_("DISA"),
    "fax": N_("Fax to e-mail"),
    "callback": N_("Callback"),
    "prompt": N_("Custom Prompt"),
    "external": N_("External Number"),
    "by_did": N_("By DID"),
    "hang_up": N_("Hang up"),
}
_LISTS: Final[dict[str, tuple[str, str]]] = {
    "extension": ("extensions", "number"),
    "voicemail": ("extensions", "number"),
    "queue": ("queues", "number"),
    "ring_group": ("ring-groups", "id"),
    "voicemail_group": ("voicemail-groups", "id"),
    "conference": ("conference-rooms", "id"),
    "page": ("paging-groups", "id"),
    "ivr": ("ivrs", "id"),
    "announcement": ("announcements", "id"),
    "directory": ("name-directories", "id"),
    "disa": ("disas", "id"),
    "fax": ("fax-boxes", "id"),
    "callback": ("callbacks", "id"),
    "prompt": ("custom-prompts", "id"),
}


def words(kinds: Iterable[str]) -> JsonDict:
    """What these kinds are called."""
    return {each: WORDS[each] for each in kinds}


def lists(kinds: Iterable[str]) -> JsonDict:
    """Where one of each kind is chosen from; kinds without such a list are left out."""
    return {
        each: {"path": f"/v1/choices/{_LISTS[each][0]}", "value": _LISTS[each][1]}
        for each in kinds
        if each in _LISTS
    }
