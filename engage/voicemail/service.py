"""What owners and administrators do with voice messages: the PBX has them, and does it."""

from __future__ import annotations

import asyncio
from pathlib import Path
from typing import TYPE_CHECKING

from engage.errors import N_, NotFound
from engage.system.actor import Module
from engage.system.operation_log import note
from engage.voicemail.model import Held
from pbxcore.voicemail.commands import (
    DeleteVoiceMessages,
    ListMailboxes,
    ListVoiceMessages,
    MailboxesHeld,
    MoveVoiceMessages,
    VoiceMessages,
    VoiceMessagesChanged,
)

if TYPE_CHECKING:
    from sqlalchemy.ext.asyncio import AsyncConnection

    from engage.storage.database import Database
    from engage.system.actor import Actor
    from engage.voicemail.model import Owner, Owners, Pbx
    from pbxcore.directory import Mailbox
    from pbxcore.voicemail.message import Folder

WITHIN_S = 10.0


class MessageGone(NotFound):
    """Somebody has deleted it, by phone or in another window."""

    code = "voice_message_gone"
    text = N_("This voice message does not exist any more.")


class Voicemail:
    """Mailboxes.

    Args:
        pbx: has them.
        owners: whose they are.
        database: for the operation log.
        folder: their files are below it.
    """

    def __init__(self, pbx: Pbx, owners: Owners, database: Database, folder: Path) -> None:
        self._pbx, self._owners = pbx, owners
        self._database, self._folder = database, folder

    async def counts(self) -> dict[str, Mailbox]:
        """What waits in each mailbox in which something lies.

        Raises:
            Unavailable: the PBX is away.
        """
        reply = await self._pbx.request(ListMailboxes(), WITHIN_S)
        if not isinstance(reply, MailboxesHeld):
            raise TypeError(f"unexpected reply {type(reply).__name__}")
        return reply.waiting

    def owners(self, actor: Actor) -> dict[str, Owner]:
        """Every mailbox there is.

        Raises:
            Forbidden: without the right to see them.
        """
        actor.check(Module.VOICEMAIL, "view")
        return self._owners.mailboxes()

    async def messages(self, mailbox: str) -> list[Held]:
        """What lies in a mailbox, urgent messages first, then the oldest.

        Raises:
            NotFound: nobody has it.
            Unavailable: the PBX is away.
        """
        if self._owners.owner_of(mailbox) is None:
            raise NotFound
        reply = await self._pbx.request(ListVoiceMessages(mailbox), WITHIN_S)
        if not isinstance(reply, VoiceMessages):
            raise TypeError(f"unexpected reply {type(reply).__name__}")
        return [Held(*each) for each in zip(reply.messages, reply.sounds, strict=True)]

    async def sound(self, mailbox: str, message_id: str) -> Path:
        """The file of a message.

        Raises:
            MessageGone: it is not there any more.
        """
        for each in await self.messages(mailbox):
            path = Path(each.sound)
            ours = each.message.id == message_id and path.is_relative_to(self._folder)
            if ours and await asyncio.to_thread(path.is_file):
                return path
        raise MessageGone

    async def move(self, mailbox: str, message_id: str, folder: Folder) -> Held:
        """Put a message into a folder.

        Raises:
            MessageGone: it is not there any more.
        """
        await self._change(MoveVoiceMessages(mailbox, (message_id,), folder))
        for each in await self.messages(mailbox):
            if each.message.id == message_id:
                return each
        raise MessageGone

    async def delete(self, mailbox: str, message_id: str) -> None:
        """Delete a message; phones' lamps follow at once.

        Raises:
            MessageGone: it is not there any more.
        """
        await self._change(DeleteVoiceMessages(mailbox, (message_id,)))

    async def delete_as(self, actor: Actor, mailbox: str, message_id: str) -> None:
        """Delete a message of somebody else's.

        Raises:
            Forbidden: without the right to.
            MessageGone: it is not there any more.
        """
        actor.check(Module.VOICEMAIL)
        await self.delete(mailbox, message_id)

        async def work(connection: AsyncConnection) -> None:
            subject = f"extension:{mailbox}"
            await note(connection, actor, "voicemail.delete", subject, {"message": message_id})

        await self._database.write(work)

    async def _change(self, command: MoveVoiceMessages | DeleteVoiceMessages) -> None:
        if self._owners.owner_of(command.mailbox) is None:
            raise NotFound
        reply = await self._pbx.request(command, WITHIN_S)
        if not isinstance(reply, VoiceMessagesChanged):
            raise TypeError(f"unexpected reply {type(reply).__name__}")
        if not reply.count:
            raise MessageGone
