"""Chats that are removed for good: by their age, by an administrator, because a person wants it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from engage.livechat.counting import CountingRepository
from engage.livechat.repository import LiveChatRepository

if TYPE_CHECKING:
    from collections.abc import Sequence

    from engage.hub.service import HubTransaction
    from engage.livechat.model import Inquiry

REASON = "erased"
"""Why a conversation is gone, as its followers are told."""


async def erase(transaction: HubTransaction, found: Sequence[Inquiry]) -> tuple[str, ...]:
    """Remove chats, and visitors of whom none is left; what they counted for is kept.

    Returns:
        the conversations, for `ConversationsErased` once it is stored.
    """
    erased = tuple(each.conversation_id for each in found)
    if erased:
        await CountingRepository(transaction.connection).keep(erased)
        await transaction.erase(erased, REASON)
        rows = LiveChatRepository(transaction.connection)
        await rows.drop_visitors([each.visitor_id for each in found])
    return erased
