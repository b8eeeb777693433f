"""The worker's loop: sockets that became readable, deadlines, and a tick each 20 ms."""

from __future__ import annotations

import heapq
import itertools
import logging
import math
import select
import time
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Callable

log = logging.getLogger(__name__)

TICK_S: Final = 0.02
MOST_LATE: Final = 5
"""Ticks made up for at once; a process that was held up for longer leaves the rest out."""

_MOST_READY: Final = 512
_SOON_S: Final = 0.1
"""Only a deadline so near is worth a look at the clock; no round takes longer."""


class Timer:
    """A deadline; `cancel` takes it back."""

    __slots__ = ("callback",)

    def __init__(self, callback: Callable[[], None]) -> None:
        self.callback: Callable[[], None] | None = callback

    def cancel(self) -> None:
        """Do not call any more."""
        self.callback = None


class Loop:
    """Calls back in one thread. `now` is the moment the current round began, on `clock`."""

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._epoll = select.epoll()
        self._watched: dict[int, Callable[[], None]] = {}
        self._timers: list[tuple[float, int, Timer]] = []
        self._numbers = itertools.count()
        self._tickers: dict[Callable[[float], None], None] = {}
        self._next_tick = 0.0
        self._due = math.inf
        self._stopping = False
        self.now = clock()
        self.late_ticks = 0

    def watch(self, descriptor: int, callback: Callable[[], None], *, writes: bool = False) -> None:
        """Call whenever there is something to read, with `writes` also when there is room.

        Again for a descriptor already watched changes what it waits for.
        """
        events = select.EPOLLIN | (select.EPOLLOUT if writes else 0)
        if descriptor in self._watched:
            self._epoll.modify(descriptor, events)
        else:
            self._epoll.register(descriptor, events)
        self._watched[descriptor] = callback

    def forget(self, descriptor: int) -> None:
        """Watch no more; to be called before it is closed."""
        if self._watched.pop(descriptor, None) is not None:
            self._epoll.unregister(descriptor)

    def call_at(self, moment: float, callback: Callable[[], None]) -> Timer:
        """Call once, at that moment or as soon after as can be."""
        timer = Timer(callback)
        heapq.heappush(self._timers, (moment, next(self._numbers), timer))
        self._due = min(self._due, moment)
        return timer

    def each_tick(self, callback: Callable[[float], None]) -> None:
        """Call with each tick's own moment, 20 ms after the one before, however late it is."""
        if not self._tickers:
            self._next_tick = self._clock() + TICK_S
            self._due = min(self._due, self._next_tick)
        self._tickers[callback] = None

    def no_tick(self, callback: Callable[[float], None]) -> None:
        """Call it no more."""
        self._tickers.pop(callback, None)

    def run(self) -> None:
        """Serve until `stop`. What one callback raises is logged, and the rest goes on."""
        poll, clock, watched = self._epoll.poll, self._clock, self._watched
        while not self._stopping:
            ready = poll(self._wait_s(), _MOST_READY)
            self.now = now = clock()
            for descriptor, _ in ready:
                callback = watched.get(descriptor)  # an earlier one may have forgotten it
                if callback is not None:
                    try:
                        callback()
                    except Exception:
                        log.exception("reader failed")
            if now >= self._due:
                self._attend(now)

    def stop(self) -> None:
        """Let `run` end after this round."""
        self._stopping = True

    def close(self) -> None:
        """Free the kernel's side."""
        self._epoll.close()

    def _wait_s(self) -> float:
        """Seconds until the next deadline; -1 when there is none."""
        wait_s = self._due - self.now
        if wait_s < _SOON_S:
            wait_s = max(0.0, self._due - self._clock())
        return -1 if wait_s == math.inf else wait_s

    def _attend(self, now: float) -> None:
        """To ticks and timers that are due."""
        if self._tickers and now >= self._next_tick:
            self._tick()
        while self._timers and self._timers[0][0] <= now:
            timer = heapq.heappop(self._timers)[2]
            if timer.callback is not None:
                self._call(timer.callback)
        self._due = self._timers[0][0] if self._timers else math.inf
        if self._tickers:
            self._due = min(self._due, self._next_tick)

    def _tick(self) -> None:
        behind = int((self.now - self._next_tick) / TICK_S)
        if behind > MOST_LATE:
            self.late_ticks += behind - MOST_LATE
            self._next_tick += (behind - MOST_LATE) * TICK_S
        while self._tickers and self._next_tick <= self.now:
            moment = self._next_tick
            self._next_tick += TICK_S
            for ticker in tuple(self._tickers):
                try:
                    ticker(moment)
                except Exception:
                    log.exception("ticker failed")

    def _call(self, callback: Callable[[], None]) -> None:
        try:
            callback()
        except Exception:
            log.exception("timer failed")
