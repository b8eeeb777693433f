"""Who is seen to call: by codes before a number, and as inbound routes make it."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from pbxcore.calls.party import Origin
from pbxcore.calls.planning import Planning
from pbxcore.dialplan.plan import InboundRoute, Place, Plan
from pbxcore.directory import Directory, Snapshot, Trunk
from pbxcore.domain_settings import DomainSettings
from pbxcore.sip.identity import HIDDEN, Caller

NOON = datetime(2026, 1, 5, 12, tzinfo=UTC)


@pytest.mark.parametrize(
    ("number", "dialled", "private", "called"),
    [
        ("1000", "*675551000", True, "5551000"),
        ("1000", "*671001", True, "1001"),
        ("1000", "1001", False, "1001"),
        ("1000", "*67", False, "*67"),
        ("", "*675551000", False, "*675551000"),
    ],
)
def test_a_caller_is_hidden_where_he_dials_the_code(
    number: str, dialled: str, *, private: bool, called: str
) -> None:
    planning = Planning(Directory(Snapshot(1, DomainSettings(), ())), lambda: NOON)
    origin, found = planning.seen(Origin(Caller(b"sip:1000@pbx"), number), dialled)
    assert (origin.caller.private, found) == (private, called)


def test_a_caller_whose_phone_hides_him_is_seen_where_he_dials_the_other() -> None:
    planning = Planning(Directory(Snapshot(1, DomainSettings(), ())), lambda: NOON)
    hidden = Origin(Caller(b"sip:1000@pbx", privacy=HIDDEN), "1000")
    origin, found = planning.seen(hidden, "*825551000")
    assert (origin.caller.private, found) == (False, "5551000")


@pytest.mark.parametrize(
    ("told", "made"),
    [
        (b"sip:5551000@provider;user=phone", b"sip:95551000@provider"),
        (b"tel:+5551000", b"sip:95551000@localhost"),
        (b"sip:provider", b"sip:95551000@provider"),
    ],
)
def test_a_caller_whose_number_a_route_changes_keeps_an_address(told: bytes, made: bytes) -> None:
    route = InboundRoute("i", "In", ("t",), Place("extension", "1001"), number_set="95551000")
    trunks = (Trunk("t", "City", "provider"),)
    directory = Directory(Snapshot(1, DomainSettings(), (), trunks, plan=Plan(inbound=(route,))))
    origin = Origin(Caller(told), trunk="t", shown="5551000")
    assert Planning(directory, lambda: NOON).aim(origin, "030").origin.caller.uri == made
