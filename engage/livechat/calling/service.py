"""The calls of visitors: begun by a page, carried by the PBX, told to the page as they go."""

from __future__ import annotations

import asyncio
import logging
from collections import deque
from typing import TYPE_CHECKING, Any, Final

from engage.errors import EngageError
from engage.identifiers import new_id
from engage.livechat.calling.lines import Lines
from engage.livechat.calling.model import (
    RELOAD_S,
    CallOver,
    CallRefused,
    CallsNotAllowed,
    LinesBusy,
    VisitorCall,
    rounds,
)
from engage.livechat.events import ConversationEnded, InquiryMissed
from engage.livechat.waiting import is_open
from pbxcore.calls.commands import CallDone
from pbxcore.calls.visitor_commands import CallFromVisitor, OfferFromVisitor, VisitorLeaves

if TYPE_CHECKING:
    from collections.abc import Callable, Coroutine

    from engage.events import Events
    from engage.hub.delivery import Delivery
    from engage.hub.model import Manners
    from engage.hub.service import Hub
    from engage.livechat.calling.model import Callers, Ends, OpenCalls, Switchboard
    from engage.livechat.limits import Throttle
    from engage.livechat.model import Inquiry, LiveChat, Visitor
    from engage.people.model import Principal
    from pbxcore.calls.visitor_commands import VisitorCallMoved, VisitorCommand

log = logging.getLogger(__name__)

_ASKED_S: Final = 5.0


class VisitorCalls:
    """Everything a visitor's page can do with calls; each conversation has one at most.

    Args:
        callers: knows the visitors and their agents.
        hub: has the conversations, and what their visitors are shown.
        pbx: has the calls.
        journal: knows those that were up before this process.
        delivery: the way to the pages.
        ends_of: a participant's newest connection.
        name_of: the name of an extension.
        throttle: counts what strangers do.
        events: tell when conversations end.
        reload_s: how long a page may be gone.
    """

    def __init__(
        self,
        callers: Callers,
        hub: Hub,
        pbx: Switchboard,
        journal: OpenCalls,
        delivery: Delivery,
        ends_of: Callable[[str], Ends | None],
        name_of: Callable[[str], str | None],
        throttle: Throttle,
        events: Events,
        reload_s: float = RELOAD_S,
    ) -> None:
        self._callers, self._hub, self._pbx, self._journal = callers, hub, pbx, journal
        self._delivery, self._ends_of, self._name_of = delivery, ends_of, name_of
        self._throttle, self._reload_s = throttle, reload_s
        self._calls: dict[str, VisitorCall] = {}
        self._lines = Lines(self._calls, callers.most_calls, delivery)
        self._ended: deque[str] = deque(maxlen=1_000)  # the journal may still have these as up
        self._away: dict[str, asyncio.TimerHandle] = {}
        self._tasks: set[asyncio.Task[None]] = set()
        pbx.on_visitor(self._moved)
        pbx.on_disconnected(self._pbx_lost)
        events.subscribe(ConversationEnded, self._conversation_over)
        events.subscribe(InquiryMissed, self._conversation_over)

    async def offer(
        self, principal: Principal, conversation: str, sdp: str, call: str | None
    ) -> dict[str, Any]:
        """Call the agents, or, with the name of a call, go on with it by another session.

        Raises:
            NotFound: not this visitor's conversation; or, as CallOver, not a call that is up.
            CallsNotAllowed: there are no calls in this live chat, or the chat is over.
            LinesBusy: too many visitors call.
            TooMany: this one calls too often.
            CallRefused: the PBX does not take it.
        """
        if call is None:
            return await self._begin(principal, conversation, sdp)
        known = await self._own(principal, conversation)
        if known is None or known.id != call:
            raise CallOver
        self._is_there(conversation)
        try:
            await self._ask(OfferFromVisitor(known.id, sdp))
        except CallOver:
            self._forget(known)
            raise
        return self._told(known)

    async def state(self, principal: Principal, conversation: str) -> dict[str, Any]:
        """The call of a conversation as it stands; a page that asks is there.

        Raises:
            NotFound: not this visitor's conversation.
        """
        known = await self._own(principal, conversation)
        self._is_there(conversation)
        return {"call": None} if known is None else self._told(known)

    async def lines(self, principal: Principal, conversation: str) -> dict[str, Any]:
        """Whether all lines are busy for a conversation; its page hears when that changes.

        Raises:
            NotFound: not this visitor's conversation.
        """
        _, _, livechat = await self._callers.caller(principal.who, conversation)
        return {"busy": self._lines.watch(principal.who, livechat.id, conversation)}

    async def end(
        self, principal: Principal, conversation: str, call: str | None = None
    ) -> dict[str, Any]:
        """Hang up; one that is over is so, whatever call another page may have begun meanwhile.

        Raises:
            NotFound: not this visitor's conversation.
        """
        known = await self._own(principal, conversation)
        if known is not None and call in (None, known.id):
            await self._hang_up(known)
        return {}

    def recorded(self, conversation: str, call: str) -> None:
        """What is said is recorded from now on: the page says so."""
        known = self._calls.get(conversation)
        if known is not None and known.id == call and not known.recorded:
            known.recorded = True
            self._send(known, "call_state", self._told(known))

    async def disconnected(self, principal: Principal) -> None:
        """A visitor's socket is gone: the page may be loading anew."""
        if self._delivery.connections(principal.who):
            return
        self._lines.leave(principal.who)
        loop = asyncio.get_running_loop()
        for each in self._calls.values():
            if each.who == principal.who:
                self._is_there(each.conversation)
                timer = loop.call_later(self._reload_s, self._page_lost, each)
                self._away[each.conversation] = timer

    async def _begin(self, principal: Principal, conversation: str, sdp: str) -> dict[str, Any]:
        visitor, inquiry, livechat = await self._callers.caller(principal.who, conversation)
        if not livechat.options.allow_visitor_to_call or not is_open(inquiry.state):
            raise CallsNotAllowed
        ends = self._ends_of(principal.who)
        if ends is None:
            raise CallRefused
        self._throttle.call(livechat.id, ends.host)
        manners = (await self._hub.conversation(conversation)).manners
        before = self._known(conversation, principal.who, livechat.id, manners)
        if self._lines.busy(livechat.id, conversation):
            raise LinesBusy
        known = VisitorCall(new_id(), conversation, livechat.id, principal.who, manners)
        self._is_there(conversation)
        self._keep(known)  # before anything is awaited: two tabs may call at once
        if before is not None:  # from another tab, or before this page forgot
            self._send(before, "call_end", {"reason": "hung_up"})
            await self._hang_up(before)
            if self._calls.get(conversation) is not known:
                raise CallOver
        try:
            await self._ask(self._wanted(known.id, visitor, inquiry, livechat, ends, sdp))
        except EngageError:
            self._forget(known)
            self._later(self._hang_up(known))  # the PBX may have taken it and been slow to say so
            raise
        return self._told(known)

    def _wanted(
        self,
        call: str,
        visitor: Visitor,
        inquiry: Inquiry,
        livechat: LiveChat,
        ends: Ends,
        sdp: str,
    ) -> CallFromVisitor:
        """The call as agents are to see it."""
        serving = (inquiry.owner or "").partition(":")[2] or None
        on_duty = [each.partition(":")[2] for each in self._callers.on_duty(livechat)]
        values = livechat.destination.values
        return CallFromVisitor(
            call,
            inquiry.conversation_id,
            str(inquiry.number),
            sdp,
            visitor.details.phone.replace(" ", "") or f"livechat-{inquiry.number}",
            f"{livechat.name}: {visitor.name}",
            values[0] if livechat.destination.kind == "queue" and values else livechat.name,
            rounds(serving, on_duty),
            ends.local,
            ends.host,
            ends.port,
            visitor.user_agent,
        )

    async def _own(self, principal: Principal, conversation: str) -> VisitorCall | None:
        _, _, livechat = await self._callers.caller(principal.who, conversation)
        manners = (await self._hub.conversation(conversation)).manners
        return self._known(conversation, principal.who, livechat.id, manners)

    def _known(
        self, conversation: str, who: str, livechat: str, manners: Manners
    ) -> VisitorCall | None:
        """The call of a conversation, one that was up before this process too."""
        known = self._calls.get(conversation)
        if known is None:
            for name, agent, recorded in self._journal.in_conversation(conversation):
                if name in self._ended:
                    continue
                known = VisitorCall(name, conversation, livechat, who, manners, recorded=recorded)
                if agent:
                    known.state, known.agent = "answered", agent
                self._keep(known)
                break
        return known

    def _keep(self, known: VisitorCall) -> None:
        self._calls[known.conversation] = known
        self._lines.moved(known.livechat)

    async def _ask(self, command: VisitorCommand) -> None:
        reply = await self._pbx.request(command, _ASKED_S)
        if not isinstance(reply, CallDone):
            raise CallRefused
        if reply.status == 404:
            raise CallOver
        if reply.status >= 300:
            raise CallRefused

    async def _hang_up(self, known: VisitorCall, *, lost: bool = False) -> None:
        self._forget(known)
        try:
            await self._ask(VisitorLeaves(known.id, lost))
        except EngageError as error:
            log.info("call was over", extra={"call": known.id, "why": error.code})

    def _forget(self, known: VisitorCall) -> None:
        self._ended.append(known.id)
        if self._calls.get(known.conversation) is known:
            self._is_there(known.conversation)
            del self._calls[known.conversation]
            self._lines.moved(known.livechat)

    def _is_there(self, conversation: str) -> None:
        timer = self._away.pop(conversation, None)
        if timer is not None:
            timer.cancel()

    def _page_lost(self, known: VisitorCall) -> None:
        self._later(self._hang_up(known, lost=True))

    def _pbx_lost(self) -> None:
        for known in list(self._calls.values()):
            self._forget(known)
            self._send(known, "call_end", {"reason": "failed"})

    async def _conversation_over(self, fact: ConversationEnded | InquiryMissed) -> None:
        known = self._calls.get(fact.conversation_id)
        if known is not None:
            self._send(known, "call_end", {"reason": "chat_ended"})
            await self._hang_up(known)

    def _moved(self, moved: VisitorCallMoved) -> None:
        known = self._calls.get(moved.conversation)
        if known is None or known.id != moved.call:
            return
        match moved.state:
            case "described":
                self._send(known, "call_answer", {"sdp": moved.answer})
            case "over":
                self._forget(known)
                self._send(known, "call_end", {"reason": moved.reason})
            case "answered":
                known.state, known.agent = "answered", moved.agent
                self._send(known, "call_state", self._told(known))
            case "ringing":
                self._send(known, "call_state", self._told(known))

    def _told(self, known: VisitorCall) -> dict[str, Any]:
        told: dict[str, Any] = {
            "call": known.id,
            "conversation": known.conversation,
            "state": known.state,
            "recorded": known.recorded,
        }
        if known.agent:
            name = self._name_of(known.agent) or known.agent
            shown = self._hub.shown(known.manners).name(known.agent, name)
            told["agent"] = {"id": known.agent, "name": shown}
        return told

    def _send(self, known: VisitorCall, name: str, payload: dict[str, Any]) -> None:
        about = {"call": known.id, "conversation": known.conversation}
        self._delivery.send([known.who], name, about | payload)

    def _later(self, work: Coroutine[Any, Any, None]) -> None:
        task = asyncio.get_running_loop().create_task(work)
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)
