"""A course of queues by chance, and what must be true after each step of it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final, Protocol

from engage.queues.figures import report
from engage.queues.log import log_rows
from pbxcore.journal import Entry, QueueTransition
from pbxcore.queues import facts, inputs
from pbxcore.queues.eligibility import candidates
from pbxcore.queues.floor import Agent, Queue, Stage, Waiting, is_free, wants_agents
from pbxcore.queues.inputs import Device, PutQueue
from pbxcore.queues.outputs import Announce, Offer, Position, Transition
from pbxcore.queues.settings import (
    LOOSE,
    NEVER,
    STRICT,
    Announcements,
    Callbacks,
    LevelRule,
    Miss,
    QueueAgent,
    QueueSettings,
    SkillRule,
    Strategy,
)
from pbxcore.queues.timers import OF_CALLERS, Due
from tests.support.queueing import Hall, of

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence
    from typing import TypeVar

    from engage.queues.model import LogRow
    from pbxcore.queues.inputs import Input
    from pbxcore.queues.outputs import Output

    T = TypeVar("T")

QUEUES: Final = ("6500", "6501", "6502")
AGENTS: Final = ("a", "b", "c", "d")


def log_of(transitions: Iterable[Transition]) -> list[LogRow]:
    """Their rows of the queue log."""
    entries = (
        Entry(each.seq, each.at_ms, QueueTransition(each.seq, each.fact)) for each in transitions
    )
    return [row for entry in entries for row in log_rows(entry)]


class Chance(Protocol):
    """Decides what comes next: hypothesis, or a generator of a long run."""

    def below(self, limit: int) -> int:
        """A number from 0 to below the limit."""
        ...

    def one_of(self, choices: Sequence[T]) -> T:
        """One of them."""
        ...


def settings_by(chance: Chance, number: str) -> QueueSettings:
    """A queue as somebody might set it, where static agents come and go as the others do."""
    agents = [each for each in AGENTS if chance.below(3)]
    return QueueSettings(
        number=number,
        agents=tuple(
            QueueAgent(each, chance.below(3), static=bool(chance.below(4))) for each in agents
        ),
        strategy=chance.one_of(list(Strategy)),
        weight=chance.below(3),
        ring_s=chance.one_of((5.0, 15.0)),
        reach_s=chance.one_of((0.0, 3.0)),
        retry_s=chance.one_of((0.0, 5.0)),
        wrap_up_s=chance.one_of((0.0, 10.0)),
        static_login=True,
        rings_in_use=not chance.below(4),
        autofill=bool(chance.below(4)),
        beside_chats=chance.one_of((None, 0, 2)),
        calls_the_full=bool(chance.below(2)),
        max_length=chance.one_of((0, 3)),
        max_wait_s=chance.one_of((None, 60.0)),
        max_wait_empty_s=chance.one_of((None, 20.0)),
        join_empty=chance.one_of((NEVER, LOOSE)),
        leave_empty=chance.one_of((NEVER, NEVER, LOOSE, STRICT)),
        level_wait_s=chance.one_of((0.0, 10.0)),
        level_rules=chance.one_of(((), (LevelRule(0, 0, 1), LevelRule(20, raised_to=1)))),
        skill_rules=chance.one_of(((), (SkillRule(10, 2), SkillRule(30, 9)))),
        unanswered=chance.one_of((Miss(), Miss(3.0, 2))),
        resume_s=chance.one_of((0.0, 60.0)),
        announcements=chance.one_of(
            (
                Announcements(),
                Announcements(position=True, hold_time=True, on_improvement=True, prompts=("p",)),
            )
        ),
        callbacks=Callbacks(enabled=bool(chance.below(2)), retry_after_s=30.0, retries=1),
    )


def seen(agent: str, device: Device, *, in_clear: bool = False) -> inputs.AgentsSeen:
    """The agent's phones stand in this way."""
    return inputs.AgentsSeen((inputs.AgentSeen(agent, device, in_clear=in_clear),))


class Play:
    """Steps by chance. Each looks for itself whether all is well afterwards."""

    def __init__(self, chance: Chance) -> None:
        self.chance = chance
        self.hall = Hall()
        self.seq = self.hall.engine.floor.seq
        self.count = 0
        self.said: dict[str, int] = {}
        self.entered: dict[str, int] = {}
        self.rows: list[LogRow] = []
        self.cut_off = 0
        for number in QUEUES[:2]:
            self.give(PutQueue(settings_by(chance, number)))
        for agent in AGENTS:
            self.give(seen(agent, Device.IDLE))

    # -- steps -------------------------------------------------------------------------------

    def enter(self) -> None:
        """Somebody calls."""
        self.count += 1
        skills = {"french": 3} if not self.chance.below(4) else {}
        caller = inputs.Caller(
            f"x{self.count}",
            number=f"{self.chance.below(6)}",
            priority=self.chance.one_of((0, 0, 0, 5)),
            skills=skills,
            welcoming=not self.chance.below(4),
            secure=not self.chance.below(4),
        )
        self.give(inputs.Enter(self.chance.one_of(QUEUES), caller))

    def pass_time(self) -> None:
        """Time passes, from one due thing to the next."""
        hall, until = self.hall, self.hall.now + self.chance.one_of((0.3, 3.0, 12.0))
        while (deadline := hall.engine.deadline) is not None and deadline <= until:
            hall.now = max(hall.now, deadline)
            self.give(inputs.Tick())
        hall.now = until
        self.give(inputs.Tick())

    def do_something_with_an_offer(self) -> None:
        """An agent's phone rings, is answered, or not; perhaps long after the offer's end."""
        offer = self._an_offer()
        kind = self.chance.one_of(
            (
                *(inputs.OfferRung, inputs.OfferAnswered, inputs.OfferAnswered),
                *(inputs.OfferRefused, inputs.OfferMissed, inputs.OfferFailed),
            )
        )
        self.give(kind(offer))

    def do_something_with_a_caller(self) -> None:
        """A caller talks, hangs up, is passed on, wants to be called back."""
        key = self._a_caller()
        self.give(
            self.chance.one_of(
                (
                    *(inputs.Bridged(key), inputs.Bridged(key), inputs.AgentLeft(key)),
                    inputs.Welcomed(key),
                    *(inputs.CallerLeft(key), inputs.Transferred(key, "200")),
                    *(inputs.AskCallback(key, "0170"), inputs.CallbackReached(key)),
                    *(inputs.CallbackFailed(key, "busy"), inputs.Remove(key)),
                    *(inputs.Move(key, 1 + self.chance.below(4)), inputs.Held(key, held=True)),
                )
            )
        )

    def do_something_with_an_agent(self) -> None:
        """An agent comes, goes, takes a break, is on the phone."""
        who = self.chance.one_of(AGENTS)
        where = self.chance.one_of(((), (self.chance.one_of(QUEUES),)))
        self.give(
            self.chance.one_of(
                (
                    inputs.LogIn(who, where),
                    inputs.LogIn(who, where, on_break="meeting"),
                    inputs.LogOut(who, where),
                    inputs.TakeBreak(who, self.chance.one_of(("lunch", "rest")), where),
                    *(inputs.EndBreak(who, where), inputs.EndBreak(who)),
                    *(inputs.EndWrapUp(who), inputs.ExtendWrapUp(who, 5.0)),
                    inputs.FreeAgent(who, where),
                    seen(who, self.chance.one_of(list(Device))),
                    *(seen(who, Device.IDLE),) * 3,
                    seen(who, Device.IDLE, in_clear=True),
                    inputs.AgentLoad(who, self.chance.below(4)),
                    inputs.PutAgent(
                        inputs.AgentProfile(
                            who, {"french": self.chance.below(6)}, self.chance.below(3)
                        )
                    ),
                )
            )
        )

    def change_settings(self) -> None:
        """An administrator changes, adds or deletes a queue."""
        number = self.chance.one_of(QUEUES)
        if self.chance.below(5):
            self.give(PutQueue(settings_by(self.chance, number)))
        else:
            self.give(inputs.DropQueue(number))

    def restart(self) -> None:
        """The PBX ends and begins: breaks, duties and callbacks are as before, calls are gone."""
        before = self.hall
        state = before.engine.state
        settings = [each.settings for each in before.engine.floor.queues.values()]
        self.hall = hall = Hall(state=state, now=before.now)
        self.seq = hall.engine.floor.seq
        self.rows += log_of(hall.transitions)
        self.cut_off += sum(
            bool(each.live and each.attempts and each.stage is not Stage.TALKING)
            for each in before.engine.floor.callers.values()
        )  # customers on their way to an agent: they look as if they would be called again
        lost = [each.key for each in before.engine.floor.callers.values() if each.live]
        for key in lost:
            self.entered.pop(key, None)
        self._check_after([out for each in settings for out in hall.give(PutQueue(each))])
        restored = hall.engine.state
        assert {each.caller.key for each in restored.callbacks} == {
            each.caller.key for each in state.callbacks
        }
        assert [(each.number, each.breaks, each.serves) for each in restored.agents] == [
            (each.number, each.breaks, each.serves) for each in state.agents
        ]

    def _an_offer(self) -> int:
        leases = list(self.hall.engine.floor.leases)
        if leases and self.chance.below(8):
            return self.chance.one_of(leases)
        return self.chance.below(max(1, self.seq))

    def _a_caller(self) -> str:
        callers = list(self.hall.engine.floor.callers)
        return self.chance.one_of(callers) if callers else "nobody"

    # -- what must be true -------------------------------------------------------------------

    def give(self, given: Input) -> None:
        """One input, and everything that must be true after it."""
        self._check_after(self.hall.give(given))

    def _check_after(self, outputs: list[Output]) -> None:
        self._check_log(outputs)
        self._check_announcements(outputs)
        self._check_reservations()
        self._check_nobody_waits_in_vain()
        self._check_order(outputs)
        self._check_timers()

    def _check_log(self, outputs: list[Output]) -> None:
        """Numbers have no gaps; whoever entered ends once."""
        for transition in of(Transition, outputs):
            self.seq += 1
            assert transition.seq == self.seq
            match transition.fact:
                case facts.CallerEntered(caller=caller):
                    assert caller not in self.entered
                    self.entered[caller] = transition.seq
                case (
                    facts.Abandoned(caller=caller)
                    | facts.Exited(caller=caller)
                    | facts.Completed(caller=caller)
                ):
                    del self.entered[caller]
                case _:
                    pass
        assert self.entered.keys() == self.hall.engine.floor.callers.keys()
        self.rows += log_of(of(Transition, outputs))

    def check_figures(self) -> None:
        """Whoever was offered was answered, left, or is there still; queues and agents agree."""
        found = report(self.rows, 0, 1 << 62, lambda queue: 5, str)
        talking = sum(
            each.stage is Stage.TALKING for each in self.hall.engine.floor.callers.values()
        )
        total, waiting = found.total, len(self.entered) - talking + self.cut_off
        assert total.offered == total.answered + total.abandoned + total.other + waiting
        for part in (found.queues, found.hours, found.agents):
            assert sum(each.answered for each in part) == total.answered
            assert sum(each.talked_s for each in part) == total.talked_s
            assert sum(each.within for each in part) == total.within

    def _check_announcements(self, outputs: list[Output]) -> None:
        """A position that was told never rises."""
        for announce in of(Announce, outputs):
            for part in announce.parts:
                if isinstance(part, Position):
                    assert part.position <= self.said.get(announce.caller, 1 << 30)
                    self.said[announce.caller] = part.position

    def _check_reservations(self) -> None:
        """No agent has two calls, no caller two agents, and every lease will end."""
        floor = self.hall.engine.floor
        for lease in floor.leases.values():
            assert lease.agent.lease is lease
            assert lease.agent.caller is None
            assert lease.caller.leases[lease.agent.number] is lease
            assert lease.caller.stage is Stage.WAITING
            assert lease.until > floor.now
            assert (Due.LEASE, lease.id) in floor.timers
        with_agents = [each.caller for each in floor.agents.values() if each.caller]
        assert len(with_agents) == len(set(with_agents))
        for caller in floor.callers.values():
            served = caller.stage in (Stage.CONNECTING, Stage.TALKING)
            assert (caller in with_agents) == served
            assert (caller in caller.queue.line) == (caller.stage is Stage.WAITING)
            assert not (served and caller.leases)
        assert sum(len(each.leases) for each in floor.callers.values()) == len(floor.leases)

    def _check_nobody_waits_in_vain(self) -> None:
        """Nobody waits while an agent is idle who may serve him and was not rung just now."""
        floor = self.hall.engine.floor
        for queue in floor.queues.values():
            free = {number for number, duty in queue.duties.items() if is_free(duty, floor.now)}
            assert free == queue.free.keys()
            for caller in queue.line:
                assert (caller in queue.seeking) == wants_agents(caller, floor.now)
                if self._may_take(queue, caller):
                    untried = [
                        each.agent.number
                        for _, each in candidates(queue, caller, floor.now)
                        if each.agent.number not in caller.tried
                        or (
                            not caller.leases
                            and caller.last_try + queue.settings.retry_s <= floor.now
                        )
                    ]
                    assert not untried, f"{caller.key} waits though {untried} are idle"

    def _may_take(self, queue: Queue, caller: Waiting) -> bool:
        now = self.hall.engine.floor.now
        if not wants_agents(caller, now):
            return False
        first = next(each for each in queue.line if each.not_before <= now)
        return queue.settings.autofill or caller is first

    def _check_order(self, outputs: list[Output]) -> None:
        """Whoever is rung for has nobody before him who could have had the same agent."""
        floor = self.hall.engine.floor
        for offer in of(Offer, outputs):
            lease = floor.leases.get(offer.id)
            if lease is None:
                continue
            queue, agent = lease.caller.queue, lease.agent
            for earlier in queue.line:
                if earlier is lease.caller:
                    break
                assert not self._could_have(queue, earlier, agent), (earlier.key, offer)

    def _could_have(self, queue: Queue, caller: Waiting, agent: Agent) -> bool:
        if caller.leases or agent.number in caller.tried:
            return False
        if not self._may_take(queue, caller):
            return False
        duty = queue.duties[agent.number]
        queue.free[agent.number] = duty
        found = candidates(queue, caller, self.hall.engine.floor.now)
        del queue.free[agent.number]
        return any(each is duty for _, each in found)

    def _check_timers(self) -> None:
        """Nothing is due for what is not there any more."""
        floor = self.hall.engine.floor
        for what, of_whom in floor.timers:
            if what in OF_CALLERS:
                assert of_whom in floor.callers
        assert floor.timers.deadline is None or floor.timers.deadline > floor.now
