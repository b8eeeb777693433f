"""Customers who are called back: an agent's phones ring first, then it rings at the customer.

The agent stands in the call from the first moment, so that no customer answers to nobody.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from pbxcore.apps.queue_survey import survey
from pbxcore.calls.goal import Goal
from pbxcore.calls.hunting import AS_LONG_AS_IT_LIKES_S, Round
from pbxcore.calls.party import refused, word_of
from pbxcore.calls.reaching import phones_of
from pbxcore.calls.seeking import Hearer
from pbxcore.calls.setting_up import SettingUp
from pbxcore.dialplan.place import HANG_UP
from pbxcore.dialplan.resolving import Try as OwnTry
from pbxcore.errors import RemoteProtocolError
from pbxcore.journal import LegEnded
from pbxcore.queues.inputs import (
    AgentLeft,
    Bridged,
    CallbackFailed,
    CallbackReached,
    OfferAnswered,
    OfferFailed,
    OfferMissed,
    OfferRefused,
    OfferRung,
)
from pbxcore.sip.identity import Caller

if TYPE_CHECKING:
    from collections.abc import Callable

    from pbxcore.calls.call import Call
    from pbxcore.calls.context import CallContext
    from pbxcore.calls.leg import Leg
    from pbxcore.calls.party import Farewell
    from pbxcore.calls.queueing.talks import Talks
    from pbxcore.calls.trunk_legs import Try
    from pbxcore.dialplan.call_queue import CallQueue
    from pbxcore.dialplan.place import Place
    from pbxcore.journal import Fact
    from pbxcore.queues.inputs import Caller as Customer
    from pbxcore.queues.inputs import Input
    from pbxcore.queues.outputs import CallBack, Connect, Offer

_REFUSALS: Final = (486, 600, 603)
_ABSENT: Final = (404, 410, 503)


class Customers:
    """Every callback for which an agent is rung or waits.

    Args:
        context: what calls stand on.
        tell: tells the queues.
        talks: follows those who talk.

    Attributes:
        originate: calls an extension for a goal, a number is seen to call; the switchboard's.
        hang_up: ends a call; the switchboard's.
    """

    def __init__(self, context: CallContext, tell: Callable[[Input], None], talks: Talks) -> None:
        self._context, self._tell, self._talks = context, tell, talks
        self._callbacks: dict[int, _Callback] = {}
        self.originate: Callable[[str, Goal, str], str] = lambda number, goal, shown: ""
        self.hang_up: Callable[[str], object] = lambda call: None

    def __len__(self) -> int:
        """For how many an agent is rung or waits."""
        return len(self._callbacks)

    def offer(self, offer: Offer, queue: CallQueue, customer: Customer) -> None:
        """Let an agent's phones ring for somebody who will be called then."""
        if self._context.directory.extension(offer.agent) is None:
            self._tell(OfferFailed(offer.id))
            return
        callback = _Callback(self._context, self._tell, offer, queue, customer)
        self._callbacks[offer.id] = callback
        callback.id = self.originate(offer.agent, callback, customer.number)
        self._tell(OfferRung(offer.id))

    def withdraw(self, offer: int) -> None:
        """Ring the agent no more, and call nobody."""
        callback = self._callbacks.pop(offer, None)
        if callback is not None and (callback.talks or not callback.over):
            callback.over = True
            self.hang_up(callback.id)

    def call(self, output: CallBack) -> None:
        """The agent is there and has it: call the customer."""
        callback = self._callbacks.get(output.offer)
        if callback is None or callback.agent is None:
            self._tell(AgentLeft(output.caller))
            return
        callback.dial(output, lambda other: self._reached(callback, other))

    def _reached(self, callback: _Callback, other: Leg) -> None:
        """The customer has answered the agent who waited."""
        call, agent = callback.call, callback.agent
        if call is None or agent is None:
            return
        callback.over = callback.talks = True
        other.recorded = callback.queue.records(internal=bool(other.number))
        agent.switches_recording = callback.queue.record_code or not other.recorded
        if callback.queue.survey:
            queue = callback.queue.settings.number
            agent.afterwards = survey(call.id, callback.key, queue, agent.number)
        self._talks.begin(callback.key, call.id, other.id, agent.id)
        call.connect(agent, other)
        self._tell(CallbackReached(callback.key))

    def connect(self, output: Connect) -> bool:
        """Whether somebody who was called back is to talk, and does already."""
        callback = self._callbacks.pop(output.offer, None)
        if callback is None or callback.agent is None:
            return False
        self._tell(Bridged(callback.key, callback.agent.id))
        return True

    def hear(self, fact: Fact) -> None:
        """An agent who waits for a customer may hang up."""
        if isinstance(fact, LegEnded):
            for offer, callback in list(self._callbacks.items()):
                if callback.agent is not None and callback.agent.id == fact.leg:
                    del self._callbacks[offer]
                    if not callback.over:
                        callback.over = True
                        self._tell(AgentLeft(callback.key))


class _Phones:
    """An agent's phones, all together, whatever else he wants done with his calls.

    What is recorded of the talk is decided once it is known who answers.
    """

    music, recorded = "", False
    action = "queue"
    otherwise: Place | None = HANG_UP

    def __init__(self, context: CallContext, agent: str, queue: CallQueue) -> None:
        self.number = queue.settings.number
        extension = context.directory.extension(agent)
        self._phones = [] if extension is None else phones_of(context, extension)

    def next(self) -> Round | None:
        """They ring once."""
        found, self._phones = self._phones, []
        return Round(found, (), AS_LONG_AS_IT_LIKES_S) if found else None


class _Callback(Goal):
    """One of them, from the ringing at the agent's phones until the customer answers.

    Attributes:
        id: the call's.
        agent: the agent's leg, once it has answered.
        over: it was told how it ended, or goes on as a talk.
        talks: the customer answered, though the queues may think it too late.
    """

    def __init__(
        self,
        context: CallContext,
        tell: Callable[[Input], None],
        offer: Offer,
        queue: CallQueue,
        customer: Customer,
    ) -> None:
        agent = _Phones(context, offer.agent, queue)
        super().__init__(HANG_UP, shown=_shown(context, queue, customer), rounds=agent)
        self._context, self._tell, self._offer = context, tell, offer
        self.queue, self.key = queue, offer.caller
        self.id = ""
        self.call: Call | None = None
        self.agent: Leg | None = None
        self.over = self.talks = False

    def reach(self, call: Call, leg: Leg) -> None:
        """The agent answered."""
        self.call, self.agent = call, leg
        self._tell(OfferAnswered(self._offer.id))

    def failed(self, status: int) -> None:
        """The agent did not answer."""
        if self.over:
            return
        self.over = True
        offer = self._offer.id
        if status in _REFUSALS:
            self._tell(OfferRefused(offer))
        else:
            self._tell(OfferFailed(offer) if status in _ABSENT else OfferMissed(offer))

    def dial(self, output: CallBack, connected: Callable[[Leg], None]) -> None:
        """Call the customer with the queue's number, by the rights of the agent who waits."""
        call, agent, number = self.call, self.agent, output.number
        if call is None or agent is None:
            return
        context = self._context
        search = SettingUp(
            call,
            agent,
            Hearer(connected, self._unreached),
            caller=Caller(context.address_of(self.queue.settings.number, None)),
        )
        call.setting_up = search
        if context.directory.extension(number) is not None:
            search.go_to(number, "queue")
            return
        number = output.prefix + number
        try:
            tries = context.way_out(agent.number, number, "", "", self.queue.settings.number)
        except RemoteProtocolError as error:
            search.fail(refused(error.status, "pbx"))
        else:
            search.go_out([self._named(each, output.caller_id) for each in tries], number)

    def _unreached(self, farewell: Farewell) -> None:
        """The customer did not answer."""
        self.over = True
        self._tell(CallbackFailed(self.key, word_of(farewell.status)))
        if self.call is not None and self.agent is not None:
            self.call.end(self.agent, farewell)

    def _named(self, way: Try, caller_id: str) -> Try:
        """A way out on which the queue is seen to call, and never a trunk's user name."""
        trunk = self._context.directory.trunks.get(way.trunk)
        username = "" if trunk is None else trunk.username
        if not caller_id and way.caller not in ("", username):
            return way
        return OwnTry(
            way.trunk,
            way.number,
            caller_id or self.queue.settings.number,
            way.name,
            way.dod,
            way.original,
            way.limit,
            way.urgency,
            way.hunts,
            way.recorded,
            way.pins,
        )


def _shown(context: CallContext, queue: CallQueue, customer: Customer) -> Caller:
    """Who is seen to call at the agent's phones."""
    name = f"Callback {customer.number} {queue.settings.name}".strip()
    return Caller(context.address_of(customer.number, None), name.encode())
