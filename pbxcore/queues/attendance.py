"""Agents: who serves which queue, and what is seen of them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from pbxcore.queues.facts import AgentLoggedIn, AgentLoggedOut, AgentReached, Outcome
from pbxcore.queues.floor import Duty, has_room
from pbxcore.queues.inputs import LogIn, LogOut, TakeBreak
from pbxcore.queues.settings import QueueAgent

if TYPE_CHECKING:
    from pbxcore.queues.breaks import Breaks
    from pbxcore.queues.floor import Agent, Floor, Queue
    from pbxcore.queues.inputs import AgentLoad, AgentSeen, EndBreak
    from pbxcore.queues.offering import Offering
    from pbxcore.queues.settings import AgentProfile

AFTER_ALL_SET: Final = 1_000_000
"""Places of agents whom the settings do not name: as they log in, after those who are named."""


class Attendance:
    """Logs agents in and out, and withdraws what rings at somebody who is not there any more."""

    def __init__(self, floor: Floor, offering: Offering, breaks: Breaks) -> None:
        self._floor, self._offering, self._breaks = floor, offering, breaks
        self._logged_in = AFTER_ALL_SET

    def log_in(self, wish: LogIn) -> None:
        """An agent serves queues from now on, unless on a break from the first moment."""
        agent = self._floor.agent(wish.agent)
        if wish.on_break is not None:
            self.take_break(TakeBreak(agent.number, wish.on_break, wish.queues))
        for queue in self._queues(wish.queues, agent):
            if agent.number not in queue.duties:
                agent.logged_off.discard(queue.number)
                self.begin_duty(queue, agent, wish.channel, wish.on_break)

    def begin_duty(
        self, queue: Queue, agent: Agent, channel: str = "", on_break: str | None = None
    ) -> None:
        """An agent serves a queue from now on, or still after a restart."""
        floor, number = self._floor, agent.number
        place, settings = self._place(queue, number)
        duty = queue.duties[number] = agent.duties[queue.number] = Duty(
            queue, agent, settings, place
        )
        if queue.settings.names(number):
            agent.named.add(queue.number)
        if queue.number not in agent.serves:
            agent.serves[queue.number] = floor.now
            static = duty.settings.static
            floor.log(AgentLoggedIn(queue.number, number, static, channel, on_break))
        floor.agent_changed(agent)

    def _place(self, queue: Queue, number: str) -> tuple[int, QueueAgent]:
        for place, each in enumerate(queue.settings.agents):
            if each.number == number and each.static:
                return place, each
        self._logged_in += 1
        named = (each for each in queue.settings.agents if each.number == number)
        return self._logged_in, next(named, QueueAgent(number, static=False))

    def log_out(self, wish: LogOut) -> None:
        """An agent serves queues no more."""
        agent = self._floor.agent(wish.agent)
        for queue in wish.queues or tuple(agent.duties):
            if (duty := agent.duties.get(queue)) is not None:
                if duty.settings.static:
                    agent.logged_off.add(queue)
                self.end_duty(duty, wish.channel)

    def end_duty(self, duty: Duty, channel: str = "") -> None:
        """An agent serves a queue no more; a talk of that queue goes on."""
        agent, queue = duty.agent, duty.queue
        if agent.lease is not None and agent.lease.caller.queue is queue:
            self._offering.end(agent.lease, Outcome.AGENT_AWAY)
        del queue.duties[agent.number], agent.duties[queue.number]
        queue.free.pop(agent.number, None)
        self.end_service(agent, queue.number, channel, static=duty.settings.static)
        self._floor.thinned[queue] = None
        self._floor.stirred[queue] = None  # higher levels may have been waiting for him

    def end_service(
        self, agent: Agent, queue: str, channel: str = "", *, static: bool = False
    ) -> None:
        """Nothing is kept of an agent's serving a queue, which need not be there any more."""
        lasted_s = self._floor.now - agent.serves.pop(queue)
        agent.named.discard(queue)
        self._floor.log(AgentLoggedOut(queue, agent.number, static, lasted_s, channel))

    def take_break(self, wish: TakeBreak) -> None:
        """An agent is not called for a while; what rings is withdrawn."""
        agent = self._floor.agent(wish.agent)
        for queue in wish.queues or ("",):
            self._breaks.begin(agent, wish.reason, queue)
        if agent.lease is not None:
            duty = agent.duties.get(agent.lease.caller.queue.number)
            if duty is None or duty.on_break:
                self._offering.end(agent.lease, Outcome.AGENT_AWAY)

    def end_break(self, wish: EndBreak) -> None:
        """An agent is called again."""
        agent = self._floor.agent(wish.agent)
        for queue in wish.queues or ("",):
            self._breaks.end(agent, queue)

    def see(self, seen: AgentSeen) -> None:
        """The agent's phones stand in another way.

        What rings goes on while the phones can be reached: they know best what they are doing.
        """
        floor, agent = self._floor, self._floor.agent(seen.agent)
        if agent.in_clear is not seen.in_clear:
            agent.in_clear = seen.in_clear
            for duty in agent.duties.values():
                floor.stirred[duty.queue] = floor.thinned[duty.queue] = None
            self._withdraw_unfit(agent)
        if (agent.device, agent.undisturbed) == (seen.device, seen.undisturbed):
            return
        agent.device, agent.undisturbed = seen.device, seen.undisturbed
        if agent.duties:
            floor.log(AgentReached(agent.number, seen.device, seen.undisturbed))
        if agent.lease is not None and agent.device.gone:
            self._offering.end(agent.lease, Outcome.UNREACHABLE)
        self._withdraw_unfit(agent)
        floor.agent_changed(agent)

    def load(self, load: AgentLoad) -> None:
        """The agent has more chats, or fewer."""
        agent = self._floor.agent(load.agent)
        agent.chats = load.chats
        self._withdraw_unfit(agent)
        self._floor.agent_changed(agent)

    def describe(self, profile: AgentProfile) -> None:
        """Other skills, or another number of chats that fills the agent."""
        agent = self._floor.agent(profile.number)
        agent.profile = profile
        self._withdraw_unfit(agent)
        self._floor.agent_changed(agent)
        for duty in agent.duties.values():
            self._floor.stirred[duty.queue] = None

    def _withdraw_unfit(self, agent: Agent) -> None:
        """An offer that does not fit any more is withdrawn before it rings, never after."""
        lease = agent.lease
        if lease is None or lease.rung:
            return
        unheard = agent.in_clear and lease.caller.secure
        if unheard or agent.undisturbed or not has_room(agent, lease.caller.queue.settings):
            self._offering.end(lease, Outcome.AGENT_AWAY)

    def _queues(self, numbers: tuple[str, ...], agent: Agent) -> list[Queue]:
        queues = self._floor.queues
        if numbers:
            return [queues[number] for number in numbers if number in queues]
        return [queue for queue in queues.values() if queue.settings.names(agent.number)]
