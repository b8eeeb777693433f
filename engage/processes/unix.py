"""Unix sockets in a folder of any depth: a socket's own path may have 108 bytes only (unix(7))."""

from __future__ import annotations

import asyncio
import contextlib
import os
import socket
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

LONGEST_PATH = 100


@contextlib.contextmanager
def reachable(path: Path) -> Iterator[str]:
    """A name for `path` that is short enough, valid inside the block.

    Raises:
        OSError: the folder does not exist or may not be entered.
    """
    if len(os.fsencode(path)) <= LONGEST_PATH:
        yield str(path)
        return
    folder = os.open(path.parent, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
    try:
        yield f"/proc/self/fd/{folder}/{path.name}"
    finally:
        os.close(folder)


def listen(path: Path) -> socket.socket:
    """Listen at `path`, in place of a socket that a former process left there."""
    path.unlink(missing_ok=True)
    listener = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
    with reachable(path) as name:
        listener.bind(name)
    path.chmod(0o600)
    listener.listen(16)
    listener.setblocking(False)
    return listener


async def open_connection(protocol: Callable[[], asyncio.Protocol], path: Path) -> None:
    """Connect a protocol of the running loop to `path`; local: done at once or refused.

    By its name: of a socket connected before, uvloop closes the descriptor a second time where the
    peer ends before the transport is made, and that may be somebody else's by then.

    Raises:
        OSError: nobody listens there.
    """
    with reachable(path) as name:
        await asyncio.get_running_loop().create_unix_connection(protocol, name)


def connect(path: Path, timeout_s: float) -> socket.socket:
    """Connect to `path` and wait at most `timeout_s` for this and each later step.

    Raises:
        OSError: nobody listens there.
    """
    connected = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
    connected.settimeout(timeout_s)
    try:
        with reachable(path) as name:
            connected.connect(name)
    except OSError:
        connected.close()
        raise
    return connected
