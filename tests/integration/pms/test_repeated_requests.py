"""A hotel's system repeats what failed in the middle: rooms and guests lose nothing by it."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

import pytest
from sqlalchemy import insert

from engage.errors import Forbidden, Unavailable
from engage.pms.front_desk import FrontDesk
from engage.pms.model import BadStay, Guest, RoomOccupied, RoomVacant, Usual
from engage.pms.rooms import PmsRoomForm
from engage.pms.taken import MiniBarLog
from engage.storage.tables import mini_bar_taken
from engage.system.actor import ALL_RIGHTS, SYSTEM, Actor, Module, Rights

if TYPE_CHECKING:
    from sqlalchemy.ext.asyncio import AsyncConnection

    from engage.storage.database import Database

ANN = Guest("Ann", "Lee", level="4")
ROOMS = {each: PmsRoomForm(room=each, extension=f"1{each}") for each in ("101", "102", "103")}
ONE, TWO, THREE = ROOMS.values()


class Phones:
    """Telephones of rooms; what is `broken` fails, before it does anything or after."""

    def __init__(self) -> None:
        self.names = {each.extension: f"Room {each.room}" for each in ROOMS.values()}
        self.messages: dict[str, list[str]] = {each: ["old"] for each in self.names}
        self.broken = ""
        self.after = False

    def usual(self, _: object, number: str) -> Usual:
        return Usual(self.names[number], "", "", "internal", do_not_disturb=False, forwards=[])

    async def clear(self, _: object, number: str) -> None:
        self._do("clear", lambda: self.messages[number].clear())

    async def hand_over(self, _: object, number: str, to: str) -> None:
        def over() -> None:
            self.messages[to] += self.messages[number]
            self.messages[number] = []

        self._do("hand_over", over)

    async def name(self, _: object, number: str, guest: Guest, __: Usual) -> None:
        self._do("name", lambda: self.names.update({number: guest.first_name}))

    async def restore(self, _: object, number: str, usual: Usual) -> None:
        self._do("restore", lambda: self.names.update({number: usual.first_name}))

    def _do(self, what: str, act: Any) -> None:
        if self.broken == what and not self.after:
            raise Unavailable
        act()
        if self.broken == what:
            raise Unavailable


@pytest.fixture
def phones() -> Phones:
    return Phones()


@pytest.fixture
async def desk(database: Database, phones: Phones) -> FrontDesk:
    return await opened(database, phones)


async def opened(database: Database, phones: Phones) -> FrontDesk:
    """A desk that knows what is in the database, as after a restart."""
    rooms: Any = object()
    on: Any = phones
    desk = FrontDesk(rooms, on, database, lambda: 1_000)
    await desk.start()
    return desk


def fail(
    desk: FrontDesk,
    phones: Phones,
    at: str,
    monkeypatch: pytest.MonkeyPatch,
    *,
    after: bool = True,
) -> None:
    """Let one step fail from now on: `keep` is the last write."""
    phones.broken, phones.after = at, after
    if at == "keep":

        async def away(*_: object, **__: object) -> None:
            raise Unavailable

        monkeypatch.setattr(desk, "_keep", away)


@pytest.mark.parametrize("missing", [Module.PMS, Module.EXTENSIONS, Module.WAKE_UPS])
async def test_who_may_not_do_all_of_it_begins_nothing(
    desk: FrontDesk, phones: Phones, missing: Module
) -> None:
    rights = {each: level for each, level in ALL_RIGHTS.levels.items() if each is not missing}
    clerk = Actor("admin:clerk", rights=Rights(rights))
    for asked in desk.check_in(clerk, ONE, ANN), desk.move(clerk, ONE, TWO):
        with pytest.raises(Forbidden):
            await asked
    assert phones.messages["1101"] == ["old"]
    assert not desk.is_taken("101")


async def test_no_guest_leaves_before_he_comes(desk: FrontDesk) -> None:
    with pytest.raises(BadStay):
        await desk.check_in(SYSTEM, ONE, replace(ANN, date_in="20261202", date_out="20261201"))
    await desk.check_in(SYSTEM, ONE, replace(ANN, date_in="20261202"))
    with pytest.raises(BadStay):
        await desk.update(SYSTEM, ONE, {"date_out": "20261201"})
    stay = desk.stay("101")
    assert stay is not None
    assert stay.guest.date_out == ""


async def test_what_a_guest_has_taken_moves_with_him(desk: FrontDesk, database: Database) -> None:
    async def took(connection: AsyncConnection) -> None:
        for room, goods in ("101", "Water"), ("102", "Beer"):
            row = {"id": room, "room": room, "goods": "1", "name": goods, "taken": 1}
            values = {**row, "maid": "7", "taken_at_ms": 1}
            await connection.execute(insert(mini_bar_taken).values(values))

    await desk.check_in(SYSTEM, ONE, ANN)
    await database.write(took)
    await desk.move(SYSTEM, ONE, TWO)
    log = MiniBarLog(database, str)
    assert [each.name for each in await log.of("102")] == ["Water"]
    assert await log.of("101") == []


@pytest.mark.parametrize("at", ["clear", "name", "keep"])
async def test_a_repeated_check_in_keeps_what_the_room_is_without_a_guest(
    desk: FrontDesk, phones: Phones, database: Database, at: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    fail(desk, phones, at, monkeypatch)
    with pytest.raises(Unavailable):
        await desk.check_in(SYSTEM, ONE, ANN)
    phones.broken = ""
    desk = await opened(database, phones)
    assert desk.is_taken("101")
    await desk.check_in(SYSTEM, ONE, ANN)
    assert phones.names["1101"] == "Ann"
    await desk.check_out(SYSTEM, ONE)
    assert (phones.names["1101"], phones.messages["1101"]) == ("Room 101", [])
    assert not desk.is_taken("101")


@pytest.mark.parametrize("at", ["clear", "hand_over", "name", "restore", "keep"])
@pytest.mark.parametrize("after", [False, True])
async def test_a_repeated_move_loses_no_message(
    desk: FrontDesk,
    phones: Phones,
    database: Database,
    at: str,
    after: bool,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    await desk.check_in(SYSTEM, ONE, ANN)
    phones.messages["1101"].append("for Ann")
    fail(desk, phones, at, monkeypatch, after=after)
    with pytest.raises(Unavailable):
        await desk.move(SYSTEM, ONE, TWO)
    phones.broken = ""
    desk = await opened(database, phones)
    with pytest.raises(RoomOccupied):
        await desk.check_in(SYSTEM, TWO, Guest("Bob"))
    await desk.move(SYSTEM, ONE, TWO)
    assert phones.messages == {"1101": [], "1102": ["for Ann"], "1103": ["old"]}
    assert phones.names == {"1101": "Room 101", "1102": "Ann", "1103": "Room 103"}
    await desk.check_out(SYSTEM, TWO)
    assert (phones.names["1102"], phones.messages["1102"]) == ("Room 102", [])
    assert not [each for each in ROOMS if desk.is_taken(each)]


@pytest.mark.parametrize("at", ["clear", "hand_over", "name", "restore", "keep"])
async def test_a_guest_moves_elsewhere_than_a_move_that_failed(
    desk: FrontDesk, phones: Phones, database: Database, at: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    await desk.check_in(SYSTEM, ONE, ANN)
    phones.messages["1101"].append("for Ann")
    fail(desk, phones, at, monkeypatch)
    with pytest.raises(Unavailable):
        await desk.move(SYSTEM, ONE, TWO)
    phones.broken = ""
    desk = await opened(database, phones)
    await desk.move(SYSTEM, ONE, THREE)
    assert phones.messages["1103"] == ["for Ann"]
    assert phones.names == {"1101": "Room 101", "1102": "Room 102", "1103": "Ann"}
    assert [each for each in ROOMS if desk.is_taken(each)] == ["103"]


async def test_whoever_is_checked_out_half_way_leaves_both_rooms(
    desk: FrontDesk, phones: Phones
) -> None:
    await desk.check_in(SYSTEM, ONE, ANN)
    phones.messages["1101"].append("for Ann")
    phones.broken = "restore"
    with pytest.raises(Unavailable):
        await desk.move(SYSTEM, ONE, TWO)
    phones.broken = ""
    with pytest.raises(RoomVacant):
        await desk.check_out(SYSTEM, TWO)
    await desk.check_out(SYSTEM, ONE)
    assert phones.names == {"1101": "Room 101", "1102": "Room 102", "1103": "Room 103"}
    assert phones.messages == {"1101": [], "1102": [], "1103": ["old"]}
    assert not [each for each in ROOMS if desk.is_taken(each)]


async def test_a_check_in_that_failed_can_be_taken_back(desk: FrontDesk, phones: Phones) -> None:
    phones.broken, phones.after = "name", True
    with pytest.raises(Unavailable):
        await desk.check_in(SYSTEM, ONE, ANN)
    phones.broken = ""
    await desk.check_out(SYSTEM, ONE)
    assert (phones.names["1101"], desk.is_taken("101")) == ("Room 101", False)
