"""Tells whoever answers that a visitor of a web site waits, and asks whether they take the chat."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar, Final

import msgspec

from pbxcore.apps.sounds import Prompt
from pbxcore.apps.steps import Say, Tell
from pbxcore.journal import ChatAlarmCalled

if TYPE_CHECKING:
    from pbxcore.apps.facilities import Facilities
    from pbxcore.apps.steps import Script
    from pbxcore.apps.visit import Visit

TAKES: Final = "1"
TIMES: Final = 3


class ChatAlarm(msgspec.Struct, frozen=True, tag="chat_alarm"):
    """Somebody waits in `conversation`; `number` was called for it."""

    kind: ClassVar[str] = "chat_alarm"

    conversation: str
    number: str

    def script(self, _visit: Visit, _facilities: Facilities) -> Script:
        """Until a key, three times at most."""
        for _ in range(TIMES):
            key: str = yield Say((Prompt("chat-waiting"), Prompt("chat-accept")))
            if key == TAKES:
                yield Tell(ChatAlarmCalled(self.conversation, self.number, "accepted"))
                yield Say((Prompt("thank-you"),), barge=False)
                return
            if key:
                return
