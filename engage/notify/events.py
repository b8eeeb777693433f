"""Facts about mails that others may hear."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping


@dataclass(frozen=True, slots=True)
class MailSettled:
    """A mail was sent or given up (`sent`, `failed`); `params` are what its template was given."""

    kind: str
    state: str
    params: Mapping[str, str | int] = field(default_factory=dict)
