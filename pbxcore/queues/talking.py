"""From the answer to the end of the talk."""

from __future__ import annotations

from typing import TYPE_CHECKING

from pbxcore.queues.facts import (
    AgentDropped,
    CallHeld,
    Completed,
    Connected,
    End,
)
from pbxcore.queues.floor import Stage
from pbxcore.queues.leaving import ANSWER_GRACE_S
from pbxcore.queues.outputs import Withdrawal
from pbxcore.queues.timers import Due

if TYPE_CHECKING:
    from pbxcore.queues.breaks import Breaks
    from pbxcore.queues.floor import Agent, Floor, Waiting
    from pbxcore.queues.leaving import Leaving
    from pbxcore.queues.offering import Offering


class Talking:
    """Follows caller and agent from the answer on."""

    def __init__(self, floor: Floor, offering: Offering, leaving: Leaving, breaks: Breaks) -> None:
        self._floor, self._offering = floor, offering
        self._leaving, self._breaks = leaving, breaks

    def bridged(self, caller: Waiting, bridge: str) -> None:
        """Both talk."""
        agent = agent_of(caller)
        if caller.stage is not Stage.CONNECTING or agent is None or not caller.live:
            return
        floor, queue = self._floor, caller.queue.number
        caller.stage, caller.connected_at = Stage.TALKING, floor.now
        self._leaving.drop_timers(caller)
        waited_s, rang_s = caller.waited_s, caller.rang_s
        floor.log(Connected(queue, caller.key, agent.number, bridge, waited_s, rang_s))

    def held(self, caller: Waiting, *, held: bool) -> None:
        """The agent put the caller on hold, or took him back."""
        agent = agent_of(caller)
        if caller.stage is Stage.TALKING and agent is not None:
            self._floor.log(CallHeld(caller.queue.number, caller.key, agent.number, held))

    def agent_left(self, caller: Waiting) -> None:
        """The agent hung up: the talk is over, or the caller waits on in the old place."""
        agent = agent_of(caller)
        if caller.stage is Stage.TALKING:
            self.complete(caller, End.AGENT)
        elif caller.stage is Stage.CONNECTING and agent is not None:
            self._floor.log(AgentDropped(caller.queue.number, caller.key, agent.number))
            rest_s = caller.queue.settings.refused.rest_s
            if rest_s:
                self._breaks.rest(agent, rest_s)
            self.put_back(caller)

    def unconnected(self, caller: Waiting) -> None:
        """The two were not brought together in time: both are free for others."""
        if caller.stage is Stage.CONNECTING and caller.answered is not None:
            self._offering.release(caller.answered, Withdrawal.STALE)
            self.put_back(caller)

    def put_back(self, caller: Waiting) -> None:
        """Nothing came of an answer: the others who rang before are rung again at once."""
        floor, agent = self._floor, agent_of(caller)
        caller.stage, caller.answered = Stage.WAITING, None
        caller.last_try = floor.now
        floor.timers.drop(Due.CONNECT, caller.key)
        if agent is not None:
            caller.tried = {agent.number}
            agent.caller = None
            floor.agent_changed(agent)
        caller.queue.line.add(caller)
        self._leaving.limit_wait(caller, ANSWER_GRACE_S)
        floor.caller_changed(caller)

    def complete(self, caller: Waiting, end: End, to: str = "") -> None:
        """The talk is over, and the agent's wrap-up begins."""
        agent = agent_of(caller)
        if caller.stage is not Stage.TALKING or agent is None:
            return
        floor, queue = self._floor, caller.queue
        talked_s = floor.now - caller.connected_at
        number = queue.number
        agent.caller = None
        agent.calls[number] = agent.calls.get(number, 0) + 1
        queue.handle_times.append(talked_s + queue.settings.wrap_up_s)
        del floor.callers[caller.key]
        waited_s, original = caller.waited_s, caller.original_position
        floor.log(
            Completed(number, caller.key, agent.number, end, waited_s, talked_s, original, to)
        )
        self._breaks.begin_wrap_up(agent, queue)


def agent_of(caller: Waiting) -> Agent | None:
    """The agent who answered."""
    return None if caller.answered is None else caller.answered.agent
