"""Who takes part in a call, and how the part of each ends."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final, Literal

import msgspec

from pbxcore.calls.passing import Passed
from pbxcore.sip import causes
from pbxcore.sip.identity import Caller
from pbxcore.sip.status import reason_of

if TYPE_CHECKING:
    from pbxcore.sip.agent.listener import Ending
    from pbxcore.sip.message import Message

By = Literal["caller", "callee", "pbx"]

_WORDS = {
    404: "unknown_number",
    408: "no_answer",
    480: "unavailable",
    483: "too_many_hops",
    486: "busy",
    487: "cancelled",
    488: "no_common_media",
    503: "no_room",
    600: "busy",
    603: "declined",
}


class Origin(msgspec.Struct, frozen=True):
    """Who calls, as far as it is proved.

    `number` is the caller's extension, "" for one who has none, and `location` the number that his
    phone is registered by; `trunk` the id of the trunk the call came in by, `shown` the number of
    one who has no extension; who is called pays for a `collect_call`. `address` is that of his
    phone. `identities` are the Identity headers he came with, as long as nothing is wrong with
    them; `passed` the headers of his INVITE that may go on to others.
    """

    caller: Caller
    number: str = ""
    name: str = ""
    trunk: str = ""
    shown: str = ""
    collect_call: bool = False
    location: str = ""
    address: str = ""
    identities: tuple[bytes, ...] = ()
    passed: Passed = ()

    @property
    def outside(self) -> str:
        """The number of who calls from outside, "" for one of ours."""
        return self.shown if self.trunk else ""


class Farewell(msgspec.Struct, frozen=True):
    """How a leg ended: the words of `journal.LegEnded`.

    `told` is the status of who refused, where another one is passed on; 0: it is the same.
    """

    by: By
    status: int
    cause: int
    reason: str
    told: int = 0


LOSER: Final = Farewell("pbx", 487, causes.ANSWERED_ELSEWHERE, "answered_elsewhere")
"""A phone that was not the first to answer."""


def refused(status: int, by: By, message: Message | None = None) -> Farewell:
    """A leg that was never answered; `message` refused or cancelled it, and may say why."""
    told = None if message is None else causes.why_ended(message)
    if (status, told) == (LOSER.status, LOSER.cause):
        return msgspec.structs.replace(LOSER, by=by)
    return Farewell(by, status, told or causes.cause_of(status), word_of(status))


def hung_up(by: By, ending: Ending) -> Farewell:
    """A leg that was answered, and is over."""
    if ending.status == 408:  # silence: a session timer, or a request without an answer
        return Farewell("pbx", 0, 102, "connection_lost")
    told = None if ending.message is None else causes.why_ended(ending.message)
    return Farewell(by, 0, told or causes.NORMAL, "hung_up")


def word_of(status: int) -> str:
    """A status as one word."""
    return _WORDS.get(status) or reason_of(status).lower().replace(" ", "_")
