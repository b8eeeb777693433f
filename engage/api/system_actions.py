"""getSystemStatus, getSystemGeneralStatus, applyChanges."""

from __future__ import annotations

import asyncio
import time
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any, Protocol

from engage.api.status import Refused, Status
from engage.errors import N_
from engage.web.version import version

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from datetime import tzinfo

    from engage.api.actions import Caller, Handler, Parameters
    from engage.identifiers import Clock

PROTOCOL_LEVEL = "1.0.23.17"
"""Which level of the protocol programs may expect; they read it from `base-version`."""
PART_NUMBER = "0000000001A"
MODEL = "Engage"
APPLIED_WITHIN_S, LOOK_EVERY_S = 8.0, 0.1
NOT_APPLIED = N_("The PBX has not confirmed the changes in time.")


class Feed(Protocol):
    """Brings what was changed to the PBX; the telephony's directory feed."""

    async def applied(self) -> bool:
        """Whether the PBX now holds everything that is stored."""
        ...


class SystemActions:
    """What the server is, and when its PBX has taken over what was changed."""

    def __init__(self, feed: Feed, serial: str, clock: Clock, zone: Callable[[], tzinfo]) -> None:
        self._feed, self._serial, self._clock, self._zone = feed, serial, clock, zone
        self._began = time.monotonic()

    @property
    def handlers(self) -> dict[str, Handler]:
        """The actions by their names in lower case."""
        return {
            "getsystemstatus": self.status,
            "getsystemgeneralstatus": self.general_status,
            "applychanges": self.apply,
        }

    async def status(self, _: Caller, __: Parameters) -> Mapping[str, Any]:
        """The clock, and how long the server runs."""
        up_s = time.monotonic() - self._began
        return {
            "serial-number": self._serial,
            "part-number": PART_NUMBER,
            "system-time": moment(self._clock(), self._zone()),
            "up-time": span(up_s),
            "idle-time": span(max(0.0, up_s - time.process_time())),
        }

    async def general_status(self, _: Caller, __: Parameters) -> Mapping[str, Any]:
        """The product and its versions."""
        own = dotted(version())
        major, minor, *_rest = own.split(".")
        parts = ("boot", "core", "prog", "rcvr", "lang", "gswave")
        return {
            "product-model": f"{MODEL}  V{major}.{minor}",
            "base-version": PROTOCOL_LEVEL,
            **{f"{part}-version": own for part in parts},
        }

    async def apply(self, _: Caller, __: Parameters) -> Mapping[str, Any]:
        """Changes are live at once; answer when the PBX has confirmed all of them."""
        await applied(self._feed)
        return {"settings": "0"}


async def applied(feed: Feed) -> None:
    """Wait until the PBX holds everything that is stored.

    Raises:
        Refused: -8: it has not confirmed in time.
    """
    try:
        async with asyncio.timeout(APPLIED_WITHIN_S):
            while True:
                if await feed.applied():
                    return
                await asyncio.sleep(LOOK_EVERY_S)  # the PBX restarts within a second or two
    except TimeoutError:
        raise Refused(Status.TIMEOUT, NOT_APPLIED) from None


def moment(at_ms: int, zone: tzinfo) -> str:
    """`2026-11-24 04:40:00 UTC+01:00`."""
    local = datetime.fromtimestamp(at_ms // 1000, UTC).astimezone(zone)
    offset = local.strftime("%z")
    return f"{local:%Y-%m-%d %H:%M:%S} UTC{offset[:3]}:{offset[3:5]}"


def span(seconds: float) -> str:
    """`03:04:05`, with the days before it when there are any."""
    days, rest = divmod(int(seconds), 86_400)
    clock = f"{rest // 3600:02d}:{rest % 3600 // 60:02d}:{rest % 60:02d}"
    return f"{days} {clock}" if days else clock


def dotted(release: str) -> str:
    """A version as four numbers with dots; what follows a release is left out."""
    numbers = release.replace("-", ".").replace("+", ".").split(".")
    plain = [each for each in numbers[:3] if each.isdigit()]
    return ".".join([*plain, *["0"] * (4 - len(plain))])
