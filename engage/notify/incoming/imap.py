"""A mailbox over IMAP (RFC 3501, in RFC 9051's subset), for a thread: every call may block."""

from __future__ import annotations

import imaplib
import re
import ssl
from contextlib import suppress
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Literal, Self

from engage.notify.incoming import idling

if TYPE_CHECKING:
    from collections.abc import Iterator

TIMEOUT_S = 20.0
LARGEST = 25 * 1024 * 1024
"""Larger mails are left where they are (bytes)."""

_SIZE = re.compile(rb"RFC822\.SIZE (\d+)")

imaplib._MAXLINE = max(imaplib._MAXLINE, 1_000_000)  # type: ignore[attr-defined] # noqa: SLF001 - answers to SEARCH are one line


class MailboxFailed(Exception):
    """The mailbox cannot be read; the words are the server's, or the system's."""


@dataclass(frozen=True, slots=True)
class MailServer:
    """Where a mailbox is, and how one gets in."""

    host: str
    port: int
    security: Literal["tls", "starttls", "none"]
    verify: bool
    user: str
    password: str
    folder: str

    @property
    def name(self) -> str:
        """What tells one mailbox from another."""
        return f"{self.user}@{self.host}:{self.port}/{self.folder}"


class Mailbox:
    """One connection with one folder open, as a context manager."""

    def __init__(self, server: MailServer) -> None:
        self._server = server
        self.validity = 0
        self.tells = False
        """Whether the server tells of news."""

    def __enter__(self) -> Self:
        """Connect, sign in, open the folder.

        Raises:
            MailboxFailed: one of these did not work.
        """
        server = self._server
        try:
            self._imap = self._connect()
            if server.security == "starttls":
                self._imap.starttls(self._context())
            self._imap.login(server.user, server.password)
            self.tells = idling.offers(self._imap)
            idling.keep_alive(self._imap)
            self._check(self._imap.select(_quoted(server.folder)))
            _, [validity] = self._imap.response("UIDVALIDITY")
            self.validity = int(validity or 0)
        except (imaplib.IMAP4.error, OSError, ValueError) as failed:
            self.__exit__()
            raise MailboxFailed(_words(failed)) from failed
        return self

    def __exit__(self, *_: object) -> None:
        imap: imaplib.IMAP4 | None = self.__dict__.pop("_imap", None)
        if imap is not None:
            with suppress(imaplib.IMAP4.error, OSError):
                imap.logout()
            with suppress(OSError):  # where the server has gone before
                imap.shutdown()

    def newest(self) -> int:
        """The number of the newest mail; 0: there is none."""
        return max(self._after(0), default=0)

    def after(self, last: int, most: int) -> Iterator[tuple[int, bytes | None]]:
        """So many mails that came after one, oldest first; None in place of one too large."""
        for number in sorted(self._after(last))[:most]:
            yield number, self._read(number)

    def wait(self) -> bool:
        """Wait until it should be looked again; False: over another connection.

        Raises:
            MailboxFailed: it broke, or was interrupted.
        """
        if b"".join(each for each in self._imap.response("EXISTS")[1] if isinstance(each, bytes)):
            return True  # told in between
        try:
            return idling.wait(self._imap, idling.LONGEST_S, TIMEOUT_S)
        except idling.Refused:
            self.tells = False
            return True
        except (imaplib.IMAP4.error, OSError, ValueError) as failed:
            raise MailboxFailed(_words(failed)) from failed

    def interrupt(self) -> None:
        """End the waiting, from another thread."""
        idling.interrupt(self._imap)

    def mark(self, number: int) -> None:
        """Mark a mail as read."""
        with suppress(imaplib.IMAP4.error, OSError):  # only an ornament
            self._imap.uid("STORE", str(number), "+FLAGS.SILENT", r"(\Seen)")

    def _after(self, last: int) -> list[int]:
        self._imap.response("EXISTS")  # whatever was told before is found now
        # `n:*` names the last mail too when it is older than n (RFC 3501 §6.4.8).
        found = self._do("SEARCH", None, f"UID {last + 1}:*")
        numbers = [int(each) for line in found if line for each in line.split()]
        return [number for number in numbers if number > last]

    def _read(self, number: int) -> bytes | None:
        [size, *_] = self._do("FETCH", str(number), "(RFC822.SIZE)")
        known = _SIZE.search(size if isinstance(size, bytes) else b"")
        if known is None or int(known[1]) > LARGEST:
            return None
        for part in self._do("FETCH", str(number), "(BODY.PEEK[])"):
            if isinstance(part, tuple):
                return bytes(part[1])
        return None

    def _do(self, command: str, *arguments: str | None) -> list[Any]:
        try:
            # imaplib leaves out an argument that is None, which its types do not say
            return self._check(self._imap.uid(command, *arguments))  # type: ignore[arg-type]
        except (imaplib.IMAP4.error, OSError) as failed:
            raise MailboxFailed(_words(failed)) from failed

    def _check(self, answer: tuple[str, list[Any]]) -> list[Any]:
        status, lines = answer
        if status != "OK":
            words = b" ".join(each for each in lines if isinstance(each, bytes))
            raise MailboxFailed(words.decode(errors="replace") or status)
        return lines

    def _connect(self) -> imaplib.IMAP4:
        server = self._server
        if server.security == "tls":
            return imaplib.IMAP4_SSL(
                server.host, server.port, ssl_context=self._context(), timeout=TIMEOUT_S
            )
        return imaplib.IMAP4(server.host, server.port, timeout=TIMEOUT_S)

    def _context(self) -> ssl.SSLContext:
        context = ssl.create_default_context()
        if not self._server.verify:
            context.check_hostname, context.verify_mode = False, ssl.CERT_NONE
        return context


def _quoted(folder: str) -> str:
    return '"' + folder.replace("\\", "\\\\").replace('"', '\\"') + '"'


def _words(failed: Exception) -> str:
    words = failed.args[0] if failed.args else ""
    if isinstance(words, bytes):
        return words.decode(errors="replace")
    return str(failed) or type(failed).__name__
