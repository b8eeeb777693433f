"""Calls as JSON."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Literal

from pydantic import BaseModel

from engage.calls.model import Kind
from engage.identifiers import rfc3339

if TYPE_CHECKING:
    from collections.abc import Sequence

    from engage.calls.model import CallRecord, Leg, LegRecord, OpenCall, Recording


class ShownCall(BaseModel):
    """A call that has ended, as a whole.

    `caller` is the number as it was shown, `original_caller` as it came. `disposition` is
    `answered`, `no_answer`, `busy`, `failed` or `cancelled`; `cause` is in the numbers of Q.850.
    A visitor's call names the `conversation` it belongs to, and its `session` number.
    `verstat` says whether the caller's number was verified (STIR/SHAKEN), in 3GPP's words, empty
    where nobody asked; `attest` (`A`, `B`, `C`) how far his provider vouches for it.
    """

    id: str
    number: int
    started_at: str
    answered_at: str | None
    ended_at: str
    duration_s: int
    talk_s: int
    direction: Literal["internal", "inbound", "outbound"]
    disposition: str
    caller: str
    original_caller: str
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
    conversation: str
    session: str
    verstat: str
    attest: str


class ShownLeg(BaseModel):
    """A leg: the caller's, one that was called, or the stay with a service of the PBX."""

    channel: str
    role: Literal["caller", "called", "service"]
    party: str
    name: str
    trunk: str
    action: str
    action_owner: str
    device: str
    started_at: str
    ringing_at: str | None
    answered_at: str | None
    ended_at: str
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


class ShownRecording(BaseModel):
    """A recording; its sound is at `/v1/recordings/{id}/sound`. `kind`: what it is of."""

    id: str
    call: str
    file: str
    recorded_at: str
    seconds: float
    caller: str
    caller_name: str
    callee: str
    callee_name: str
    storage: Literal["local", "netdisk"]
    kind: Kind


class CallPage(BaseModel):
    """A page of calls; `cursor` asks for those after them, `total` counts all that match."""

    items: list[ShownCall]
    cursor: str | None
    total: int


class CallDetails(ShownCall):
    """A call with its legs and recordings."""

    legs: list[ShownLeg]
    recordings: list[ShownRecording]


class RecordingPage(BaseModel):
    """A page of recordings; `cursor` asks for those after them, `total` counts all that match."""

    items: list[ShownRecording]
    cursor: str | None
    total: int


class OwnCall(BaseModel):
    """A call as one of its parties sees it: `number` and `name` are the other one's.

    `direction` is `outgoing` or `incoming`; `disposition` as for the call, but `missed` for an
    incoming call that this extension did not answer, `answered_elsewhere` where another one did.
    """

    id: str
    at: str
    direction: Literal["outgoing", "incoming"]
    disposition: str
    number: str
    name: str
    duration_s: int
    talk_s: int


class OwnCallPage(BaseModel):
    """Newest first; `cursor` asks for those before."""

    items: list[OwnCall]
    cursor: str | None


class LiveLeg(BaseModel):
    """A leg that is up. `peer` is the channel of whom it talks to, empty for nobody.

    Of a stay with a service `action` names its kind, as `parking`, and `party` the number.
    """

    channel: str
    leg: str
    role: Literal["caller", "called", "service"]
    party: str
    name: str
    trunk: str
    action: str
    state: Literal["calling", "ringing", "up", "held"]
    since: str
    peer: str


class LiveCall(BaseModel):
    """A call that is up."""

    id: str
    started_at: str
    answered_at: str | None
    direction: Literal["internal", "inbound", "outbound"]
    caller: str
    caller_name: str
    callee: str
    recorded: bool
    legs: list[LiveLeg]


class LiveCallList(BaseModel):
    """Every call that is up, the oldest first."""

    items: list[LiveCall]
    cursor: None = None
    total: int


def call_json(call: CallRecord) -> dict[str, Any]:
    """A call as a whole."""
    return {
        "id": call.id,
        "number": call.number,
        "started_at": rfc3339(call.started_at_ms),
        "answered_at": _moment(call.answered_at_ms),
        "ended_at": rfc3339(call.ended_at_ms),
        **{name: getattr(call, name) for name in _AS_THEY_ARE},
    }


_AS_THEY_ARE = (
    *("duration_s", "talk_s", "direction", "disposition", "caller", "original_caller"),
    *("caller_name", "callee", "callee_name", "answered_by", "source_trunk"),
    *("destination_trunk", "action", "action_owner", "account", "status", "cause", "reason"),
    *("sip_call_id", "conversation", "session", "verstat", "attest"),
)


def leg_json(leg: LegRecord) -> dict[str, Any]:
    """A leg that has ended."""
    return {
        "channel": leg.channel,
        "role": leg.role,
        "party": leg.party,
        "name": leg.name,
        "trunk": leg.trunk,
        "action": leg.action,
        "action_owner": leg.action_owner,
        "device": leg.target,
        "started_at": rfc3339(leg.started_at_ms),
        "ringing_at": _moment(leg.ringing_at_ms),
        "answered_at": _moment(leg.answered_at_ms),
        "ended_at": rfc3339(leg.ended_at_ms),
        "disposition": leg.disposition,
        "ended_by": leg.ended_by,
        "status": leg.status,
        "cause": leg.cause,
        "reason": leg.reason,
        "codec": leg.codec,
        "packets_in": leg.packets_in,
        "packets_lost": leg.packets_lost,
        "jitter_ms": leg.jitter_ms,
        "mos": leg.mos,
    }


def recording_json(recording: Recording, kind: Kind) -> dict[str, Any]:
    """A recording."""
    return {
        "id": recording.id,
        "call": recording.call,
        "file": recording.file,
        "recorded_at": rfc3339(recording.recorded_at_ms),
        "seconds": recording.seconds,
        "caller": recording.caller,
        "caller_name": recording.caller_name,
        "callee": recording.callee,
        "callee_name": recording.callee_name,
        "storage": recording.storage,
        "kind": kind,
    }


def own_json(call: CallRecord, legs: Sequence[LegRecord], extension: str) -> dict[str, Any]:
    """A call as the user of one extension sees it."""
    outgoing = call.caller_extension == extension
    own = [each for each in legs if each.extension == extension and each.role == "called"]
    disposition, talk_s = call.disposition, call.talk_s
    if not outgoing and own:
        disposition, talk_s = _incoming(own)
    return {
        "id": call.id,
        "at": rfc3339(call.started_at_ms),
        "direction": "outgoing" if outgoing else "incoming",
        "disposition": disposition,
        "number": call.callee if outgoing else call.caller,
        "name": call.callee_name if outgoing else call.caller_name,
        "duration_s": call.duration_s,
        "talk_s": talk_s,
    }


def _incoming(own: Sequence[LegRecord]) -> tuple[str, int]:
    """How a call went for whom it came to, on however many phones: answered on any is answered."""
    taken = [each for each in own if each.answered_at_ms]
    if taken:
        talk_ms = sum(each.ended_at_ms - (each.answered_at_ms or 0) for each in taken)
        return "answered", round(talk_ms / 1000)
    if any(each.reason == "answered_elsewhere" for each in own):
        return "answered_elsewhere", 0
    refused = any(each.disposition == "busy" for each in own)
    return ("busy" if refused else "missed"), 0


def live_json(call: OpenCall) -> dict[str, Any]:
    """A call that is up."""
    return {
        "id": call.id,
        "started_at": rfc3339(call.started_at_ms),
        "answered_at": _moment(call.answered_at_ms),
        "direction": call.direction,
        "caller": call.caller.party,
        "caller_name": call.caller.shown_name,
        "callee": call.dialled,
        "recorded": bool(call.recording),
        "legs": [_live_leg(call, each) for each in call.legs.values() if each.is_up],
    }


def _live_leg(call: OpenCall, leg: Leg) -> dict[str, Any]:
    peer = call.legs.get(leg.peer)
    return {
        "channel": leg.channel,
        "leg": leg.name,
        "role": leg.role,
        "party": leg.party,
        "name": leg.shown_name,
        "trunk": leg.trunk,
        "action": leg.action,
        "state": state_of(leg),
        "since": rfc3339(leg.answered_at_ms or leg.ringing_at_ms or leg.started_at_ms),
        "peer": peer.channel if peer is not None else "",
    }


def state_of(leg: Leg) -> str:
    """How a leg that is up stands."""
    if leg.answered_at_ms:
        return "held" if leg.held else "up"
    return "ringing" if leg.ringing_at_ms else "calling"


def _moment(at_ms: int | None) -> str | None:
    return rfc3339(at_ms) if at_ms else None
