"""Offers: an agent reserved for a caller, from the first ring to the answer or the end."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from pbxcore.queues.facts import AgentAnswered, AgentOffered, OfferEnded, Outcome
from pbxcore.queues.floor import Lease, Stage
from pbxcore.queues.inputs import Kind
from pbxcore.queues.outputs import CallBack, Connect, Offer, Withdraw, Withdrawal
from pbxcore.queues.settings import Strategy
from pbxcore.queues.timers import Due

if TYPE_CHECKING:
    from pbxcore.queues.breaks import Breaks
    from pbxcore.queues.floor import Agent, Duty, Floor, Waiting
    from pbxcore.queues.settings import Miss, QueueSettings

CONNECTED_WITHIN_S: Final = 30.0
"""So long it may take until an agent who answered talks to the caller, the welcome aside."""
REMEMBERED: Final = 4096
"""So many ended offers are known still, for answers that cross their end."""

_SAID: Final = {
    Outcome.UNANSWERED: Withdrawal.UNANSWERED,
    Outcome.UNREACHABLE: Withdrawal.UNREACHABLE,
    Outcome.ANSWERED_ELSEWHERE: Withdrawal.ANSWERED_ELSEWHERE,
    Outcome.CALLER_LEFT: Withdrawal.CALLER_LEFT,
    Outcome.AGENT_AWAY: Withdrawal.AGENT_AWAY,
}


class Offering:
    """Makes offers and ends them. Which of several answers wins is decided here, once."""

    def __init__(self, floor: Floor, breaks: Breaks) -> None:
        self._floor, self._breaks = floor, breaks
        self._ended: dict[int, Withdraw] = {}
        self._count = floor.seq

    def offer(self, duty: Duty, caller: Waiting) -> None:
        """Reserve an agent for a caller, and ring."""
        floor, settings, agent = self._floor, duty.queue.settings, duty.agent
        self._count += 1
        lease = Lease(self._count, caller, agent, floor.now, floor.now + settings.ring_s)
        floor.leases[lease.id] = caller.leases[agent.number] = agent.lease = lease
        floor.timers.set(Due.LEASE, lease.id, lease.until)
        if settings.reach_s:
            floor.timers.set(Due.REACH, lease.id, floor.now + settings.reach_s)
        if settings.strategy is Strategy.RING_PROGRESSIVELY:
            caller.next_agent_at = floor.now + settings.progress_s
            floor.timers.set(Due.PROGRESS, caller.key, caller.next_agent_at)
        caller.tried.add(agent.number)
        duty.queue.cursor = agent.number
        floor.agent_changed(agent)
        floor.caller_changed(caller)
        waited_s = floor.now - caller.entered
        kind = caller.caller.kind if caller.live else Kind.CALLBACK
        queue = duty.queue.number
        floor.log(AgentOffered(queue, caller.key, agent.number, lease.id))
        floor.tell(Offer(lease.id, queue, caller.key, agent.number, kind, lease.until, waited_s))

    def rung(self, id_: int) -> None:
        """Something of the agent's rings."""
        if (lease := self._floor.leases.get(id_)) is not None:
            lease.rung = True
            self._floor.timers.drop(Due.REACH, id_)

    def answered(self, id_: int) -> None:
        """The first answer has the caller; any other is told that it came too late."""
        lease = self._floor.leases.get(id_)
        if lease is None:
            self._floor.tell(self._ended.get(id_) or Withdraw(id_, "", Withdrawal.STALE))
            return
        floor, caller, agent = self._floor, lease.caller, lease.agent
        self._forget(lease)
        caller.stage, caller.answered, agent.caller = Stage.CONNECTING, lease, caller
        caller.rang_s, caller.waited_s = floor.now - lease.since, floor.now - caller.entered
        caller.queue.line.remove(caller)
        self.end_all(caller, Outcome.ANSWERED_ELSEWHERE)
        floor.timers.drop(Due.RETRY, caller.key)
        floor.caller_changed(caller)
        if (duty := agent.duties.get(caller.queue.number)) is not None:
            duty.misses.clear()
        floor.agent_changed(agent)
        number = caller.queue.number
        floor.log(AgentAnswered(number, caller.key, agent.number, id_, caller.rang_s))
        if caller.live:
            if not caller.welcoming:
                self._guard(caller)
            floor.tell(Connect(id_, caller.key, agent.number, caller.waited_s))
        else:
            self._call_back(caller, lease)

    def welcomed(self, caller: Waiting) -> None:
        """The welcome keeps an agent who has answered waiting no longer."""
        waits, caller.welcoming = caller.welcoming, False
        if waits and caller.live and caller.stage is Stage.CONNECTING:
            self._guard(caller)

    def _guard(self, caller: Waiting) -> None:
        until = self._floor.now + CONNECTED_WITHIN_S
        self._floor.timers.set(Due.CONNECT, caller.key, until)

    def _call_back(self, caller: Waiting, lease: Lease) -> None:
        callbacks = caller.queue.settings.callbacks
        until = self._floor.now + callbacks.ring_s
        caller.attempts += 1
        self._floor.timers.set(Due.CALLBACK_RING, caller.key, until)
        self._floor.tell(
            CallBack(
                lease.id,
                caller.key,
                lease.agent.number,
                caller.caller.number,
                callbacks.caller_id,
                caller.attempts,
                until,
                callbacks.prefix,
            )
        )

    def missed(self, id_: int, outcome: Outcome) -> None:
        """The agent did not take it; the next one is rung."""
        if (lease := self._floor.leases.get(id_)) is not None:
            self.end(lease, outcome)

    def end(self, lease: Lease, outcome: Outcome) -> None:
        """An offer is over: caller and agent are free for others."""
        floor, caller, agent = self._floor, lease.caller, lease.agent
        self._forget(lease)
        queue, rang_s = caller.queue.number, floor.now - lease.since
        floor.log(OfferEnded(queue, caller.key, agent.number, lease.id, outcome, rang_s))
        if (reason := _SAID.get(outcome)) is not None:
            withdraw = Withdraw(lease.id, agent.number, reason)
            floor.tell(withdraw)
            self._remember(withdraw)
        if (miss := _miss(caller.queue.settings, outcome)) is not None:
            caller.last_try = floor.now
            self._count_miss(agent, caller, outcome, miss)
        floor.agent_changed(agent)
        floor.caller_changed(caller)

    def end_all(self, caller: Waiting, outcome: Outcome) -> None:
        """Nobody is rung for a caller any more."""
        for lease in list(caller.leases.values()):
            self.end(lease, outcome)

    def release(self, answered: Lease, why: Withdrawal = Withdrawal.CALLER_LEFT) -> None:
        """Whoever the agent answered for is gone, before the two talked."""
        agent = answered.agent
        if agent.caller is answered.caller:
            agent.caller = None
            self._floor.tell(Withdraw(answered.id, agent.number, why))
            self._floor.agent_changed(agent)

    def _forget(self, lease: Lease) -> None:
        del self._floor.leases[lease.id]
        del lease.caller.leases[lease.agent.number]
        lease.agent.lease = None
        self._floor.timers.drop(Due.LEASE, lease.id)
        self._floor.timers.drop(Due.REACH, lease.id)

    def _remember(self, withdraw: Withdraw) -> None:
        self._ended[withdraw.offer] = withdraw
        if len(self._ended) > REMEMBERED:
            del self._ended[next(iter(self._ended))]

    def _count_miss(self, agent: Agent, caller: Waiting, outcome: Outcome, miss: Miss) -> None:
        if miss.rest_s:
            self._breaks.rest(agent, miss.rest_s)
        queue = caller.queue
        duty = agent.duties.get(queue.number)
        if duty is None:
            return
        duty.misses[outcome] = duty.misses.get(outcome, 0) + 1
        if miss.break_after and duty.misses[outcome] >= miss.break_after:
            duty.misses.clear()
            where = "" if queue.settings.breaks_everywhere else queue.number
            self._breaks.begin(agent, outcome, where, "misses")


def _miss(settings: QueueSettings, outcome: Outcome) -> Miss | None:
    match outcome:
        case Outcome.UNANSWERED:
            return settings.unanswered
        case Outcome.REFUSED:
            return settings.refused
        case Outcome.UNREACHABLE:
            return settings.unreachable
        case _:
            return None
