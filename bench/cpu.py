"""CPU of processes from /proc, cores to run on, and how busy the machine was meanwhile."""

from __future__ import annotations

import os
import time
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator

SERVER_CORE, LOAD_CORE = 0, 1
TICKS = os.sysconf("SC_CLK_TCK")


@contextmanager
def on_core(core: int) -> Iterator[None]:
    """Run here, and whatever is started here, on one core; nothing changes with a single core."""
    before = os.sched_getaffinity(0)
    if core in before:
        os.sched_setaffinity(0, {core})
    try:
        yield
    finally:
        os.sched_setaffinity(0, before)


def pinned(core: int, command: list[str]) -> list[str]:
    """The command, bound to one core where there are several."""
    return ["taskset", "-c", str(core), *command] if core in os.sched_getaffinity(0) else command


def descendants(root: int) -> set[int]:
    """A process and all below it."""
    parents: dict[int, list[int]] = {}
    for folder in Path("/proc").iterdir():
        if folder.name.isdigit() and (fields := _stat(int(folder.name))):
            parents.setdefault(int(fields[1]), []).append(int(folder.name))
    found, waiting = set(), [root]
    while waiting:
        pid = waiting.pop()
        found.add(pid)
        waiting += parents.get(pid, [])
    return found


def cpu_s(*pids: int) -> float:
    """User and system seconds that these processes have used, without their children."""
    return sum(
        (int(fields[11]) + int(fields[12])) / TICKS for pid in pids if (fields := _stat(pid))
    )


def pss_mb(pid: int) -> float:
    """Proportional set size in MB of 1,000,000 bytes: shared pages count in shares."""
    rollup = Path(f"/proc/{pid}/smaps_rollup").read_text(encoding="ascii")
    kilobytes = next(line.split()[1] for line in rollup.splitlines() if line.startswith("Pss:"))
    return int(kilobytes) * 1024 / 1e6


def _stat(pid: int) -> list[str]:
    """The fields of /proc/PID/stat from the state on; none when it has ended."""
    try:
        text = Path(f"/proc/{pid}/stat").read_text(encoding="ascii", errors="replace")
    except (FileNotFoundError, ProcessLookupError):
        return []
    return text.rpartition(") ")[2].split()


class Conditions:
    """What else the machine did from here on: says how far a figure can be trusted."""

    def __init__(self) -> None:
        self._began, self._busy, self._stolen = time.monotonic(), *_machine()

    def __str__(self) -> str:
        busy, stolen = _machine()
        seconds = max(time.monotonic() - self._began, 1 / TICKS)
        load = Path("/proc/loadavg").read_text(encoding="ascii").split()[0]
        return (
            f"load {load}, busy {(busy - self._busy) / seconds * 100:.0f} % "
            f"and stolen {(stolen - self._stolen) / seconds * 100:.1f} % of a core"
        )


def _machine() -> tuple[float, float]:
    """Busy and stolen seconds of all cores since the start of the machine."""
    line = Path("/proc/stat").read_text(encoding="ascii").split("\n", 1)[0]
    fields = [int(field) for field in line.split()[1:9]]
    return (sum(fields) - fields[3] - fields[4] - fields[7]) / TICKS, fields[7] / TICKS
