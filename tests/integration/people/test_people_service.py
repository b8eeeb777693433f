"""People on a real database: sign-in, lock-out over a restart, sessions, passwords, directory."""

from __future__ import annotations

import asyncio
import threading
from typing import TYPE_CHECKING

import pytest
import pytest_asyncio

from engage.errors import Conflict, Invalid, Unavailable
from engage.events import Events
from engage.keyring import Keyring
from engage.people.admin_forms import NewAdmin
from engage.people.events import ExtensionsSaved, SessionEnded
from engage.people.extension_forms import NewExtension
from engage.people.group_forms import NewGroup
from engage.people.model import (
    Grant,
    Locked,
    NameTaken,
    Principal,
    SessionExpired,
    SessionOver,
    SessionRevoked,
    WrongCredentials,
)
from engage.people.numbering import NumberOfExtension, NumberOfQueue
from engage.people.numbers import NumberRanges
from engage.people.passwords import Passwords
from engage.people.queue_bodies import NewQueue
from engage.people.service import People
from engage.storage.database import Database
from engage.system.actor import SYSTEM
from tests.support.slow_reads import SlowReads

if TYPE_CHECKING:
    from collections.abc import AsyncIterator
    from pathlib import Path

    from engage.people.model import SignedIn

HOUR = 3_600_000
RIGHT, CHANGED, GIVEN, SIP = "Correct-1", "New-pass-1", "By-admin-1", "Sip-1000!"


class Clock:
    now = 1_800_000_000_000

    def __call__(self) -> int:
        return self.now


class House:
    """One server's people; `restart` begins anew on the same database."""

    def __init__(self, database: Database) -> None:
        self.database, self.clock = database, Clock()
        self.heard: list[object] = []
        self.ranges = NumberRanges()
        self.people = self._make()

    def _make(self) -> People:
        self.events = Events()
        for kind in (SessionEnded, ExtensionsSaved):
            self.events.subscribe(kind, self._hear)
        return People(
            self.database, Keyring(b"k" * 32), self.events, self.clock, ranges=lambda: self.ranges
        )

    async def _hear(self, fact: object) -> None:
        self.heard.append(fact)

    async def restart(self) -> None:
        await self.people.stop()
        self.people = self._make()
        await self.people.start()

    async def sign_in(
        self, user: str = "1000", password: str = RIGHT, *, address: str = "192.0.2.1",
        kind: str = "program",
    ) -> SignedIn:  # fmt: skip
        return await self.people.sign_in(
            user, password, address=address, user_agent="test", kind=kind
        )

    async def fails(self, user: str = "1000", address: str = "192.0.2.1") -> Exception:
        with pytest.raises((WrongCredentials, Locked)) as refused:
            await self.sign_in(user, "wrong", address=address)
        return refused.value


def ana() -> NewExtension:
    return NewExtension(
        number="1000", first_name="Ana", last_name="Costa", wave_password=RIGHT, sip_secret=SIP
    )


@pytest_asyncio.fixture
async def house(tmp_path: Path) -> AsyncIterator[House]:
    database = await Database.open(f"sqlite+aiosqlite:///{tmp_path / 'engage.db'}")
    built = House(database)
    await built.people.start()
    await built.people.extensions.add(SYSTEM, ana())
    yield built
    await built.people.stop()
    await database.close()


async def test_names_are_compared_without_case_and_the_person_is_known(house: House) -> None:
    root = NewAdmin(user_name="Root", password=RIGHT, level="super")
    await house.people.administrators.add(SYSTEM, root)
    signed_in = await house.sign_in("ROOT")
    assert signed_in.principal.kind == "admin"
    user = (await house.sign_in()).principal
    assert user == Principal(
        "user",
        "1000",
        "Ana Costa",
        "user:1000",
        user.session_id,
        grants=frozenset(Grant) - {Grant.DELETE_CHAT},
    )


async def test_the_fifth_failure_locks_the_right_password_out_too(house: House) -> None:
    for _ in range(4):
        assert isinstance(await house.fails(), WrongCredentials)
    locked = await house.fails()
    assert isinstance(locked, Locked)
    assert locked.retry_after_s == 300
    with pytest.raises(Locked):
        await house.sign_in()
    house.clock.now += 300_000
    assert (await house.sign_in()).token


async def test_a_lock_out_survives_a_restart(house: House) -> None:
    for _ in range(5):
        await house.fails()
    await house.restart()
    house.clock.now += 100_000
    with pytest.raises(Locked) as locked:
        await house.sign_in()
    assert locked.value.retry_after_s == 200


async def test_unknown_names_fail_and_lock_like_known_ones(house: House) -> None:
    known = [type(await house.fails("1000", f"192.0.2.{n}")) for n in range(5)]
    unknown = [type(await house.fails("nobody", f"198.51.100.{n}")) for n in range(5)]
    assert known == unknown
    assert known[-1] is Locked


async def test_guesses_in_parallel_are_counted_one_by_one(house: House) -> None:
    guesses = [house.fails(address=f"192.0.2.{n}") for n in range(8)]
    results = await asyncio.gather(*guesses)
    assert [type(each) for each in results].count(WrongCredentials) == 4


async def test_one_address_guessing_many_names_is_locked_later(house: House) -> None:
    results = [await house.fails(f"name{n}") for n in range(30)]
    assert [type(each) for each in results].count(WrongCredentials) == 29
    assert isinstance(results[-1], Locked)
    assert (await house.sign_in(address="203.0.113.9")).token


async def test_success_forgets_the_failures_of_the_name(house: House) -> None:
    for _ in range(3):
        for _ in range(4):
            await house.fails()
        assert (await house.sign_in()).token


async def test_a_session_survives_a_restart_and_ends_after_twelve_hours(house: House) -> None:
    token = (await house.sign_in()).token
    await house.restart()
    assert (await house.people.principal(token)).id == "1000"
    house.clock.now += 12 * HOUR
    with pytest.raises(SessionExpired):
        await house.people.principal(token)


async def test_use_keeps_a_browsers_session_alive_up_to_its_absolute_end(house: House) -> None:
    token = (await house.sign_in(kind="browser")).token
    for _ in range(14 * 24 // 8 - 1):
        house.clock.now += 8 * HOUR
        assert (await house.people.principal(token)).id == "1000"
    house.clock.now += 8 * HOUR
    with pytest.raises(SessionExpired):
        await house.people.principal(token)


async def test_a_refresh_moves_a_programs_expiry_and_is_kept(house: House) -> None:
    signed_in = await house.sign_in()
    house.clock.now += 6 * HOUR
    assert await house.people.refresh(signed_in.token) == signed_in.expires_at_ms + 6 * HOUR
    await house.restart()
    house.clock.now += 11 * HOUR
    assert (await house.people.principal(signed_in.token)).id == "1000"


async def test_signing_out_is_told_and_remembered_as_revoked(house: House) -> None:
    signed_in = await house.sign_in()
    await house.people.sign_out(signed_in.token)
    await house.events.settled()
    assert SessionEnded(signed_in.principal.session_id, "revoked") in house.heard
    await house.restart()
    with pytest.raises(SessionRevoked):
        await house.people.principal(signed_in.token)
    with pytest.raises(SessionOver):
        await house.people.principal("eu_unknown")


async def test_a_changed_password_ends_every_other_session(house: House) -> None:
    mine, other = await house.sign_in(), await house.sign_in()
    with pytest.raises(Invalid):
        await house.people.password_changes.change(mine.token, "wrong", CHANGED, address="")
    await house.people.password_changes.change(mine.token, RIGHT, CHANGED, address="")
    assert (await house.people.principal(mine.token)).id == "1000"
    with pytest.raises(SessionRevoked):
        await house.people.principal(other.token)
    await house.restart()
    assert (await house.people.principal(mine.token)).id == "1000"
    assert isinstance(await house.fails(), WrongCredentials)
    assert (await house.sign_in(password=CHANGED)).token


async def test_a_password_set_by_others_ends_all_sessions_and_the_lock_out(house: House) -> None:
    token = (await house.sign_in()).token
    for n in range(5):
        await house.fails(address=f"192.0.2.{n}")
    await house.people.password_changes.set(SYSTEM, "1000", CHANGED)
    with pytest.raises(SessionRevoked):
        await house.people.principal(token)
    assert (await house.sign_in(password=CHANGED, address="203.0.113.9")).token


async def test_a_dropped_extension_is_signed_out_and_leaves_the_directory(house: House) -> None:
    token = (await house.sign_in()).token
    before = house.people.pbx_directory.directory()
    assert [(each.number, each.secret) for each in before[0]] == [("1000", SIP)]
    await house.people.extensions.delete(SYSTEM, ["1000"])
    with pytest.raises(SessionOver):
        await house.people.principal(token)
    after = house.people.pbx_directory.directory()
    assert after == ([], before[1] + 1)


async def test_user_names_extensions_and_queues_share_their_names(house: House) -> None:
    people = house.people
    with pytest.raises(NameTaken):
        await people.administrators.add(SYSTEM, NewAdmin(user_name="1000", password=RIGHT))
    house.ranges = NumberRanges(check_ranges=False)
    with pytest.raises(NumberOfExtension) as of_extension:
        await people.queues.add(SYSTEM, NewQueue(number="1000", name="Support"))
    assert of_extension.value.params == {"number": "1000", "name": "Ana Costa"}
    await people.queues.add(SYSTEM, NewQueue(number="6500", name="Support", static_agents=["1000"]))
    with pytest.raises(NumberOfQueue):
        await people.extensions.add(SYSTEM, NewExtension(number="6500"))
    assert [seat.number for seat in house.people.agents_of("queue", ["6500"])] == ["1000"]


def contents(folder: Path) -> bytes:
    return b"".join(path.read_bytes() for path in sorted(folder.glob("engage.db*")))


async def test_secrets_and_passwords_are_not_stored_in_clear(house: House, tmp_path: Path) -> None:
    token = (await house.sign_in()).token
    await house.database.check()
    stored = await asyncio.to_thread(contents, tmp_path)
    for secret in (RIGHT, SIP, token):
        assert secret.encode() not in stored


async def test_at_most_two_passwords_are_hashed_at_once_and_the_line_is_bounded() -> None:
    running, most, release = 0, 0, threading.Event()

    class Slow:
        def hash(self, _: str) -> str:
            nonlocal running, most
            running += 1
            most = max(most, running)
            release.wait(10)
            running -= 1
            return "hash"

    passwords = Passwords(workers=2, waiting=3, hasher=Slow())  # type: ignore[arg-type]
    waiting = [asyncio.create_task(passwords.hash("x")) for _ in range(5)]
    await asyncio.sleep(0)
    with pytest.raises(Unavailable):
        await passwords.hash("x")
    release.set()
    assert await asyncio.gather(*waiting) == ["hash"] * 5
    assert most == 2
    passwords.close()


async def test_the_loop_goes_on_while_passwords_are_checked(house: House) -> None:
    loop = asyncio.get_running_loop()
    sign_ins = asyncio.gather(*(house.sign_in() for _ in range(4)))
    turns = 0
    while not sign_ins.done():
        turns += 1
        await asyncio.sleep(0)
    assert turns > 100
    assert loop.is_running()


async def test_an_unknown_name_costs_the_same_work_as_a_known_one() -> None:
    worked: list[str] = []

    class Counting:
        def hash(self, _: str) -> str:
            return "decoy"

        def verify(self, password_hash: str, _: str) -> bool:
            worked.append(password_hash)
            return True

    passwords = Passwords(hasher=Counting())  # type: ignore[arg-type]
    assert await passwords.matches("x", "real")
    assert not await passwords.matches("x", None)
    assert worked == ["real", "decoy"]
    passwords.close()


async def test_a_slow_reading_of_everyone_does_not_take_back_a_later_change(house: House) -> None:
    slow = SlowReads(house.database)
    people = People(slow, Keyring(b"k" * 32), Events(), house.clock)  # type: ignore[arg-type]
    await people.start()
    slow.held = True
    reading = asyncio.create_task(people.reload())
    await slow.has_read.wait()
    await people.groups.add(SYSTEM, NewGroup(name="Everyone", members=["1000"]))
    slow.go_on.set()
    await reading
    assert [each.name for each in people.groups.listed(SYSTEM)] == ["Everyone"]
    await people.stop()


async def test_a_password_set_meanwhile_is_not_overwritten_by_its_owners_change(
    house: House,
) -> None:
    token = (await house.sign_in()).token
    changing = house.people.password_changes.change(token, RIGHT, CHANGED, address="192.0.2.1")
    setting = house.people.password_changes.set(SYSTEM, "1000", GIVEN)
    changed, _ = await asyncio.gather(changing, setting, return_exceptions=True)
    assert changed is None or isinstance(changed, SessionRevoked | Conflict)
    assert (await house.sign_in(password=GIVEN)).token
