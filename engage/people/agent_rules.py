"""What is known of an extension as an agent: its skills, and how many chats fill it."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Final, Self

if TYPE_CHECKING:
    from collections.abc import Mapping

FIELDS: Final = ("chat_capacity", "skills")
USUAL_CHATS: Final = 10


@dataclass(frozen=True, slots=True)
class AgentRules:
    """Of one extension, in all its queues; 0 for `chat_capacity`: no number of chats fills it."""

    chat_capacity: int = USUAL_CHATS
    skills: Mapping[str, int] = field(default_factory=dict)

    @classmethod
    def of(cls, options: Mapping[str, Any]) -> Self:
        """Read them from an extension's options; what is not set there is as usual."""
        chats, skills = options.get("chat_capacity"), options.get("skills")
        return cls(
            chats if isinstance(chats, int) else USUAL_CHATS,
            skills if isinstance(skills, dict) else {},
        )

    @property
    def shown(self) -> dict[str, Any]:
        """The fields of the form."""
        skills = [{"name": name, "level": level} for name, level in self.skills.items()]
        return {"chat_capacity": self.chat_capacity, "skills": skills}


USUAL: Final = AgentRules()


def options_for(fields: Mapping[str, Any], present: AgentRules = USUAL) -> dict[str, Any]:
    """What of the options changes with those of `FIELDS` that are given and differ."""
    options: dict[str, Any] = {}
    if fields.get("chat_capacity", present.chat_capacity) != present.chat_capacity:
        options["chat_capacity"] = fields["chat_capacity"]
    if "skills" in fields:
        skills = {each["name"]: each["level"] for each in fields["skills"]}
        if skills != present.skills:
            options["skills"] = skills
    return options
