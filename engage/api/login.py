"""Challenges and what answers them, without I/O: each is good for one login, and briefly."""

from __future__ import annotations

import hashlib
import hmac
from collections import OrderedDict, deque
from dataclasses import dataclass, field

CHALLENGE_DIGITS = 16
LIVES_MS = 60_000
MOST_OPEN = 32
"""Open challenges of one user name at one address: clients may share both."""
MOST_SUBJECTS = 20_000
"""Beyond it the longest unused are forgotten: whoever asked for them asks again."""


def token_for(challenge: str, password: str) -> str:
    """What a client sends to show that it knows the password: MD5 is the protocol's choice."""
    return hashlib.md5(f"{challenge}{password}".encode(), usedforsecurity=False).hexdigest()


@dataclass(slots=True)
class _Open:
    challenge: str
    until_ms: int


@dataclass(slots=True)
class Challenges:
    """The open challenges, by user name and address; names need not exist."""

    _open: OrderedDict[tuple[str, str], deque[_Open]] = field(default_factory=OrderedDict)

    def put(self, user: str, address: str, challenge: str, now_ms: int) -> None:
        """Remember a challenge just given."""
        key = user, address
        waiting = self._open.setdefault(key, deque(maxlen=MOST_OPEN))
        waiting.append(_Open(challenge, now_ms + LIVES_MS))
        self._open.move_to_end(key)
        while len(self._open) > MOST_SUBJECTS:
            self._open.popitem(last=False)

    def answered(self, user: str, address: str, token: str, password: str, now_ms: int) -> bool:
        """Whether the token answers an open challenge, which is then used up.

        A wrong token uses up the oldest: no challenge can be tried twice. All are compared, and
        each in constant time, so that the time taken tells nothing.
        """
        waiting = self._open.get((user, address), deque())
        while waiting and waiting[0].until_ms <= now_ms:
            waiting.popleft()
        given = token.strip().lower().encode("utf-8", "replace")
        found: _Open | None = None
        for each in waiting:
            if hmac.compare_digest(token_for(each.challenge, password).encode(), given):
                found = each
        if waiting:
            waiting.remove(found or waiting[0])
        if not waiting:
            self._open.pop((user, address), None)
        return found is not None
