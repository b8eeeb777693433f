"""Phones that ring because a visitor waits in live chat."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

from pbxcore.apps.chat_alarm import ChatAlarm
from pbxcore.calls.goal import Goal
from pbxcore.calls.placing import ANYWHERE
from pbxcore.journal import ChatAlarmCalled
from pbxcore.sip.identity import Caller

if TYPE_CHECKING:
    from collections.abc import Callable

    from pbxcore.calls.commands import TellOfChat
    from pbxcore.calls.context import CallContext


class ChatAlarms:
    """Calls whom it is told to call; `originate` calls a number for a goal."""

    def __init__(self, context: CallContext, originate: Callable[[str, Goal, str], str]) -> None:
        self._context, self._originate = context, originate

    def ring(self, command: TellOfChat) -> str:
        """Ring the number; the name of the call. An administrator chose it: it may be outside."""
        number = command.number
        goal = Goal(
            ChatAlarm(command.conversation, number),
            ANYWHERE,
            reached=partial(self._reached, command),
            shown=Caller(
                self._context.address_of(number, None), command.name.encode(), asserted=True
            ),
        )
        return self._originate(number, goal, number)

    def _reached(self, command: TellOfChat, answered: bool) -> None:
        outcome = "answered" if answered else "no_answer"
        self._context.record(ChatAlarmCalled(command.conversation, command.number, outcome))
