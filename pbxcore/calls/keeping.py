"""What calls keep over a restart, beside what event services do."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from pbxcore.presence.keeping import Volatile

if TYPE_CHECKING:
    from pbxcore.calls.completing import Request
    from pbxcore.dialplan.airtime import Spent
    from pbxcore.dialplan.direct_returns import CalledOut
    from pbxcore.dialplan.emergency_returns import CalledForHelp
    from pbxcore.features.recent import Came
    from pbxcore.presence.keeping import Store
    from pbxcore.queues.state import State as QueueState


class CallStores(NamedTuple):
    """Requests by caller and callee, last callers by extension, and who sits at which phone.

    Those who called for help are kept by the number that the emergency service calls back, those
    who called out by the trunk and the number they called; what calls out have spent by the trunk;
    the queues as a whole.
    """

    completions: Store[Request]
    recent: Store[Came]
    desks: Store[str]
    emergencies: Store[CalledForHelp]
    called_out: Store[CalledOut]
    airtime: Store[Spent]
    queues: Store[QueueState]


def volatile_call_stores() -> CallStores:
    """Stores that keep nothing."""
    return CallStores(
        Volatile(), Volatile(), Volatile(), Volatile(), Volatile(), Volatile(), Volatile()
    )
