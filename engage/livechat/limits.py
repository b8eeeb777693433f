"""How fast strangers may start chats and write."""

from __future__ import annotations

import math
from ipaddress import IPv4Network, IPv6Network, ip_address, ip_network
from typing import TYPE_CHECKING, Annotated, NamedTuple

from pydantic import BaseModel, ConfigDict, Field

from engage.errors import N_, TooMany
from engage.system.networks import Networks
from pbxcore.rate_limit import Rate, RateLimits

if TYPE_CHECKING:
    from collections.abc import Callable

    from engage.identifiers import Clock

Network = IPv4Network | IPv6Network
LOOPBACK: tuple[Network, ...] = (ip_network("127.0.0.0/8"), ip_network("::1/128"))
MOST_SUBJECTS = 50_000
"""Addresses and conversations that are counted at once."""
PAGES = Rate.spread(120, 60.0)
"""So many tellings of pages behind one address: an office has many."""


class Limits(NamedTuple):
    """The rates of one installation. Networks in `exempt` are not counted at all."""

    new_chats: Rate = Rate.spread(30, 60.0)  # per address and widget
    messages: Rate = Rate.spread(60, 60.0)  # per address and widget
    conversation: Rate = Rate.spread(20, 60.0)  # per conversation
    burst: Rate = Rate.spread(5, 1.0)  # per conversation
    calls: Rate = Rate.spread(5, 600.0)  # per address and widget
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
            new_chats=Rate.spread(self.new_chats_per_min, 60.0),
            messages=Rate.spread(self.messages_per_min, 60.0),
            calls=Rate.spread(self.calls_per_10_min, 600.0),
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


class Throttle:
    """The limits applied: whom a request of a visitor is counted for."""

    def __init__(self, limits: Callable[[], Limits], clock: Clock) -> None:
        """`limits` are asked for each time: they may be changed meanwhile."""
        self._limits, self._clock = limits, clock
        self._taken = RateLimits(MOST_SUBJECTS)

    def new_chat(self, livechat_id: str, address: str) -> None:
        """Count a new chat.

        Raises:
            TooMany: too many from this address in this live chat.
        """
        limits = self._limits()
        self._count(limits, address, (f"chat {livechat_id}", limits.new_chats))

    def message(self, livechat_id: str, address: str, conversation_id: str) -> None:
        """Count a visitor's message.

        Raises:
            TooMany: too many in this conversation, or from this address in this live chat.
        """
        limits = self._limits()
        self._count(
            limits,
            address,
            (f"message {livechat_id}", limits.messages),
            (f"conversation {conversation_id}", limits.conversation),
            (f"burst {conversation_id}", limits.burst),
        )

    def call(self, livechat_id: str, address: str) -> None:
        """Count a visitor's call.

        Raises:
            TooMany: too many from this address in this live chat.
        """
        limits = self._limits()
        self._count(limits, address, (f"call {livechat_id}", limits.calls))

    def page(self, livechat_id: str, address: str) -> None:
        """Count what a page of the web site tells of itself.

        Raises:
            TooMany: too many from this address in this live chat.
        """
        self._count(self._limits(), address, (f"page {livechat_id}", PAGES))

    def _count(
        self, limits: Limits, address: str, from_address: tuple[str, Rate], *more: tuple[str, Rate]
    ) -> None:
        """Count one for the address and for what else it counts for, or for none of them."""
        if not limits.counts(address):
            return
        subject, rate = from_address
        wanted = [(f"{subject} {network_of(address)}", rate), *more]
        if wait_s := self._taken.take_all(wanted, self._clock() / 1000):
            raise TooMany(retry_after_s=max(1, math.ceil(wait_s)))
