"""What others may hear of mailboxes."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class MailboxCounted:
    """So many messages lie in a mailbox now; `urgent` ones are counted among the new too."""

    mailbox: str
    new: int
    old: int
    urgent: int
