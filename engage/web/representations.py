"""What can be read in two forms, plain and compressed: which one a client gets, and which it has.

Each form has a tag of its own (RFC 9110 §8.8.3): a strong one says that every byte is the same.
"""

from __future__ import annotations

import gzip
import hashlib
import re
from typing import TYPE_CHECKING

from starlette.responses import Response

if TYPE_CHECKING:
    from collections.abc import Callable

    from starlette.requests import Request

_CODING = re.compile(r"([^\s;,]+)\s*(?:;\s*q=(0(?:\.\d{0,3})?|1(?:\.0{0,3})?))?", re.IGNORECASE)
_TAG = re.compile(r'(?:W/)?("[^"]*")')


def tag_of(body: bytes) -> str:
    """The entity tag of something as it is, uncompressed."""
    return f'"{hashlib.sha256(body).hexdigest()[:20]}"'


def compress(body: bytes) -> bytes:
    """As small as gzip makes it; the same whenever it is made."""
    return gzip.compress(body, 9, mtime=0)


def represented(
    request: Request,
    body: bytes,
    media_type: str,
    headers: dict[str, str],
    *,
    tag: str,
    compressed: Callable[[], bytes] | None,
) -> Response:
    """Answer with the form that the client takes, or with 304 where it has that one.

    `tag` is what `tag_of` tells of the body; `compressed` gives the other form, None: there is
    none. `headers` are those of both.
    """
    smaller = compressed if takes_gzip(request) else None
    if smaller is not None:
        tag = f'{tag[:-1]}-gzip"'
    headers = headers | {"etag": tag}
    if _has(request, tag):
        return Response(status_code=304, headers=headers)
    if smaller is not None:
        headers["content-encoding"] = "gzip"
        body = smaller()
    return Response(body, headers=headers, media_type=media_type)


def takes_gzip(request: Request) -> bool:
    """Whether the client reads what `compress` gives, and likes nothing better (§12.5.3)."""
    weights = dict[str, float]()
    for each in ",".join(request.headers.getlist("accept-encoding")).split(","):
        if (found := _CODING.fullmatch(each.strip())) is not None:
            weights[found[1].lower()] = float(found[2] or 1)
    weight = weights.get("gzip", weights.get("*", 0.0))
    return weight > 0 and weight >= weights.get("identity", 0.0)


def _has(request: Request, tag: str) -> bool:
    """Whether the client has this form already (§13.1.2)."""
    known = ",".join(request.headers.getlist("if-none-match"))
    return known.strip() == "*" or tag in _TAG.findall(known)
