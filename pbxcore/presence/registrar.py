"""The registrar: which contacts reach which extension (RFC 3261 §10.3).

Registrations come in, outcomes go out. A registration is carried out whole or not at all.
"""

from __future__ import annotations

import heapq
from functools import partial
from typing import TYPE_CHECKING

import msgspec

from pbxcore.errors import RemoteProtocolError
from pbxcore.presence.bindings import StoredBinding
from pbxcore.presence.matching import place_of, without_excess, without_oldest_device
from pbxcore.presence.outbound import GRACE_S, FlowKey, Flows, bound_to_flow, flow_of
from pbxcore.presence.outcome import Outcome, Removed, difference
from pbxcore.presence.registration import USUAL_EXPIRY_S

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from pbxcore.presence.registration import ContactAsked, Registration


class IntervalTooBrief(RemoteProtocolError):
    """A contact asked for less than the registrar grants; answer 423 with Min-Expires."""

    def __init__(self, shortest_s: int) -> None:
        super().__init__(423, "", (b"Min-Expires: %d" % shortest_s,))
        self.shortest_s = shortest_s


def granted_expiry(
    requested_s: int | None,
    *,
    shortest_s: int = 60,
    longest_s: int = 3600,
    usual_s: int = USUAL_EXPIRY_S,
) -> int:
    """Decide how long a binding lives (RFC 3261 §10.3, steps 6 and 7); `usual_s` where none asks.

    Raises:
        IntervalTooBrief: above 0 but below `shortest_s`, which counts as an hour at most.
    """
    if requested_s is None:
        return min(usual_s, longest_s)
    if 0 < requested_s < min(shortest_s, 3600):
        raise IntervalTooBrief(min(shortest_s, 3600))
    return min(requested_s, longest_s)


class Registrar:
    """All bindings, by number; expiry is told by `deadline_ms` and done by `tick`."""

    def __init__(self) -> None:
        self._bindings: dict[str, tuple[StoredBinding, ...]] = {}
        self._due: list[tuple[int, str]] = []
        self._armed: dict[str, int] = {}  # the one entry of `_due` that counts for a number
        self._flows = Flows()
        self._count = 0

    def __len__(self) -> int:
        """How many bindings there are."""
        return self._count

    @property
    def deadline_ms(self) -> int | None:
        """When `tick` is next due, in milliseconds UTC; it may then find nothing to do."""
        return self._due[0][0] if self._due else None

    def of(self, number: str) -> tuple[StoredBinding, ...]:
        """The bindings of one extension, in order of registration."""
        return self._bindings.get(number, ())

    def numbers(self) -> Iterable[str]:
        """Extensions with at least one binding."""
        return self._bindings.keys()

    def restore(self, bindings: Iterable[StoredBinding], now_ms: int) -> None:
        """Take back what was stored before a restart, without what expired since.

        No connection outlives us: what hung on one has the grace to come back.
        """
        for binding in bindings:
            if binding.expires_at_ms > now_ms:
                kept = _lost(binding, now_ms) if binding.flow_bound else binding
                self._put(binding.number, (*self.of(binding.number), kept))

    def register(
        self,
        registration: Registration,
        now_ms: int,
        *,
        shortest_s: int,
        longest_s: int,
        max_contacts: int,
        usual_s: int = USUAL_EXPIRY_S,
    ) -> Outcome:
        """Carry out one REGISTER, whole or not at all.

        When more than `max_contacts` phones would stand, the oldest make room: a phone that came
        back under another address must not be locked out by its own past. Browsers that are signed
        in are no phones: each has one binding, and nothing to do with the others.

        Raises:
            IntervalTooBrief: 423.
            RemoteProtocolError: 500 for one that is older than what it would change, 403 for more
                contacts at once than are allowed.
        """
        if registration.remove_all:
            return self._remove_all(registration)
        before = self.of(registration.number)
        if not registration.contacts:
            return Outcome(registration.number, before)
        most = 1 if registration.device else max_contacts
        asked = registration.contacts
        if len(asked) > most and sum(each.expires_s != 0 for each in asked) > most:
            raise RemoteProtocolError(403, "Too Many Contacts")
        held = [each for each in before if each.device == registration.device]
        others = [each for each in before if each.device != registration.device]
        granted = partial(
            granted_expiry, shortest_s=shortest_s, longest_s=longest_s, usual_s=usual_s
        )
        causes = _carry_out(registration, held, now_ms, granted)
        if len(held) > most:
            held = without_excess(held, most)
        if registration.device:
            others = without_oldest_device(others)
        after = (*others, *held)
        self._put(registration.number, after)
        return difference(registration.number, before, after, causes)

    def remove(self, number: str) -> Outcome:
        """Drop all bindings of an extension that is gone."""
        gone = tuple(Removed(each, "removed") for each in self.of(number))
        self._put(number, ())
        return Outcome(number, (), removed=gone, changed=bool(gone))

    def remove_device(self, tag: str) -> list[Outcome]:
        """Drop the bindings of a browser that has signed out."""
        outcomes = []
        for number in list(self._bindings):
            held = self.of(number)
            kept = tuple(each for each in held if each.device != tag)
            if len(kept) < len(held):
                gone = tuple(Removed(each, "removed") for each in held if each.device == tag)
                self._put(number, kept)
                outcomes.append(Outcome(number, kept, removed=gone, changed=True))
        return outcomes

    def lose(self, flow: FlowKey, now_ms: int) -> list[Outcome]:
        """A connection is gone: phones that only it reached have `GRACE_S` to come back."""
        outcomes = []
        for number in self._flows.of(flow):
            kept = tuple(
                _lost(each, now_ms) if each.flow_bound and flow_of(each) == flow else each
                for each in self.of(number)
            )
            self._put(number, kept)
            outcomes.append(Outcome(number, kept, changed=True))
        return outcomes

    def tick(self, now_ms: int) -> list[Outcome]:
        """Let bindings expire."""
        outcomes = []
        while self._due and self._due[0][0] <= now_ms:
            due, number = heapq.heappop(self._due)
            if self._armed.get(number) != due:
                continue
            del self._armed[number]
            held = self.of(number)
            kept = tuple(each for each in held if each.expires_at_ms > now_ms)
            self._put(number, kept)
            if len(kept) < len(held):
                gone = tuple(
                    Removed(each, "lost" if each.lost_at_ms else "expired")
                    for each in held
                    if each.expires_at_ms <= now_ms
                )
                outcomes.append(Outcome(number, kept, removed=gone, changed=True))
        return outcomes

    def _remove_all(self, registration: Registration) -> Outcome:
        held = self.of(registration.number)
        own = [each for each in held if each.device == registration.device]
        others = tuple(each for each in held if each.device != registration.device)
        for each in own:
            _refuse_older(registration, each)
        self._put(registration.number, others)
        gone = tuple(Removed(each, "unregistered") for each in own)
        return Outcome(registration.number, others, removed=gone, changed=bool(gone))

    def _put(self, number: str, bindings: tuple[StoredBinding, ...]) -> None:
        before = self.of(number)
        self._count += len(bindings) - len(before)
        if [each for each in before + bindings if each.flow_bound]:
            self._flows.changed(number, before, bindings)
        if not bindings:
            self._bindings.pop(number, None)
            self._armed.pop(number, None)
            return
        self._bindings[number] = bindings
        due = bindings[0].expires_at_ms
        if len(bindings) > 1:
            due = min(each.expires_at_ms for each in bindings)
        # A refresh only moves the moment away: the entry that stands finds out when it comes up.
        if (armed := self._armed.get(number)) is None or due < armed:
            self._armed[number] = due
            heapq.heappush(self._due, (due, number))


def _carry_out(
    registration: Registration,
    held: list[StoredBinding],
    now_ms: int,
    granted: Callable[[int | None], int],
) -> dict[str, str]:
    """Change what is held as the contacts ask; why some are gone, by contact (§10.3, step 7)."""
    before = tuple(held)
    causes: dict[str, str] = {}
    for asked in registration.contacts:
        expiry_s = granted(asked.expires_s)
        place = place_of(asked, held)
        if place is not None and held[place] in before:
            _refuse_older(registration, held[place])
        if expiry_s == 0:
            if place is not None:
                causes[held.pop(place).contact] = "unregistered"
            continue
        new = _binding(registration, asked, now_ms, expiry_s)
        if place is None:
            held.append(new)
        else:
            held[place] = new
    return causes


def _lost(binding: StoredBinding, now_ms: int) -> StoredBinding:
    if binding.lost_at_ms:
        return binding
    until = binding.expires_at_ms
    if not binding.wakes:  # else a push brings it back (RFC 8599)
        until = min(until, now_ms + GRACE_S * 1000)
    return msgspec.structs.replace(binding, lost_at_ms=now_ms, expires_at_ms=until)


def _refuse_older(registration: Registration, held: StoredBinding) -> None:
    """Within one Call-ID only a higher CSeq may change a binding (§10.3, step 7)."""
    if registration.call_id == held.call_id and registration.cseq <= held.cseq:
        raise RemoteProtocolError(500, "CSeq Out Of Order")


def _binding(
    registration: Registration, asked: ContactAsked, now_ms: int, expiry_s: int
) -> StoredBinding:
    return StoredBinding(
        number=registration.number,
        contact=asked.uri,
        call_id=registration.call_id,
        cseq=registration.cseq,
        q_milli=asked.q_milli,
        user_agent=registration.user_agent,
        source=registration.source,
        local=registration.local,
        transport=registration.transport,
        registered_at_ms=now_ms,
        expires_at_ms=now_ms + expiry_s * 1000,
        origin=registration.origin,
        path=registration.path,
        instance=asked.instance,
        reg_id=asked.reg_id,
        device=registration.device,
        wakes=asked.wakes,
        refreshes=asked.refreshes,
        flow_bound=bound_to_flow(
            asked.uri, registration.path, registration.transport, registration.source, asked.reg_id
        ),
    )
