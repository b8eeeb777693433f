"""Requests we send, driven to their final responses."""

from __future__ import annotations

from typing import TYPE_CHECKING

from pbxcore.sip.transactions.derived import cancel_for
from pbxcore.sip.transactions.invite_client import InviteClientTransaction
from pbxcore.sip.transactions.non_invite_client import NonInviteClientTransaction
from pbxcore.sip.transactions.outputs import Cancel, Deliver, Fail, Output, Send

if TYPE_CHECKING:
    from collections.abc import Callable

    from pbxcore.sip.flow import Flow
    from pbxcore.sip.message import Response
    from pbxcore.sip.transactions.deadlines import Planned
    from pbxcore.sip.transactions.layer import TransactionLayer


class Outgoing:
    """One request but INVITE; `done` hears the final status once, with the response if any."""

    __slots__ = ("_done", "_layer", "_machine", "flow", "key", "planned")

    def __init__(
        self,
        layer: TransactionLayer,
        data: bytes,
        flow: Flow,
        key: tuple[bytes, bytes],
        done: Callable[[int, Response | None], None],
    ) -> None:
        self._layer = layer
        self._machine = NonInviteClientTransaction(data, reliable=flow.reliable)
        self._done: Callable[[int, Response | None], None] | None = done
        self.flow = flow
        self.key = key
        self.planned: Planned | None = None

    @property
    def deadline(self) -> float | None:
        """When `tick` is next due; never after the end: a stray response is dropped anyhow."""
        return None if self._done is None else self._machine.deadline

    @property
    def open(self) -> bool:
        """Whether the final response is still awaited."""
        return self._done is not None

    def start(self, now: float) -> None:
        """Send it."""
        self._perform(self._machine.start(now))

    def receive(self, response: Response, now: float) -> None:
        """Take a response."""
        self._perform(self._machine.receive(response, now))

    def tick(self, now: float) -> None:
        """Let time pass."""
        self._perform(self._machine.tick(now))

    def fail(self) -> None:
        """The connection is gone."""
        self._perform(self._machine.fail())

    def _perform(self, outputs: list[Output]) -> None:
        for output in outputs:
            if isinstance(output, Send):
                if not self._layer.wire.send(output.data, self.flow, self.flow.port):
                    self.fail()
            elif isinstance(output, Deliver):
                if output.response.status >= 200:
                    self._finish(output.response.status, output.response)
            elif isinstance(output, Fail):
                self._finish(output.status, None)

    def _finish(self, status: int, response: Response | None) -> None:
        done, self._done = self._done, None
        if done is not None:
            self._layer.forget(self)
            done(status, response)


class OutgoingInvite:
    """One INVITE; `heard` hears every response above 100 that is not a mere repetition.

    Several 2xx may come, of several forks, and each of them again until its ACK arrives; the
    dialogs acknowledge them. Silence is told as 408, a failed transport as 503, both without a
    response.
    """

    __slots__ = (
        "_data",
        "_heard",
        "_layer",
        "_lines",
        "_machine",
        "flow",
        "key",
        "open",
        "planned",
        "responded",
    )

    def __init__(
        self,
        layer: TransactionLayer,
        data: bytes,
        flow: Flow,
        branch: bytes,
        heard: Callable[[int, Response | None], None],
    ) -> None:
        self._layer = layer
        self._data = data
        self._machine = InviteClientTransaction(data, reliable=flow.reliable)
        self._heard = heard
        self._lines: tuple[bytes, ...] = ()
        self.flow = flow
        self.key = (branch, b"INVITE")
        self.open = True
        self.responded = False
        """Whether anything has come back yet; a 100 too, which nobody is told of."""
        self.planned: Planned | None = None

    @property
    def deadline(self) -> float | None:
        """When `tick` is next due."""
        return self._machine.deadline

    @property
    def ended(self) -> bool:
        """Whether nothing that comes is for it any more."""
        return self._machine.ended

    def start(self, now: float) -> None:
        """Send it."""
        self._perform(self._machine.start(now))

    def cancel(self, *lines: bytes) -> None:
        """Give the call up, now or as soon as that is allowed (§9.1); `lines` such as Reason."""
        self._lines = lines
        self._perform(self._machine.cancel(self._layer.now()))

    def receive(self, response: Response, now: float) -> None:
        """Take a response."""
        self.responded = True
        self._perform(self._machine.receive(response, now))

    def tick(self, now: float) -> None:
        """Let time pass."""
        self._perform(self._machine.tick(now))

    def fail(self) -> None:
        """The connection is gone."""
        self._perform(self._machine.fail())

    def _perform(self, outputs: list[Output]) -> None:
        for output in outputs:
            match output:
                case Send(data):
                    if not self._layer.wire.send(data, self.flow, self.flow.port):
                        self.fail()
                case Deliver(response):
                    if response.status >= 200:
                        self._settle()
                    if response.status > 100:
                        self._heard(response.status, response)
                case Fail(status):
                    self._settle()
                    self._heard(status, None)
                case Cancel():
                    self._send_cancel()
        self._layer.watch_invite(self)

    def _send_cancel(self) -> None:
        data = cancel_for(self._data, self._lines)
        key = (self.key[0], b"CANCEL")
        self._layer.request(data, self.flow, key, lambda _status, _response: None)

    def _settle(self) -> None:
        """A final answer is there: nothing is owed to anybody any more."""
        if self.open:
            self.open = False
            self._layer.settled()
