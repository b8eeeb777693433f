"""A media worker in a thread of the test's process, and the media side of a phone."""

from __future__ import annotations

import itertools
import queue
import socket
import threading
from typing import TYPE_CHECKING, TypeVar

import pbxcore.media.codecs.ffmpeg
import pbxcore.net.media.studio  # noqa: F401 - a worker's first stream would wait for it
from pbxcore.media.commands import (
    Connect,
    Done,
    MediaNotice,
    MediaReply,
    MediaRequest,
    OpenStream,
    SetStream,
    StreamOpened,
)
from pbxcore.media.rtcp import Item, encode, parse
from pbxcore.media.rtp import Packet, build
from pbxcore.media_worker import MediaWorker
from pbxcore.sip.sdp.codecs import PCMU, Format
from pbxcore.sip.sdp.direction import Direction
from pbxcore.sip.sdp.rtcp import Endpoint
from pbxcore.sip.sdp.stream import Agreed, AgreedCodec

if TYPE_CHECKING:
    from collections.abc import Callable
    from types import TracebackType

HOST = "127.0.0.1"
Notice = TypeVar("Notice", bound=MediaNotice)
_ranges = itertools.count(40_000, 200)


class Worker:
    """Asked from the test's thread; what it tells waits in `notices`."""

    def __init__(self, pairs: int = 50, host: str = HOST, report_s: float = 5.0) -> None:
        low = next(_ranges)
        self.worker = MediaWorker(host, (low, low + 2 * pairs), report_s=report_s)
        self.notices: queue.Queue[MediaNotice] = queue.Queue()
        self._owner = self.worker.owner(self.notices.put)
        self._jobs: queue.Queue[Callable[[], None]] = queue.Queue()
        self._woken, self._waker = socket.socketpair()
        self.worker.loop.watch(self._woken.fileno(), self._work)
        self._thread = threading.Thread(target=self.worker.loop.run)

    def __enter__(self) -> Worker:
        self._thread.start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self.inside(lambda: self.worker.forget(self._owner))
        self.inside(self.worker.loop.stop)
        self._thread.join(5)
        self.worker.close()
        self._woken.close()
        self._waker.close()
        self.worker.loop.close()

    def inside(self, job: Callable[[], object]) -> object:
        """Run something in the worker's thread, between two of its rounds; what it returned."""
        done: queue.Queue[object] = queue.Queue()
        self._jobs.put(lambda: done.put(job()))
        self._waker.send(b"x")
        return done.get(timeout=5)

    def ask(self, request: MediaRequest) -> MediaReply:
        """Carry out a request."""
        reply = self.inside(lambda: self.worker.carry_out(self._owner, request))
        assert isinstance(reply, MediaReply)
        return reply

    def open(self, stream: str, **wishes: object) -> int:
        """Open a stream; its port."""
        reply = self.ask(OpenStream(stream, **wishes))  # type: ignore[arg-type]
        assert isinstance(reply, StreamOpened), reply
        return reply.port

    def heard(self, kind: type[Notice], within_s: float = 10.0) -> Notice:
        """The next notice of a kind; others before it are left out."""
        while True:
            notice = self.notices.get(timeout=within_s)
            if isinstance(notice, kind):
                return notice

    def heard_nothing(self, within_s: float = 0.1) -> bool:
        """Whether no notice comes."""
        try:
            self.notices.get(timeout=within_s)
        except queue.Empty:
            return True
        return False

    def _work(self) -> None:
        self._woken.recv(64)
        while not self._jobs.empty():
            self._jobs.get()()


class MediaPhone:
    """RTP and RTCP sockets of a phone, and its own numbers."""

    def __init__(self, host: str = HOST) -> None:
        family = socket.AF_INET6 if ":" in host else socket.AF_INET
        self.rtp = socket.socket(family, socket.SOCK_DGRAM)
        self.rtp.bind((host, 0))
        self.rtp.settimeout(2)
        self.rtcp = socket.socket(family, socket.SOCK_DGRAM)
        self.rtcp.bind((host, 0))
        self.rtcp.settimeout(2)
        self.host, self.port = self.rtp.getsockname()[:2]
        self.sequence, self.timestamp, self.ssrc = 1000, 16000, 0xABCD0000 + self.port
        self.worker_port = 0

    def __enter__(self) -> MediaPhone:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self.rtp.close()
        self.rtcp.close()

    def say(
        self, payload: bytes = bytes(160), payload_type: int = 0, *, marker: bool = False
    ) -> None:
        """Send the next 20 ms."""
        self.sequence = self.sequence + 1 & 0xFFFF
        self.timestamp = self.timestamp + 160 & 0xFFFFFFFF
        packet = build(
            payload,
            payload_type=payload_type,
            sequence=self.sequence,
            timestamp=self.timestamp,
            ssrc=self.ssrc,
            marker=marker,
        )
        self.send(packet)

    def send(self, datagram: bytes) -> None:
        """Send anything to the worker."""
        self.rtp.sendto(datagram, (self.host, self.worker_port))

    def report(self, *items: Item) -> None:
        """Send RTCP by its own port."""
        self.rtcp.sendto(encode(items), (self.host, self.worker_port + 1))

    def reports(self, *, mux: bool = False) -> list[Item]:
        """The next RTCP that comes."""
        items = parse((self.rtp if mux else self.rtcp).recv(4096))
        assert items is not None
        return items

    def hear(self, within_s: float = 2.0) -> Packet:
        """The next packet that comes."""
        self.rtp.settimeout(within_s)
        data = self.rtp.recv(4096)
        packet = Packet(data, len(data))
        assert packet.read(len(data)), data
        return packet

    def hears_nothing(self, within_s: float = 0.1) -> bool:
        """Whether nothing comes for so long."""
        try:
            self.hear(within_s)
        except TimeoutError:
            return True
        else:
            return False

    def is_joined_to(self, other: MediaPhone) -> None:
        """Assert that each hears the other."""
        for speaker, listener in ((self, other), (other, self)):
            said = speaker.sequence.to_bytes(2) * 80
            speaker.say(said)
            assert bytes(listener.hear().payload) == said


def agreed(
    remote: Endpoint | MediaPhone | None,
    *codecs: AgreedCodec | Format,
    direction: Direction = Direction.SENDRECV,
    kind: str = "audio",
    mux: bool = False,
) -> Agreed:
    """What a phone and we came to: PCMU alone unless codecs are named."""
    reports = None
    if isinstance(remote, MediaPhone):
        reports = Endpoint(remote.host, remote.rtcp.getsockname()[1])
        remote = Endpoint(remote.host, remote.port)
    return Agreed(
        index=0,
        kind=kind,
        profile="RTP/AVP",
        direction=direction,
        remote=remote,
        remote_rtcp=remote if mux else reports,
        mux=mux,
        codecs=tuple(
            AgreedCodec(each.codec, each.payload_type, each.payload_type)
            if isinstance(each, Format)
            else each
            for each in codecs or (PCMU,)
        ),
    )


def join(worker: Worker, first: MediaPhone, second: MediaPhone) -> None:
    """Give each phone a stream, `first` and `second`, and let them talk."""
    for name, phone in (("first", first), ("second", second)):
        phone.worker_port = worker.open(name)
        assert worker.ask(SetStream(name, agreed(phone))) == Done()
    assert worker.ask(Connect("first", "second")) == Done()
