"""What the supervisor says of itself and its parts, for those who cannot ask it."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

from engage.processes.plan import STATUS_FILE
from pbxcore.health import Health

if TYPE_CHECKING:
    from pathlib import Path


class SupervisorStatus:
    """Reads the file that the supervisor leaves in the run folder."""

    def __init__(self, run: Path) -> None:
        self._path = run / STATUS_FILE

    async def probe(self) -> Health:
        """How often each part was started again; without a supervisor there is nothing to tell."""
        try:
            parts = json.loads(self._path.read_text(encoding="utf-8"))["parts"]
        except FileNotFoundError:
            return Health(ready=True)
        figures = {f"restarts_{name}": float(part["restarts"]) for name, part in parts.items()}
        return Health(ready=True, figures=figures)
