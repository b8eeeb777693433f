"""The front door of a media worker: its loop, its ports, its engine with all that plugs into it."""

from __future__ import annotations

import gc
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Final

from pbxcore.health import Health
from pbxcore.net.media.loop import Loop
from pbxcore.net.media.owner import Owner
from pbxcore.net.media.ports import RtpPorts
from pbxcore.net.media.reports import REPORT_S

if TYPE_CHECKING:
    from collections.abc import Callable

    from pbxcore.media.commands import MediaNotice, MediaReply, MediaRequest
    from pbxcore.net.media.engine import Engine

_LIFETIME: Final = timedelta(days=365)  # no process lives longer, and nobody looks at it
_NOTHING_YET: Final = dict.fromkeys(
    ("media_streams", "media_packets_total", "media_refused_total", "media_late_ticks_total"), 0.0
)

__all__ = ["MediaWorker", "Owner"]


class MediaWorker:
    """All of one worker but the channels over which it is asked, which its `loop` serves as well.

    The engine is loaded with the first request: no stream waits for that, as there is none, and a
    worker that nobody needs is a third smaller.

    Args:
        host: the address where streams receive that name none.
        ports: the range of RTP and RTCP ports, the last one excluded.
        report_s: about the time between two RTCP reports of a stream.
    """

    def __init__(self, host: str, ports: tuple[int, int], *, report_s: float = REPORT_S) -> None:
        self.loop = Loop()
        self._ports = RtpPorts(host, *ports)
        self._report_s = report_s
        self._engine: Engine | None = None
        self._probes = 0

    @property
    def pairs(self) -> int:
        """How many streams find ports."""
        return self._ports.pairs

    def owner(self, tell: Callable[[MediaNotice], None]) -> Owner:
        """Somebody connected who will ask for streams; `tell` takes their notices."""
        return Owner(tell)

    def carry_out(self, owner: Owner, request: MediaRequest) -> MediaReply:
        """Do what is asked."""
        engine = self._engine or self._load()
        return engine.carry_out(owner, request)

    def forget(self, owner: Owner) -> None:
        """The connection ended: so do its streams."""
        if self._engine is not None:
            self._engine.forget(owner)

    def close(self) -> None:
        """The worker ends, after its loop did: recordings are made whole."""
        if self._engine is not None:
            self._engine.close()

    def health(self) -> Health:
        """Open a pair and close it again: the only proof that media would find one."""
        self._probes += 1
        figures = {"rtp_pairs": float(self.pairs), "probes": float(self._probes)}
        figures |= _NOTHING_YET if self._engine is None else self._engine.figures()
        pair = self._ports.open_pair()
        if pair is None:
            return Health(ready=False, problem="no free pair of RTP ports", figures=figures)
        for opened in pair:
            opened.close()
        return Health(ready=True, figures=figures)

    def _load(self) -> Engine:
        from pbxcore.media.dtls import Identity
        from pbxcore.net.media.engine import Engine

        # The certificate of this process's encrypted streams.
        identity = Identity(datetime.now(UTC), _LIFETIME)
        self._engine = Engine(self.loop, self._ports, identity, report_s=self._report_s)
        gc.freeze()  # it stays: the collector need not look at it
        return self._engine
