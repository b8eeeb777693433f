"""A mail that came in, read defensively: anybody may have sent anything (RFC 5322, RFC 3834)."""

from __future__ import annotations

import hashlib
import re
from dataclasses import dataclass
from email import message_from_bytes
from email.errors import MessageError
from email.policy import default
from email.utils import getaddresses
from html.parser import HTMLParser
from typing import TYPE_CHECKING, Any

from engage.notify.incoming.quoting import MOST_CHARACTERS, said

if TYPE_CHECKING:
    from email.message import EmailMessage

MOST_ATTACHMENTS = 10
_IDENTIFIER = re.compile(r"<([^<>\s]{1,900})>")
_BULK = frozenset({"bulk", "junk", "list", "auto_reply"})
_TO = ("to", "cc", "delivered-to", "x-original-to", "envelope-to")


class NoMail(ValueError):
    """These bytes cannot be read as a mail."""


@dataclass(frozen=True, slots=True)
class Incoming:
    """What is to be known of a mail. `automatic`: no person wrote it.

    `key` is the same whenever the same mail is read; `said` is `text` without what it quotes.
    """

    key: str
    sender: str
    subject: str
    recipients: tuple[str, ...]
    references: tuple[str, ...]
    automatic: bool
    text: str
    said: str
    attachments: tuple[tuple[str, bytes], ...]


def read(raw: bytes) -> Incoming:
    """Read a mail.

    Raises:
        NoMail: it is none.
    """
    try:
        message: EmailMessage = message_from_bytes(raw, policy=default)
        identifier = _header(message, "message-id").strip()
        text = _text(message)
        return Incoming(
            key=hashlib.sha256(identifier.encode() or raw).hexdigest()[:32],
            sender=next(iter(_addresses(message, "from")), ""),
            subject=_header(message, "subject"),
            recipients=tuple(each for name in _TO for each in _addresses(message, name)),
            references=tuple(
                each
                for name in ("in-reply-to", "references")
                for each in _IDENTIFIER.findall(_header(message, name))
            ),
            automatic=_is_automatic(message),
            text=text,
            said=said(text),
            attachments=tuple(_attachments(message)),
        )
    except (MessageError, LookupError, ValueError, TypeError, AttributeError, IndexError) as broken:
        raise NoMail(str(broken)) from broken  # the library is not sure of itself either


def _header(message: EmailMessage, name: str) -> str:
    return " ".join(str(each) for each in message.get_all(name, ()))


def _addresses(message: EmailMessage, name: str) -> list[str]:
    found = getaddresses([str(each) for each in message.get_all(name, ())])
    return [address.lower() for _, address in found if "@" in address]


def _is_automatic(message: EmailMessage) -> bool:
    """Whether a program wrote it: nobody answers those (RFC 3834 §2), or two would for ever."""
    submitted = _header(message, "auto-submitted").strip().lower()
    sender = "".join(_addresses(message, "from")[:1]).partition("@")[0]
    return (
        submitted not in ("", "no")
        or _header(message, "precedence").strip().lower() in _BULK
        or "list-id" in message
        or "x-autoreply" in message
        or "x-autorespond" in message
        or _header(message, "return-path").strip() == "<>"
        or message.get_content_type() == "multipart/report"
        or sender in ("mailer-daemon", "postmaster", "noreply", "no-reply")
    )


def _text(message: EmailMessage) -> str:
    part: Any = message.get_body(("plain", "html"))
    if part is None:
        return ""
    content = part.get_content()
    text = content if isinstance(content, str) else bytes(content).decode(errors="replace")
    text = text[:MOST_CHARACTERS]
    if part.get_content_type() == "text/html":
        reader = _Words()
        reader.feed(text)
        text = reader.text()
    return text.replace("\r\n", "\n")


def _attachments(message: EmailMessage) -> list[tuple[str, bytes]]:
    found = []
    for part in message.iter_attachments():
        data = part.get_payload(decode=True)
        name = part.get_filename()
        if isinstance(data, bytes) and data and name:
            found.append((str(name), data))
    return found[:MOST_ATTACHMENTS]


class _Words(HTMLParser):
    """The words of a page, without what was quoted."""

    _SILENT = frozenset({"script", "style", "head", "title", "blockquote"})
    _BREAKS = frozenset({"br", "p", "div", "tr", "li", "h1", "h2", "h3"})

    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self._said: list[str] = []
        self._silent = 0

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag in self._SILENT:
            self._silent += 1
        elif tag in self._BREAKS:
            self._said.append("\n")

    def handle_endtag(self, tag: str) -> None:
        if tag in self._SILENT:
            self._silent = max(0, self._silent - 1)

    def handle_data(self, data: str) -> None:
        if not self._silent:
            self._said.append(" ".join(data.split("\n")))

    def text(self) -> str:
        """What was said."""
        return re.sub(r"\n{3,}", "\n\n", "".join(self._said)).strip()
