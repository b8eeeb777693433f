"""How requests of calls find their way."""

from __future__ import annotations

from typing import TYPE_CHECKING

from pbxcore.errors import RemoteProtocolError
from pbxcore.presence.gruu import DEVICE
from pbxcore.presence.reach import target_along
from pbxcore.sip.uri import SipUri, parse_uri

if TYPE_CHECKING:
    from collections.abc import Callable

    from pbxcore.sip.agent.route import Router, Way
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
    names the address it comes from is believed with its port, but for GRUUs of ours (RFC 5627): the
    host in those is we. Without a dialog `servers` know.

    Args:
        wire: finds and makes flows.
        servers: knows the way outside of dialogs.
        is_ours: whether a host means this PBX.
    """

    def __init__(self, wire: Wire, servers: Router, is_ours: Callable[[bytes], bool]) -> None:
        self._wire = wire
        self._servers = servers
        self._is_ours = is_ours

    def way(self, uri: bytes, last: Flow | None) -> Way:
        """The way to a URI."""
        if last is None:
            return self._servers.way(uri, None)
        try:
            target = target_along(
                uri,
                source=last.source,
                local=last.local,
                transport=last.transport,
                flow_bound=self._is_gruu_of_ours(uri),
            )
        except RemoteProtocolError:
            target = None
        return OneWay(self._wire, target)

    def _is_gruu_of_ours(self, uri: bytes) -> bool:
        parsed = parse_uri(uri)
        return (
            isinstance(parsed, SipUri)
            and DEVICE in parsed.parameters
            and self._is_ours(parsed.host)
        )
