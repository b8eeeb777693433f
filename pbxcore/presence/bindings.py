"""Bindings as values, and what keeps them over a restart."""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol

import msgspec

if TYPE_CHECKING:
    from collections.abc import Iterable


class StoredBinding(msgspec.Struct, frozen=True):
    """One contact of one extension (RFC 3261 §10.3), complete enough to outlive the process.

    `source` is where the REGISTER came from and `local` where it arrived, both as `host:port`;
    `q_milli` is the q value in thousandths; moments are milliseconds UTC.
    """

    number: str
    contact: str
    call_id: str
    cseq: int
    q_milli: int
    user_agent: str
    source: str
    local: str
    transport: str
    registered_at_ms: int
    expires_at_ms: int


class BindingStore(Protocol):
    """Keeps bindings over a restart. Called inside the signalling loop: neither method may wait."""

    def load(self) -> Iterable[StoredBinding]:
        """Give back what was saved; read once, at start. The PBX drops what has expired."""
        ...

    def save(self, number: str, bindings: tuple[StoredBinding, ...]) -> None:
        """Remember that these are now all the bindings of `number`; none removes it."""
        ...
