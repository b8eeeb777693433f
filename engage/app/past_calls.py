"""Calls of a visitor, as their card shows them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from engage.livechat.visitor_card import PastCall

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from engage.calls.calls_of_visitors import CallsOfVisitors
    from engage.calls.model import CallRecord


class CallsOnCards:
    """Records of calls as live chat knows them."""

    def __init__(self, calls: CallsOfVisitors, name_of: Callable[[str], str | None]) -> None:
        self._calls, self._name_of = calls, name_of

    async def of(
        self, conversation_ids: Sequence[str], phone: str, agent: str, queues: Sequence[str]
    ) -> list[PastCall]:
        """The newest first."""
        found = await self._calls.of(conversation_ids, phone, agent, queues)
        return [self._shown(each) for each in found]

    def _shown(self, call: CallRecord) -> PastCall:
        ours = call.caller_extension or call.answered_by
        theirs = call.callee if call.caller_extension else call.caller
        return PastCall(
            id=call.id,
            at_ms=call.started_at_ms,
            direction=call.direction,
            disposition=call.disposition,
            talk_s=call.talk_s,
            agent=self._name_of(ours) or ours,
            number=theirs,
            conversation_id=call.conversation,
            by="conversation" if call.conversation else "phone",
        )
