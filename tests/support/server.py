"""A whole server as a process: `engage serve` on free ports and a folder of its own."""

from __future__ import annotations

import contextlib
import json
import os
import random
import signal
import socket
import ssl
import subprocess
import sys
import tempfile
import time
import urllib.error
import urllib.request
from dataclasses import dataclass
from pathlib import Path
from typing import IO, TYPE_CHECKING, Any, ClassVar, Self

from tests.support.examples import SOAK
from tests.support.furnished import furnish
from tests.support.migrated import make_file
from tests.support.nursery import begin

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from types import TracebackType

    from tests.support.nursery import Child

ROOT = Path(__file__).parents[2]
READY_WITHIN_S = 60.0
RTP_PORTS = 40
_WORKERS = int(os.environ.get("PYTEST_XDIST_WORKER_COUNT", "1"))
_WORKER = int(os.environ.get("PYTEST_XDIST_WORKER", "gw0").removeprefix("gw"))
_SHARE = 21_000 // _WORKERS
_PORTS = range(11_000 + _SHARE * _WORKER, 11_000 + _SHARE * (_WORKER + 1))
"""This worker's, below the range from which the kernel takes clients' ports."""
_given: set[int] = set()


def free_port(*, udp: bool = False, following: int = 0) -> int:
    """A port that is free now, as are the `following` next ones; no ephemeral one.

    Each worker has ports of its own, and gives none twice: another server may be about to take it.
    """
    kinds = (socket.SOCK_STREAM, socket.SOCK_DGRAM) if udp else (socket.SOCK_STREAM,)
    if len(_given) > _SHARE // 2:
        _given.clear()  # those of long ago are free again
    while True:
        port = random.choice(_PORTS)  # noqa: S311 - not a secret
        wanted = range(port, port + following + 1)
        if not _given.isdisjoint(wanted):
            continue
        if all(_free(each, kind) for each in wanted for kind in kinds):
            _given.update(wanted)
            return port


def _free(port: int, kind: socket.SocketKind) -> bool:
    with socket.socket(socket.AF_INET, kind) as probe:
        try:
            probe.bind(("127.0.0.1", port))
        except OSError:
            return False
        return True


LOOKS_APART_S, LOOKS_SHARE = 0.02, 0.25


def wait_until(true: Callable[[], object], within_s: float, what: str) -> None:
    """Poll what a process tells in no other way; fails by name."""
    deadline, began_s = time.monotonic() + within_s, time.thread_time()
    while not true():
        if time.monotonic() > deadline:
            raise TimeoutError(f"{what} did not happen within {within_s} s")
        time.sleep(pause_s(time.thread_time() - began_s))
        began_s = time.thread_time()


def pause_s(computed_s: float) -> float:
    """How long not to look again after a look that computed so long.

    What is waited for computes on the same cores: looking may take a quarter of one.
    """
    return max(LOOKS_APART_S, computed_s * (1 / LOOKS_SHARE - 1))


@dataclass(frozen=True)
class Reply:
    """An HTTP answer, whatever its status."""

    status: int
    body: bytes

    def json(self) -> Any:
        return json.loads(self.body)


class Server:
    """`engage serve --demo`; a context manager that leaves no process and no folder behind.

    Args:
        arguments: further options of `engage serve`.
        environment: further variables.
        data: a folder to use and keep, instead of a temporary one.
        demo: with the demonstration data.
        start: whether entering the context starts it.
        forked: whether the nursery begins it where tests want it; it is loaded as a user's is
            where that is a subject. What dies of a kill, or ends, is the same.
    """

    new_database: ClassVar[Callable[[], str] | None] = None
    """Where each server's database comes from instead of its data folder (`--postgres`)."""

    def __init__(
        self,
        *arguments: str,
        environment: Mapping[str, str] | None = None,
        data: Path | None = None,
        demo: bool = True,
        start: bool = True,
        forked: bool = True,
    ) -> None:
        self._temporary = None if data else tempfile.TemporaryDirectory(prefix="engage-test-")
        self.data = data or Path(self._temporary.name if self._temporary else "") / "data"
        self.http_port, self.https_port = free_port(), free_port()
        self.sip_port, self.rtp_low = free_port(udp=True), free_port()
        self.sips_port = free_port()
        if Server.new_database is not None and "--database" not in arguments:
            arguments = (*arguments, "--database", Server.new_database())
        self._arguments, self._demo, self._start = arguments, demo, start
        self._forked = forked and SOAK not in os.environ and not environment
        self._environment = dict(environment or {})
        self.process: subprocess.Popen[bytes] | Child | None = None
        self._log_path = self.data.with_name(f"{self.data.name}-{os.getpid()}-{id(self)}.log")

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.http_port}"

    @property
    def https_url(self) -> str:
        return f"https://127.0.0.1:{self.https_port}"

    @property
    def log(self) -> str:
        """All that the server has printed: its lines for people and its logs."""
        if not self._log_path.exists():
            return ""
        return self._log_path.read_text(encoding="utf-8", errors="replace")

    def command(self) -> list[str]:
        """The command line that starts this server."""
        line = [sys.executable, "-m", "engage.cli", "serve", "--data", str(self.data)]
        line += ["--http", f"127.0.0.1:{self.http_port}"]
        line += ["--https", f"127.0.0.1:{self.https_port}"]
        line += ["--sip", f"127.0.0.1:{self.sip_port}"]
        line += ["--sips", f"127.0.0.1:{self.sips_port}"]
        line += ["--rtp", f"{self.rtp_low}-{self.rtp_low + RTP_PORTS}"]
        return [*line, *(["--demo"] if self._demo else []), *self._arguments]

    def environment(self) -> dict[str, str]:
        """The variables it starts with: none of this process's own ENGAGE_ ones."""
        kept = {name: value for name, value in os.environ.items() if not name.startswith("ENGAGE_")}
        kept.pop("PYTHONDONTWRITEBYTECODE", None)  # the next one starts sooner
        kept.pop("OPENBLAS_NUM_THREADS", None)  # the product's own choice
        path = os.pathsep.join(filter(None, (str(ROOT), os.environ.get("PYTHONPATH", ""))))
        return kept | {"PYTHONPATH": path} | self._environment

    def start(self, *, wait: bool = True, output: IO[bytes] | None = None) -> None:
        """Start it, printing to `log` or to `output`; waits until every part serves."""
        self.data.parent.mkdir(parents=True, exist_ok=True)
        if self._temporary and self._demo and "--database" not in self._arguments:
            if self._environment:  # its secrets may be others
                make_file(self.data / "engage.db")
            else:
                furnish(self.data)
        with self._log_path.open("ab") as log:
            self.process = self._begun(output or log)
        if wait:
            self.wait_ready()

    def _begun(self, output: IO[bytes]) -> subprocess.Popen[bytes] | Child:
        if self._forked and "PYTEST_CURRENT_TEST" in os.environ:
            arguments = self.command()[3:]  # without `python -m engage.cli`
            with Path(os.devnull).open("rb") as nothing:
                streams = nothing.fileno(), output.fileno(), output.fileno()
                return begin(arguments, self.environment(), self.data.parent, streams)
        return subprocess.Popen(
            self.command(),
            stdout=output,
            stderr=subprocess.STDOUT,
            stdin=subprocess.DEVNULL,
            env=self.environment(),
            cwd=self.data.parent,
        )

    def wait_ready(self, within_s: float = READY_WITHIN_S) -> None:
        """Wait until each part says that it is ready and `/readyz` says 200."""

        def ready() -> bool:
            if self.process is not None and self.process.poll() is not None:
                raise RuntimeError(f"the server ended ({self.process.returncode}):\n{self.log}")
            parts = self.status().get("parts", {})
            if not parts or any(each["state"] != "ready" for each in parts.values()):
                return False
            try:
                return self.get("/readyz").status == 200
            except OSError:
                return False

        try:
            wait_until(ready, within_s, "readiness")
        except TimeoutError as late:
            raise TimeoutError(f"{late}; status {self.status()}; log:\n{self.log}") from None

    def status(self) -> dict[str, Any]:
        """What the supervisor says of itself and its parts."""
        try:
            found = json.loads((self.data / "run" / "status.json").read_text(encoding="utf-8"))
        except FileNotFoundError:
            return {}
        if self.process is not None and found["pid"] != self.process.pid:
            return {}  # of a server that was killed
        return dict(found)

    def pid(self, part: str | None = None) -> int:
        """The process of a part, of the supervisor by default."""
        status = self.status()
        return int(status["parts"][part]["pid"] if part else status["pid"])

    def kill9(self, part: str | None = None) -> None:
        """Kill a part, or the supervisor and by that all of it; returns when that has ended.

        Of a part, when the supervisor has noticed: `wait_ready` then waits for the new one.
        """
        if part is None:
            assert self.process is not None
            parts = [each["pid"] for each in self.status()["parts"].values() if each["pid"]]
            self.process.kill()
            self.process.wait()
            wait_until(lambda: not any(runs(pid) for pid in parts), 10, "the parts' end")
            self.process = None
            return
        pid = self.pid(part)
        os.kill(pid, signal.SIGKILL)
        wait_until(lambda: self.status()["parts"][part]["pid"] != pid, 10, f"the end of {part}")

    def keeps(self, name: str, text: bytes) -> None:
        """Wait until a file of the PBX says this: it outlives a kill then."""

        def found() -> bool:
            files = (each for each in self.data.rglob(f"{name}*") if each.is_file())
            return any(text in each.read_bytes() for each in files)

        wait_until(found, 10, f"{text!r} in {name}")

    def stop(self, within_s: float = 12.0) -> int:
        """Ask it to end; its exit code."""
        assert self.process is not None
        self.process.terminate()
        code = self.process.wait(within_s)
        self.process = None
        return code

    def restart(self) -> None:
        """Start it again on the same ports and folder; stops it before if it runs."""
        if self.process is not None:
            self.stop()
        self.start()

    def get(self, path: str, *, https: bool = False) -> Reply:
        """Ask for a path; a refusal is an answer as well.

        Raises:
            OSError: nobody answers.
        """
        url = (self.https_url if https else self.url) + path
        own = str(self.data / "keys" / "certificate.pem")
        context = ssl.create_default_context(cafile=own) if https else None
        request = urllib.request.Request(url)  # noqa: S310 - our own address
        try:
            with urllib.request.urlopen(request, timeout=READY_WITHIN_S, context=context) as answer:  # noqa: S310
                return Reply(answer.status, answer.read())
        except urllib.error.HTTPError as refused:
            with refused:
                return Reply(refused.code, refused.read())

    def __enter__(self) -> Self:
        if self._start:
            try:
                self.start()
            except BaseException:
                self.close()
                raise
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self.close()

    def close(self) -> None:
        """End it at once, whatever state it is in, and remove what was temporary."""
        if self.process is not None:
            parts = [each["pid"] for each in self.status().get("parts", {}).values() if each["pid"]]
            self.process.kill()
            self.process.wait()
            self.process = None
            for pid in parts:  # they would end by themselves, unless a test has stopped them
                with contextlib.suppress(ProcessLookupError):
                    os.kill(pid, signal.SIGKILL)
            wait_until(lambda: not any(runs(pid) for pid in parts), 10, "the parts' end")
        with contextlib.suppress(FileNotFoundError):
            self._log_path.unlink()
        if self._temporary is not None:
            self._temporary.cleanup()


def runs(pid: int) -> bool:
    """Whether it lives; one that ended and is not yet collected does not."""
    try:
        stat = Path(f"/proc/{pid}/stat").read_text(encoding="ascii", errors="replace")
    except (FileNotFoundError, ProcessLookupError):
        return False
    return stat.rpartition(") ")[2][0] not in "ZX"
