"""The narrow port through which the hub reaches people's connections."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Protocol

if TYPE_CHECKING:
    from collections.abc import Iterable


class Delivery(Protocol):
    """Whatever holds the open connections; `engage.web.sockets` in the product."""

    def send(self, whos: Iterable[str], name: str, payload: dict[str, Any]) -> None:
        """Send to every connection of each; encodes once, never blocks, may lose."""

    def connections(self, who: str) -> int:
        """How many connections of this participant are open."""
