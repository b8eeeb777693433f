"""Addresses of web servers that administrators enter."""

from __future__ import annotations

from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from engage.errors import N_

if TYPE_CHECKING:
    from pbxcore.http_client import HttpClient

URL_LIMIT = 1_000
BAD_URL = N_("Please enter the address of a web server, such as https://www.example.com/hook.")
INSIDE = N_("This address is inside a network, which the server's settings do not allow.")


def refusal(url: str, client: HttpClient) -> str | None:
    """Why a client would not ask an address, in untranslated words.

    What a name leads to is seen when it is asked.
    """
    try:
        parts = urlsplit(url)
        _ = parts.port
    except ValueError:
        return BAD_URL
    plain = url.isascii() and url.isprintable() and " " not in url and len(url) <= URL_LIMIT
    if not plain or "@" in parts.netloc or parts.fragment or not parts.hostname:
        return BAD_URL
    inside = client.allows_private
    if parts.scheme not in (("https", "http") if inside else ("https",)):
        return BAD_URL
    return None if inside or client.may_reach(parts.hostname) else INSIDE
