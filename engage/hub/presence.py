"""Who can be reached: from open sockets and registered phones, with grace for short absences."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, Any

from engage.hub.events import PresenceChanged

if TYPE_CHECKING:
    from engage.events import Events
    from engage.hub.delivery import Delivery

GRACE_S = 60.0
"""A reload, a tunnel or a sleeping tab is not an absence (seconds)."""


class Presence:
    """Presence of extensions: not stored, told as changes to whoever is connected.

    `available`: a Wave connection is open, or was within the grace. `away`: only a phone is
    registered. `offline`: neither.
    """

    def __init__(self, delivery: Delivery, events: Events, *, grace_s: float = GRACE_S) -> None:
        self._delivery, self._events, self._grace_s = delivery, events, grace_s
        self._connections: dict[str, int] = {}
        self._leaving: dict[str, asyncio.TimerHandle] = {}
        self._devices: dict[str, int] = {}
        self._told: dict[str, str] = {}

    def connected(self, who: str) -> None:
        """A connection of this participant was opened."""
        number = _number(who)
        if number is None:
            return
        self._connections[number] = self._connections.get(number, 0) + 1
        if (timer := self._leaving.pop(number, None)) is not None:
            timer.cancel()
        self._tell(number)

    def disconnected(self, who: str) -> None:
        """A connection of this participant was closed; the last one starts the grace."""
        number = _number(who)
        if number is None or number not in self._connections:
            return
        self._connections[number] -= 1
        if self._connections[number] == 0:
            del self._connections[number]
            loop = asyncio.get_running_loop()
            self._leaving[number] = loop.call_later(self._grace_s, self._left, number)

    def devices(self, number: str, count: int) -> None:
        """So many phones of this extension are registered now."""
        if count:
            self._devices[number] = count
        else:
            self._devices.pop(number, None)
        self._tell(number)

    def state(self, number: str) -> str:
        """`available`, `away` or `offline`."""
        if number in self._connections or number in self._leaving:
            return "available"
        return "away" if number in self._devices else "offline"

    def phones(self, number: str) -> int:
        """How many phones of this extension are registered."""
        return self._devices.get(number, 0)

    def stop(self) -> None:
        """Forget the timers."""
        for timer in self._leaving.values():
            timer.cancel()
        self._leaving.clear()

    def _left(self, number: str) -> None:
        del self._leaving[number]
        self._tell(number)

    def _tell(self, number: str) -> None:
        state = self.state(number)
        if self._told.get(number, "offline") == state:
            return
        self._told[number] = state
        payload: dict[str, Any] = {"who": f"user:{number}", "number": number, "state": state}
        everyone = [f"user:{each}" for each in self._connections]
        self._delivery.send(everyone, "presence", payload)
        self._events.publish(PresenceChanged(number, state))


def _number(who: str) -> str | None:
    kind, _, number = who.partition(":")
    return number if kind == "user" else None
