"""Calls through the PBX: how many a second, how long each takes to set up, what it costs.

    python -m bench.calls [--rounds 3] [--rate 50] [--secs 6] [--start 50] [--relayed 25 50 100]

The PBX with its files and its media worker, both on one core, beside Kamailio, which passes on the
same SIPp scenarios and anchors no media. In turn: processor time for a call at an equal rate; the
most calls a second of which less than one in a hundred fails; the delay from INVITE to 200 at half
of that; memory of a call that is up; calls that talk in G.711, with loss and the delay added.
"""

from __future__ import annotations

import argparse
import csv
import json
import statistics
import subprocess
import sys
import tempfile
import time
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final, Literal

from bench.cpu import LOAD_CORE, Conditions, descendants, pinned, pss_mb
from bench.figures import HEADING, Line, note, percentile, tell
from bench.peers import (
    KAMAILIO_PORT,
    REFERENCE,
    UAS_PORT,
    add_options,
    kamailio,
    running,
    sip_step,
    wait_for_sip,
)

if TYPE_CHECKING:
    from collections.abc import Iterator

PORT: Final = 25060
UAC_PORT: Final = 25160
HELD: Final = 300
"""Calls that are up at once while memory is looked at."""
HELD_RATE: Final = 100
MUST_PER_CORE, AIM_PER_CORE = 400, 800
Kind = Literal["kamailio", "signalling", "media"]


@contextmanager
def server(kind: Kind) -> Iterator[tuple[int, int]]:
    """One of the three on its core: its process and its port."""
    if kind == "kamailio":
        with kamailio() as pid:
            yield pid, KAMAILIO_PORT
        return
    with tempfile.TemporaryDirectory() as folder:
        command = [sys.executable, "-m", "bench.sip_server", "--port", str(PORT)]
        command += ["--uas", f"127.0.0.1:{UAS_PORT}", "--files", folder]
        with running([*command, *(["--media"] if kind == "media" else [])]) as process:
            wait_for_sip(PORT)
            yield process.pid, PORT


def costs(rate: int, secs: float, rounds: int) -> dict[Kind, float]:
    """Microseconds of processor time for a call, the medians of interleaved rounds."""
    found: dict[Kind, list[float]] = {"kamailio": [], "signalling": [], "media": []}
    for turn in range(rounds):
        for kind, each in found.items():
            with server(kind) as (pid, port):
                step = sip_step("call", port, pid, rate, secs)
            each.append(step["cpu_us_per_call"])
            note(
                f"round {turn + 1} {kind:10} {rate}/s {each[-1]:6.0f} µs  "
                f"failed {step['failed_pct']} %  others {step['others_pct']} %"
            )
    return {kind: statistics.median(each) for kind, each in found.items()}


def most_calls(kind: Kind, start: int, secs: float) -> int:
    """The best rate at which less than one call in a hundred fails, and none is late."""
    with server(kind) as (pid, port):
        command = [sys.executable, str(REFERENCE / "sip_bench.py"), "call"]
        command += ["--port", str(port), "--pid", str(pid), "--uas-port", str(UAS_PORT)]
        command += ["--core", str(LOAD_CORE), "--search", str(start), "--secs", str(secs)]
        done = subprocess.run(command, capture_output=True, text=True, timeout=600, check=True)
    steps = [json.loads(line) for line in done.stdout.splitlines()]
    for each in steps[:-1]:
        note(f"{kind:10} {each['rate']}/s failed {each['failed_pct']} %  {each['good']}")
    return int(steps[-1]["max_rate"])


@contextmanager
def phones(port: int, rate: float, count: int, hold_ms: int) -> Iterator[Path]:
    """SIPp on both sides of so many calls; the folder where it writes the delays of each."""
    with tempfile.TemporaryDirectory() as folder:
        common = ["-i", "127.0.0.1", "-nostdin", "-buff_size", "4000000"]
        callee = ["sipp", "-sf", str(REFERENCE / "uas_call.xml"), "-p", str(UAS_PORT)]
        caller = ["sipp", f"127.0.0.1:{port}", "-sf", str(REFERENCE / "uac_call.xml")]
        caller += ["-p", str(UAC_PORT), "-mp", "31000", "-s", "uas", "-key", "from_user", "uac"]
        caller += ["-r", str(rate), "-m", str(count), "-l", str(count), "-d", str(hold_ms)]
        caller += ["-trace_rtt", "-rtt_freq", "1"]
        quiet: dict[str, Any] = {"cwd": folder, "stdout": subprocess.DEVNULL}
        quiet["stderr"] = subprocess.DEVNULL
        with subprocess.Popen(
            pinned(LOAD_CORE, [*callee, *common, "-mp", "35000"]), **quiet
        ) as uas:
            time.sleep(0.4)
            with subprocess.Popen(pinned(LOAD_CORE, [*caller, *common]), **quiet) as uac:
                yield Path(folder)
                uac.wait(count / rate + hold_ms / 1000 + 30)
            uas.kill()


def set_up_delays(kind: Kind, rate: float, secs: float) -> list[float]:
    """Milliseconds from INVITE to 200 at a rate."""
    count = max(50, round(rate * secs))
    with server(kind) as (_, port), phones(port, rate, count, 300) as folder:
        time.sleep(count / rate + 2)
        rows = [
            row
            for path in folder.glob("*_rtt.csv")
            for row in csv.reader(path.read_text().splitlines(), delimiter=";")
        ]
    return [float(row[1]) for row in rows if len(row) > 2 and row[2].strip() in ("1", "rtd1")]


def call_kb() -> float:
    """Memory of one call that is up, in kB of 1,000 bytes, all processes together."""
    with server("media") as (pid, port):

        def used() -> float:
            return sum(map(pss_mb, descendants(pid)))

        with phones(port, HELD_RATE, HELD, 500):
            pass  # what the first calls need for ever is there
        before = used()
        with phones(port, HELD_RATE, HELD, 5000):
            time.sleep(HELD / HELD_RATE + 1)
            return (used() - before) * 1000 / HELD


def relayed(counts: list[int], secs: float) -> None:
    """So many calls at once that talk: loss, the delay added, and processor time."""
    with server("media") as (pid, port):
        command = [sys.executable, str(REFERENCE / "rtp_load.py"), "--port", str(port)]
        command += ["--uas-port", str(UAS_PORT), "--latency", "--secs", str(secs)]
        command += ["--calls", ",".join(map(str, counts))]
        for each in sorted(descendants(pid)):
            command += ["--pid", str(each)]
        done = subprocess.run(
            pinned(LOAD_CORE, command), capture_output=True, text=True, timeout=600, check=True
        )
    for line in done.stdout.splitlines():
        step = json.loads(line)
        delay = step["delay_us"]
        note(
            f"{step['up']} calls talk: lost {step['loss_pct']} %, delay p50 {delay['50']} "
            f"p99 {delay['99']} µs, {step['cpu_us_per_pkt']} µs a packet, "
            f"{step['server_cpu_pct']} % of a core, {step['pkts_per_cpu_s']} packets a second of it"
        )


def main() -> None:
    """Read the command line and measure."""
    parser = argparse.ArgumentParser(description=__doc__)
    add_options(parser)
    parser.add_argument("--rate", type=int, default=50)
    parser.add_argument("--secs", type=float, default=6)
    parser.add_argument("--start", type=int, default=50, help="where the search begins")
    parser.add_argument("--relayed", type=int, nargs="*", default=[25, 50, 100])
    options = parser.parse_args()
    secs, conditions = options.secs, Conditions()
    spent = costs(options.rate, secs, options.rounds)
    said = ", ".join(f"{kind} {value:.0f} µs" for kind, value in spent.items())
    print(HEADING)
    ratio = spent["media"] / spent["kamailio"]
    tell(
        Line(f"call set up, media anchored, {options.rate}/s", ratio, "x", 1.7, 1.1, reference=said)
    )
    kinds: tuple[Kind, ...] = ("signalling", "media")
    for kind in kinds:
        best = most_calls(kind, options.start, secs)
        path = f"calls a second on a core, {kind}"
        tell(Line(path, best, "", MUST_PER_CORE, AIM_PER_CORE, more_is_better=True))
        delays = set_up_delays(kind, max(best / 2, 1), secs)
        note(
            f"{kind:10} at {best / 2:.0f}/s: INVITE to 200 p50 {percentile(delays, 50):.0f} ms, "
            f"p99 {percentile(delays, 99):.0f} ms, {len(delays)} calls"
        )
    note(f"memory of a call that is up: {call_kb():.0f} kB")
    relayed(options.relayed, secs)
    note(str(conditions))


if __name__ == "__main__":
    main()
