"""CallQueueStatus: who waits, who talks and what members do, queue by queue."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from engage.api.topics import Row, Topic
from engage.calls.cdr import moment
from engage.errors import Unavailable
from engage.queues.events import QueuesMoved

if TYPE_CHECKING:
    from collections.abc import Callable, Hashable
    from datetime import tzinfo

    from engage.queues.live import LiveQueues
    from pbxcore.queues.commands import CallerView, QueueView, SeatView

STATES: Final = {
    "available": "Idle",
    "on_call": "InUse",
    "busy": "Busy",
    "chatting": "Busy",
    "ringing": "Ringing",
    "on_break": "Paused",
    "wrap_up": "WrapUp",
    "resting": "WrapUp",
    "undisturbed": "DND",
    "unavailable": "Unavailable",
    "logged_out": "LoggedOff",
}
"""What members do, in the words that extensions have here, and a few more."""


class QueueTopic:
    """The queues as the PBX has them."""

    def __init__(self, live: LiveQueues, zone: Callable[[], tzinfo]) -> None:
        self._live, self._zone = live, zone
        self._rows: dict[Hashable, Row] = {}

    @property
    def topic(self) -> Topic:
        """What there is to listen to."""
        return Topic(
            "CallQueueStatus",
            lambda: dict(self._rows),
            refresh=self.refresh,
            refreshed_by=(QueuesMoved,),
        )

    async def refresh(self) -> None:
        """Ask the PBX; while it is away, what it told last stands."""
        try:
            shown = await self._live.shown()
        except Unavailable:
            return
        self._rows = {each.number: self._row(each) for each in shown.queues}

    def _row(self, view: QueueView) -> Row:
        return {
            "extension": view.number,
            "waiting_calls": [self._caller(each) for each in view.waiting],
            "proceeding_calls": [self._caller(each) for each in view.talking],
            "members": [self._member(each) for each in view.seats],
        }

    def _caller(self, view: CallerView) -> Row:
        return {
            "callerid": view.number,
            "callername": view.name,
            "position": view.position,
            "starttime": moment(view.entered_ms, self._zone()),
            "bridge_time": moment(view.connected_ms, self._zone()),
            "agent": view.agent,
            "callid": view.call,
            "vq": "yes" if view.callback else "no",
        }

    def _member(self, view: SeatView) -> Row:
        return {
            "member_extension": view.agent,
            "status": STATES.get(view.state, view.state),
            "membership": "static" if view.static else "dynamic",
            "pausereason": view.reason,
            "calls": view.calls,
        }
