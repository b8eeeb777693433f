"""Calls and their legs as values: those that are up, and the records of those that were."""

from __future__ import annotations

from dataclasses import dataclass
from types import MappingProxyType
from typing import TYPE_CHECKING, Literal

import msgspec

if TYPE_CHECKING:
    from collections.abc import Mapping

Storage = Literal["local", "netdisk"]
Role = Literal["caller", "called", "service"]
Kind = Literal["call", "queue", "conference", "emergency"]
"""What was recorded; a page to a group is held in a room as a conference is."""

ANSWERED_ELSEWHERE = "answered_elsewhere"
BLACKLISTED = "blacklisted"
TRANSFERRED = "transferred"
RESTART = "restart"


class Leg(msgspec.Struct):
    """One leg of a call that is up, or the stay with one of the PBX's own services.

    `party` is who is at its end: an extension, an outside number, a service's number. Moments are
    milliseconds UTC, 0 for what has not happened. `seq` is the journal's number of the fact that
    began it: it tells all legs of all calls apart.
    """

    name: str
    role: Role
    party: str
    seq: int
    started_at_ms: int
    extension: str = ""
    shown_name: str = ""
    trunk: str = ""
    action: str = ""
    owner: str = ""
    target: str = ""
    ringing_at_ms: int = 0
    answered_at_ms: int = 0
    ended_at_ms: int = 0
    held: bool = False
    peer: str = ""
    ended_by: str = ""
    status: int = 0
    cause: int = 0
    reason: str = ""
    codec: str = ""
    packets_in: int = 0
    packets_lost: int = 0
    jitter_ms: float = 0.0
    mos: float = 0.0

    @property
    def channel(self) -> str:
        """What programs call it by: `PJSIP/1001-0000001a`, `PJSIP/trunk_3-0000001b`."""
        return channel_name(self.party, self.trunk, self.seq)

    @property
    def is_up(self) -> bool:
        """Whether it is not over."""
        return not self.ended_at_ms


class OpenCall(msgspec.Struct):
    """A call that is up, as its facts have told it. `legs` by name, in the order they came.

    `recording` is the one that is running; `conversation` is the live chat in which a visitor
    calls, and `session` what its record's user field says. `verstat` says whether the caller is
    who he says, in 3GPP's words, empty where nobody asked; `attest` how far his provider vouches
    for it.
    """

    id: str
    seq: int
    started_at_ms: int
    direction: str
    dialled: str
    caller_leg: str
    original: str
    account: str
    sip_call_id: str
    legs: dict[str, Leg]
    disposition: str = ""
    status: int = 0
    cause: int = 0
    reason: str = ""
    ended_at_ms: int = 0
    recording: str = ""
    conversation: str = ""
    session: str = ""
    verstat: str = ""
    attest: str = ""

    @property
    def caller(self) -> Leg:
        """Who calls."""
        return self.legs[self.caller_leg]

    @property
    def answered_at_ms(self) -> int:
        """When somebody, or a service, took it; 0 before that."""
        taken = [
            each.answered_at_ms
            for each in self.legs.values()
            if each.role != "caller" and each.answered_at_ms
        ]
        return min(taken, default=0)

    @property
    def latest_ms(self) -> int:
        """The last moment of which anything is known."""
        moments = [self.started_at_ms]
        for each in self.legs.values():
            moments += (each.started_at_ms, each.answered_at_ms, each.ended_at_ms)
        return max(moments)


@dataclass(frozen=True, slots=True)
class LegRecord:
    """A leg that has ended. `number` is its running number among all records, None the caller's."""

    call: str
    position: int
    number: int | None
    role: str
    party: str
    extension: str
    name: str
    trunk: str
    action: str
    action_owner: str
    seq: int
    target: str
    started_at_ms: int
    ringing_at_ms: int | None
    answered_at_ms: int | None
    ended_at_ms: int
    disposition: str
    ended_by: str
    status: int
    cause: int
    reason: str
    codec: str
    packets_in: int
    packets_lost: int
    jitter_ms: float
    mos: float

    @property
    def channel(self) -> str:
        """What programs called it by."""
        return channel_name(self.party, self.trunk, self.seq)


@dataclass(frozen=True, slots=True)
class CallRecord:
    """A call that has ended: what its legs came to as a whole."""

    id: str
    number: int
    seq: int
    started_at_ms: int
    answered_at_ms: int | None
    ended_at_ms: int
    duration_s: int
    talk_s: int
    direction: str
    disposition: str
    caller: str
    original_caller: str
    caller_extension: str
    caller_name: str
    callee: str
    callee_name: str
    answered_by: str
    source_trunk: str
    destination_trunk: str
    action: str
    action_owner: str
    account: str
    status: int
    cause: int
    reason: str
    sip_call_id: str
    conversation: str = ""
    session: str = ""
    verstat: str = ""
    attest: str = ""


@dataclass(frozen=True, slots=True)
class Recording:
    """Sound on disk; `file` is its path below the folder of its `storage`, ours or a netdisk."""

    id: str
    call: str
    file: str
    recorded_at_ms: int
    seconds: float
    caller: str
    caller_name: str
    callee: str
    callee_name: str
    storage: Storage = "local"


FOLDERS: Mapping[str, str] = MappingProxyType(
    {"call": "monitor", "queue": "monitor", "conference": "meetme", "emergency": "emergency"}
)
"""Where recordings of each kind are; those of queues lie among other calls."""


def kind_of(recording: Recording, *, queued: bool) -> Kind:
    """What a recording is of; `queued`: somebody was called for a queue in its call."""
    folder = recording.file.partition("/")[0]
    if folder == FOLDERS["conference"]:
        return "conference"
    if folder == FOLDERS["emergency"]:
        return "emergency"
    return "queue" if queued else "call"


def channel_name(party: str, trunk: str, seq: int) -> str:
    """A leg's name for programs."""
    return f"PJSIP/{f'trunk_{trunk}' if trunk else party}-{seq & 0xFFFFFFFF:08x}"
