"""One dialog: the peer relation that in-dialog requests share (RFC 3261 §12).

A `Dialog` writes the headers every request in it needs and admits the peer's requests in order. It
knows no usage: INVITE, SUBSCRIBE and REFER each hang their own state on it.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import msgspec

from pbxcore.errors import RemoteProtocolError
from pbxcore.sip.address import Address, parse_address
from pbxcore.sip.checks import read_cseq
from pbxcore.sip.headers.route import is_loose, parse_hop

if TYPE_CHECKING:
    from pbxcore.sip.message import Message, Request, Response

DialogId = tuple[bytes, bytes, bytes]
"""Call-ID, our tag, the peer's tag; nothing for a peer older than RFC 3261 (§12.1.1)."""

MAX_FORWARDS: Final = 70


class Draft(msgspec.Struct, frozen=True):
    """A request as its dialog wants it; Via, Contact and the rest are the sender's to add."""

    uri: bytes
    next_hop: bytes
    """The URI that says where to send it: the first route, or the target (§8.1.2)."""
    lines: tuple[bytes, ...]
    cseq: int


class Dialog:
    """One dialog, early or confirmed.

    Args:
        call_id: its Call-ID.
        ours: whether we made the Call-ID, which decides who waits longer after a glare (§14.1).
        local: From or To as we write it, with our tag.
        remote: From or To as the peer wrote it, with its tag if it has one.
        remote_target: the URI that requests go to: the peer's last Contact (§12.2.1.2).
        route_set: the elements of Route, in the order in which we send them.
        local_seq: the CSeq number of our last request.
        remote_seq: the peer's last one, None before its first.
        secure: whether the dialog may use SIPS targets only (§12.1.1).
        early: whether no final response has confirmed it yet (§12.1).
    """

    __slots__ = (
        "call_id",
        "early",
        "local",
        "local_seq",
        "local_tag",
        "ours",
        "remote",
        "remote_seq",
        "remote_tag",
        "remote_target",
        "route_set",
        "secure",
    )

    def __init__(
        self,
        call_id: bytes,
        *,
        ours: bool,
        local: bytes,
        remote: bytes,
        remote_target: bytes,
        route_set: tuple[bytes, ...] = (),
        local_seq: int = 0,
        remote_seq: int | None = None,
        secure: bool = False,
        early: bool = False,
    ) -> None:
        self.call_id = call_id
        self.ours = ours
        self.local = local
        self.remote = remote
        self.local_tag = parse_address(local).tag or b""
        self.remote_tag = parse_address(remote).tag or b""
        self.remote_target = remote_target
        self.route_set = route_set
        self.local_seq = local_seq
        self.remote_seq = remote_seq
        self.secure = secure
        self.early = early

    @property
    def id(self) -> DialogId:
        """What tells this dialog from all others."""
        return self.call_id, self.local_tag, self.remote_tag

    @property
    def local_address(self) -> Address:
        """Us, as the peer sees us."""
        return parse_address(self.local)

    @property
    def remote_address(self) -> Address:
        """The peer."""
        return parse_address(self.remote)

    def draft(self, method: bytes, *, cseq: int | None = None) -> Draft:
        """Begin a request (§12.2.1.1); ACK and CANCEL name the CSeq number they belong to."""
        if cseq is None:
            self.local_seq = cseq = self.local_seq + 1
        uri, routes, next_hop = self.remote_target, self.route_set, self.remote_target
        if routes:
            hop = parse_hop(routes[0])
            first = next_hop = hop.uri
            if not is_loose(hop):
                # A strict router wants to find itself in the Request-URI, our target last.
                uri, routes = _as_request_uri(first), (*routes[1:], b"<%b>" % uri)
        lines = [b"Route: " + b", ".join(routes)] if routes else []
        lines += [
            b"Max-Forwards: %d" % MAX_FORWARDS,
            b"From: " + self.local,
            b"To: " + self.remote,
            b"Call-ID: " + self.call_id,
            b"CSeq: %d %b" % (cseq, method),
        ]
        return Draft(uri, next_hop, tuple(lines), cseq)

    def admit(self, cseq: int) -> None:
        """Take the next request of the peer; gaps are no fault (§12.2.2).

        Raises:
            RemoteProtocolError: 500: the number was passed already. The same number again is
                refused too: repetitions never get here, so it is another request.
        """
        if self.remote_seq is not None and cseq <= self.remote_seq:
            raise RemoteProtocolError(500, "CSeq Out of Order")
        self.remote_seq = cseq

    def refresh(self, message: Message) -> None:
        """Take the Contact of a target refresh that was accepted (§12.2.1.2, RFC 6141 §4)."""
        target = contact_of(message)
        if target is not None and not (self.secure and not _is_secure(target)):
            self.remote_target = target

    def confirm(self, response: Response) -> None:
        """A 2xx to the INVITE: the route set is the one it brought, the target too (§13.2.2.4)."""
        self.route_set = tuple(reversed(_record_route(response)))
        self.early = False
        self.refresh(response)


def dialog_of_response(invite: Request, response: Response, *, secure: bool = False) -> Dialog:
    """Make the dialog a 1xx with a tag or a 2xx creates at the caller (§12.1.2).

    A response without Contact is no dialog by the book; the target is then where the request went,
    which is what reaches the gateways that leave it out of their 183.

    Raises:
        RemoteProtocolError: 400: To, Contact or Record-Route is malformed.
    """
    number, _ = read_cseq(invite.get(b"cseq") or b"")
    return Dialog(
        invite.get(b"call-id") or b"",
        ours=True,
        local=invite.get(b"from") or b"",
        remote=response.get(b"to") or b"",
        remote_target=contact_of(response) or invite.uri,
        route_set=tuple(reversed(_record_route(response))),
        local_seq=number,
        secure=secure and _is_secure(invite.uri),
        early=response.status < 200,
    )


def dialog_of_request(
    request: Request, local_tag: bytes, *, secure: bool = False, early: bool = True
) -> Dialog:
    """Make the dialog a request creates at the callee (§12.1.1).

    Args:
        request: INVITE, SUBSCRIBE or REFER.
        local_tag: what our responses carry in To.
        secure: whether it came over TLS.
        early: whether a provisional response makes it.

    Raises:
        RemoteProtocolError: 400: there is no Contact, or it or Record-Route is malformed; a SIPS
            request needs a SIPS Contact.
    """
    target = contact_of(request)
    if target is None:
        raise RemoteProtocolError(400, "Missing Contact")
    secure = secure and _is_secure(request.uri)
    if secure and not _is_secure(target):
        raise RemoteProtocolError(400, "SIPS Contact Needed")
    to = request.get(b"to") or b""
    tagged = to if parse_address(to).tag else b"%b;tag=%b" % (to, local_tag)
    number, _ = read_cseq(request.get(b"cseq") or b"")
    return Dialog(
        request.get(b"call-id") or b"",
        ours=False,
        local=tagged,
        remote=request.get(b"from") or b"",
        remote_target=target,
        route_set=_record_route(request),
        remote_seq=number,
        secure=secure,
        early=early,
    )


def dialog_id_of(request: Request) -> DialogId:
    """The dialog a request from the peer claims to be in: our tag is in To (§12.2.2)."""
    to = parse_address(request.get(b"to") or b"")
    from_ = parse_address(request.get(b"from") or b"")
    return request.get(b"call-id") or b"", to.tag or b"", from_.tag or b""


def contact_of(message: Message) -> bytes | None:
    """The URI of the first Contact, None when there is none.

    Raises:
        RemoteProtocolError: 400: it is malformed.
    """
    contacts = message.all(b"contact")
    return parse_address(contacts[0]).uri if contacts and contacts[0] != b"*" else None


def _record_route(message: Message) -> tuple[bytes, ...]:
    elements = tuple(each for each in message.all(b"record-route") if each)
    for each in elements:
        parse_hop(each)
    return elements


def _is_secure(uri: bytes) -> bool:
    return uri[:5].lower() == b"sips:"


def _as_request_uri(uri: bytes) -> bytes:
    """Leave out what a Request-URI may not hold: headers and the method parameter (§19.1.1)."""
    bare = uri.partition(b"?")[0]
    first, *rest = bare.split(b";")
    return b";".join([first, *(each for each in rest if not each.lower().startswith(b"method="))])
