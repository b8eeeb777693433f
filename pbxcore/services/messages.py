"""MESSAGE: a phone writes to somebody (RFC 3428)."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

from pbxcore.authentication import user_of
from pbxcore.commands import MessageArrived
from pbxcore.errors import RemoteProtocolError
from pbxcore.messages.text import message_id, read_text
from pbxcore.presence.gruu import addressed
from pbxcore.presence.reach import phones

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from pbxcore.authentication import Authentication
    from pbxcore.directory import Directory, Extension
    from pbxcore.domain import Domain
    from pbxcore.messages.text import Text
    from pbxcore.presence.bindings import StoredBinding
    from pbxcore.presence.registrar import Registrar
    from pbxcore.services.pager import Pager
    from pbxcore.sip.transactions.incoming import Incoming


class MessageService:
    """Takes messages of extensions and trusted peers, for the recipient's phones or the store.

    Args:
        directory: which extensions there are.
        domain: what is ours.
        authentication: who writes.
        registrar: where extensions are.
        pager: passes texts on, and has them stored.
        wake: wakes phones that all sleep, and goes on when one is awake or none will be.
    """

    def __init__(
        self,
        directory: Directory,
        domain: Domain,
        authentication: Authentication,
        registrar: Registrar,
        pager: Pager,
        wake: Callable[[Sequence[StoredBinding], Callable[[bool], None]], bool],
    ) -> None:
        self._directory = directory
        self._domain = domain
        self._authentication = authentication
        self._registrar = registrar
        self._pager = pager
        self._wake = wake

    def receive(self, incoming: Incoming) -> None:
        """Pass one MESSAGE on, or have it stored; answered when that is done.

        Raises:
            RemoteProtocolError: the refusal to answer with.
        """
        head = incoming.head
        if head.to.tag is not None:  # RFC 3261 §12.2.2: in a dialog that we do not know
            raise RemoteProtocolError(481)
        if head.max_forwards == 0:
            raise RemoteProtocolError(483)
        sender, sender_name = self._authentication.sender_of(incoming)
        uri = head.uri
        if not self._domain.has(uri):
            raise RemoteProtocolError(404, "Not Our Domain")
        number = user_of(uri)
        recipient = None if number is None else self._directory.extension(number)
        if recipient is None:
            raise RemoteProtocolError(404)
        self._take(incoming, sender, sender_name, recipient)

    def within_call(self, incoming: Incoming, sender: str, recipient: str) -> None:
        """Pass on what an extension writes, within their call, to the one it talks to.

        Raises:
            RemoteProtocolError: the refusal to answer with.
        """
        writes, reads = map(self._directory.extension, (sender, recipient))
        if writes is None or reads is None:
            raise RemoteProtocolError(404)
        self._take(incoming, writes.number, writes.display_name, reads)

    def _take(
        self, incoming: Incoming, sender: str, sender_name: str, recipient: Extension
    ) -> None:
        head, text = incoming.head, read_text(incoming.request)
        incoming.keep()
        arrived = MessageArrived(
            message_id(sender, head.call_id, head.cseq),
            sender,
            recipient.number,
            "text/plain",
            text.text,
        )
        deliver = partial(self._deliver, incoming, arrived, sender_name, text)
        asleep = [flows[0] for flows in phones(self._meant(incoming, arrived), asleep=True)]
        if not self._wake(asleep, deliver):
            deliver(reachable=True)

    def _meant(self, incoming: Incoming, arrived: MessageArrived) -> list[StoredBinding]:
        held = self._registrar.of(arrived.recipient)
        # A browser reads what is stored.
        return addressed(incoming.head.uri, [each for each in held if not each.device])

    def _deliver(
        self,
        incoming: Incoming,
        arrived: MessageArrived,
        sender_name: str,
        text: Text,
        reachable: bool,
    ) -> None:
        """Pass it on to the phones there are by now, if they can be reached, else store it."""
        reached = phones(self._meant(incoming, arrived)) if reachable else []
        if reached:
            self._pager.relay(incoming, arrived, sender_name, text, reached)
        elif incoming.head.uri.parameters.get(b"gr"):
            incoming.answer(480)  # RFC 5627 §5.5: that phone alone was meant
        else:
            self._pager.store(incoming, arrived)
