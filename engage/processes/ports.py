"""Public listeners: bound once, by the supervisor; who is in the way when a port is taken."""

from __future__ import annotations

import errno
import socket
from pathlib import Path

BACKLOG = 1024
LISTENING = "0A"  # TCP_LISTEN in /proc/net/tcp
RECEIVE_BUFFER = 4 * 1024 * 1024  # bytes; the kernel grants what its limit allows


class PortRefused(Exception):
    """A listener could not be bound; the text is one line that says which and why."""


def bind_tcp(name: str, host: str, port: int) -> socket.socket:
    """A listening TCP socket.

    Raises:
        PortRefused: the port is taken, forbidden, or the host is not here.
    """
    listener = _bind(name, host, port, socket.SOCK_STREAM)
    try:
        listener.listen(BACKLOG)
    except OSError as failed:  # two sockets may bind one port, only one may listen
        listener.close()
        raise PortRefused(_reason(name, host, port, "tcp", failed)) from None
    return listener


def bind_udp(name: str, host: str, port: int) -> socket.socket:
    """A UDP socket with a large receive buffer.

    Raises:
        PortRefused: the port is taken, forbidden, or the host is not here.
    """
    bound = _bind(name, host, port, socket.SOCK_DGRAM)
    bound.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, RECEIVE_BUFFER)
    return bound


def owner(port: int, protocol: str) -> str | None:
    """The process that has a local port open, as `name (process 123)`, where /proc tells."""
    inodes = _inodes(port, protocol)
    for process in Path("/proc").iterdir():
        if not process.name.isdigit():
            continue
        try:
            targets = {str(each.readlink()) for each in (process / "fd").iterdir()}
            if any(f"socket:[{inode}]" in targets for inode in inodes):
                command = (process / "comm").read_text(encoding="utf-8", errors="replace").strip()
                return f"{command} (process {process.name})"
        except OSError:  # ended meanwhile, or another user's
            continue
    return None


def _bind(name: str, host: str, port: int, kind: socket.SocketKind) -> socket.socket:
    protocol = "tcp" if kind == socket.SOCK_STREAM else "udp"
    try:
        family, _, _, _, address = socket.getaddrinfo(
            host, port, type=kind, flags=socket.AI_PASSIVE
        )[0]
    except socket.gaierror as unknown:
        raise PortRefused(f"{name}: the host {host!r} is unknown: {unknown.strerror}") from None
    bound = socket.socket(family, kind)
    try:
        if family == socket.AF_INET6:
            only = int(host != "::")  # `[::]` means IPv4 as well
            bound.setsockopt(socket.IPPROTO_IPV6, socket.IPV6_V6ONLY, only)
        if kind == socket.SOCK_STREAM:
            bound.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)  # over TIME_WAIT
        bound.bind(address)
    except OSError as failed:
        bound.close()
        raise PortRefused(_reason(name, host, port, protocol, failed)) from None
    return bound


def _reason(name: str, host: str, port: int, protocol: str, failed: OSError) -> str:
    where = f"{name}: {protocol.upper()} port {port} on {host}"
    if failed.errno == errno.EADDRINUSE:
        by = owner(port, protocol) or "another process"
        return f"{where} is taken by {by}"
    if failed.errno == errno.EACCES:
        return f"{where} is not permitted to this user"
    if failed.errno == errno.EADDRNOTAVAIL:
        return f"{where} cannot be used: this machine does not have that address"
    return f"{where} cannot be used: {failed.strerror}"


def _inodes(port: int, protocol: str) -> set[str]:
    """The sockets bound to a local port; for TCP those that listen."""
    found = set()
    for table in (protocol, f"{protocol}6"):
        try:
            lines = Path("/proc/net", table).read_text(encoding="ascii").splitlines()[1:]
        except OSError:
            continue
        for line in lines:
            columns = line.split()
            at = int(columns[1].rpartition(":")[2], 16)
            if at == port and (protocol == "udp" or columns[3] == LISTENING):
                found.add(columns[9])
    return found
