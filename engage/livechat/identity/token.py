"""A web site's signed word about who its visitor is: a JWT, checked strictly. Pure.

HMAC with SHA-256 and nothing else (RFC 7518 §3.2): what the token's header asks for is compared
with that, never followed (RFC 8725 §3.1).
"""

from __future__ import annotations

import base64
import binascii
import hmac
import json
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from engage.errors import N_, Forbidden, Unauthenticated
from engage.livechat.form import EMAIL_LIMIT, NAME_LIMIT, FieldRefused, Form, line, one_field
from engage.livechat.model import Details
from engage.livechat.options import InfoType

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable

LONGEST = 4_096
LONGEST_LIFE_S = 24 * 3600
LEEWAY_S = 60
"""Clocks differ: a moment is taken this much earlier and later."""

SUBJECT_LIMIT = 200


class IdentityRefused(Unauthenticated):
    """The token is not one that this live chat takes; `reason` says why, for who makes them."""

    code = "identity_refused"
    text = N_("This sign-in could not be checked (%(reason)s).")

    def __init__(self, reason: str) -> None:
        super().__init__(reason=reason)
        self.reason = reason


class IdentityRequired(Forbidden):
    """This live chat serves only visitors whom the web site vouches for."""

    code = "identity_required"
    text = N_("Please sign in on our web site to chat with us.")


@dataclass(frozen=True, slots=True)
class Signed:
    """Who a visitor is, on the web site's word: `subject` is their name there for ever."""

    subject: str
    details: Details


def over(details: Details, form: Form) -> Form:
    """A form in which what is signed replaces what was typed."""
    return Form(
        details.full_name or form.full_name,
        details.email or form.email,
        details.phone or form.phone,
        form.consent,
    )


def check(
    token: str,
    keys: Iterable[bytes],
    *,
    audiences: Collection[str],
    issuer: str,
    now_s: int,
) -> Signed:
    """Take a token, or refuse it.

    Args:
        token: in the compact form (RFC 7515 §7.1).
        keys: the secrets that are valid now.
        audiences: the names of the live chat; the token is for one of them.
        issuer: who must have made it; empty: anybody who has the secret.
        now_s: seconds since 1970.

    Raises:
        IdentityRefused: with the reason.
    """
    if len(token) > LONGEST or not token.isascii():
        raise IdentityRefused("malformed")
    parts = token.split(".")
    if len(parts) != 3:
        raise IdentityRefused("malformed")
    header, claims = _object(parts[0]), _object(parts[1])
    if header.get("alg") != "HS256" or "crit" in header or header.get("typ", "JWT") != "JWT":
        raise IdentityRefused("algorithm")
    signed, given = f"{parts[0]}.{parts[1]}".encode(), _decoded(parts[2])
    # Each key is tried, each comparison takes the same time.
    if True not in [hmac.compare_digest(hmac.digest(key, signed, "sha256"), given) for key in keys]:
        raise IdentityRefused("signature")
    _check_times(claims, now_s)
    named = claims.get("aud")
    if not any(each in audiences for each in (named if isinstance(named, list) else [named])):
        raise IdentityRefused("audience")
    if issuer and claims.get("iss") != issuer:
        raise IdentityRefused("issuer")
    return Signed(_subject(claims), _details(claims))


def _check_times(claims: dict[str, Any], now_s: int) -> None:
    """RFC 7519 §4.1.4 to §4.1.6; a token that lives for long could be used by others for long."""
    ends = _moment(claims, "exp")
    if ends is None:
        raise IdentityRefused("no expiry")
    if ends <= now_s - LEEWAY_S:
        raise IdentityRefused("expired")
    if ends > now_s + LONGEST_LIFE_S + LEEWAY_S:
        raise IdentityRefused("lives too long")
    for name in ("nbf", "iat"):
        begins = _moment(claims, name)
        if begins is not None and begins > now_s + LEEWAY_S:
            raise IdentityRefused("not valid yet")


def _moment(claims: dict[str, Any], name: str) -> float | None:
    value = claims.get(name)
    if value is None:
        return None
    if isinstance(value, bool) or not isinstance(value, int | float):
        raise IdentityRefused("malformed")
    return value


def _subject(claims: dict[str, Any]) -> str:
    value = claims.get("sub")
    try:
        subject = line(value, SUBJECT_LIMIT) if isinstance(value, str) else ""
    except FieldRefused:
        subject = ""
    if not subject:
        raise IdentityRefused("subject")
    return subject


def _details(claims: dict[str, Any]) -> Details:
    """Claims as OpenID Connect names them (Core 1.0 §5.1)."""
    found = {}
    for kind, name in (
        (InfoType.FULL_NAME, "name"),
        (InfoType.EMAIL, "email"),
        (InfoType.PHONE, "phone_number"),
    ):
        value = claims.get(name, claims.get("phone", "") if kind is InfoType.PHONE else "")
        limit = EMAIL_LIMIT if kind is InfoType.EMAIL else NAME_LIMIT
        if not isinstance(value, str) or len(value) > 2 * limit:
            raise IdentityRefused(name)
        try:
            found[kind.value] = one_field(kind, value)
        except FieldRefused:
            raise IdentityRefused(name) from None
    return Details(**found)


def _object(part: str) -> dict[str, Any]:
    try:
        value = json.loads(_decoded(part), object_pairs_hook=_once, parse_constant=_no_number)
    except (ValueError, RecursionError):
        raise IdentityRefused("malformed") from None
    if not isinstance(value, dict):
        raise IdentityRefused("malformed")
    return value


def _once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    """An object in which no name stands twice (RFC 7515 §4)."""
    if len({name for name, _ in pairs}) < len(pairs):
        raise ValueError("a name stands twice")
    return dict(pairs)


def _no_number(name: str) -> None:
    """`NaN` is no JSON (RFC 8259 §6), and as an expiry it would never be reached."""
    raise ValueError(name)


def _decoded(part: str) -> bytes:
    """Base64url without padding (RFC 7515 §2), in its one spelling."""
    try:
        raw = base64.b64decode(part + "=" * (-len(part) % 4), altchars=b"-_", validate=True)
    except (ValueError, binascii.Error):
        raise IdentityRefused("malformed") from None
    if base64.urlsafe_b64encode(raw).rstrip(b"=").decode() != part:
        raise IdentityRefused("malformed")
    return raw
