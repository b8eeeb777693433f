"""The front door of a media worker: its loop, its ports, its engine with all that plugs into it."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Final

from pbxcore.commands import Health
from pbxcore.media.dtls import Identity
from pbxcore.net.media.engine import Engine, Owner
from pbxcore.net.media.loop import Loop
from pbxcore.net.media.ports import RtpPorts
from pbxcore.net.media.reports import REPORT_S

if TYPE_CHECKING:
    from collections.abc import Callable

    from pbxcore.media.commands import MediaNotice, MediaReply, MediaRequest

_LIFETIME: Final = timedelta(days=365)  # no process lives longer, and nobody looks at it

__all__ = ["MediaWorker", "Owner"]


class MediaWorker:
    """All of one worker but the channels over which it is asked, which its `loop` serves as well.

    Args:
        host: the address where streams receive that name none.
        ports: the range of RTP and RTCP ports, the last one excluded.
        report_s: about the time between two RTCP reports of a stream.
    """

    def __init__(self, host: str, ports: tuple[int, int], *, report_s: float = REPORT_S) -> None:
        self.loop = Loop()
        self._ports = RtpPorts(host, *ports)
        self._engine = Engine(self.loop, self._ports, _identity(), report_s=report_s)
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
        return self._engine.carry_out(owner, request)

    def forget(self, owner: Owner) -> None:
        """The connection ended: so do its streams."""
        self._engine.forget(owner)

    def close(self) -> None:
        """The worker ends, after its loop did: recordings are made whole."""
        self._engine.close()

    def health(self) -> Health:
        """Open a pair and close it again: the only proof that media would find one."""
        self._probes += 1
        figures = {"rtp_pairs": float(self.pairs), "probes": float(self._probes)}
        figures |= self._engine.figures()
        pair = self._ports.open_pair()
        if pair is None:
            return Health(ready=False, problem="no free pair of RTP ports", figures=figures)
        for opened in pair:
            opened.close()
        return Health(ready=True, figures=figures)


def _identity() -> Identity:
    """The certificate of this process's encrypted streams."""
    return Identity(datetime.now(UTC), _LIFETIME)
