"""The one owner of all queues: told what happens, says what is to be done, without I/O."""

from __future__ import annotations

from typing import TYPE_CHECKING

from pbxcore.queues import inputs
from pbxcore.queues.administering import Administering
from pbxcore.queues.announcing import Announcing
from pbxcore.queues.attendance import Attendance
from pbxcore.queues.breaks import Breaks
from pbxcore.queues.calling_back import CallingBack
from pbxcore.queues.emptiness import Emptiness
from pbxcore.queues.entering import Entering
from pbxcore.queues.facts import AgentOffered, End, ExitStatus, Outcome, QueuesStarted
from pbxcore.queues.floor import Floor, Stage
from pbxcore.queues.keeping import kept, restore_agents, restored_callback
from pbxcore.queues.leaving import Leaving
from pbxcore.queues.matching import Matching
from pbxcore.queues.offering import Offering
from pbxcore.queues.settings import Strategy
from pbxcore.queues.state import DURABLE, State
from pbxcore.queues.talking import Talking
from pbxcore.queues.timers import OF_CALLERS, Due

if TYPE_CHECKING:
    from collections.abc import Callable

    from pbxcore.queues.facts import Fact
    from pbxcore.queues.floor import Agent, Queue, Waiting
    from pbxcore.queues.outputs import Output


class QueueEngine:
    """Every input returns the outputs it causes, in order; `deadline` says when `Tick` is due.

    Times are seconds of the driver's steady clock. After each input nobody waits for whom an agent
    is free who may serve him.

    Args:
        chance: gives numbers from 0 to below 1.
        epoch_ms: milliseconds UTC at which the steady clock showed 0.
        state: of before a restart.
    """

    def __init__(
        self, chance: Callable[[], float], epoch_ms: int, state: State | None = None
    ) -> None:
        state = state or State()
        self._kept = state
        floor = self.floor = Floor(chance, epoch_ms, state.seq)
        restore_agents(floor, state)
        self._breaks = Breaks(floor)
        self._offering = Offering(floor, self._breaks)
        self._leaving = Leaving(floor, self._offering)
        self._announcing = Announcing(floor)
        self._talking = Talking(floor, self._offering, self._leaving, self._breaks)
        self._calling_back = CallingBack(floor, self._offering, self._leaving, self._talking)
        self._attendance = Attendance(floor, self._offering, self._breaks)
        self._entering = Entering(floor, self._leaving, self._announcing)
        self._administering = Administering(
            floor, self._attendance, self._leaving, self._announcing
        )
        self._emptiness = Emptiness(floor, self._leaving)
        self._matching = Matching(floor, self._offering)

    @property
    def deadline(self) -> float | None:
        """When something is due next."""
        return self.floor.timers.deadline

    @property
    def state(self) -> State:
        """What is to be kept over a restart; changed by facts that are durable."""
        return kept(self.floor)

    def is_durable(self, fact: Fact) -> bool:
        """Whether the state is to be kept again after something that happened."""
        if isinstance(fact, AgentOffered):  # ROUND_ROBIN goes on after whom it tried last
            queue = self.floor.queues.get(fact.queue)
            return queue is not None and queue.settings.strategy is Strategy.ROUND_ROBIN
        return isinstance(fact, DURABLE)

    def handle(self, given: inputs.Input, now: float) -> list[Output]:
        """Something happened. What was due before it comes first, but for how phones stand."""
        self.floor.now = max(now, self.floor.now)
        if isinstance(given, inputs.AgentsSeen):
            for each in given.agents:
                self._attendance.see(each)
        self._let_be_due()
        if isinstance(given, inputs.CallerInput):
            self._of_caller(given)
        elif isinstance(given, inputs.OfferInput):
            self._of_offer(given)
        elif isinstance(given, inputs.TalkInput):
            self._of_talk(given)
        elif isinstance(given, inputs.AgentInput):
            self._of_agent(given)
        elif isinstance(given, inputs.SettingsInput):
            self._of_settings(given)
        self._settle()
        self._let_be_due()  # a first announcement is due at once, unless somebody rings already
        return self.floor.told()

    def _settle(self) -> None:
        """Send away whom nobody serves, and bring together who can be."""
        floor = self.floor
        while floor.thinned or floor.stirred:
            self._emptiness.run()
            self._matching.run()

    def _of_caller(self, given: inputs.CallerInput) -> None:
        if isinstance(given, inputs.Enter):
            self._entering.enter(given)
            return
        caller = self.floor.callers.get(given.caller)
        if caller is None:
            return
        match given:
            case inputs.PressKey(key=key):
                self._press(caller, key)
            case inputs.Welcomed():
                self._offering.welcomed(caller)
            case inputs.AskCallback(number=number):
                self._calling_back.ask(caller, number)
            case inputs.CallerLeft() if caller.stage is Stage.TALKING:
                self._talking.complete(caller, End.CALLER)
            case inputs.CallerLeft() if caller.live:
                self._leaving.hang_up(caller)
            case inputs.Remove(reason=reason) if caller.stage is not Stage.TALKING:
                place = caller.queue.settings.leave_empty_place
                self._leaving.exit(caller, ExitStatus.WITHDRAWN, place, reason)
            case inputs.Move(position=position):
                self._entering.move(caller, position)

    def _press(self, caller: Waiting, key: str) -> None:
        settings = caller.queue.settings
        if caller.stage is not Stage.WAITING:
            return
        if key in settings.exit_keys:
            self._leaving.exit(caller, ExitStatus.KEY, settings.exit_keys[key], key)
        elif settings.callbacks.enabled and key and key == settings.callbacks.key:
            self._announcing.offer_callback(caller)

    def _of_offer(self, given: inputs.OfferInput) -> None:
        offering = self._offering
        match given:
            case inputs.OfferRung(offer):
                offering.rung(offer)
            case inputs.OfferAnswered(offer):
                offering.answered(offer)
            case inputs.OfferRefused(offer):
                offering.missed(offer, Outcome.REFUSED)
            case inputs.OfferMissed(offer):
                offering.missed(offer, Outcome.UNANSWERED)
            case inputs.OfferFailed(offer):
                offering.missed(offer, Outcome.UNREACHABLE)

    def _of_talk(self, given: inputs.TalkInput) -> None:
        caller = self.floor.callers.get(given.caller)
        if caller is None:
            return
        match given:
            case inputs.Bridged(bridge=bridge):
                self._talking.bridged(caller, bridge)
            case inputs.CallbackReached():
                self._calling_back.reached(caller)
            case inputs.CallbackFailed(reason=reason):
                self._calling_back.failed(caller, reason)
            case inputs.AgentLeft():
                self._talking.agent_left(caller)
                if caller.stage is Stage.WAITING and not caller.live:
                    self._calling_back.await_agent(caller)  # it may be too late by now
            case inputs.Transferred(to=to, blind=blind):
                end = End.BLIND_TRANSFER if blind else End.ATTENDED_TRANSFER
                self._talking.complete(caller, end, to)
            case inputs.Held(held=held):
                self._talking.held(caller, held=held)

    def _of_agent(self, given: inputs.AgentInput) -> None:
        attendance = self._attendance
        match given:
            case inputs.LogIn():
                attendance.log_in(given)
            case inputs.LogOut():
                attendance.log_out(given)
            case inputs.TakeBreak():
                attendance.take_break(given)
            case inputs.EndBreak():
                attendance.end_break(given)
            case inputs.EndWrapUp(agent):
                self._breaks.end_wrap_up(self.floor.agent(agent), early=True)
            case inputs.ExtendWrapUp(agent, by_s):
                self._breaks.extend_wrap_up(self.floor.agent(agent), by_s)
            case inputs.FreeAgent(agent, queues):
                self._free(self.floor.agent(agent), queues)
            case inputs.AgentLoad():
                attendance.load(given)

    def _free(self, agent: Agent, queues: tuple[str, ...]) -> None:
        """Whatever an agent is taken to be doing is over, whoever has missed the end of it."""

        def meant(caller: Waiting) -> bool:
            return not queues or caller.queue.number in queues

        if agent.lease is not None and meant(agent.lease.caller):
            self._offering.end(agent.lease, Outcome.AGENT_AWAY)
        if agent.caller is not None and meant(agent.caller):
            self._talking.agent_left(agent.caller)
        self._breaks.end_wrap_up(agent, early=True)
        agent.rests_until = float("-inf")
        self.floor.timers.drop(Due.REST, agent.number)
        self.floor.agent_changed(agent)

    def _of_settings(self, given: inputs.SettingsInput) -> None:
        administering = self._administering
        match given:
            case inputs.Start():
                self.floor.log(QueuesStarted())
            case inputs.PutQueue(settings):
                administering.put_queue(settings)
                self._restore_into(self.floor.queues[settings.number])
            case inputs.DropQueue(queue):
                administering.drop_queue(queue)
            case inputs.AllPut():
                administering.forget_others()
            case inputs.PutAgent(profile):
                self._attendance.describe(profile)
            case inputs.ResetCounters(queue):
                administering.reset_counters(queue)

    def _restore_into(self, queue: Queue) -> None:
        """What was kept for a queue that has just been set for the first time."""
        mine = [each for each in self._kept.callbacks if each.queue == queue.number]
        for each in mine:
            self._calling_back.await_agent(restored_callback(self.floor, queue, each))
        queue.cursor = queue.cursor or self._kept.cursors.get(queue.number, "")
        others = tuple(each for each in self._kept.callbacks if each.queue != queue.number)
        self._kept = State(callbacks=others, cursors=self._kept.cursors)

    def _let_be_due(self) -> None:
        for what, of in self.floor.timers.due(self.floor.now):
            if isinstance(of, int):
                self._due_of_offer(what, of)
            elif what in OF_CALLERS:
                self._due_of_caller(what, self.floor.callers[of])
            else:
                self._due_of_others(what, of)
        self._settle()  # once: of all who are free in this moment the first in line chooses first

    def _due_of_offer(self, what: Due, offer: int) -> None:
        outcome = Outcome.UNANSWERED if what is Due.LEASE else Outcome.UNREACHABLE
        self._offering.missed(offer, outcome)

    def _due_of_caller(self, what: Due, caller: Waiting) -> None:
        match what:
            case Due.WAIT:
                self._leaving.time_out(caller)
            case Due.RETRY | Due.WIDEN | Due.PROGRESS | Due.CALLBACK_AGAIN:
                self.floor.caller_changed(caller)
            case Due.ANNOUNCE:
                self._announcing.place(caller)
            case Due.PROMPT:
                self._announcing.prompt(caller)
            case Due.CALLBACK_OFFER:
                self._announcing.callback(caller)
            case Due.CALLBACK_RING:
                self._calling_back.failed(caller, "no_answer")
            case Due.CONNECT:
                self._talking.unconnected(caller)
            case Due.CALLBACK_EXPIRY:
                self._calling_back.expire(caller)
            case _:
                pass

    def _due_of_others(self, what: Due, number: str) -> None:
        match what:
            case Due.WRAP_UP:
                self._breaks.end_wrap_up(self.floor.agent(number), early=False)
            case Due.REST:
                self.floor.agent_changed(self.floor.agent(number))
            case Due.EMPTY:
                self._emptiness.send_all_away(self.floor.queues[number])
            case _:
                pass
