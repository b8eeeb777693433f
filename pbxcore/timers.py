"""What calls back later: an event loop, or a clock that goes as fast as it likes."""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from collections.abc import Callable


class Timer(Protocol):
    """A call that is still to come."""

    def cancel(self) -> None:
        """Let it never come."""
        ...


class Timers(Protocol):
    """The part of an event loop that services need; asyncio's loops have it."""

    def call_soon(self, callback: Callable[[], object], /) -> Timer:
        """Call once what is being done now is done."""
        ...

    def call_later(self, delay: float, callback: Callable[[], object], /) -> Timer:
        """Call in so many seconds."""
        ...
