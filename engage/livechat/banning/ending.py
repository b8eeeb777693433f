"""The chats that a ban ends: the visitor's, and those they have open as somebody else."""

from __future__ import annotations

from typing import TYPE_CHECKING

from engage.hub.model import SYSTEM
from engage.livechat.banning.model import BAN
from engage.livechat.desk import close
from engage.livechat.limits import network_of
from engage.livechat.model import ENDED, MISSED, WAITING
from engage.livechat.repository import LiveChatRepository
from engage.livechat.waiting import is_open

if TYPE_CHECKING:
    from engage.hub.service import HubTransaction
    from engage.livechat.banning.model import Ban
    from engage.livechat.lobby import Lobby
    from engage.livechat.model import Inquiry, Visitor

MOST = 500
"""Open chats of a live chat that are looked at."""


async def end_chats(
    transaction: HubTransaction, lobby: Lobby, ban: Ban, now_ms: int
) -> list[Inquiry]:
    """End what the banned visitor has open, in whatever browser; as it was before."""
    rows = LiveChatRepository(transaction.connection)
    latest = await rows.latest_inquiry_of(ban.visitor_id)
    own = [] if latest is None or not is_open(latest.state) else [latest]
    ended = []
    for inquiry in [*own, *await _elsewhere(rows, ban)]:
        state = MISSED if inquiry.state == WAITING else ENDED
        if await close(transaction, inquiry, state, SYSTEM, BAN, now_ms):
            lobby.withdraw(transaction, inquiry, "left")
            ended.append(inquiry)
    return ended


async def _elsewhere(rows: LiveChatRepository, ban: Ban) -> list[Inquiry]:
    """Open chats of the same person under other tokens."""
    banned = await rows.visitor(ban.visitor_id)
    if banned is None or not ban.network:
        return []
    open_ones = await rows.open_inquiries_of(ban.livechat_id, MOST)
    people = await rows.visitors([each.visitor_id for each in open_ones])
    same = {each.id for each in people.values() if _is_same(each, banned, ban.network)}
    return [each for each in open_ones if each.visitor_id in same - {banned.id}]


def _is_same(visitor: Visitor, banned: Visitor, network: str) -> bool:
    """Who gives the same email or number in the same network: others there may be colleagues."""
    given, known = visitor.details, banned.details
    by_email = given.email_key is not None and given.email_key == known.email_key
    by_phone = given.phone != "" and given.phone == known.phone
    return (by_email or by_phone) and network_of(visitor.address) == network
