"""Groups of colleagues: who may do what, and who comes after the owner. Pure."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

from engage.errors import N_, Conflict, Forbidden, Invalid
from engage.hub.model import clean_text

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

KIND = "group"
MEMBERS_LIMIT = 500
NAME_LIMIT = 64
NOTICE_LIMIT = 500
History = Literal["joining", "all"]
Role = Literal["owner", "admin", "member"]


class NotGroupAdmin(Forbidden):
    """Only the owner and the group's administrators may."""

    code = "not_group_admin"
    text = N_("Only the owner and the administrators of the group can do this.")


class NotGroupOwner(Forbidden):
    """Only the owner may."""

    code = "not_group_owner"
    text = N_("Only the owner of the group can do this.")


class NoNewGroups(Forbidden):
    """Groups are switched off."""

    code = "groups_off"
    text = N_("Group chats are switched off.")


class GroupOver(Conflict):
    """It was dissolved."""

    code = "group_over"
    text = N_("This group was dissolved.")


@dataclass(frozen=True, slots=True)
class GroupMember:
    """Someone in a group. Moments are milliseconds UTC."""

    number: str
    joined_at_ms: int
    admin_since_ms: int | None = None


@dataclass(frozen=True, slots=True)
class Group:
    """A group as it is stored; `owner` is a number."""

    conversation_id: str
    name: str
    notice: str
    history: History
    owner: str
    members: tuple[GroupMember, ...]

    def role(self, number: str) -> Role | None:
        """What somebody is in the group; None for who is not in it."""
        member = self.member(number)
        if member is None:
            return None
        if number == self.owner:
            return "owner"
        return "member" if member.admin_since_ms is None else "admin"

    def member(self, number: str) -> GroupMember | None:
        """The member with this number."""
        return next((each for each in self.members if each.number == number), None)

    def check_admin(self, number: str) -> None:
        """Refuse who neither owns nor administers it.

        Raises:
            NotGroupAdmin: an ordinary member.
        """
        if self.role(number) not in ("owner", "admin"):
            raise NotGroupAdmin

    def check_owner(self, number: str) -> None:
        """Refuse everybody but the owner.

        Raises:
            NotGroupOwner: somebody else.
        """
        if self.role(number) != "owner":
            raise NotGroupOwner

    def check_removal(self, by: str, number: str) -> None:
        """Refuse a removal: administrators remove members, only the owner removes administrators.

        Raises:
            NotGroupAdmin, NotGroupOwner: not theirs to do.
        """
        self.check_admin(by)
        if self.role(number) in ("owner", "admin"):
            self.check_owner(by)

    def heir(self) -> str | None:
        """Who owns the group when its owner leaves: the longest administrator, else member."""
        others = [each for each in self.members if each.number != self.owner]
        admins = [each for each in others if each.admin_since_ms is not None]
        if admins:
            return min(admins, key=lambda each: (each.admin_since_ms or 0, each.number)).number
        if others:
            return min(others, key=lambda each: (each.joined_at_ms, each.number)).number
        return None


def clean_name(name: str) -> str:
    """A group's name as it is stored: one line.

    Raises:
        Invalid: empty or too long.
    """
    short = " ".join(name.split())
    if not short or len(short) > NAME_LIMIT:
        raise Invalid({"name": N_("Use 1 to 64 characters.")})
    return clean_text(short, NAME_LIMIT)


def clean_notice(notice: str) -> str:
    """A group's notice as it is stored; it may be empty.

    Raises:
        Invalid: too long.
    """
    if len(notice) > NOTICE_LIMIT:
        raise Invalid({"notice": N_("Use at most 500 characters.")})
    return clean_text(notice, NOTICE_LIMIT) if notice.strip() else ""


def check_members(
    present: Iterable[str], numbers: Sequence[str], known: Iterable[str]
) -> list[str]:
    """Who is to be added, each once.

    Args:
        present: who is in the group already.
        numbers: who was named.
        known: every number with an extension.

    Raises:
        Invalid: nobody such, or too many for a group.
    """
    here, everybody = set(present), set(known)
    if any(number not in everybody for number in numbers):
        raise Invalid({"members": N_("There is no such extension.")})
    fresh = [number for number in dict.fromkeys(numbers) if number not in here]
    if len(here) + len(fresh) > MEMBERS_LIMIT:
        raise Invalid({"members": N_("A group has at most 500 members.")})
    return fresh
