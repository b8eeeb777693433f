"""Who of a queue's agents serves whom, and who of the callers is served first."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import AfterValidator, Field, StringConstraints

from engage.errors import N_, Refused
from engage.partial_body import Body
from engage.people.agent_forms import SkillRow, Skills
from engage.people.queue_fields import (
    LEVELS,
    LONGEST_S,
    MISSES,
    ORDER,
    SECONDS,
    Seconds,
    number,
    rows,
    switch,
)

Level = Annotated[int, Field(ge=0, le=100)]
Misses = Annotated[int, Field(ge=0, le=100)]
Waited = Annotated[int, Field(ge=0, le=LONGEST_S)]
VIP = Annotated[str, StringConstraints(pattern=r"^\+?[0-9*#]{1,32}$")]


class AgentRow(Body):
    """What is special about an agent in this queue."""

    agent: Annotated[str, StringConstraints(min_length=1, max_length=18)] = Field(
        title=N_("Agent"),
        json_schema_extra={
            "control": "select",
            "choices": "/v1/choices/extensions",
            "choice_value": "number",
        },
    )
    level: Level = Field(default=0, title=N_("Level"))
    rings_busy: Literal["usual", "yes", "no"] = Field(
        default="usual",
        title=N_("Rings in a Call"),
        json_schema_extra={
            "control": "select",
            "labels": {"usual": N_("As the queue"), "yes": N_("Yes"), "no": N_("No")},
        },
    )


class LevelRow(Body):
    """From some time of waiting on, other levels serve."""

    after_s: Waited = Field(title=N_("After"), json_schema_extra={"unit": SECONDS})
    lowest: Level | None = Field(default=None, title=N_("Lowest level"))
    highest: Level | None = Field(default=None, title=N_("Highest level"))
    raised_to: Level | None = Field(default=None, title=N_("Lower ones count as"))


class RelaxRow(Body):
    """From some time of waiting on, less is asked of skills."""

    after_s: Waited = Field(title=N_("After"), json_schema_extra={"unit": SECONDS})
    lowered_by: Annotated[int, Field(ge=1, le=100)] = Field(default=1, title=N_("Lowered by"))


def _each_once(found: list[AgentRow]) -> list[AgentRow]:
    if len(found) != len({each.agent for each in found}):
        raise Refused(N_("Each agent can stand here once."))
    return found


def _in_order(found: list[LevelRow]) -> list[LevelRow]:
    for each in found:
        if each.lowest is not None and each.highest is not None and each.lowest > each.highest:
            raise Refused(N_("The lowest level is above the highest."))
    return found


Agents = Annotated[list[AgentRow], Field(max_length=400), AfterValidator(_each_once)]
LevelRows = Annotated[list[LevelRow], Field(max_length=20), AfterValidator(_in_order)]


class ChoosingRules(Body):
    """How agents and callers are chosen, beyond the strategy."""

    levels: Agents = rows(
        N_("Agents' Levels"), LEVELS, N_("Lower levels ring first. Agents not named have level 0.")
    )
    level_wait_s: Seconds = number(
        N_("Wait per Level"),
        LEVELS,
        0,
        N_("Agents of a level ring once the caller has waited so long for each level below."),
        unit=SECONDS,
    )
    levels_from: Annotated[int, Field(ge=0, le=200)] = number(
        N_("Levels Need Agents"),
        LEVELS,
        0,
        N_("With fewer agents than that in the queue, levels do not count."),
    )
    level_rules: LevelRows = rows(
        N_("Levels by Wait"), LEVELS, N_("The last row whose time has come holds.")
    )
    asked_skills: Skills = rows(
        N_("Skills Asked"), LEVELS, N_("Only agents who are at least so good at all of it ring.")
    )
    skill_rules: Annotated[list[RelaxRow], Field(max_length=20)] = rows(
        N_("Skills by Wait"), LEVELS, N_("Each row whose time has come asks for less.")
    )
    reach_s: Seconds = number(
        N_("Reach within"),
        MISSES,
        0,
        N_("Phones that do not begin to ring within this time are passed over; 0: never."),
        unit=SECONDS,
    )
    missed_rest_s: Seconds = number(
        N_("Rest after a Missed Call"), MISSES, 0, N_("The agent is left alone."), unit=SECONDS
    )
    refused_rest_s: Seconds = number(N_("Rest after Declining"), MISSES, 5, unit=SECONDS)
    refused_to_pause: Misses = number(
        N_("Pause after Declined Calls"), MISSES, 0, N_("So many in a row; 0: never.")
    )
    unreachable_rest_s: Seconds = number(
        N_("Rest when not Reached"), MISSES, 5, N_("No phone could be reached."), unit=SECONDS
    )
    unreachable_to_pause: Misses = number(
        N_("Pause when not Reached"), MISSES, 0, N_("So many times in a row; 0: never.")
    )
    pauses_everywhere: bool = switch(
        N_("Pause in All Queues"), MISSES, N_("Not in this queue alone."), on=True
    )
    caller_priority: Annotated[int, Field(ge=0, le=1000)] = number(
        N_("Caller Priority"),
        ORDER,
        0,
        N_("Agents of several queues get callers of a higher priority first."),
    )
    vips: Annotated[list[VIP], Field(max_length=2000)] = Field(
        default_factory=list,
        title=N_("VIP Numbers"),
        description=N_("They are served before the others."),
        json_schema_extra={"control": "hosts", "section": ORDER},
    )
    vip_priority: Annotated[int, Field(ge=1, le=100)] = number(
        N_("VIP Priority"), ORDER, 10, N_("Callers of a higher priority are served first.")
    )
    resume_s: Seconds = number(
        N_("Keep the Place"),
        ORDER,
        0,
        N_("Whoever hangs up and calls again within this time has the old place."),
        unit=SECONDS,
    )


__all__ = ["AgentRow", "ChoosingRules", "LevelRow", "RelaxRow", "SkillRow"]
