"""What may be said of a call queue: bodies of requests, and the whole form."""

from __future__ import annotations

from typing import Annotated, Any

from pydantic import ConfigDict, Field

from engage.errors import N_
from engage.partial_body import Body
from engage.people.fields import Ident, Name, Number, Options, Version
from engage.people.queue_fields import COUNTERS, LEVELS, MISSES, ORDER, QUEUE
from engage.people.queue_forms import QueueRules

MOST_AGENTS = 200

Agents = Annotated[list[Number], Field(max_length=MOST_AGENTS)]
AGENTS: dict[str, Any] = {
    "control": "multiselect",
    "section": QUEUE,
    "choices": "/v1/choices/extensions",
    "choice_value": "number",
    "choice_label": "name",
}


class QueueIdentity(Body):
    """A call queue and who serves it."""

    number: Number = Field(
        title=N_("Extension"), json_schema_extra={"control": "text", "section": QUEUE}
    )
    name: Name = Field(title=N_("Name"), json_schema_extra={"control": "text", "section": QUEUE})
    static_agents: Agents = Field(
        default_factory=list,
        title=N_("Static Agents"),
        description=N_("They always serve the queue, in this order."),
        json_schema_extra={**AGENTS},
    )
    dynamic_agents: Agents = Field(
        default_factory=list,
        title=N_("Dynamic Agents"),
        description=N_("They log in and out themselves."),
        json_schema_extra={**AGENTS},
    )


class QueueForm(QueueRules, QueueIdentity):
    """A call queue, as an administrator fills it in."""

    model_config = ConfigDict(
        json_schema_extra={
            "tabs": [
                {"title": N_("Basic Settings"), "sections": [QUEUE]},
                {
                    "title": N_("Levels and Priorities"),
                    "sections": [LEVELS, MISSES, ORDER, COUNTERS],
                },
            ]
        }
    )


class NewQueue(QueueForm):
    """A queue to be added."""

    client_id: Ident | None = None
    options: Options = Field(default_factory=dict)


class QueueChange(QueueRules):
    """The fields of a queue that change: those that are given.

    `version` is the one that was edited.
    """

    version: Version | None = None
    name: Name | None = None
    static_agents: Agents | None = None
    dynamic_agents: Agents | None = None
    options: Options | None = None


class AgentChange(Body):
    """What an administrator changes about an agent in a queue."""

    paused: bool
