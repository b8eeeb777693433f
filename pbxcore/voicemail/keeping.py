"""Where mailboxes are kept."""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from pbxcore.voicemail.message import Arrival, Greeting, Message


class Keeper(Protocol):
    """Keeps messages and greetings. Called inside the signalling loop: nothing may take long."""

    def load(self) -> Iterable[Message]:
        """Everything that was kept; messages whose arrival a crash cut short are among it."""
        ...

    def receive(self, arrival: Arrival) -> str:
        """A message will be spoken: the file for its sound."""
        ...

    def keep(self, arrival: Arrival, messages: Sequence[Message]) -> None:
        """Put what was spoken into the mailboxes.

        Raises:
            OSError: the disk does not take it.
        """
        ...

    def forget(self, arrival: Arrival) -> None:
        """What was spoken is not wanted."""
        ...

    def copy(self, message: Message, copies: Sequence[Message]) -> None:
        """Put a message into other mailboxes too.

        Raises:
            OSError: the disk does not take it.
        """
        ...

    def move(self, before: Message, after: Message) -> None:
        """A message lies in another folder now."""
        ...

    def remove(self, message: Message) -> None:
        """A message is gone."""
        ...

    def sound(self, message: Message) -> str:
        """The file of a message."""
        ...

    def greeting(self, mailbox: str, greeting: Greeting) -> str:
        """The file of a greeting, "" where there is none."""
        ...

    def draft(self, mailbox: str) -> str:
        """The file for a greeting that is being spoken."""
        ...

    def greet(self, mailbox: str, greeting: Greeting, draft: str) -> None:
        """Use what was spoken from now on; without a draft, the usual words."""
        ...

    def drop(self, mailbox: str) -> None:
        """A mailbox is gone with everything in it."""
        ...


class NoKeeper:
    """Has no room for anything: for who takes no messages."""

    def load(self) -> Iterable[Message]:
        """Nothing was kept."""
        return ()

    def receive(self, _: Arrival) -> str:
        """Nobody is to speak.

        Raises:
            OSError: there is no room.
        """
        raise OSError(_NO_ROOM)

    def keep(self, _: Arrival, __: Sequence[Message]) -> None:
        """There is nothing to keep."""

    def forget(self, _: Arrival) -> None:
        """There is nothing to forget."""

    def copy(self, _: Message, __: Sequence[Message]) -> None:
        """There is nothing to copy."""

    def move(self, _: Message, __: Message) -> None:
        """There is nothing to move."""

    def remove(self, _: Message) -> None:
        """There is nothing to remove."""

    def sound(self, _: Message) -> str:
        """There is none."""
        return ""

    def greeting(self, _: str, __: Greeting) -> str:
        """There is none."""
        return ""

    def draft(self, _: str) -> str:
        """Nobody is to speak.

        Raises:
            OSError: there is no room.
        """
        raise OSError(_NO_ROOM)

    def greet(self, _: str, __: Greeting, ___: str) -> None:
        """There is nothing to use."""

    def drop(self, _: str) -> None:
        """There is nothing to drop."""


_NO_ROOM = "no mailboxes are kept"
