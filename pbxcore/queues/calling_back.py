"""Callbacks: who waits without a call. The place is kept, and an agent is there before it rings."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import msgspec

from pbxcore.dialplan.place import HANG_UP
from pbxcore.queues.facts import CallbackAsked, CallbackTried, ExitStatus, Outcome
from pbxcore.queues.floor import Stage
from pbxcore.queues.inputs import Kind
from pbxcore.queues.outputs import Connect, LeaveTo
from pbxcore.queues.talking import agent_of
from pbxcore.queues.timers import Due

if TYPE_CHECKING:
    from pbxcore.queues.floor import Floor, Queue, Waiting
    from pbxcore.queues.leaving import Leaving
    from pbxcore.queues.offering import Offering
    from pbxcore.queues.talking import Talking

_OF_CALLS: Final = (Due.WAIT, Due.ANNOUNCE, Due.PROMPT, Due.CALLBACK_OFFER)
"""What is not due for somebody who has hung up."""


class CallingBack:
    """Turns calls into callbacks, and those into calls again."""

    def __init__(
        self, floor: Floor, offering: Offering, leaving: Leaving, talking: Talking
    ) -> None:
        self._floor, self._offering = floor, offering
        self._leaving, self._talking = leaving, talking

    def ask(self, caller: Waiting, number: str) -> None:
        """The caller hangs up and keeps the place; one wish for each number."""
        floor, queue = self._floor, caller.queue
        callbacks = queue.settings.callbacks
        if caller.stage is not Stage.WAITING or not callbacks.enabled or not caller.live:
            return
        self._offering.end_all(caller, Outcome.CALLER_LEFT)
        for what in _OF_CALLS:
            floor.timers.drop(what, caller.key)
        caller.live = False
        caller.caller = msgspec.structs.replace(caller.caller, number=number, kind=Kind.CALLBACK)
        replaced = self._replace(queue, caller)
        position = queue.line.position(caller)
        floor.log(CallbackAsked(queue.number, caller.key, number, position, replaced))
        floor.tell(LeaveTo(caller.key, HANG_UP, ExitStatus.CALLBACK))
        self.await_agent(caller)

    def _replace(self, queue: Queue, caller: Waiting) -> str:
        """An older wish for the same number ends, and its place is the new one's if better."""
        number = caller.caller.number
        for each in queue.in_line():
            if each is not caller and not each.live and each.caller.number == number:
                self._leaving.exit(each, ExitStatus.CALLBACK, HANG_UP, "replaced")
                if each.order < caller.order:
                    queue.line.remove(caller)
                    queue.seeking.remove(caller)
                    caller.order = each.order
                    queue.line.add(caller)
                return each.key
        return ""

    def await_agent(self, caller: Waiting) -> None:
        """Wait for an agent, until it makes no sense any more to call the customer."""
        expires_at = caller.entered + caller.queue.settings.callbacks.lasts_s
        self._floor.timers.set(Due.CALLBACK_EXPIRY, caller.key, expires_at)
        if caller.not_before > self._floor.now:
            self._floor.timers.set(Due.CALLBACK_AGAIN, caller.key, caller.not_before)
        self._floor.caller_changed(caller)

    def reached(self, caller: Waiting) -> None:
        """The customer answered: to the agent, who waits already."""
        agent, answered = agent_of(caller), caller.answered
        if caller.stage is Stage.CONNECTING and not caller.live and agent and answered:
            for what in (Due.CALLBACK_RING, Due.CALLBACK_EXPIRY):
                self._floor.timers.drop(what, caller.key)
            caller.live = True
            self._floor.tell(Connect(answered.id, caller.key, agent.number, caller.waited_s))

    def failed(self, caller: Waiting, reason: str) -> None:
        """The customer did not answer: again later, or never."""
        agent, answered = agent_of(caller), caller.answered
        if caller.stage is not Stage.CONNECTING or caller.live or not agent or not answered:
            return
        floor, callbacks, queue = self._floor, caller.queue.settings.callbacks, caller.queue
        self._offering.release(answered)
        floor.timers.drop(Due.CALLBACK_RING, caller.key)
        again = caller.attempts <= callbacks.retries
        again_in_s = callbacks.retry_after_s if again else None
        floor.log(
            CallbackTried(
                queue.number, caller.key, agent.number, reason, caller.attempts, again_in_s
            )
        )
        if again:
            caller.not_before = floor.now + callbacks.retry_after_s
            self._talking.put_back(caller)
            caller.tried.clear()
            self.await_agent(caller)
        else:
            self._leaving.exit(caller, ExitStatus.CALLBACK_FAILED, HANG_UP, reason)

    def expire(self, caller: Waiting) -> None:
        """It is too late to call the customer."""
        if caller.stage is Stage.WAITING:
            self._leaving.exit(caller, ExitStatus.CALLBACK_FAILED, HANG_UP, "expired")
