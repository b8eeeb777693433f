"""Calls as the PBX tells them: facts in their order, with the moments they are told at."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from pbxcore.journal import (
    CallEnded,
    CallStarted,
    Entry,
    LegAnswered,
    LegCalled,
    LegEnded,
    LegRinging,
    LegsJoined,
)

if TYPE_CHECKING:
    from pbxcore.journal import Fact

BEGIN_MS = 1_785_000_000_000


@dataclass
class Story:
    """A journal that grows; `now_ms` is the moment of what is told next."""

    now_ms: int = BEGIN_MS
    entries: list[Entry] = field(default_factory=list)
    calls: int = 0

    def tell(self, *facts: Fact) -> None:
        """Append facts, all of this moment."""
        for fact in facts:
            self.entries.append(Entry(len(self.entries) + 1, self.now_ms, fact))

    def wait(self, seconds: float) -> None:
        self.now_ms += round(seconds * 1000)

    def begin(self, number: str, dialled: str, **more: str) -> str:
        """Somebody calls; the call's name."""
        self.calls += 1
        call = f"call-{self.calls}"
        given = {"name": "", "direction": "internal", **more}
        self.tell(CallStarted(call, "a", number, dialled=dialled, **given))
        return call

    def ring(self, call: str, leg: str, number: str, action: str = "dial", **more: str) -> None:
        self.tell(LegCalled(call, leg, number, action, **more), LegRinging(call, leg, 180))

    def answer(self, call: str, leg: str) -> None:
        self.tell(LegAnswered(call, leg), LegsJoined(call, "a", leg))

    def end_leg(
        self, call: str, leg: str, status: int = 0, reason: str = "", cause: int = 16
    ) -> None:
        self.tell(LegEnded(call, leg, "callee", status, cause, reason))

    def end(self, call: str, disposition: str, status: int = 0, cause: int = 16) -> None:
        self.tell(
            LegEnded(call, "a", "caller", status, cause, ""),
            CallEnded(call, disposition, status, cause),
        )

    def simple(self, number: str, dialled: str, talk_s: float = 31, **more: str) -> str:
        """A call that is answered after seven seconds."""
        call = self.begin(number, dialled, **more)
        self.ring(call, "b", dialled)
        self.wait(7)
        self.answer(call, "b")
        self.wait(talk_s)
        self.end_leg(call, "b")
        self.end(call, "answered")
        return call

    def group(self) -> str:
        """1001 calls the group 6400; 1002 answers, 1003 does not."""
        call = self.begin("1001", "6400")
        self.ring(call, "b", "1002", "ring_group", owner="6400")
        self.ring(call, "c", "1003", "ring_group", owner="6400")
        self.wait(5)
        self.answer(call, "b")
        self.end_leg(call, "c", 487, "answered_elsewhere", 26)
        self.wait(10)
        self.end_leg(call, "b")
        self.end(call, "answered")
        return call
