"""What agents may do about their own duty, by phone or from outside."""

from __future__ import annotations

from typing import TYPE_CHECKING

from pbxcore.queues.inputs import EndBreak, LogIn, LogOut, TakeBreak

if TYPE_CHECKING:
    from collections.abc import Callable

    from pbxcore.dialplan.call_queue import CallQueue
    from pbxcore.directory import Directory
    from pbxcore.queues.inputs import Input
    from pbxcore.queues.settings import QueueAgent


class PhoneDuty:
    """Asks whether an agent may, and tells the queues.

    Args:
        directory: knows the queues and their agents.
        tell: tells the queues.
    """

    def __init__(self, directory: Directory, tell: Callable[[Input], None]) -> None:
        self._directory, self._tell = directory, tell

    def log_in(self, agent: str, queue: str) -> bool:
        """Begin to serve a queue: as a dynamic agent, or where static ones may come and go too."""
        possible = self._may_come_and_go(agent, queue)
        if possible:
            self._tell(LogIn(agent, (queue,), f"PJSIP/{agent}"))
        return possible

    def log_out(self, agent: str, queue: str) -> bool:
        """Serve a queue no more."""
        possible = self._may_come_and_go(agent, queue)
        if possible:
            self._tell(LogOut(agent, (queue,), f"PJSIP/{agent}"))
        return possible

    def take_break(self, agent: str, reason: str = "", queue: str = "") -> bool:
        """Begin a break, of one queue or of all that allow it by code."""
        queues = self._by_code(agent, queue)
        if queues is not None:
            self._tell(TakeBreak(agent, reason, queues))
        return queues is not None

    def end_break(self, agent: str, queue: str = "") -> bool:
        """End a break."""
        queues = self._by_code(agent, queue)
        if queues is not None:
            self._tell(EndBreak(agent, queues))
        return queues is not None

    def _may_come_and_go(self, agent: str, queue: str) -> bool:
        found = self._directory.plan.queues.get(queue)
        seat = None if found is None else _seat(found, agent)
        if found is None or seat is None:
            return False
        return found.settings.static_login or not seat.static

    def _by_code(self, agent: str, queue: str) -> tuple[str, ...] | None:
        """The queues that it is about: none named for all of the agent's; None: it is not."""
        queues = self._directory.plan.queues
        mine = [number for number, each in queues.items() if _seat(each, agent) is not None]
        allowed = [number for number in mine if queues[number].feature_codes]
        if queue:
            return (queue,) if queue in allowed else None
        if not allowed:
            return None
        return () if allowed == mine else tuple(allowed)


def _seat(queue: CallQueue, agent: str) -> QueueAgent | None:
    return next((each for each in queue.settings.agents if each.number == agent), None)
