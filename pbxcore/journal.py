"""What the PBX tells: facts as values, in one order, each with a number and a moment.

The journal is the truth of everything that rings or registers; histories, statistics and presence
are projections of it.
"""

from __future__ import annotations

import msgspec


class BindingAdded(msgspec.Struct, frozen=True, tag=True):
    """A device registered, or came back after a restart or under a new address."""

    number: str
    contact: str
    user_agent: str
    source: str
    transport: str
    expires_at_ms: int


class BindingRemoved(msgspec.Struct, frozen=True, tag=True):
    """A device is gone.

    `cause` is `unregistered`, `expired`, `lost` (its connection broke), `replaced` or `removed`;
    `address` is the device's own IP address.
    """

    number: str
    contact: str
    cause: str
    address: str = ""
    user_agent: str = ""


class BindingQualified(msgspec.Struct, frozen=True, tag=True):
    """A registered device does not answer OPTIONS any more, or answers again."""

    number: str
    contact: str
    reachable: bool


class MessageRelayed(msgspec.Struct, frozen=True, tag=True):
    """A phone's MESSAGE was passed to the callee's phones; `status` is what the caller heard."""

    id: str
    sender: str
    recipient: str
    text: str
    status: int


class AddressBanned(msgspec.Struct, frozen=True, tag=True):
    """An address (IPv4, or an IPv6 /64) failed to sign in too often and is shut out.

    `until_ms` is 0 for a ban that only an administrator ends.
    """

    address: str
    until_ms: int
    failures: int


class AddressUnbanned(msgspec.Struct, frozen=True, tag=True):
    """A ban ended. `cause`: `expired`, `removed`, `allowed` (whitelist or switch), `replaced`."""

    address: str
    cause: str


class TrunkChanged(msgspec.Struct, frozen=True, tag=True):
    """A trunk stands differently.

    `state` is `off`, `trying`, `registered`, `rejected`, `unreachable`, or `reachable` for one that
    does not register; `status` is what the registrar said last, 0 for nothing; `server` the
    address and port that answered last.
    """

    id: str
    name: str
    state: str
    status: int
    server: str


Fact = (
    BindingAdded
    | BindingRemoved
    | BindingQualified
    | MessageRelayed
    | TrunkChanged
    | AddressBanned
    | AddressUnbanned
)


class Entry(msgspec.Struct, frozen=True):
    """One line of the journal. `seq` counts from 1 without gaps; `at_ms` is milliseconds UTC."""

    seq: int
    at_ms: int
    fact: Fact
