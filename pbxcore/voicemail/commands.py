"""What mailboxes are asked and told from outside: values that cross a process."""

from __future__ import annotations

import msgspec

from pbxcore.directory import Mailbox
from pbxcore.voicemail.message import Folder, Message


class ListMailboxes(msgspec.Struct, frozen=True, tag=True):
    """Ask what waits in all mailboxes. Reply: `MailboxesHeld`."""


class MailboxesHeld(msgspec.Struct, frozen=True, tag=True):
    """The mailboxes in which something lies."""

    waiting: dict[str, Mailbox]


class ListVoiceMessages(msgspec.Struct, frozen=True, tag=True):
    """Ask what lies in one mailbox. Reply: `VoiceMessages`."""

    mailbox: str


class VoiceMessages(msgspec.Struct, frozen=True, tag=True):
    """The messages of a mailbox, urgent ones first, then the oldest; where their sounds are."""

    messages: tuple[Message, ...]
    sounds: tuple[str, ...]


class MoveVoiceMessages(msgspec.Struct, frozen=True, tag=True):
    """Put messages of a mailbox into a folder. Reply: `VoiceMessagesChanged`."""

    mailbox: str
    ids: tuple[str, ...]
    folder: Folder


class DeleteVoiceMessages(msgspec.Struct, frozen=True, tag=True):
    """Delete messages of a mailbox. Reply: `VoiceMessagesChanged`."""

    mailbox: str
    ids: tuple[str, ...]


class HandOverVoiceMessages(msgspec.Struct, frozen=True, tag=True):
    """Put all that lies in a mailbox into another, as it is. Reply: `VoiceMessagesChanged`."""

    mailbox: str
    to: str


class VoiceMessagesChanged(msgspec.Struct, frozen=True, tag=True):
    """How many of the messages were there."""

    count: int


VoicemailCommand = (
    ListMailboxes
    | ListVoiceMessages
    | MoveVoiceMessages
    | DeleteVoiceMessages
    | HandOverVoiceMessages
)
