"""What the PBX keeps of calls over a restart, on disk."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, TypeVar

from engage.processes.keyed_file import KeyedFile
from pbxcore.pbx import (
    CalledForHelp,
    CalledOut,
    CallStores,
    Came,
    CompletionRequest,
    QueueState,
    Spent,
)

if TYPE_CHECKING:
    from pathlib import Path

Value = TypeVar("Value")


class CallFiles:
    """What `CallStores` names, a file for each."""

    def __init__(self, folder: Path) -> None:
        self._files: list[KeyedFile[Any]] = []
        self.stores = CallStores(
            completions=self._file(folder / "completions", CompletionRequest),
            recent=self._file(folder / "recent-callers", Came),
            desks=self._file(folder / "hot-desks", str),
            emergencies=self._file(folder / "calls-for-help", CalledForHelp),
            called_out=self._file(folder / "calls-out", CalledOut),
            airtime=self._file(folder / "trunk-airtime", Spent),
            queues=self._file(folder / "queues", QueueState),
        )

    @property
    def problem(self) -> str:
        """Why the disk takes nothing now; empty while it does."""
        return next((each.problem for each in self._files if each.problem), "")

    def close(self) -> None:
        """Sync what waits and end."""
        for each in self._files:
            each.close()

    def _file(self, path: Path, kind: type[Value]) -> KeyedFile[Value]:
        self._files.append(file := KeyedFile[Value](path, kind))
        return file
