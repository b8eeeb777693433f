"""Music on hold: where administrators arrange it, and what the PBX is told."""

from __future__ import annotations

from typing import TYPE_CHECKING

from engage.dialplan.model import ObjectKind
from engage.dialplan.music_class_routes import MusicClassRoutes
from engage.dialplan.music_classes import KeptMusicClass, MusicClasses
from engage.dialplan.rules import ObjectRules
from engage.dialplan.service import DialplanObjects
from engage.errors import N_
from engage.people.choices import Choice
from engage.storage import tables
from engage.system.actor import Module
from pbxcore.dialplan.music import RING_BACK, USUAL

if TYPE_CHECKING:
    from collections.abc import Sequence

    from starlette.routing import BaseRoute

    from engage.app.platform import Platform
    from engage.dialplan.model import DialplanObject
    from engage.dialplan.references import References
    from engage.people.service import People
    from pbxcore.dialplan.music import MusicClass

MUSIC_CLASSES = ObjectKind(
    "music_class", tables.music_classes, Module.MUSIC_ON_HOLD, KeptMusicClass
)
WAITED_TO = (
    *(Module.EXTENSIONS, Module.RING_GROUPS, Module.QUEUES, Module.PARKING_LOTS),
    *(Module.CONFERENCE_ROOMS, Module.INBOUND_ROUTES, Module.MUSIC_ON_HOLD),
)
"""Whose forms choose a class."""


class Music:
    """The classes."""

    def __init__(self, platform: Platform, people: People, references: References) -> None:
        self._people, self._using = people, references.users_of("music")
        on = platform.database, platform.events, platform.clock
        kept = DialplanObjects(MUSIC_CLASSES, *on, ObjectRules(users=self._users))
        self.classes = MusicClasses(kept, platform.settings.data.resolve() / "music-on-hold")
        people.choices.offer("music-classes", WAITED_TO, self._choices)
        self.routes: Sequence[BaseRoute] = MusicClassRoutes(self.classes).routes()

    async def start(self) -> None:
        """Read all of them."""
        await self.classes.start()

    def plan(self) -> dict[str, MusicClass]:
        """As the PBX knows them: by their ids, and by the names that programs use."""
        names = {each.form.name: each.id for each in self.classes.kept.entries}
        found = self.classes.plan()
        return {name: found[at] for name, at in names.items()} | found

    def file_named(self, class_name: str, name: str) -> str:
        """The sound of that name in a class of that name or id, the default one's by itself."""
        wanted = class_name or USUAL
        for entry in self.classes.kept.entries:
            if wanted in (entry.id, entry.form.name):
                files = (each for each in entry.form.files if each.name == name)
                return next((str(self.classes.path_of(each.id)) for each in files), "")
        return ""

    def problem(self, class_id: str, field: str = "music") -> dict[str, str]:
        """What is wrong with a choice, by the field it is made in."""
        known = self.classes.exists(class_id)
        return {} if known else {field: N_("This is none of the choices.")}

    def _users(self, entry: DialplanObject[KeptMusicClass]) -> list[dict[str, str]]:
        return self._using(entry) + self._people.leading_to("music", entry.form.name)

    def _choices(self) -> list[Choice]:
        found = [Choice(each.id, each.form.name) for each in self.classes.kept.entries]
        return [*found, Choice(RING_BACK, N_("Ring back tone"), word=True)]
