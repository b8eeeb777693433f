"""Short-lived credentials of browsers that are signed in: made without memory, judged without it.

The name says whose they are, for which device and until when; the password is its keyed hash. Who
holds the key can make them, and the PBX can judge them while whoever made them is away. They are
taken on WebSocket alone.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
import re
from typing import TYPE_CHECKING, Final, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Callable

KEY_PURPOSE: Final = "sip devices"
"""What whoever derives the key from a secret derives it for."""
TRANSPORTS: Final = frozenset({"ws", "wss"})
_NAME: Final = re.compile(r"([^~]{1,64})~([0-9a-f]{16})~([0-9a-f]{8,12})")
_MOST_REVOKED: Final = 10_000


class Device(NamedTuple):
    """What a name says: `tag` tells an extension's browsers apart; `expires_at` is seconds UTC."""

    number: str
    tag: str
    expires_at: int


def device_tag(session: str) -> str:
    """The tag of a session's browser; the session cannot be found out by it."""
    return hashlib.blake2b(session.encode(), digest_size=8).hexdigest()


def name_of(device: Device) -> str:
    """The name to sign in with."""
    return f"{device.number}~{device.tag}~{device.expires_at:08x}"


def device_of(name: str) -> Device | None:
    """The device that a name says; None for a name of another kind."""
    match = _NAME.fullmatch(name)
    return None if match is None else Device(match[1], match[2], int(match[3], 16))


def password_of(key: bytes, name: str) -> str:
    """The password that goes with a name."""
    return base64.urlsafe_b64encode(hmac.digest(key, name.encode(), "sha256")[:24]).decode()


class Devices:
    """Judges names that browsers sign in with.

    Args:
        key: what passwords are made with; none: no device has one.
        clock: seconds UTC.
    """

    def __init__(self, key: bytes, clock: Callable[[], float]) -> None:
        self._key, self._clock = key, clock
        self._revoked: dict[str, float] = {}

    def signing_in(self, name: str, transport: str) -> tuple[Device, str] | None:
        """The device and its password; None for whatever may not sign in this way now."""
        if transport not in TRANSPORTS or not self._key:
            return None
        device = device_of(name)
        if device is None or device.expires_at <= self._clock() or device.tag in self._revoked:
            return None
        return device, password_of(self._key, name)

    def revoke(self, tag: str, until: float) -> None:
        """Take no credentials of this device until then, when the last ones have expired."""
        now = self._clock()
        if len(self._revoked) >= _MOST_REVOKED:
            self._revoked = {each: end for each, end in self._revoked.items() if end > now}
        self._revoked[tag] = until
