"""Facts about mails that others may hear."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class MailSettled:
    """A mail was sent or given up (`sent`, `failed`)."""

    kind: str
    state: str
