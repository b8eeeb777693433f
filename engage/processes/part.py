"""What web, pbx and media have in common: how they begin, say that they serve, and end."""

from __future__ import annotations

import ctypes
import gc
import json
import logging
import os
import signal
import socket
import sys
from typing import TYPE_CHECKING, NoReturn

from engage import logs
from engage.processes.plan import load_handover

if TYPE_CHECKING:
    from types import TracebackType

    from engage.processes.plan import Handover

log = logging.getLogger(__name__)

_YOUNG = 10_000
"""Objects that may be new before the collector looks for circles among them; usually 700."""
YOUNG_CALLS = 50_000
"""The same where calls are: those that are up are looked at each time, and go in circles."""

REFUSED = 78  # EX_CONFIG of sysexits.h: starting again would not help
_PR_SET_PDEATHSIG = 1
_PR_SET_NAME = 15


class Leash:
    """The part's end of its socket to the supervisor: the handover came in, readiness goes out.

    Its end of file means that the supervisor is gone.
    """

    def __init__(self, connected: socket.socket, handover: Handover) -> None:
        self.socket = connected
        self.handover = handover

    def ready(self) -> None:
        """Tell the supervisor that this part serves."""
        self._tell({"state": "ready"})

    def refuse(self, reason: str) -> NoReturn:
        """End because of something a person must mend; `reason` is one line."""
        self._tell({"state": "refused", "reason": reason})
        sys.exit(REFUSED)

    def listener(self, name: str) -> socket.socket | None:
        """An inherited listener, when there is one of that name."""
        descriptor = self.handover.descriptors.get(name)
        return None if descriptor is None else socket.socket(fileno=descriptor)

    def _tell(self, values: dict[str, str]) -> None:
        try:
            self.socket.sendall(json.dumps(values).encode() + b"\n")
        except OSError:
            log.warning("supervisor gone")


def begin(part: str, descriptor: int) -> Leash:
    """Become that part: die with the supervisor, take the handover, log under the part's name."""
    logs.configure(part)
    sys.excepthook = _log_the_end
    connected = socket.socket(fileno=descriptor)
    line = b""
    while not line.endswith(b"\n"):
        data = connected.recv(65536)
        if not data:
            sys.exit(1)  # the supervisor ended before it could say anything
        line += data
    handover = load_handover(line)
    _tie_to(handover.supervisor, part)
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C reaches all; the supervisor decides
    return Leash(connected, handover)


def settle(young: int = _YOUNG) -> None:
    """Let the collector begin, and spare it what stays: a full collection of that takes 50 ms.

    What comes later is looked at less often than usual: nearly all of it goes by itself.
    """
    gc.freeze()
    gc.set_threshold(young)
    gc.enable()


def _log_the_end(
    kind: type[BaseException], error: BaseException, traceback: TracebackType | None
) -> None:
    log.critical("part failed", exc_info=(kind, error, traceback))


def _tie_to(supervisor: int, part: str) -> None:
    """Ask the kernel to kill this process when its parent ends (prctl(2)), where it can."""
    try:
        prctl = ctypes.CDLL(None, use_errno=True).prctl
    except (OSError, AttributeError):
        return  # end of file on the leash is what remains
    prctl(_PR_SET_PDEATHSIG, signal.SIGKILL, 0, 0, 0)
    prctl(_PR_SET_NAME, f"engage-{part}".encode(), 0, 0, 0)
    if os.getppid() != supervisor:
        sys.exit(1)  # it ended before the kernel was asked
