"""An offer of the peer that wants an answer, in whatever message it came."""

from __future__ import annotations

from typing import TYPE_CHECKING

from pbxcore.errors import LocalProtocolError

if TYPE_CHECKING:
    from collections.abc import Callable


class Offer:
    """A session the peer proposes, or its wish that we propose one (`body` is empty).

    To be answered once, now or later, by `accept` or `refuse`; an offer that a response brought can
    not be refused, so that refusing it hangs up.
    """

    __slots__ = ("_accept", "_refuse", "body", "open")

    def __init__(
        self,
        body: bytes,
        accept: Callable[[bytes, tuple[bytes, ...]], None],
        refuse: Callable[[int, tuple[bytes, ...]], None],
    ) -> None:
        self.body = body
        self.open = True
        self._accept = accept
        self._refuse = refuse

    def accept(self, body: bytes, lines: tuple[bytes, ...] = ()) -> None:
        """Answer it; `lines` are header lines for the message that carries the answer.

        Raises:
            LocalProtocolError: there is no answer; the offer stays open.
        """
        if not self.open:
            return
        if not body:
            raise LocalProtocolError("an offer needs an answer")
        self.open = False
        self._accept(body, lines)

    def refuse(self, status: int = 488, lines: tuple[bytes, ...] = ()) -> None:
        """Leave the session as it is."""
        if self.open:
            self.open = False
            self._refuse(status, lines)

    def withdraw(self) -> None:
        """The peer has cancelled it: nothing is sent any more."""
        self.open = False
