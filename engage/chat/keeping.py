"""How people keep their chats: pinned, muted, deleted from their own list."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

from engage.chat.model import NotGranted, OnlyUsers
from engage.errors import Forbidden
from engage.identifiers import now_ms
from engage.people.model import Grant

if TYPE_CHECKING:
    from engage.hub.service import Hub, HubTransaction
    from engage.identifiers import Clock
    from engage.people.model import Principal

KEEPABLE = ("direct", "group", "broadcast")


class ChatKeeping:
    """One's own view of a conversation; the others never notice."""

    def __init__(self, hub: Hub, clock: Clock = now_ms) -> None:
        self._hub, self._clock = hub, clock

    async def keep(
        self,
        principal: Principal,
        conversation_id: str,
        *,
        pinned: bool | None = None,
        muted: bool | None = None,
    ) -> None:
        """Pin or mute a conversation; one's other windows follow at once.

        Raises:
            NotParticipant: not a conversation of theirs.
        """
        await self._check(principal, conversation_id)
        told: dict[str, bool] = {}
        marks: dict[str, int | None] = {}
        for name, wanted in (("pinned", pinned), ("muted", muted)):
            if wanted is not None:
                told[name] = wanted
                marks[f"{name}_at_ms"] = self._clock() if wanted else None

        async def work(transaction: HubTransaction) -> None:
            await transaction.mark(conversation_id, principal.who, **marks)
            transaction.tell([principal.who], "kept", {"conversation": conversation_id, **told})

        if marks:
            await self._hub.transact(work)

    async def delete(self, principal: Principal, conversation_id: str) -> None:
        """Empty a chat and take it off one's own list; the others keep theirs.

        With the next message it comes back, without what was said before.

        Raises:
            NotGranted: without the privilege to delete chats.
            Forbidden: a chat with a visitor.
            NotParticipant: not a conversation of theirs.
        """
        await self._check(principal, conversation_id)
        if Grant.DELETE_CHAT not in principal.grants:
            raise NotGranted
        if (await self._hub.conversation(conversation_id)).kind not in KEEPABLE:
            raise Forbidden

        await self._hub.transact(partial(self._empty, principal.who, conversation_id))

    async def clear(self, who: str) -> int:
        """Empty all chats of one user for himself, as an administrator wants it; how many."""
        mine = await self._hub.conversations_of(who, KEEPABLE)
        for each in mine:
            await self._hub.transact(partial(self._empty, who, each))
        return len(mine)

    async def _empty(self, who: str, conversation_id: str, transaction: HubTransaction) -> None:
        seq = await transaction.clear(conversation_id, who)
        gone = {"conversation": conversation_id, "reason": "deleted", "seq": seq}
        transaction.tell([who], "conversation_gone", gone)

    async def _check(self, principal: Principal, conversation_id: str) -> None:
        if principal.kind != "user":
            raise OnlyUsers
        await self._hub.require_participant(principal.who, conversation_id)
