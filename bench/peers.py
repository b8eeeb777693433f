"""The others that we are measured beside: how they are started and ended.

What they are given and what loads a server is in `bench/reference`; none of it knows whom it loads.
"""

from __future__ import annotations

import json
import os
import socket
import subprocess
import sys
import tempfile
import time
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

from bench.cpu import LOAD_CORE, SERVER_CORE, pinned

if TYPE_CHECKING:
    import argparse
    from collections.abc import Iterator, Mapping

ROOT = Path(__file__).resolve().parent.parent
REFERENCE = ROOT / "bench" / "reference"
KAMAILIO_PORT = 5060  # as its configuration says
UAS_PORT = 5070


def add_options(parser: argparse.ArgumentParser) -> None:
    """The options that every comparing bench has."""
    parser.add_argument("--rounds", type=int, default=3)


@contextmanager
def running(
    command: list[str], environment: Mapping[str, str] | None = None
) -> Iterator[subprocess.Popen[bytes]]:
    """A server on its core; ended with the block."""
    process = subprocess.Popen(
        pinned(SERVER_CORE, command),
        env={**os.environ, **(environment or {})},
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    try:
        yield process
    finally:
        process.terminate()
        try:
            process.wait(10)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()


@contextmanager
def kamailio() -> Iterator[int]:
    """Kamailio with `bench/reference/kamailio.cfg`; its main process."""
    program = "/usr/sbin/kamailio"
    with tempfile.TemporaryDirectory() as folder:
        command = [program, "-f", str(REFERENCE / "kamailio.cfg"), "-DD", "-E"]
        command += ["-m", "1024", "-M", "64", "-Y", folder, "-w", folder]
        with running(command) as process:
            wait_for_sip(KAMAILIO_PORT)
            yield process.pid


def wait_for_sip(port: int, within_s: float = 10) -> None:
    """Until a UDP port answers OPTIONS."""
    request = (
        f"OPTIONS sip:127.0.0.1:{port} SIP/2.0\r\nVia: SIP/2.0/UDP 127.0.0.1;rport;"
        "branch=z9hG4bK{}\r\nFrom: <sip:a@127.0.0.1>;tag=a\r\nTo: <sip:127.0.0.1>\r\n"
        "Call-ID: ready{}\r\nCSeq: 1 OPTIONS\r\nMax-Forwards: 70\r\nContent-Length: 0\r\n\r\n"
    )
    deadline = time.monotonic() + within_s
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as probe:
        probe.connect(("127.0.0.1", port))
        probe.settimeout(0.2)
        while time.monotonic() < deadline:
            try:
                name = time.monotonic_ns()
                probe.send(request.format(name, name).encode())
                if probe.recv(4096).startswith(b"SIP/2.0 200"):
                    return
            except OSError:
                time.sleep(0.05)
    raise TimeoutError(f"nobody answers SIP on port {port}")


def sip_step(mode: str, port: int, pid: int, rate: int, secs: float) -> dict[str, Any]:
    """One step of `sip_bench.py`: what it printed."""
    command = [sys.executable, str(REFERENCE / "sip_bench.py"), mode]
    command += ["--port", str(port), "--pid", str(pid), "--uas-port", str(UAS_PORT)]
    command += ["--core", str(LOAD_CORE), "--rates", str(rate), "--secs", str(secs)]
    command += ["--quiet", "5"]
    done = subprocess.run(command, capture_output=True, text=True, timeout=240, check=True)
    steps: list[dict[str, Any]] = [json.loads(line) for line in done.stdout.splitlines()]
    return steps[-1]
