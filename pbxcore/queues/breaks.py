"""Times in which an agent is not called: breaks, the rest after a miss, wrap-up after a call."""

from __future__ import annotations

from typing import TYPE_CHECKING

from pbxcore.queues.facts import BreakBegan, BreakEnded, WrapUpBegan, WrapUpEnded
from pbxcore.queues.timers import Due

if TYPE_CHECKING:
    from pbxcore.queues.floor import Agent, Floor, Queue


class Breaks:
    """Begins and ends them. Who rings at that moment is not its concern."""

    def __init__(self, floor: Floor) -> None:
        self._floor = floor

    def begin(self, agent: Agent, reason: str, queue: str = "", cause: str = "agent") -> None:
        """A break, in one queue or in all; another reason ends one and begins the next."""
        floor = self._floor
        if (present := agent.breaks.get(queue)) is not None and present[0] == reason:
            return
        self._end(agent, queue)
        agent.breaks[queue] = reason, floor.now
        floor.log(BreakBegan(queue, agent.number, reason, cause))
        floor.agent_changed(agent)

    def end(self, agent: Agent, queue: str = "") -> None:
        """The end of a break in one queue; without a queue, of all breaks."""
        if queue in agent.duties and "" in agent.breaks:
            self._narrow(agent)
        for each in [queue] if queue else list(agent.breaks):
            self._end(agent, each)
        agent.idle_since = self._floor.now
        self._floor.agent_changed(agent)

    def _narrow(self, agent: Agent) -> None:
        """A break of all queues becomes one of each: the end of one may be told then."""
        everywhere, own = agent.breaks[""], dict(agent.breaks)
        for each in own:
            self._end(agent, each)
        for each in agent.duties:
            agent.breaks[each] = reason, _ = own.get(each, everywhere)
            self._floor.log(BreakBegan(each, agent.number, reason, "agent"))

    def _end(self, agent: Agent, queue: str) -> None:
        if (ended := agent.breaks.pop(queue, None)) is not None:
            reason, since = ended
            self._floor.log(BreakEnded(queue, agent.number, reason, self._floor.now - since))

    def rest(self, agent: Agent, seconds: float) -> None:
        """Leave an agent alone for a while."""
        agent.rests_until = max(agent.rests_until, self._floor.now + seconds)
        self._floor.timers.set(Due.REST, agent.number, agent.rests_until)

    def begin_wrap_up(self, agent: Agent, queue: Queue) -> None:
        """A call of a queue is over: the longest wrap-up of the agent's queues begins."""
        floor = self._floor
        agent.last_call = agent.idle_since = floor.now
        queues = {queue, *(duty.queue for duty in agent.duties.values())}
        seconds = max(each.settings.wrap_up_s for each in queues)
        if seconds > 0:
            agent.wrap_up = floor.now, floor.now + seconds
            self._tell_wrap_up(agent, floor.now + seconds)
        floor.agent_changed(agent)

    def extend_wrap_up(self, agent: Agent, seconds: float) -> None:
        """More time after a call."""
        if agent.wrap_up is not None:
            began, until = agent.wrap_up
            agent.wrap_up = began, until + seconds
            self._tell_wrap_up(agent, until + seconds)

    def end_wrap_up(self, agent: Agent, *, early: bool) -> None:
        """The agent is ready."""
        if agent.wrap_up is not None:
            floor = self._floor
            began, _ = agent.wrap_up
            agent.wrap_up = None
            floor.timers.drop(Due.WRAP_UP, agent.number)
            agent.idle_since = floor.now
            floor.log(WrapUpEnded(agent.number, early, floor.now - began))
            floor.agent_changed(agent)

    def _tell_wrap_up(self, agent: Agent, until: float) -> None:
        self._floor.timers.set(Due.WRAP_UP, agent.number, until)
        self._floor.log(WrapUpBegan(agent.number, self._floor.ms(until)))
