"""A thread for what may block for long; the process ends without waiting for it."""

from __future__ import annotations

from concurrent.futures import Future
from functools import partial
from queue import SimpleQueue
from threading import Thread
from typing import TYPE_CHECKING, TypeVar

if TYPE_CHECKING:
    from collections.abc import Callable

T = TypeVar("T")


class Aside:
    """Carries out one piece of work after the other.

    The interpreter joins the threads of a `ThreadPoolExecutor` when it exits, even those of one
    that was shut down: a server that says nothing would hold the process up.
    """

    def __init__(self, name: str) -> None:
        self._waiting: SimpleQueue[Callable[[], None] | None] = SimpleQueue()
        self._thread = Thread(target=self._run, name=name, daemon=True)

    def begin(self) -> None:
        """Start with what is asked for."""
        self._thread.start()

    def submit(self, work: Callable[[], T]) -> Future[T]:
        """Do it when what was asked for before is done."""
        future = Future[T]()
        self._waiting.put(partial(_carry_out, work, future))
        return future

    def end(self) -> None:
        """Take no more; what was asked for is still done, if the process lasts so long."""
        self._waiting.put(None)

    def _run(self) -> None:
        while (work := self._waiting.get()) is not None:
            work()


def _carry_out(work: Callable[[], T], future: Future[T]) -> None:
    if not future.set_running_or_notify_cancel():
        return
    try:
        outcome = work()
    except BaseException as raised:  # raised to whoever waits for it
        future.set_exception(raised)
    else:
        future.set_result(outcome)
