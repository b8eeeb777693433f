"""Facts about people that others may hear."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class ExtensionsSaved:
    """Extensions were added or changed together; the directory has moved to a new version."""

    numbers: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class ExtensionsDropped:
    """Extensions are gone; the directory has moved to a new version."""

    numbers: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class SessionEnded:
    """A session is over: `reason` is `expired` or `revoked`. Its sockets are closed."""

    session_id: str
    reason: str


@dataclass(frozen=True, slots=True)
class PeopleChanged:
    """Groups, queues or agents changed."""

    version: int
