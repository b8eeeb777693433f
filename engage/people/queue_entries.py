"""Call queues as values: new ones, changed ones, and who serves them."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

from engage.errors import N_, Invalid
from engage.people.model import QueueAgent, QueueEntry
from engage.people.queue_forms import given_rules
from engage.people.queue_options import options_for

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from engage.people.model import Secrets
    from engage.people.queue_bodies import NewQueue, QueueChange


def new_queue(new: NewQueue, secrets: Secrets) -> QueueEntry:
    """A queue as it was asked for."""
    agents = _agents(new.static_agents, new.dynamic_agents, ())
    given = given_rules(new)
    _check_levels(given, agents)
    options = {**new.options, **options_for(given, new.options, secrets)}
    return QueueEntry(new.number, new.name, agents, options, new.client_id)


def changed_queue(present: QueueEntry, change: QueueChange, secrets: Secrets) -> QueueEntry:
    """Its next version; agents who stay keep their state."""
    static, dynamic = change.static_agents, change.dynamic_agents
    if static is None:
        static = [each.number for each in present.agents if each.static]
    if dynamic is None:
        dynamic = [each.number for each in present.agents if not each.static]
    options = {**present.options, **(change.options or {})}
    agents = _agents(static, dynamic, present.agents)
    given = given_rules(change)
    _check_levels(given, agents)
    return replace(
        present,
        name=change.name or present.name,
        agents=agents,
        options=_of_agents({**options, **options_for(given, options, secrets)}, agents),
        version=present.version + 1,
    )


def agent_of(queue: QueueEntry, number: str) -> QueueAgent | None:
    """The seat of an extension, if it has one."""
    return next((each for each in queue.agents if each.number == number), None)


def _check_levels(given: Mapping[str, Any], agents: Iterable[QueueAgent]) -> None:
    """Who has a level is an agent.

    Raises:
        Invalid: somebody is none.
    """
    numbers = {each.number for each in agents}
    for index, row in enumerate(given.get("levels", ())):
        if row["agent"] not in numbers:
            raise Invalid({f"levels.{index}.agent": N_("This is no agent of the queue.")})


def _of_agents(options: dict[str, Any], agents: Iterable[QueueAgent]) -> dict[str, Any]:
    """The options without the levels of those who are agents no more."""
    numbers = {each.number for each in agents}
    if levels := options.get("levels"):
        options["levels"] = [each for each in levels if each["agent"] in numbers]
    return options


def _agents(
    static: Iterable[str], dynamic: Iterable[str], present: Iterable[QueueAgent]
) -> tuple[QueueAgent, ...]:
    """Everyone once, static ones first; who is there already keeps breaks and log-ins.

    Who becomes a static agent begins to serve.
    """
    known = {each.number: each for each in present}
    wanted = {**dict.fromkeys(dynamic, False), **dict.fromkeys(static, True)}
    ordered = [*dict.fromkeys(static), *(each for each in wanted if not wanted[each])]
    return tuple(
        QueueAgent(
            number,
            paused=number in known and known[number].paused,
            static=wanted[number],
            logged_in=_serves(known.get(number), static=wanted[number]),
        )
        for number in ordered
    )


def _serves(known: QueueAgent | None, *, static: bool) -> bool:
    if known is None or known.static != static:
        return static or (known is not None and known.logged_in)
    return known.logged_in
