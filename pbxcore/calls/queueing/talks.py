"""The talks of callers with agents: the facts of calls say how they go and end."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from pbxcore.journal import CallTransferred, LegAnswered, LegCalled, LegEnded, LegHeld
from pbxcore.queues.inputs import AgentLeft, CallerLeft, Held, Transferred

if TYPE_CHECKING:
    from collections.abc import Callable

    from pbxcore.journal import Fact
    from pbxcore.queues.inputs import Input

_SAME_PARTY: Final = ("flip", "retrieve")
"""Ways in which a party takes its own place at another device: nobody leaves, the talk goes on."""


class _Talk:
    """One talk; `to` is where the agent has handed the caller on to."""

    __slots__ = ("agent", "blind", "call", "caller", "key", "to")

    def __init__(self, key: str, call: str, caller: str, agent: str) -> None:
        self.key, self.call, self.caller, self.agent = key, call, caller, agent
        self.to, self.blind = "", True


class Talks:
    """Every talk, from when an agent is chosen; `hear` is told each fact."""

    def __init__(self, tell: Callable[[Input], None]) -> None:
        self._tell = tell
        self._talks: dict[str, _Talk] = {}
        """Each by both of its legs."""
        self._moving: dict[str, str] = {}
        """By call: the leg whose party is about to take its place at another device."""
        self._heirs: dict[str, str] = {}
        """By the leg of that other device: the leg whose place it takes once it answers."""

    def __contains__(self, key: str) -> bool:
        """Whether somebody talks."""
        return any(each.key == key for each in self._talks.values())

    def __len__(self) -> int:
        """How many legs talk."""
        return len(self._talks)

    def begin(self, key: str, call: str, caller: str, agent: str) -> None:
        """These two legs are going to talk."""
        self._talks[caller] = self._talks[agent] = _Talk(key, call, caller, agent)

    def legs(self, key: str) -> tuple[str, str, str]:
        """The call of a talk, the caller's leg and the agent's; empty for none."""
        found = next((each for each in self._talks.values() if each.key == key), None)
        return ("", "", "") if found is None else (found.call, found.caller, found.agent)

    def move(self, before: str, after: str, call: str) -> None:
        """A party talks at another leg, of this call, from now on: `before` ending ends nothing."""
        talk = self._talks.pop(before, None)
        if talk is None:
            return
        talk.call = call
        self._talks[after] = talk
        if before == talk.agent:
            talk.agent = after
        else:
            talk.caller = after

    def hear(self, fact: Fact) -> None:
        """Whoever leaves first ends it."""
        if not self._talks:
            return
        match fact:
            case LegEnded(leg=leg) if leg in self._talks:
                self._ended(self._talks[leg], leg)
            case LegHeld(leg=leg, held=held) if leg in self._talks:
                talk = self._talks[leg]
                if leg == talk.agent:
                    self._tell(Held(talk.key, held))
            case CallTransferred(call=call, leg=leg, kind=kind) if kind in _SAME_PARTY:
                if leg in self._talks:
                    self._moving[call] = leg
            case CallTransferred(leg=leg, target=target, kind=kind) if leg in self._talks:
                talk = self._talks[leg]
                if leg == talk.agent:
                    talk.to, talk.blind = target, kind != "attended"
            case _:
                self._follow_moves(fact)

    def _follow_moves(self, fact: Fact) -> None:
        """See who comes in the place of a party that goes on at another device."""
        match fact:
            case LegCalled(call=call, leg=leg) if call in self._moving:
                self._heirs[leg] = self._moving.pop(call)
            case LegAnswered(call=call, leg=leg) if leg in self._heirs:
                self.move(self._heirs.pop(leg), leg, call)
            case LegEnded(leg=leg):
                self._heirs.pop(leg, None)
            case _:
                pass

    def _ended(self, talk: _Talk, leg: str) -> None:
        del self._talks[talk.agent], self._talks[talk.caller]
        if leg == talk.caller:
            self._tell(CallerLeft(talk.key))
        elif talk.to:
            self._tell(Transferred(talk.key, talk.to, talk.blind))
        else:
            self._tell(AgentLeft(talk.key))
