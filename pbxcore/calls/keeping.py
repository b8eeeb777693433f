"""What calls keep over a restart, beside what event services do."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from pbxcore.presence.keeping import Volatile

if TYPE_CHECKING:
    from pbxcore.calls.completing import Request
    from pbxcore.features.recent import Came
    from pbxcore.presence.keeping import Store


class CallStores(NamedTuple):
    """Requests by caller and callee, last callers by extension, and who sits at which phone."""

    completions: Store[Request]
    recent: Store[Came]
    desks: Store[str]


def volatile_call_stores() -> CallStores:
    """Stores that keep nothing."""
    return CallStores(Volatile(), Volatile(), Volatile())
