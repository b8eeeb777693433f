"""One message for several phones: which answer counts (RFC 3261 §16.7)."""

from __future__ import annotations

from typing import Final

# Within 4xx these say more to the caller than the others (§16.7, step 6).
_TELLING: Final = (415, 420, 484)


class Fork:
    """Gathers the answers of several phones: the first 2xx wins, else the best of all."""

    def __init__(self, branches: int) -> None:
        self._missing = branches
        self._answers: list[tuple[int, str]] = []
        self._decided = False

    def receive(self, status: int, reason: str) -> tuple[int, str] | None:
        """Take one phone's final answer; the outcome comes out once."""
        self._missing -= 1
        if self._decided:
            return None
        self._answers.append((status, reason))
        if 200 <= status < 300:
            self._decided = True
            return status, reason
        if self._missing:
            return None
        self._decided = True
        return min(self._answers, key=_rank)


def _rank(answer: tuple[int, str]) -> tuple[int, int]:
    """Order of preference: 6xx, then the lowest class; silence and broken connections last."""
    status = answer[0]
    if status in (408, 503):
        return 9, status
    if status >= 600:
        return 0, status
    return status // 100, 0 if status in _TELLING else status
