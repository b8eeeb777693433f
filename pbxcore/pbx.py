"""The parts wired together: commands in, facts out. The PBX's front door.

    pbx = Pbx(directory, store=store, record=journal.append, arrived=ask_the_hub)
    await pbx.start(udp=[...], tcp=[...])     # sockets bound by the supervisor; TCP ones listening
    reply = await pbx.handle(commands.Probe())
    await pbx.stop()
"""

from __future__ import annotations

import secrets
import time
from typing import TYPE_CHECKING

from pbxcore.presence.bindings import BindingStore, StoredBinding

if TYPE_CHECKING:
    import socket
    from collections.abc import Awaitable, Callable, Sequence

    from pbxcore import commands
    from pbxcore.directory import Directory
    from pbxcore.journal import Fact

__all__ = ["BindingStore", "Pbx", "StoredBinding"]


class Pbx:
    """One SIP server in one event loop.

    Args:
        directory: extensions and settings; kept current by `handle`.
        store: keeps bindings over a restart; its methods must not wait.
        record: takes each fact for the journal; called inside the loop, must not wait.
        arrived: stores a MESSAGE for someone no phone serves; None or an exception is answered 503.
        clock: seconds UTC since 1970.
        entropy: that many unguessable bytes.
    """

    def __init__(
        self,
        directory: Directory,
        *,
        store: BindingStore,
        record: Callable[[Fact], None],
        arrived: Callable[[commands.MessageArrived], Awaitable[commands.MessageStored | None]],
        clock: Callable[[], float] = time.time,
        entropy: Callable[[int], bytes] = secrets.token_bytes,
    ) -> None:
        self._directory = directory

    async def start(self, udp: Sequence[socket.socket], tcp: Sequence[socket.socket]) -> None:
        """Load the bindings and serve on these sockets, which the PBX owns (closes) from now on."""

    async def stop(self, grace_s: float = 5.0) -> None:
        """Take nothing new, let open transactions end for at most `grace_s`, close all sockets."""

    async def handle(self, request: commands.Request) -> commands.Reply:
        """Carry out one command; `MessageArrived` is the other way round and refused."""
        raise NotImplementedError(type(request))
