"""Which flows lead to a URI: where requests go (RFC 3261 §8.1.2, §12.2.1.1; RFC 3263, RFC 5923)."""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol

from pbxcore.errors import RemoteProtocolError
from pbxcore.sip.resolution import Destination, Resolution, Servers
from pbxcore.sip.server_way import ServerWay
from pbxcore.sip.uri import SipUri, parse_uri

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Sequence

    from pbxcore.sip.dialogs.dialog import Draft
    from pbxcore.sip.flow import Flow
    from pbxcore.sip.resolution import Names, Question, Record
    from pbxcore.sip.transactions.layer import Wire


class Way(Protocol):
    """The flows to one destination, the best first."""

    def next(self, then: Callable[[Flow | None], None]) -> None:
        """Tell the next flow to try, at once or later; None when there are no more."""
        ...


class Router(Protocol):
    """Knows the way to a URI."""

    def way(self, uri: bytes, last: Flow | None) -> Way:
        """The way to it; `last` is the flow the dialog's last message came by, if there is one."""
        ...

    def retargeted(self, draft: Draft) -> Draft:
        """A request within a dialog as it goes out, where its target stands for another URI."""
        ...


class UriRouter:
    """Goes where a URI says; within a dialog back over the connection that is open.

    Args:
        wire: finds and makes flows.
        draw: a number from 0 to the given one, both included, each as likely.
        names: looks names up; None: only addresses are reached.
        transports: those there are, the preferred first.
        symmetric: within a dialog always go back where the last message came from, which is what
            reaches phones behind a NAT and what no Contact can turn against a third party.
    """

    def __init__(
        self,
        wire: Wire,
        draw: Callable[[int], int],
        *,
        names: Names | None = None,
        transports: Sequence[str] = ("udp", "tcp", "tls"),
        symmetric: bool = False,
    ) -> None:
        self._wire = wire
        self._draw = draw
        self._names = names or _NoNames()
        self._transports = transports
        self._symmetric = symmetric

    def way(self, uri: bytes, last: Flow | None) -> Way:
        """The open connection if there is one, then the servers of the URI."""
        back = last if last is not None and (last.reliable or self._symmetric) else None
        local = last.local if last is not None and not last.reliable else ""
        if back is not None and self._symmetric:
            return _BackOrOn(back, None)
        servers = self._servers(uri)
        on = None if servers is None else ServerWay(self._wire, servers, local=local)
        return _BackOrOn(back, on)

    def retargeted(self, draft: Draft) -> Draft:
        """The same: a target means itself."""
        return draft

    def _servers(self, uri: bytes) -> Servers | None:
        try:
            parsed = parse_uri(uri)
        except RemoteProtocolError:
            return None
        if not isinstance(parsed, SipUri):
            return None
        destination = Destination.of(parsed)
        walk = Resolution(destination, self._draw, transports=self._transports)
        return Servers(walk, self._names)


class _BackOrOn:
    """A connection that is open, then each server in turn."""

    def __init__(self, back: Flow | None, on: Way | None) -> None:
        self._back, self._on = back, on

    def next(self, then: Callable[[Flow | None], None]) -> None:
        back, self._back = self._back, None
        if back is not None:
            then(back)
        elif self._on is None:
            then(None)
        else:
            self._on.next(then)


class _NoNames:
    """Whoever knows no names."""

    def look_up(
        self,
        questions: tuple[Question, ...],
        then: Callable[[Sequence[Collection[Record]]], None],
    ) -> None:
        then([() for _ in questions])
