"""One simulation: stacks, wires, the clock, and what must hold."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Final, Self

from pbxcore.simulator.chance import Chance
from pbxcore.simulator.clock import Clock
from pbxcore.simulator.invariants import InvariantBroken, Invariants
from pbxcore.simulator.network import Conditions, Network, Sending
from pbxcore.simulator.record import Record
from pbxcore.simulator.stack import Stack, refuse_all

if TYPE_CHECKING:
    from collections.abc import Callable
    from types import TracebackType

    from pbxcore.sip.transactions.incoming import Incoming

MOST_STEPS: Final = 200_000
"""Things that may happen before a run counts as one that never ends."""


class Simulation:
    """Use it in a `with` statement: what fails inside then carries the ladder with it.

    Args:
        seed: the same seed and the same calls lead to the same course.
        conditions: of all paths that `network.set_path` gives no others.
    """

    def __init__(self, seed: int = 0, conditions: Conditions | None = None) -> None:
        self.chance = Chance(seed)
        self.clock = Clock()
        self.invariants = Invariants(self.clock)
        self.record = Record()
        self.network = Network(
            self.clock, self.chance, self.record, self.invariants, conditions or Conditions()
        )
        self.stacks: list[Stack] = []

    def __enter__(self) -> Self:
        """Begin."""
        return self

    def __exit__(
        self,
        _kind: type[BaseException] | None,
        error: BaseException | None,
        _traceback: TracebackType | None,
    ) -> None:
        """Add the ladder to what went wrong."""
        if error is not None:
            error.add_note(f"at {self.clock.now:.3f} s\n{self.ladder()}")

    def stack(
        self,
        name: str,
        host: str,
        on_request: Callable[[Incoming], None] = refuse_all,
        *,
        port: int = 5060,
    ) -> Stack:
        """Add a stack; `on_request` may also be set later, at its `layer`."""
        stack = Stack(self.network, name, host, port, on_request)
        self.stacks.append(stack)
        return stack

    def inject(
        self, data: bytes, source: tuple[str, int], target: Stack, *, after_s: float = 0.0
    ) -> None:
        """Send a datagram that nobody here has written, from any address."""
        sending = Sending(source, (target.host, target.port), data)
        self.clock.after(after_s, lambda: self.network.send(None, sending))

    def after(self, seconds: float, action: Callable[[], object]) -> None:
        """Do something in a while; what it returns is of no interest."""
        self.clock.after(seconds, action)

    def run(
        self,
        seconds: float = math.inf,
        *,
        most_steps: int = MOST_STEPS,
        watch: Callable[[], object] = lambda: None,
    ) -> None:
        """Let that much time pass, or all of it until nothing more can happen.

        Args:
            seconds: how much.
            most_steps: so many things may happen meanwhile.
            watch: looks at what has become of each.

        Raises:
            InvariantBroken: it does not come to an end.
        """
        until, last = self.clock.now + seconds, self.clock.steps + most_steps
        while self.clock.step(until):
            watch()
            if self.clock.steps >= last:
                raise InvariantBroken(f"no end after {most_steps} steps")
        if until < math.inf:
            self.clock.now = until

    def check(self) -> None:
        """Check, once nothing more can happen, that nothing is left.

        Raises:
            InvariantBroken: something is.
        """
        self.invariants.check(self.stacks)

    def ladder(self) -> str:
        """The last messages, from the top down, with what became of each."""
        return self.record.drawn([each.name for each in self.stacks])
