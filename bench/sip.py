"""REGISTER with digest and MESSAGE relayed, beside Debian's Kamailio in the same run.

    python -m bench.sip [--rates 1000 2000] [--rounds 3] [--secs 6]

CPU of the server for each request, at equal rates, from SIPp's side by `shared/bench/sip`; the
median of interleaved rounds. Ours writes bindings and journal to disk, as the product does, while
Kamailio keeps its in memory; `bare` is ours without those files.
"""

from __future__ import annotations

import argparse
import statistics
import sys
import tempfile
from contextlib import contextmanager
from typing import TYPE_CHECKING

from bench.cpu import Conditions
from bench.figures import Line, note, tell
from bench.reference import (
    KAMAILIO_PORT,
    UAS_PORT,
    add_options,
    kamailio,
    running,
    sip_step,
    wait_for_sip,
)

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

PORT = 25060
RATE = 1000
"""The rate of the budget's lines; the others are printed beside."""
LINES = {"register": ("REGISTER with digest", 3.0, 2.0), "message": ("MESSAGE relayed", 1.0, 0.6)}


@contextmanager
def ours(*, files: bool) -> Iterator[int]:
    """The PBX on its core; its process."""
    with tempfile.TemporaryDirectory() as folder:
        command = [sys.executable, "-m", "bench.sip_server", "--port", str(PORT)]
        command += ["--uas", f"127.0.0.1:{UAS_PORT}", *(["--files", folder] if files else [])]
        with running(command) as process:
            wait_for_sip(PORT)
            yield process.pid


def compare(shared: Path, modes: list[str], rates: list[int], rounds: int, secs: float) -> None:
    """Interleave, print every step, tell the ratios of the medians."""
    found: dict[tuple[str, int, str], list[float]] = {}
    for turn in range(rounds):
        for name in ("kamailio", "engage", "bare"):
            server = kamailio(shared) if name == "kamailio" else ours(files=name == "engage")
            port = KAMAILIO_PORT if name == "kamailio" else PORT
            with server as pid:
                for mode in modes:
                    for rate in rates:
                        step = sip_step(shared, mode, port, pid, rate, secs)
                        found.setdefault((mode, rate, name), []).append(step["cpu_us_per_call"])
                        note(
                            f"round {turn + 1} {name:8} {mode:8} {rate}/s "
                            f"{step['cpu_us_per_call']:6.1f} µs  failed {step['failed_pct']} %  "
                            f"retransmitted {step['retrans']}  others {step['others_pct']} %  "
                            f"stolen {step['steal_pct']} %"
                        )
    for mode in modes:
        for rate in rates:
            middle = {
                name: statistics.median(found[mode, rate, name])
                for name in ("kamailio", "engage", "bare")
            }
            said = ", ".join(f"{name} {value:.0f} µs" for name, value in middle.items())
            ratio = middle["engage"] / middle["kamailio"]
            if rate == RATE or len(rates) == 1:
                path, must, aim = LINES[mode]
                tell(Line(f"{path}, {rate}/s", ratio, "x", must, aim, reference=said))
            else:
                note(f"{mode} at {rate}/s: {said}, ratio {ratio:.2f}")


def main() -> None:
    """Read the command line and compare."""
    parser = argparse.ArgumentParser(description=__doc__)
    add_options(parser)
    parser.add_argument("--modes", nargs="+", choices=list(LINES), default=list(LINES))
    parser.add_argument("--rates", type=int, nargs="+", default=[1000, 2000])
    parser.add_argument("--secs", type=float, default=6)
    options = parser.parse_args()
    conditions = Conditions()
    compare(options.shared, options.modes, options.rates, options.rounds, options.secs)
    note(str(conditions))


if __name__ == "__main__":
    main()
