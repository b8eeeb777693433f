"""A program decides whether a call from outside is taken; a call that nobody decides goes on."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Callable

    from pbxcore.calls.context import CallContext
    from pbxcore.sip.transactions.deadlines import Planned

WITHIN_S: Final = 10.0


class Deciding:
    """Waits for a decision about one call; `go_on` is what happens if it is taken."""

    def __init__(self, context: CallContext, go_on: Callable[[], None]) -> None:
        self._context, self._go_on = context, go_on
        self.deadline: float | None = context.now() + WITHIN_S
        self.planned: Planned | None = None
        self._context.agent.core.layer.watch(self)

    @property
    def open(self) -> bool:
        """Whether nothing is decided."""
        return self.deadline is not None

    def accept(self) -> None:
        """The call goes on."""
        self.close()
        self._go_on()

    def close(self) -> None:
        """There is nothing to decide any more."""
        self.deadline = None
        self._context.agent.core.layer.unwatch(self)

    def tick(self, now: float) -> None:
        """Nobody has decided in time."""
        self.accept()
