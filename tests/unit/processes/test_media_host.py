"""Where media are received."""

from __future__ import annotations

import pytest

from engage.processes.plan import Plan

EVERYWHERE = "0.0.0.0"  # noqa: S104 - compared with, not bound to


@pytest.mark.parametrize(
    ("listeners", "host"),
    [
        ({}, "127.0.0.1"),
        ({"http": "127.0.0.1", "sip": "127.0.0.1"}, "127.0.0.1"),
        ({"http": "127.0.0.1", "https": EVERYWHERE, "sip": EVERYWHERE}, EVERYWHERE),
        ({"https": EVERYWHERE, "sip": "127.0.0.1"}, EVERYWHERE),
        ({"https": "::", "sip": EVERYWHERE}, "::"),
        ({"https": "192.0.2.5", "sip": "192.0.2.5"}, "192.0.2.5"),
    ],
)
def test_media_are_received_wherever_somebody_may_come_from(
    listeners: dict[str, str], host: str
) -> None:
    plan = Plan(
        data="",
        settings={},
        listeners={name: (at, 5000) for name, at in listeners.items()},
        rtp=(10_000, 20_000),
        began_s=0.0,
    )
    assert plan.media_host == host
