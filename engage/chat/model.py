"""Chats of colleagues: who they are, when a text goes to a phone, what can be taken back. Pure."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Protocol

from engage.durations import MINUTE_MS
from engage.errors import N_, Conflict, Forbidden, NotFound
from engage.people.model import Grant

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Sequence

    from sqlalchemy.ext.asyncio import AsyncConnection

    from engage.hub.model import Author, Event, Post
    from engage.people.model import Contact
    from engage.telephony.events import Device, Outgoing

KIND = "direct"
KINDS_WITH_CORRECTIONS = (KIND, "group")
PHONE_LIFE_MS = 24 * 3600 * 1000  # a text waits that long for a phone; Wave has it at once
TEXT_TYPES = ("text/plain",)


class OnlyUsers(Forbidden):
    """Chats belong to extensions' users."""

    code = "only_users"
    text = N_("Only users of an extension have chats.")


class NotGranted(Forbidden):
    """The user's Wave privilege does not allow it."""

    code = "not_granted"
    text = N_("Your Wave privilege does not allow this.")


class NotYours(Forbidden):
    """Somebody else wrote it."""

    code = "not_yours"
    text = N_("Only who wrote a message can change it.")


class NoCorrections(Forbidden):
    """Live chats and broadcasts keep what was said."""

    code = "no_corrections"
    text = N_("Messages of this conversation cannot be changed.")


class TooLate(Conflict):
    """The time for it is over; `minutes` says how long it was."""

    code = "too_late"
    text = N_("This message can no longer be changed.")


class MessageGone(Conflict):
    """It was deleted."""

    code = "message_deleted"
    text = N_("This message was deleted.")


class ChatSettings(Protocol):
    """What an administrator decides about chats; a part of the IM settings."""

    @property
    def allow_group_chats(self) -> bool:
        """Whether new groups can be made."""
        ...

    @property
    def edit_within_min(self) -> int:
        """How many minutes a message can be edited."""
        ...

    @property
    def delete_within_min(self) -> int:
        """How many minutes a message can be deleted for everybody."""
        ...

    @property
    def notify_inactive_users(self) -> bool:
        """Whether those who have long not been in Wave are told by e-mail."""
        ...

    @property
    def inactive_after_days(self) -> int:
        """After how many days without Wave somebody counts as inactive."""
        ...


class Colleagues(Protocol):
    """Who has an extension."""

    def contacts(self) -> list[Contact]:
        """Everyone with an extension."""
        ...

    def name_of(self, number: str) -> str | None:
        """The name behind a number; None when there is no such extension."""
        ...

    def grants_of(self, number: str) -> frozenset[str]:
        """What the person's Wave privilege allows."""
        ...


class PhoneTexts(Protocol):
    """Texts to phones, as telephony sends them."""

    async def enqueue(self, connection: AsyncConnection, rows: Sequence[Outgoing]) -> None:
        """Put rows in, inside the caller's transaction."""
        ...

    async def devices(self, connection: AsyncConnection, numbers: Iterable[str]) -> list[Device]:
        """The registered phones of these extensions."""
        ...

    async def reword(self, connection: AsyncConnection, topic_id: str, text: str) -> None:
        """Change a chat's text where no phone has it yet, inside the caller's transaction."""
        ...

    async def withdraw(self, connection: AsyncConnection, topic_id: str) -> None:
        """Cancel a chat's text where no phone has it yet, inside the caller's transaction."""
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


def topic_of(conversation_id: str, seq: int) -> str:
    """What names a message among the texts for phones."""
    return f"{conversation_id}:{seq}"


def check_correctable(
    message: Event, author: Author, now_ms: int, within_min: int, kinds: Collection[str]
) -> None:
    """Refuse a change that is not the author's to make, or no longer.

    Args:
        message: as it is stored now.
        author: who wants to change it.
        now_ms: milliseconds UTC.
        within_min: how long a message can be changed.
        kinds: the kinds of events that can.

    Raises:
        NotFound: it is nothing that somebody wrote.
        NotYours: somebody else wrote it.
        MessageGone: it was deleted before.
        TooLate: it is older than `within_min`.
    """
    if message.kind not in kinds:
        raise NotFound
    if message.author.who != author.who:
        raise NotYours
    if "deleted" in message.body:
        raise MessageGone
    if now_ms - message.at_ms > within_min * MINUTE_MS:
        raise TooLate(minutes=within_min)


def edited_body(
    before: dict[str, Any], change: dict[str, Any], edit_seq: int, at: str
) -> dict[str, Any]:
    """A message's body after an edit: `edited` is the sequence of the newest edit it holds."""
    kept = {name: value for name, value in before.items() if name != "mentions"}
    fresh = {name: value for name, value in change.items() if name != "of"}
    return {**kept, **fresh, "edited": edit_seq, "edited_at": at}


def deleted_body(deletion_seq: int) -> dict[str, Any]:
    """What remains of a message: that there was one."""
    return {"deleted": deletion_seq}


def check_granted(colleagues: Colleagues, number: str, *grants: str) -> None:
    """Refuse what somebody's Wave privilege does not allow.

    Raises:
        NotGranted: one of the grants is missing.
    """
    if not colleagues.grants_of(number).issuperset(grants):
        raise NotGranted


def check_post(colleagues: Colleagues, author: Author, post: Post) -> None:
    """Refuse a user's message, or file, that their Wave privilege does not allow.

    Raises:
        NotGranted: a grant is missing.
    """
    if author.kind == "user":
        sending = (Grant.FILE_TRANSFER,) if post.kind == "file" else ()
        check_granted(colleagues, author.id, Grant.CHAT, *sending)


def file_text(file: dict[str, Any], link: str) -> str:
    """What a phone is told of a file: no words, so that it needs no language."""
    return f"[{file['name']}, {max(1, round(file['size'] / 1024))} kB] {link}"
