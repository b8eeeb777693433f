"""The requests of a trunk in the words of its provider (RFC 3261 §10.2, §11.1)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from pbxcore.errors import RemoteProtocolError
from pbxcore.sip.flow import default_port
from pbxcore.sip.grammar import seconds
from pbxcore.sip.headers.contact import read_contacts
from pbxcore.sip.message import build_request
from pbxcore.sip.resolution import Destination
from pbxcore.sip.uri import SipUri, escaped_user, parse_uri

if TYPE_CHECKING:
    from pbxcore.directory import Trunk
    from pbxcore.sip.inquiry import Path
    from pbxcore.sip.message import Response


class TrunkRequests:
    """Writes what one trunk sends outside of calls; each request has the next CSeq.

    Args:
        trunk: whose.
        call_id: the same for all, as §10.2 wishes it.
        tag: ours.
    """

    def __init__(self, trunk: Trunk, call_id: bytes, tag: bytes) -> None:
        self._trunk = trunk
        self._call_id, self._tag = call_id, tag
        self._cseq = 0
        self._user = escaped_user(trunk.number or trunk.username)
        self.registrar = trunk.scheme + _place(trunk)
        """The Request-URI: the provider's domain, without a user part (§10.2)."""
        self.domain = trunk.from_domain.encode() or _host(trunk)
        """Where we are at home for the provider."""
        who = b"%b@%b" % (self._user, self.domain) if self._user else self.domain
        self._address = b"<%b%b>" % (trunk.scheme, who)
        self._proxy = proxy_uri(trunk.outbound_proxy)

    @property
    def destination(self) -> Destination:
        """Where they go: to the outbound proxy if there is one, else to the provider's host."""
        trunk = self._trunk
        if self._proxy is not None:
            found = Destination.of(self._proxy)
        else:
            found = Destination(trunk.host, trunk.port or None)
        if found.transport or trunk.transport == "auto":
            return found
        return found._replace(transport=trunk.transport)

    @property
    def route(self) -> tuple[bytes, ...]:
        """The Route line, where there is an outbound proxy that wants to read of itself."""
        if self._proxy is None or not self._trunk.routes_by_proxy:
            return ()
        return (b"Route: <%b>" % self._route(),)

    def next_hop(self, uri: bytes) -> bytes:
        """The URI that says where a request to `uri` goes, with the trunk's transport."""
        transport = self._trunk.transport
        hop = uri if self._proxy is None else self._route()
        if transport in ("udp", "auto") or b";transport=" in hop.lower():
            return hop
        return b"%b;transport=%b" % (hop, transport.encode())

    def register(self, path: Path, credentials: list[bytes], expiry_s: int) -> bytes:
        """A REGISTER for so many seconds."""
        lines = [
            *self._head(b"REGISTER", path, self._address, credentials),
            b"Contact: <%b>" % self._contact(path),
            b"Expires: %d" % expiry_s,
            b"Supported: path",
        ]
        return build_request(b"REGISTER", self.registrar, lines)

    def options(self, path: Path, credentials: list[bytes]) -> bytes:
        """An OPTIONS that asks for a sign of life."""
        lines = [
            *self._head(b"OPTIONS", path, b"<%b>" % self.registrar, credentials),
            b"Contact: <%b>" % self._contact(path),
            b"Accept: application/sdp",
        ]
        return build_request(b"OPTIONS", self.registrar, lines)

    def granted_s(self, response: Response, path: Path, asked_s: int) -> int:
        """For how long our contact stands in a 2xx (§10.2.4); 0 when it does not.

        A registrar behind a NAT helper may list us under another address, one may list nothing at
        all: the user part counts then, Expires, and at last what was asked for.
        """
        try:
            contacts = read_contacts(response)
        except RemoteProtocolError:
            contacts = []
        ours = _sip_uri(self._contact(path))
        listed = [(each, _sip_uri(each.uri)) for each in contacts]
        exact = [each for each, uri in listed if uri and ours and uri.same_as(ours)]
        like = [each for each, uri in listed if uri and ours and uri.user == ours.user]
        for each in (*exact, *like):
            return asked_s if each.expires is None else each.expires
        if contacts:
            return 0
        expires = seconds(response.get(b"expires"))
        return asked_s if expires is None else expires

    def _head(self, method: bytes, path: Path, to: bytes, credentials: list[bytes]) -> list[bytes]:
        self._cseq += 1
        lines = [
            path.via,
            b"Max-Forwards: 70",
            b"From: %b;tag=%b" % (self._address, self._tag),
            b"To: " + to,
            b"Call-ID: " + self._call_id,
            b"CSeq: %d %b" % (self._cseq, method),
            *credentials,
        ]
        lines[1:1] = self.route
        return lines

    def _route(self) -> bytes:
        """The outbound proxy, as a loose router (§8.1.2, §16.12)."""
        text = self._trunk.outbound_proxy.encode()
        text = text if text[:4].lower() in (b"sip:", b"sips") else b"sip:" + text
        return text if b";lr" in text.lower() else text + b";lr"

    def _contact(self, path: Path) -> bytes:
        user = self._user + b"@" if self._user else b""
        scheme, transport = self._trunk.scheme, path.flow.transport
        said = transport == "udp" or scheme == b"sips:"  # which is TLS without being told
        tail = b"" if said else b";transport=" + transport.encode()
        return b"%b%b%b%b" % (scheme, user, path.here, tail)


def address_at(trunk: Trunk, number: str) -> bytes:
    """The URI of a number behind a trunk."""
    return b"%b%b@%b" % (trunk.scheme, escaped_user(number), _place(trunk))


def _place(trunk: Trunk) -> bytes:
    """The provider's host, and its port where that is not the usual one."""
    port = trunk.port
    usual = not port or port == default_port(trunk.transport)
    return _host(trunk) if usual else b"%b:%d" % (_host(trunk), port)


def _host(trunk: Trunk) -> bytes:
    """The provider's host as URIs have it (RFC 3986 §3.2.2)."""
    return (f"[{trunk.host}]" if ":" in trunk.host else trunk.host).encode()


def proxy_uri(text: str) -> SipUri | None:
    """An outbound proxy as it was written down: `host`, `host:port` or a SIP URI; None for none.

    Raises:
        RemoteProtocolError: it is none of these.
    """
    if not text:
        return None
    uri = parse_uri(
        (text if text.lower().startswith(("sip:", "sips:")) else f"sip:{text}").encode()
    )
    if not isinstance(uri, SipUri):
        raise RemoteProtocolError(400, "No SIP URI")
    return uri


def _sip_uri(written: bytes) -> SipUri | None:
    try:
        uri = parse_uri(written)
    except RemoteProtocolError:
        return None
    return uri if isinstance(uri, SipUri) else None
