"""Telephone numbers in SIP and tel URIs, and from one to the other (RFC 3261 §19.1.6, RFC 3966)."""

from __future__ import annotations

import re
from typing import Final, Literal

import msgspec

from pbxcore.errors import RemoteProtocolError
from pbxcore.sip.uri import SipUri, TelUri, parse_uri

_GLOBAL: Final = re.compile(rb"\+[0-9\-.()]*[0-9][0-9\-.()]*")
_SEPARATORS: Final = b"-.()"
_LABEL: Final = rb"[A-Za-z0-9](?:[A-Za-z0-9\-]*[A-Za-z0-9])?"
_DOMAIN: Final = re.compile(rb"(?:%b\.)*(?=[A-Za-z])%b\.?" % (_LABEL, _LABEL))
"""The `domainname` of RFC 3966 §3: its last label begins with a letter, no address' does."""
_DIALLED: Final = re.compile(rb"\+?[0-9*#]+")

Spelling = Literal["disabled", "user_phone", "enabled"]
"""How numbers are spelled for a peer: as SIP URIs, as such with `user=phone`, or as tel URIs."""


def to_sip(tel: TelUri, host: bytes, *, secure: bool = False) -> SipUri:
    """The SIP URI that means a telephone number at a host: `sip:+1…;ext=…@host;user=phone`.

    The whole subscriber part becomes the user, in lower case and in the order of parameters that
    makes equal numbers equal URIs.

    Raises:
        LocalProtocolError: the number is none.
    """
    subscriber = tel.encode().removeprefix(b"tel:").lower()
    return SipUri(secure, subscriber, host, parameters={b"user": b"phone"})


def to_tel(uri: SipUri) -> TelUri | None:
    """The telephone number that a SIP URI with `user=phone` means, None when it means none."""
    if uri.user is None or uri.parameters.get(b"user", b"").lower() != b"phone":
        return None
    try:
        found = parse_uri(b"tel:" + uri.user)
    except RemoteProtocolError:
        return None
    return found if isinstance(found, TelUri) else None


def number_of(uri: SipUri | TelUri) -> bytes | None:
    """What a URI dials: a telephone number without visual separators, or else the user part.

    None when a SIP URI names no user. A user that starts with a plus sign and looks like a number
    is one, although `user=phone` is missing: most phones and trunks leave it out. So they do where
    parameters of the number follow, as those of a number that was ported (RFC 4694).
    """
    if isinstance(uri, TelUri):
        return uri.number
    tel = to_tel(uri)
    if tel is not None:
        return tel.number
    user = uri.user
    if user is None:
        return None
    subscriber = user.partition(b";")[0]
    if _GLOBAL.fullmatch(subscriber):
        return subscriber.translate(None, _SEPARATORS)
    return subscriber if _DIALLED.fullmatch(subscriber) else user


def spelled(written: bytes, spelling: Spelling, host: bytes = b"") -> bytes:
    """The URI of a telephone number as a peer wants it; what names no number stays as it is.

    A number that is not the world's is one of the domain that it is called at (RFC 3966 §5.1.5); an
    address is no such domain, and the number stays a SIP URI there, with `user=phone`. A tel URI
    becomes a SIP URI at `host`, where one is given.
    """
    is_tel = written[:4].lower() == b"tel:"
    if (is_tel and not host) or spelling == ("enabled" if is_tel else "disabled"):
        return written
    try:
        uri = parse_uri(written)
    except RemoteProtocolError:
        return written
    if isinstance(uri, TelUri):
        uri = SipUri(secure=False, user=uri.number, host=host)
    if uri.user is None or not _DIALLED.fullmatch(uri.user):
        return written
    if spelling == "disabled":
        return uri.encode()
    if spelling == "enabled" and uri.user.startswith(b"+"):
        return TelUri(uri.user).encode()
    if spelling == "enabled" and _DOMAIN.fullmatch(uri.host):
        return TelUri(uri.user, {b"phone-context": uri.host}).encode()
    parameters = {**uri.parameters, b"user": b"phone"}
    return msgspec.structs.replace(uri, parameters=parameters).encode()
