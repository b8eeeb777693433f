"""A REFER of ours outside of any call, and the NOTIFYs that tell how it goes (RFC 3515 §2.4)."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

from pbxcore.errors import RemoteProtocolError
from pbxcore.sip.agent.errand import Errand
from pbxcore.sip.agent.peer import Peer
from pbxcore.sip.agent.receiving import is_refer
from pbxcore.sip.dialogs.dialog import dialog_of_request
from pbxcore.sip.dialogs.refer import ReferSubscriber

if TYPE_CHECKING:
    from collections.abc import Callable

    from pbxcore.sip.agent.conversation import Conversation
    from pbxcore.sip.agent.core import Core
    from pbxcore.sip.dialogs.refer import Progress
    from pbxcore.sip.flow import Flow
    from pbxcore.sip.message import Request, Response
    from pbxcore.sip.transactions.deadlines import Planned
    from pbxcore.sip.transactions.incoming import Incoming


class AskedReference:
    """Asks once; its dialog, which the first NOTIFY makes, lives until the last one.

    Args:
        core: the surroundings.
        conversation: whom it asks.
        lines: Refer-To, and what else is to be said.
        told: hears how the call goes, last of all something final.
        over: called when nothing more will be told.
    """

    def __init__(
        self,
        core: Core,
        conversation: Conversation,
        lines: tuple[bytes, ...],
        told: Callable[[Progress], None],
        over: Callable[[], object],
    ) -> None:
        self.planned: Planned | None = None
        self._core = core
        self._conversation = conversation
        self._lines = lines
        self._told = told
        self._over = over
        self._subscriber = ReferSubscriber()
        self._peer: Peer | None = None

    def start(self) -> None:
        """Send it."""
        draft = partial(self._conversation.draft, b"REFER")
        Errand(self._core, b"REFER", draft, self._heard, lines=self._lines).start()

    def begin(self, incoming: Incoming) -> None:
        """Take the NOTIFY that makes the dialog, before the 202 or after it (RFC 6665 §4.4.1).

        Raises:
            RemoteProtocolError: 481: another fork's; 400: it is malformed.
        """
        if self._peer is not None:
            raise RemoteProtocolError(481)
        dialog = dialog_of_request(incoming.request, incoming.tag, early=False)
        dialog.remote_seq = None
        self._peer = Peer(self._core, dialog, incoming.flow)
        self._core.dialogs.add(dialog, self)
        self.receive(incoming)

    def receive(self, incoming: Incoming) -> None:
        """Take a request in the dialog.

        Raises:
            RemoteProtocolError: the refusal to answer with.
        """
        request, peer = incoming.request, self._peer
        if peer is None or request.method != b"NOTIFY" or not is_refer(request):
            raise RemoteProtocolError(481)
        incoming.keep()
        peer.dialog.admit(incoming.head.cseq)
        outputs = self._subscriber.notified(request, self._core.now())
        incoming.answer(200)
        self._tell(outputs)

    def acknowledged(self, ack: Request, flow: Flow) -> None:
        """No INVITE was ever sent here."""

    @property
    def deadline(self) -> float | None:
        """When we stop waiting."""
        return self._subscriber.deadline

    def tick(self, now: float) -> None:
        """Let time pass."""
        self._tell(self._subscriber.tick(now))

    def _heard(self, status: int, response: Response | None) -> None:
        self._tell(self._subscriber.answered(status, response, self._core.now()))

    def _tell(self, outputs: list[Progress]) -> None:
        if self._subscriber.ended:
            self._core.layer.unwatch(self)
            if self._peer is not None:
                self._core.dialogs.drop(self._peer.dialog)
            self._over()
        else:
            self._core.layer.watch(self)
        for each in outputs:
            self._told(each)
