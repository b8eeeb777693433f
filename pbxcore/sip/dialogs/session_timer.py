"""Session timers: a call whose other end is gone does not last for ever (RFC 4028).

One machine per dialog. Who sends an INVITE or UPDATE asks with `request_lines`; who answers one
decides with `answer`; both then know who refreshes and when the session is over.
"""

from __future__ import annotations

import enum
from typing import TYPE_CHECKING, Final

from pbxcore.errors import RemoteProtocolError
from pbxcore.sip.headers.option_tags import supports
from pbxcore.sip.headers.session_timer import (
    SHORTEST_S,
    SessionExpires,
    parse_session_expires,
    read_min_se,
    read_session_expires,
)

if TYPE_CHECKING:
    from pbxcore.sip.message import Request, Response

OPTION: Final = b"timer"
USUAL_S: Final = 1800
_MOST_RAISED: Final = 5
"""So often a peer may find an interval too small: one that always does is not asked for ever."""
_LEAST_S: Final = 10
"""A 2xx may name less than the standard's floor and is followed, but not into a flood."""


class Due(enum.Enum):
    """What a passed deadline asks for."""

    REFRESH = enum.auto()
    """Send UPDATE, or a re-INVITE to a peer without UPDATE (§7.4)."""
    EXPIRED = enum.auto()
    """The session is over: send BYE (§10)."""


class SessionTimer:
    """The timer of one session.

    Args:
        wanted_s: the interval we ask for; 0: we only follow what others want.
        shortest_s: our Min-SE.
    """

    __slots__ = (
        "_ends_at",
        "_interval_s",
        "_raised",
        "_refresh_at",
        "_shortest_s",
        "_wanted_s",
        "refreshing",
    )

    def __init__(self, wanted_s: int = USUAL_S, shortest_s: int = SHORTEST_S) -> None:
        self._shortest_s = max(shortest_s, SHORTEST_S)
        self._wanted_s = max(wanted_s, self._shortest_s) if wanted_s else 0
        self._interval_s = self._raised = 0
        self._refresh_at = self._ends_at = 0.0
        self.refreshing = False
        """Whether it is us who refreshes."""

    @property
    def interval_s(self) -> int:
        """Seconds of the session, 0 when it has no timer."""
        return self._interval_s

    @property
    def deadline(self) -> float | None:
        """When a refresh or the end is due."""
        if not self._interval_s:
            return None
        return self._refresh_at if self.refreshing else self._ends_at

    def request_lines(self) -> list[bytes]:
        """The lines of our INVITE or UPDATE (§7.1, §7.4); a refresh keeps the roles."""
        interval_s = self._interval_s or self._wanted_s
        if not interval_s:
            return []
        role = b""
        if self._interval_s:
            role = b";refresher=uac" if self.refreshing else b";refresher=uas"
        lines = [b"Session-Expires: %d%b" % (max(interval_s, self._shortest_s), role)]
        if self._shortest_s > SHORTEST_S:
            lines.append(b"Min-SE: %d" % self._shortest_s)
        return lines

    def too_small(self, response: Response) -> bool:
        """Take a 422; whether asking again makes sense (§7.3)."""
        value = read_min_se(response)
        if value <= self._shortest_s and value <= (self._interval_s or self._wanted_s):
            return False
        self._raised += 1
        if self._raised > _MOST_RAISED:
            return False
        self._shortest_s = max(value, self._shortest_s)
        self._wanted_s = max(value, self._wanted_s)
        if self._interval_s:
            self._interval_s = max(value, self._interval_s)
        return True

    def answer(self, request: Request) -> list[bytes]:
        """Decide as the one who is asked: the lines of the 2xx (§9). `start` makes it count.

        Raises:
            RemoteProtocolError: 422 with Min-SE: the interval is too small; 400: it is malformed.
        """
        asked = read_session_expires(request)
        understands = supports(request, OPTION)
        if asked is not None and asked.interval < self._shortest_s:
            if understands:
                raise RemoteProtocolError(422, "", (b"Min-SE: %d" % self._shortest_s,))
            # A proxy asked for a client that would not understand a 422: no refusal, no raise (§9).
            asked = SessionExpires(max(asked.interval, SHORTEST_S))
        seconds = _granted(asked, self._wanted_s, max(self._shortest_s, read_min_se(request)))
        if not seconds:
            return []
        role = b"uas" if not understands else (asked.refresher if asked else None) or b"uac"
        lines = [b"Session-Expires: %d;refresher=%b" % (seconds, role)]
        # Table 2: the client must know that it is the one who refreshes.
        return [b"Require: " + OPTION, *lines] if role == b"uac" else lines

    def start(self, lines: list[bytes], now: float) -> None:
        """Our 2xx with these lines went out."""
        value = next((e[16:] for e in lines if e.lower().startswith(b"session-expires:")), None)
        interval = None if value is None else parse_session_expires(value.strip())
        self._set(interval, b"uas", now)

    def accepted(self, response: Response, now: float) -> None:
        """A 2xx to our INVITE or UPDATE came: without Session-Expires there is no timer (§7.2).

        Raises:
            RemoteProtocolError: 400: Session-Expires is malformed.
        """
        self._set(read_session_expires(response), b"uac", now)

    def tick(self, now: float) -> Due | None:
        """Let time pass."""
        deadline = self.deadline
        if deadline is None or now < deadline:
            return None
        if self.refreshing and now < self._ends_at:
            self._refresh_at = self._ends_at  # no answer until then ends it
            return Due.REFRESH
        self._interval_s = 0
        return Due.EXPIRED

    def stop(self) -> None:
        """The session has ended."""
        self._interval_s = 0

    def _set(self, interval: SessionExpires | None, our_role: bytes, now: float) -> None:
        if interval is None:
            self._interval_s = 0
            return
        seconds = self._interval_s = max(interval.interval, _LEAST_S)
        self.refreshing = (interval.refresher or b"uac") == our_role
        self._refresh_at = now + seconds / 2
        # The other side waits for the refresh a little less than it could (§10).
        margin = 0.0 if self.refreshing else min(32.0, seconds / 3)
        self._ends_at = now + seconds - margin


def _granted(asked: SessionExpires | None, wanted_s: int, shortest_s: int) -> int:
    """We may shorten what is asked, not below anybody's minimum, and never lengthen it (§9)."""
    if asked is None:
        return max(wanted_s, shortest_s) if wanted_s else 0
    return max(min(asked.interval, wanted_s or asked.interval), min(shortest_s, asked.interval))
