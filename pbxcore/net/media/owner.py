"""Who has streams opened."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable

    from pbxcore.media.commands import MediaNotice
    from pbxcore.net.media.stream import Stream


class Owner:
    """Whoever asks over one connection: notices of its streams go there, and they end with it."""

    def __init__(self, tell: Callable[[MediaNotice], None]) -> None:
        self.tell = tell
        self.streams: dict[str, Stream] = {}
