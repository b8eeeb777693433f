"""What must hold of a storm when it is over: the log, and the figures that are made of it."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Final

from engage.identifiers import rfc3339
from tests.support.storm.hall import RING_S

if TYPE_CHECKING:
    from collections.abc import Iterable

    from tests.support.program import Program

COMPLETED: Final = ("COMPLETEAGENT", "COMPLETECALLER", "BLINDTRANSFER", "ATTENDEDTRANSFER")
LEFT: Final = ("EXITWITHKEY", "EXITWITHTIMEOUT", "EXITEMPTY", "WITHDRAW")


@dataclass(slots=True)
class Stay:
    """What the log says of one caller, by the numbers of its lines."""

    entered: int
    connected: int | None = None
    over: int | None = None
    rung: int = 0
    callback: bool = False
    verbs: list[str] = field(default_factory=list)


class Log:
    """The queue log of one queue."""

    def __init__(self, lines: Iterable[str], queue: str) -> None:
        rows = [line.split("|") for line in lines]
        self.rows = [each for each in rows if len(each) > 4 and each[2] == queue]
        self.verbs = Counter(each[4] for each in self.rows)
        self.stays: dict[str, Stay] = {}
        for at, row in enumerate(self.rows):
            self._read(at, row)

    def _read(self, at: int, row: list[str]) -> None:
        caller, verb = row[1], row[4]
        if verb == "ENTERQUEUE":
            assert caller not in self.stays, f"{caller} entered twice"
            self.stays[caller] = Stay(at)
        stay = self.stays.get(caller)
        if stay is None:
            return
        stay.verbs.append(verb)
        if verb == "CONNECT":
            assert stay.connected is None, f"{caller} has two agents: {stay.verbs}"
            stay.connected = at
        elif verb in ("RINGNOANSWER", "RINGCANCELED", "AGENTDUMP"):
            stay.rung += 1
        elif verb in (*COMPLETED, *LEFT, "ABANDON"):
            assert stay.over is None, f"{caller} ended twice: {stay.verbs}"
            stay.over = at
        elif verb == "INFO":
            stay.callback = True

    def check(self, agents: int) -> None:
        """Everybody ends once, every offer ends in time, and nobody is overtaken without cause."""
        for caller, stay in self.stays.items():
            assert stay.over is not None, f"{caller} never ended: {stay.verbs}"
            assert (stay.connected is not None) == (stay.verbs[-1] in COMPLETED), stay.verbs
        rung_ms = [int(each[5]) for each in self.rows if each[4] == "RINGNOANSWER"]
        assert max(rung_ms, default=0) <= (RING_S + 1) * 1000, "a lease that did not end"
        self._check_order(agents)

    def _check_order(self, agents: int) -> None:
        """Others have an agent first only where one's own did not answer, and rings again."""
        waited = [each for each in self.stays.values() if not each.callback]
        for stay in waited:
            until = stay.over if stay.connected is None else stay.connected
            overtaken = sum(
                each.entered > stay.entered
                and each.connected is not None
                and each.connected < (until or 0)
                for each in waited
            )
            assert overtaken <= agents * (1 + stay.rung), (overtaken, stay)


def reported(admin: Program, began_ms: int, queue: str) -> dict[str, Any]:
    """The figures of one queue since then."""
    query = f"from={rfc3339(began_ms)}&queue={queue}"
    return dict(admin.get(f"/v1/queue-report?{query}").json()["total"])


def check_figures(log: Log, found: dict[str, Any]) -> None:
    """They are those of the log."""
    verbs = log.verbs
    assert found["offered"] == verbs["ENTERQUEUE"]
    assert found["answered"] == verbs["CONNECT"] == sum(verbs[each] for each in COMPLETED)
    assert found["abandoned"] == verbs["ABANDON"]
    assert found["other"] == sum(verbs[each] for each in LEFT)
