"""The engine: carries out what signalling asks for, and owns the streams."""

from __future__ import annotations

import base64
import os
import time
from typing import TYPE_CHECKING, Any

from pbxcore.media.commands import (
    CloseStream,
    Connect,
    Disconnect,
    Done,
    NoRoom,
    OpenStream,
    PressDigits,
    SetStream,
    StreamClosed,
    StreamOpened,
    WantPicture,
)
from pbxcore.media.rtp import Packet
from pbxcore.net.media.relay import Bridge
from pbxcore.net.media.reports import REPORT_S, Clocks
from pbxcore.net.media.security import Security
from pbxcore.net.media.sound import SOUND, Sound
from pbxcore.net.media.stream import Stream

if TYPE_CHECKING:
    from collections.abc import Callable

    from pbxcore.media.commands import MediaNotice, MediaReply, MediaRequest
    from pbxcore.media.dtls import Identity
    from pbxcore.net.media.loop import Loop
    from pbxcore.net.media.owner import Owner
    from pbxcore.net.media.ports import RtpPorts

    Handler = Callable[[Owner, Any], MediaReply]


class Engine:
    """All streams of one worker; what works on sound itself is `sound`'s.

    Args:
        loop: calls back.
        ports: where streams receive.
        identity: our certificate towards browsers (DTLS).
        entropy: that many random bytes.
        wall: seconds UTC since 1970, for reports.
        report_s: about the time between two of a stream's reports.
    """

    def __init__(
        self,
        loop: Loop,
        ports: RtpPorts,
        identity: Identity,
        *,
        entropy: Callable[[int], bytes] = os.urandom,
        wall: Callable[[], float] = time.time,
        report_s: float = REPORT_S,
    ) -> None:
        self.loop = loop
        self._security = Security(identity, loop, entropy)
        self._ports = ports
        name = base64.b64encode(entropy(12)).decode()  # RFC 7022 §4.2
        self._clocks = Clocks(name, wall, entropy, report_s)
        self._packet = Packet()
        self.sound = Sound(self)
        self._streams: dict[str, Stream] = {}
        self._packets = self._refused = 0
        self._handlers: dict[type, Handler] = {
            OpenStream: self._open,
            SetStream: self._set,
            Connect: self._connect,
            Disconnect: self._disconnect,
            PressDigits: self._press,
            WantPicture: self._want_picture,
            CloseStream: self._close,
            **dict.fromkeys(SOUND, self.sound.carry_out),
        }

    def stream(self, name: str) -> Stream | None:
        """An open stream."""
        return self._streams.get(name)

    def carry_out(self, owner: Owner, request: MediaRequest) -> MediaReply:
        """Do what is asked."""
        return self._handlers[type(request)](owner, request)

    def forget(self, owner: Owner) -> None:
        """The connection ended: so do its streams."""
        for name in tuple(owner.streams):
            self._close(owner, CloseStream(name))
        owner.tell = _nobody  # a recording becomes whole a moment later

    def close(self) -> None:
        """The worker ends: what is recorded is on disk before this returns."""
        self.sound.close()

    def figures(self) -> dict[str, float]:
        """Counts since the start, and the streams there are."""
        streams = self._streams.values()
        return {
            "media_streams": len(streams),
            "media_packets_total": self._packets + sum(each.packets for each in streams),
            "media_refused_total": self._refused + sum(each.refused for each in streams),
            "media_late_ticks_total": self.loop.late_ticks,
        }

    def _open(self, owner: Owner, request: OpenStream) -> MediaReply:
        if request.stream in self._streams:
            return NoRoom("a stream of that name is open")
        sockets = self._ports.open_pair(request.host)
        if sockets is None:
            return NoRoom("no free pair of RTP ports")
        stream = Stream(
            request,
            sockets,
            loop=self.loop,
            packet=self._packet,
            clocks=self._clocks,
            tell=owner.tell,
        )
        self._streams[stream.name] = owner.streams[stream.name] = stream
        if stream.kind == "audio":
            self.sound.expect()
        if request.secured:
            return self._security.open(stream)
        return StreamOpened(stream.name, stream.port)

    def _set(self, _: Owner, request: SetStream) -> MediaReply:
        stream = self._streams.get(request.stream)
        if stream is None:
            return Done(known=False)
        self._security.follow(stream, request)
        stream.follow(request)
        self.sound.follow(stream, request)
        return Done()

    def _connect(self, _: Owner, request: Connect) -> MediaReply:
        first, second = map(self._streams.get, (request.first, request.second))
        if first is None or second is None:
            return Done(known=False)
        Bridge(first, second)
        return Done()

    def _disconnect(self, _: Owner, request: Disconnect) -> MediaReply:
        stream = self._streams.get(request.stream)
        if stream is None:
            return Done(known=False)
        if stream.joined is not None:
            stream.joined.leave(stream)
        return Done()

    def _press(self, owner: Owner, request: PressDigits) -> MediaReply:
        stream = self._streams.get(request.stream)
        if stream is None:
            return Done(known=False)
        self.sound.press(owner, stream, request)
        return Done()

    def _want_picture(self, _: Owner, request: WantPicture) -> MediaReply:
        stream = self._streams.get(request.stream)
        if stream is None:
            return Done(known=False)
        stream.reports.ask_for_picture()
        return Done()

    def _close(self, owner: Owner, request: CloseStream) -> MediaReply:
        stream = self._streams.get(request.stream)
        if stream is None or stream.name not in owner.streams:
            return StreamClosed(request.stream)
        del self._streams[stream.name], owner.streams[stream.name]
        stream.close()
        self.sound.forget(stream)
        self._packets += stream.packets
        self._refused += stream.refused
        return stream.figures()


def _nobody(notice: MediaNotice) -> None:
    """Whoever asked is gone."""
