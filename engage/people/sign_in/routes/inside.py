"""What the routes of signing in share: the session that asks, and the site its page is on."""

from __future__ import annotations

from ipaddress import ip_address
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

from pydantic import BaseModel, Field

from engage.errors import Unauthenticated
from engage.people.sign_in.model import PasskeysAway, RelyingParty
from engage.web.access import is_secure, token_of
from engage.web.requests import principal

if TYPE_CHECKING:
    from collections.abc import Callable, Collection

    from starlette.requests import Request

    from engage.people.model import Session
    from engage.people.service import People

    Hosts = Callable[[], Collection[str]]


class PasskeyQuestion(BaseModel):
    """What a browser is asked; `ticket` goes back with its answer."""

    ticket: str
    options: dict[str, Any] = Field(
        description="As `PublicKeyCredential.parse…OptionsFromJSON` reads them"
    )


async def session_of(request: Request, people: People, *, enrolling: bool = False) -> Session:
    """The session that asks.

    Args:
        request: by a user or an administrator.
        people: who knows it.
        enrolling: whether it may ask before a required second factor is set up.

    Raises:
        Unauthenticated: nobody is signed in.
        EnrolmentNeeded: a second factor comes first.
    """
    await principal(request, "user", "admin", enrolling=enrolling)
    token, _ = token_of(request)
    if token is None:
        raise Unauthenticated
    return people.session(token)


def relying_party(request: Request, hosts: Hosts) -> RelyingParty | None:
    """The site that passkeys of this request's page belong to; None where there can be none.

    Passkeys belong to names, not to IP addresses, and to pages over HTTPS or on this very machine
    (WebAuthn Level 3 §5.1.2). Only the server's own names count: whoever forwards requests under
    another name would collect passkeys for it.
    """
    host = request.headers.get("host", "")
    try:
        name = urlsplit(f"//{host}").hostname or ""
    except ValueError:
        return None
    local = name == "localhost"
    if _is_address(name) or not (local or (is_secure(request) and name in hosts())):
        return None
    scheme = "https" if is_secure(request) else "http"
    return RelyingParty(name, f"{scheme}://{host.lower()}")


def needed_party(request: Request, hosts: Hosts) -> RelyingParty:
    """The same for those who cannot do without.

    Raises:
        PasskeysAway: this address can have no passkeys.
    """
    party = relying_party(request, hosts)
    if party is None:
        raise PasskeysAway
    return party


def _is_address(name: str) -> bool:
    try:
        ip_address(name.partition("%")[0])
    except ValueError:
        return False
    return True
