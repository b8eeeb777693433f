"""Chats of two colleagues: who they are, and when a text goes to a phone. Pure."""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol

from engage.errors import N_, Forbidden

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from sqlalchemy.ext.asyncio import AsyncConnection

    from engage.people.model import Contact
    from engage.telephony.events import Device, Outgoing

KIND = "direct"
PHONE_LIFE_MS = 24 * 3600 * 1000  # a text waits that long for a phone; Wave has it at once
TEXT_TYPES = ("text/plain",)


class OnlyUsers(Forbidden):
    """Chats belong to extensions' users."""

    code = "only_users"
    text = N_("Only users of an extension have chats.")


class Colleagues(Protocol):
    """Who has an extension."""

    def contacts(self) -> list[Contact]:
        """Everyone with an extension."""
        ...

    def name_of(self, number: str) -> str | None:
        """The name behind a number; None when there is no such extension."""
        ...


class PhoneTexts(Protocol):
    """Texts to phones, as telephony sends them."""

    async def enqueue(self, connection: AsyncConnection, rows: Sequence[Outgoing]) -> None:
        """Put rows in, inside the caller's transaction."""
        ...

    async def devices(self, connection: AsyncConnection, numbers: Iterable[str]) -> list[Device]:
        """The registered phones of these extensions."""
        ...

    def wake(self) -> None:
        """Look for due rows now; after the commit."""
        ...


class Reachability(Protocol):
    """Who can be reached, and how."""

    def state(self, number: str) -> str:
        """`available`, `away` or `offline`."""
        ...

    def phones(self, number: str) -> int:
        """How many phones are registered."""
        ...


def key_of(one: str, other: str) -> str:
    """What names the one conversation of two extensions."""
    return "|".join(sorted((one, other)))


def other_in(key: str, number: str) -> str:
    """The other one of the two."""
    one, _, other = key.partition("|")
    return other if one == number else one


def goes_to_phones(*, last_own_from_phone: bool, in_wave: bool, phones: int) -> bool:
    """Whether a text written in Wave is also sent to the recipient's phones.

    It is when they last wrote from a phone, or when Wave is not open and a phone is there.
    """
    return last_own_from_phone or (not in_wave and phones > 0)
