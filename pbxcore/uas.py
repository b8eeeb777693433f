"""Which service answers a request, and what no service wants (RFC 3261 §8.2.1, §8.2.2.3)."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import msgspec

from pbxcore.errors import RemoteProtocolError
from pbxcore.networks import within
from pbxcore.presence.gruu import DEVICE
from pbxcore.sip.flow import IN_CLEAR
from pbxcore.sip.headers.option_tags import refuse_unknown
from pbxcore.sip.message import METHODS
from pbxcore.sip.uri import SipUri

if TYPE_CHECKING:
    from collections.abc import Callable

    from pbxcore.presence.temporary_gruu import TemporaryGruus
    from pbxcore.sip.transactions.incoming import Incoming

IN_DIALOGS: Final = frozenset((b"BYE", b"INFO", b"NOTIFY", b"PRACK", b"UPDATE"))
"""Methods that are for a dialog alone: what a peer lacks who sends one is the dialog (§12.2.2)."""


class Uas:
    """The table of methods. Each service takes a request and answers it, now or later."""

    def __init__(self) -> None:
        self._services: dict[bytes, Callable[[Incoming], None]] = {}
        self._understood: dict[bytes, frozenset[bytes]] = {}
        self._told: list[bytes] = []
        self._bodies: list[bytes] = []
        self.allow = b"Allow:"
        self.abilities: list[bytes] = []  # further lines that OPTIONS tells
        self.gruus: TemporaryGruus | None = None
        """Knows whom a temporary GRUU in the Request-URI means."""
        self.proxies: Callable[[], tuple[str, ...]] = lambda: ()
        """Whose clients' TLS may end there, in CIDR."""
        self.in_calls: Callable[[Incoming], bool] = lambda incoming: False
        """Takes the requests that are in the dialog of a call, whatever their method."""

    def serve(
        self,
        method: bytes,
        receive: Callable[[Incoming], None],
        *,
        understood: tuple[bytes, ...] = (),
        bodies: tuple[bytes, ...] = (),
    ) -> None:
        """Let a service have a method.

        `understood` are the option tags it may be required, `bodies` the types it takes.
        """
        self._services[method] = receive
        self._bodies += [each for each in bodies if each not in self._bodies]
        self._understood[method] = frozenset(understood)
        self._write_allow()

    def tell(self, method: bytes) -> None:
        """Name a method in Allow that needs no service."""
        self._told.append(method)
        self._write_allow()

    @property
    def supported(self) -> bytes:
        """The Supported line: every option tag that some service understands."""
        tags = sorted(set[bytes]().union(*self._understood.values()))
        return b"Supported: " + b", ".join(tags) if tags else b"Supported:"

    @property
    def accept(self) -> bytes:
        """The Accept line: every type of body that some service takes."""
        return b"Accept: " + b", ".join(self._bodies)

    def receive(self, incoming: Incoming) -> None:
        """Hand one request to its service.

        Raises:
            RemoteProtocolError: the refusal to answer with.
        """
        request, uri = incoming.request, incoming.head.uri
        if isinstance(uri, SipUri) and uri.secure and self._came_in_clear(incoming):
            raise RemoteProtocolError(403, "SIPS Needs TLS")  # RFC 3261 §26.2.2
        if incoming.head.to.tag is not None and self.in_calls(incoming):
            return
        service = self._services.get(request.method)
        if service is None:
            raise self._unserved(request.method)
        refuse_unknown(request, self._understood[request.method])
        if DEVICE in incoming.head.uri.parameters:
            self._find_device(incoming)
        service(incoming)

    def _came_in_clear(self, incoming: Incoming) -> bool:
        """Whether others could read it; a proxy of ours is believed that it came to it over TLS."""
        flow, proxies = incoming.flow, self.proxies()
        return flow.transport in IN_CLEAR and not (proxies and within(flow.host, proxies))

    def _find_device(self, incoming: Incoming) -> None:
        """Let a temporary GRUU mean the public one (RFC 5627 §5.5), or nobody (§5.4)."""
        uri, gruus = incoming.head.uri, self.gruus
        if gruus is None or not isinstance(uri, SipUri) or not gruus.is_one(uri):
            return
        public = gruus.public(uri)
        if public is None:
            raise RemoteProtocolError(404)
        incoming.head = msgspec.structs.replace(incoming.head, uri=public)

    def _write_allow(self) -> None:
        self.allow = b"Allow: " + b", ".join((*self._services, *self._told))

    def _unserved(self, method: bytes) -> RemoteProtocolError:
        if method in IN_DIALOGS:
            return RemoteProtocolError(481)
        return RemoteProtocolError(405 if method in METHODS else 501, "", (self.allow,))
