"""Ring groups at a running server: who rings, who answers, what the records say of the others."""

from __future__ import annotations

import asyncio
from contextlib import AsyncExitStack
from typing import TYPE_CHECKING, Any

import pytest

from tests.support.pair import Pair
from tests.support.program import Program
from tests.support.tone import Voice
from tests.support.voice_phone import phone, session

if TYPE_CHECKING:
    from tests.support.server import Server


async def test_one_answers_and_the_others_have_missed_nothing(server: Server) -> None:
    async with AsyncExitStack() as stack:
        names = ("1001", "1002", "1003")
        caller, second, third = [await phone(stack, server, each) for each in names]
        pair = Pair(server, caller, second)
        fields: dict[str, Any] = {
            "name": "Sales", "number": "6410", "members": ["1002", "1003"],
            "strategy": "simultaneously",
        }  # fmt: skip
        added = pair.admin.post("/v1/ring-groups", fields)
        assert added.status == 201, added.body
        pair.settled()
        ours = stack.enter_context(Voice(440))
        theirs = stack.enter_context(Voice(1000))
        call = caller.call(pair.uri("6410"), session(ours))
        came, other = await second.next_call(), await third.next_call()
        came.ring()
        await came.accept(session(theirs, 0))
        await call.answered()
        await other.ended()
        await call.hang_up()
        record = await pair.record()
        expected = {"callee": "6410", "answered_by": "1002", "action": "ring_group",
                    "action_owner": "6410", "disposition": "answered"}  # fmt: skip
        assert {name: record[name] for name in expected} == expected
        legs = {each["party"]: (each["disposition"], each["reason"]) for each in record["legs"]}
        assert legs["1003"] == ("no_answer", "answered_elsewhere")
        assert legs["1002"][0] == "answered"
        text = pair.admin.get("/v1/calls?format=csv&callee=6410").body.decode("utf-8-sig")
        kinds = [line.split(",")[0] for line in text.splitlines()[1:]]
        assert kinds == ["main_cdr", "sub_cdr", "sub_cdr"]
        assert pair.admin.delete(f"/v1/ring-groups/{added.json()['id']}").status == 204


async def test_who_did_not_answer_in_one_group_missed_nothing_when_the_next_one_did(
    server: Server,
) -> None:
    """Release row B11: the destination of the first group is the second."""
    async with AsyncExitStack() as stack:
        names = ("1001", "1002", "1003")
        caller, first, second = [await phone(stack, server, each) for each in names]
        pair = Pair(server, caller, first)
        groups = []
        for number, member, to in (
            ("6412", "1003", {}),
            ("6411", "1002", {"destination": {"kind": "ring_group", "value": "6412"}}),
        ):
            fields = {"name": number, "number": number, "members": [member], "ring_s": 5, **to}
            added = pair.admin.post("/v1/ring-groups", fields)
            assert added.status == 201, added.body
            groups.append(f"/v1/ring-groups/{added.json()['id']}")
        pair.settled()
        ours, theirs = stack.enter_context(Voice(440)), stack.enter_context(Voice(1000))
        call = caller.call(pair.uri("6411"), session(ours))
        silent = await first.next_call()
        silent.ring()
        came = await asyncio.wait_for(second.next_call(), 20)
        await silent.ended()
        await came.accept(session(theirs, 0))
        await call.answered()
        await call.hang_up()
        record = await pair.record()
        assert (record["callee"], record["answered_by"]) == ("6411", "1003")
        legs = {each["party"]: (each["disposition"], each["reason"]) for each in record["legs"]}
        assert legs["1002"] == ("no_answer", "answered_elsewhere")
        for each in reversed(groups):
            assert pair.admin.delete(each).status == 204


@pytest.mark.parametrize(
    ("fields", "status", "wrong"),
    [
        ({"number": "1000"}, 409, "number"),
        ({"number": "6500"}, 409, "number"),
        ({"number": "6510"}, 422, "number"),
        ({"number": "x"}, 422, "number"),
        ({"members": []}, 422, "members"),
        ({"destination": {"kind": "extension"}}, 422, "destination.value"),
    ],
)
async def test_what_will_not_do_is_named(
    server: Server, fields: dict[str, Any], status: int, wrong: str
) -> None:
    admin = Program(server.url, "admin", "Demo-admin!")
    usual = {"name": "Refused", "number": "6420", "members": ["1000"]}
    refused = admin.post("/v1/ring-groups", usual | fields)
    assert refused.status == status, refused.body
    assert list(refused.json()["error"]["fields"]) == [wrong]
