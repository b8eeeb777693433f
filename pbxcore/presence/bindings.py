"""Bindings as values, and what keeps them over a restart."""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol

import msgspec

if TYPE_CHECKING:
    from collections.abc import Iterable


class StoredBinding(msgspec.Struct, frozen=True, omit_defaults=True, gc=False):
    """One contact of one extension (RFC 3261 §10.3), complete enough to outlive the process.

    `source` is where the REGISTER came from and `local` where it arrived, both as `host:port`;
    `q_milli` is the q value in thousandths; moments are milliseconds UTC.

    `origin` is the phone's own address where a proxy stands between (else nothing: it is that of
    `source`), and `path` what proxies want to be passed on the way to it (RFC 3327). `instance` is
    the device (RFC 5626 §3.1); `reg_id` numbers its flows, 0 without outbound. `flow_bound`: only
    the connection of the REGISTER reaches the phone; `lost_at_ms` tells that it is gone. `device`
    is the tag of a signed-in browser, which is no phone: it has one binding, counted apart. A phone
    that `wakes` by a push service keeps its binding when its connection goes, and has to be woken
    to keep it any longer unless it `refreshes` it by itself (RFC 8599).
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
    origin: str = ""
    path: tuple[str, ...] = ()
    instance: str = ""
    reg_id: int = 0
    flow_bound: bool = False
    lost_at_ms: int = 0
    device: str = ""
    wakes: bool = False
    refreshes: bool = False

    @property
    def phone(self) -> str:
        """What tells one phone of an extension from the other; its flows have it in common."""
        return self.instance if self.reg_id else self.contact

    @property
    def address(self) -> str:
        """The phone's IP address, as far as it is known."""
        return self.origin or self.source.rpartition(":")[0].strip("[]")


class BindingStore(Protocol):
    """Keeps bindings over a restart. Called inside the signalling loop: neither method may wait."""

    def load(self) -> Iterable[StoredBinding]:
        """Give back what was saved; read once, at start. The PBX drops what has expired."""
        ...

    def save(self, number: str, bindings: tuple[StoredBinding, ...]) -> None:
        """Remember that these are now all the bindings of `number`; none removes it."""
        ...


class VolatileBindings:
    """Keeps none: phones register again after a restart."""

    def load(self) -> Iterable[StoredBinding]:
        """None were kept."""
        return ()

    def save(self, number: str, bindings: tuple[StoredBinding, ...]) -> None:
        """Forget them at once."""
