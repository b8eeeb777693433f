"""What is left of a call that has ended: enough to say so, for a while."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from pbxcore.errors import RemoteProtocolError

if TYPE_CHECKING:
    from pbxcore.sip.agent.core import Core
    from pbxcore.sip.dialogs.dialog import Dialog
    from pbxcore.sip.flow import Flow
    from pbxcore.sip.message import Request
    from pbxcore.sip.transactions.deadlines import Planned
    from pbxcore.sip.transactions.incoming import Incoming

REMEMBERED_S: Final = 32.0
"""How long: requests that crossed the end get 481 by their dialog, and who wants to replace the
call is told that it is over (RFC 3891 §3)."""


class Ended:
    """Takes the place of a call among the dialogs; many are kept, so each is small."""

    __slots__ = ("_core", "_dialog", "deadline", "planned")

    early = False
    ended = True

    def __init__(self, core: Core, dialog: Dialog) -> None:
        self._core = core
        self._dialog = dialog
        self.planned: Planned | None = None
        self.deadline: float | None = core.now() + REMEMBERED_S
        core.dialogs.add(dialog, self)
        core.layer.watch(self)

    @property
    def called_by_us(self) -> bool:
        """Whether we sent its first INVITE."""
        return self._dialog.ours

    def receive(self, incoming: Incoming) -> None:
        """Take a request that comes too late.

        Raises:
            RemoteProtocolError: 481.
        """
        raise RemoteProtocolError(481)

    def acknowledged(self, ack: Request, flow: Flow) -> None:
        """An ACK that comes too late."""

    def tick(self, now: float) -> None:
        """Let time pass."""
        self.deadline = None
        if self._core.dialogs.get(self._dialog.id) is self:  # a late fork may have its own end
            self._core.dialogs.drop(self._dialog)
