"""What the supervisor is told by the command line and hands to each part: plain values."""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

PARTS = ("web", "pbx", "media")
STATUS_FILE = "status.json"  # in the run folder: what the supervisor tells of itself


@dataclass(frozen=True, slots=True)
class Plan:
    """One server: its folder, where it listens, and the settings for the part that reads them all.

    `listeners` maps `http`, `https`, `sip` and `sips` to host and port; the `optional` ones were
    not asked for and may be missing. `notices` are lines for the start.
    `began_s` is when the command began, in seconds on the clock that counts from boot.
    """

    data: str
    settings: dict[str, Any] = field(repr=False)
    listeners: dict[str, tuple[str, int]]
    rtp: tuple[int, int]
    began_s: float
    secret_key: str | None = field(default=None, repr=False)
    notices: tuple[str, ...] = ()
    optional: tuple[str, ...] = ()

    @property
    def run(self) -> Path:
        """The folder of the server's own sockets."""
        return Path(self.data) / "run"

    @property
    def media_host(self) -> str:
        """Where media are received: the one address that all listeners have, else every one.

        A browser reaches media where it reaches the page, which may be another address than that
        of SIP.
        """
        hosts = {host for host, _ in self.listeners.values()}
        if len(hosts) <= 1:
            return next(iter(hosts), "127.0.0.1")
        return "::" if any(":" in host for host in hosts) else "0.0.0.0"  # noqa: S104 - as its listeners


@dataclass(frozen=True, slots=True)
class Handover:
    """A part's share: the plan and inherited descriptors (`http`, `sip-udp`, …)."""

    part: str
    plan: Plan
    descriptors: dict[str, int]
    supervisor: int


def dump(value: Plan | Handover) -> bytes:
    """One line that `load_plan` or `load_handover` reads."""
    return json.dumps(asdict(value)).encode() + b"\n"


def load_plan(line: bytes) -> Plan:
    """What `dump` made of a plan."""
    return _plan(json.loads(line))


def load_handover(line: bytes) -> Handover:
    """What `dump` made of a handover."""
    values = json.loads(line)
    return Handover(**values | {"plan": _plan(values["plan"])})


def _plan(values: dict[str, Any]) -> Plan:
    low, high = values["rtp"]
    return Plan(
        **values
        | {
            "listeners": {name: (host, port) for name, (host, port) in values["listeners"].items()},
            "rtp": (low, high),
            "notices": tuple(values["notices"]),
            "optional": tuple(values["optional"]),
        }
    )
