"""Requests outside of dialogs that share a Call-ID (RFC 3261 §8.1.1)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from pbxcore.sip.dialogs.dialog import MAX_FORWARDS, Draft

if TYPE_CHECKING:
    from pbxcore.sip.address import Address


class Conversation:
    """Who asks whom: each request is the next in order.

    Args:
        uri: the Request-URI.
        from_: From without a tag.
        to: To.
        call_id: nobody else's.
        tag: ours.
        route: the elements of Route: an outbound proxy, or the Path of a binding.
        hops: how many servers a request may pass; fewer for one that was on its way before.
    """

    def __init__(
        self,
        uri: bytes,
        from_: bytes,
        to: bytes,
        *,
        call_id: bytes,
        tag: bytes,
        route: tuple[Address, ...] = (),
        hops: int = MAX_FORWARDS,
    ) -> None:
        self.call_id = call_id
        self.tag = tag
        self._uri = uri
        self._route = route
        self._hops = hops
        self._from = b"%b;tag=%b" % (from_, tag)
        self._to = to
        self._cseq = 0

    def draft(self, method: bytes) -> Draft:
        """Begin the next request."""
        self._cseq += 1
        route = self._route
        lines = [b"Route: " + b", ".join(each.encode() for each in route)] if route else []
        lines += [
            b"Max-Forwards: %d" % self._hops,
            b"From: " + self._from,
            b"To: " + self._to,
            b"Call-ID: " + self.call_id,
            b"CSeq: %d %b" % (self._cseq, method),
        ]
        next_hop = route[0].uri if route else self._uri
        return Draft(self._uri, next_hop, tuple(lines), self._cseq)
