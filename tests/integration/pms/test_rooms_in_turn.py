"""What is asked of a room while a guest comes or goes is done after it."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

import pytest

from engage.errors import Forbidden
from engage.system.actor import ALL_RIGHTS, SYSTEM, Actor, Module, Rights
from tests.integration.pms.test_repeated_requests import ANN, ONE, TWO, Phones, opened

if TYPE_CHECKING:
    from collections.abc import Coroutine
    from typing import Any

    from engage.pms.front_desk import FrontDesk
    from engage.pms.model import Usual
    from engage.storage.database import Database


class SlowPhones(Phones):
    """Telephones that can be held up while they are cleared or handed over; `done` is in order."""

    def __init__(self) -> None:
        super().__init__()
        self.done: list[str] = []
        self.held, self.may_go = asyncio.Event(), asyncio.Event()

    async def clear(self, actor: object, number: str) -> None:
        await self._hold("clear")
        await super().clear(actor, number)

    async def restore(self, actor: object, number: str, usual: Usual) -> None:
        self.done.append("restore")
        await super().restore(actor, number, usual)

    async def wake(self, _: object, number: str, time: str, date: str) -> None:
        self.done.append(f"wake {number} {date} {time}")

    async def let_sleep(self, _: object, number: str, time: str, date: str) -> int:
        self.done.append(f"let sleep {number} {date} {time}")
        return 1

    async def forward(self, _: object, number: str, target: str) -> None:
        self.done.append(f"forward {number} {target}")

    async def disturb(self, _: object, number: str, *, may: bool) -> None:
        self.done.append(f"disturb {number} {may}")

    async def _hold(self, what: str) -> None:
        self.held.set()
        await self.may_go.wait()
        self.done.append(what)


def asked_of(desk: FrontDesk, actor: Actor) -> list[Coroutine[Any, Any, object]]:
    """All that a room's telephone is asked for while somebody stays there."""
    return [
        desk.wake(actor, ONE, "07:30", "2026-12-01"),
        desk.let_sleep(actor, ONE, "07:30", ""),
        desk.forward(actor, ONE, "1000"),
        desk.disturb(actor, ONE, may=False),
    ]


DONE = [
    "wake 1101 2026-12-01 07:30",
    "let sleep 1101  07:30",
    "forward 1101 1000",
    "disturb 1101 False",
]


@pytest.mark.parametrize("going", ["check_out", "move"])
async def test_what_is_asked_while_a_guest_goes_waits_until_he_is_gone(
    database: Database, going: str
) -> None:
    phones = SlowPhones()
    desk = await opened(database, phones)
    phones.may_go.set()
    await desk.check_in(SYSTEM, ONE, ANN)
    phones.held.clear()
    phones.may_go.clear()
    phones.done.clear()
    goes = desk.check_out(SYSTEM, ONE) if going == "check_out" else desk.move(SYSTEM, ONE, TWO)
    async with asyncio.TaskGroup() as group:
        group.create_task(goes)
        await phones.held.wait()
        for each in asked_of(desk, SYSTEM):
            group.create_task(each)
        await asyncio.sleep(0)  # every one of them has begun
        assert phones.done == []
        phones.may_go.set()
    assert phones.done == ["clear", "restore", *DONE]


@pytest.mark.parametrize("missing", [Module.PMS, Module.EXTENSIONS, Module.WAKE_UPS])
async def test_who_may_not_do_all_of_it_asks_nothing_of_a_room(
    database: Database, missing: Module
) -> None:
    phones = SlowPhones()
    desk = await opened(database, phones)
    rights = {each: level for each, level in ALL_RIGHTS.levels.items() if each is not missing}
    for each in asked_of(desk, Actor("admin:clerk", rights=Rights(rights))):
        with pytest.raises(Forbidden):
            await each
    assert phones.done == []
