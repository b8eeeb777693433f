"""A fax machine in a thread of its own: pages take time to write, and wait for the disk."""

from __future__ import annotations

import logging
import os
import threading
from collections import deque
from functools import partial
from pathlib import Path
from queue import SimpleQueue
from typing import TYPE_CHECKING, Final

from pbxcore.faxes.tiff import count_pages
from pbxcore.media.commands import FaxEnded
from pbxcore.net.media.spandsp import OK, PacketFax, SoundFax

if TYPE_CHECKING:
    from collections.abc import Callable

    from pbxcore.media.commands import ReceiveFax
    from pbxcore.net.media.spandsp import Library

log = logging.getLogger(__name__)

FRAME: Final = 160
"""Samples of 20 ms."""
_MOST_AHEAD: Final = 3
"""Frames that may wait to be sent: what would come later than that is made later."""
_NOBODY: Final = frozenset((2, 3, 48))
"""Completion codes of timers and retries; where nothing was received, no machine is there."""
_FILE: Final = frozenset(range(41, 48))
_MOST_TICKS: Final = 2 * 60 * 60 * 50
_MOST_PAGES: Final = 400
_MOST_LINES: Final = 30_000
"""Of one page, two and a half metres in fine resolution; spandsp has them in memory, unpacked."""
_MOST_BYTES: Final = 1 << 26
_TOO_LONG: Final = "longer than is taken"


class FaxMachine:
    """Receives one fax.

    Attributes:
        said: the frames that the other machine is to hear next.
        packets: what it is to get by datagrams, and how often.
        ended: set once the fax is over and its file closed.
    """

    def __init__(self, functions: Library, wanted: ReceiveFax) -> None:
        self._functions, self._wanted = functions, wanted
        self._path = Path(wanted.path)
        self.said: deque[bytes] = deque()
        self.packets: deque[tuple[bytes, int]] = deque()
        self.ended: FaxEnded | None = None
        self._disk = self._refused = ""
        self._ticks = 0
        self._stopped = False
        self._jobs: SimpleQueue[Callable[[], None] | None] = SimpleQueue()
        self._carrier: SoundFax | PacketFax = SoundFax(
            functions, wanted.path, wanted.terms, self._page
        )
        self._thread = threading.Thread(target=self._run, name="fax", daemon=True)
        self._thread.start()

    def hear(self, samples: bytes) -> None:
        """The other machine was heard."""
        self.do(partial(self._hear, samples))

    def miss(self, count: int) -> None:
        """So many samples did not come."""
        self.do(partial(self._miss, count))

    def take(self, number: int, packet: bytes) -> None:
        """A packet came, by the datagram of that number."""
        self.do(partial(self._take, number, packet))

    def tick(self) -> None:
        """20 ms passed."""
        self.do(self._go_on)

    def turn_to_packets(self) -> None:
        """Go on over T.38: machines begin anew there."""
        self.do(self._turn)

    def do(self, job: Callable[[], None]) -> None:
        """Have its thread do this next."""
        self._jobs.put(job)

    def stop(self) -> None:
        """The line is gone."""
        self._jobs.put(None)

    def join(self) -> None:
        """Wait until its file is closed."""
        self._thread.join()

    # In the thread

    def _run(self) -> None:
        try:
            while self._carrier.reception.completion is None and not self._refused:
                job = self._jobs.get()
                if job is None:
                    self._stopped = True
                    break
                job()
                self._limit()
            ended = self._over()
        except Exception:
            log.exception("fax failed")
            ended = FaxEnded(self._wanted.fax, problem="transmission", detail="internal error")
        finally:
            self._carrier.close()
        self.ended = ended

    def _limit(self) -> None:
        """Whoever calls may send: what one fax takes has an end."""
        reception = self._carrier.reception
        if (
            self._ticks > _MOST_TICKS
            or reception.pages > _MOST_PAGES
            or reception.lines > _MOST_LINES
        ):
            self._refused = _TOO_LONG

    def _hear(self, samples: bytes) -> None:
        if isinstance(self._carrier, SoundFax):
            self._carrier.hear(samples)

    def _miss(self, count: int) -> None:
        if isinstance(self._carrier, SoundFax):
            self._carrier.miss(count)

    def _take(self, number: int, packet: bytes) -> None:
        if isinstance(self._carrier, PacketFax):
            self._carrier.take(number, packet)

    def _go_on(self) -> None:
        self._ticks += 1
        if isinstance(self._carrier, PacketFax):
            self._carrier.pass_time(FRAME)
        elif len(self.said) < _MOST_AHEAD:
            self.said.append(self._carrier.say(FRAME))

    def _turn(self) -> None:
        if self._carrier.reception.pages:
            self._refused = "T.38 began after pages"  # a new file would be without them
        elif isinstance(self._carrier, SoundFax):
            self._carrier.close()
            self.said.clear()
            wanted = self._wanted

            def send(packet: bytes, times: int) -> None:
                self.packets.append((packet, times))

            self._carrier = PacketFax(self._functions, wanted.path, wanted.terms, self._page, send)

    def _page(self) -> None:
        """A page is written: on disk it has to be, and whose it is, before it is acknowledged."""
        try:
            for each in self._path, self._path.with_suffix(".json"), self._path.parent:
                _sync(each)
            if self._path.stat().st_size > _MOST_BYTES:
                self._refused = _TOO_LONG
        except OSError as failed:
            self._disk = str(failed)
        if count_pages(self._path) < self._carrier.reception.pages:
            self._disk = self._disk or "the page could not be written"
        if self._disk:
            self._carrier.reception.terminate()

    def _over(self) -> FaxEnded:
        reception = self._carrier.reception
        sender, bit_rate, completion = reception.sender, reception.bit_rate, reception.completion
        silent = not (sender or reception.pages)
        if completion is None:
            reception.terminate()
        problem, detail = self._problem(completion, silent=silent)
        return FaxEnded(self._wanted.fax, sender, bit_rate, problem, detail)

    def _problem(self, completion: int | None, *, silent: bool) -> tuple[str, str]:
        if self._disk:
            return "disk", self._disk
        if self._refused:
            return "transmission", self._refused
        if completion is None:
            return "hung_up", ""
        detail = self._functions.reason(completion)
        if completion == OK:
            return "", ""
        if completion in _NOBODY and silent:
            return "no_fax", detail
        return ("disk" if completion in _FILE else "transmission"), detail


def _sync(path: Path) -> None:
    """Have it on disk, if it is there."""
    try:
        descriptor = os.open(path, os.O_RDONLY)
    except FileNotFoundError:
        return
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
