"""Call queues: listQueue, getQueue, addQueue, updateQueue, deleteQueue."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from engage.api.actions import NEED_APPLY, required
from engage.api.listing import listed
from engage.api.queue_fields import LISTED, QUEUE
from engage.api.status import unknown
from engage.api.stored import checked, kept_in, named_as_sent, options_of
from engage.errors import NotFound
from engage.people.queue_bodies import NewQueue, QueueChange

if TYPE_CHECKING:
    from collections.abc import Mapping

    from engage.api.actions import Caller, Handler, Parameters
    from engage.api.model import Secrets
    from engage.dialplan.custom_prompts import CustomPrompts
    from engage.people.model import QueueEntry
    from engage.people.service import People

KEY = ("queue", "extension")
PROMPTS = ("custom_prompt", "custom_welcome_prompt", "musicclass")


class QueueActions:
    """Call queues with their static agents."""

    def __init__(self, people: People, keyring: Secrets, prompts: CustomPrompts) -> None:
        self._queues, self._keyring, self._prompts = people.queues, keyring, prompts
        self._numbers = people.number_book

    @property
    def handlers(self) -> dict[str, Handler]:
        """The actions by their names in lower case."""
        return {
            "listqueue": self.list_queues,
            "getqueue": self.get,
            "addqueue": self.add,
            "updatequeue": self.update,
            "deletequeue": self.delete,
        }

    async def list_queues(self, caller: Caller, asked: Parameters) -> Mapping[str, Any]:
        """Every queue."""
        fields = map(self._fields, self._queues.listed(caller.actor))
        rows = [{name: each[name] for name in LISTED} for each in fields]
        return listed("queue", rows, asked)

    async def get(self, caller: Caller, asked: Parameters) -> Mapping[str, Any]:
        """One queue with all of its fields."""
        return {"queue": self._fields(self._existing(caller, required(asked, *KEY)))}

    async def add(self, caller: Caller, asked: Parameters) -> Mapping[str, Any]:
        """Add a queue; live chats and calls may go to it at once."""
        required(asked, "extension")
        name = required(asked, "queue_name")
        given = QUEUE.given(asked)
        if (taken := self._numbers.taken(given["extension"])) is not None:
            raise taken
        new = {
            "number": given["extension"],
            "name": given.get("queue_name", name),
            "static_agents": _numbers(given.get("members")),
            "options": self._named(options_of(QUEUE, given, self._keyring)),
        }
        with named_as_sent(QUEUE):
            await self._queues.add(caller.actor, checked(NewQueue, new))
        return NEED_APPLY

    async def update(self, caller: Caller, asked: Parameters) -> Mapping[str, Any]:
        """Change what the request names."""
        queue = self._existing(caller, required(asked, *KEY))
        given = QUEUE.given({**asked, "extension": queue.number})
        change: dict[str, Any] = {"options": self._named(options_of(QUEUE, given, self._keyring))}
        if "queue_name" in given:
            change["name"] = required(asked, "queue_name")
        if "members" in given:
            change["static_agents"] = _numbers(given["members"])
        with named_as_sent(QUEUE):
            await self._queues.update(caller.actor, queue.number, checked(QueueChange, change))
        return NEED_APPLY

    async def delete(self, caller: Caller, asked: Parameters) -> Mapping[str, Any]:
        """Remove a queue, unless a live chat could not work without it."""
        queue = self._existing(caller, required(asked, *KEY))
        await self._queues.delete(caller.actor, [queue.number])
        return NEED_APPLY

    def _existing(self, caller: Caller, number: str) -> QueueEntry:
        try:
            return self._queues.get(caller.actor, number)
        except NotFound:
            raise unknown("queue", number) from None

    def _named(self, options: dict[str, Any]) -> dict[str, Any]:
        """Programs name prompts by their names, and we by their ids."""
        ids = {each.form.name: each.id for each in self._prompts.kept.entries}
        return options | {
            name: ids.get(options[name], options[name]) for name in PROMPTS if name in options
        }

    def _fields(self, queue: QueueEntry) -> dict[str, Any]:
        agents = ",".join(each.number for each in queue.named if each.static)
        kept = kept_in(QUEUE, queue.options, self._keyring)
        names = {each.id: each.form.name for each in self._prompts.kept.entries}
        kept |= {name: names.get(kept[name], kept[name]) for name in PROMPTS if name in kept}
        chairmans = kept.get("queue_chairmans")
        ours = {"extension": queue.number, "queue_name": queue.name, "members": agents or None}
        return {**QUEUE.answered({**kept, **ours}), "queue_chairman": chairmans}


def _numbers(members: str | None) -> list[str]:
    return [each for each in (members or "").split(",") if each]
