"""The way of a caller who waits in a queue to one of its agents: their phones ring meanwhile."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, Final

import msgspec

from pbxcore.calls.alerting import alerting
from pbxcore.calls.called_leg import CalledLeg
from pbxcore.calls.dialling import Dialling
from pbxcore.calls.diverting import history
from pbxcore.calls.hanging_up import let_go
from pbxcore.calls.party import LOSER, Farewell
from pbxcore.calls.queueing.names import names_line
from pbxcore.calls.reaching import phones_of
from pbxcore.calls.seeking import Hearer, Terms
from pbxcore.calls.setting_up import SettingUp
from pbxcore.calls.telling import reasons_to_cancel
from pbxcore.journal import LegCalled, LegRinging
from pbxcore.queues.inputs import (
    CallerLeft,
    OfferAnswered,
    OfferFailed,
    OfferMissed,
    OfferRefused,
    OfferRung,
)
from pbxcore.queues.outputs import Withdrawal
from pbxcore.sip import causes

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from pbxcore.calls.leg import Leg
    from pbxcore.dialplan.call_queue import CallQueue
    from pbxcore.directory import Extension
    from pbxcore.presence.bindings import StoredBinding
    from pbxcore.queues.inputs import Input
    from pbxcore.queues.outputs import Offer
    from pbxcore.sip.identity import Caller

_REFUSALS: Final = (486, 600, 603)


class QueueSearch(SettingUp):
    """Rings agents while its front waits; who of them has the caller is decided elsewhere.

    Args:
        found: the search that came to the queue.
        queue: where the front waits.
        key: what the queues call the caller.
        tell: tells the queues.
        elsewhere: the caller goes on to a number, or (None) somebody else talks to him.
        moved: told the leg that waited and the one that has its place now.
    """

    def __init__(
        self,
        found: SettingUp,
        queue: CallQueue,
        key: str,
        *,
        tell: Callable[[Input], None],
        elsewhere: Callable[[str | None], None],
        moved: Callable[[Leg, Leg], None],
    ) -> None:
        call = found.call
        super().__init__(
            call,
            found.front,
            Hearer(
                connected=lambda leg: call.connect(self.front, leg),
                failed=lambda farewell: let_go(self.front, farewell),
            ),
            Terms(
                found.hops,
                tuple(found.forwardings),
                (*found.telling, *alerting(queue.alert_info)),
                found.level,
            ),
            caller=_shown(found, queue),
            lines=found.lines,
        )
        self.owner = queue.settings.number
        self._queue, self._key = queue, key
        self._tell, self._elsewhere, self._moved = tell, elsewhere, moved
        self._rung: dict[int, list[CalledLeg]] = {}
        self._offers: dict[str, int] = {}
        self._refused: set[int] = set()
        self._taken: dict[int, CalledLeg] = {}

    # What the queues say

    def offer(self, offer: Offer) -> None:
        """Let the phones of an agent ring."""
        extension = self.context.directory.extension(offer.agent)
        found = [] if extension is None else phones_of(self.context, extension)
        reached = [(each, ways) for each, flows in found if (ways := self._carrying(flows))]
        if not reached:
            self._tell(OfferFailed(offer.id))
            return
        legs = [self._agent(each, flows) for each, flows in reached]
        self._rung[offer.id] = legs
        for leg in list(legs):
            self._offers[leg.id] = offer.id
            leg.session.open(self.lines, partial(self._anchored, leg))

    def withdraw(self, offer: int, why: Withdrawal) -> None:
        """Let them ring no more, or hang up on one who answered too late."""
        legs: list[CalledLeg] = self._rung.pop(offer, [])
        if (taken := self._taken.pop(offer, None)) is not None:
            legs.append(taken)
        elsewhere = why is Withdrawal.ANSWERED_ELSEWHERE
        farewell = LOSER if elsewhere else Farewell("pbx", 480, causes.NO_ANSWER, _WORDS[why])
        for leg in legs:
            self._drop(leg, farewell)

    def take(self, offer: int) -> CalledLeg | None:
        """The phone of the agent who has the caller, unless it hung up meanwhile.

        It can be withdrawn until it is `joined`: the agent may be told something before.
        """
        leg = self._taken.get(offer)
        return None if leg is None or leg.over else leg

    def joined(self, offer: int) -> None:
        """The agent talks to the front, or hung up before: there is nothing to withdraw."""
        self._taken.pop(offer, None)

    # What phones say

    def rang(self, leg: CalledLeg, status: int) -> None:
        """It rings; the front goes on hearing music."""
        self.context.record(LegRinging(self.call.id, leg.id, status))
        if (offer := self._offers.get(leg.id)) is not None:
            self._tell(OfferRung(offer))

    def answered(self, leg: Leg) -> None:
        """An agent took it, or somebody picked the call up."""
        offer = self._offers.pop(leg.id, None)
        if not isinstance(leg, CalledLeg):
            self._elsewhere(None)
            self.over()
            self.call.leave_service(self.front)
            self.call.connect(self.front, leg)
            return
        if offer is None:  # it was told to ring no more in the same moment
            leg.hang_up(*reasons_to_cancel(LOSER))
            return
        for each in self._rung.pop(offer, []):
            if each is not leg:
                self._drop(each, LOSER)
        self._taken[offer] = leg
        self._tell(OfferAnswered(offer))

    def failed(self, leg: CalledLeg, farewell: Farewell, contacts: tuple[bytes, ...] = ()) -> None:
        """One phone of an agent will not answer; a refusal there is his."""
        rang = leg.ringing
        self.call.finish(leg, farewell)
        offer = self._offers.pop(leg.id, None)
        if offer is None:
            return
        legs = self._rung.get(offer, [])
        if leg in legs:
            legs.remove(leg)
        if farewell.status in _REFUSALS or 300 <= farewell.status < 400:
            self._refused.add(offer)
        if legs and farewell.status < 600:
            return
        self._rung.pop(offer, None)
        for each in legs:
            self._drop(each, farewell)
        if offer in self._refused:
            self._tell(OfferRefused(offer))
        else:
            self._tell(OfferMissed(offer) if rang else OfferFailed(offer))

    # What becomes of the front

    def give_up(self, farewell: Farewell) -> None:
        """The front is gone: nobody is to ring any more.

        A script that never began, as for who does not acknowledge our answer, tells nothing.
        """
        self._tell(CallerLeft(self._key))
        for offer in list(self._rung):
            for leg in self._rung.pop(offer):
                self._drop(leg, farewell)
        for offer in list(self._taken):
            self._drop(self._taken.pop(offer), farewell)

    def redirect(self, number: str) -> None:
        """The front goes on to a number, for somebody outside who wants so."""
        self._elsewhere(number)

    def serve(self, front: Leg) -> None:
        """Another leg waits from now on: who waited has handed it its place."""
        before, self.front = self.front, front
        self._moved(before, front)
        self.context.waiting.stop(front)
        if before.attending is not None:
            before.attending.serve(front)

    def _agent(self, extension: Extension, flows: Sequence[StoredBinding]) -> CalledLeg:
        number, named = extension.number, names_line(self._queue, flows[0].user_agent)
        lines = (*history(self, number), *self._alerted(extension), *named)
        dialling = Dialling(self.caller, extension, self.hops, lines)
        leg = self.context.phone(self.call, dialling, flows)
        leg.recorded = self._queue.records(internal=bool(self.front.number))
        leg.switches_recording = self._queue.record_code or not leg.recorded
        self.call.add(leg)
        target = flows[0].contact
        called = LegCalled(self.call.id, leg.id, number, "queue", target=target, owner=self.owner)
        self.context.record(called)
        return leg

    def _drop(self, leg: CalledLeg, farewell: Farewell) -> None:
        self._offers.pop(leg.id, None)
        self.call.finish(leg, farewell)
        leg.hang_up(*reasons_to_cancel(farewell))


_WORDS: Final = {
    Withdrawal.UNANSWERED: "no_answer",
    Withdrawal.UNREACHABLE: "unavailable",
    Withdrawal.CALLER_LEFT: "cancelled",
    Withdrawal.AGENT_AWAY: "agent_away",
    Withdrawal.STALE: "no_answer",
}


def _shown(found: SettingUp, queue: CallQueue) -> Caller:
    """The caller, as agents see him."""
    caller = found.caller
    before = f"{queue.name_prefix} " if queue.name_prefix else ""
    if queue.replaces_name and queue.settings.name:
        before += f"{queue.settings.name}: "
    if not before:
        return caller
    name = before.encode() + (caller.display_name or found.shown.encode())
    return msgspec.structs.replace(caller, display_name=name)
