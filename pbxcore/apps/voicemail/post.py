"""What the scripts of voicemail know: whose mailbox it is, who may open it, what it says."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING, Final
from zoneinfo import ZoneInfo

from pbxcore.apps.sounds import Clock, Counted, Day, Digits, Prompt
from pbxcore.media.commands import File

if TYPE_CHECKING:
    from collections.abc import Callable

    from pbxcore.apps.sounds import Sound
    from pbxcore.directory import Directory
    from pbxcore.voicemail.mailboxes import Mailboxes
    from pbxcore.voicemail.message import Message
    from pbxcore.voicemail.rules import VoicemailRules

MOST_FAILURES: Final = 10
LOCKED_MS: Final = 15 * 60_000
"""Whoever guesses PINs by phone has to wait that long after so many failures."""


class Post:
    """The mailboxes of the directory.

    Args:
        directory: whose they are; asked anew each time.
        mailboxes: what lies in them.
        now_ms: milliseconds UTC.
        change_pin: keeps another PIN for a mailbox; whether it could be done.
    """

    def __init__(
        self,
        directory: Directory,
        mailboxes: Mailboxes,
        *,
        now_ms: Callable[[], int],
        change_pin: Callable[[str, str], bool] = lambda mailbox, pin: False,
    ) -> None:
        self._directory = directory
        self.boxes = mailboxes
        self.now_ms = now_ms
        self.change_pin = change_pin
        self._failures: dict[str, list[int]] = {}

    @property
    def rules(self) -> VoicemailRules:
        """What holds for every mailbox now."""
        return self._directory.plan.voicemail

    def addressees(self, number: str) -> tuple[str, ...]:
        """The mailboxes that get a message for an extension or a group; none: there are none."""
        group = self._directory.plan.voicemail_groups.get(number)
        if group is None:
            return (number,) if self.has_box(number) else ()
        return (number, *(each for each in group.members if self.has_box(each)))

    def is_mailbox(self, number: str) -> bool:
        """Whether an extension or a group has a mailbox of that number."""
        return number in self._directory.plan.voicemail_groups or self.has_box(number)

    def has_box(self, number: str) -> bool:
        """Whether that is an extension with a mailbox."""
        extension = self._directory.extension(number)
        return extension is not None and extension.box.enabled

    def pin_of(self, number: str) -> str:
        """What opens a mailbox, "" where only its own phones do."""
        group = self._directory.plan.voicemail_groups.get(number)
        if group is not None:
            return group.pin
        extension = self._directory.extension(number)
        return "" if extension is None else extension.box.pin

    def asks_own(self, number: str) -> bool:
        """Whether phones of an extension need the PIN of its own mailbox."""
        extension = self._directory.extension(number)
        return extension is None or (extension.box.asks_own and bool(extension.box.pin))

    def level_of(self, number: str) -> str:
        """How far away the owner of a mailbox may call."""
        extension = self._directory.extension(number)
        return "" if extension is None else extension.permission

    def opens(self, number: str, pin: str) -> bool:
        """Whether a PIN opens a mailbox; too many that did not have it shut for a while."""
        since = self.now_ms() - LOCKED_MS
        failed = [each for each in self._failures.pop(number, []) if each > since]
        right = self.is_mailbox(number) and pin != "" and pin == self.pin_of(number)
        if right and len(failed) < MOST_FAILURES:
            return True
        self._failures[number] = [*failed[-MOST_FAILURES:], *([] if right else [self.now_ms()])]
        return False

    def greeting(self, number: str, *, busy: bool) -> tuple[Sound, ...]:
        """What callers hear: a greeting that was spoken, else words with the name or number."""
        group = self._directory.plan.voicemail_groups.get(number)
        if group is not None and group.greeting:
            return (File(group.greeting),)
        spoken = self.boxes.greeting(number, "temporary") or self.boxes.greeting(
            number, "busy" if busy else "unavailable"
        )
        if spoken:
            return (File(spoken),)
        name = self.boxes.greeting(number, "name")
        who: tuple[Sound, ...] = (Prompt("vm-person-at"), Digits(number))
        return (
            *((File(name),) if name else who),
            Prompt("vm-is-busy" if busy else "vm-is-unavailable"),
            Prompt("vm-leave"),
        )

    def waiting(self, number: str) -> tuple[Sound, ...]:
        """How many messages there are."""
        now = self.boxes.counts(number)
        if not now.new and not now.old:
            return (Prompt("vm-no-messages"),)
        said: list[Sound] = [Prompt("vm-you-have")]
        if now.new:
            said.append(Counted(now.new, "new-message"))
        if now.new and now.old:
            said.append(Prompt("and"))
        if now.old:
            said.append(Counted(now.old, "saved-message"))
        return tuple(said)

    def envelope(self, message: Message) -> tuple[Sound, ...]:
        """When a message came, from whom, and how long it is, as far as that is told."""
        rules = self.rules
        said: list[Sound] = []
        if rules.says_envelope:
            zone = ZoneInfo(self._directory.plan.hours.zone)
            moment = datetime.fromtimestamp(message.received_at_ms / 1000, zone)
            said += [Prompt("vm-received"), Day(moment.date()), Clock(moment.time())]
        if rules.says_envelope or rules.says_caller:
            who = Digits(message.caller) if message.caller else Prompt("vm-unknown-caller")
            said += [Prompt("vm-from"), who]
        if rules.says_length:
            said.append(Counted(max(round(message.seconds / 60), 1), "minute"))
        return tuple(said)
