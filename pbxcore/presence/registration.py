"""REGISTER as a value, and its answer as header lines (RFC 3261 §10.2, §10.3)."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import msgspec

from pbxcore.errors import RemoteProtocolError
from pbxcore.presence.gruu import GRUU
from pbxcore.presence.outbound import (
    FLOW_TIMER_S,
    OUTBOUND,
    check_first_hop,
    read_instance,
)
from pbxcore.presence.push import admitted, feature_caps
from pbxcore.sip.headers.contact import parse_contact, removes_all
from pbxcore.sip.headers.expiry import read_expires
from pbxcore.sip.headers.option_tags import read_option_tags
from pbxcore.sip.headers.route import parse_hop
from pbxcore.sip.uri import SipUri, parse_uri

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence

    from pbxcore.presence.bindings import StoredBinding
    from pbxcore.sip.flow import Flow
    from pbxcore.sip.message import Request

USUAL_EXPIRY_S: Final = 3600
"""For a contact that asks for nothing."""
PATH: Final = b"path"
SUPPORTED: Final = frozenset((PATH, OUTBOUND, GRUU))
"""Option tags that a REGISTER may require."""
_NONE: Final[frozenset[bytes]] = frozenset()
_MOST_CONTACTS: Final = 32
_MOST_PROXIES: Final = 8
_LONGEST_TEXT: Final = 200


class ContactAsked(msgspec.Struct, frozen=True):
    """One Contact of a REGISTER; `expires_s` None asks for nothing in particular, 0 removes.

    `instance` is the device, `reg_id` one of its flows (RFC 5626); 0 without outbound. One that
    `wakes` can be woken by a push service, and `refreshes` without being woken (RFC 8599).
    """

    uri: str
    expires_s: int | None = None
    q_milli: int = 1000
    instance: str = ""
    reg_id: int = 0
    wakes: bool = False
    refreshes: bool = False


class Registration(msgspec.Struct, frozen=True):
    """What a REGISTER asks; `remove_all` is `Contact: *` with `Expires: 0`.

    `options` are those of `SUPPORTED` that the phone knows; `origin` is its own address when it
    came by way of a proxy, `path` are the proxies on the way back, as written. `device` is a
    signed-in browser's tag: it sees and changes its own binding alone. `services` are the push
    services to tell of.
    """

    number: str
    call_id: str
    cseq: int
    contacts: tuple[ContactAsked, ...] = ()
    remove_all: bool = False
    user_agent: str = ""
    source: str = ""
    local: str = ""
    transport: str = "udp"
    origin: str = ""
    path: tuple[str, ...] = ()
    options: frozenset[bytes] = frozenset()
    device: str = ""
    services: tuple[str, ...] = ()

    @property
    def outbound(self) -> bool:
        """Whether it is a flow that is registered (RFC 5626 §6)."""
        return OUTBOUND in self.options and any(each.reg_id for each in self.contacts)


def read_registration(
    request: Request,
    *,
    number: str,
    call_id: bytes,
    cseq: int,
    flow: Flow,
    device: str = "",
    origin: str = "",
    path_believed: bool = False,
    push_services: Sequence[str] = (),
) -> Registration:
    """Read what a REGISTER asks.

    Args:
        request: as it came in.
        number: the extension that has proven to have sent it.
        call_id: its Call-ID.
        cseq: its CSeq.
        flow: the way it came.
        device: the browser's tag, if it signed in by credentials of its own.
        origin: the phone's own address, if that is not the flow's.
        path_believed: a Path counts even if the phone does not know of it: a proxy that we trust
            has put it there.
        push_services: those that we can wake phones by.

    Raises:
        RemoteProtocolError: 400: a contact is malformed, or `*` is not alone or not with Expires 0.
            420: a Path that the phone does not know of (RFC 3327 §5.3). 439: its proxy does not
            know outbound (RFC 5626 §6). 555: we do not serve its push service (RFC 8599 §8.1).
    """
    default_s = read_expires(request)
    values = request.all(b"contact")
    if len(values) > _MOST_CONTACTS:
        raise RemoteProtocolError(403, "Too Many Contacts")
    remove_all = removes_all(request)
    if remove_all and default_s != 0:
        raise RemoteProtocolError(400, "Contact * Without Expires 0")
    contacts = () if remove_all else tuple(_contact(each, default_s) for each in values)
    options = _options(request)
    path = _path(request, options, believed=path_believed)
    if any(each.reg_id for each in contacts):
        contacts = _flows(request, contacts, options, path)
    services: tuple[str, ...] = ()
    if push_services:
        contacts, services = admitted(contacts, push_services)
    return Registration(
        number=number,
        call_id=shown(call_id),
        cseq=cseq,
        contacts=contacts,
        remove_all=remove_all,
        user_agent=shown(request.get(b"user-agent") or b""),
        source=flow.source,
        local=flow.local,
        transport=flow.transport,
        origin=origin,
        path=path,
        options=options,
        device=device,
        services=services,
    )


def check_contacts(request: Request) -> None:
    """Refuse contacts that nobody could read.

    Raises:
        RemoteProtocolError: 400.
    """
    values = request.all(b"contact")
    for each in values:
        if each != b"*" or len(values) > 1:
            parse_contact(each)


def answer_lines(
    registration: Registration,
    bindings: Iterable[StoredBinding],
    now_ms: int,
    gruus_of: Callable[[StoredBinding], tuple[bytes, bytes]],
) -> list[bytes]:
    """The header lines of a 200: its contacts, and what was made of the phone's options.

    `gruus_of` makes the public and the temporary GRUU of a phone.
    """
    lines = contact_lines(bindings, now_ms, gruus_of if GRUU in registration.options else None)
    if registration.path and PATH in registration.options:
        lines.append(b"Path: " + b", ".join(each.encode() for each in registration.path))
    if registration.services:
        refreshes = any(each.refreshes for each in registration.contacts)
        lines += feature_caps(registration.services, refreshes=refreshes)
    if registration.outbound:
        lines.append(b"Require: " + OUTBOUND)
        if registration.transport != "udp" and not registration.path:
            lines.append(b"Flow-Timer: %d" % FLOW_TIMER_S)
    return lines


def contact_lines(
    bindings: Iterable[StoredBinding],
    now_ms: int,
    gruus_of: Callable[[StoredBinding], tuple[bytes, bytes]] | None = None,
) -> list[bytes]:
    """The Contact lines of a 200: every binding with the seconds it has left."""
    return [
        b"Contact: <%b>;expires=%d%b%b"
        % (
            each.contact.encode(),
            max(0, -(-(each.expires_at_ms - now_ms) // 1000)),
            b"" if each.q_milli == 1000 else b";q=0.%03d" % each.q_milli,
            _device(each, gruus_of) if each.instance else b"",
        )
        for each in bindings
    ]


def shown(value: bytes) -> str:
    """Text from a peer, safe to keep and to show: no control characters, not too long."""
    text = value.decode("utf-8", "replace")
    if not text.isprintable():
        text = "".join(each if each.isprintable() else " " for each in text)
    return text[:_LONGEST_TEXT]


def _contact(value: bytes, default_s: int | None) -> ContactAsked:
    contact = parse_contact(value)
    if not isinstance(parse_uri(contact.uri), SipUri):
        raise RemoteProtocolError(400, "Contact Is No SIP URI")
    uri = contact.uri.decode("ascii")
    if not contact.parameters:
        return ContactAsked(uri, default_s)
    expires = contact.expires
    instance = read_instance(contact.instance)
    return ContactAsked(
        uri,
        default_s if expires is None else expires,
        contact.q_milli,
        instance,
        (contact.reg_id or 0) if instance else 0,  # RFC 5626 §6: worth nothing alone
        refreshes=b"+sip.pnsreg" in contact.parameters,  # RFC 8599 §4.1.4
    )


def _options(request: Request) -> frozenset[bytes]:
    named = read_option_tags(request, b"supported") + read_option_tags(request, b"require")
    return SUPPORTED.intersection(named) if named else _NONE


def _path(request: Request, options: frozenset[bytes], *, believed: bool) -> tuple[str, ...]:
    """The proxies that want to be on the way (RFC 3327 §5.3)."""
    if request.get(b"path") is None:
        return ()
    if PATH not in options and not believed:
        raise RemoteProtocolError(420, "", (b"Unsupported: " + PATH,))
    values = [each for each in request.all(b"path") if each]
    if len(values) > _MOST_PROXIES:
        raise RemoteProtocolError(400, "Too Many Path Values")
    for each in values:
        parse_hop(each)
        if not each.isascii():
            raise RemoteProtocolError(400, "Malformed Path")
    return tuple(each.decode("ascii") for each in values)


def _flows(
    request: Request,
    contacts: Sequence[ContactAsked],
    options: frozenset[bytes],
    path: Sequence[str],
) -> tuple[ContactAsked, ...]:
    """The contacts as outbound has them, or without it when the phone does not speak it (§6)."""
    if OUTBOUND not in options:
        return tuple(msgspec.structs.replace(each, reg_id=0) for each in contacts)
    if sum(each.expires_s != 0 for each in contacts) > 1:
        raise RemoteProtocolError(400, "Several Contacts With reg-id")
    check_first_hop(len(request.all(b"via")), path)
    return tuple(contacts)


def _device(
    binding: StoredBinding, gruus_of: Callable[[StoredBinding], tuple[bytes, bytes]] | None
) -> bytes:
    """The parameters that tell a device its own contact (RFC 5626 §6, RFC 5627 §5.3)."""
    gruus = b"" if gruus_of is None else b';pub-gruu="%b";temp-gruu="%b"' % gruus_of(binding)
    return b'%b;+sip.instance="<%b>"%b' % (
        b";reg-id=%d" % binding.reg_id if binding.reg_id else b"",
        binding.instance.encode(),
        gruus,
    )
