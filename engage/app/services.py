"""What answers calls by itself: menus, prompts, and what else callers talk to."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, Any

import msgspec

from engage.dialplan.announcement_center_forms import CenterGroupForm, CenterMessageForm
from engage.dialplan.announcement_forms import AnnouncementForm
from engage.dialplan.callback_forms import CallbackForm
from engage.dialplan.custom_prompts import CustomPromptForm, CustomPrompts
from engage.dialplan.disa_forms import DisaForm
from engage.dialplan.fax_extensions import FaxExtensionForm
from engage.dialplan.feature_codes import FeatureCodes
from engage.dialplan.ivr_forms import IvrForm
from engage.dialplan.model import ObjectKind
from engage.dialplan.name_directory_forms import NameDirectoryForm
from engage.dialplan.object_routes import ObjectRoutes
from engage.dialplan.own_wake_up_routes import OwnWakeUpRoutes
from engage.dialplan.ringtones import RingtoneForm, Ringtones
from engage.dialplan.rules import ObjectRules
from engage.dialplan.service import DialplanObjects
from engage.dialplan.sound_file_routes import RingtoneRoutes, SoundFileRoutes
from engage.dialplan.voice_prompts import SECTION, VoicePrompts
from engage.dialplan.wake_up_forms import WakeUpForm
from engage.errors import N_
from engage.faxes.model import FaxUnavailable
from engage.faxes.settings import SECTION as FAX
from engage.faxes.settings import FaxSettings
from engage.people.choices import Choice
from engage.people.numbering import NumberOfDirectory, NumberOfFaxExtension, NumberOfIvr
from engage.storage import tables
from engage.system.actor import Module
from pbxcore.apps.announcement_center import AnnouncementCenter
from pbxcore.apps.echo import EchoTest
from pbxcore.apps.wake_up import WakeUpDesk
from pbxcore.dialplan.place import Place
from pbxcore.faxes.library import installed

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from starlette.routing import BaseRoute

    from engage.app.platform import Platform
    from engage.dialplan.model import DialplanObject
    from engage.dialplan.references import References
    from engage.people.service import People
    from pbxcore.apps.services import PrefixedService, Service
    from pbxcore.dialplan.plan import Plan

IVRS = ObjectKind("ivr", tables.ivrs, Module.IVRS, IvrForm, owner=NumberOfIvr, span="ivrs")
PROMPTS = ObjectKind(
    "custom_prompt", tables.custom_prompts, Module.CUSTOM_PROMPTS, CustomPromptForm
)
RINGTONES: ObjectKind[CustomPromptForm] = ObjectKind(
    "ringtone", tables.ringtones, Module.CUSTOM_PROMPTS, RingtoneForm
)
ANNOUNCEMENTS = ObjectKind(
    "announcement", tables.announcements, Module.ANNOUNCEMENTS, AnnouncementForm
)
CENTER_MESSAGES = ObjectKind(
    "center_message", tables.center_messages, Module.ANNOUNCEMENTS, CenterMessageForm
)
CENTER_GROUPS = ObjectKind(
    "center_group", tables.center_groups, Module.ANNOUNCEMENTS, CenterGroupForm
)
DISAS = ObjectKind("disa", tables.disas, Module.DISAS, DisaForm)
FAXES = ObjectKind(
    "fax_extension",
    tables.fax_extensions,
    Module.FAX,
    FaxExtensionForm,
    owner=NumberOfFaxExtension,
    span="faxes",
)
CALLBACKS = ObjectKind("callback", tables.callbacks, Module.CALLBACKS, CallbackForm)
WAKE_UPS = ObjectKind("wake_up", tables.wake_ups, Module.WAKE_UPS, WakeUpForm)
DIRECTORIES = ObjectKind(
    "name_directory",
    tables.name_directories,
    Module.NAME_DIRECTORIES,
    NameDirectoryForm,
    owner=NumberOfDirectory,
    span="directories",
)
LEAD_SOMEWHERE = (
    *(Module.INBOUND_ROUTES, Module.IVRS, Module.RING_GROUPS, Module.PARKING_LOTS),
    *(Module.SPEED_DIALS, Module.QUEUES, Module.EXTENSIONS, Module.ANNOUNCEMENTS),
    *(Module.CALLBACKS, Module.WAKE_UPS, Module.PAGING_GROUPS),
)
"""Whose forms have destinations."""
PROMPTED = (*LEAD_SOMEWHERE, Module.EMERGENCY_NUMBERS, Module.PMS, Module.VOICEMAIL)
"""Whose forms have prompts."""
CODE_TAKEN = N_("This code is taken already.")
NO_CHOICE = N_("This is none of the choices.")
AMBIGUOUS = N_("With the other codes it would not be clear what is meant.")


class Services:
    """Where administrators arrange them, and what the PBX is told.

    Args:
        platform: what everything stands on.
        people: what forms choose from, and who belongs to groups.
        references: tells what needs one of them.
    """

    def __init__(self, platform: Platform, people: People, references: References) -> None:
        self._people, self._members_of = people, people.members_of_groups
        self._codes = partial(platform.configuration.get, FeatureCodes)
        platform.configuration.register(SECTION, VoicePrompts, Module.CUSTOM_PROMPTS)
        platform.configuration.register(FAX, FaxSettings, Module.FAX, check=_fax_check)
        self._fax = partial(platform.configuration.get, FaxSettings)
        on = platform.database, platform.events, platform.clock
        self.prompts = CustomPrompts(
            DialplanObjects(PROMPTS, *on, ObjectRules(users=references.users_of("prompt"))),
            platform.settings.data.resolve() / "custom-prompts",
        )
        self.ringtones = Ringtones(
            DialplanObjects(RINGTONES, *on, ObjectRules(users=references.users_of("ringtone"))),
            platform.settings.data.resolve() / "ringtones",
        )
        using, numbers = references.users_of, people.number_book
        self.ivrs = DialplanObjects(
            IVRS, *on, ObjectRules(self._ivr_problem, using("ivr")), numbers
        )
        self.directories = DialplanObjects(
            DIRECTORIES, *on, ObjectRules(users=using("directory")), numbers
        )
        self.announcements = DialplanObjects(
            ANNOUNCEMENTS, *on, ObjectRules(self._prompt_problem, using("announcement"))
        )
        self.disas = DialplanObjects(DISAS, *on, ObjectRules(users=using("disa")))
        self.fax_extensions = DialplanObjects(FAXES, *on, ObjectRules(users=using("fax")), numbers)
        self.callbacks = DialplanObjects(CALLBACKS, *on, ObjectRules(users=using("callback")))
        self.messages = DialplanObjects(CENTER_MESSAGES, *on, ObjectRules(self._message_problem))
        self.groups = DialplanObjects(CENTER_GROUPS, *on, ObjectRules(self._group_problem))
        self.wake_ups = DialplanObjects(
            WAKE_UPS, *on, ObjectRules[WakeUpForm](self._prompt_problem)
        )
        references.follow((self.ivrs, self.announcements, self.callbacks))
        references.follow((self.messages, self.groups, self.wake_ups, self.directories))
        offer = partial(people.choices.offer, modules=LEAD_SOMEWHERE)
        offer("ivrs", choices=lambda: numbered(self.ivrs.entries))
        offer("name-directories", choices=lambda: numbered(self.directories.entries))
        offer("custom-prompts", modules=PROMPTED, choices=lambda: _named(self.prompts.kept.entries))
        offer("ringtones", choices=lambda: _named(self.ringtones.kept.entries))
        offer("announcements", choices=lambda: _named(self.announcements.entries))
        offer("disas", choices=lambda: _named(self.disas.entries))
        offer("fax-boxes", choices=self._fax_boxes)
        offer("callbacks", choices=lambda: _named(self.callbacks.entries))
        self.routes: Sequence[BaseRoute] = [*self._routes()]

    def _routes(self) -> Iterator[BaseRoute]:
        prompt_words = ("a custom prompt", "custom prompts")
        yield from SoundFileRoutes(self.prompts, "CustomPrompt", prompt_words).routes()
        yield from OwnWakeUpRoutes(self.wake_ups).routes()
        yield from RingtoneRoutes(self.ringtones, self._people.rings_with).routes()
        numbered, coded = ("number", "name"), ("code", "name")
        kinds: tuple[tuple[DialplanObjects[Any], str, tuple[str, str], tuple[str, ...]], ...] = (
            (self.ivrs, "Ivr", ("an IVR", "IVRs"), numbered),
            (self.directories, "NameDirectory", ("a name directory", "name directories"), numbered),
            (self.announcements, "Announcement", ("an announcement", "announcements"), ("name",)),
            (self.disas, "Disa", ("a DISA", "DISAs"), ("name",)),
            (self.callbacks, "Callback", ("a callback", "callbacks"), ("name",)),
            (self.messages, "CenterMessage", ("a center message", "center messages"), coded),
            (self.groups, "CenterGroup", ("a center group", "center groups"), coded),
            (self.wake_ups, "WakeUp", ("a wake-up call", "wake-up calls"), ("name", "number")),
        )
        fax_words = ("a fax extension", "fax extensions")
        yield from ObjectRoutes(
            self.fax_extensions, "FaxExtension", fax_words, numbered, numbered, check=_faxes_come
        ).routes()
        for kept, model, words, columns in kinds:
            yield from ObjectRoutes(kept, model, words, columns, columns).routes()

    async def start(self) -> None:
        """Read all of them."""
        await self.prompts.start()
        await self.ringtones.start()
        for each in (self.ivrs, self.directories, self.announcements, self.disas):
            await each.start()
        for other in (
            self.fax_extensions,
            self.callbacks,
            self.messages,
            self.groups,
            self.wake_ups,
        ):
            await other.start()

    def added_to(self, plan: Plan) -> Plan:
        """The plan with them."""
        path_of, codes = self.prompts.path_of, self._codes()
        ivrs = [each.form.ivr(path_of) for each in self.ivrs.entries]
        directories = [each.form.directory(self._members_of) for each in self.directories.entries]
        services: dict[str, Service] = {code: EchoTest() for code in (codes.echo,) if code}
        services |= {code: WakeUpDesk() for code in (codes.wake_up,) if code}
        services |= {each.number: each for each in ivrs}
        services |= {each.number: each for each in directories}
        said: dict[str, Service] = {
            each.id: each.form.announcement(path_of) for each in self.announcements.entries
        }
        calls = {each.id: each.form for each in self.wake_ups.entries if not each.form.disabled}
        return msgspec.structs.replace(
            plan,
            numbers=plan.numbers | {each: Place("fax", each) for each in self._fax_numbers()},
            fax=self._fax().terms if installed() else None,
            services=services,
            prefixed=self._center(codes.announcement_center),
            unnumbered=said | {each.id: each.form.disa() for each in self.disas.entries},
            callbacks={each.id: each.form.callback() for each in self.callbacks.entries},
            prompts={each.id: path_of(each.id) for each in self.prompts.kept.entries},
            wake_ups={at: form.call(path_of) for at, form in calls.items()},
        )

    def _fax_numbers(self) -> list[str]:
        return [each.form.number for each in self.fax_extensions.entries] if installed() else []

    def _fax_boxes(self) -> list[Choice]:
        """Where faxes are sent on: fax extensions, then everybody's own address."""
        people = (
            Choice(each.number, f"{each.name} ({each.number})") for each in self._people.contacts()
        )
        return [*numbered(self.fax_extensions.entries), *people]

    def _center(self, code: str) -> dict[str, PrefixedService]:
        path_of, members_of = self.prompts.path_of, self._members_of
        messages = tuple(each.form.message(path_of) for each in self.messages.entries)
        audiences = tuple(each.form.audience(members_of) for each in self.groups.entries)
        return {code: AnnouncementCenter(code, messages, audiences)} if code else {}

    def _ivr_problem(self, form: IvrForm, _but: str) -> dict[str, str]:
        found: dict[str, str] = {}
        for name in "timeout_prompt", "invalid_prompt":
            prompt = getattr(form, name)
            if prompt and not self.prompts.path_of(prompt):
                found[name] = NO_CHOICE
        if not all(map(self.prompts.path_of, form.prompts)):
            found["prompts"] = NO_CHOICE
        return found

    def _prompt_problem(
        self, form: AnnouncementForm | WakeUpForm | CenterMessageForm, _but: str
    ) -> dict[str, str]:
        missing = form.prompt and not self.prompts.path_of(form.prompt)
        return {"prompt": NO_CHOICE} if missing else {}

    def _message_problem(self, form: CenterMessageForm, but: str) -> dict[str, str]:
        codes = {each.form.code for each in self.messages.entries if each.id != but}
        groups = {each.form.code for each in self.groups.entries}
        found = self._prompt_problem(form, but)
        return found | _code_problem(form.code, codes, {a + b for a in codes for b in groups},
                                     {form.code + each for each in groups})  # fmt: skip

    def _group_problem(self, form: CenterGroupForm, but: str) -> dict[str, str]:
        codes = {each.form.code for each in self.groups.entries if each.id != but}
        messages = {each.form.code for each in self.messages.entries}
        return _code_problem(form.code, codes, {a + b for a in messages for b in codes},
                             {each + form.code for each in messages})  # fmt: skip


def _code_problem(code: str, codes: set[str], present: set[str], added: set[str]) -> dict[str, str]:
    """A code belongs to one; both codes in a row have to mean one pair alone."""
    if code in codes:
        return {"code": CODE_TAKEN}
    return {"code": AMBIGUOUS} if present & added else {}


def numbered(entries: Sequence[DialplanObject[Any]]) -> list[Choice]:
    """What forms choose from, by number."""
    forms = [each.form for each in entries]
    return [Choice(each.number, f"{each.name} ({each.number})") for each in forms]


def _named(entries: Sequence[DialplanObject[Any]]) -> list[Choice]:
    return [Choice(each.id, each.form.own_name) for each in entries]


def _fax_check(_: FaxSettings) -> None:
    _faxes_come()


def _faxes_come() -> None:
    """Raise an error where this server cannot receive any."""
    if not installed():
        raise FaxUnavailable
