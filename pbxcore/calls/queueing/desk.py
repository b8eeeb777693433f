"""All call queues: what calls and agents do is told to the engine, and what it says is done."""

from __future__ import annotations

import logging
from collections import Counter, deque
from typing import TYPE_CHECKING, Final, assert_never

from pbxcore.calls.lines import party_of
from pbxcore.calls.party import refused
from pbxcore.calls.queueing.agents import AgentWatch, changed_profiles
from pbxcore.calls.queueing.board import view_of
from pbxcore.calls.queueing.customers import Customers
from pbxcore.calls.queueing.directing import direct
from pbxcore.calls.queueing.duty import PhoneDuty
from pbxcore.calls.queueing.stays import Stay
from pbxcore.calls.queueing.talks import Talks
from pbxcore.dialplan.plan import Seat
from pbxcore.journal import CallEnded, QueueTransition
from pbxcore.presence.packages.dialog_info import DialogInfo
from pbxcore.queues.commands import QueuesShown, ShowQueues
from pbxcore.queues.engine import QueueEngine
from pbxcore.queues.facts import (
    Abandoned,
    AgentDropped,
    AgentLoggedIn,
    AgentLoggedOut,
    Connected,
    OfferEnded,
    Outcome,
)
from pbxcore.queues.inputs import (
    AgentLeft,
    AgentSeen,
    AgentsSeen,
    AllPut,
    Caller,
    CallerLeft,
    DropQueue,
    Enter,
    Kind,
    OfferFailed,
    PutAgent,
    PutQueue,
    Start,
    Tick,
)
from pbxcore.queues.outputs import (
    Admit,
    Announce,
    CallBack,
    Connect,
    LeaveTo,
    Offer,
    Transition,
    Withdraw,
)

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from pbxcore.calls.context import CallContext
    from pbxcore.calls.leg import Leg
    from pbxcore.calls.setting_up import SettingUp
    from pbxcore.dialplan.call_queue import CallQueue
    from pbxcore.journal import Fact
    from pbxcore.presence.keeping import Store
    from pbxcore.queues import facts as queue_facts
    from pbxcore.queues.commands import QueueCommand, QueueDone
    from pbxcore.queues.inputs import Input
    from pbxcore.queues.outputs import Output
    from pbxcore.queues.settings import AgentProfile
    from pbxcore.queues.state import State
    from pbxcore.sip.transactions.deadlines import Planned

log = logging.getLogger(__name__)

_WHOLE: Final = "queues"
"""The name under which the state is kept."""


class QueueDesk:
    """Every queue of the PBX; inputs are taken one after the other, by the clock of the endpoint.

    Args:
        context: what calls stand on.
        store: keeps what outlasts a restart.
        chance: gives numbers from 0 to below 1.
        epoch_ms: milliseconds UTC at which the clock of the endpoint showed 0.
    """

    def __init__(
        self,
        context: CallContext,
        store: Store[State],
        chance: Callable[[], float],
        epoch_ms: int,
    ) -> None:
        self._context, self._store = context, store
        self._chance, self._epoch_ms = chance, epoch_ms
        self._engine = QueueEngine(chance, epoch_ms)
        self._queues: Mapping[str, CallQueue] = {}
        self._profiles: Mapping[str, AgentProfile] = {}
        self._stays: dict[str, Stay] = {}
        self._entries: Counter[str] = Counter()
        """How often each call that is up came to a queue: no stay has the name of one before."""
        self._offers: dict[int, Stay] = {}
        self._talks = Talks(self.tell)
        self.customers = Customers(context, self.tell, self._talks)
        self._inputs: deque[Input] = deque()
        self._seen: list[AgentSeen] = []
        """Heard first: nobody is offered whose phones have begun to ring for somebody else."""
        self._running = False
        self.agents = AgentWatch(context, self._see)
        context.facilities.duty = self.duty = PhoneDuty(context.directory, self.tell)
        self.deadline: float | None = None
        self.planned: Planned | None = None

    def __len__(self) -> int:
        """How many callers wait."""
        return len(self._stays)

    def dialogs(self, number: str) -> tuple[DialogInfo, ...]:
        """What the lamp of a queue shows: each caller who waits rings there."""
        return tuple(
            DialogInfo(each.key, "early", "recipient", remote=party_of(each.front))
            for each in self._stays.values()
            if each.queue.settings.number == number
        )

    def serves(self, seat: Seat) -> bool:
        """Whether an agent is logged in to a queue."""
        queue = self._engine.floor.queues.get(seat.queue)
        return queue is not None and seat.agent in queue.duties

    def start(self) -> None:
        """Go on where the last process ended."""
        self._engine = QueueEngine(self._chance, self._epoch_ms, self._store.load().get(_WHOLE))
        self.tell(Start())
        self.follow()
        self._run()

    def enter(self, found: SettingUp, number: str) -> None:
        """Somebody comes to a queue."""
        self.follow()
        queue = self._queues.get(number)
        if queue is None:
            found.fail(refused(480, "pbx"))
            return
        key = self._key(found.call.id)
        self._stays[key] = Stay(key, queue, found, self.tell, self._moved)
        self._context.lines.place_changed(number)
        call = found.call
        did = call.dialled if call.origin.trunk else ""
        priority = max(queue.priority, call.aim.priority)
        caller = Caller(
            key,
            found.shown,
            found.caller.name,
            priority=priority,
            skills=queue.skills,
            did=did,
            welcoming=bool(queue.welcome),
            secure=call.aim.secure,
        )
        self.tell(Enter(number, caller))
        self._run()

    def tell(self, told: Input) -> None:
        """Something happened: the queues hear of it in a moment, when nothing else is under way."""
        self._inputs.append(told)
        self._wait()

    def handle(self, command: QueueCommand) -> QueueDone | QueuesShown:
        """Carry out a command, or tell what goes on."""
        if not isinstance(command, ShowQueues):
            self.follow()
            self._run()  # whoever was set as an agent a moment ago is one
            done = direct(command, self._engine.floor, self.tell)
            self._run()
            return done
        floor = self._engine.floor
        queues = sorted(floor.queues.values(), key=lambda each: each.number)
        views = tuple(view_of(floor, each, self._legs) for each in queues)
        return QueuesShown(floor.ms(self._context.now()), views)

    def hear(self, fact: Fact) -> None:
        """A fact of a call."""
        self._talks.hear(fact)
        self.customers.hear(fact)
        if isinstance(fact, CallEnded):
            self._entries.pop(fact.call, None)

    def follow(self) -> None:
        """The directory may be another now."""
        plan = self._context.directory.plan
        queues = plan.queues
        if queues is self._queues:
            return
        for profile in changed_profiles(self._profiles, plan.agents):
            self.tell(PutAgent(profile))
        self._profiles = plan.agents
        before, self._queues = self._queues, queues
        for number in before.keys() - queues.keys():
            self.tell(DropQueue(number))
        for number, queue in queues.items():
            if number not in before or before[number].settings != queue.settings:
                self.tell(PutQueue(queue.settings))
        agents = (each.number for queue in queues.values() for each in queue.settings.agents)
        self.agents.follow(agents)

    def follow_all(self) -> None:
        """The directory is the one that holds now, as after a restart it need not be at once."""
        self.follow()
        self.tell(AllPut())

    def tick(self, now: float) -> None:
        """Take what was told, and let time pass."""
        self.deadline = None
        self._run()

    # Inside

    def _run(self) -> None:
        """Take one input after the other; what comes meanwhile waits for its turn."""
        if self._running:
            return
        self._running = True
        kept = True
        try:
            while (told := self._next()) is not None:
                kept &= self._take(told)
        finally:
            self._running = False
        if not kept:
            self._store.save(_WHOLE, self._engine.state)
        self._wait()

    def _next(self) -> Input | None:
        if self._seen:
            seen, self._seen = tuple(self._seen), []
            return AgentsSeen(seen)
        if self._inputs:
            return self._inputs.popleft()
        return Tick() if self._is_due() else None

    def _see(self, seen: AgentSeen) -> None:
        """An agent's phones stand in another way."""
        self._seen.append(seen)
        self._wait()

    def _take(self, told: Input) -> bool:
        """Tell the engine one thing, and do what it says; whether its state is as it was kept."""
        try:
            outputs = self._engine.handle(told, self._context.now())
        except Exception:  # one mistake may not be the end of every queue
            log.exception("queue input failed", extra={"input": type(told).__name__})
            return True
        for output in outputs:
            self._try(output)
        return not any(
            isinstance(each, Transition) and self._engine.is_durable(each.fact) for each in outputs
        )

    def _try(self, output: Output) -> None:
        """Do one thing; whatever comes of it, the others are to be done too."""
        try:
            self._do(output)
        except Exception:
            log.exception("queue output failed", extra={"output": type(output).__name__})
            if isinstance(output, Offer):
                self.tell(OfferFailed(output.id))

    def _do(self, output: Output) -> None:
        match output:
            case Transition(seq, _, fact):
                self._context.record(QueueTransition(seq, fact))
                self._note(fact)
            case Offer():
                self._offer(output)
            case Withdraw(offer, _, reason):
                if (stay := self._offers.pop(offer, None)) is not None:
                    stay.search.withdraw(offer, reason)
                else:
                    self.customers.withdraw(offer)
            case Connect():
                self._connect(output)
            case Admit(caller) | Announce(caller) | LeaveTo(caller):
                if (stay := self._stays.get(caller)) is not None:
                    self._say(stay, output)
            case CallBack():
                self.customers.call(output)
            case _:
                assert_never(output)

    def _note(self, fact: queue_facts.Fact) -> None:
        """Forget what is over."""
        match fact:
            case Connected(caller=caller) | Abandoned(caller=caller):
                self._let_go(self._gone(caller))
            case AgentLoggedIn(queue, agent) | AgentLoggedOut(queue, agent):
                lamp = self._context.directory.plan.lamp_of(Seat(queue, agent))
                self._context.lines.place_changed(lamp)
            case AgentDropped(caller=caller):
                self._let_go(self._stays.get(caller))
            case OfferEnded(offer=offer, outcome=Outcome.REFUSED):  # alone is not withdrawn
                self._offers.pop(offer, None)
                self.customers.withdraw(offer)
            case _:
                pass

    def _gone(self, caller: str) -> Stay | None:
        """Somebody waits no longer."""
        stay = self._stays.pop(caller, None)
        if stay is not None:
            self._context.lines.place_changed(stay.queue.settings.number)
        return stay

    def _let_go(self, stay: Stay | None) -> None:
        """Nothing is left to be withdrawn of the offer that was answered."""
        if stay is not None:
            self._offers.pop(stay.answered, None)
            stay.search.joined(stay.answered)

    def _say(self, stay: Stay, output: Admit | Announce | LeaveTo) -> None:
        """Something for who waits."""
        match output:
            case Admit():
                stay.admit()
                if stay.front.over:
                    self.tell(CallerLeft(stay.key))
            case Announce(_, parts):
                stay.say(parts)
            case LeaveTo(caller, place, status):
                self._gone(caller)
                if stay.admitted:
                    stay.leave(place, status)
                else:
                    stay.turn_away(place, status)

    def _offer(self, offer: Offer) -> None:
        stay = self._stays.get(offer.caller)
        if offer.kind is Kind.CALLBACK:
            waiting = self._engine.floor.callers.get(offer.caller)
            queue = self._queues.get(offer.queue)  # may be gone already, before the engine knows
            if waiting is None or queue is None:
                self.tell(OfferFailed(offer.id))
            else:
                self.customers.offer(offer, queue, waiting.caller)
            return
        if stay is None:
            self.tell(OfferFailed(offer.id))
            return
        if stay.front.over:  # the queues are about to hear that he left, and withdraw it
            return
        self._offers[offer.id] = stay
        stay.search.offer(offer)

    def _connect(self, output: Connect) -> None:
        if self.customers.connect(output):
            return
        stay = self._stays.get(output.caller)
        leg = None if stay is None else stay.search.take(output.offer)
        if stay is None or leg is None:
            self._offers.pop(output.offer, None)
            self.tell(AgentLeft(output.caller))
            return
        self._talks.begin(stay.key, stay.front.call.id, stay.front.id, leg.id)
        stay.connect(output.offer, leg, output.waited_s)

    def _moved(self, before: Leg, after: Leg) -> None:
        """Who waits goes on at another leg, maybe while his agent is about to be joined to him."""
        self._talks.move(before.id, after.id, after.call.id)

    def _legs(self, key: str) -> tuple[str, str, str]:
        """The call of a stay or a talk, and the legs of caller and agent."""
        if (stay := self._stays.get(key)) is not None:
            return stay.front.call.id, stay.front.id, ""
        return self._talks.legs(key)

    def _key(self, call: str) -> str:
        """A name for one more stay of a call."""
        self._entries[call] += 1
        count = self._entries[call]
        return call if count == 1 else f"{call}.{count}"

    def _is_due(self) -> bool:
        deadline = self._engine.deadline
        return deadline is not None and deadline <= self._context.now()

    def _wait(self) -> None:
        if self._running:
            return
        at_once = self._seen or self._inputs
        self.deadline = self._context.now() if at_once else self._engine.deadline
        self._context.agent.core.layer.watch(self)
