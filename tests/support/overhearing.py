"""What a phone of the simulator is sent, message by message, while it does what it does."""

from __future__ import annotations

from typing import TYPE_CHECKING

from pbxcore.sip.message import Request, Response, parse

if TYPE_CHECKING:
    from pbxcore.sip.message import Message
    from tests.support.handsets import Handset


class Overhearing:
    """Begins at once.

    Attributes:
        came: every message, oldest first.
    """

    def __init__(self, handset: Handset) -> None:
        self.came: list[Message] = []
        stack = handset.stack
        take = stack.datagram

        def overhear(data: bytes, source: tuple[str, int]) -> None:
            self.came.append(parse(data))
            take(data, source)

        stack.datagram = overhear  # type: ignore[method-assign]

    def requests(self, method: bytes) -> list[Request]:
        """Those of a method."""
        return [each for each in self.came if isinstance(each, Request) and each.method == method]

    def answers(self, method: bytes, status: int) -> list[Response]:
        """Those to a method with a status."""
        return [
            each
            for each in self.came
            if isinstance(each, Response)
            and each.status == status
            and (each.get(b"cseq") or b"").endswith(b" " + method)
        ]
