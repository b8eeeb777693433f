"""Networks as people write them: single addresses and CIDR, of both families."""

from __future__ import annotations

from ipaddress import ip_network
from typing import TYPE_CHECKING, Annotated

from pydantic import AfterValidator, Field

from engage.errors import N_, Refused

if TYPE_CHECKING:
    from collections.abc import Iterable

NO_NETWORK = N_("Please enter addresses or networks, such as 192.0.2.7 or 2001:db8::/32.")


def _written_one_way(values: tuple[str, ...]) -> tuple[str, ...]:
    """Each once and in one way, host bits dropped."""
    try:
        found = [ip_network(each.strip(), strict=False) for each in values if each.strip()]
    except ValueError:
        raise Refused(NO_NETWORK) from None
    single = (each.network_address if each.num_addresses == 1 else each for each in found)
    return tuple(dict.fromkeys(map(str, single)))


Networks = Annotated[
    tuple[Annotated[str, Field(max_length=64)], ...], AfterValidator(_written_one_way)
]
"""The type of a setting that holds networks."""


def networks_problem(networks: Iterable[str]) -> str | None:
    """What is wrong with them, None when each is an address or a network."""
    try:
        for each in networks:
            ip_network(each, strict=False)
    except ValueError:
        return N_("Please enter IP addresses or networks such as 192.0.2.0/24.")
    return None
