"""Whoever may open a form by one right alone can choose in it."""

from __future__ import annotations

import json
import re
from typing import TYPE_CHECKING

from engage.app import dialplan, hotel, music, rooms, services
from engage.calls.prompt_recording_routes import RecordPromptForm
from engage.dialplan.model import ObjectKind
from engage.errors import Forbidden
from engage.people.admin_forms import NewAdmin
from engage.people.extension_forms import NewExtension
from engage.people.group_forms import NewGroup
from engage.people.queue_bodies import NewQueue
from engage.queues.scheduled.forms import ReportScheduleForm
from engage.system.actor import Actor, Module, Rights
from engage.telephony.trunk_forms import NewTrunk
from tests.support import site as support

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from pydantic import BaseModel

    from tests.support.site import Site

PLACES = dialplan, hotel, music, rooms, services
OTHERS: tuple[tuple[Module, type[BaseModel]], ...] = (
    (Module.CUSTOM_PROMPTS, RecordPromptForm),
    (Module.EXTENSIONS, NewExtension),
    (Module.EXTENSION_GROUPS, NewGroup),
    (Module.QUEUES, NewQueue),
    (Module.QUEUES, ReportScheduleForm),
    (Module.TRUNKS, NewTrunk),
    (Module.USERS, NewAdmin),
)
PAGES = (
    (Module.RECORDINGS, "queues"),
    (Module.RECORDINGS, "extensions"),
    (Module.LIVECHAT, "queues"),
    (Module.LIVECHAT, "extensions"),
    (Module.LIVECHAT_RECORDS, "livechats"),
    (Module.BROADCAST, "extension-groups"),
)
"""What pages choose from by themselves, to filter a list or to draw a form."""


def needed(site: Site) -> Iterator[tuple[Module, str]]:
    """Each list that a form of a module names in its schema."""
    forms = [*OTHERS]
    for place in PLACES:
        kinds = (each for each in vars(place).values() if isinstance(each, ObjectKind))
        forms += [(each.module, each.form) for each in kinds]
    configuration = site.application._running._platform.configuration  # noqa: SLF001 - nobody else lists them
    sections = map(configuration.section, configuration.names())
    forms += [(each.module, each.model) for each in sections]
    for module, form in forms:
        schema = json.dumps(form.model_json_schema())
        yield from ((module, each) for each in re.findall(r'"/v1/choices/([a-z-]+)"', schema))
    yield from PAGES


async def test_each_forms_choices_open_with_the_right_to_that_form_alone(tmp_path: Path) -> None:
    async with support.site(tmp_path) as site:
        wanted = set(needed(site))
        closed = []
        for module, kind in sorted(wanted):
            actor = Actor("admin:one", rights=Rights({module: "view"}))
            try:
                site.application.people.choices.of(actor, kind)
            except Forbidden:
                closed.append((str(module), kind))
        assert not closed, "\n".join(map(str, closed))
        assert len(wanted) > 60
