"""The media part: the engine's loop, and the channels over which it is asked."""

from __future__ import annotations

import logging
import os
import resource
import signal
import socket
from typing import TYPE_CHECKING

from engage.processes import unix
from engage.processes.channel import (
    VERSION,
    Answer,
    Ask,
    ChannelBroken,
    Framer,
    Hello,
    Refusal,
    Tell,
    encode,
)
from engage.processes.media_channel import MEDIA_FRAMES
from engage.processes.part import begin, settle
from pbxcore.health import Probe
from pbxcore.media_worker import MediaWorker

if TYPE_CHECKING:
    from engage.processes.part import Leash
    from pbxcore.media.commands import MediaNotice, MediaRequest

log = logging.getLogger(__name__)

MOST_UNSENT = 4 * 1024 * 1024  # bytes; a peer that does not read is as good as gone


class Channel:
    """One connection, of the PBX or of web. A slow peer never holds the loop up."""

    def __init__(self, connected: socket.socket, worker: MediaWorker) -> None:
        connected.setblocking(False)
        self._socket, self._worker, self._loop = connected, worker, worker.loop
        self._framer = Framer(MEDIA_FRAMES)
        self._owner = worker.owner(self._tell)
        self._unsent = bytearray(encode(Hello(VERSION, "media", os.getpid())))
        self._loop.watch(connected.fileno(), self._attend, writes=True)

    def _attend(self) -> None:
        try:
            self._read()
            if self._unsent:
                del self._unsent[: self._socket.send(self._unsent)]
        except BlockingIOError:
            pass
        except (OSError, ChannelBroken) as ended:
            if isinstance(ended, ChannelBroken):
                log.warning("channel broken", extra={"reason": str(ended)})
            self._close()
            return
        self._loop.watch(self._socket.fileno(), self._attend, writes=bool(self._unsent))

    def _read(self) -> None:
        try:
            data = self._socket.recv(65536)
        except BlockingIOError:
            return
        if not data:
            raise ConnectionResetError
        for frame in self._framer.feed(data):
            if isinstance(frame, Ask):
                self._unsent += self._answer(frame)
        if len(self._unsent) > MOST_UNSENT:
            raise ChannelBroken("the peer does not read")

    def _answer(self, ask: Ask[MediaRequest | Probe]) -> bytes:
        try:
            if isinstance(ask.value, Probe):
                return encode(Answer(ask.id, self._worker.health()))
            return encode(Answer(ask.id, self._worker.carry_out(self._owner, ask.value)))
        except Exception as failed:
            log.exception("request failed", extra={"request": type(ask.value).__name__})
            return encode(Refusal(ask.id, type(failed).__name__))

    def _tell(self, notice: MediaNotice) -> None:
        self._unsent += encode(Tell(notice))
        self._loop.watch(self._socket.fileno(), self._attend, writes=True)

    def _close(self) -> None:
        self._loop.forget(self._socket.fileno())
        self._worker.forget(self._owner)
        self._socket.close()


class MediaPart:
    """The worker in its process."""

    def __init__(self, leash: Leash) -> None:
        plan = leash.handover.plan
        self._leash = leash
        self._worker = MediaWorker(plan.media_host, plan.rtp)
        self._listener = unix.listen(plan.run / "media.sock")

    def serve(self) -> None:
        """Serve until the supervisor says so, or is gone."""
        loop = self._worker.loop
        woken, waker = socket.socketpair()
        waker.setblocking(False)
        signal.set_wakeup_fd(waker.fileno(), warn_on_full_buffer=False)
        signal.signal(signal.SIGTERM, lambda _number, _frame: loop.stop())
        loop.watch(woken.fileno(), loop.stop)
        loop.watch(self._leash.socket.fileno(), loop.stop)
        loop.watch(self._listener.fileno(), self._accept)
        _allow_descriptors()
        settle()
        self._leash.ready()
        log.info("media serves", extra={"pairs": self._worker.pairs})
        loop.run()
        self._worker.close()
        signal.set_wakeup_fd(-1)  # another signal may come after `waker` is closed

    def _accept(self) -> None:
        try:
            connected, _ = self._listener.accept()
        except OSError:
            return
        Channel(connected, self._worker)


def _allow_descriptors() -> None:
    """A stream takes three; the usual limit of 1,024 is a relic of select(2)."""
    _, most = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (most, most))


def main(descriptor: int) -> None:
    """Serve as the supervisor's media part."""
    leash = begin("media", descriptor)
    MediaPart(leash).serve()
