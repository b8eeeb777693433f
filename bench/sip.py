"""REGISTER with digest, MESSAGE, OPTIONS and calls, beside Debian's Kamailio in the same run.

    python -m bench.sip [--modes register message options call] [--rates 1000 2000] [--rounds 3]

CPU of the server for each request, at equal rates, from SIPp's side by
`bench/reference/sip_bench.py`; the median of interleaved rounds. Ours writes bindings and
journal to disk, as the product does, while Kamailio keeps its in memory; `bare` is ours without
those files. A call is INVITE to BYE without media, at a tenth of the rates: Kamailio passes it on,
the PBX is one party of either leg, whose media are anchored as far as signalling has to do with it;
`bare` joins two legs and nothing else (`bench.sip_relay`).
"""

from __future__ import annotations

import argparse
import itertools
import statistics
import sys
import tempfile
from contextlib import contextmanager
from typing import TYPE_CHECKING

from bench.cpu import Conditions
from bench.figures import Line, note, tell
from bench.peers import (
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

PORT = 25060
RATE = 1000
"""The rate of the budget's lines; the others are printed beside."""
CALLS_PER_REQUEST = 10  # 100 calls/s, the rate of the budget
MODES = ["register", "message", "options", "call"]
LINES = {
    "register": ("REGISTER with digest", 3.0, 2.0),
    "message": ("MESSAGE relayed", 1.0, 0.6),
    "call": ("call, two legs, no media", 1.7, 1.1),
}


@contextmanager
def ours(mode: str, *, files: bool) -> Iterator[int]:
    """The PBX on its core, or what joins calls; its process."""
    if mode == "call" and not files:
        command = [sys.executable, "-m", "bench.sip_relay", "--port", str(PORT)]
        with running([*command, "--uas", f"127.0.0.1:{UAS_PORT}"]) as process:
            wait_for_sip(PORT)
            yield process.pid
        return
    with tempfile.TemporaryDirectory() as folder:
        command = [sys.executable, "-m", "bench.sip_server", "--port", str(PORT)]
        command += ["--uas", f"127.0.0.1:{UAS_PORT}", *(["--files", folder] if files else [])]
        with running(command) as process:
            wait_for_sip(PORT)
            yield process.pid


def compare(modes: list[str], rates: list[int], rounds: int, secs: float) -> None:
    """Interleave, print every step, tell the ratios of the medians."""
    found: dict[tuple[str, int, str], list[float]] = {}
    for turn in range(rounds):
        for name, mode in itertools.product(("kamailio", "engage", "bare"), modes):
            theirs = name == "kamailio"
            server = kamailio() if theirs else ours(mode, files=name == "engage")
            port = KAMAILIO_PORT if theirs else PORT
            with server as pid:
                for rate in rates:
                    calls = rate // CALLS_PER_REQUEST if mode == "call" else rate
                    step = sip_step(mode, port, pid, calls, secs)
                    found.setdefault((mode, rate, name), []).append(step["cpu_us_per_call"])
                    note(
                        f"round {turn + 1} {name:8} {mode:8} {calls}/s "
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
            each = rate // CALLS_PER_REQUEST if mode == "call" else rate
            if mode in LINES and (rate == RATE or len(rates) == 1):
                path, must, aim = LINES[mode]
                tell(Line(f"{path}, {each}/s", ratio, "x", must, aim, reference=said))
            else:
                note(f"{mode} at {each}/s: {said}, ratio {ratio:.2f}")


def main() -> None:
    """Read the command line and compare."""
    parser = argparse.ArgumentParser(description=__doc__)
    add_options(parser)
    parser.add_argument("--modes", nargs="+", choices=MODES, default=MODES)
    parser.add_argument("--rates", type=int, nargs="+", default=[1000, 2000])
    parser.add_argument("--secs", type=float, default=6)
    options = parser.parse_args()
    conditions = Conditions()
    compare(options.modes, options.rates, options.rounds, options.secs)
    note(str(conditions))


if __name__ == "__main__":
    main()
