"""Chats and calls share agents: each side is told what the other gives them to do."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from engage.calls.projection import CallLog
    from engage.livechat.load import AgentLoads
    from engage.processes.link import PbxLink
    from engage.queues.live import LiveQueues


def share_agents(loads: AgentLoads, queues: LiveQueues, pbx: PbxLink, calls: CallLog) -> None:
    """Let the queues know of chats, and live chat of calls."""
    loads.on_call = partial(_on_call, calls)
    loads.tell_to(queues.tell_loads)
    pbx.on_connected(loads.tell)


def _on_call(calls: CallLog, number: str) -> bool:
    """Whether somebody talks, or calls: not whether a phone merely rings."""
    return any(
        leg.is_up and leg.extension == number and (leg.role == "caller" or leg.answered_at_ms)
        for call in calls.live
        for leg in call.legs.values()
    )
