"""Where push messages go, what they say, and what becomes of them. Pure."""

from __future__ import annotations

import base64
import binascii
import json
from dataclasses import dataclass
from enum import Enum
from typing import TYPE_CHECKING, Protocol
from urllib.parse import urlsplit

from engage.durations import DAY_MS
from engage.errors import N_, Invalid
from pbxcore.http_client import is_public

if TYPE_CHECKING:
    from collections.abc import Iterable

    from engage.people.model import AgentSeat

ENDPOINT_LIMIT = 1_000
BODY_LIMIT = 200
TITLE_LIMIT = 100
MESSAGE_LIFE_MS = DAY_MS
INQUIRY_LIFE_MS = 10 * 60_000
FIRST_DELAY_MS, LONGEST_DELAY_MS = 10_000, 3_600_000
UNREACHABLE = N_("This address cannot be used for push messages.")
BAD_KEY = N_("This key cannot be used for push messages.")


@dataclass(frozen=True, slots=True)
class Subscription:
    """One browser of somebody: where its push service is, and the keys to encrypt for it."""

    id: str
    who: str
    endpoint: str
    p256dh: bytes
    auth: bytes


@dataclass(frozen=True, slots=True)
class News:
    """What a push message says. News of the same tag replace each other."""

    title: str
    body: str
    tag: str
    path: str

    def encoded(self) -> str:
        """As the service worker reads it (`widgets/src/worker/rules.ts`)."""
        told = {
            "title": self.title[:TITLE_LIMIT],
            "body": self.body[:BODY_LIMIT],
            "tag": self.tag,
            "path": self.path,
        }
        return json.dumps(told, ensure_ascii=False, separators=(",", ":"))


@dataclass(frozen=True, slots=True)
class Outgoing:
    """A push message on its way; `seq` says which message it tells of. Moments are ms UTC."""

    id: str
    subscription: Subscription
    payload: str
    tries: int
    expires_at_ms: int
    conversation_id: str
    seq: int | None


class Fate(Enum):
    """What a push service's answer means (RFC 8030, 5 and 7.3)."""

    SENT = "sent"
    GONE = "gone"  # the browser is no longer subscribed
    AGAIN = "again"
    REFUSED = "refused"


class Correspondents(Protocol):
    """Who is still with us, and what they are called."""

    def name_of(self, number: str) -> str | None:
        """The name behind a number; None when there is no such extension."""
        ...

    def agents_of(self, kind: str, values: Iterable[str]) -> list[AgentSeat]:
        """The people at these extensions, with their languages."""
        ...


def check_endpoint(endpoint: str, *, private: bool = False) -> str:
    """Take a push service's address: HTTPS, of somebody else's network.

    What a name resolves to is looked at when something is sent.

    Args:
        endpoint: as the browser gave it.
        private: whether private addresses are taken (tests have their push service there).

    Raises:
        Invalid: it could lead elsewhere than to a push service.
    """
    try:
        parts = urlsplit(endpoint)
        port = parts.port
    except ValueError:
        raise Invalid({"endpoint": UNREACHABLE}) from None
    right = (
        len(endpoint) <= ENDPOINT_LIMIT
        and endpoint.isascii()
        and endpoint.isprintable()
        and " " not in endpoint
        and parts.scheme == "https"
        and bool(parts.hostname)
        and "@" not in parts.netloc
        and (private or port in (None, 443))
        and (private or is_public(parts.hostname or ""))
    )
    if not right:
        raise Invalid({"endpoint": UNREACHABLE})
    return endpoint


def decode_key(text: str, length: int, field: str) -> bytes:
    """A key as browsers write it (base64url without padding).

    Raises:
        Invalid: it is something else, or of another length.
    """
    try:
        key = base64.urlsafe_b64decode(text + "=" * (-len(text) % 4))
    except (ValueError, binascii.Error):
        raise Invalid({field: BAD_KEY}) from None
    if len(key) != length:
        raise Invalid({field: BAD_KEY})
    return key


def fate(status: int) -> Fate:
    """What to do after an answer."""
    if 200 <= status < 300:
        return Fate.SENT
    if status in (404, 410):
        return Fate.GONE
    if status == 429 or status >= 500:
        return Fate.AGAIN
    return Fate.REFUSED


def delay_ms(tries: int, retry_after_s: int | None) -> int:
    """How long to wait after so many attempts; the push service may ask for longer."""
    planned = min(FIRST_DELAY_MS << min(tries, 12), LONGEST_DELAY_MS)
    return max(planned, min((retry_after_s or 0) * 1000, LONGEST_DELAY_MS))
