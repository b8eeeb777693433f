"""Codes before a number that say whether the caller is seen there."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from pbxcore.calls.party import Origin
from pbxcore.calls.planning import Planning
from pbxcore.directory import Directory, DomainSettings, Snapshot
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
