"""The release notes' own sample of `addSIPAccountAndUser`, with the array closed as an array."""

from __future__ import annotations

from typing import Any


def _record(state: str, **targets: tuple[str, str]) -> dict[str, str]:
    record = {"presence_status": state}
    for case in ("cfu", "cfb", "cfn"):
        kind, target = targets.get(case, ("0", ""))
        record |= {f"{case}_destination_type": kind, f"{case}_timetype": "0", case: target}
    return record


def _unset(state: str) -> dict[str, Any]:
    record: dict[str, Any] = {"presence_status": state}
    for case in ("cfb", "cfn", "cfu"):
        record |= {case: None, f"{case}_timetype": 0, f"{case}_destination_type": "0"}
    return record


PRESENCE_SETTINGS = [
    _record("available", cfu=("1", "6000"), cfn=("5", "6500")),
    _record("away", cfu=("5", "6500")),
    _unset("chat"),
    _record("userdef"),
    _unset("unavailable"),
]
"""Extension 6000 does not exist, queue 6500 does."""

PASSWORD = "Abc123456!"  # noqa: S105 - the published one


def sample(extension: str) -> dict[str, Any]:
    """The sample's parameters for an extension of that number."""
    return {
        "extension": extension,
        "max_contacts": "3",
        "permission": "internal",
        "language": "ch",
        "secret": PASSWORD,
        "vmsecret": PASSWORD,
        "user_password": PASSWORD,
        "wave_privilege_id": "0",
        "presence_settings": PRESENCE_SETTINGS,
    }
