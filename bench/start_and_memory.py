"""From `engage serve` to ready, and the memory of everything at rest.

    python -m bench.start_and_memory [--runs 5] [--settle 3]

Time: from the birth of the process to the line `ready in`, seen from outside. Memory: PSS of the
supervisor and of each part from /proc/PID/smaps_rollup (shared pages counted once, in shares), some
seconds after readiness, with demonstration data and nobody connected. The first start, which also
makes certificate, database and data, is listed apart.
"""

from __future__ import annotations

import argparse
import json
import statistics
import time
from pathlib import Path

from tests.support.server import Server, wait_until

MUST_S, AIM_S = 3.0, 1.5
MUST_MB, AIM_MB = 160, 110


def pss_mb(pid: int) -> float:
    """Proportional set size in MB of 1,000,000 bytes."""
    rollup = Path(f"/proc/{pid}/smaps_rollup").read_text(encoding="ascii")
    kilobytes = next(line.split()[1] for line in rollup.splitlines() if line.startswith("Pss:"))
    return int(kilobytes) * 1024 / 1e6


def start_s(server: Server) -> float:
    """Seconds until the server says that it is ready, seen from here."""
    seen = server.log.count("ready in ")
    began = time.monotonic()
    server.start(wait=False)
    wait_until(lambda: server.log.count("ready in ") > seen, 60, "readiness")
    return time.monotonic() - began


def main() -> None:
    """Measure and print one JSON object."""
    options = argparse.ArgumentParser()
    options.add_argument("--runs", type=int, default=5)
    options.add_argument("--settle", type=float, default=3.0)
    given = options.parse_args()
    with Server(start=False) as server:
        first = start_s(server)
        server.wait_ready()
        server.stop()
        later = []
        for _ in range(given.runs):
            later.append(start_s(server))
            server.wait_ready()
            if len(later) < given.runs:
                server.stop()
        time.sleep(given.settle)
        parts = {part: pss_mb(server.pid(part)) for part in ("web", "pbx", "media")}
        parts["supervisor"] = pss_mb(server.pid())
    total = sum(parts.values())
    figures = {
        "first_start_s": round(first, 2),
        "start_s": {"median": round(statistics.median(later), 2), "worst": round(max(later), 2)},
        "start_budget_s": {"must": MUST_S, "aim": AIM_S},
        "pss_mb": {name: round(value, 1) for name, value in parts.items()} | {"all": round(total)},
        "pss_budget_mb": {"must": MUST_MB, "aim": AIM_MB},
    }
    print(json.dumps(figures, indent=2))


if __name__ == "__main__":
    main()
