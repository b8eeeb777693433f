"""Visitors of web pages who call agents: no SIP at their end, and no queue's strategy.

Descriptions come and go by the socket that their chat uses. The agent who serves the visitor rings
first, then all others who may; to each of them it is a call like any other.
"""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, Final

import msgspec

from pbxcore.calls.caller_leg import CallerLeg
from pbxcore.calls.commands import CallDone
from pbxcore.calls.curfew import Curfew
from pbxcore.calls.hunting import Round, free_phones
from pbxcore.calls.party import Farewell, Origin, refused, word_of
from pbxcore.calls.planning import Aim
from pbxcore.calls.seeking import Hearer
from pbxcore.calls.setting_up import SettingUp
from pbxcore.calls.visitor_commands import (
    CallFromVisitor,
    OfferFromVisitor,
    State,
    VisitorCallMoved,
    VisitorLeaves,
)
from pbxcore.dialplan.place import HANG_UP
from pbxcore.dialplan.plan import Limit
from pbxcore.errors import RemoteProtocolError
from pbxcore.journal import CallStarted
from pbxcore.sip import causes
from pbxcore.sip.agent.listener import Ending
from pbxcore.sip.agent.offer import Offer
from pbxcore.sip.flow import Flow
from pbxcore.sip.identity import Caller

if TYPE_CHECKING:
    from collections.abc import Callable

    from pbxcore.calls.call import Call
    from pbxcore.calls.context import CallContext
    from pbxcore.calls.leg import Leg
    from pbxcore.calls.offering import Line
    from pbxcore.calls.switchboard import Switchboard
    from pbxcore.calls.visitor_commands import AgentRound, VisitorCommand
    from pbxcore.dialplan.place import Place

LONGEST: Final = Limit(4 * 3600)
_LOST: Final = Farewell("pbx", 0, 102, "connection_lost")
_NOBODY: Final = refused(480, "pbx")


class VisitorCalls:
    """The calls of visitors that are not over, by their names.

    Args:
        context: what calls stand on.
        switchboard: has all calls.
        told: hears what a page is to know.
    """

    def __init__(
        self,
        context: CallContext,
        switchboard: Switchboard,
        told: Callable[[VisitorCallMoved], object],
    ) -> None:
        self._context, self._switchboard, self._told = context, switchboard, told
        self._pages: dict[str, _Page] = {}

    def carry_out(self, command: VisitorCommand) -> CallDone:
        """Do what a page wants."""
        if isinstance(command, CallFromVisitor):
            return self._call(command)
        page = self._pages.get(command.call)
        if page is None:
            return CallDone(404, command.call)
        match command:
            case OfferFromVisitor(offer=offer):
                return CallDone(page.offer_anew(offer.encode()), command.call)
            case VisitorLeaves(lost=lost):
                page.leave(lost=lost)
                return CallDone(200, command.call)

    def _call(self, wanted: CallFromVisitor) -> CallDone:
        context = self._context
        if (
            context.directory.own(wanted.number) is not None
        ):  # nobody says of himself he is one of us
            wanted = msgspec.structs.replace(wanted, number=f"livechat-{wanted.session}")
        uri = context.address_of(wanted.number, None)
        origin = Origin(Caller(uri, wanted.name.encode()), "", wanted.name, shown=wanted.number)
        aim = Aim(origin, wanted.dialled, "inbound")
        call = self._switchboard.begin(aim, wanted.dialled, wanted.call)
        page = _Page(call.id, wanted, self._moved)
        page.leg = leg = CallerLeg(context.leg_id(), call, "", origin.caller, page)
        flow = Flow("wss", wanted.local, wanted.host, wanted.port)
        leg.session = context.caller_session(leg, flow)
        self._pages[call.id] = page
        call.add(leg)
        context.record(_started(call, leg, wanted, flow))
        try:
            lines = leg.offered_lines()
        except RemoteProtocolError as error:
            call.refuse(leg, error.status, error.reason)
            return CallDone(error.status, call.id)
        leg.session.open(lines, partial(self._anchored, page, lines))
        return CallDone(202, call.id)

    def _anchored(self, page: _Page, lines: tuple[Line | None, ...], problem: str) -> None:
        """There is a place for the sound: let the agents ring."""
        leg, call = page.leg, page.leg.call
        if leg.over:
            return
        if problem:
            call.turn_away(leg, Farewell("pbx", 503, causes.cause_of(503), problem))
            return
        call.setting_up = setting_up = SettingUp(
            call,
            leg,
            Hearer(
                connected=partial(self._connected, page),
                failed=lambda farewell: call.turn_away(leg, farewell),
            ),
            lines=lines,
        )
        setting_up.hunt(AgentHunt(self._context, page.wanted), _NOBODY)

    def _connected(self, page: _Page, agent: Leg) -> None:
        page.leg.curfew = Curfew(self._context, page.leg, LONGEST)
        page.leg.call.connect(page.leg, agent)
        if not page.leg.over:
            page.tell("answered", agent=agent.number)

    def _moved(self, moved: VisitorCallMoved) -> None:
        known = moved.call in self._pages
        if moved.state == "over":
            self._pages.pop(moved.call, None)
        if known:
            self._told(moved)


class AgentHunt:
    """The rounds of agents for one visitor.

    Of their queue it counts whether its calls are recorded, and whether agents ring while they are
    on the phone: a call fills them unless it says so.
    """

    action = "livechat"
    music = ""
    otherwise: Place | None = HANG_UP

    def __init__(self, context: CallContext, wanted: CallFromVisitor) -> None:
        queue = context.directory.plan.queues.get(wanted.dialled)
        self.number = wanted.dialled
        self.recorded = queue is not None and queue.records(internal=False)
        self._queue = None if queue is None else queue.settings
        self._context = context
        self._rounds: list[AgentRound] = list(wanted.rounds)

    def next(self) -> Round | None:
        """The next round in which there is anybody; None when all had their turn."""
        while self._rounds:
            following = self._rounds.pop(0)
            found = [
                each
                for number in following.numbers
                for each in free_phones(
                    self._context, number, skips_busy=not self._rings_busy(number)
                )
            ]
            if found:
                return Round(found, (), following.ring_s)
        return None

    def _rings_busy(self, number: str) -> bool:
        if self._queue is None:
            return False
        own = {each.number: each.rings_in_use for each in self._queue.agents}.get(number)
        return self._queue.rings_in_use if own is None else own


class _Page:
    """A visitor's page: what stands in the place of an INVITE and its dialog."""

    leg: CallerLeg

    def __init__(
        self, call: str, wanted: CallFromVisitor, moved: Callable[[VisitorCallMoved], None]
    ) -> None:
        self.wanted = wanted
        self.offer = wanted.offer.encode()
        self._call, self._moved = call, moved
        self._answered = False

    def tell(self, state: State, answer: bytes = b"", agent: str = "", reason: str = "") -> None:
        """Let the page know."""
        conversation = self.wanted.conversation
        self._moved(
            VisitorCallMoved(self._call, conversation, state, answer.decode(), agent, reason)
        )

    # What its leg does

    def ring(self, status: int, body: bytes) -> None:
        """It rings; with a body there is something to hear."""
        self._describe(body)
        self.tell("ringing")

    def accept(self, body: bytes) -> None:
        """Somebody is there."""
        self._describe(body)

    def refuse(self, status: int, reason: str, lines: tuple[bytes, ...]) -> None:
        """Nobody is there."""
        self.tell("over", reason=word_of(status))

    def hang_up(self, *lines: bytes) -> None:
        """The talk is over."""
        self.tell("over", reason="hung_up")

    # What the page does

    def offer_anew(self, offer: bytes) -> int:
        """It wants another session; the status says whether that is so."""
        if not self._answered:  # nothing was said of the first one: forget it
            self.offer = offer
            return 202
        status = 202

        def refuse(why: int, lines: tuple[bytes, ...]) -> None:
            nonlocal status
            status = why

        def accept(answer: bytes, lines: tuple[bytes, ...]) -> None:
            self.tell("described", answer)

        self.leg.call.renegotiating.offered(self.leg, Offer(offer, accept, refuse))
        return status

    def leave(self, *, lost: bool) -> None:
        """It hangs up, or is gone."""
        leg = self.leg
        if leg.answered and lost:
            leg.call.hang_up(_LOST)
            return
        status = 0 if leg.answered else 487
        leg.call.leg_ended(leg, Ending(by_peer=True, status=status))
        self.tell("over", reason="hung_up")

    def _describe(self, body: bytes) -> None:
        if body and not self._answered:
            self._answered = True
            self.tell("described", body)


def _started(call: Call, leg: Leg, wanted: CallFromVisitor, flow: Flow) -> CallStarted:
    return CallStarted(
        call.id,
        leg.id,
        "",
        wanted.name,
        wanted.dialled,
        call.aim.direction,
        source=flow.source,
        user_agent=wanted.user_agent,
        caller=wanted.number,
        conversation=wanted.conversation,
        session=wanted.session,
    )
