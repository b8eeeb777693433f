"""How fast strangers may start chats and write: buckets that refill as time is told to them."""

from __future__ import annotations

import math
from collections import OrderedDict
from dataclasses import dataclass, field
from ipaddress import IPv4Network, IPv6Network, ip_address, ip_network
from typing import TYPE_CHECKING, Annotated

from pydantic import BaseModel, ConfigDict, Field

from engage.errors import N_, TooMany
from engage.system.networks import Networks

if TYPE_CHECKING:
    from collections.abc import Callable

    from engage.identifiers import Clock

Network = IPv4Network | IPv6Network
LOOPBACK: tuple[Network, ...] = (ip_network("127.0.0.0/8"), ip_network("::1/128"))


@dataclass(frozen=True, slots=True)
class Rate:
    """So many at once, then as many again spread over `per_ms`."""

    count: int
    per_ms: int


@dataclass(frozen=True, slots=True)
class Limits:
    """The rates of one installation. Networks in `exempt` are not counted at all."""

    new_chats: Rate = Rate(30, 60_000)  # per address and widget
    messages: Rate = Rate(60, 60_000)  # per address and widget
    conversation: Rate = Rate(20, 60_000)  # per conversation
    burst: Rate = Rate(5, 1_000)  # per conversation
    calls: Rate = Rate(5, 600_000)  # per address and widget
    exempt: tuple[Network, ...] = ()

    def counts(self, address: str) -> bool:
        """Tell whether somebody at `address` is limited."""
        try:
            parsed = ip_address(address)
        except ValueError:
            return True
        if parsed.version == 6 and parsed.ipv4_mapped is not None:
            parsed = parsed.ipv4_mapped
        return not any(parsed in network for network in self.exempt)


class LimitSettings(BaseModel):
    """How much one address may ask of one live chat."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    new_chats_per_min: Annotated[int, Field(ge=1, le=10_000)] = Field(
        default=30,
        title=N_("New chats per minute"),
        description=N_("From one address, in one live chat."),
    )
    messages_per_min: Annotated[int, Field(ge=1, le=10_000)] = Field(
        default=60,
        title=N_("Messages per minute"),
        description=N_("From one address, in one live chat."),
    )
    calls_per_10_min: Annotated[int, Field(ge=1, le=1_000)] = Field(
        default=5,
        title=N_("Calls in 10 minutes"),
        description=N_("From one address, in one live chat."),
    )
    exempt_networks: Networks = Field(
        default=(),
        title=N_("Exempt networks"),
        max_length=100,
        description=N_("Addresses that are not limited, such as 192.0.2.0/24 or 2001:db8::/32."),
        json_schema_extra={"control": "hosts"},
    )

    def limits(self, exempt: tuple[Network, ...] = ()) -> Limits:
        """As they are applied; `exempt` networks besides those that are set."""
        return Limits(
            new_chats=Rate(self.new_chats_per_min, 60_000),
            messages=Rate(self.messages_per_min, 60_000),
            calls=Rate(self.calls_per_10_min, 600_000),
            exempt=(*map(ip_network, self.exempt_networks), *exempt),
        )


def network_of(address: str) -> str:
    """Whom a limit counts as one: an IPv4 address, or the /64 an IPv6 subscriber is given."""
    try:
        parsed = ip_address(address)
    except ValueError:
        return address
    if parsed.version == 4:
        return str(parsed)
    if parsed.ipv4_mapped is not None:
        return str(parsed.ipv4_mapped)
    return str(ip_network(f"{parsed}/64", strict=False))


@dataclass(slots=True)
class Buckets:
    """Remembers, per subject and rate, when the next one is due (GCRA); forgets the idle.

    `most` bounds the memory a flood of addresses can take; the longest unused go first.
    """

    most: int = 50_000
    _due: OrderedDict[tuple[str, Rate], float] = field(default_factory=OrderedDict)

    def take(self, wanted: list[tuple[str, Rate]], now_ms: int) -> None:
        """Count one for every subject, or for none.

        Raises:
            TooMany: one of them is used up; tells the whole seconds until there is room.
        """
        after: list[tuple[tuple[str, Rate], float]] = []
        wait_ms = 0.0
        for subject, rate in wanted:
            step = rate.per_ms / rate.count
            due = max(self._due.get((subject, rate), 0.0), now_ms) + step
            wait_ms = max(wait_ms, due - now_ms - rate.per_ms)
            after.append(((subject, rate), due))
        if wait_ms > 0:
            raise TooMany(retry_after_s=max(1, math.ceil(wait_ms / 1000)))
        for key, due in after:
            self._due[key] = due
            self._due.move_to_end(key)
        while len(self._due) > self.most:
            self._due.popitem(last=False)


class Throttle:
    """The limits applied: whom a request of a visitor is counted for."""

    def __init__(
        self, limits: Callable[[], Limits], clock: Clock, buckets: Buckets | None = None
    ) -> None:
        """`limits` are asked for each time: they may be changed meanwhile."""
        self._limits = limits
        self._clock = clock
        self._buckets = buckets or Buckets()

    def new_chat(self, livechat_id: str, address: str) -> None:
        """Count a new chat.

        Raises:
            TooMany: too many from this address in this live chat.
        """
        limits = self._limits()
        if limits.counts(address):
            subject = f"chat {livechat_id} {network_of(address)}"
            self._buckets.take([(subject, limits.new_chats)], self._clock())

    def message(self, livechat_id: str, address: str, conversation_id: str) -> None:
        """Count a visitor's message.

        Raises:
            TooMany: too many in this conversation, or from this address in this live chat.
        """
        limits = self._limits()
        if limits.counts(address):
            subject = f"message {livechat_id} {network_of(address)}"
            wanted = [
                (subject, limits.messages),
                (conversation_id, limits.conversation),
                (conversation_id, limits.burst),
            ]
            self._buckets.take(wanted, self._clock())

    def call(self, livechat_id: str, address: str) -> None:
        """Count a visitor's call.

        Raises:
            TooMany: too many from this address in this live chat.
        """
        limits = self._limits()
        if limits.counts(address):
            subject = f"call {livechat_id} {network_of(address)}"
            self._buckets.take([(subject, limits.calls)], self._clock())
