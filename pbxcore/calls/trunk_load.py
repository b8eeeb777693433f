"""How many calls go by a trunk at once, where more than so many are to be told of. It decides."""

from __future__ import annotations

from typing import TYPE_CHECKING

from pbxcore.journal import TrunkCrowded

if TYPE_CHECKING:
    from collections.abc import Callable

    from pbxcore.directory import Directory
    from pbxcore.journal import Fact


class TrunkLoad:
    """Tells when a trunk carries more calls than its threshold, and when no more than that again.

    Args:
        directory: has the thresholds, as they are when calls come and go.
        record: takes each fact.
    """

    def __init__(self, directory: Directory, record: Callable[[Fact], None]) -> None:
        self._directory, self._record = directory, record
        self._crowded: set[str] = set()

    def counted(self, trunk_id: str, calls: int) -> None:
        """So many calls go by a trunk now."""
        trunk = self._directory.trunks.get(trunk_id)
        if trunk is None:
            self._crowded.discard(trunk_id)
            return
        most = trunk.told_above
        crowded = 0 < most < calls
        if crowded == (trunk_id in self._crowded):
            return
        self._crowded ^= {trunk_id}
        self._record(TrunkCrowded(trunk.id, trunk.name, calls, most, crowded))
