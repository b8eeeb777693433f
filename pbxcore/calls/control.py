"""What may be done to calls from outside them: by an administrator, by a program."""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from pbxcore.calls.commands import CallCommand, CallDone


class CallControl(Protocol):
    """Whoever holds the calls."""

    async def control(self, command: CallCommand) -> CallDone:
        """Carry out one command about a call that is up, or that is to be."""
        ...
