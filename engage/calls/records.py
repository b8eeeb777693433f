"""The record of a call that has ended: what its legs come to. Pure."""

from __future__ import annotations

from typing import TYPE_CHECKING

from engage.calls.model import ANSWERED_ELSEWHERE, BLACKLISTED, CallRecord, LegRecord

if TYPE_CHECKING:
    from collections.abc import Callable

    from engage.calls.model import Leg, OpenCall

BUSY = frozenset({486, 600, 603})  # RFC 3261 §21.4.24, §21.6.1, §21.6.2: somebody said no
NOT_THERE = frozenset({0, 408, 480, 487})  # §21.4.8, §21.4.18, §21.4.25: nobody said anything


def record_of(
    call: OpenCall,
    number: int,
    name_of: Callable[[str], str | None],
    trunk_name: Callable[[str], str],
) -> tuple[CallRecord, list[LegRecord]]:
    """Write down a call that has ended.

    Args:
        call: with all its legs ended.
        number: the running number of this record; its legs get those after it.
        name_of: the name of an extension.
        trunk_name: the name of a trunk by its id; of one that is gone, empty: the id stays.
    """
    caller = call.caller
    # A phone may have answered with what the caller cannot hear: he was refused then.
    theirs = _others(call)
    taken, answered_at = _taken(call) if call.disposition == "answered" else (None, 0)
    first = next(iter(theirs), None)
    outward = next((each for each in (taken, *_called(call)) if each and each.trunk), None)
    record = CallRecord(
        id=call.id,
        number=number,
        seq=call.seq,
        started_at_ms=call.started_at_ms,
        answered_at_ms=answered_at or None,
        ended_at_ms=call.ended_at_ms,
        duration_s=_seconds(call.started_at_ms, call.ended_at_ms),
        talk_s=_seconds(answered_at, call.ended_at_ms) if answered_at else 0,
        direction=call.direction,
        disposition=call.disposition,
        caller=caller.party,
        original_caller=call.original or caller.party,
        caller_extension=caller.extension,
        caller_name=caller.shown_name,
        callee=call.dialled,
        callee_name=name_of(call.dialled) or (taken.shown_name if taken else ""),
        answered_by=taken.party if taken else "",
        source_trunk=trunk_name(caller.trunk) or caller.trunk,
        destination_trunk=(trunk_name(outward.trunk) or outward.trunk) if outward else "",
        action=_action_of(caller, first),
        action_owner=(first.owner if first else "") or call.dialled,
        account=call.account,
        status=call.status,
        cause=call.cause,
        reason=call.reason,
        sip_call_id=call.sip_call_id,
        conversation=call.conversation,
        session=call.session,
        verstat=call.verstat,
        attest=call.attest,
    )
    by_person = taken is not None and taken.role == "called"
    legs = [
        _leg_record(call.id, position, number, leg, trunk_name, elsewhere=by_person)
        for position, leg in enumerate(sorted(call.legs.values(), key=_place))
    ]
    return record, legs


def _leg_record(
    call: str,
    position: int,
    number: int,
    leg: Leg,
    trunk_name: Callable[[str], str],
    *,
    elsewhere: bool,
) -> LegRecord:
    disposition = disposition_of(leg)
    missed = leg.role == "called" and disposition == "no_answer"
    grouped = leg.action in ("ring_group", "queue", "livechat")
    return LegRecord(
        call=call,
        position=position,
        number=number + position if position else None,
        role=leg.role,
        party=leg.party,
        extension=leg.extension,
        name=leg.shown_name,
        trunk=trunk_name(leg.trunk) or leg.trunk,
        action=leg.action,
        action_owner=leg.owner,
        seq=leg.seq,
        target=leg.target,
        started_at_ms=leg.started_at_ms,
        ringing_at_ms=leg.ringing_at_ms or None,
        answered_at_ms=leg.answered_at_ms or None,
        ended_at_ms=leg.ended_at_ms,
        disposition=disposition,
        ended_by=leg.ended_by,
        status=leg.status,
        cause=leg.cause,
        # Whoever of a group did not answer has missed nothing once another one did, in whatever
        # group that was.
        reason=ANSWERED_ELSEWHERE if elsewhere and missed and grouped else leg.reason,
        codec=leg.codec,
        packets_in=leg.packets_in,
        packets_lost=leg.packets_lost,
        jitter_ms=leg.jitter_ms,
        mos=leg.mos,
    )


def disposition_of(leg: Leg) -> str:
    """How one leg went: `answered`, `no_answer`, `busy` or `failed`."""
    if leg.answered_at_ms:
        return "answered"
    if leg.status in BUSY or leg.reason == "busy":
        return "busy"
    return "no_answer" if leg.status in NOT_THERE else "failed"


def _action_of(caller: Leg, first: Leg | None) -> str:
    """What was done first; a caller of the blacklist came nowhere."""
    if first is not None:
        return first.action
    return "blacklist" if caller.reason == BLACKLISTED else "dial"


def _place(leg: Leg) -> tuple[bool, int]:
    return leg.role != "caller", leg.seq


def _called(call: OpenCall) -> list[Leg]:
    return [each for each in call.legs.values() if each.role == "called"]


def _others(call: OpenCall) -> list[Leg]:
    """Whom the caller came to. Where a program called for him, his own phone was rung before."""
    return _beside_himself(call, [each for each in call.legs.values() if each.role != "caller"])


def _beside_himself(call: OpenCall, legs: list[Leg]) -> list[Leg]:
    """Those legs that are not the caller's own, unless he came to himself alone."""
    own = call.caller.extension
    return [each for each in legs if not own or each.extension != own] or legs


def _taken(call: OpenCall) -> tuple[Leg | None, int]:
    """Who took the call first, a person before a service; and since when anybody was there."""
    legs = [each for each in call.legs.values() if each.role != "caller" and each.answered_at_ms]
    answered = _beside_himself(call, legs)
    people = [each for each in answered if each.role == "called"]
    taken = min(people or answered, key=lambda each: each.answered_at_ms, default=None)
    return taken, min((each.answered_at_ms for each in answered), default=0)


def _seconds(start_ms: int, end_ms: int) -> int:
    return max(0, round((end_ms - start_ms) / 1000))
