"""Mailboxes: whose they are, what holds for them, and who is told of what."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

from engage.system.actor import Module
from engage.voicemail.events import MailboxCounted
from engage.voicemail.mails import MailboxLog
from engage.voicemail.model import Owner
from engage.voicemail.routes import OwnVoicemailRoutes, VoicemailRoutes
from engage.voicemail.service import Voicemail
from engage.voicemail.settings import SECTION, VoicemailSettings

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence

    from starlette.routing import BaseRoute

    from engage.app.ground import Ground
    from engage.dialplan.voicemail_groups import VoicemailGroupForm
    from engage.notify.outbox import Outbox
    from engage.people.service import People
    from engage.processes.link import PbxLink
    from engage.web.sockets import Sockets


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
        attach = {"yes": True, "no": False}.get(entry.mailbox_rules.attach)
        return Owner(entry.name, entry.email, entry.language, attach)


class Mailboxes:
    """Voicemail; `log` follows the PBX's journal."""

    def __init__(
        self,
        ground: Ground,
        pbx: PbxLink,
        people: People,
        groups: Callable[[], Iterable[VoicemailGroupForm]],
        outbox: Outbox,
        sockets: Sockets,
    ) -> None:
        ground.configuration.register(SECTION, VoicemailSettings, Module.VOICEMAIL)
        self.settings = partial(ground.configuration.get, VoicemailSettings)
        owners = Owners(people, groups)
        self.service = Voicemail(pbx, owners, ground.database, ground.settings.voicemail)
        self.log = MailboxLog(owners, outbox, self.settings, ground.events)
        self._sockets = sockets
        ground.events.subscribe(MailboxCounted, self._tell)
        self.routes: Sequence[BaseRoute] = [
            *OwnVoicemailRoutes(self.service).routes(),
            *VoicemailRoutes(self.service).routes(),
        ]

    async def _tell(self, now: MailboxCounted) -> None:
        """Somebody's windows show how many wait."""
        counts = {"new": now.new, "old": now.old, "urgent": now.urgent}
        self._sockets.send([f"user:{now.mailbox}"], "voicemail", counts)
