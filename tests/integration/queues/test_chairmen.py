"""Chairmen of queues: they order callers, hear talks and decide about agents of their own."""

from __future__ import annotations

import asyncio
from contextlib import AsyncExitStack, contextmanager
from typing import TYPE_CHECKING

import pytest

from tests.integration.queues.test_queue_at_work import Desk
from tests.support.program import Program
from tests.support.tone import Voice
from tests.support.voice_phone import phone, port_of, session

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Iterator

    from pbxcore.net.call import AsyncCall
    from pbxcore.net.user_agent import AsyncUserAgent
    from tests.support.server import Server

CHAIRED = "6512"
BOARD = "/v1/me/queue-board"


class Chaired(Desk):
    """A queue with a chairman, who has a phone too."""

    number = CHAIRED
    chairs: AsyncUserAgent
    second: AsyncUserAgent
    chairman: Program

    def waiting(self) -> list[str]:
        return [each["number"] for each in self.board()["waiting"]]

    def key(self, number: str) -> str:
        board = self.board()
        callers = [*board["waiting"], *board["talking"]]
        return next(str(each["key"]) for each in callers if each["number"] == number)


@pytest.fixture
async def desk(server: Server) -> AsyncIterator[Chaired]:
    async with AsyncExitStack() as stack:
        phones = [await phone(stack, server, each) for each in ("1003", "1001", "1002", "1000")]
        caller, agent, chairman, second = phones
        desk = Chaired(server, caller, agent)
        desk.chairs, desk.second = chairman, second
        desk.chairman = Program(server.url, "1002", "Demo-1002!")
        queue = {
            "number": CHAIRED, "name": "Chaired", "static_agents": ["1001"], "chairmen": ["1002"],
            "wrap_up_s": 0, "leave_when_empty": "no", "dial_in_empty": "yes", "max_wait_s": 0,
        }  # fmt: skip
        added = desk.admin.post("/v1/queues", queue)
        assert added.status in (201, 409, 422), added.body
        desk.settled()
        yield desk
        desk.admin.post("/v1/queue-board/agents/1001/duty", {"change": "end_break"})


async def test_a_chairman_orders_who_waits_and_hears_who_talks(desk: Chaired) -> None:
    chairman = desk.chairman
    pause = {"change": "take_break", "queues": [CHAIRED]}
    assert chairman.post(f"{BOARD}/agents/1001/duty", pause).status == 204
    with Voice(440) as ours, Voice(600) as others, Voice(1000) as theirs, Voice(1400) as heard:
        first = desk.caller.call(desk.uri(CHAIRED), session(ours))
        await first.answered()
        await desk.until(lambda: desk.waiting() == ["1003"])
        second = desk.second.call(desk.uri(CHAIRED), session(others))
        await second.answered()
        await desk.until(lambda: desk.waiting() == ["1003", "1000"])

        moved = chairman.patch(f"{BOARD}/callers/{desk.key('1000')}", {"position": 1})
        assert moved.status == 204
        await desk.until(lambda: desk.waiting() == ["1000", "1003"])
        assert chairman.delete(f"{BOARD}/callers/{desk.key('1003')}").status == 204
        await desk.until(lambda: desk.waiting() == ["1000"])
        await first.ended()

        coming = asyncio.ensure_future(desk.callee.next_call())
        end = {"change": "end_break", "queues": [CHAIRED]}
        assert chairman.post(f"{BOARD}/agents/1001/duty", end).status == 204
        came = await coming
        await came.accept(session(theirs, 0))
        await desk.until(lambda: bool(desk.board()["talking"]))

        listening = asyncio.ensure_future(desk.chairs.next_call())
        path = f"{BOARD}/callers/{desk.key('1000')}/supervise"
        assert chairman.post(path, {"mode": "whisper"}).status == 204
        rung = await listening
        await rung.accept(session(heard, 0))
        others.talk(port_of(second.remote_description))
        theirs.talk(port_of(came.remote_description))
        heard.talk(port_of(rung.remote_description))
        await asyncio.to_thread(heard.hears_all, 600.0, 1000.0)
        await asyncio.to_thread(theirs.hears_all, 600.0, 1400.0)
        await asyncio.to_thread(others.hears, 1000.0)
        await rung.hang_up()
        await second.hang_up()
        await came.ended()
    assert desk.seat()["calls"] >= 1
    assert chairman.post(f"{BOARD}/{CHAIRED}/reset").status == 204
    await desk.until(lambda: desk.seat()["calls"] == 0)
    log = desk.admin.get("/v1/operations?limit=50").json()["items"]
    done = {each["action"] for each in log if each["actor"] == "user:1002"}
    assert {"queue_caller.move", "queue_caller.remove", "call.supervise", "queue.reset"} <= done


async def test_a_chairman_hands_a_talk_on_and_ends_one(desk: Chaired) -> None:
    chairman, other = desk.chairman, Program(desk.server.url, "1003", "Demo-1003!")
    with Voice(440) as ours, Voice(1000) as theirs, Voice(1400) as others:

        async def talk() -> tuple[AsyncCall, AsyncCall, str]:
            coming = asyncio.ensure_future(desk.callee.next_call())
            calling = desk.caller.call(desk.uri(CHAIRED), session(ours))
            await calling.answered()
            came = await coming
            await came.accept(session(theirs, 0))
            await desk.until(lambda: bool(desk.board()["talking"]))
            return calling, came, f"{BOARD}/callers/{desk.key('1003')}"

        calling, came, path = await talk()
        for what, body in ("transfer", {"target": "1000"}), ("hang-up", {}):
            assert other.post(f"{path}/{what}", body).status == 404
        assert chairman.post(f"{path}/transfer", {"target": "no number"}).status == 422
        with abroad(desk):
            refused = chairman.post(f"{path}/transfer", {"target": "9123"})
        assert (refused.status, refused.json()["error"]["code"]) == (403, "forbidden")
        taking = asyncio.ensure_future(desk.second.next_call())
        assert chairman.post(f"{path}/transfer", {"target": "1000"}).status == 204
        taken = await taking
        await taken.accept(session(others, 0))
        await came.ended()
        ours.talk(port_of(calling.remote_description))
        await asyncio.to_thread(others.hears, 440.0)
        await calling.hang_up()
        await taken.ended()

        calling, came, path = await talk()
        assert chairman.post(f"{path}/hang-up").status == 204
        await calling.ended()
        await came.ended()
    done = {each["action"] for each in desk.admin.get("/v1/operations?limit=50").json()["items"]}
    assert {"call.transfer", "call.hang_up"} <= done
    figures_are_told(desk)


async def test_an_agent_is_freed_by_chairmen_and_administrators_and_goes_on_talking(
    desk: Chaired,
) -> None:
    admin, chairman = desk.admin, desk.chairman
    agent, other = (Program(desk.server.url, each, f"Demo-{each}!") for each in ("1001", "1003"))
    others = {"number": "6513", "name": "Not chaired", "static_agents": ["1001"]}
    assert admin.post("/v1/queues", others).status == 201
    desk.settled()
    free = {"change": "free"}
    with Voice(440) as ours, Voice(1000) as theirs:
        for number, who, path in (
            (CHAIRED, chairman, f"{BOARD}/agents/1001/duty"),
            ("6513", admin, "/v1/queue-board/agents/1001/duty"),
        ):
            coming = asyncio.ensure_future(desk.callee.next_call())
            call = desk.caller.call(desk.uri(number), session(ours))
            await call.answered()
            came = await coming
            await came.accept(session(theirs, 0))
            await desk.until(lambda: desk.seat()["state"] == "on_call")
            assert agent.post("/v1/me/duty", free).status == 403
            assert other.post(f"{BOARD}/agents/1001/duty", free).status == 403
            if who is admin:  # the chairman of another queue changes nothing about this one's talk
                assert chairman.post(f"{BOARD}/agents/1001/duty", free).status == 204
                assert desk.seat()["state"] == "on_call"
            assert who.post(path, free).status == 204
            await desk.until(lambda: desk.seat()["state"] == "busy")
            ours.talk(port_of(call.remote_description))
            await asyncio.to_thread(theirs.hears, 440.0)
            await call.hang_up()
            await came.ended()
            await desk.until(lambda: desk.seat()["state"] == "available")
    log = admin.get("/v1/operations?limit=50").json()["items"]
    noted = [each for each in log if each["action"] == "agent.free"]
    assert {each["object"] for each in noted} == {"extension:1001"}
    assert [(each["actor"], each["detail"]["queues"]) for each in noted] == [
        ("admin:admin", []), ("user:1002", [CHAIRED]), ("user:1002", [CHAIRED]),
    ]  # fmt: skip
    assert admin.delete("/v1/queues/6513").status == 204


async def test_a_chairman_redirects_picks_up_and_parks(desk: Chaired) -> None:
    chairman, other = desk.chairman, Program(desk.server.url, "1003", "Demo-1003!")
    pause = {"change": "take_break", "queues": [CHAIRED]}
    assert chairman.post(f"{BOARD}/agents/1001/duty", pause).status == 204
    with Voice(440) as ours, Voice(1000) as theirs, Voice(1400) as others:
        calling = desk.caller.call(desk.uri(CHAIRED), session(ours))
        await calling.answered()
        await desk.until(lambda: desk.waiting() == ["1003"])
        path = f"{BOARD}/callers/{desk.key('1003')}"
        assert other.post(f"{path}/redirect", {"target": "1000"}).status == 404
        assert chairman.post(f"{path}/park").status == 404, "he talks to nobody"
        assert chairman.post(f"{path}/redirect", {"target": "4999"}).status == 404
        with abroad(desk):
            assert chairman.post(f"{path}/redirect", {"target": "9123"}).status == 403
        assert desk.waiting() == ["1003"], "what was refused changes nothing"
        coming = asyncio.ensure_future(desk.chairs.next_call())
        assert chairman.post(f"{path}/redirect", {"target": "1002"}).status == 204
        taken = await coming
        await taken.accept(session(others, 0))
        ours.talk(port_of(calling.remote_description))
        await asyncio.to_thread(others.hears, 440.0)
        assert desk.waiting() == []
        await calling.hang_up()
        await taken.ended()

        end = {"change": "end_break", "queues": [CHAIRED]}
        assert chairman.post(f"{BOARD}/agents/1001/duty", end).status == 204
        coming = asyncio.ensure_future(desk.callee.next_call())
        calling = desk.caller.call(desk.uri(CHAIRED), session(ours))
        await calling.answered()
        came = await coming
        await came.accept(session(theirs, 0))
        await desk.until(lambda: bool(desk.board()["talking"]))
        path = f"{BOARD}/callers/{desk.key('1003')}"
        assert other.post(f"{path}/park").status == 404
        none = chairman.post(f"{path}/park")
        assert (none.status, none.json()["error"]["code"]) == (409, "no_slot_free")
        lot = {"number": "760", "name": "Lot", "first_slot": "761", "last_slot": "762"}
        added = desk.admin.post("/v1/parking-lots", lot)
        assert added.status == 201, added.body
        desk.settled()
        parked = chairman.post(f"{path}/park")
        assert parked.status == 200, parked.body
        slot = str(parked.json()["slot"])
        await came.ended()
        await desk.until(lambda: not desk.board()["talking"])
        live = desk.admin.get("/v1/calls/live").json()["items"]
        stays = [(leg["action"], leg["party"]) for each in live for leg in each["legs"]]
        assert ("parking", slot) in stays
        fetched = desk.second.call(desk.uri(slot), session(others))
        await fetched.answered()
        others.talk(port_of(fetched.remote_description))
        await asyncio.to_thread(ours.hears, 1400.0)
        await fetched.hang_up()
        await calling.ended()
    done = {each["action"] for each in desk.admin.get("/v1/operations?limit=50").json()["items"]}
    assert {"call.transfer", "call.park"} <= done


@contextmanager
def abroad(desk: Chaired) -> Iterator[None]:
    """A way to far countries by 9, which the agent may use, and the chairman may not."""
    admin, far = desk.admin, "internal-local-national-international"
    body = {"name": "Abroad", "kind": "peer", "host": "192.0.2.1"}
    trunk = admin.post("/v1/trunks", body).json()["id"]
    ways = [{"trunk": trunk, "strip": 1}]
    out = {"name": "Abroad", "patterns": "_9X.", "ways": ways, "permission": far}
    route = admin.post("/v1/outbound-routes", out).json()["id"]
    assert admin.patch("/v1/extensions/1001", {"permission": far}).status == 200
    desk.settled()
    yield
    assert admin.patch("/v1/extensions/1001", {"permission": "internal"}).status == 200
    for path in f"/v1/outbound-routes/{route}", f"/v1/trunks/{trunk}":
        assert admin.delete(path).status == 204


def figures_are_told(desk: Chaired) -> None:
    """To the agent the own ones, to the chairman those of the queue; and when agents were there."""
    agent = Program(desk.server.url, "1001", "Demo-1001!")
    own = agent.get("/v1/me/queue-report").json()
    assert (own["own"]["key"], own["queues"], own["agents"]) == ("1001", [], [])
    assert own["own"]["answered"] >= 2
    assert own["own"]["logged_in_s"] > 0
    chaired = desk.chairman.get("/v1/me/queue-report").json()
    assert [each["key"] for each in chaired["queues"]] == [CHAIRED]
    assert [each["key"] for each in chaired["agents"]] == ["1001"]
    path = f"/v1/queue-agent-log?queue={CHAIRED}&agent=1001"
    log = desk.admin.get(f"{path}&kind=login").json()
    assert [(each["kind"], each["ended_at"]) for each in log["items"]] == [("login", None)]
    assert desk.admin.get(f"{path}&kind=nap").status == 422
    rows = desk.admin.get(f"{path}&format=csv").body.decode("utf-8-sig").splitlines()
    assert rows[0].startswith("Kind,Agent,Name,Queue")
    assert rows[-1].startswith("Login,1001,")


async def test_nobody_else_is_a_chairman_of_it(desk: Chaired) -> None:
    other = Program(desk.server.url, "1003", "Demo-1003!")
    pause = {"change": "take_break", "queues": [CHAIRED]}
    desk.admin.post("/v1/queue-board/agents/1001/duty", pause)
    with Voice(440) as ours:
        call = desk.second.call(desk.uri(CHAIRED), session(ours))
        await call.answered()
        await desk.until(lambda: desk.waiting() == ["1000"])
        caller = f"{BOARD}/callers/{desk.key('1000')}"
        assert other.patch(caller, {"position": 1}).status == 404
        assert other.delete(caller).status == 404
        assert other.post(f"{caller}/supervise", {"mode": "listen"}).status == 404
        assert other.post(f"{BOARD}/{CHAIRED}/reset").status == 404
        assert desk.waiting() == ["1000"]
        await call.hang_up()
