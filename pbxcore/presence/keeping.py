"""What the event services keep over a restart, and how."""

from __future__ import annotations

from typing import TYPE_CHECKING, Generic, NamedTuple, Protocol, TypeVar

if TYPE_CHECKING:
    from collections.abc import Mapping

    from pbxcore.features.model import Features
    from pbxcore.presence.publication import Publication
    from pbxcore.presence.subscription import StoredSubscription

Value = TypeVar("Value")


class Store(Protocol[Value]):
    """Keeps values by key. Called inside the signalling loop: neither method may wait."""

    def load(self) -> Mapping[str, Value]:
        """Give back what was saved; read once, at start."""
        ...

    def save(self, key: str, value: Value | None) -> None:
        """Remember the value of a key; None forgets it."""
        ...


class Volatile(Generic[Value]):
    """Keeps nothing: for those who need no memory beyond the process."""

    def load(self) -> Mapping[str, Value]:
        """Nothing was kept."""
        return {}

    def save(self, key: str, value: Value | None) -> None:
        """Forget it at once."""


class EventStores(NamedTuple):
    """Subscriptions by our tag; publications and features by extension."""

    subscriptions: Store[StoredSubscription]
    publications: Store[tuple[Publication, ...]]
    features: Store[Features]


def volatile_stores() -> EventStores:
    """Stores that keep nothing."""
    return EventStores(Volatile(), Volatile(), Volatile())
