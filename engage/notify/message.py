"""From rendered texts to the bytes of a mail (RFC 5322, RFC 2045, RFC 3834)."""

from __future__ import annotations

import unicodedata
from dataclasses import dataclass
from datetime import UTC, datetime
from email.headerregistry import Address
from email.message import EmailMessage
from email.policy import SMTP, SMTPUTF8
from typing import TYPE_CHECKING

from email_validator import EmailNotValidError, validate_email

if TYPE_CHECKING:
    from collections.abc import Sequence

    from engage.notify.model import Mail

LONGEST_SUBJECT, LONGEST_NAME = 200, 80
"""In characters: more is noise, and folds badly in old programs."""


class AddressRefused(ValueError):
    """This is no mail address."""


@dataclass(frozen=True, slots=True)
class Rendered:
    """What a template came to, for one recipient."""

    subject: str
    text: str
    html: str
    language: str


@dataclass(frozen=True, slots=True)
class Sender:
    """Whom mails are from."""

    address: str
    name: str


@dataclass(frozen=True, slots=True)
class Attachment:
    """A file that goes with a mail; `kind` is its media type."""

    name: str
    kind: str
    data: bytes


@dataclass(frozen=True, slots=True)
class Envelope:
    """A mail as it is handed to a server; `utf8`: it needs SMTPUTF8 (RFC 6531)."""

    sender: str
    recipient: str
    message: bytes
    utf8: bool


def address_of(text: str) -> str:
    """A mail address as servers take it: a domain beyond ASCII in its ASCII form.

    Quoted and international local parts are addresses too (RFC 5322 §3.4.1, RFC 6531).

    Raises:
        AddressRefused: it is none.
    """
    try:
        found = validate_email(
            text.strip(),
            check_deliverability=False,
            allow_quoted_local=True,
            test_environment=True,  # `.test` is where demonstrations live (RFC 6761)
        )
    except EmailNotValidError:
        raise AddressRefused(text) from None
    return f"{found.local_part}@{found.ascii_domain}"


def compose(
    mail: Mail,
    rendered: Rendered,
    sender: Sender,
    attachments: Sequence[Attachment] = (),
    stop_link: str = "",
) -> Envelope:
    """Put a mail together: the same one each time it is tried, by its Message-ID.

    `stop_link`: where its recipient says that no more such mails are wanted.

    Raises:
        AddressRefused: the recipient's, the sender's or the Reply-To is no address.
    """
    of, to = address_of(sender.address), address_of(mail.address)
    reply_to = address_of(mail.reply_to) if mail.reply_to else ""
    utf8 = not all(each.isascii() for each in (of, to, reply_to))
    policy = SMTPUTF8 if utf8 else SMTP
    message = EmailMessage(policy=policy.clone(cte_type="7bit"))
    message["From"] = _mailbox(sender.name, of)
    message["To"] = _mailbox(mail.name, to)
    if reply_to:
        message["Reply-To"] = _mailbox("", reply_to)
    message["Subject"] = line(rendered.subject)
    message["Date"] = datetime.fromtimestamp(mail.created_at_ms / 1000, UTC)
    message["Message-ID"] = mail.message_id
    if thread := thread_of(mail.message_id):
        message["In-Reply-To"] = message["References"] = thread
    else:
        message["Auto-Submitted"] = "auto-generated"
        message["X-Auto-Response-Suppress"] = "All"  # what Exchange reads in its place
    if stop_link:
        message["List-Unsubscribe"] = f"<{stop_link}>"  # RFC 2369 §3.2
        if stop_link.startswith("https:"):  # RFC 8058 §3.1 asks for it
            message["List-Unsubscribe-Post"] = "List-Unsubscribe=One-Click"
    message.set_content(rendered.text, charset="utf-8")
    message.add_alternative(rendered.html, subtype="html", charset="utf-8")
    for each in attachments:
        main, _, sub = each.kind.partition("/")
        message.add_attachment(each.data, maintype=main, subtype=sub, filename=each.name)
    message["Content-Language"] = rendered.language
    return Envelope(of, to, message.as_bytes(), utf8)


def in_thread(message_id: str, token: str) -> str:
    """The Message-ID of a mail that belongs to a thread: `<id.token@host>`."""
    local, _, host = message_id.partition("@")
    return f"{local}.{token}@{host}" if token else message_id


def thread_of(message_id: str) -> str:
    """What all mails of a thread refer to, though no mail has that name; empty: of none."""
    local, _, host = message_id.partition("@")
    _, dot, token = local.partition(".")
    return f"<{token}@{host}" if dot else ""


def line(text: str) -> str:
    """One line for a header: nothing that ends it, hides in it or turns it around.

    Nor anything that reads as an encoded word (RFC 2047 §2) without being one.
    """
    kept = "".join(" " if _breaks(each) else each for each in unicodedata.normalize("NFC", text))
    return " ".join(kept.split()).replace("=?", "= ?")[:LONGEST_SUBJECT].rstrip()


def _breaks(character: str) -> bool:
    return unicodedata.category(character) in ("Cc", "Cf", "Cs", "Zl", "Zp")


def _mailbox(name: str, address: str) -> Address:
    local, _, domain = address.rpartition("@")
    if local.startswith('"'):  # `Address` quotes by itself
        local = local[1:-1].replace('\\"', '"').replace("\\\\", "\\")
    return Address(line(name)[:LONGEST_NAME].rstrip(), local, domain)
