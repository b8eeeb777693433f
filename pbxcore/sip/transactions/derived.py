"""Requests made of an INVITE: its CANCEL, and the ACK of a refusal (RFC 3261 §9.1, §17.1.1.3)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from pbxcore.sip.message import Request, build_request, parse

if TYPE_CHECKING:
    from collections.abc import Iterable

    from pbxcore.sip.message import Response


def ack_for(invite: bytes, response: Response) -> bytes:
    """The ACK of a refusal: the INVITE's own branch and route, the response's To (§17.1.1.3)."""
    return _derived(b"ACK", invite, response.get(b"to"))


def cancel_for(invite: bytes, lines: Iterable[bytes] = ()) -> bytes:
    """The CANCEL of an INVITE; `lines` are whole header lines such as Reason (RFC 3326)."""
    return _derived(b"CANCEL", invite, None, lines)


def _derived(method: bytes, data: bytes, to: bytes | None, more: Iterable[bytes] = ()) -> bytes:
    invite = parse(data)
    if not isinstance(invite, Request):
        raise TypeError("no request of ours")
    number = (invite.get(b"cseq") or b"").partition(b" ")[0]
    lines = [
        b"Via: " + invite.all(b"via")[0],
        *(b"Route: " + each for each in invite.lines_of(b"route")),
        b"Max-Forwards: 70",
        b"From: " + (invite.get(b"from") or b""),
        b"To: " + (to or invite.get(b"to") or b""),
        b"Call-ID: " + (invite.get(b"call-id") or b""),
        b"CSeq: %b %b" % (number, method),
        *more,
    ]
    return build_request(method, invite.uri, lines)
