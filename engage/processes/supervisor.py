"""`engage serve` once the settings are read: binds, starts the parts, watches, restarts, ends them.

One plain loop without threads: it must stay small, and well, whatever happens to its parts.
"""

from __future__ import annotations

import contextlib
import json
import logging
import os
import selectors
import signal
import socket
import subprocess
import sys
import time
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

from engage import logs
from engage.processes.lock import DataFolderInUse, DataLock
from engage.processes.plan import PARTS, STATUS_FILE, Handover, Plan, dump, load_plan
from engage.processes.ports import PortRefused, bind_tcp, bind_udp
from engage.processes.restart import Backoff

if TYPE_CHECKING:
    from collections.abc import Sequence

log = logging.getLogger("engage.processes.supervisor")  # run as `__main__`

EXIT_FAILED, EXIT_IN_USE = 1, 3
EVERYWHERE = ("0.0.0.0", "::")  # noqa: S104 - recognised, not bound
DRAIN_S = 10.0
PBX_DRAIN_S = 5.0  # then web is asked to end as well; it answers the last messages until then
KILL_AFTER_S = 9.0
SOCKETS_OF = {"web": ("http", "https"), "pbx": ("sip-udp", "sip-tcp", "sips"), "media": ()}
SHOWN = {
    "http": "http://{}/",
    "https": "https://{}/",
    "sip": "{} (UDP and TCP)",
    "sips": "{} (TLS)",
}
SOCKET_OF = {"sip": "sip-udp"}


@dataclass
class Part:
    """One part as the supervisor sees it. Moments are seconds on the monotonic clock."""

    name: str
    process: subprocess.Popen[bytes] | None = None
    leash: socket.socket | None = None
    unread: bytes = b""
    state: str = "starting"
    reason: str = ""
    restarts: int = 0
    start_at: float | None = None
    backoff: Backoff = field(default_factory=Backoff)


class Supervisor:
    """Owns the lock, the listeners and the parts of one server."""

    def __init__(self, plan: Plan, lock: DataLock, listeners: dict[str, socket.socket]) -> None:
        self._plan, self._lock, self._listeners = plan, lock, listeners
        self._parts = {name: Part(name) for name in PARTS}
        self._selector = selectors.DefaultSelector()
        self._stop_asked_at: float | None = None
        self._was_ready = False
        self._exit = 0

    def run(self) -> int:
        """Serve until asked to stop; the exit code."""
        woken, waker = socket.socketpair()
        for end in (woken, waker):
            end.setblocking(False)
        signal.set_wakeup_fd(waker.fileno(), warn_on_full_buffer=False)
        for number in (signal.SIGTERM, signal.SIGINT, signal.SIGHUP, signal.SIGCHLD):
            signal.signal(number, self._on_signal)
        self._selector.register(woken, selectors.EVENT_READ)
        for part in self._parts.values():
            self._try_to_start(part)
        while not self._ended():
            for key, _ in self._selector.select(self._patience()):
                if key.data is None:
                    with contextlib.suppress(BlockingIOError):
                        woken.recv(4096)
                else:
                    self._hear(key.data)
            self._attend(time.monotonic())
        self._remove_traces()
        log.info("server stopped", extra={"exit": self._exit})
        return self._exit

    def _on_signal(self, number: int, _frame: object) -> None:
        if number == signal.SIGCHLD:
            return  # it only wakes the loop
        if self._stop_asked_at is None:
            self._stop_asked_at = time.monotonic()
        else:  # asked twice: now
            self._stop_asked_at = time.monotonic() - DRAIN_S

    def _try_to_start(self, part: Part) -> None:
        """Start a part, or try again later: without room for it the others go on."""
        try:
            self._start(part)
        except OSError as failed:
            now = time.monotonic()
            part.state, part.reason = "down", str(failed)
            part.start_at = now + part.backoff.ended(now)
            log.error("part not started", extra={"name_of_part": part.name, "reason": str(failed)})

    def _start(self, part: Part) -> None:
        ours, theirs = socket.socketpair()
        names = [name for name in SOCKETS_OF[part.name] if name in self._listeners]
        descriptors = {name: self._listeners[name].fileno() for name in names}
        with theirs:
            passed = [theirs.fileno(), self._lock.descriptor, *descriptors.values()]
            part.process = spawn(part.name, theirs.fileno(), passed)
        ours.sendall(dump(Handover(part.name, self._plan, descriptors, os.getpid())))
        ours.setblocking(False)
        part.leash, part.unread, part.start_at = ours, b"", None
        part.state, part.reason = "starting", ""
        self._selector.register(ours, selectors.EVENT_READ, part)
        self._tell_status()

    def _hear(self, part: Part) -> None:
        """Read what a part says on its leash."""
        if part.leash is None:
            return
        try:
            data = part.leash.recv(4096)
        except BlockingIOError:
            return
        except OSError:
            data = b""
        if not data:
            self._unleash(part)
            return
        *lines, part.unread = (part.unread + data).split(b"\n")
        for line in lines:
            told = json.loads(line)
            part.state, part.reason = told["state"], told.get("reason", "")
            if part.state == "ready":
                part.backoff.well(time.monotonic())
                log.info("part ready", extra={"name_of_part": part.name})
        self._tell_status()

    def _unleash(self, part: Part) -> None:
        if part.leash is not None:
            self._selector.unregister(part.leash)
            part.leash.close()
            part.leash = None

    def _attend(self, now: float) -> None:
        for part in self._parts.values():
            if part.process is not None and (code := part.process.poll()) is not None:
                self._bury(part, code, now)
        if self._stop_asked_at is not None:
            self._drain(now - self._stop_asked_at)
            return
        for part in self._parts.values():
            if part.start_at is not None and now >= part.start_at:
                part.restarts += 1
                self._try_to_start(part)
        if not self._was_ready and all(each.state == "ready" for each in self._parts.values()):
            self._was_ready = True
            self._greet()

    def _bury(self, part: Part, code: int, now: float) -> None:
        """Note a part's end; plan its return unless the server stops."""
        self._hear(part)  # its last words
        self._unleash(part)
        part.process = None
        if self._stop_asked_at is not None:
            part.state = "ended"
        elif part.state == "refused" and not self._was_ready:
            logs.complain(part.reason)
            self._exit, part.state = EXIT_FAILED, "ended"
            self._stop_asked_at = now
        else:
            part.state = "down"
            wait_s = part.backoff.ended(now)
            part.start_at = now + wait_s
            ended = {"name_of_part": part.name, "exit": code, "again_in_s": wait_s}
            log.error("part ended", extra=ended | {"reason": part.reason})
        self._tell_status()

    def _drain(self, asked_s: float) -> None:
        """End the parts: first those that take calls and messages, web when they are through."""
        for part in self._parts.values():
            part.start_at = None
            if part.process is None:
                continue
            others = [each for each in self._parts.values() if each is not part]
            last = part.name == "web"
            if asked_s >= KILL_AFTER_S:
                log.warning("part killed", extra={"name_of_part": part.name})
                part.process.kill()
            elif part.state != "ending" and (
                not last or asked_s >= PBX_DRAIN_S or not any(each.process for each in others)
            ):
                part.state = "ending"
                log.info("part asked to end", extra={"name_of_part": part.name})
                part.process.terminate()

    def _ended(self) -> bool:
        return self._stop_asked_at is not None and not any(
            each.process for each in self._parts.values()
        )

    def _patience(self) -> float | None:
        """Seconds until something is due; None waits for an event alone."""
        now = time.monotonic()
        due = [each.start_at for each in self._parts.values() if each.start_at is not None]
        if self._stop_asked_at is not None:
            due += [self._stop_asked_at + after for after in (PBX_DRAIN_S, KILL_AFTER_S)]
            due = [each for each in due if each > now] or [now + 0.2]
        return max(0.0, min(due) - now) if due else None

    def _greet(self) -> None:
        """Tell people where to go; the parts have told their passwords before."""
        for name, what in SHOWN.items():
            if SOCKET_OF.get(name, name) in self._listeners:
                host, port = self._plan.listeners[name]
                host = socket.gethostname() if host in EVERYWHERE else host
                at = f"[{host}]:{port}" if ":" in host else f"{host}:{port}"
                logs.say(f"{name:6} {what.format(at)}")
        age_s = time.clock_gettime(time.CLOCK_BOOTTIME) - self._plan.began_s
        logs.say(f"ready in {age_s:.1f} s")

    def _tell_status(self) -> None:
        """Leave the supervisor's own figures where web, doctor and tests find them."""
        parts = {
            each.name: {
                "pid": each.process.pid if each.process else None,
                "state": each.state,
                "restarts": each.restarts,
                "reason": each.reason,
            }
            for each in self._parts.values()
        }
        path = self._plan.run / STATUS_FILE
        fresh = path.with_suffix(".new")
        try:
            fresh.write_text(json.dumps({"pid": os.getpid(), "parts": parts}), encoding="utf-8")
            fresh.replace(path)
        except OSError as failed:  # a full disk must not end the server
            log.warning("status not written", extra={"reason": str(failed)})

    def _remove_traces(self) -> None:
        for path in self._plan.run.iterdir():
            path.unlink(missing_ok=True)


def spawn(part: str, leash: int, passed: Sequence[int]) -> subprocess.Popen[bytes]:
    """Begin a part in a process of its own, which has the descriptors passed alone.

    Raises:
        OSError: there is no room for it.
    """
    return subprocess.Popen(  # noqa: S603 - our own interpreter and module
        [sys.executable, "-m", "engage.processes.start", part, str(leash)],
        pass_fds=passed,
        stdin=subprocess.DEVNULL,
    )


def _bound(name: str, host: str, port: int) -> dict[str, socket.socket]:
    """The sockets of one listener; SIP has two on one port."""
    if name != "sip":
        return {name: bind_tcp(name, host, port)}
    return {"sip-udp": bind_udp(name, host, port), "sip-tcp": bind_tcp(name, host, port)}


def prepared(plan: Plan) -> Supervisor:
    """Make the folders, take the lock, bind every listener.

    Raises:
        DataFolderInUse: another server runs on this folder.
        PortRefused: a listener cannot be bound.
        OSError: the data folder cannot be written.
    """
    data = Path(plan.data)
    data.mkdir(mode=0o700, parents=True, exist_ok=True)
    plan.run.mkdir(mode=0o700, exist_ok=True)
    plan.run.chmod(0o700)
    lock = DataLock(data)
    listeners: dict[str, socket.socket] = {}
    for name, (host, port) in plan.listeners.items():
        try:
            listeners |= _bound(name, host, port)
        except PortRefused as refused:
            if name not in plan.optional:
                raise
            logs.say(f"note: {refused}; this listener is left out.")
    return Supervisor(plan, lock, listeners)


def main(arguments: Sequence[str]) -> int:
    """Run the plan that waits on the given descriptor."""
    logs.configure("supervisor")
    with os.fdopen(int(arguments[0]), "rb") as file:
        plan = load_plan(file.read())
    try:
        supervisor = prepared(plan)
    except (DataFolderInUse, PortRefused) as refused:
        logs.complain(str(refused))
        return EXIT_IN_USE
    except OSError as failed:
        logs.complain(f"the data folder cannot be used: {failed}")
        return EXIT_FAILED
    for notice in plan.notices:
        logs.say(notice)
    return supervisor.run()


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
