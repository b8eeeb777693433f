"""What of those who serve a visitor the visitor reads: names by `Manners`, never more."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

from engage.hub.model import is_person, is_visitor

if TYPE_CHECKING:
    from collections.abc import Callable

    from engage.hub.model import Conversation, Manners, Participant

    FirstName = Callable[[str, str], str]
    """An extension and the whole name in, the first name out; empty: there is none."""

STAFF = frozenset({"agent", "user", "phone"})
"""Kinds of authors who are people of the house."""

_PEOPLE = ("agent", "former", "by")
"""Fields of an event's body that name somebody who serves; what a visitor does is by themselves."""

_QUEUE = "queue"
_NAMED = frozenset({"joined", "left", "agent_away"})
"""Events of the system whose `name` is somebody who serves."""


def first_word(number: str, name: str) -> str:
    """A first name where nothing but the whole name is known."""
    return name.partition(" ")[0]


def told_mark(manners: Manners, marked: Participant, reader: str) -> Participant:
    """How far a participant has come, as far as a reader is told."""
    if manners.read_marks or reader == marked.who or not is_visitor(marked.who):
        return marked
    return replace(marked, read=0)


class Shown:
    """Names as a visitor reads them."""

    def __init__(self, manners: Manners, first_name: FirstName) -> None:
        self._manners, self._first_name = manners, first_name

    def name(self, number: str, name: str) -> str:
        """Somebody's name; `number` is their extension, empty if it is not known."""
        if not name or not self._manners.hide_names:
            return name
        return self._manners.alias or self._first_name(number, name) or self._manners.nameless

    def event(self, wire: dict[str, Any]) -> dict[str, Any]:
        """An event in its JSON shape, named anew."""
        if wire["author"]["kind"] == "bot":
            return wire
        shown = dict(wire)
        if wire["author"]["kind"] in STAFF:
            shown["author"] = self.person(wire["author"])
        for field in _PEOPLE:
            own = field == "by" and wire["author"]["kind"] == "visitor"
            if isinstance(wire.get(field), dict) and not own:
                shown[field] = self.person(wire[field])
        to = wire.get("to")
        if isinstance(to, dict) and to.get("kind") != _QUEUE:
            shown["to"] = self.person(to)
        if wire["kind"] == "system" and wire.get("code") in _NAMED and "name" in wire:
            number = str(wire["agent"]["id"]) if "agent" in wire else ""
            shown["name"] = self.name(number, wire["name"])
        return shown

    def summary(self, conversation: Conversation, wire: dict[str, Any]) -> dict[str, Any]:
        """A conversation in its JSON shape, named anew; its events already are."""
        owner = wire["owner"]
        return {
            **wire,
            "owner": self.person(owner) if is_person(conversation.owner) else owner,
            "participants": [
                self._participant(each) if is_person(each["who"]) else each
                for each in wire["participants"]
            ],
        }

    def person(self, wire: dict[str, Any]) -> dict[str, Any]:
        """Whatever has an `id` and a `name`."""
        return {**wire, "name": self.name(str(wire.get("id", "")), str(wire.get("name", "")))}

    def _participant(self, wire: dict[str, Any]) -> dict[str, Any]:
        return {**wire, "name": self.name(wire["who"].partition(":")[2], wire["name"])}
