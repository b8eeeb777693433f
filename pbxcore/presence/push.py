"""Phones that sleep and are woken by a push service (RFC 8599)."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final
from urllib.parse import unquote

import msgspec

from pbxcore.errors import RemoteProtocolError
from pbxcore.presence.gruu import DEVICE, addressed
from pbxcore.sip.uri import SipUri, parse_uri

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from pbxcore.presence.bindings import StoredBinding
    from pbxcore.presence.registration import ContactAsked

_PROVIDER: Final = b"pn-provider"
_MARK: Final = "pn-p"
_REFRESHED_S: Final = 120
"""So long before its binding expires a phone is woken."""


class Push(msgspec.Struct, frozen=True):
    """Whom a push service is to wake: its name, and what it knows the phone by (§4.1).

    A phone that gives no `prid` only asks which services we serve.
    """

    provider: str
    param: str = ""
    prid: str = ""


def push_of(contact: str) -> Push | None:
    """What a Contact's URI says of push; None for nothing."""
    if _MARK not in contact.lower():
        return None  # nearly always, and without reading it again
    uri = parse_uri(contact.encode())
    given = uri.parameters if isinstance(uri, SipUri) else {}
    if _PROVIDER not in given:
        return None
    provider, param, prid = (
        unquote(given.get(name, b"").decode("ascii", "replace"))
        for name in (_PROVIDER, b"pn-param", b"pn-prid")
    )
    return Push(provider, param, prid)


def is_same_phone(one: StoredBinding, other: StoredBinding) -> bool:
    """Whether two bindings of an extension lead to one phone, which may have moved meanwhile."""
    if one.phone == other.phone:
        return True
    push = push_of(one.contact)
    return push is not None and push == push_of(other.contact)


def sleeper(bindings: Sequence[StoredBinding], target: bytes, source: str) -> StoredBinding | None:
    """Which of an extension's phones somebody is, if it is one that may sleep.

    It is known by the contact `target` that it gave. One that gave another than it registered is
    known by the `source` it came from, if that is its own: behind one proxy there may be others.
    """
    if not any(each.wakes for each in bindings):
        return None  # nearly always, and without reading their contacts again
    at_contact = _at(bindings, target)
    from_there = [each for each in bindings if each.source == source]
    if at_contact is None and len(from_there) == 1:
        (alone,) = from_there
        found = None if alone.origin or alone.path else alone
    else:
        found = at_contact
    return found if found is not None and found.wakes else None


def _at(bindings: Sequence[StoredBinding], target: bytes) -> StoredBinding | None:
    """The binding of a contact, which may be a GRUU (RFC 5627)."""
    uri = parse_uri(target)
    if not isinstance(uri, SipUri):
        return None
    if uri.parameters.get(DEVICE):
        return next(iter(addressed(uri, bindings)), None)
    for each in bindings:
        contact = parse_uri(each.contact.encode())
        if isinstance(contact, SipUri) and contact.same_as(uri):
            return each
    return None


def admitted(
    contacts: Iterable[ContactAsked], services: Sequence[str]
) -> tuple[tuple[ContactAsked, ...], tuple[str, ...]]:
    """The contacts, those marked that can be woken; and the services to name in the answer.

    Without any service of our own push is nothing that we know of.

    Raises:
        RemoteProtocolError: 555: a phone needs a service that we do not serve (§5.3.1, §8.1).
    """
    asked = tuple(contacts)
    found = [push_of(each.uri) if services else None for each in asked]
    named: dict[str, None] = {}
    for push in found:
        if push is None:
            continue
        if push.provider and push.provider not in services:
            raise RemoteProtocolError(555)
        named |= dict.fromkeys([push.provider] if push.provider else services)
    marked = (
        msgspec.structs.replace(each, wakes=push is not None and bool(push.provider and push.prid))
        for each, push in zip(asked, found, strict=True)
    )
    return (tuple(marked) if named else asked), tuple(named)


def feature_caps(services: Iterable[str], *, refreshes: bool = False) -> list[bytes]:
    """The header line that names push services (§4.1.1, RFC 6809).

    A phone that refreshes by itself is told how long before the end it is to (§4.1.4).
    """
    values = [b'*;+sip.pns="%b"' % each.encode() for each in services]
    if values and refreshes:
        values.append(b'*;+sip.pnsreg="%d"' % (_REFRESHED_S + 1))
    return [b"Feature-Caps: " + b", ".join(values)] if values else []


def refresh_due_ms(binding: StoredBinding) -> int | None:
    """When a phone is to be woken so that it registers anew (§5.5), None: never.

    Not before half its time: it would be woken for ever.
    """
    if not binding.wakes or binding.refreshes:
        return None
    lasts_ms = binding.expires_at_ms - binding.registered_at_ms
    return binding.expires_at_ms - min(_REFRESHED_S * 1000, lasts_ms // 2)
