"""Permitted addresses: networks in every spelling, and host names by what they resolve to now."""

from __future__ import annotations

import asyncio
from contextlib import suppress

import pytest
from hypothesis import given
from hypothesis import strategies as st

from engage.api.permitted import (
    FRESH_S,
    NotPermissible,
    Permitted,
    SystemNames,
    entry_of,
    permits,
    plain,
)


class Zone:
    """A name server of one name; counts what it is asked."""

    def __init__(self, *addresses: str) -> None:
        self.addresses, self.asked = addresses, 0

    def __call__(self, name: str) -> tuple[str, ...]:
        self.asked += 1
        if name != "client.example" or not self.addresses:
            raise OSError("no such name")
        return self.addresses


class Clock:
    now = 0.0

    def __call__(self) -> float:
        return self.now


async def allowed(entries: list[str], address: str, zone: Zone | None = None) -> bool:
    names = SystemNames(zone or Zone())
    try:
        return await permits(Permitted.of(entries), address, names)
    finally:
        names.close()


async def test_empty_list_permits_everyone() -> None:
    assert await allowed([], "203.0.113.9")


@pytest.mark.parametrize(
    ("entry", "inside", "outside"),
    [
        ("198.51.100.7", "198.51.100.7", "198.51.100.8"),
        ("198.51.100.7/255.255.255.255", "198.51.100.7", "198.51.100.8"),
        ("198.51.100.7/255.255.255.0", "198.51.100.200", "198.51.101.7"),
        ("10.0.0.0/8", "10.250.0.1", "11.0.0.1"),
        ("2001:db8::/32", "2001:db8:7::1", "2001:db9::1"),
        ("198.51.100.7", "::ffff:198.51.100.7", "::ffff:198.51.100.8"),
    ],
)
async def test_networks_permit_what_is_inside(entry: str, inside: str, outside: str) -> None:
    assert await allowed([entry], inside)
    assert not await allowed([entry], outside)


async def test_what_is_no_address_is_permitted_by_no_list() -> None:
    assert not await allowed(["0.0.0.0/0"], "")
    assert not await allowed(["0.0.0.0/0"], "unix:")


async def test_name_permits_every_address_it_has() -> None:
    zone = Zone("192.0.2.1", "2001:db8::1")
    for address in ("192.0.2.1", "2001:db8::1", "::ffff:192.0.2.1"):
        assert await allowed(["Client.Example."], address, zone)
    assert not await allowed(["client.example"], "192.0.2.2", zone)


async def test_name_that_does_not_resolve_permits_nobody() -> None:
    assert not await allowed(["client.example"], "192.0.2.1")


async def test_changed_record_counts_within_seconds() -> None:
    zone, clock = Zone("192.0.2.1"), Clock()
    names = SystemNames(zone, clock)
    permitted = Permitted.of(["client.example"])
    assert await permits(permitted, "192.0.2.1", names)
    zone.addresses = ("192.0.2.2",)
    clock.now += FRESH_S
    assert not await permits(permitted, "192.0.2.1", names)
    assert await permits(permitted, "192.0.2.2", names)
    zone.addresses = ()
    clock.now += FRESH_S
    assert not await permits(permitted, "192.0.2.2", names)
    names.close()


async def test_many_requests_at_once_ask_once() -> None:
    zone = Zone("192.0.2.1")
    names = SystemNames(zone, Clock())
    found = await asyncio.gather(*(names.addresses("client.example") for _ in range(50)))
    assert {str(each) for addresses in found for each in addresses} == {"192.0.2.1"}
    assert zone.asked == 1
    names.close()


@pytest.mark.parametrize(
    "entry",
    ["", " ", "300.1.1.1", "10.0.0.0/33", "10.0.0.0/255.0.255.0", "a b", "-x.example", "x..y",
     "http://client.example", "*.example", "client.example/24", "1.2.3", "::1::", "a" * 300],
)  # fmt: skip
def test_what_is_neither_network_nor_name_is_refused(entry: str) -> None:
    with pytest.raises(NotPermissible):
        entry_of(entry)


@given(st.text())
def test_no_entry_and_no_address_raises_anything_else(text: str) -> None:
    plain(text)
    with suppress(NotPermissible):
        entry_of(text)
