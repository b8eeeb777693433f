"""Visitors who call: live chat, the PBX and the records of calls, put together."""

from __future__ import annotations

from typing import TYPE_CHECKING

from engage.app.past_calls import CallsOnCards
from engage.calls.calls_of_visitors import CallsOfVisitors
from engage.livechat.calling.model import Ends
from engage.livechat.calling.service import VisitorCalls
from engage.livechat.calling.sockets import VisitorCallSockets
from engage.livechat.calling.timeline import Timeline

if TYPE_CHECKING:
    from collections.abc import Sequence

    from engage.app.everyone import Everyone
    from engage.app.platform import Platform
    from engage.calls.model import OpenCall
    from engage.calls.projection import CallLog
    from engage.hub.service import Hub
    from engage.livechat.service import LiveChatService
    from engage.processes.link import PbxLink


class OpenVisitorCalls:
    """The calls of visitors among those that are up."""

    def __init__(self, log: CallLog) -> None:
        self._log = log

    def in_conversation(self, conversation: str) -> Sequence[tuple[str, str, bool]]:
        """Their names, with who answered ("": nobody yet), and whether they are recorded now."""
        found = [each for each in self._log.live if each.conversation == conversation]
        return [(each.id, _agent(each), bool(each.recording)) for each in found]

    def of_visitors(self) -> Sequence[tuple[str, str, dict[str, str], int]]:
        """Names and conversations, with whom each leg calls, and when somebody answered (0)."""
        return [
            (
                each.id,
                each.conversation,
                {leg.name: leg.extension for leg in each.legs.values() if leg.role == "called"},
                each.answered_at_ms,
            )
            for each in self._log.live
            if each.conversation
        ]


def visitor_calls(
    platform: Platform,
    everyone: Everyone,
    hub: Hub,
    livechat: LiveChatService,
    pbx: PbxLink,
    log: CallLog,
) -> Timeline:
    """Let visitors call; what comes of it follows the journal after the log of calls."""
    sockets, people = everyone.sockets, everyone.people

    def ends_of(who: str) -> Ends | None:
        ends = sockets.ends_of(who)
        return None if ends is None else Ends(*ends)

    journal = OpenVisitorCalls(log)
    calls = VisitorCalls(
        livechat,
        hub,
        pbx,
        journal,
        sockets,
        ends_of,
        people.name_of,
        livechat.throttle,
        platform.events,
    )
    timeline = Timeline(calls, livechat.desk, journal, people.name_of)
    livechat.lobby.talking = timeline.talking
    VisitorCallSockets(calls, livechat.call_requests).register(sockets)
    livechat.cards.calls = CallsOnCards(CallsOfVisitors(platform.database), people.name_of)
    return timeline


def _agent(call: OpenCall) -> str:
    taken = (each for each in call.legs.values() if each.role == "called" and each.answered_at_ms)
    return next((each.extension for each in taken if each.is_up), "")
