"""Follows mailboxes in the journal: a mail for each message, and people's windows kept current."""

from __future__ import annotations

from typing import TYPE_CHECKING

from engage.mailing import Recipient
from engage.voicemail.events import MailboxCounted
from pbxcore.journal import MailboxChanged, VoiceMessageLeft

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from engage.events import Events
    from engage.hub.service import HubTransaction
    from engage.mailing import Mailer
    from engage.voicemail.model import Owners
    from engage.voicemail.settings import VoicemailSettings
    from pbxcore.journal import Entry


class MailboxLog:
    """Keeps nothing: what lies in mailboxes is the PBX's.

    Args:
        owners: whose mailboxes they are.
        mailer: takes mails.
        settings: what holds for all.
        events: told of new counts.
    """

    def __init__(
        self,
        owners: Owners,
        mailer: Mailer,
        settings: Callable[[], VoicemailSettings],
        events: Events,
    ) -> None:
        self._owners, self._mailer = owners, mailer
        self._settings, self._events = settings, events

    async def start(self) -> None:
        """Nothing is to be read."""

    async def project(
        self, transaction: HubTransaction, entries: Sequence[Entry]
    ) -> Callable[[], None]:
        """Write a mail for each new message; then tell the last counts of each mailbox."""
        counted: dict[str, MailboxCounted] = {}
        for entry in entries:
            match entry.fact:
                case VoiceMessageLeft() as left:
                    await self._mail(transaction, left, entry.at_ms)
                case MailboxChanged(mailbox, new, old, urgent):
                    counted[mailbox] = MailboxCounted(mailbox, new, old, urgent)

        def tell() -> None:
            for each in counted.values():
                self._events.publish(each)

        return tell

    async def _mail(self, transaction: HubTransaction, left: VoiceMessageLeft, at_ms: int) -> None:
        owner, settings = self._owners.owner_of(left.mailbox), self._settings()
        if owner is None or not settings.mail:
            return
        attach = settings.attach if owner.attach is None else owner.attach
        await self._mailer.post(
            transaction.connection,
            "voice_message",
            to=Recipient(owner.email, owner.name, owner.language),
            params={
                "full_name": owner.name,
                "extension": left.mailbox,
                "caller": left.caller,
                "caller_name": left.name,
                "length": round(left.seconds),
                "received_at": at_ms,
                "link": "/wave/#/voicemail",
                "sound": left.sound if attach else "",
            },
            dedupe_key=f"voice_message:{left.mailbox}:{left.message}",
        )
