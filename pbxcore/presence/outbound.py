"""Client-initiated connections: flows that a phone opened and keeps alive (RFC 5626)."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

from pbxcore.errors import RemoteProtocolError
from pbxcore.sip.address import parse_address
from pbxcore.sip.flow import split_host_port
from pbxcore.sip.uri import SipUri, parse_uri

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from pbxcore.presence.bindings import StoredBinding

OUTBOUND: Final = b"outbound"
FLOW_TIMER_S: Final = 120
"""How often a phone shall be heard on its flow (§4.4.1); told in Flow-Timer."""
GRACE_S: Final = 30
"""How long a phone whose connection broke may take to come back before its binding goes."""
MOST_FLOWS: Final = 4
"""Flows of one phone; §4.2 has phones use two."""
_INSTANCE: Final = re.compile(rb"[A-Za-z][!#-;=?-\[\]-~]{1,199}")

FlowKey = tuple[str, str, str]
"""Transport, our end and the peer's end: what tells one connection from all others."""


def read_instance(urn: bytes | None) -> str:
    """The device that `+sip.instance` names (§4.1); nothing for what cannot be a URN."""
    return urn.decode("ascii") if urn and _INSTANCE.fullmatch(urn) else ""


def check_first_hop(vias: int, path: Sequence[str]) -> None:
    """Refuse outbound where the proxy that has the phone's connection does not speak it (§6).

    The edge proxy says `ob` in the Path that it adds. §6 looks at the first of several, while the
    edge's own stands last (RFC 3327 §5.2): either will do.

    Raises:
        RemoteProtocolError: 439.
    """
    if vias == 1 and not path:
        return
    for each in {path[0], path[-1]} if path else ():
        uri = parse_uri(parse_address(each.encode()).uri)
        if isinstance(uri, SipUri) and b"ob" in uri.parameters:
            return
    raise RemoteProtocolError(439, "First Hop Lacks Outbound Support")


def bound_to_flow(
    contact: str, path: Sequence[str], transport: str, source: str, reg_id: int
) -> bool:
    """Whether a phone can be reached by nothing but the connection that it opened.

    So it is with outbound and on WebSocket (RFC 7118 §5). A phone on TLS has no certificate that
    we could check if we called. A phone on TCP, or a proxy on either, is called where it says it
    listens, if that is where it registered from.
    """
    if transport == "udp":
        return False
    if transport not in ("tcp", "tls") or (reg_id and not path):
        return True
    if transport == "tls" and not path:
        return True
    next_hop = parse_uri(parse_address(path[0].encode()).uri if path else contact.encode())
    host = split_host_port(source)[0]
    return not isinstance(next_hop, SipUri) or next_hop.host.strip(b"[]").decode() != host


class Flows:
    """Which numbers have bindings that hang on a connection."""

    def __init__(self) -> None:
        self._numbers: dict[FlowKey, set[str]] = {}

    def __len__(self) -> int:
        """How many connections carry a binding."""
        return len(self._numbers)

    def of(self, flow: FlowKey) -> frozenset[str]:
        """The numbers on one connection."""
        return frozenset(self._numbers.get(flow, ()))

    def changed(
        self, number: str, before: Iterable[StoredBinding], after: Iterable[StoredBinding]
    ) -> None:
        """Follow a change of one number's bindings."""
        was = {flow_of(each) for each in before if each.flow_bound}
        now = {flow_of(each) for each in after if each.flow_bound}
        for flow in now - was:
            self._numbers.setdefault(flow, set()).add(number)
        for flow in was - now:
            numbers = self._numbers.get(flow, set())
            numbers.discard(number)
            if not numbers:
                self._numbers.pop(flow, None)


def flow_of(binding: StoredBinding) -> FlowKey:
    """The flow that a REGISTER came by."""
    return binding.transport, binding.local, binding.source
