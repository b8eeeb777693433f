"""A broadcast to twenty phones of a whole server that is killed meanwhile."""

from __future__ import annotations

import asyncio
from contextlib import AsyncExitStack
from typing import TYPE_CHECKING, Any

import pytest

from tests.support.phone import Phone
from tests.support.program import Program
from tests.support.server import Server

if TYPE_CHECKING:
    from collections.abc import Callable

NUMBERS = ("1000", "1001", "1002", "1003")


@pytest.mark.parametrize(
    ("part", "on_postgresql"),
    [("web", False), ("pbx", False), (None, False), ("web", True), (None, True)],
)
async def test_each_phone_has_one_copy_after_kill_9(
    part: str | None, on_postgresql: bool, request: pytest.FixtureRequest
) -> None:
    options: list[str] = []
    if on_postgresql:
        options = ["--database", request.getfixturevalue("postgres").make_database()]
    with Server(*options) as server:
        async with AsyncExitStack() as stack:
            address = ("127.0.0.1", server.sip_port)
            phones = [
                await stack.enter_async_context(Phone(number, f"Sip-{number}!", address))
                for number in NUMBERS
                for _ in range(5)
            ]
            for phone in phones:
                assert await phone.register() == 200
            admin = await _signed_in(server)
            await _until(admin, "/v1/contacts", lambda data: _phones(data) == 20)
            wanted = {
                "client_id": "drill-0001",
                "name": "Drill",
                "sender": "Facilities",
                "message": "Fire drill at ten.",
                "extension_groups": ["Everyone"],
            }
            sent = await asyncio.to_thread(admin.post, "/v1/broadcasts", wanted)
            assert sent.status == 201, sent.body
            await _first(phones)
            await asyncio.to_thread(server.kill9, part)
            if part is None:
                await asyncio.to_thread(server.start)
            await asyncio.to_thread(server.wait_ready)
            admin = await _signed_in(server)
            again = await asyncio.to_thread(admin.post, "/v1/broadcasts", wanted)
            assert (again.status, again.json()["id"]) == (200, sent.json()["id"])
            path = f"/v1/broadcasts/{sent.json()['id']}"
            shown = await _until(admin, path, lambda data: data["state"] != "sending")
            assert [len(each.taken) for each in phones] == [1] * 20
            assert all(len({each.call_id for each in phone.seen}) == 1 for phone in phones)
            assert shown["state"] == "finished", shown
            rows = (await asyncio.to_thread(admin.get, f"{path}/deliveries?leg=phone")).json()
            assert {each["state"] for each in rows["items"]} <= {"delivered", "accepted"}
            for number in NUMBERS:
                user = await asyncio.to_thread(Program, server.url, number, f"Demo-{number}!")
                mine = (await asyncio.to_thread(user.get, "/v1/conversations")).json()["items"]
                assert [(each["title"], each["head"]) for each in mine] == [("Facilities", 1)]


async def _signed_in(server: Server) -> Program:
    return await asyncio.to_thread(Program, server.url, "admin", "Demo-admin!")


async def _first(phones: list[Phone]) -> None:
    asked = [asyncio.create_task(each.asked(1)) for each in phones]
    await asyncio.wait(asked, return_when=asyncio.FIRST_COMPLETED)
    for task in asked:
        task.cancel()
    await asyncio.gather(*asked, return_exceptions=True)


async def _until(
    admin: Program, path: str, ready: Callable[[dict[str, Any]], bool], timeout_s: float = 60
) -> dict[str, Any]:
    async with asyncio.timeout(timeout_s):
        while True:
            reply = await asyncio.to_thread(admin.get, path)
            if reply.status == 200 and ready(reply.json()):
                return dict(reply.json())
            await asyncio.sleep(0.05)


def _phones(contacts: dict[str, Any]) -> int:
    return sum(each["phones"] for each in contacts["items"])
