"""Call completion: whoever was not reached is called back once the other one may be.

Somebody who is busy may be called when he is free; who did not answer, when he has used his phone
(RFC 6910 calls these CCBS and CCNR). Requests outlast a restart, and moments are seconds UTC.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final, NamedTuple

import msgspec

if TYPE_CHECKING:
    from collections.abc import Callable

    from pbxcore.calls.context import CallContext
    from pbxcore.presence.keeping import Store
    from pbxcore.sip.transactions.deadlines import Planned

OFFERED_S: Final = 60.0
"""So long after a call it may be asked for."""
BUSY_LASTS_S: Final = 4800.0
"""So long a request waits for somebody who was busy to be free (CCBS)."""
SILENT_LASTS_S: Final = 7200.0
"""So long one waits for who did not answer to have used his phone (CCNR)."""
SETTLED_S: Final = 1.0
"""A phone that has just hung up shows that first."""


class Request(msgspec.Struct, frozen=True):
    """Who wants to talk to whom; `due`: the other one may be called now."""

    caller: str
    callee: str
    until: float
    due: bool = False


class _Missed(NamedTuple):
    """Whom somebody did not reach, and when."""

    callee: str
    at: float
    busy: bool


class Completing:
    """The requests of all extensions, one for each that calls and is called.

    Args:
        context: knows who is on the phone.
        store: outlasts us.

    Attributes:
        place: rings the caller and then calls the callee; the switchboard's.
    """

    def __init__(self, context: CallContext, store: Store[Request]) -> None:
        self._context, self._store = context, store
        self._missed: dict[str, _Missed] = {}
        self._requests = {(each.caller, each.callee): each for each in store.load().values()}
        self.place: Callable[[str, str], tuple[int, str]] = lambda caller, callee: (503, "")
        self.deadline: float | None = None
        self.planned: Planned | None = None

    def __len__(self) -> int:
        """How many wait."""
        return len(self._requests)

    def missed(self, caller: str, callee: str, *, busy: bool) -> None:
        """A call is over, and nobody talked."""
        self._missed[caller] = _Missed(callee, self._context.moment(), busy)

    def ask(self, caller: str) -> bool:
        """Call whom the caller did not reach just now; whether that is possible."""
        now = self._context.moment()
        missed = self._missed.get(caller)
        if missed is None or now - missed.at > OFFERED_S:
            return False
        self._forget_old()
        if not self._has_room(caller, missed.callee):
            return False
        lasts_s = BUSY_LASTS_S if missed.busy else SILENT_LASTS_S
        self._keep(Request(caller, missed.callee, now + lasts_s))
        return True

    def _has_room(self, caller: str, callee: str) -> bool:
        """Whether the callee is for this, and neither has as many requests as it may."""
        directory = self._context.directory
        asks, asked = directory.extension(caller), directory.extension(callee)
        if asks is None or asked is None or not asked.handling.completes:
            return False
        others = [each for pair, each in self._requests.items() if pair != (caller, callee)]
        awaits = sum(each.caller == caller for each in others)
        awaited = sum(each.callee == callee for each in others)
        return awaits < asks.handling.awaits_most and awaited < asked.handling.awaited_by_most

    def cancel(self, caller: str) -> bool:
        """Call nobody for the caller; whether there was anybody."""
        mine = [each for each in self._requests.values() if each.caller == caller]
        for each in mine:
            self._drop(each)
        return bool(mine)

    def freed(self, number: str) -> None:
        """The last call of an extension is over."""
        if not self._requests:
            return
        for each in list(self._requests.values()):
            if each.callee == number and not each.due:
                self._keep(msgspec.structs.replace(each, due=True))
        if any(
            each.due and number in (each.caller, each.callee) for each in self._requests.values()
        ):
            self.deadline = self._context.now() + SETTLED_S
            self._context.agent.core.layer.watch(self)

    def tick(self, now: float) -> None:
        """Call those for whom the time has come, once both are free."""
        self.deadline = None
        self._forget_old()
        lines = self._context.lines
        for each in list(self._requests.values()):
            if each.due and not lines.calls_of(each.caller) and not lines.calls_of(each.callee):
                self._drop(each)
                self.place(each.caller, each.callee)

    def _forget_old(self) -> None:
        moment = self._context.moment()
        for each in [each for each in self._requests.values() if each.until < moment]:
            self._drop(each)

    def _keep(self, request: Request) -> None:
        self._requests[request.caller, request.callee] = request
        self._store.save(_key(request), request)

    def _drop(self, request: Request) -> None:
        del self._requests[request.caller, request.callee]
        self._store.save(_key(request), None)


def _key(request: Request) -> str:
    return f"{request.caller} {request.callee}"
