"""All faxes that come in at one worker."""

from __future__ import annotations

from typing import TYPE_CHECKING

from pbxcore.media.commands import Done, FaxEnded, NoRoom, ReceiveFax, StopFax
from pbxcore.net.media.fax_receiver import FaxReceiver
from pbxcore.net.media.spandsp import library

if TYPE_CHECKING:
    from pbxcore.media.commands import MediaReply
    from pbxcore.net.media.engine import Engine
    from pbxcore.net.media.owner import Owner


class FaxDesk:
    """Begins faxes and ends them."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine
        self._receivers: dict[str, FaxReceiver] = {}

    def carry_out(self, owner: Owner, request: ReceiveFax | StopFax) -> MediaReply:
        """Do what is asked."""
        if isinstance(request, ReceiveFax):
            return self._receive(owner, request)
        receiver = self._receivers.get(request.fax)
        if receiver is not None:
            receiver.stop()
        return Done(known=receiver is not None)

    def close(self) -> None:
        """The worker ends: pages that came are on disk first."""
        for receiver in tuple(self._receivers.values()):
            receiver.finish()

    def _receive(self, owner: Owner, wanted: ReceiveFax) -> MediaReply:
        functions = library()
        if functions is None:
            return NoRoom("libspandsp is not installed")
        stream = self._engine.stream(wanted.stream)
        if stream is None:
            return Done(known=False)
        if wanted.fax in self._receivers:
            return NoRoom("a fax of that name is coming in")

        def over(ended: FaxEnded) -> None:
            del self._receivers[wanted.fax]
            owner.tell(ended)

        self._receivers[wanted.fax] = FaxReceiver(
            functions, wanted, stream, self._engine.loop, over
        )
        return Done()
