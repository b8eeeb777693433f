"""The visitor's token as a partitioned cookie, for frames that the browser denies storage.

Only over HTTPS: browsers take `Partitioned` with `Secure` alone. The cookie belongs to one live
chat on one site that shows it, is invisible to scripts, and serves to find the chat again only.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from engage.livechat.tokens import LIFE_MS
from engage.web.access import is_secure, same_origin

if TYPE_CHECKING:
    from starlette.requests import Request
    from starlette.responses import Response


def remember(request: Request, response: Response, public_id: str, token: str | None) -> None:
    """Let the browser keep this visitor's token for as long as it lives from now."""
    if token is None or not is_secure(request):
        return
    # Written out: http.cookies knows `Partitioned` from Python 3.14 on.
    response.headers.append(
        "set-cookie",
        f"{_name(public_id)}={token}; Path=/; Max-Age={LIFE_MS // 1000}; Secure; HttpOnly;"
        " SameSite=None; Partitioned",
    )


def forget(request: Request, response: Response, public_id: str) -> None:
    """Let the browser keep nothing any more."""
    if is_secure(request):
        response.headers.append(
            "set-cookie",
            f"{_name(public_id)}=; Path=/; Max-Age=0; Secure; HttpOnly; SameSite=None; Partitioned",
        )


def recalled(request: Request, public_id: str) -> str | None:
    """The token that the browser kept, when our own page asks for it."""
    if not same_origin(request):
        return None
    return request.cookies.get(_name(public_id))


def _name(public_id: str) -> str:
    return f"__Host-engage-visitor-{public_id}"
