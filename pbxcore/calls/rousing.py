"""Phones that sleep are woken before they are called (RFC 8599 §5.6.2), and to stay registered.

A push asks the phone to register anew; the INVITE waits until it has, and goes the way it came by.
A phone that sleeps longer than it is registered could not be woken any more (§5.5).
"""

from __future__ import annotations

import heapq
from typing import TYPE_CHECKING, Final

from pbxcore.presence.push import is_same_phone, push_of, refresh_due_ms
from pbxcore.presence.reach import is_asleep, way_to

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from pbxcore.calls.context import CallContext
    from pbxcore.presence.bindings import StoredBinding
    from pbxcore.presence.push import Push
    from pbxcore.sip.flow import Flow
    from pbxcore.sip.transactions.deadlines import Planned

WAIT_S: Final = 10.0
"""How long a phone may take to wake and register; its user hears nothing meanwhile."""


class Rousing:
    """Wakes phones.

    Attributes:
        push: asks a push service to wake one, for the extension of that number.
    """

    def __init__(self, context: CallContext) -> None:
        self._context = context
        self._waiting: dict[str, list[Sleeper]] = {}
        self._due: list[tuple[int, str, str]] = []
        """When to wake for a new registration: the number, and the contact."""
        self._planned: set[tuple[int, str, str]] = set()
        self.push: Callable[[Push, str], None] = lambda push, number: None

    def __len__(self) -> int:
        """How many phones are being woken."""
        return sum(map(len, self._waiting.values()))

    def registered(self, number: str) -> None:
        """Somebody's phones have registered: those that were asked to may be called."""
        for sleeper in list(self._waiting.get(number, ())):
            sleeper.look()
        self.follow(number)

    def follow(self, number: str) -> None:
        """Plan when the phones of an extension are to register anew."""
        for each in self._context.bindings(number):
            due_ms = refresh_due_ms(each)
            entry = (due_ms or 0, number, each.contact)
            if due_ms is not None and entry not in self._planned:
                self._planned.add(entry)
                heapq.heappush(self._due, entry)

    def tick(self) -> None:
        """Once a second: wake those once whose registration ends soon; nobody is called."""
        now_ms = self._context.moment() * 1000
        while self._due and self._due[0][0] <= now_ms:
            entry = heapq.heappop(self._due)
            self._planned.discard(entry)
            due_ms, number, contact = entry
            for each in self._context.bindings(number):
                if (refresh_due_ms(each), each.contact) == (due_ms, contact):
                    self._push(each)

    def wake(self, phones: Sequence[StoredBinding], then: Callable[[bool], None]) -> bool:
        """Wake somebody's phones for a request other than a call, unless one of them is awake.

        Args:
            phones: each by its newest flow.
            then: goes on with the first that registers (True), or when none does.

        Returns:
            Whether that is to be waited for.
        """
        if not phones or not all(map(self.must_wake, phones)):
            return False
        missing, gone_on = len(phones), False

        def answered(flow: Flow | None) -> None:
            nonlocal missing, gone_on
            missing -= 1
            if not gone_on and (flow is not None or not missing):
                gone_on = True
                then(flow is not None)

        for each in phones:
            self.way(each).next(answered)
        return True

    def begin(self, sleeper: Sleeper) -> None:
        """Send the push, unless this phone is being woken already, and wait."""
        binding = sleeper.binding
        waiting = self._waiting.setdefault(binding.number, [])
        asked = any(each.binding == binding for each in waiting)
        waiting.append(sleeper)
        self._context.agent.core.layer.watch(sleeper)
        if not asked:
            self._push(binding)

    def _push(self, binding: StoredBinding) -> None:
        push = push_of(binding.contact)
        if push is not None and self._context.directory.settings.push_gateway:
            self.push(push, binding.number)

    def end(self, sleeper: Sleeper) -> None:
        """It is awake, or does not wake."""
        number = sleeper.binding.number
        self._waiting[number].remove(sleeper)
        if not self._waiting[number]:
            del self._waiting[number]

    def must_wake(self, binding: StoredBinding) -> bool:
        """Whether a phone is to be woken before it is called; without a gateway nobody is."""
        return bool(self._context.directory.settings.push_gateway) and is_asleep(binding)

    def way(self, binding: StoredBinding) -> Sleeper:
        """The way to a phone that is to be woken first."""
        return Sleeper(self, self._context, binding)


class Sleeper:
    """One phone on its way to be reached: a flow once it is awake, none after that."""

    def __init__(self, rousing: Rousing, context: CallContext, binding: StoredBinding) -> None:
        self._rousing, self._context = rousing, context
        self.binding = binding
        self._then: Callable[[Flow | None], None] | None = None
        self._asked = self._awake = False
        self.deadline: float | None = None
        self.planned: Planned | None = None

    def next(self, then: Callable[[Flow | None], None]) -> None:
        """Tell the flow when the phone has registered; None when it does not, or has failed."""
        if self._asked:
            then(None)
            return
        self._asked, self._then = True, then
        self.deadline = self._context.now() + WAIT_S
        self._rousing.begin(self)

    def look(self) -> None:
        """Go on if this phone has registered; after its 200, which is sent before the next tick."""
        if self._found() is not None:
            self._awake, self.deadline = True, self._context.now()
            self._context.agent.core.layer.watch(self)

    def tick(self, now: float) -> None:
        """It is awake, or time is out."""
        then, self._then, self.deadline = self._then, None, None
        self._rousing.end(self)
        found = self._found() if self._awake else None
        way = None if found is None else way_to(found)
        if then is None:
            return
        if way is None:
            then(None)
        else:
            self._context.agent.core.layer.wire.reach(way.target, then)

    def _found(self) -> StoredBinding | None:
        """The phone's binding, if it is another than the one that slept."""
        slept = self.binding
        for each in self._context.bindings(slept.number):
            if is_same_phone(each, slept) and each != slept and not each.lost_at_ms:
                return each
        return None
