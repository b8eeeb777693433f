"""What callers of a queue are asked when the agent has hung up: how satisfied they are."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from pbxcore.apps.sounds import Prompt
from pbxcore.apps.steps import Gather, HangUp, Say, Tell
from pbxcore.journal import QueueCallRated

if TYPE_CHECKING:
    from pbxcore.apps.steps import Script

_RATINGS: Final = "12345"
_TRIES: Final = 2


def survey(call: str, caller: str, queue: str, agent: str) -> Script:
    """Take a key from 1 to 5, and tell it; `caller` is what the queues call him."""
    for _ in range(_TRIES):
        key: str = (yield Say((Prompt("queue-survey"),))) or (yield Gather(1))
        if key and key in _RATINGS:
            yield Tell(QueueCallRated(call, queue, caller, agent, int(key)))
            yield Say((Prompt("thank-you"), Prompt("goodbye")), barge=False)
            break
        if not key:
            break
        yield Say((Prompt("invalid"),), barge=False)
    yield HangUp("survey")
