"""Waiting for news in an open folder instead of asking again and again (RFC 2177)."""

from __future__ import annotations

import imaplib
import re
import socket
import time
from contextlib import suppress
from itertools import count

LONGEST_S = 9 * 60.0
"""Then it is begun anew. RFC 2177 §3 advises 29 minutes, but large providers end it after ten."""

_KEEPALIVE = {"TCP_KEEPIDLE": 60, "TCP_KEEPINTVL": 20, "TCP_KEEPCNT": 3}
_NEWS = re.compile(rb"\* \d+ (EXISTS|RECENT)\b", re.IGNORECASE)
_numbers = count(1)


class Refused(Exception):
    """The server offers it, but will not have it."""


def offers(imap: imaplib.IMAP4) -> bool:
    """Whether the server tells of news; asked once more after signing in (RFC 9051 §6.1.1)."""
    _, lines = imap.capability()
    return any(b"IDLE" in line.upper().split() for line in lines if isinstance(line, bytes))


def keep_alive(imap: imaplib.IMAP4) -> None:
    """Notice within two minutes that the server is gone: nobody else says a word for so long."""
    sock = imap.socket()
    with suppress(OSError):  # a system without them: a server that is gone is noticed later
        sock.setsockopt(socket.SOL_SOCKET, socket.SO_KEEPALIVE, 1)
        for name, value in _KEEPALIVE.items():
            if (option := getattr(socket, name, None)) is not None:
                sock.setsockopt(socket.IPPROTO_TCP, option, value)


def wait(imap: imaplib.IMAP4, within_s: float, answers_s: float) -> bool:
    """Wait until something may be new, or so long; a server has `answers_s` to react.

    Returns:
        False: nothing came, and this connection cannot be read any more.

    Raises:
        Refused: the server will not have it.
        imaplib.IMAP4.error, OSError: the connection broke.
    """
    until, tag = time.monotonic() + within_s, b"IDLE%d" % next(_numbers)
    imap.send(tag + b" IDLE\r\n")
    news = False
    while not (line := _line(imap)).startswith(b"+"):
        if line.startswith(tag):
            raise Refused
        news = news or _NEWS.match(line) is not None
    try:
        while not news and (left_s := until - time.monotonic()) > 0:
            imap.socket().settimeout(left_s)
            news = _NEWS.match(_line(imap)) is not None
    except TimeoutError:  # what buffers a socket is of no use afterwards
        return False
    imap.socket().settimeout(answers_s)
    imap.send(b"DONE\r\n")
    while not _line(imap).startswith(tag):
        pass
    return True


def interrupt(imap: imaplib.IMAP4) -> None:
    """End the waiting, from another thread."""
    with suppress(OSError):  # closed by the server meanwhile: nobody waits any more
        # Not its own: one of TLS forgets its keys, under the feet of whoever reads.
        socket.socket.shutdown(imap.socket(), socket.SHUT_RDWR)


def _line(imap: imaplib.IMAP4) -> bytes:
    line = imap.readline()
    if not line or line.upper().startswith(b"* BYE"):
        raise imaplib.IMAP4.abort(line.decode(errors="replace") or "closed")
    return line
