"""How requests of calls find their way."""

from __future__ import annotations

from typing import TYPE_CHECKING

import msgspec

from pbxcore.errors import RemoteProtocolError
from pbxcore.presence.reach import target_along, way_to

if TYPE_CHECKING:
    from collections.abc import Callable

    from pbxcore.presence.gruu_ways import GruuWays
    from pbxcore.presence.reach import Way as PhoneWay
    from pbxcore.sip.agent.route import Router, Way
    from pbxcore.sip.dialogs.dialog import Draft
    from pbxcore.sip.flow import Flow, Target
    from pbxcore.sip.transactions.layer import Wire


class OneWay:
    """The flow to one target, and none after it."""

    def __init__(self, wire: Wire, target: Target | None) -> None:
        self._wire = wire
        self._target = target

    def next(self, then: Callable[[Flow | None], None]) -> None:
        """Tell the flow, then None."""
        target, self._target = self._target, None
        if target is None:
            then(None)
        else:
            self._wire.reach(target, then)


class CallRouter:
    """Within a dialog requests go back where the last one came from.

    So they reach phones behind a NAT, and no Contact turns them against a third party; one that
    names the address it comes from is believed with its port. A phone that gave a GRUU of ours is
    reached where it is registered now, which may be another connection (RFC 5627 §5.5); where it
    is registered no more, it is the last one's. Without a dialog `servers` know.

    Args:
        wire: finds and makes flows.
        servers: knows the way outside of dialogs.
        gruus: knows where phones are that gave a GRUU.
    """

    def __init__(self, wire: Wire, servers: Router, gruus: GruuWays) -> None:
        self._wire = wire
        self._servers = servers
        self._gruus = gruus

    def way(self, uri: bytes, last: Flow | None) -> Way:
        """The way to a URI."""
        if last is None:
            return self._servers.way(uri, None)
        registered = self._registered(uri)
        if registered is not None:
            return OneWay(self._wire, registered.target)
        try:
            target = target_along(
                uri,
                source=last.source,
                local=last.local,
                transport=last.transport,
                flow_bound=self._gruus.gruu(uri) is not None,  # the host in it is we
            )
        except RemoteProtocolError:
            target = None
        return OneWay(self._wire, target)

    def retargeted(self, draft: Draft) -> Draft:
        """The request to a phone that gave a GRUU asks for its contact, as a proxy would write."""
        registered = self._registered(draft.uri)
        if registered is None:
            return draft
        routes = registered.routes if draft.next_hop == draft.uri else ()
        lines = (*routes, *draft.lines)
        return msgspec.structs.replace(draft, uri=registered.uri, lines=lines)

    def _registered(self, uri: bytes) -> PhoneWay | None:
        """How a phone that gave a GRUU is reached; None where it gave none, or is nowhere now."""
        gruu = self._gruus.gruu(uri)
        phone = None if gruu is None else self._gruus.binding(gruu)
        return None if phone is None else way_to(phone)
