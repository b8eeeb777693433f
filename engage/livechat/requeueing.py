"""A served chat goes back to the line, at the place that the visitor had."""

from __future__ import annotations

from typing import TYPE_CHECKING

from engage.hub.model import SYSTEM
from engage.livechat.model import ACTIVE, WAITING
from engage.livechat.repository import LiveChatRepository

if TYPE_CHECKING:
    from engage.hub.service import HubTransaction
    from engage.livechat.lobby import Lobby
    from engage.livechat.model import Inquiry


async def requeue(
    transaction: HubTransaction, lobby: Lobby, inquiry: Inquiry, reason: str, now_ms: int
) -> bool:
    """Let a chat wait again if it is still as it was seen: `agent_gone`, `agent_silent`, `freed`.

    The moment it was queued stays.
    """
    changed = await transaction.change(
        inquiry.conversation_id,
        expect_state=(ACTIVE,),
        expect_epoch=inquiry.epoch,
        state=WAITING,
        owner="",
        owner_name="",
    )
    if changed is None:
        return False
    rows = LiveChatRepository(transaction.connection)
    await rows.change_inquiry(
        inquiry.conversation_id, accepted_at_ms=None, agent_away_since_ms=None
    )
    # The visitor has this long again to be away, from here.
    if inquiry.away_since_ms is not None:
        await rows.change_inquiry(inquiry.conversation_id, away_since_ms=now_ms)
    body = {"state": WAITING, "reason": reason}
    await transaction.append(inquiry.conversation_id, SYSTEM, "state", body)
    queued = await rows.inquiry(inquiry.conversation_id)
    if queued is not None:
        await lobby.offer(transaction, queued)
    return True
