"""A subscription of ours: SUBSCRIBE, its refreshes, and the NOTIFYs that come (RFC 6665 §4.1)."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import msgspec

from pbxcore.errors import RemoteProtocolError
from pbxcore.sip.agent.errand import Errand
from pbxcore.sip.agent.peer import Peer
from pbxcore.sip.dialogs.dialog import dialog_of_request, dialog_of_response
from pbxcore.sip.grammar import seconds
from pbxcore.sip.headers.events import Event, read_event, read_subscription_state
from pbxcore.sip.headers.expiry import read_min_expires
from pbxcore.sip.transactions.timers import T1

if TYPE_CHECKING:
    from collections.abc import Callable

    from pbxcore.sip.agent.conversation import Conversation
    from pbxcore.sip.agent.core import Core
    from pbxcore.sip.flow import Flow
    from pbxcore.sip.message import Request, Response
    from pbxcore.sip.transactions.deadlines import Planned
    from pbxcore.sip.transactions.incoming import Incoming

TIMER_N: Final = 64 * T1
"""How long the first NOTIFY may take (RFC 6665 §4.1.2.4)."""


class Notified(msgspec.Struct, frozen=True):
    """What a subscription tells; `ended` is the last: by the notifier, by us, or by a refusal."""

    body: bytes = b""
    content_type: bytes = b""
    state: bytes = b""
    ended: bool = False
    status: int = 0
    """The refusal of our SUBSCRIBE; 408 when nothing was heard."""
    reason: bytes = b""
    """Why the notifier ended it."""


class Subscription:
    """One subscription. It is refreshed until `stop`, or until the notifier ends it.

    Args:
        core: the surroundings.
        conversation: whom it asks.
        event: what about.
        told: hears each NOTIFY, and the end.
        lines: more header lines, such as Accept.
        expires_s: seconds to ask for; 0 fetches the state once.
        over: called when the dialog is gone.
    """

    def __init__(
        self,
        core: Core,
        conversation: Conversation,
        event: Event,
        told: Callable[[Notified], None],
        *,
        lines: tuple[bytes, ...] = (),
        expires_s: int = 3600,
        over: Callable[[], object] = lambda: None,
    ) -> None:
        self.planned: Planned | None = None
        self.ended = False
        self._core = core
        self._conversation = conversation
        self._event = event
        self._told = told
        self._lines = lines
        self._expires_s = expires_s
        self._over = over
        self._peer: Peer | None = None
        self._sent: tuple[Request, Flow] | None = None
        self._deadline: float | None = None
        self._ends_at = 0.0
        self._wanted = expires_s > 0

    @property
    def deadline(self) -> float | None:
        """When a refresh, or the end of patience, is due."""
        return None if self.ended else self._deadline

    def start(self) -> None:
        """Send the first SUBSCRIBE."""
        errand = Errand(
            self._core,
            b"SUBSCRIBE",
            lambda: self._conversation.draft(b"SUBSCRIBE"),
            self._heard,
            lines=self._all_lines(),
        )
        errand.on_sent = self._note
        self._await()
        errand.start()

    def stop(self) -> None:
        """Want to hear no more; a last NOTIFY says that it has ended."""
        self._wanted = False
        if self._peer is not None and not self.ended:
            self._refresh()

    def begin(self, incoming: Incoming) -> None:
        """Take the NOTIFY that makes the dialog, before the 2xx or instead (§4.1.2.4, §4.4.1).

        Raises:
            RemoteProtocolError: 481: another fork's, or not of this event; 400: it is malformed.
        """
        if self._peer is not None or self._sent is None:
            raise RemoteProtocolError(481)
        request, (sent, _) = incoming.request, self._sent
        dialog = dialog_of_request(request, incoming.tag, early=False)
        dialog.local_seq = int((sent.get(b"cseq") or b"0").partition(b" ")[0])
        dialog.remote_seq = None
        self._open(Peer(self._core, dialog, incoming.flow))
        self.receive(incoming)

    def receive(self, incoming: Incoming) -> None:
        """Take a request in the dialog.

        Raises:
            RemoteProtocolError: the refusal to answer with.
        """
        request, peer = incoming.request, self._peer
        if self.ended or peer is None:
            raise RemoteProtocolError(481)
        if request.method != b"NOTIFY":
            raise RemoteProtocolError(405, "", (b"Allow: NOTIFY",))
        event, state = read_event(request), read_subscription_state(request)
        if event is None or not event.same_as(self._event):
            raise RemoteProtocolError(481)
        if state is None:
            raise RemoteProtocolError(400, "Missing Subscription-State")
        incoming.keep()
        peer.dialog.admit(incoming.head.cseq)
        peer.dialog.refresh(request)
        peer.flow = incoming.flow
        content_type = request.get(b"content-type") or b""
        ended = state.state == b"terminated"
        told = Notified(request.body, content_type, state.state, ended, reason=state.reason or b"")
        incoming.answer(200)
        if ended:
            self._end(told)
            return
        self._granted(state.expires if state.expires is not None else self._expires_s)
        self._told(told)

    def acknowledged(self, ack: Request, flow: Flow) -> None:
        """No INVITE was ever sent here."""

    def tick(self, now: float) -> None:
        """Let time pass."""
        if self._peer is None or not self._wanted or now >= self._ends_at:
            self._end(Notified(ended=True, status=408))
        else:
            self._deadline = self._ends_at
            self._refresh()
            self._core.layer.watch(self)

    def _refresh(self) -> None:
        if self._peer is not None:
            self._peer.ask(b"SUBSCRIBE", self._refreshed, self._all_lines())
        if not self._wanted:
            self._await()

    def _refreshed(self, status: int, response: Response | None) -> None:
        """Most refusals leave it as long as it was granted (RFC 6665 §4.1.2.2)."""
        if self.ended:
            return
        if response is not None and status < 300:
            self._accepted(response)
        elif status in (408, 481, 404, 405, 489, 501):
            self._end(Notified(ended=True, status=status))

    def _heard(self, status: int, response: Response | None) -> None:
        if self.ended:
            return
        if response is None or status >= 300:
            least = None if response is None else read_min_expires(response)
            if status == 423 and least is not None and least > self._expires_s:
                self._expires_s = least
                self.start()
            else:
                self._end(Notified(ended=True, status=status))
            return
        if self._peer is None and self._sent is not None:
            sent, flow = self._sent
            try:
                self._open(Peer(self._core, dialog_of_response(sent, response), flow))
            except RemoteProtocolError:
                self._end(Notified(ended=True, status=400))
                return
        self._accepted(response)
        if not self._wanted and self._expires_s:
            self._refresh()  # stopped before there was a dialog to stop it in

    def _accepted(self, response: Response) -> None:
        granted = seconds(response.get(b"expires"))
        if self._wanted:
            self._granted(self._expires_s if granted is None else granted)

    def _open(self, peer: Peer) -> None:
        self._peer = peer
        self._core.dialogs.add(peer.dialog, self)

    def _note(self, request: Request, flow: Flow) -> None:
        self._sent = request, flow

    def _all_lines(self) -> tuple[bytes, ...]:
        expires = self._expires_s if self._wanted else 0
        return (b"Event: " + self._event.encode(), b"Expires: %d" % expires, *self._lines)

    def _granted(self, granted_s: int) -> None:
        if not self._wanted:
            return
        now = self._core.now()
        self._ends_at = now + granted_s
        # Early enough for all repetitions of a refresh, yet not in a loop for short ones.
        self._deadline = now + max(granted_s - TIMER_N, granted_s / 2, 1.0)
        self._core.layer.watch(self)

    def _await(self) -> None:
        self._deadline = self._core.now() + TIMER_N
        self._core.layer.watch(self)

    def _end(self, told: Notified) -> None:
        if self.ended:
            return
        self.ended = True
        self._core.layer.unwatch(self)
        if self._peer is not None:
            self._core.dialogs.drop(self._peer.dialog)
        self._over()
        self._told(told)
