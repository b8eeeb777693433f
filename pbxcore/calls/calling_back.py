"""Callers that were turned away, and are called back."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from pbxcore.calls.goal import Goal

if TYPE_CHECKING:
    from collections.abc import Callable

    from pbxcore.calls.context import CallContext
    from pbxcore.dialplan.callbacks import Callback
    from pbxcore.sip.transactions.deadlines import Planned

RETRY_S: Final = 30.0
"""Between two attempts."""


class CallingBack:
    """One attempt is pending for each number; who calls again meanwhile waits for it."""

    def __init__(self, context: CallContext) -> None:
        self._context = context
        self._pending: dict[str, _Pending] = {}
        self.originate: Callable[[str, Goal], object] = lambda number, goal: None

    def __len__(self) -> int:
        """How many callers wait for it."""
        return len(self._pending)

    def ask(self, rule: Callback, caller: str) -> None:
        """Somebody called who is to be called back, if the rule is for him."""
        number = rule.number_for(caller)
        if number and number not in self._pending:
            self._pending[number] = pending = _Pending(self, rule, number)
            self.wait(pending, rule.sleep_s)

    def wait(self, pending: _Pending, seconds: float) -> None:
        """Let an attempt be made in a while."""
        pending.deadline = self._context.now() + seconds
        self._context.agent.core.layer.watch(pending)

    def attempt(self, pending: _Pending) -> None:
        """Call him now."""
        rule = pending.rule
        self.originate(pending.number, Goal(rule.place, rule.level, reached=pending.ended))

    def over(self, number: str) -> None:
        """He was reached, or will not be."""
        self._pending.pop(number, None)


class _Pending:
    """One caller, and how often he is still to be tried."""

    def __init__(self, back: CallingBack, rule: Callback, number: str) -> None:
        self._back, self.rule, self.number = back, rule, number
        self._left = rule.retries
        self.deadline: float | None = None
        self.planned: Planned | None = None

    def tick(self, now: float) -> None:
        """It is time."""
        self.deadline = None
        self._back.attempt(self)

    def ended(self, answered: bool) -> None:
        """He answered, or did not."""
        if answered or not self._left:
            self._back.over(self.number)
            return
        self._left -= 1
        self._back.wait(self, RETRY_S)
