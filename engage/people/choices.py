"""What forms choose from: numbers and names alone, for those whose forms need them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from engage.errors import Forbidden, NotFound
from engage.people.policy import name_key
from engage.system.actor import Module

if TYPE_CHECKING:
    from collections.abc import Callable

    from engage.people.ledger import Ledger
    from engage.system.actor import Actor


@dataclass(frozen=True, slots=True)
class Choice:
    """What is stored when it is chosen, and what people read; a `word` of ours is translated."""

    id: str
    name: str
    word: bool = False


NEEDED_BY: dict[str, tuple[Module, ...]] = {
    "extensions": (
        Module.EXTENSIONS,
        Module.EXTENSION_GROUPS,
        Module.QUEUES,
        Module.LIVECHAT,
        Module.LIVECHAT_RECORDS,
        Module.BROADCAST,
        Module.TRUNKS,
        Module.OUTBOUND_ROUTES,
        Module.RING_GROUPS,
        Module.EMERGENCY_NUMBERS,
        Module.CONFERENCE_ROOMS,
        Module.PAGING_GROUPS,
        Module.PICKUP_GROUPS,
        Module.VOICEMAIL,
        Module.INBOUND_ROUTES,
        Module.PARKING_LOTS,
        Module.SPEED_DIALS,
        Module.IVRS,
        Module.ANNOUNCEMENTS,
        Module.WAKE_UPS,
        Module.FAX,
        Module.NAME_DIRECTORIES,
        Module.CALLBACKS,
        Module.CUSTOM_PROMPTS,
        Module.FEATURE_CODES,
        Module.PMS,
        Module.RECORDINGS,
    ),
    "extension-groups": (
        Module.EXTENSION_GROUPS,
        Module.BROADCAST,
        Module.LIVECHAT,
        Module.RING_GROUPS,
        Module.PAGING_GROUPS,
        Module.PICKUP_GROUPS,
        Module.VOICEMAIL,
        Module.ANNOUNCEMENTS,
        Module.FEATURE_CODES,
        Module.NAME_DIRECTORIES,
        Module.QUEUES,
        Module.TRUNKS,
        Module.OUTBOUND_ROUTES,
    ),
    "queues": (
        Module.QUEUES,
        Module.LIVECHAT,
        Module.EXTENSIONS,
        Module.INBOUND_ROUTES,
        Module.IVRS,
        Module.RING_GROUPS,
        Module.PARKING_LOTS,
        Module.SPEED_DIALS,
        Module.ANNOUNCEMENTS,
        Module.CALLBACKS,
        Module.RECORDINGS,
        Module.TRUNKS,
    ),
    "privileges": (Module.USERS,),
    "wave-privileges": (Module.WAVE_PRIVILEGES, Module.EXTENSIONS),
}
"""Whose forms choose from a list: a right on one of these modules opens it."""


OF_USERS: Final = frozenset(("custom-prompts", "announcements", "music-classes"))
"""What the forms of users choose from, who have no right on a module."""


class Choices:
    """Short lists for forms."""

    def __init__(self, ledger: Ledger) -> None:
        self._ledger = ledger
        self._others: dict[str, tuple[tuple[Module, ...], Callable[[], list[Choice]]]] = {}

    def offer(
        self, kind: str, modules: tuple[Module, ...], choices: Callable[[], list[Choice]]
    ) -> None:
        """Let forms choose from a list that somebody else keeps."""
        self._others[kind] = modules, choices

    def of(self, actor: Actor, kind: str) -> list[Choice]:
        """Everything of a kind, by name (numbers by number).

        Raises:
            NotFound: no such kind.
            Forbidden: no form that the actor may see needs it.
        """
        modules, choices = self._others.get(kind, (NEEDED_BY.get(kind), list))
        if modules is None:
            raise NotFound
        if not any(actor.rights.allow(module, "view") for module in modules):
            raise Forbidden
        if kind in self._others:
            return _by_name(choices())
        book = self._ledger.book
        match kind:
            case "extensions":
                found = [Choice(each.number, each.name) for each in book.extensions.values()]
            case "queues":
                found = [Choice(each.number, each.name) for each in book.queues.values()]
            case "extension-groups":
                groups = book.groups.values()
                return [
                    Choice(each.id, f"{each.name} ({len(each.members)})")
                    for each in sorted(groups, key=lambda each: name_key(each.name))
                ]
            case "privileges":
                return _by_name([Choice(each.id, each.name) for each in book.privileges.values()])
            case _:
                privileges = book.wave_privileges.values()
                return _by_name([Choice(each.id, each.name) for each in privileges])
        return sorted(found, key=lambda each: each.id)

    def of_users(self, kind: str) -> list[Choice]:
        """Everything of a kind that users choose from for their own calls, by name.

        Raises:
            NotFound: no such kind.
            Forbidden: it is for administrators alone.
        """
        if kind not in NEEDED_BY and kind not in self._others:
            raise NotFound
        if kind not in OF_USERS:
            raise Forbidden
        _, choices = self._others[kind]
        return _by_name(choices())


def _by_name(choices: list[Choice]) -> list[Choice]:
    return sorted(choices, key=lambda each: name_key(each.name))
