"""How the phones of agents stand, for the queues to know who may be rung."""

from __future__ import annotations

from typing import TYPE_CHECKING

from pbxcore.calls.reaching import phones_of
from pbxcore.queues.inputs import AgentSeen, Device
from pbxcore.queues.settings import AgentProfile
from pbxcore.sip.flow import IN_CLEAR

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping

    from pbxcore.calls.context import CallContext


def changed_profiles(
    before: Mapping[str, AgentProfile], now: Mapping[str, AgentProfile]
) -> Iterator[AgentProfile]:
    """Of whom something else is known now; nothing of who is not named any more."""
    for number in {**before, **now}:
        profile = now.get(number, AgentProfile(number))
        if profile != before.get(number, AgentProfile(number)):
            yield profile


class AgentWatch:
    """Looks at extensions that are agents, and tells what is different.

    Args:
        context: knows bindings, legs and what extensions want.
        tell: hears of each agent who stands in another way.
    """

    def __init__(self, context: CallContext, tell: Callable[[AgentSeen], None]) -> None:
        self._context, self._tell = context, tell
        self._seen: dict[str, tuple[Device, bool, bool] | None] = {}

    def follow(self, agents: Iterable[str]) -> None:
        """Look at these from now on, and at no others."""
        self._seen = {each: self._seen.get(each) for each in agents}
        for each in self._seen:
            self.look(each)

    def look(self, number: str) -> None:
        """Something of an extension may be different; nothing is told of who is no agent."""
        if number not in self._seen:
            return
        undisturbed = self._context.handling.undisturbed(number)
        stands = self._device(number), undisturbed, self._is_in_clear(number)
        if stands != self._seen[number]:
            self._seen[number] = stands
            self._tell(AgentSeen(number, *stands))

    def _is_in_clear(self, number: str) -> bool:
        """Whether none of the phones that there are is reached securely."""
        extension = self._context.directory.extension(number)
        reached = [] if extension is None else phones_of(self._context, extension)
        flows = [each for _, ways in reached for each in ways]
        return bool(flows) and all(each.transport in IN_CLEAR for each in flows)

    def _device(self, number: str) -> Device:
        context = self._context
        extension = context.directory.extension(number)
        if extension is None:
            return Device.INVALID
        legs = context.lines.of(number)
        ringing = any(not each.answered and not each.calls for each in legs)
        talking = [each for each in legs if each.answered or each.calls]
        if talking and context.lines.is_busy(extension, ""):
            return Device.BUSY
        if talking:
            if ringing:
                return Device.RINGING_IN_USE
            held = all(each.held for each in talking)
            return Device.ON_HOLD if held else Device.IN_USE
        if ringing:
            return Device.RINGING
        return Device.IDLE if phones_of(context, extension) else Device.UNAVAILABLE
