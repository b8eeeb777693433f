"""Figures for who serves queues and for who chairs them: their own, and those of their queues."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Final

from engage.queues.figures import Figures, Report
from engage.system.actor import Module, Rights

if TYPE_CHECKING:
    from engage.queues.board import Boards
    from engage.queues.reports import QueueReports
    from engage.system.actor import Actor

RIGHTS: Final = Rights({Module.QUEUES: "view"})
"""An agent's and a chairman's, once it is certain which figures are theirs to see."""


@dataclass(frozen=True, slots=True)
class OwnReport:
    """`own`: of the calls that one had, in queues one serves; `chaired`: of queues one chairs."""

    own: Report | None
    chaired: Report | None


class OwnReports:
    """Who may see which figures without being an administrator is decided here."""

    def __init__(self, reports: QueueReports, boards: Boards) -> None:
        self._reports, self._boards = reports, boards

    async def report(self, extension: str, actor: Actor, begin_ms: int, end_ms: int) -> OwnReport:
        """An agent's own figures and a chairman's; None of what one is not."""
        who = replace(actor, rights=RIGHTS)
        served, chaired = self._boards.served_by(extension), self._boards.chaired_by(extension)
        read = self._reports.report
        return OwnReport(
            await read(who, begin_ms, end_ms, agent=extension, queues=served) if served else None,
            await read(who, begin_ms, end_ms, queues=chaired) if chaired else None,
        )


def own_line(extension: str, found: Report) -> Report:
    """A report with a line of the agent, who may have had no call."""
    line = next((each for each in found.agents if each.key == extension), Figures(extension))
    return replace(found, agents=[line])
