"""An extension as an agent of queues and live chats, as it is filled in."""

from __future__ import annotations

from typing import Annotated

from pydantic import AfterValidator, Field, StringConstraints

from engage.errors import N_, Refused
from engage.partial_body import Body
from engage.people.agent_rules import USUAL_CHATS

AGENT = N_("Queue Agent")
MOST_SKILLS = 30
Skill = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=40)]
Capacity = Annotated[int, Field(ge=0, le=200)]


class SkillRow(Body):
    """Something an agent is good at, and how good."""

    name: Skill = Field(title=N_("Skill"), json_schema_extra={"control": "text"})
    level: Annotated[int, Field(ge=1, le=100)] = Field(default=10, title=N_("Level"))


def each_once(rows: list[SkillRow]) -> list[SkillRow]:
    """A skill has one level."""
    names = [each.name.casefold() for each in rows]
    if len(names) != len({*names}):
        raise Refused(N_("Each skill can stand here once."))
    return rows


Skills = Annotated[list[SkillRow], Field(max_length=MOST_SKILLS), AfterValidator(each_once)]


class AgentFields(Body):
    """What queues and live chats want to know of an agent."""

    chat_capacity: Capacity = Field(
        default=USUAL_CHATS,
        title=N_("Chats at Once"),
        description=N_(
            "With so many live chats an agent is given no further one, and queues that look at it"
            " send no calls; 0: any number. More may be accepted by hand."
        ),
        json_schema_extra={"control": "number", "section": AGENT},
    )
    skills: Skills = Field(
        default_factory=list,
        title=N_("Skills"),
        description=N_("Queues may ask for skills; who is better is asked first."),
        json_schema_extra={"control": "rows", "section": AGENT},
    )


class AgentChanges(Body):
    """The fields of `AgentFields` that change."""

    chat_capacity: Capacity | None = None
    skills: Skills | None = None
