"""Who can be reached, on a loop whose time is ours."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from engage.events import Events
from engage.hub.presence import GRACE_S, Presence
from tests.support.virtual_time import VirtualLoop, passes

if TYPE_CHECKING:
    from collections.abc import Callable, Coroutine, Iterable


class Told:
    """What connected users were told."""

    def __init__(self) -> None:
        self.states: list[tuple[tuple[str, ...], str, str]] = []

    def send(self, whos: Iterable[str], name: str, payload: dict[str, Any]) -> None:
        assert name == "presence"
        self.states.append((tuple(whos), payload["number"], payload["state"]))

    def connections(self, who: str) -> int:
        return 0


def play(scene: Callable[[Presence, Told, VirtualLoop], Coroutine[Any, Any, None]]) -> None:
    loop, told = VirtualLoop(), Told()
    try:
        loop.run_until_complete(scene(Presence(told, Events()), told, loop))
    finally:
        loop.close()


def test_short_absence_is_none() -> None:
    async def scene(presence: Presence, told: Told, loop: VirtualLoop) -> None:
        presence.connected("user:1000")
        presence.disconnected("user:1000")
        await passes(loop, GRACE_S - 0.1)
        assert presence.state("1000") == "available"
        presence.connected("user:1000")
        await passes(loop, 2 * GRACE_S)
        assert [state for _, _, state in told.states] == ["available"]

    play(scene)


def test_absence_beyond_a_minute_is_told_once_to_those_who_are_there() -> None:
    async def scene(presence: Presence, told: Told, loop: VirtualLoop) -> None:
        presence.connected("user:1001")
        presence.connected("user:1000")
        presence.connected("user:1000")
        presence.disconnected("user:1000")
        await passes(loop, 2 * GRACE_S)
        assert presence.state("1000") == "available"  # another tab is open
        presence.disconnected("user:1000")
        await passes(loop, GRACE_S)
        assert presence.state("1000") == "offline"
        assert told.states[-1] == (("user:1001",), "1000", "offline")
        assert len(told.states) == 3

    play(scene)


def test_registered_phone_makes_away_of_offline() -> None:
    async def scene(presence: Presence, told: Told, loop: VirtualLoop) -> None:
        presence.devices("1000", 2)
        assert (presence.state("1000"), presence.phones("1000")) == ("away", 2)
        presence.connected("user:1000")
        presence.disconnected("user:1000")
        await passes(loop, GRACE_S)
        presence.devices("1000", 1)
        presence.devices("1000", 0)
        assert [state for _, _, state in told.states] == ["away", "available", "away", "offline"]

    play(scene)


def test_visitors_have_no_presence_and_stray_goodbyes_do_no_harm() -> None:
    async def scene(presence: Presence, told: Told, loop: VirtualLoop) -> None:
        presence.connected("visitor:v1")
        presence.disconnected("visitor:v1")
        presence.disconnected("user:1000")
        presence.stop()
        assert told.states == []

    play(scene)
