"""Mailboxes within the PBX: commands about them, and who hears of what changes."""

from __future__ import annotations

from typing import TYPE_CHECKING, assert_never

from pbxcore.apps.voicemail.post import Post
from pbxcore.commands import PinChosen
from pbxcore.journal import MailboxChanged, VoiceMessageLeft
from pbxcore.voicemail.commands import (
    DeleteVoiceMessages,
    HandOverVoiceMessages,
    ListMailboxes,
    ListVoiceMessages,
    MailboxesHeld,
    MoveVoiceMessages,
    VoiceMessages,
    VoiceMessagesChanged,
)
from pbxcore.voicemail.mailboxes import Mailboxes

if TYPE_CHECKING:
    from collections.abc import Callable

    from pbxcore.directory import Directory
    from pbxcore.journal import Fact
    from pbxcore.voicemail.commands import VoicemailCommand
    from pbxcore.voicemail.keeping import Keeper
    from pbxcore.voicemail.message import Message


class VoicemailService:
    """The mailboxes of the directory's extensions and groups.

    Args:
        directory: whose mailboxes there are.
        keeper: has their files.
        record: takes each fact.
        now_ms: milliseconds UTC.
        entropy: that many unguessable bytes.
        tell: tells web; whether it is there to hear.

    Attributes:
        mailboxes: what lies in them.
        post: the same for callers and owners who call.
        changed: told a number in whose mailbox something else waits.
    """

    def __init__(
        self,
        directory: Directory,
        keeper: Keeper,
        *,
        record: Callable[[Fact], None],
        now_ms: Callable[[], int],
        entropy: Callable[[int], bytes],
        tell: Callable[[PinChosen], bool],
    ) -> None:
        self._directory = directory
        self._record = record
        self.mailboxes = Mailboxes(keeper, now_ms=now_ms, token=lambda: entropy(4).hex())
        self.post = Post(
            directory,
            self.mailboxes,
            now_ms=now_ms,
            change_pin=lambda mailbox, pin: tell(PinChosen(mailbox, pin)),
        )
        self.mailboxes.on_message.append(self._left)
        self.mailboxes.on_change.append(self._changed)
        self.changed: Callable[[str], None] = lambda number: None

    def start(self) -> None:
        """Read what was kept."""
        self.mailboxes.start()
        self.follow()

    def follow(self) -> None:
        """The directory is another now: who gets the number of somebody gone hears nothing."""
        if self._directory.version < 0:
            return
        extensions = self._directory.snapshot().extensions
        groups = self._directory.plan.voicemail_groups
        self.mailboxes.retain({each.number for each in extensions} | groups.keys())

    def handle(
        self, command: VoicemailCommand
    ) -> MailboxesHeld | VoiceMessages | VoiceMessagesChanged:
        """Carry out one command."""
        boxes = self.mailboxes
        match command:
            case ListMailboxes():
                return MailboxesHeld({each: boxes.counts(each) for each in boxes.numbers()})
            case ListVoiceMessages(mailbox):
                messages = tuple(boxes.messages(mailbox))
                return VoiceMessages(messages, tuple(map(boxes.sound, messages)))
            case MoveVoiceMessages(mailbox, ids, folder):
                return VoiceMessagesChanged(boxes.move(mailbox, ids, folder))
            case DeleteVoiceMessages(mailbox, ids):
                return VoiceMessagesChanged(boxes.remove(mailbox, ids))
            case HandOverVoiceMessages(mailbox, to):
                return VoiceMessagesChanged(boxes.hand_over(mailbox, to))
            case _:
                assert_never(command)

    def _left(self, message: Message) -> None:
        self._record(
            VoiceMessageLeft(
                message.mailbox,
                message.id,
                message.caller,
                message.name,
                message.seconds,
                message.urgent,
                self.mailboxes.sound(message),
                message.call,
            )
        )

    def _changed(self, number: str) -> None:
        now = self.mailboxes.counts(number)
        self._record(MailboxChanged(number, now.new, now.old, now.urgent_new))
        self.changed(number)
