"""The status of a room, as it is told by phone: what confirms it, and where it is kept."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Any

from pydantic import BaseModel, ConfigDict, Field, StringConstraints

from engage.errors import N_
from engage.form_hints import hint
from engage.pms.model import Condition
from engage.pms.repository import StayRepository
from engage.system.actor import Actor
from engage.system.operation_log import note
from pbxcore.apps.room_status import STATUSES
from pbxcore.journal import RoomStatusTold

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from engage.hub.service import HubTransaction
    from pbxcore.journal import Entry

SECTION = "room_statuses"
Prompt = Annotated[str, StringConstraints(max_length=64)]


def _heard(title: str) -> Any:
    return Field(
        default="",
        title=title,
        json_schema_extra=hint(
            "select", choices="/v1/choices/custom-prompts", placeholder=N_("Built-in")
        ),
    )


class RoomStatuses(BaseModel):
    """What is heard when the status of a room was told by phone.

    1 to 6 are those of hotels' systems; what the others mean, each house knows.
    """

    model_config = ConfigDict(frozen=True, extra="forbid", title=N_("Room Status Prompts"))

    prompt_1: Prompt = _heard(N_("1: Available"))
    prompt_2: Prompt = _heard(N_("2: Cleaning"))
    prompt_3: Prompt = _heard(N_("3: Repairing"))
    prompt_4: Prompt = _heard(N_("4: Vacant"))
    prompt_5: Prompt = _heard(N_("5: Dirty"))
    prompt_6: Prompt = _heard(N_("6: Closed"))
    prompt_7: Prompt = _heard(N_("7: As the house has it"))
    prompt_8: Prompt = _heard(N_("8: As the house has it"))
    prompt_9: Prompt = _heard(N_("9: As the house has it"))

    def paths(self, file_named: Callable[[str], str]) -> dict[str, str]:
        """The sound file of each status that has one of its own."""
        chosen = {each: getattr(self, f"prompt_{each}") for each in STATUSES}
        return {status: file_named(prompt) for status, prompt in chosen.items() if prompt}


class StatusesTold:
    """A follower of the journal.

    Args:
        is_room: whether there is a room of a number still.
    """

    def __init__(self, is_room: Callable[[str], bool]) -> None:
        self._is_room = is_room

    async def start(self) -> None:
        """It remembers nothing itself."""

    async def project(
        self, transaction: HubTransaction, entries: Sequence[Entry]
    ) -> Callable[[], None]:
        """Keep how the rooms are that these entries speak of, and note who said so."""
        connection = transaction.connection
        for entry in entries:
            fact = entry.fact
            if not isinstance(fact, RoomStatusTold) or not self._is_room(fact.room):
                continue
            condition = Condition(fact.status, changed_at_ms=entry.at_ms)
            await StayRepository(connection).set_condition(fact.room, condition)
            actor, subject = Actor(f"user:{fact.number}"), f"pms_room:{fact.room}"
            detail = {"status": fact.status}
            await note(connection, actor, "pms_room.status", subject, detail, at_ms=entry.at_ms)
        return _nothing


def _nothing() -> None:
    """Nothing is left to do after the commit."""
