"""The streams of all calls at the media workers: who owns which, and what is told of them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol

from pbxcore.media.commands import (
    CloseStream,
    DigitHeard,
    NoRoom,
    OpenStream,
    StreamClosed,
    StreamOpened,
    StreamSilent,
)

if TYPE_CHECKING:
    from collections.abc import Callable

    from pbxcore.media.commands import MediaNotice, MediaReply, MediaRequest
    from pbxcore.media.port import Media


class StreamOwner(Protocol):
    """Who has a stream opened."""

    def noticed(self, notice: MediaNotice) -> None:
        """The worker tells something of it."""
        ...

    def media_lost(self) -> None:
        """Its worker is gone, and the stream with it."""
        ...


class Anchor:
    """Opens and closes streams at the workers; each has one owner."""

    def __init__(self, media: Media) -> None:
        self._media = media
        self._owners: dict[str, StreamOwner] = {}
        self._count = 0
        media.notice = self._noticed
        media.lost = self._lost

    def __len__(self) -> int:
        """How many streams are open."""
        return len(self._owners)

    def open(
        self,
        owner: StreamOwner,
        then: Callable[[StreamOpened | NoRoom], None],
        *,
        kind: str = "audio",
        secured: bool = False,
    ) -> str:
        """Open a stream, and tell how that went; returns its name, good for requests at once."""
        self._count += 1
        stream = f"s{self._count}"
        self._owners[stream] = owner

        def replied(reply: MediaReply) -> None:
            if isinstance(reply, StreamOpened):
                then(reply)
                return
            self._owners.pop(stream, None)
            then(reply if isinstance(reply, NoRoom) else NoRoom("no answer"))

        self._media.ask(OpenStream(stream, kind, secured=secured), replied)
        return stream

    def close(self, stream: str, then: Callable[[StreamClosed], None]) -> None:
        """Close a stream; `then` hears how it did, as far as anybody knows."""
        known = self._owners.pop(stream, None) is not None

        def replied(reply: MediaReply) -> None:
            then(reply if isinstance(reply, StreamClosed) else StreamClosed(stream))

        if known:
            self._media.ask(CloseStream(stream), replied)
        else:
            then(StreamClosed(stream))

    def ask(self, request: MediaRequest) -> None:
        """Carry something out, of which a failure has no other consequence than its own."""
        self._media.ask(request, _heard)

    def _noticed(self, notice: MediaNotice) -> None:
        if isinstance(notice, DigitHeard | StreamSilent):
            owner = self._owners.get(notice.stream)
            if owner is not None:
                owner.noticed(notice)

    def _lost(self, streams: tuple[str, ...]) -> None:
        gone = [self._owners.pop(each, None) for each in streams]
        for owner in dict.fromkeys(each for each in gone if each is not None):
            owner.media_lost()


def _heard(_reply: MediaReply) -> None:
    pass
