"""The worker's loop: sockets that became readable, deadlines, and a tick each 20 ms."""

from __future__ import annotations

import heapq
import itertools
import logging
import select
import time
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Callable

log = logging.getLogger(__name__)

TICK_S: Final = 0.02
MOST_LATE: Final = 5
"""Ticks made up for at once; a process that was held up for longer leaves the rest out."""


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
        return timer

    def each_tick(self, callback: Callable[[float], None]) -> None:
        """Call with each tick's own moment, 20 ms after the one before, however late it is."""
        if not self._tickers:
            self._next_tick = self._clock() + TICK_S
        self._tickers[callback] = None

    def no_tick(self, callback: Callable[[float], None]) -> None:
        """Call it no more."""
        self._tickers.pop(callback, None)

    def run(self) -> None:
        """Serve until `stop`."""
        while not self._stopping:
            self.run_once()

    def run_once(self) -> None:
        """Wait for what comes next and attend to it."""
        ready = self._epoll.poll(self._wait_s(), 512)
        self.now = self._clock()
        for descriptor, _ in ready:
            callback = self._watched.get(descriptor)  # an earlier one may have forgotten it
            if callback is not None:
                try:
                    callback()
                except Exception:
                    log.exception("reader failed")
        if self._tickers and self.now >= self._next_tick:
            self._tick()
        while self._timers and self._timers[0][0] <= self.now:
            timer = heapq.heappop(self._timers)[2]
            if timer.callback is not None:
                self._call(timer.callback)

    def stop(self) -> None:
        """Let `run` end after this round."""
        self._stopping = True

    def close(self) -> None:
        """Free the kernel's side."""
        self._epoll.close()

    def _wait_s(self) -> float:
        """Seconds until the next deadline; -1 when there is none."""
        due = self._timers[0][0] if self._timers else None
        if self._tickers and (due is None or self._next_tick < due):
            due = self._next_tick
        return -1 if due is None else max(0.0, due - self._clock())

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
