"""What answers calls by itself: menus, prompts, and what else callers talk to."""

from __future__ import annotations

from typing import TYPE_CHECKING

import msgspec

from engage.dialplan.custom_prompt_routes import CustomPromptRoutes
from engage.dialplan.custom_prompts import CustomPromptForm, CustomPrompts
from engage.dialplan.ivr_forms import IvrForm
from engage.dialplan.model import RouteKind
from engage.dialplan.object_routes import ObjectRoutes
from engage.dialplan.service import Routes
from engage.dialplan.voice_prompts import SECTION, VoicePrompts
from engage.errors import N_
from engage.people.choices import Choice
from engage.storage import tables
from engage.system.actor import Module

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from starlette.routing import BaseRoute

    from engage.app.ground import Ground
    from engage.people.choices import Choices
    from pbxcore.apps.services import Service
    from pbxcore.dialplan.plan import Plan

IVRS = RouteKind("ivr", tables.ivrs, Module.IVRS, IvrForm)
PROMPTS = RouteKind("custom_prompt", tables.custom_prompts, Module.CUSTOM_PROMPTS, CustomPromptForm)
LEAD_SOMEWHERE = (
    *(Module.INBOUND_ROUTES, Module.IVRS, Module.RING_GROUPS, Module.PARKING_LOTS),
    *(Module.SPEED_DIALS, Module.QUEUES, Module.EXTENSIONS),
)
"""Whose forms have destinations."""
TAKEN = N_("This number is taken already.")


class Services:
    """Where administrators arrange them, and what the PBX is told.

    Args:
        ground: what everything stands on.
        choices: what forms choose from.
        taken: whether something else has a number.
    """

    def __init__(self, ground: Ground, choices: Choices, taken: Callable[[str], bool]) -> None:
        self._taken = taken
        ground.configuration.register(SECTION, VoicePrompts, Module.CUSTOM_PROMPTS)
        on = ground.database, ground.events, _no_trunk, ground.clock
        self.ivrs = Routes(IVRS, *on, self._number_problem)
        self.prompts = CustomPrompts(
            Routes(PROMPTS, *on, users=self._players),
            ground.settings.data.resolve() / "custom-prompts",
        )
        choices.offer("ivrs", LEAD_SOMEWHERE, self._ivr_choices)
        choices.offer("custom-prompts", LEAD_SOMEWHERE, self._prompt_choices)
        columns = ("number", "name")
        self.routes: Sequence[BaseRoute] = [
            *CustomPromptRoutes(self.prompts).routes(),
            *ObjectRoutes(
                self.ivrs, "Ivr", ("an IVR", "IVRs"), (*columns, "language"), columns
            ).routes(),
        ]

    async def start(self) -> None:
        """Read all of them."""
        await self.prompts.start()
        await self.ivrs.start()

    def has_number(self, number: str, but: str = "") -> bool:
        """Whether one of them, another than `but`, has a number."""
        return any(each.form.number == number for each in self.ivrs.entries if each.id != but)

    def added_to(self, plan: Plan) -> Plan:
        """The plan with them."""
        path_of = self.prompts.path_of
        services: dict[str, Service] = {
            each.form.number: each.form.ivr(path_of) for each in self.ivrs.entries
        }
        prompts = {each.id: path_of(each.id) for each in self.prompts.kept.entries}
        services = plan.services | services
        return msgspec.structs.replace(plan, services=services, prompts=prompts)

    def _number_problem(self, form: IvrForm, but: str) -> dict[str, str]:
        """A number belongs to one object; a prompt has to be there."""
        found = {}
        if self._taken(form.number) or self.has_number(form.number, but):
            found["number"] = TAKEN
        unknown = N_("This is none of the choices.")
        for name in "timeout_prompt", "invalid_prompt":
            prompt = getattr(form, name)
            if prompt and not self.prompts.path_of(prompt):
                found[name] = unknown
        if not all(map(self.prompts.path_of, form.prompts)):
            found["prompts"] = unknown
        return found

    def _players(self, prompt: str) -> list[str]:
        forms = [each.form for each in self.ivrs.entries]
        return [
            form.name
            for form in forms
            if prompt in form.needs()
            or any(to.place.value == prompt for to in form.destinations().values())
        ]

    def _ivr_choices(self) -> list[Choice]:
        return [
            Choice(each.form.number, f"{each.form.name} ({each.form.number})")
            for each in self.ivrs.entries
        ]

    def _prompt_choices(self) -> list[Choice]:
        return [Choice(each.id, each.form.name) for each in self.prompts.kept.entries]


def _no_trunk(_id: str) -> bool:
    return False
