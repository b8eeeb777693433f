"""Queues by chance: 20,000 steps, or a million of them, and all is well after each."""

from __future__ import annotations

from random import Random
from typing import TYPE_CHECKING

import pytest
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, rule, run_state_machine_as_test

from tests.support.examples import examples
from tests.support.queue_play import Play

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from typing import TypeVar

    T = TypeVar("T")


class Numbers:
    """Chances of one step, drawn by hypothesis in one number."""

    value = 0

    def below(self, limit: int) -> int:
        """Take so much of the number."""
        self.value, found = divmod(self.value, limit)
        return found

    def one_of(self, choices: Sequence[T]) -> T:
        """One of them."""
        return choices[self.below(len(choices))]


NUMBERS = st.integers(0, 2**64 - 1)


class Course(RuleBasedStateMachine):
    """Each rule is a step of `Play`; its draws come from one number."""

    @initialize(number=st.integers(0, 2**256 - 1))
    def begin(self, number: int) -> None:
        """Two queues, set in some way."""
        self.numbers = Numbers()
        self.numbers.value = number
        self.play = Play(self.numbers)

    @rule(number=st.integers(0, 2**128 - 1))
    def change_settings(self, number: int) -> None:
        """An administrator does something."""
        self.numbers.value = number
        self.play.change_settings()

    @rule(number=NUMBERS)
    def enter(self, number: int) -> None:
        """Somebody calls."""
        self.numbers.value = number
        self.play.enter()

    @rule(number=NUMBERS)
    def pass_time(self, number: int) -> None:
        """Time passes."""
        self.numbers.value = number
        self.play.pass_time()

    @rule(number=NUMBERS)
    def offer(self, number: int) -> None:
        """Something becomes of an offer."""
        self.numbers.value = number
        self.play.do_something_with_an_offer()

    @rule(number=NUMBERS)
    def caller(self, number: int) -> None:
        """A caller does something."""
        self.numbers.value = number
        self.play.do_something_with_a_caller()

    @rule(number=NUMBERS)
    def agent(self, number: int) -> None:
        """An agent does something."""
        self.numbers.value = number
        self.play.do_something_with_an_agent()

    @rule()
    def restart(self) -> None:
        """The PBX ends and begins."""
        self.play.restart()

    def teardown(self) -> None:
        """The whole course is counted."""
        if hasattr(self, "play"):
            self.play.check_figures()


def run(examples: int) -> None:
    """So many courses of a hundred steps."""
    run_state_machine_as_test(
        Course,
        settings=settings(
            max_examples=examples,
            stateful_step_count=100,
            deadline=None,
            suppress_health_check=list(HealthCheck),
        ),
    )


class Seeded:
    """Chances of a seed: a tenth of what hypothesis costs, and told by one number."""

    def __init__(self, seed: int) -> None:
        self._random = Random(seed)  # noqa: S311 - not a secret

    def below(self, limit: int) -> int:
        """From 0 to below the limit."""
        return self._random.randrange(limit)

    def one_of(self, choices: Sequence[T]) -> T:
        """One of them."""
        return self._random.choice(choices)


def course_of(seed: int, steps: int) -> None:
    """A course of so many steps, as `Course` takes them."""
    chance = Seeded(seed)
    play = Play(chance)
    kinds: tuple[Callable[[], None], ...] = (
        *(play.change_settings, play.enter, play.pass_time),
        *(play.do_something_with_an_offer, play.do_something_with_a_caller),
        *(play.do_something_with_an_agent, play.restart),
    )
    try:
        for _ in range(steps):
            chance.one_of(kinds)()
        play.check_figures()
    except AssertionError as wrong:
        wrong.add_note(f"seed {seed}")
        raise


def test_whatever_happens_in_20_000_steps_the_queues_are_right_after_each() -> None:
    shortened = examples(20, in_soak=200)  # what hypothesis finds, it makes short
    run(shortened)
    for seed in range(200 - shortened):
        course_of(seed, 100)


@pytest.mark.soak
@pytest.mark.timeout(7200)
def test_whatever_happens_in_a_million_steps_the_queues_are_right_after_each() -> None:
    for seed in range(10_000):
        course_of(seed, 100)
