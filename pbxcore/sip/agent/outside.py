"""A REFER outside of any call: its dialog lives for its NOTIFYs alone (RFC 3515 §2.4, RFC 7647)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from pbxcore.errors import RemoteProtocolError
from pbxcore.sip.agent.peer import Peer
from pbxcore.sip.agent.receiving import is_refer
from pbxcore.sip.agent.references import References
from pbxcore.sip.dialogs.dialog import dialog_of_request

if TYPE_CHECKING:
    from pbxcore.sip.agent.core import Core
    from pbxcore.sip.flow import Flow
    from pbxcore.sip.message import Request
    from pbxcore.sip.transactions.deadlines import Planned
    from pbxcore.sip.transactions.incoming import Incoming


class OutsideReference(Peer):
    """The dialog of one such REFER; `referral` is what it asks.

    Raises:
        RemoteProtocolError: 400 or 416: it cannot be acted on.
    """

    def __init__(self, core: Core, incoming: Incoming) -> None:
        dialog = dialog_of_request(incoming.request, incoming.tag, early=False)
        super().__init__(core, dialog, incoming.flow)
        self.planned: Planned | None = None
        self._references = References(self, self._moved)
        self.referral = self._references.receive_refer(incoming)
        incoming.keep()
        core.dialogs.add(dialog, self)

    def receive(self, incoming: Incoming) -> None:
        """Take a request in the dialog.

        Raises:
            RemoteProtocolError: 481: only the end of the subscription can be asked for.
        """
        incoming.keep()
        self.dialog.admit(incoming.head.cseq)
        if incoming.request.method != b"SUBSCRIBE" or not is_refer(incoming.request):
            raise RemoteProtocolError(481)
        self._references.receive_subscribe(incoming)

    def acknowledged(self, ack: Request, flow: Flow) -> None:
        """No INVITE was ever sent here."""

    @property
    def deadline(self) -> float | None:
        """When the subscription expires."""
        return self._references.deadline

    def tick(self, now: float) -> None:
        """Let time pass."""
        self._references.tick(now)

    def _moved(self) -> None:
        if self._references.open:
            self.core.layer.watch(self)
        else:
            self.core.layer.unwatch(self)
            self.core.dialogs.drop(self.dialog)
