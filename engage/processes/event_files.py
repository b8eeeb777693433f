"""What the PBX's event services keep over a restart, on disk."""

from __future__ import annotations

from typing import TYPE_CHECKING

from engage.processes.keyed_file import KeyedFile
from pbxcore.pbx import EventStores, Features, Publication, StoredSubscription

if TYPE_CHECKING:
    from pathlib import Path


class EventFiles:
    """Subscriptions, publications, feature keys: each in a file of its own in `folder`."""

    def __init__(self, folder: Path) -> None:
        self._subscriptions: KeyedFile[StoredSubscription] = KeyedFile(
            folder / "subscriptions", StoredSubscription
        )
        self._publications: KeyedFile[tuple[Publication, ...]] = KeyedFile(
            folder / "publications", tuple[Publication, ...]
        )
        self._features: KeyedFile[Features] = KeyedFile(folder / "features", Features)
        self.stores = EventStores(self._subscriptions, self._publications, self._features)

    @property
    def problem(self) -> str:
        """Why the disk takes nothing now; empty while it does."""
        files = self._subscriptions, self._publications, self._features
        return next((each.problem for each in files if each.problem), "")

    def close(self) -> None:
        """Sync what waits and end."""
        self._subscriptions.close()
        self._publications.close()
        self._features.close()
