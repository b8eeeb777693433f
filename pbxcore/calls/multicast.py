"""Sound for a multicast group: loudspeakers and phones that listen to it without being called."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from pbxcore.media.commands import NoRoom, SetStream
from pbxcore.sip.sdp.codecs import PCMU
from pbxcore.sip.sdp.direction import Direction
from pbxcore.sip.sdp.rtcp import Endpoint
from pbxcore.sip.sdp.stream import AVP, Agreed, AgreedCodec

if TYPE_CHECKING:
    from collections.abc import Callable

    from pbxcore.calls.anchoring import Anchor
    from pbxcore.media.commands import MediaNotice, StreamOpened

_ULAW: Final = AgreedCodec(PCMU.codec, PCMU.payload_type, PCMU.payload_type)
"""What every phone that listens to a group plays, as nobody negotiates with it (RFC 3551 §6)."""


class MulticastStream:
    """A stream that sends to a group; it is nobody's leg.

    Args:
        anchor: opens it.
        address: the group's.
        port: that of the group's RTP.
        ready: told the stream's name once it sends.
        lost: told why it does not, or not any more.
    """

    def __init__(
        self,
        anchor: Anchor,
        address: str,
        port: int,
        ready: Callable[[str], None],
        lost: Callable[[str], None],
    ) -> None:
        self._anchor, self._group = anchor, Endpoint(address, port)
        self._ready, self._lost = ready, lost
        self._closed = False
        self._stream = anchor.open(self, self._opened)

    def close(self) -> None:
        """Send nothing more."""
        if not self._closed:
            self._closed = True
            self._anchor.close(self._stream, lambda closed: None)

    def noticed(self, notice: MediaNotice) -> None:
        """Nobody presses keys there."""

    def media_lost(self) -> None:
        """Its worker is gone."""
        self._closed = True
        self._lost("media_lost")

    def _opened(self, opened: StreamOpened | NoRoom) -> None:
        if self._closed:
            return
        if isinstance(opened, NoRoom):
            self._closed = True
            self._lost(opened.reason)
            return
        agreed = Agreed(
            index=0,
            kind="audio",
            profile=AVP,
            direction=Direction.SENDONLY,
            remote=self._group,
            codecs=(_ULAW,),
        )
        self._anchor.ask(SetStream(self._stream, agreed, latch=False))
        self._ready(self._stream)
