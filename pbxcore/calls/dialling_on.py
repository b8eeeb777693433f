"""A number that is pressed after a code, while one talks: for a transfer without a transfer key."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from pbxcore.media.commands import Play, Tone

if TYPE_CHECKING:
    from collections.abc import Callable

    from pbxcore.calls.leg import Leg
    from pbxcore.sip.transactions.deadlines import Planned

FIRST_S: Final = 6.0
BETWEEN_S: Final = 3.0
_LONGEST: Final = 32
_READY: Final = Tone((((440.0,), 0.15),))


class DiallingOn:
    """Takes keys of a leg until `#`, or until there are no more; `then` gets the number."""

    planned: Planned | None = None

    def __init__(self, leg: Leg, then: Callable[[str], object]) -> None:
        self._leg, self._then = leg, then
        self._keys = ""
        self._context = context = leg.call.context
        self.deadline: float | None = context.now() + FIRST_S
        context.agent.core.layer.watch(self)
        context.anchor.ask(Play(leg.session.sound, f"dial-{leg.id}", (_READY,), times=1))

    def press(self, key: str) -> None:
        """Take one key, of which whoever listens hears nothing."""
        if key == "#" or len(self._keys) == _LONGEST:
            self.tick(self._context.now())
            return
        self._keys += key
        self.deadline = self._context.now() + BETWEEN_S
        self._context.agent.core.layer.watch(self)

    def tick(self, now: float) -> None:
        """The number is whole, or nothing came."""
        self.deadline = None
        self._context.agent.core.layer.unwatch(self)
        self._leg.dialling_on = None
        if self._keys and not self._leg.over:
            self._then(self._keys)
