"""Queues on a clock of their own, driven by words: who enters, who answers, what was done."""

from __future__ import annotations

import random
from typing import TYPE_CHECKING, TypeVar

from pbxcore.queues import inputs
from pbxcore.queues.engine import QueueEngine
from pbxcore.queues.inputs import (
    AgentSeen,
    AgentsSeen,
    Caller,
    Device,
    Enter,
    PutQueue,
    Start,
    Tick,
)
from pbxcore.queues.outputs import Announce, LeaveTo, Offer, Transition, Withdraw
from pbxcore.queues.settings import NEVER, QueueAgent, QueueSettings, Strategy

if TYPE_CHECKING:
    from collections.abc import Iterable

    from pbxcore.queues.facts import Fact
    from pbxcore.queues.inputs import Input
    from pbxcore.queues.outputs import Output
    from pbxcore.queues.state import State

T = TypeVar("T")
EPOCH_MS = 1_700_000_000_000
LONG_S = 1e6


def queue(
    *agents: str | QueueAgent,
    number: str = "6500",
    strategy: Strategy = Strategy.LINEAR,
    **settings: object,
) -> QueueSettings:
    """A queue for tests: nobody leaves by himself, nobody needs a rest."""
    plain: dict[str, object] = {
        "wrap_up_s": 0.0,
        "max_wait_s": None,
        "join_empty": NEVER,
        "leave_empty": NEVER,
    }
    return QueueSettings(
        number=number,
        strategy=strategy,
        agents=tuple(QueueAgent(each) if isinstance(each, str) else each for each in agents),
        **{**plain, **settings},  # type: ignore[arg-type]
    )


class Hall:
    """The engine, its clock, and everything that it ever said."""

    def __init__(
        self, *queues: QueueSettings, state: State | None = None, now: float = 0.0
    ) -> None:
        self.now = now
        chance = random.Random(1).random  # noqa: S311 - a repeatable play of chance
        self.engine = QueueEngine(chance, EPOCH_MS, state)
        self.said: list[tuple[float, Output]] = []
        self.give(Start())
        for each in queues:
            self.give(PutQueue(each))
            for agent in each.agents:
                self.seen(agent.number)

    def give(self, *given: Input) -> list[Output]:
        """Tell the engine; what it says."""
        outputs = [output for each in given for output in self.engine.handle(each, self.now)]
        self.said += [(self.now, output) for output in outputs]
        return outputs

    def enter(self, key: str, where: str = "6500", **caller: object) -> list[Output]:
        """Somebody enters a queue."""
        who = Caller(key, **{"number": key, **caller})  # type: ignore[arg-type]
        return self.give(Enter(where, who))

    def seen(self, agent: str, device: Device = Device.IDLE, **more: bool) -> list[Output]:
        """The agent's phones stand in this way."""
        return self.give(AgentsSeen((AgentSeen(agent, device, **more),)))

    def pass_(self, seconds: float) -> list[Output]:
        """Time passes, and everything is done when it is due."""
        until, outputs = self.now + seconds, []
        while (deadline := self.engine.deadline) is not None and deadline <= until:
            self.now = max(self.now, deadline)
            outputs += self.give(Tick())
        self.now = until
        return outputs + self.give(Tick())

    def ringing(self, caller: str | None = None) -> list[str]:
        """Who is being rung, for a caller or at all, in order."""
        leases = self.engine.floor.leases.values()
        return [each.agent.number for each in leases if caller in (None, each.caller.key)]

    def served(self, agent: str) -> str:
        """For whom an agent is rung or has answered."""
        found = self.engine.floor.agents[agent]
        who = found.lease.caller if found.lease else found.caller
        return who.key if who else ""

    def offer_of(self, agent: str) -> int:
        """The offer that rings at an agent."""
        lease = self.engine.floor.agents[agent].lease
        assert lease is not None, f"{agent} is not rung"
        return lease.id

    def answer(self, agent: str) -> list[Output]:
        """An agent answers what rings."""
        return self.give(inputs.OfferAnswered(self.offer_of(agent)))

    def refuse(self, agent: str) -> list[Output]:
        """An agent refuses what rings."""
        return self.give(inputs.OfferRefused(self.offer_of(agent)))

    def talk(self, agent: str) -> str:
        """An agent answers and both talk; who the caller is."""
        self.answer(agent)
        caller = self.served(agent)
        self.give(inputs.Bridged(caller, f"leg-{agent}"))
        return caller

    def serve(self, agent: str, seconds: float = 10.0) -> str:
        """An agent answers, talks and hangs up."""
        caller = self.talk(agent)
        self.pass_(seconds)
        self.give(inputs.AgentLeft(caller))
        return caller

    def line(self, number: str = "6500") -> list[str]:
        """Who waits, in order."""
        return [each.key for each in self.engine.floor.queues[number].line]

    def facts(self, kind: type[T]) -> list[T]:
        """What happened of one kind."""
        return [each for each in self.log if isinstance(each, kind)]

    @property
    def log(self) -> list[Fact]:
        """Everything that happened."""
        return [output.fact for _, output in self.said if isinstance(output, Transition)]

    @property
    def transitions(self) -> list[Transition]:
        """The same with numbers and moments."""
        return of(Transition, (output for _, output in self.said))


def of(kind: type[T], outputs: Iterable[Output]) -> list[T]:
    """The outputs of one kind."""
    return [each for each in outputs if isinstance(each, kind)]


def offered(outputs: Iterable[Output]) -> list[tuple[str, str]]:
    """Caller and agent of each offer."""
    return [(each.caller, each.agent) for each in of(Offer, outputs)]


def withdrawn(outputs: Iterable[Output]) -> list[tuple[str, str]]:
    """Agent and reason of each withdrawal."""
    return [(each.agent, each.reason.value) for each in of(Withdraw, outputs)]


def left(outputs: Iterable[Output]) -> list[tuple[str, str]]:
    """Who goes on elsewhere, and why."""
    return [(each.caller, each.status.value) for each in of(LeaveTo, outputs)]


def announced(outputs: Iterable[Output]) -> list[object]:
    """What is said to those who wait."""
    return [part for each in of(Announce, outputs) for part in each.parts]
