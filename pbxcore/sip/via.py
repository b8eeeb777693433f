"""The Via header: who sent a request, and where its response goes (RFC 3261 §18.2, RFC 3581)."""

from __future__ import annotations

import re
from typing import Final

import msgspec

from pbxcore.errors import RemoteProtocolError
from pbxcore.sip.grammar import HOST, parameters

MAGIC_COOKIE: Final = b"z9hG4bK"
# What nearly everybody writes in requests, and sends back in responses: one match, nothing twice.
_USUAL: Final = re.compile(
    rb"SIP/2\.0/([A-Z]+) ([A-Za-z0-9.\-]+)(?::([0-9]{1,5}))?"
    rb"(;rport;branch=([A-Za-z0-9.\-_]+)|;branch=([A-Za-z0-9.\-_]+)"
    rb"(?:;rport(?:=[0-9]+)?(?:;received=[0-9A-Fa-f.:]+)?"
    rb"|;received=[0-9A-Fa-f.:]+(?:;rport=[0-9]+)?)?)"
)
_ANY: Final = re.compile(
    rb"\s*SIP\s*/\s*[0-9.]+\s*/\s*([A-Za-z0-9\-.!%*_+`'~]+)\s+(" + HOST.pattern + rb")"
    rb"(?:\s*:\s*([0-9]{1,5}))?\s*((?:;.*)?)",
    re.DOTALL | re.IGNORECASE,
)


class Via(msgspec.Struct, frozen=True, gc=False):
    """One Via element; `port` is None when none was written, `tail` holds the parameters."""

    transport: bytes
    host: bytes
    port: int | None
    tail: bytes
    branch: bytes
    """The branch, or nothing for a peer older than RFC 3261."""

    @property
    def parameters(self) -> dict[bytes, bytes | None]:
        """All parameters."""
        return parameters(self.tail)

    @property
    def sent_by(self) -> bytes:
        """Host and port as one value, with nothing for a port left out."""
        return self.host.lower() if self.port is None else b"%b:%d" % (self.host.lower(), self.port)


def via_line(transport: str, here: bytes, branch: bytes) -> bytes:
    """The Via line of a request of ours; `here` is our host and port as the peer should write them.

    Over TLS it asks for requests on the same connection, which a certificate allows (RFC 5923 §4).
    """
    alias = b";alias" if transport == "tls" else b""
    return b"Via: SIP/2.0/%b %b;branch=%b;rport%b" % (
        transport.upper().encode(),
        here,
        branch,
        alias,
    )


def parse_via(element: bytes) -> Via:
    """Read one element; another version is for the request line to refuse.

    Raises:
        RemoteProtocolError: 400: it is no Via.
    """
    usual = _USUAL.fullmatch(element)
    if usual is not None:
        transport, host, port, tail, branch, behind = usual.groups()
        branch = branch or behind
    else:
        match = _ANY.fullmatch(element)
        if match is None:
            raise RemoteProtocolError(400, "Malformed Via")
        transport, host, port, tail = match.groups()
        transport, branch = transport.upper(), parameters(tail).get(b"branch") or b""
    number = None if port is None else int(port)
    if number is not None and not 0 < number <= 65535:
        raise RemoteProtocolError(400, "Malformed Via")
    return Via(transport, host, number, tail, branch)


def stamped(element: bytes, via: Via, source_host: str, source_port: int) -> bytes:
    """The top Via as a response carries it: with `received` and `rport` filled in (RFC 3581 §4)."""
    host = source_host.partition("%")[0].encode()  # no zone: it means something here alone
    if via.host == host and via.tail.find(b"rport") < 0 and via.tail.find(b"received") < 0:
        return element
    before, bare, after = via.tail.partition(b";rport")
    if bare and after[:1] in b";" and b"rport" not in after and b"received" not in via.tail:
        port = b"" if via.port is None else b":%d" % via.port
        return b"SIP/2.0/%b %b%b%b;rport=%d%b;received=%b" % (
            via.transport, via.host, port, before, source_port, after, host,
        )  # fmt: skip
    found = via.parameters
    asked = b"rport" in found and found[b"rport"] is None
    if not asked and via.host.strip(b"[]") == host and b"received" not in found:
        return element
    found[b"received"] = host
    if asked:
        found[b"rport"] = b"%d" % source_port
    port = b"" if via.port is None else b":%d" % via.port
    tail = b"".join(
        b";%b" % name if value is None else b";%b=%b" % (name, value)
        for name, value in found.items()
    )
    return b"SIP/2.0/%b %b%b%b" % (via.transport, via.host, port, tail)


def answer_port(via: Via, source_host: str, source_port: int) -> int:
    """The port a UDP response goes to, at the address the request came from.

    With `rport` it is the source port (RFC 3581). Without it, RFC 3261 §18.2.2 says the port of
    sent-by, which we follow when the sender names its real address; one who names another sits
    behind a NAT or is wrong, and only the source port can reach it.
    """
    if via.tail.find(b"rport") >= 0 or via.host.strip(b"[]") != source_host.encode():
        return source_port
    return via.port or 5060
