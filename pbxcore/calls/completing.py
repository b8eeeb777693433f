"""Call completion: whoever was not reached is called back once the other one may be.

Somebody who is busy may be called when he is free; who did not answer, when he has used his phone
(RFC 6910 calls these CCBS and CCNR). Nothing of it outlasts a restart.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import msgspec

if TYPE_CHECKING:
    from collections.abc import Callable

    from pbxcore.calls.surroundings import Surroundings

OFFERED_S: Final = 60.0
"""So long after a call it may be asked for."""
LASTS_S: Final = 7200.0
SETTLED_S: Final = 1.0
"""A phone that has just hung up shows that first."""


class Request(msgspec.Struct):
    """Who wants to talk to whom; `due`: the other one may be called now."""

    caller: str
    callee: str
    until: float
    due: bool = False


class Completing:
    """The requests of all extensions, one for each that calls and is called.

    Args:
        house: knows who is on the phone.

    Attributes:
        place: rings the caller and then calls the callee; the switchboard's.
    """

    def __init__(self, house: Surroundings) -> None:
        self._house = house
        self._missed: dict[str, tuple[str, float]] = {}
        self._requests: dict[tuple[str, str], Request] = {}
        self.place: Callable[[str, str], tuple[int, str]] = lambda caller, callee: (503, "")
        self.deadline: float | None = None
        self.planned: float | None = None

    def __len__(self) -> int:
        """How many wait."""
        return len(self._requests)

    def missed(self, caller: str, callee: str) -> None:
        """A call is over, and nobody talked."""
        self._missed[caller] = callee, self._house.now()

    def ask(self, caller: str) -> bool:
        """Call whom the caller did not reach just now; whether that is possible."""
        now = self._house.now()
        callee, at = self._missed.get(caller, ("", -OFFERED_S))
        extension = self._house.directory.extension(callee)
        if extension is None or now - at > OFFERED_S or not extension.handling.completes:
            return False
        self._requests[caller, callee] = Request(caller, callee, now + LASTS_S)
        return True

    def cancel(self, caller: str) -> bool:
        """Call nobody for the caller; whether there was anybody."""
        mine = [pair for pair in self._requests if pair[0] == caller]
        for pair in mine:
            del self._requests[pair]
        return bool(mine)

    def freed(self, number: str) -> None:
        """The last call of an extension is over."""
        if not self._requests:
            return
        for each in self._requests.values():
            each.due |= each.callee == number
        if any(
            each.due and number in (each.caller, each.callee) for each in self._requests.values()
        ):
            self.deadline = self._house.now() + SETTLED_S
            self._house.agent.core.layer.watch(self)

    def tick(self, now: float) -> None:
        """Call those for whom the time has come, once both are free."""
        self.deadline = None
        lines = self._house.lines
        for pair, each in list(self._requests.items()):
            if each.until < now:
                del self._requests[pair]
            elif each.due and not lines.calls_of(each.caller) and not lines.calls_of(each.callee):
                del self._requests[pair]
                self.place(each.caller, each.callee)
