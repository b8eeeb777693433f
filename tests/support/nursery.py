"""Servers that begin with the product loaded: forks of a process that has loaded it once.

Loading takes two thirds of a start. What runs is the same: the command line, which becomes the
supervisor, which has each part as a process of its own, a child that ends with it.
"""

from __future__ import annotations

import atexit
import contextlib
import gc
import json
import os
import select
import selectors
import signal
import socket
import subprocess
import sys
import time
from functools import cache
from importlib import import_module
from pathlib import Path
from tempfile import TemporaryFile
from typing import TYPE_CHECKING, NoReturn

from engage.processes import start

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Mapping, Sequence

ROOT = Path(__file__).parents[2]
MOST = 1 << 17
"""Bytes of a message: an environment is in it."""
ENDS_WITHIN_S = 60
Streams = tuple[int, int, int]
"""Descriptors of standard input, output and errors."""
SIGNALS = (signal.SIGTERM, signal.SIGINT, signal.SIGHUP, signal.SIGCHLD)


class Child:
    """A forked process with the ways of `subprocess.Popen`; `ended` waits so many seconds."""

    def __init__(self, pid: int, ended: Callable[[float | None], int | None]) -> None:
        self.pid = pid
        self.returncode: int | None = None
        self._ended = ended

    def poll(self) -> int | None:
        """How it ended; None while it runs."""
        if self.returncode is None:
            self.returncode = self._ended(0)
        return self.returncode

    def wait(self, timeout: float | None = None) -> int:
        """Wait for its end."""
        if self.returncode is None:
            self.returncode = self._ended(timeout)
        if self.returncode is None:
            raise subprocess.TimeoutExpired("engage", timeout or 0)
        return self.returncode

    def send_signal(self, number: int) -> None:
        """Unless it has ended."""
        if self.poll() is None:
            os.kill(self.pid, number)

    def terminate(self) -> None:
        """Ask it to end."""
        self.send_signal(signal.SIGTERM)

    def kill(self) -> None:
        """End it."""
        self.send_signal(signal.SIGKILL)


def begin(
    arguments: Sequence[str], environment: Mapping[str, str], folder: Path, streams: Streams
) -> Child:
    """Run `engage` with these arguments in a folder; it reads and prints to these descriptors."""
    told, tells = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
    wanted = json.dumps([*arguments, dict(environment), str(folder)]).encode()
    with tells:
        socket.send_fds(_nursery(), [wanted], [tells.fileno(), *streams])

    def ended(within_s: float | None) -> int | None:
        if not select.select([told], [], [], within_s)[0]:
            return None
        with told:
            return int(told.recv(64))

    return Child(int(told.recv(64)), ended)


def run(
    arguments: Sequence[str], environment: Mapping[str, str], stdin: str = ""
) -> subprocess.CompletedProcess[str]:
    """Run an `engage` that ends by itself, to its end."""
    with TemporaryFile("w+") as given, TemporaryFile("w+") as out, TemporaryFile("w+") as err:
        given.write(stdin)
        given.seek(0)
        streams = given.fileno(), out.fileno(), err.fileno()
        code = begin(arguments, environment, Path.cwd(), streams).wait(ENDS_WITHIN_S)
        for each in (out, err):
            each.seek(0)
        return subprocess.CompletedProcess([*arguments], code, out.read(), err.read())


@cache
def _nursery() -> socket.socket:
    """The line to this worker's own."""
    ours, theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
    descriptor = theirs.fileno()
    with theirs:
        line = [sys.executable, "-m", "tests.support.nursery", str(descriptor)]
        process = subprocess.Popen(line, pass_fds=[descriptor], stdin=subprocess.DEVNULL, cwd=ROOT)

    def end() -> None:
        ours.close()
        process.wait()

    atexit.register(end)
    return ours


def _tend(line: socket.socket) -> None:
    """Begin what is asked for, and tell how it ended, until nobody asks any more."""
    events = selectors.DefaultSelector()
    events.register(line, selectors.EVENT_READ)
    while True:
        for key, _ in events.select():
            if key.data is not None:
                events.unregister(key.fileobj)
                os.close(key.fd)
                pid, tells = key.data
                code = os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1])
                with tells, contextlib.suppress(OSError):  # nobody may ask any more
                    tells.send(str(code).encode())
                continue
            wanted, given, _, _ = socket.recv_fds(line, MOST, 4)
            if not wanted:
                return
            tells, streams = socket.socket(fileno=given[0]), given[1:]
            pid = _fork(lambda: _serve(wanted, streams), streams)  # noqa: B023 - at once
            events.register(os.pidfd_open(pid), selectors.EVENT_READ, (pid, tells))
            tells.send(str(pid).encode())
            for each in streams:
                os.close(each)


def _fork(live: Callable[[], object], kept: Collection[int]) -> int:
    """A child that has these descriptors alone, beside the standard ones; its process number."""
    signal.pthread_sigmask(signal.SIG_BLOCK, SIGNALS)
    pid = os.fork()
    if pid == 0:
        signal.set_wakeup_fd(-1)
        for number in SIGNALS:
            signal.signal(number, signal.SIG_DFL)
        signal.signal(signal.SIGINT, signal.default_int_handler)
        for each in (int(found.name) for found in Path("/proc/self/fd").iterdir()):
            if each > 2 and each not in kept:
                with contextlib.suppress(OSError):  # the one that listed them
                    os.close(each)
    signal.pthread_sigmask(signal.SIG_UNBLOCK, SIGNALS)
    if pid:
        return pid
    code = 1
    try:
        live()
        code = 0
    except SystemExit as told:
        code = told.code if isinstance(told.code, int) else int(told.code is not None)
    except BaseException:
        sys.excepthook(*sys.exc_info())
    finally:  # what the parent was about to do is none of the child's
        for stream in (sys.stdout, sys.stderr):
            with contextlib.suppress(OSError):
                stream.flush()
        os._exit(code)


def _serve(wanted: bytes, streams: Sequence[int]) -> None:
    """Become the command, and by `serve` the supervisor."""
    *sys.argv[1:], environment, folder = json.loads(wanted)
    for standard, each in enumerate(streams):
        os.dup2(each, standard)
    for each in streams:
        os.close(each)
    os.chdir(folder)
    _surround(environment)
    serving.BEGAN_S = time.clock_gettime(time.CLOCK_BOOTTIME)
    os.execve, supervisor.spawn = _supervise, _spawn
    main()


def _surround(environment: Mapping[str, str]) -> None:
    os.environ.clear()
    os.environ.update(environment)


def _supervise(_: str, arguments: Sequence[str], environment: Mapping[str, str]) -> NoReturn:
    _surround(environment)
    sys.exit(supervisor.main(arguments[3:]))


def _spawn(part: str, leash: int, passed: Collection[int]) -> Child:
    pid = _fork(lambda: start.main(part, leash), passed)

    def ended(_: float | None) -> int | None:
        found, status = os.waitpid(pid, os.WNOHANG)
        return os.waitstatus_to_exitcode(status) if found else None

    return Child(pid, ended)


if __name__ == "__main__":
    start.prepare("web")
    for each in ("web", "pbx", "media"):
        import_module(f"engage.processes.{each}")
    from engage.cli import main, serving
    from engage.processes import supervisor
    from tests.support.quick_passwords import hash_quickly

    hash_quickly()
    gc.freeze()
    _tend(socket.socket(fileno=int(sys.argv[1])))
