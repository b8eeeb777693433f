"""Group chats: made, joined, renamed, handed over, left and dissolved; each step is an event."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from engage.chat.group_repository import GroupRepository
from engage.chat.group_rules import (
    KIND,
    Group,
    GroupOver,
    History,
    NoNewGroups,
    Role,
    check_members,
    clean_name,
    clean_notice,
)
from engage.chat.model import OnlyUsers, check_granted, check_post
from engage.errors import N_, Invalid, NotFound
from engage.hub.model import Author, Member, clean_client_id
from engage.identifiers import now_ms
from engage.people.model import Grant

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Sequence

    from engage.chat.model import ChatSettings, Colleagues
    from engage.hub.model import Appended, Conversation, Post
    from engage.hub.service import Hub, HubTransaction
    from engage.identifiers import Clock
    from engage.people.model import Principal
    from engage.storage.database import Database

GONE = "conversation_gone"
"""Told to somebody who no longer follows a conversation; not stored."""


class GroupChats:
    """Chats of several colleagues. The conversation's owner is the group's."""

    def __init__(
        self,
        database: Database,
        hub: Hub,
        colleagues: Colleagues,
        settings: Callable[[], ChatSettings],
        clock: Clock = now_ms,
    ) -> None:
        self._database, self._hub, self._colleagues = database, hub, colleagues
        self._settings, self._clock = settings, clock
        hub.policy(KIND, self)

    async def post(self, author: Author, conversation: Conversation, post: Post) -> Appended:
        """Store what a member said.

        Raises:
            NotGranted: without the privilege to chat, or to send files.
        """
        check_post(self._colleagues, author, post)
        return await self._hub.append(
            conversation.id,
            author,
            post.kind,
            post.body,
            client_id=post.client_id,
            epoch=post.epoch,
            also=post.also,
        )

    async def create(
        self,
        principal: Principal,
        *,
        name: str,
        members: Sequence[str],
        notice: str = "",
        history: History = "joining",
        client_id: str | None = None,
    ) -> tuple[str, bool]:
        """Make a group that one owns; returns its identifier, and whether it is new.

        Raises:
            OnlyUsers: not a user of an extension.
            NotGranted: without the privilege to make groups.
            NoNewGroups: they are switched off.
            Invalid: the name, the notice or a member cannot be taken.
        """
        author = _author(principal)
        check_granted(self._colleagues, principal.id, Grant.CHAT, Grant.GROUP_CHAT)
        if not self._settings().allow_group_chats:
            raise NoNewGroups
        title, notice = clean_name(name), clean_notice(notice)
        others = check_members([principal.id], members, self._numbers())
        key = None
        if client_id is not None:
            key = f"group|{principal.id}|{clean_client_id(client_id)}"
        numbers = [principal.id, *others]

        async def work(transaction: HubTransaction) -> tuple[str, bool]:
            made = await transaction.create(
                kind=KIND, key=key, title=title, participants=[self._member(n) for n in numbers]
            )
            if made.last_seq:  # the same request once more
                return made.id, False
            await transaction.change(made.id, owner=principal.who, owner_name=principal.name)
            rows = GroupRepository(transaction.connection)
            await rows.make(made.id, notice, history)
            await rows.add(made.id, numbers, self._clock())
            added = self._named(others)
            await _say(transaction, made.id, author, "group_created", title=title, members=added)
            return made.id, True

        return await self._hub.transact(work)

    async def get(self, principal: Principal, group_id: str) -> Group:
        """A group that one is in.

        Raises:
            NotParticipant: it is not one's own, or there is none.
        """
        await self._hub.require_participant(principal.who, group_id)
        async with self._database.read() as connection:
            return await GroupRepository(connection).get(group_id)

    async def change(
        self,
        principal: Principal,
        group_id: str,
        *,
        name: str | None = None,
        notice: str | None = None,
        history: History | None = None,
        owner: str | None = None,
    ) -> None:
        """Rename it, change its notice or what new members see, or hand it over.

        Raises:
            NotParticipant: it is not one's own, or there is none.
            NotGroupAdmin, NotGroupOwner: name and notice are the administrators' to change, the
                rest is the owner's.
            Invalid: the name or the notice cannot be taken, or the new owner is no member.
            GroupOver: it was dissolved.
        """
        author = _author(principal)
        title = None if name is None else clean_name(name)
        notice = None if notice is None else clean_notice(notice)

        async def work(transaction: HubTransaction, group: Group) -> None:
            group.check_admin(principal.id)
            if history is not None or owner is not None:
                group.check_owner(principal.id)
            rows = GroupRepository(transaction.connection)
            if title is not None and title != group.name:
                await transaction.change(group_id, title=title)
                await _say(transaction, group_id, author, "renamed", title=title)
            if notice is not None and notice != group.notice:
                await rows.change(group_id, {"notice": notice})
                await _say(transaction, group_id, author, "notice_changed", notice=notice)
            if history is not None:
                await rows.change(group_id, {"history": history})
            if owner is not None and owner != group.owner:
                if group.member(owner) is None:
                    raise Invalid({"owner": N_("This person is not in the group.")})
                await self._hand_over(transaction, group, author, owner)

        await self._within(principal, group_id, work)

    async def add(self, principal: Principal, group_id: str, numbers: Sequence[str]) -> None:
        """Let colleagues in; who is in it already stays as they are.

        Raises:
            NotParticipant, NotGroupAdmin, GroupOver: as `change`.
            Invalid: no such colleague, or too many.
        """
        author = _author(principal)

        async def work(transaction: HubTransaction, group: Group) -> None:
            group.check_admin(principal.id)
            present = [each.number for each in group.members]
            fresh = check_members(present, numbers, self._numbers())
            if not fresh:
                return
            head = (await transaction.get(group_id)).last_seq
            start = 0 if group.history == "all" else head
            await transaction.seat(group_id, [self._member(each, start) for each in fresh])
            await GroupRepository(transaction.connection).add(group_id, fresh, self._clock())
            added = self._named(fresh)
            await _say(transaction, group_id, author, "members_added", members=added)

        await self._within(principal, group_id, work)

    async def remove(self, principal: Principal, group_id: str, number: str) -> None:
        """Remove somebody, or leave: a group whose owner leaves passes to its oldest administrator.

        Raises:
            NotParticipant, NotGroupAdmin, NotGroupOwner, GroupOver: as `change`.
            NotFound: this person is not in it.
        """
        author = _author(principal)

        async def work(transaction: HubTransaction, group: Group) -> None:
            if group.member(number) is None:
                raise NotFound
            leaves = number == principal.id
            if not leaves:
                group.check_removal(principal.id, number)
            if number == group.owner:
                heir = group.heir()
                if heir is None:
                    await transaction.change(group_id, state="ended")
                else:
                    await self._hand_over(transaction, group, author, heir)
            code = "member_left" if leaves else "member_removed"
            [gone] = self._named([number])
            await _say(transaction, group_id, author, code, member=gone)
            await transaction.leave(group_id, f"user:{number}")
            await GroupRepository(transaction.connection).remove(group_id, number)
            transaction.tell([f"user:{number}"], GONE, {"conversation": group_id, "reason": code})

        await self._within(principal, group_id, work)

    async def appoint(self, principal: Principal, group_id: str, number: str, role: Role) -> None:
        """Make somebody an administrator, an ordinary member, or the owner in one's own place.

        Raises:
            NotParticipant, NotGroupOwner, GroupOver: as `change`.
            NotFound: this person is not in it.
            Invalid: the owner's role can only be handed over.
        """
        if role == "owner":
            await self.change(principal, group_id, owner=number)
            return
        author = _author(principal)

        async def work(transaction: HubTransaction, group: Group) -> None:
            group.check_owner(principal.id)
            before = group.role(number)
            if before is None:
                raise NotFound
            if before == "owner":
                raise Invalid({"role": N_("Choose another owner first.")})
            if before == role:
                return
            since = self._clock() if role == "admin" else None
            await GroupRepository(transaction.connection).appoint(group_id, number, since)
            [member] = self._named([number])
            code = "admin_added" if role == "admin" else "admin_removed"
            await _say(transaction, group_id, author, code, member=member)

        await self._within(principal, group_id, work)

    async def dissolve(self, principal: Principal, group_id: str) -> None:
        """End a group for everybody; what was said stays to be read.

        Raises:
            NotParticipant, NotGroupOwner, GroupOver: as `change`.
        """
        author = _author(principal)

        async def work(transaction: HubTransaction, group: Group) -> None:
            group.check_owner(principal.id)
            await transaction.change(group_id, state="ended")
            await transaction.append(
                group_id, author, "state", {"state": "ended", "reason": "dissolved"}
            )

        await self._within(principal, group_id, work)

    async def _within(
        self,
        principal: Principal,
        group_id: str,
        work: Callable[[HubTransaction, Group], Awaitable[None]],
    ) -> None:
        """Run a change on the group as its transaction sees it."""
        await self._hub.require_participant(principal.who, group_id)

        async def run(transaction: HubTransaction) -> None:
            conversation = await transaction.get(group_id)
            group = await GroupRepository(transaction.connection).get(group_id)
            if group.member(principal.id) is None:
                raise NotFound
            if conversation.closed:
                raise GroupOver
            await work(transaction, group)

        await self._hub.transact(run)

    async def _hand_over(
        self, transaction: HubTransaction, group: Group, author: Author, number: str
    ) -> None:
        name = self._name(number)
        conversation_id = group.conversation_id
        await transaction.change(conversation_id, owner=f"user:{number}", owner_name=name)
        await GroupRepository(transaction.connection).appoint(conversation_id, number, None)
        owner = {"id": number, "name": name}
        await _say(transaction, conversation_id, author, "owner_changed", owner=owner)

    def _numbers(self) -> list[str]:
        return [each.number for each in self._colleagues.contacts()]

    def _name(self, number: str) -> str:
        return self._colleagues.name_of(number) or number

    def _named(self, numbers: Sequence[str]) -> list[dict[str, str]]:
        return [{"id": number, "name": self._name(number)} for number in numbers]

    def _member(self, number: str, from_seq: int = 0) -> Member:
        return Member(f"user:{number}", self._name(number), from_seq)


async def _say(
    transaction: HubTransaction, conversation_id: str, author: Author, code: str, **details: Any
) -> None:
    await transaction.append(conversation_id, author, "system", {"code": code, **details})


def _author(principal: Principal) -> Author:
    if principal.kind != "user":
        raise OnlyUsers
    return Author("user", principal.id, principal.name)
