"""What would be sent over sockets, written down."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Iterable


class Sockets:
    """Writes down what would be sent, and says who is connected."""

    def __init__(self) -> None:
        self.sent: list[tuple[str, str, dict[str, Any]]] = []
        self.open: Counter[str] = Counter()

    def send(self, whos: Iterable[str], name: str, payload: dict[str, Any]) -> None:
        self.sent.extend((who, name, payload) for who in whos)

    def connections(self, who: str) -> int:
        return self.open[who]

    def told(self, who: str, name: str) -> list[dict[str, Any]]:
        return [payload for to, what, payload in self.sent if (to, what) == (who, name)]
