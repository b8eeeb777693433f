"""The floor: queues, agents, callers and offers as they are now, for all who decide about them."""

from __future__ import annotations

import enum
from collections import deque
from typing import TYPE_CHECKING, Final

from pbxcore.queues.eligibility import widens_at
from pbxcore.queues.inputs import Device
from pbxcore.queues.line import Line
from pbxcore.queues.outputs import Transition
from pbxcore.queues.settings import AgentProfile, Strategy
from pbxcore.queues.timers import Due, Timers

if TYPE_CHECKING:
    from collections.abc import Callable

    from pbxcore.queues.facts import Fact, Outcome
    from pbxcore.queues.inputs import Caller
    from pbxcore.queues.line import Order
    from pbxcore.queues.outputs import Output
    from pbxcore.queues.settings import QueueAgent, QueueSettings

HANDLE_TIMES: Final = 20
"""So many talks the estimated wait is made of."""


class Stage(enum.Enum):
    """How far somebody has come."""

    WAITING = enum.auto()
    CONNECTING = enum.auto()
    TALKING = enum.auto()
    GONE = enum.auto()


class Lease:
    """An agent is reserved for a caller, at most until `until`."""

    def __init__(self, id_: int, caller: Waiting, agent: Agent, since: float, until: float) -> None:
        self.id, self.caller, self.agent = id_, caller, agent
        self.since, self.until = since, until
        self.rung = False


class Waiting:
    """Somebody in a queue, until the end of the talk.

    Attributes:
        live: has a call that is up; else waits to be called back.
        welcoming: hears the welcome still.
        tried: agents who were rung in this round, `last_try` when the last of them ended.
        level: the lowest of those who were rung together last.
        leases: by agent; `answered` the one that won.
    """

    def __init__(self, caller: Caller, queue: Queue, entered: float, order: Order) -> None:
        self.key, self.caller, self.queue = caller.key, caller, queue
        self.entered, self.order = entered, order
        self.stage, self.live = Stage.WAITING, True
        self.welcoming = caller.welcoming
        self.original_position = 0
        self.leases: dict[str, Lease] = {}
        self.tried: set[str] = set()
        self.last_try = float("-inf")
        self.level = 0
        self.next_agent_at = 0.0
        self.graced = False
        self.answered: Lease | None = None
        self.connected_at = self.rang_s = self.waited_s = 0.0
        self.attempts = 0
        self.not_before = float("-inf")
        self.said_position = self.said_minutes = 1 << 30
        self.said_at = float("-inf")
        self.was_due, self.prompts_said = False, 0

    @property
    def priority(self) -> int:
        """The higher, the earlier."""
        return -self.order[0]

    @property
    def secure(self) -> bool:
        """Whether nobody may hear the call in clear; one that calls back is another call."""
        return self.live and self.caller.secure


class Duty:
    """An agent serves a queue; `place` orders those of one queue."""

    def __init__(self, queue: Queue, agent: Agent, settings: QueueAgent, place: int) -> None:
        self.queue, self.agent, self.settings, self.place = queue, agent, settings, place
        self.misses: dict[Outcome, int] = {}

    @property
    def on_break(self) -> bool:
        """Not called, here or at all."""
        breaks = self.agent.breaks
        return bool(breaks) and ("" in breaks or self.queue.number in breaks)


class Agent:
    """Who serves.

    Attributes:
        serves: since when, by queue; `duties` of the queues that there are.
        named: of these queues that he serves the settings say so.
        logged_off: of these queues, though set to serve them.
        in_clear: none of his phones is reached securely.
        breaks: reason and begin, by queue, "" for all.
    """

    def __init__(self, number: str) -> None:
        self.number, self.profile = number, AgentProfile(number)
        self.device, self.undisturbed, self.chats = Device.UNKNOWN, False, 0
        self.in_clear = False
        self.serves: dict[str, float] = {}
        self.named: set[str] = set()
        self.logged_off: set[str] = set()
        self.duties: dict[str, Duty] = {}
        self.breaks: dict[str, tuple[str, float]] = {}
        self.lease: Lease | None = None
        self.caller: Waiting | None = None
        self.wrap_up: tuple[float, float] | None = None
        self.rests_until = float("-inf")
        self.idle_since = 0.0
        self.last_call: float | None = None
        self.calls: dict[str, int] = {}


class Queue:
    """A queue: all who wait in `line`; in `seeking` those for whom somebody might be rung now."""

    def __init__(self, settings: QueueSettings) -> None:
        self.settings, self.number = settings, settings.number
        self.line, self.seeking = Line(), Line()
        self.duties: dict[str, Duty] = {}
        self.free: dict[str, Duty] = {}
        self.cursor = ""
        self.handle_times: deque[float] = deque(maxlen=HANDLE_TIMES)
        self.abandoned: dict[str, tuple[float, Waiting]] = {}

    def in_line(self) -> list[Waiting]:
        """Those who wait now, to go through while some of them leave."""
        return list(self.line)


class Floor:
    """Everything there is, the time, and what has been said so far.

    Args:
        chance: gives numbers from 0 to below 1.
        epoch_ms: milliseconds UTC at which the steady clock showed 0.
        seq: the last number that was given to a transition.
    """

    def __init__(self, chance: Callable[[], float], epoch_ms: int, seq: int) -> None:
        self.chance, self.epoch_ms, self.seq = chance, epoch_ms, seq
        self.now = 0.0
        self.queues: dict[str, Queue] = {}
        self.agents: dict[str, Agent] = {}
        self.callers: dict[str, Waiting] = {}
        self.leases: dict[int, Lease] = {}
        self.timers = Timers()
        self.stirred: dict[Queue, None] = {}
        self.thinned: dict[Queue, None] = {}
        self._outputs: list[Output] = []

    def tell(self, output: Output) -> None:
        """Let something be done."""
        self._outputs.append(output)

    def log(self, fact: Fact) -> None:
        """Something happened."""
        self.seq += 1
        self._outputs.append(Transition(self.seq, self.ms(self.now), fact))

    def told(self) -> list[Output]:
        """What was said since this was asked last."""
        outputs, self._outputs = self._outputs, []
        return outputs

    def ms(self, at: float) -> int:
        """A moment of the steady clock as milliseconds UTC."""
        return self.epoch_ms + round(at * 1000)

    def since(self, at_ms: int) -> float:
        """Milliseconds UTC as a moment of the steady clock, below 0 if before its begin."""
        return (at_ms - self.epoch_ms) / 1000

    def agent(self, number: str) -> Agent:
        """The agent of that number; one who was not known yet has been idle until now."""
        agent = self.agents.get(number)
        if agent is None:
            agent = self.agents[number] = Agent(number)
            agent.idle_since = self.now
        return agent

    def agent_changed(self, agent: Agent) -> None:
        """See for which queues an agent is free now."""
        for duty in agent.duties.values():
            queue = duty.queue
            if is_free(duty, self.now):
                if agent.number not in queue.free:
                    queue.free[agent.number] = duty
                    self.stirred[queue] = None
            else:
                queue.free.pop(agent.number, None)
            if queue.line:
                self.thinned[queue] = None

    def caller_changed(self, caller: Waiting) -> None:
        """See whether anybody might be rung for a caller now."""
        queue = caller.queue
        if wants_agents(caller, self.now):
            queue.seeking.add(caller)
            self.stirred[queue] = None
            if (at := widens_at(caller, self.now)) is not None:
                self.timers.set(Due.WIDEN, caller.key, at)
        else:
            queue.seeking.remove(caller)
            if not queue.settings.autofill:
                self.stirred[queue] = None  # somebody else may be the first now


_QUIET: Final = frozenset({Device.IDLE, Device.UNKNOWN})


def is_free(duty: Duty, now: float) -> bool:
    """Whether the agent may be rung for this queue."""
    agent = duty.agent
    if agent.lease or agent.caller or agent.wrap_up or agent.undisturbed or duty.on_break:
        return False
    if agent.rests_until > now or agent.device.gone:
        return False
    if agent.device is Device.BUSY:  # takes no second call, even where agents ring during calls
        return False
    if agent.device not in _QUIET and not rings_in_use(duty):
        return False
    return has_room(agent, duty.queue.settings)


def has_room(agent: Agent, settings: QueueSettings) -> bool:
    """Whether an agent's chats leave room for a call of a queue."""
    full = 0 < agent.profile.most_chats <= agent.chats
    if full and not settings.calls_the_full:
        return False
    return settings.beside_chats is None or agent.chats <= settings.beside_chats


def rings_in_use(duty: Duty) -> bool:
    """Whether the agent is rung during calls of his own."""
    own = duty.settings.rings_in_use
    return duty.queue.settings.rings_in_use if own is None else own


def wants_agents(caller: Waiting, now: float) -> bool:
    """Whether more agents than those who ring may be rung for a caller."""
    if caller.stage is not Stage.WAITING or caller.not_before > now:
        return False
    match caller.queue.settings.strategy:
        case Strategy.RING_ALL:
            return True
        case Strategy.RING_PROGRESSIVELY:
            return not caller.leases or caller.next_agent_at <= now
        case _:
            return not caller.leases
