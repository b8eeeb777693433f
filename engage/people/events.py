"""Facts about people that others may hear."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class ExtensionSaved:
    """An extension was added or changed; the directory has moved to a new version."""

    number: str


@dataclass(frozen=True, slots=True)
class ExtensionDropped:
    """An extension is gone; the directory has moved to a new version."""

    number: str


@dataclass(frozen=True, slots=True)
class SessionEnded:
    """A session is over: `reason` is `expired` or `revoked`. Its sockets are closed."""

    session_id: str
    reason: str


@dataclass(frozen=True, slots=True)
class PeopleChanged:
    """Groups, queues or agents changed."""

    version: int
