"""Mailboxes: whose they are, what holds for them, and who is told of what."""

from __future__ import annotations

import asyncio
import logging
from contextlib import suppress
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from engage.errors import EngageError, NotFound, Unavailable
from engage.notify.events import MailSettled
from engage.people.extension_forms import ExtensionChange
from engage.system.actor import Actor, Module, Rights
from engage.voicemail.events import MailboxCounted
from engage.voicemail.mails import MailboxLog
from engage.voicemail.model import Owner
from engage.voicemail.routes import OwnVoicemailRoutes, VoicemailRoutes
from engage.voicemail.service import Voicemail
from engage.voicemail.settings import SECTION, VoicemailSettings

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence

    from starlette.routing import BaseRoute

    from engage.app.platform import Platform
    from engage.dialplan.service import DialplanObjects
    from engage.dialplan.voicemail_groups import VoicemailGroupForm
    from engage.notify.outbox import Outbox
    from engage.people.service import People
    from engage.processes.link import PbxLink
    from engage.web.sockets import Sockets
    from pbxcore.commands import PinChosen

log = logging.getLogger(__name__)

BY_PHONE = Rights({Module.EXTENSIONS: "edit", Module.VOICEMAIL: "edit"})


class Owners:
    """Extensions and groups that have mailboxes."""

    def __init__(self, people: People, groups: Callable[[], Iterable[VoicemailGroupForm]]) -> None:
        self._people, self._groups = people, groups

    def mailboxes(self) -> dict[str, Owner]:
        """Every mailbox there is, by number."""
        groups = {each.number: Owner(each.name, each.email) for each in self._groups()}
        extensions = (each.number for each in self._people.contacts())
        return groups | {each: found for each in extensions if (found := self.owner_of(each))}

    def owner_of(self, number: str) -> Owner | None:
        """Whose mailbox it is; None where there is none."""
        entry = self._people.mailbox_of(number)
        if entry is None:
            groups = (each for each in self._groups() if each.number == number)
            return next((Owner(each.name, each.email) for each in groups), None)
        rules, meant = entry.mailbox_rules, {"yes": True, "no": False}
        return Owner(
            entry.name,
            entry.email,
            entry.language,
            meant.get(rules.attach),
            meant.get(rules.reserve),
        )


class Mailboxes:
    """Voicemail; `log` follows the PBX's journal."""

    def __init__(
        self,
        platform: Platform,
        pbx: PbxLink,
        people: People,
        groups: DialplanObjects[VoicemailGroupForm],
        outbox: Outbox,
        sockets: Sockets,
    ) -> None:
        platform.configuration.register(SECTION, VoicemailSettings, Module.VOICEMAIL)
        self.settings = partial(platform.configuration.get, VoicemailSettings)
        owners = Owners(people, lambda: (each.form for each in groups.entries))
        self._people, self._groups, self._owners = people, groups, owners
        self._changing: set[asyncio.Task[None]] = set()
        pbx.on_pin(self._chosen)
        self.service = Voicemail(pbx, owners, platform.database, platform.settings.voicemail)
        self.log = MailboxLog(owners, outbox, self.settings, platform.events)
        self._sockets = sockets
        platform.events.subscribe(MailboxCounted, self._tell)
        platform.events.subscribe(MailSettled, self._mailed)
        self.routes: Sequence[BaseRoute] = [
            *OwnVoicemailRoutes(self.service).routes(),
            *VoicemailRoutes(self.service).routes(),
        ]

    def _chosen(self, chosen: PinChosen) -> None:
        task = asyncio.get_running_loop().create_task(self._keep(chosen))
        self._changing.add(task)
        task.add_done_callback(self._changing.discard)

    async def _keep(self, chosen: PinChosen) -> None:
        """Somebody has chosen another PIN by phone."""
        number, actor = chosen.mailbox, Actor(f"user:{chosen.mailbox}", rights=BY_PHONE)
        groups = self._groups.entries
        group = next((each.id for each in groups if each.form.number == number), None)
        try:
            if group is None:
                change = ExtensionChange(voicemail_pin=chosen.pin)
                await self._people.extensions.update(actor, number, change)
            else:
                await self._groups.update(actor, group, {"pin": chosen.pin}, None)
        except EngageError:
            log.exception("PIN not kept", extra={"mailbox": number})

    async def _mailed(self, mail: MailSettled) -> None:
        """A message that was sent with its sound is kept, or not, as its owner wants."""
        sound, mailbox = str(mail.params.get("sound") or ""), str(mail.params.get("extension"))
        if mail.kind != "voice_message" or mail.state != "sent" or not sound:
            return
        owner = self._owners.owner_of(mailbox)
        reserve = self.settings().reserve if owner is None else owner.reserve
        if reserve is None:
            reserve = self.settings().reserve
        if not reserve:
            with suppress(NotFound, Unavailable):  # it was deleted already; or it stays
                await self.service.delete(mailbox, Path(sound).stem)

    async def _tell(self, now: MailboxCounted) -> None:
        """Somebody's windows show how many wait."""
        counts = {"new": now.new, "old": now.old, "urgent": now.urgent}
        self._sockets.send([f"user:{now.mailbox}"], "voicemail", counts)
