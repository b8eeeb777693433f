"""Media workers that give ports and carry nothing, for tests of signalling alone."""

from __future__ import annotations

from itertools import count
from typing import TYPE_CHECKING

from pbxcore.media.commands import CloseStream, Done, OpenStream, StreamClosed, StreamOpened

if TYPE_CHECKING:
    from collections.abc import Callable

    from pbxcore.media.commands import MediaNotice, MediaReply, MediaRequest


class Ports:
    """Answers at once."""

    def __init__(self) -> None:
        self.notice: Callable[[MediaNotice], None] = lambda notice: None
        self.lost: Callable[[tuple[str, ...]], None] = lambda streams: None
        self._ports = count(40_000, 2)

    def ask(self, request: MediaRequest, then: Callable[[MediaReply], None]) -> None:
        """Do as if."""
        match request:
            case OpenStream(stream):
                then(StreamOpened(stream, next(self._ports)))
            case CloseStream(stream):
                then(StreamClosed(stream))
            case _:
                then(Done())
