"""How busy the machine is: each processor and the memory, as Linux tells in /proc."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

_PROC = Path("/proc")
IDLE = slice(3, 5)
"""The columns of a `cpu` line that are no work: idle, and waiting for disks (proc_stat(5))."""


class Usage:
    """Figures since they were asked for last; none where there is no /proc.

    Args:
        read: a file of /proc by its name.
    """

    def __init__(
        self, read: Callable[[str], str] = lambda name: (_PROC / name).read_text()
    ) -> None:
        self._read = read
        self._before: dict[str, tuple[int, int]] = {}

    def figures(self) -> dict[str, float]:
        """Percent of each processor and of the memory, and the memory in KiB."""
        try:
            now, memory = dict(_processors(self._read("stat"))), _memory(self._read("meminfo"))
        except OSError:
            return {}
        before, self._before = self._before, now
        return {name: _busy(before.get(name, (0, 0)), each) for name, each in now.items()} | memory


def _processors(text: str) -> Iterator[tuple[str, tuple[int, int]]]:
    """Of each processor: ticks at work, and all ticks."""
    for line in text.splitlines():
        name, *columns = line.split()
        if name.startswith("cpu"):
            ticks = [int(each) for each in columns[:8]]  # guests' time is in the users' already
            yield name, (sum(ticks) - sum(ticks[IDLE]), sum(ticks))


def _busy(before: tuple[int, int], now: tuple[int, int]) -> float:
    work, all_ = now[0] - before[0], now[1] - before[1]
    return round(100 * work / all_, 1) if all_ > 0 else 0.0


def _memory(text: str) -> dict[str, float]:
    found = dict(line.split(":", 1) for line in text.splitlines() if ":" in line)
    total = int(found["MemTotal"].split()[0])
    free = int(found["MemAvailable"].split()[0])
    used = round(100 * (total - free) / total, 1) if total else 0.0
    return {"memory": used, "memory_total": total, "memory_used": total - free}
