"""What the PBX keeps of calls over a restart, on disk."""

from __future__ import annotations

from typing import TYPE_CHECKING

from engage.processes.keyed_file import KeyedFile
from pbxcore.pbx import CalledForHelp, CallStores, Came, CompletionRequest

if TYPE_CHECKING:
    from pathlib import Path


class CallFiles:
    """Requests for completion, last callers, hot desks, calls for help: each in its own file."""

    def __init__(self, folder: Path) -> None:
        self._completions: KeyedFile[CompletionRequest] = KeyedFile(
            folder / "completions", CompletionRequest
        )
        self._recent: KeyedFile[Came] = KeyedFile(folder / "recent-callers", Came)
        self._desks: KeyedFile[str] = KeyedFile(folder / "hot-desks", str)
        self._emergencies: KeyedFile[CalledForHelp] = KeyedFile(
            folder / "calls-for-help", CalledForHelp
        )
        self.stores = CallStores(self._completions, self._recent, self._desks, self._emergencies)

    @property
    def problem(self) -> str:
        """Why the disk takes nothing now; empty while it does."""
        files = self._completions, self._recent, self._desks, self._emergencies
        return next((each.problem for each in files if each.problem), "")

    def close(self) -> None:
        """Sync what waits and end."""
        self._completions.close()
        self._recent.close()
        self._desks.close()
        self._emergencies.close()
