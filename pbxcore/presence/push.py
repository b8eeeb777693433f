"""Phones that sleep and are woken by a push service (RFC 8599)."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final
from urllib.parse import unquote

import msgspec

from pbxcore.errors import RemoteProtocolError
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
