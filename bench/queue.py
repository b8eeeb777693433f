"""Decisions of the queue engine, without calls: how many a second, and how late the latest are.

    python -m bench.queue [--queues 100] [--agents 1000] [--waiting 5000] [--decisions 20000]

Every agent talks, and each queue has its share of those who wait. A decision is one agent who hangs
up: who of all is rung for is decided, the agent answers and talks, and somebody else enters. The
reference looks at all who wait for each decision, as engines do that let every caller ask in turn;
both must decide alike.
"""

from __future__ import annotations

import argparse
import random
import time
from typing import TYPE_CHECKING, NamedTuple

from bench.figures import HEADING, Line, note, percentile, tell
from pbxcore.queues.engine import QueueEngine
from pbxcore.queues.inputs import (
    AgentLeft,
    AgentSeen,
    AgentsSeen,
    Bridged,
    Caller,
    Device,
    Enter,
    OfferAnswered,
    PutQueue,
    Start,
)
from pbxcore.queues.outputs import Offer
from pbxcore.queues.settings import NEVER, QueueAgent, QueueSettings, Strategy

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

QUEUES_OF_AN_AGENT = 3
STRATEGIES = (Strategy.LEAST_RECENT, Strategy.LINEAR, Strategy.FEWEST_CALLS, Strategy.LONGEST_IDLE)


class Size(NamedTuple):
    """How large the centre is."""

    queues: int
    agents: int
    waiting: int


class Arrival(NamedTuple):
    """Somebody who enters."""

    key: str
    queue: str
    priority: int


def settings(size: Size) -> list[QueueSettings]:
    """Queues of all strategies and weights, each agent in some of them."""
    members: list[list[QueueAgent]] = [[] for _ in range(size.queues)]
    for agent in range(size.agents):
        for step in range(QUEUES_OF_AN_AGENT):
            members[(agent + step * 7) % size.queues].append(QueueAgent(f"a{agent}"))
    return [
        QueueSettings(
            number=f"q{number}",
            agents=tuple(agents),
            strategy=STRATEGIES[number % len(STRATEGIES)],
            weight=number % 3,
            wrap_up_s=0.0,
            max_wait_s=None,
            join_empty=NEVER,
            leave_empty=NEVER,
        )
        for number, agents in enumerate(members)
    ]


def arrivals(size: Size) -> Iterator[Arrival]:
    """Callers without end; some are preferred."""
    chance = random.Random(5)
    number = 0
    while True:
        number += 1
        yield Arrival(f"c{number}", f"q{chance.randrange(size.queues)}", chance.choice((0, 0, 5)))


class Centre:
    """The engine with everybody on the phone."""

    def __init__(self, size: Size) -> None:
        self.engine = QueueEngine(random.Random(1).random, 0)
        self.now = 0.0
        self._arrivals = arrivals(size)
        self.engine.handle(Start(), 0.0)
        for each in settings(size):
            self.engine.handle(PutQueue(each), 0.0)
        for agent in range(size.agents):
            self.engine.handle(AgentsSeen((AgentSeen(f"a{agent}", Device.IDLE),)), 0.0)
        while len(self.engine.floor.callers) < size.agents + size.waiting:
            self.enter()

    def enter(self) -> str:
        """The next caller; whoever rings answers. Who that is, if anybody."""
        self.now += 0.001
        key, queue, priority = next(self._arrivals)
        outputs = self.engine.handle(Enter(queue, Caller(key, key, priority=priority)), self.now)
        offer = next((each for each in outputs if isinstance(each, Offer)), None)
        self._answer(offer)
        return "" if offer is None else offer.agent

    def _answer(self, offer: Offer | None) -> None:
        if offer is not None:
            self.engine.handle(OfferAnswered(offer.id), self.now)
            self.engine.handle(Bridged(offer.caller), self.now)

    def decide(self, agent: str) -> tuple[str, float]:
        """The agent hangs up: who is rung for, and after how many seconds that was known."""
        self.now += 0.001
        talk = self.engine.floor.agents[agent].caller
        if talk is None:
            return "", 0.0
        began = time.perf_counter()
        outputs = self.engine.handle(AgentLeft(talk.key), self.now)
        taken_s = time.perf_counter() - began
        offer = next((each for each in outputs if isinstance(each, Offer)), None)
        self._answer(offer)
        return "" if offer is None else offer.caller, taken_s


class FullScan:
    """The same decisions by looking at everybody who waits, each time."""

    def __init__(self, size: Size, waiting: Sequence[Arrival]) -> None:
        self._weights = {each.number: each.weight for each in settings(size)}
        self._agents = {each.number: {who.number for who in each.agents} for each in settings(size)}
        self.waiting = list(waiting)
        self._idle: set[str] = set()

    def enter(self, caller: Arrival, agent: str) -> None:
        """Somebody waits, unless an idle agent has answered."""
        if agent:
            self._idle.remove(agent)
            return
        if not self._idle.isdisjoint(self._agents[caller.queue]):
            raise AssertionError(f"{caller.key} waits though somebody is idle")
        self.waiting.append(caller)

    def decide(self, agent: str) -> str:
        """Who is rung for."""
        best: tuple[int, int, int] | None = None
        for at, each in enumerate(self.waiting):
            if agent in self._agents[each.queue]:
                rank = -self._weights[each.queue], -each.priority, at
                if best is None or rank < best:
                    best = rank
        if best is None:
            self._idle.add(agent)
            return ""
        return self.waiting.pop(best[2]).key


def measured(size: Size, decisions: int) -> tuple[float, float, float]:
    """Decisions a second of the engine and of the scan, and the engine's 99th percentile in ms."""
    centre = Centre(size)
    waiting = {each.key for each in centre.engine.floor.callers.values() if not each.answered}
    known = {each.key: each for each in _first(size, len(centre.engine.floor.callers))}
    scan = FullScan(size, [known[key] for key in known if key in waiting])
    coming = arrivals(size)
    for _ in known:
        next(coming)
    chance = random.Random(9)
    engine_s = scan_s = 0.0
    taken: list[float] = []
    for _ in range(decisions):
        agent = f"a{chance.randrange(size.agents)}"
        began = time.perf_counter()
        caller, taken_s = centre.decide(agent)
        answering = centre.enter()
        engine_s += time.perf_counter() - began
        taken.append(taken_s)
        began = time.perf_counter()
        expected = scan.decide(agent)
        scan.enter(next(coming), answering)
        scan_s += time.perf_counter() - began
        if caller != expected:
            raise AssertionError(f"{agent}: {caller} instead of {expected}")
    return decisions / engine_s, decisions / scan_s, percentile(taken, 99) * 1000


def _first(size: Size, count: int) -> list[Arrival]:
    coming = arrivals(size)
    return [next(coming) for _ in range(count)]


def main() -> None:
    """Measure and print."""
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("--queues", type=int, default=100)
    options.add_argument("--agents", type=int, default=1000)
    options.add_argument("--waiting", type=int, default=5000)
    options.add_argument("--decisions", type=int, default=20_000)
    options.add_argument("--rounds", type=int, default=3)
    chosen = options.parse_args()
    size = Size(chosen.queues, chosen.agents, chosen.waiting)
    results = []
    for at in range(chosen.rounds):
        results.append(measured(size, chosen.decisions))
        note(f"round {at + 1}: {results[-1][0]:,.0f}/s, scanning {results[-1][1]:,.0f}/s")
    engine, scan, p99_ms = (sorted(each)[len(results) // 2] for each in zip(*results, strict=True))
    print(HEADING)
    beside = f"full scan {scan:,.0f}/s; ours {engine:,.0f}/s"
    tell(
        Line("queue decisions, with all that follows", engine / scan, "x", 1, 3, True, beside),
        Line("the engine's part of an offer, p99", p99_ms, "ms", 20, 5),
    )


if __name__ == "__main__":
    main()
