"""What the facts of calls make of them: pure; the journal's order is the only clock."""

from __future__ import annotations

from typing import TYPE_CHECKING

import msgspec

from engage.calls.model import RESTART, TRANSFERRED, Leg, OpenCall
from pbxcore.journal import (
    CallCharged,
    CallEnded,
    CallerVerified,
    CallRecorded,
    CallStarted,
    CallTransferred,
    LegAnswered,
    LegCalled,
    LegEnded,
    LegHeld,
    LegRinging,
    LegsJoined,
    PbxStarted,
    RecordingFailed,
)

if TYPE_CHECKING:
    from collections.abc import Callable

    from pbxcore.journal import Entry

NORMAL_CLEARING = 16  # Q.850 §2.2.7.1.1
TEMPORARY_FAILURE = 41  # Q.850 §2.2.7.3.6


class Following:
    """Calls that are up, and those that a batch of facts has ended.

    Args:
        known: calls that are up before the batch; they are changed.
        name_of: the name of an extension, if there is one of that number.
    """

    def __init__(self, known: dict[str, OpenCall], name_of: Callable[[str], str | None]) -> None:
        self.open, self.ended = known, list[OpenCall]()
        self.touched: set[str] = set()
        self._name_of = name_of

    def follow(self, entry: Entry) -> None:
        """Take over one fact; one about a call that is not known changes nothing."""
        match entry.fact:
            case CallStarted() as started:
                self._begin(entry, started)
            case PbxStarted(up_until_ms):
                for each in list(self.open.values()):
                    self._cut_off(each, max(up_until_ms, each.latest_ms))
            case (
                CallEnded()
                | CallCharged()
                | CallerVerified()
                | CallRecorded()
                | RecordingFailed() as told
            ):
                self._tell(entry, told)
            case CallTransferred() as transferred:
                self._transfer(entry, transferred)
            case LegCalled() as called:
                self._add(entry, called)
            case LegRinging() | LegAnswered() | LegHeld() | LegEnded() as changed:
                self._change(entry, changed)
            case LegsJoined(call_id, first, second):
                self._join(entry.at_ms, call_id, first, second)
            case _:
                pass

    def of(self, call_id: str) -> OpenCall | None:
        """A call that is up, or that this batch has ended."""
        gone = (each for each in self.ended if each.id == call_id)
        return self.open.get(call_id) or next(gone, None)

    def _call(self, call_id: str) -> OpenCall | None:
        call = self.open.get(call_id)
        if call is not None:
            self.touched.add(call_id)
        return call

    def _begin(self, entry: Entry, fact: CallStarted) -> None:
        party = fact.caller or fact.number
        leg = Leg(
            fact.leg,
            "caller",
            party,
            entry.seq,
            entry.at_ms,
            extension=fact.number,
            shown_name=fact.name,
            trunk=fact.trunk,
            target=fact.user_agent,
        )
        self.touched.add(fact.call)
        self.open[fact.call] = OpenCall(
            fact.call,
            entry.seq,
            entry.at_ms,
            fact.direction,
            fact.dialled,
            fact.leg,
            fact.original,
            fact.account,
            fact.sip_call_id,
            {fact.leg: leg},
            conversation=fact.conversation,
            session=fact.session,
        )

    def _tell(
        self,
        entry: Entry,
        fact: CallEnded | CallCharged | CallerVerified | CallRecorded | RecordingFailed,
    ) -> None:
        """Something holds for the whole call."""
        if (call := self._call(fact.call)) is None:
            return
        match fact:
            case CallCharged(account=account):
                call.account = account
            case CallerVerified(_, verstat, attest):
                call.verstat, call.attest = verstat, attest
            case CallRecorded(recording=recording, seconds=0.0):
                call.recording = recording
            case CallRecorded(recording=recording) | RecordingFailed(recording=recording):
                call.recording = "" if call.recording == recording else call.recording
            case CallEnded(_, disposition, status, cause):
                call.disposition, call.status, call.cause = disposition, status, cause
                self._end(call, entry.at_ms)

    def _add(self, entry: Entry, fact: LegCalled) -> None:
        if (call := self._call(fact.call)) is None or fact.leg in call.legs:
            return
        name = None if fact.trunk else self._name_of(fact.number)
        call.legs[fact.leg] = Leg(
            fact.leg,
            "called",
            fact.number,
            entry.seq,
            entry.at_ms,
            extension="" if name is None else fact.number,
            shown_name=name or "",
            trunk=fact.trunk,
            action=fact.action,
            owner=fact.owner,
            target=fact.target,
        )

    def _change(self, entry: Entry, fact: LegRinging | LegAnswered | LegHeld | LegEnded) -> None:
        call = self._call(fact.call)
        leg = None if call is None else call.legs.get(fact.leg)
        if call is None or leg is None:
            return
        match fact:
            case LegRinging():
                leg.ringing_at_ms = leg.ringing_at_ms or entry.at_ms
            case LegAnswered():
                leg.answered_at_ms = leg.answered_at_ms or entry.at_ms
                if fact.by:
                    _leave_services(call, leg.name, entry.at_ms)
                    _serve(call, leg, entry, fact)
            case LegHeld():
                leg.held = fact.held
            case LegEnded():
                _leave_services(call, leg.name, entry.at_ms)
                _end_leg(call, leg, entry.at_ms, fact)

    def _join(self, at_ms: int, call_id: str, first: str, second: str) -> None:
        if (call := self._call(call_id)) is None:
            return
        one, other = call.legs.get(first), call.legs.get(second)
        if one is None or other is None:
            return
        for leg in (one, other):
            _part(call, leg)
            _leave_services(call, leg.name, at_ms)
            if leg.role == "caller":
                leg.answered_at_ms = leg.answered_at_ms or at_ms
        one.peer, other.peer = other.name, one.name

    def _transfer(self, entry: Entry, fact: CallTransferred) -> None:
        """The consultation call, if there is one, is over; who is left of it goes on in this."""
        call = self._call(fact.call)
        other = self._call(fact.other) if fact.other else None
        if call is None or other is None or other is call:
            return
        at_ms, by = entry.at_ms, call.legs.get(fact.leg)
        for leg in [each for each in other.legs.values() if each.is_up]:
            served = leg.role == "service"
            moved = _handed_service(leg, by, entry) if served else _handed_over(leg, by, at_ms)
            call.legs.setdefault(moved.name, moved)
            leg.ended_at_ms, leg.reason, leg.cause = at_ms, TRANSFERRED, NORMAL_CLEARING
        other.disposition = "answered" if other.answered_at_ms else "cancelled"
        other.reason, other.cause = TRANSFERRED, NORMAL_CLEARING
        self._end(other, at_ms)

    def _cut_off(self, call: OpenCall, at_ms: int) -> None:
        """The PBX is gone, and the call with it."""
        self.touched.add(call.id)
        call.disposition = "answered" if call.answered_at_ms else "failed"
        call.reason, call.cause = RESTART, TEMPORARY_FAILURE
        for leg in call.legs.values():
            if leg.is_up:
                leg.reason, leg.cause, leg.ended_by = RESTART, TEMPORARY_FAILURE, "pbx"
        self._end(call, at_ms)

    def _end(self, call: OpenCall, at_ms: int) -> None:
        call.ended_at_ms = at_ms
        for leg in call.legs.values():
            leg.ended_at_ms = leg.ended_at_ms or at_ms
        del self.open[call.id]
        self.ended.append(call)


def _serve(call: OpenCall, leg: Leg, entry: Entry, fact: LegAnswered) -> None:
    """A stay with a service of ours, as a leg of its own: its name holds that of who is served."""
    name = f"{leg.name}/{entry.seq}"
    call.legs[name] = Leg(
        name,
        "service",
        fact.owner or fact.by,
        entry.seq,
        entry.at_ms,
        action=fact.by,
        owner=fact.owner,
        answered_at_ms=entry.at_ms,
    )


def _handed_over(leg: Leg, by: Leg | None, at_ms: int) -> Leg:
    """Somebody whom another leg has consulted, in the call that goes on."""
    return msgspec.structs.replace(
        leg,
        role="called",
        started_at_ms=at_ms,
        ringing_at_ms=at_ms if leg.ringing_at_ms else 0,
        answered_at_ms=at_ms if leg.answered_at_ms else 0,
        action="transfer",
        owner="" if by is None else by.party,
        peer="",
    )


def _handed_service(service: Leg, by: Leg | None, entry: Entry) -> Leg:
    """What served somebody serves from now on whom he has handed over to it."""
    return msgspec.structs.replace(
        service,
        name=f"{'' if by is None else by.peer}/{entry.seq}",
        started_at_ms=entry.at_ms,
        answered_at_ms=entry.at_ms,
    )


def _leave_services(call: OpenCall, leg: str, at_ms: int) -> None:
    for each in call.legs.values():
        if each.role == "service" and each.is_up and each.name.startswith(f"{leg}/"):
            each.ended_at_ms, each.cause = at_ms, NORMAL_CLEARING


def _part(call: OpenCall, leg: Leg) -> None:
    peer = call.legs.get(leg.peer)
    if peer is not None and peer.peer == leg.name:
        peer.peer = ""
    leg.peer = ""


def _end_leg(call: OpenCall, leg: Leg, at_ms: int, fact: LegEnded) -> None:
    _part(call, leg)
    leg.ended_at_ms, leg.ended_by = at_ms, fact.by
    leg.status, leg.cause, leg.reason = fact.status, fact.cause, fact.reason
    leg.codec, leg.mos, leg.jitter_ms = fact.codec, fact.mos, fact.jitter_ms
    leg.packets_in, leg.packets_lost = fact.packets_in, fact.packets_lost
