"""A request we send, driven to its final response."""

from __future__ import annotations

from typing import TYPE_CHECKING

from pbxcore.sip.non_invite import Deliver, Fail, NonInviteClientTransaction, Output, Send

if TYPE_CHECKING:
    from collections.abc import Callable

    from pbxcore.net.endpoint import Endpoint
    from pbxcore.sip.flow import Flow
    from pbxcore.sip.message import Response


class Outgoing:
    """One client transaction; `done` hears the final status once, with the response if any."""

    __slots__ = ("_done", "_endpoint", "_machine", "flow", "key")

    def __init__(
        self,
        endpoint: Endpoint,
        data: bytes,
        flow: Flow,
        key: tuple[bytes, bytes],
        done: Callable[[int, Response | None], None],
    ) -> None:
        self._endpoint = endpoint
        self._machine = NonInviteClientTransaction(data, reliable=flow.reliable)
        self._done: Callable[[int, Response | None], None] | None = done
        self.flow = flow
        self.key = key

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
                if not self._endpoint.send(output.data, self.flow, self.flow.port):
                    self.fail()
            elif isinstance(output, Deliver):
                if output.response.status >= 200:
                    self._finish(output.response.status, output.response)
            elif isinstance(output, Fail):
                self._finish(output.status, None)

    def _finish(self, status: int, response: Response | None) -> None:
        done, self._done = self._done, None
        if done is not None:
            self._endpoint.forget(self)
            done(status, response)
