"""How a phone is reached: what every request to a binding begins with.

for flows in phones(bindings):          # each phone once, by the first flow that works
    way = way_to(flows[0])
    build_request(method, way.uri, [via, *way.routes, ...])
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from pbxcore.sip.address import parse_address
from pbxcore.sip.flow import Target, default_port, split_host_port
from pbxcore.sip.uri import SipUri, parse_uri, without_headers

if TYPE_CHECKING:
    from collections.abc import Iterable

    from pbxcore.presence.bindings import StoredBinding


class Way(NamedTuple):
    """Where a request goes, and what it says to get there.

    `uri` is the Request-URI, `routes` are whole Route lines.
    """

    target: Target
    uri: bytes
    routes: tuple[bytes, ...] = ()


def way_to(binding: StoredBinding, *, woken: bool = False) -> Way | None:
    """How a request gets to a binding; None when its flow has failed (RFC 5626 §5.3).

    A phone that is `woken` first has another flow then.

    The next hop is the first proxy of the Path, else the contact.
    """
    if binding.lost_at_ms and not woken:
        return None
    contact = without_headers(binding.contact.encode())  # a Request-URI has none (§19.1.1)
    uri, routes, next_hop = _routed(contact, [each.encode() for each in binding.path])
    target = target_along(
        next_hop,
        source=binding.source,
        local=binding.local,
        transport=binding.transport,
        flow_bound=binding.flow_bound,
    )
    return None if target is None else Way(target, uri, routes)


def target_along(
    next_hop: bytes, *, source: str, local: str, transport: str, flow_bound: bool = False
) -> Target | None:
    """Where a request to `next_hop` goes, for a peer that was last heard from `source`.

    One that names the address it came from is believed with its port: it is not behind a NAT and
    may listen elsewhere than it sends from. Any other is reached where it came from, so that nobody
    can make us send to a third party.
    """
    hop = parse_uri(next_hop)
    if not isinstance(hop, SipUri):
        return None
    host, port = peer = split_host_port(source)
    if hop.host.strip(b"[]").decode() == host and not flow_bound:
        port = hop.port or default_port(transport)
    return Target(transport, host, port, local, peer)


def phones(bindings: Iterable[StoredBinding], *, asleep: bool = False) -> list[list[StoredBinding]]:
    """Bindings by phone, in order of registration; a phone's newest flow comes first.

    Of several flows to one phone only one may carry a request; the next is for when the first has
    failed (RFC 5626 §7), which `flow_failed` tells. Flows that are known to be lost are left out,
    but with `asleep` those of phones that can be woken.
    """
    found: dict[str, list[StoredBinding]] = {}
    for each in bindings:
        if not each.lost_at_ms or (asleep and each.wakes):
            found.setdefault(each.phone, []).append(each)
    for flows in found.values():
        if len(flows) > 1:
            flows.reverse()  # of two in the same millisecond the later comes first
            flows.sort(key=lambda each: -each.registered_at_ms)
    return list(found.values())


def is_asleep(binding: StoredBinding) -> bool:
    """Whether a phone has to be woken first: nobody knows, unless its connection stands."""
    return binding.wakes and (bool(binding.lost_at_ms) or not binding.flow_bound)


def flow_failed(status: int) -> bool:
    """Whether a final status speaks of the flow and not of the phone (RFC 5626 §7)."""
    return status in (408, 430, 503)


def _routed(contact: bytes, path: list[bytes]) -> tuple[bytes, tuple[bytes, ...], bytes]:
    """Request-URI, Route lines and next hop for a request along a Path (RFC 3327 §5.3)."""
    if not path:
        return contact, (), contact
    first = parse_address(path[0]).uri
    hop = parse_uri(first)
    if isinstance(hop, SipUri) and b"lr" not in hop.parameters:
        # A strict router wants itself as Request-URI, and the contact at the end (RFC 3261 §16.6).
        path = [*path[1:], b"<%b>" % contact]
        contact = first
    return contact, tuple(b"Route: " + each for each in path), first
