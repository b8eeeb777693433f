"""Extension groups whose members always serve a queue: whoever belongs to them at the moment."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any, Final

from engage.people.model import QueueAgent

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Mapping

    from engage.people.directory_repository import DirectoryRepository
    from engage.people.model import Group, QueueEntry

GROUPS: Final = "static_agent_groups"
"""The option of a queue that names the groups, in order."""
_STATES: Final = "group_agents"
"""The option that keeps what members of groups do, as a queue's own agents have rows for it."""


def groups_of(queue: QueueEntry) -> tuple[str, ...]:
    """The identifiers of the groups, of which some may be gone."""
    return tuple(queue.options.get(GROUPS) or ())


def with_members(queue: QueueEntry, groups: Mapping[str, Group]) -> QueueEntry:
    """A queue with its groups' members after the static agents who are named, each once."""
    known = [groups[each] for each in groups_of(queue) if each in groups]
    if not known:
        return queue
    named = [each for each in queue.agents if each.static]
    static = {each.number for each in named}
    numbers = dict.fromkeys(each for group in known for each in group.members)
    states: Mapping[str, Mapping[str, bool]] = queue.options.get(_STATES) or {}
    members = [_member(each, states.get(each, {})) for each in numbers if each not in static]
    others = [each for each in queue.agents if not each.static and each.number not in numbers]
    return replace(queue, agents=(*named, *members, *others), stored=queue.agents)


def without_groups(queue: QueueEntry, gone: Collection[str]) -> QueueEntry:
    """A queue that some groups serve no more."""
    left = [each for each in groups_of(queue) if each not in gone]
    return replace(queue, options={**queue.options, GROUPS: left}, version=queue.version + 1)


def with_state(queue: QueueEntry, number: str, state: Mapping[str, bool]) -> QueueEntry:
    """A queue as it is stored, which knows what a group's member does."""
    states: dict[str, Any] = {**(queue.options.get(_STATES) or {})}
    states[number] = {**states.get(number, {}), **state}
    return replace(queue, options={**queue.options, _STATES: states})


def remembering(queue: QueueEntry, groups: Iterable[Group]) -> QueueEntry:
    """A queue as it is stored, which forgets what those did who are in none of its groups now."""
    states: Mapping[str, Any] = queue.options.get(_STATES) or {}
    chosen = set(groups_of(queue))
    members = {number for each in groups if each.id in chosen for number in each.members}
    left = {number: state for number, state in states.items() if number in members}
    if left.keys() == states.keys():
        return queue
    return replace(queue, options={**queue.options, _STATES: left})


async def forget_who_left(rows: DirectoryRepository) -> None:
    """Keep of each queue only what those do who are members of its groups now."""
    groups = await rows.groups()
    for queue in await rows.queues():
        if (remembered := remembering(queue, groups)) is not queue:
            await rows.put_queue(remembered)


def _member(number: str, state: Mapping[str, bool]) -> QueueAgent:
    logged_in = state.get("logged_in", True)
    return QueueAgent(number, state.get("paused", False), logged_in=logged_in, by_group=True)
