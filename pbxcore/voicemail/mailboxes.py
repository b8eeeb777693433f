"""All mailboxes in memory: who has which messages, and who is told of changes."""

from __future__ import annotations

from collections import defaultdict
from typing import TYPE_CHECKING

import msgspec

from pbxcore.directory import Mailbox
from pbxcore.voicemail.message import Arrival, Message

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence

    from pbxcore.voicemail.keeping import Keeper
    from pbxcore.voicemail.message import Folder


class Mailboxes:
    """What lies in every mailbox; each change is kept before it counts.

    Args:
        keeper: has the files.
        now_ms: milliseconds UTC.
        token: a name nobody else has.

    Attributes:
        on_change: told a mailbox whose counts are others now.
        on_message: told each message that was left.
    """

    def __init__(
        self, keeper: Keeper, *, now_ms: Callable[[], int], token: Callable[[], str]
    ) -> None:
        self._keeper = keeper
        self._now_ms, self._token = now_ms, token
        self._held: defaultdict[str, dict[str, Message]] = defaultdict(dict)
        self.on_change: list[Callable[[str], None]] = []
        self.on_message: list[Callable[[Message], None]] = []
        self.sound = keeper.sound
        self.greeting = keeper.greeting
        self.draft = keeper.draft
        self.greet = keeper.greet

    def start(self) -> None:
        """Go on where the last process ended."""
        for each in self._keeper.load():
            self._held[each.mailbox][each.id] = each

    def counts(self, mailbox: str) -> Mailbox:
        """How many messages wait (RFC 3842 §5.2): whatever is not new was heard."""
        held = self._held.get(mailbox)
        if not held:
            return Mailbox()
        new = [each.urgent for each in held.values() if each.folder == "new"]
        old = [each.urgent for each in held.values() if each.folder != "new"]
        return Mailbox(len(new), len(old), sum(new), sum(old))

    def numbers(self) -> set[str]:
        """The mailboxes in which something lies."""
        return {number for number, held in self._held.items() if held}

    def messages(self, mailbox: str, folder: Folder | None = None) -> list[Message]:
        """What lies in a mailbox, or in one folder of it, urgent ones first, then the oldest."""
        held = self._held.get(mailbox, {}).values()
        found = [each for each in held if folder in (None, each.folder)]
        return sorted(found, key=lambda each: (not each.urgent, each.id))

    def room(self, mailboxes: Iterable[str], most: int) -> list[str]:
        """Those of the mailboxes whose folder of new messages is not full."""
        return [each for each in mailboxes if len(self.messages(each, "new")) < most]

    def receive(self, mailboxes: Sequence[str], caller: str, name: str, call: str = "") -> Arrival:
        """Somebody begins to speak, in a call.

        Raises:
            OSError: there is no room on the disk.
        """
        now = self._now_ms()
        id_ = f"{now:013d}-{self._token()}"
        arrival = Arrival(id_, tuple(mailboxes), caller, name, now, call=call)
        return msgspec.structs.replace(arrival, path=self._keeper.receive(arrival))

    def keep(self, arrival: Arrival, seconds: float, *, urgent: bool = False) -> list[Message]:
        """What was spoken becomes a message in each of the mailboxes.

        Raises:
            OSError: the disk does not take it.
        """
        messages = [
            Message(
                arrival.id,
                each,
                "new",
                arrival.caller,
                arrival.name,
                arrival.received_at_ms,
                seconds,
                urgent,
                arrival.call,
            )
            for each in arrival.mailboxes
        ]
        self._keeper.keep(arrival, messages)
        self._arrived(messages)
        return messages

    def forget(self, arrival: Arrival) -> None:
        """What was spoken is not wanted."""
        self._keeper.forget(arrival)

    def copy(self, message: Message, mailboxes: Iterable[str]) -> list[Message]:
        """Send a message on to other mailboxes, where it is new.

        Raises:
            OSError: the disk does not take it.
        """
        id_ = f"{self._now_ms():013d}-{self._token()}"
        copies = [
            msgspec.structs.replace(message, id=id_, mailbox=each, folder="new", call="")
            for each in mailboxes
        ]
        self._keeper.copy(message, copies)
        self._arrived(copies)
        return copies

    def move(self, mailbox: str, ids: Iterable[str], folder: Folder) -> int:
        """Put messages into a folder; how many there were of them."""
        found = self._found(mailbox, ids)
        for each in found:
            moved = msgspec.structs.replace(each, folder=folder)
            if moved != each:
                self._keeper.move(each, moved)
                self._held[mailbox][each.id] = moved
        self._changed(mailbox, len(found))
        return len(found)

    def hand_over(self, mailbox: str, to: str) -> int:
        """Put all that lies in a mailbox into another, as it is; how many there were.

        Raises:
            OSError: the disk does not take it.
        """
        found = list(self._held.get(mailbox, {}).values()) if to != mailbox else []
        for each in found:
            moved = msgspec.structs.replace(each, mailbox=to)
            self._keeper.copy(each, [moved])
            self._held[to][each.id] = moved
            self._keeper.remove(each)
            del self._held[mailbox][each.id]
        for number in mailbox, to:
            self._changed(number, len(found))
        return len(found)

    def remove(self, mailbox: str, ids: Iterable[str]) -> int:
        """Delete messages; how many there were of them."""
        found = self._found(mailbox, ids)
        for each in found:
            self._keeper.remove(each)
            del self._held[mailbox][each.id]
        self._changed(mailbox, len(found))
        return len(found)

    def retain(self, mailboxes: set[str]) -> None:
        """These are all the mailboxes there are: nobody is to hear what others were told."""
        for gone in set(self._held) - mailboxes:
            self._keeper.drop(gone)
            self._changed(gone, len(self._held.pop(gone)))

    def _found(self, mailbox: str, ids: Iterable[str]) -> list[Message]:
        held = self._held.get(mailbox, {})
        return [held[each] for each in dict.fromkeys(ids) if each in held]

    def _arrived(self, messages: Iterable[Message]) -> None:
        for each in messages:
            self._held[each.mailbox][each.id] = each
            for tell in self.on_message:
                tell(each)
            self._changed(each.mailbox, 1)

    def _changed(self, mailbox: str, count: int) -> None:
        for tell in self.on_change if count else ():
            tell(mailbox)
