"""Sessions of programs, in memory: a program whose cookie is not known signs in again."""

from __future__ import annotations

import hashlib
import secrets
from collections import OrderedDict
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from engage.identifiers import Clock

IDLE_MS = 600_000
COOKIE_DIGITS = 30
MOST = 5_000


@dataclass(slots=True)
class ApiSession:
    """One login. `reports_to` is where the program would like reports; none are sent."""

    user_id: str
    user: str
    address: str
    reports_to: str
    expires_at_ms: int


class ApiSessions:
    """Every accepted request lets a session live for ten minutes more."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._sessions: OrderedDict[bytes, ApiSession] = OrderedDict()  # least lately used first

    def begin(self, user_id: str, user: str, address: str, reports_to: str = "") -> str:
        """Begin a session; other sessions of the same user stay. Returns its cookie."""
        now = self._clock()
        self._forget(now)
        digits = secrets.randbelow(9 * 10 ** (COOKIE_DIGITS - 1)) + 10 ** (COOKIE_DIGITS - 1)
        cookie = f"sid{digits}-{now // 1000}"
        session = ApiSession(user_id, user, address, reports_to, now + IDLE_MS)
        self._sessions[_key(cookie)] = session
        return cookie

    def of(self, cookie: str) -> ApiSession | None:
        """The session of a cookie, which lives on; None when it is over or never was."""
        key, now = _key(cookie), self._clock()
        session = self._sessions.get(key)
        if session is None or session.expires_at_ms <= now:
            self._sessions.pop(key, None)
            return None
        session.expires_at_ms = now + IDLE_MS
        self._sessions.move_to_end(key)
        return session

    def stands(self, cookie: str) -> bool:
        """Whether the session of a cookie is not over; being asked for lets none live on."""
        session = self._sessions.get(_key(cookie))
        return session is not None and session.expires_at_ms > self._clock()

    def end(self, cookie: str) -> None:
        """End a session."""
        self._sessions.pop(_key(cookie), None)

    def end_of(self, user_id: str) -> None:
        """End all sessions of a user."""
        ended = [key for key, each in self._sessions.items() if each.user_id == user_id]
        for key in ended:
            del self._sessions[key]

    def count(self, user_id: str) -> int:
        """How many sessions of a user stand."""
        self._forget(self._clock())
        return sum(each.user_id == user_id for each in self._sessions.values())

    def _forget(self, now: int) -> None:
        while self._sessions:
            key, oldest = next(iter(self._sessions.items()))
            if oldest.expires_at_ms > now and len(self._sessions) < MOST:
                break
            del self._sessions[key]


def _key(cookie: str) -> bytes:
    """Kept as a hash, so that neither memory nor the time of a look-up gives a cookie away."""
    return hashlib.sha256(cookie.encode("utf-8", "replace")).digest()
