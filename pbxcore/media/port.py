"""What calls need of media, whoever provides them: a worker, or a test's own."""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol

from pbxcore.media.commands import NoRoom

if TYPE_CHECKING:
    from collections.abc import Callable

    from pbxcore.media.commands import MediaNotice, MediaReply, MediaRequest


class Media(Protocol):
    """The workers as one."""

    notice: Callable[[MediaNotice], None]
    """Set by whoever is to hear: called for each notice."""

    lost: Callable[[tuple[str, ...]], None]
    """Set likewise: a worker is gone, and these streams with it."""

    def ask(self, request: MediaRequest, then: Callable[[MediaReply], None]) -> None:
        """Carry out a request; `then` hears the reply, later or before this returns.

        With no worker there it is `NoRoom`; requests about one stream are carried out in order.
        """


class NoMedia:
    """A PBX without media workers: nobody finds room."""

    def __init__(self) -> None:
        self.notice: Callable[[MediaNotice], None] = lambda _notice: None
        self.lost: Callable[[tuple[str, ...]], None] = lambda _streams: None

    def ask(self, request: MediaRequest, then: Callable[[MediaReply], None]) -> None:
        """Refuse it."""
        then(NoRoom("no media worker"))
