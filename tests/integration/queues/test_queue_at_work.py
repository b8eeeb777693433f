"""A queue at work: the board shows what goes on, the log and the figures what went on."""

from __future__ import annotations

import asyncio
import json
from contextlib import AsyncExitStack
from typing import TYPE_CHECKING, Any
from xml.etree import ElementTree as ET

import aiohttp
import pytest

from engage.api.status import Status
from engage.identifiers import now_ms, rfc3339
from tests.support.event_socket import EventSocket
from tests.support.pair import Pair
from tests.support.program import Program
from tests.support.tone import Voice
from tests.support.ucm import PASSWORD, USER, signed_in
from tests.support.voice_phone import phone, session

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Callable

    from tests.support.server import Server
    from tests.support.ucm import UcmClient

HELP = "6510"


class Desk(Pair):
    """A caller and an agent of a queue, and who watches."""

    number = HELP

    def board(self) -> dict[str, Any]:
        boards = self.admin.get("/v1/queue-board").json()["items"]
        [mine] = [each for each in boards if each["number"] == self.number]
        return dict(mine)

    def up(self) -> bool:
        """Whether the PBX answers, and knows the queue."""
        reply = self.admin.get("/v1/queue-board")
        return reply.status == 200 and any(
            each["number"] == self.number for each in reply.json()["items"]
        )

    def seat(self) -> dict[str, Any]:
        [mine] = [each for each in self.board()["agents"] if each["agent"] == "1001"]
        return dict(mine)

    def ended(self, began_ms: int) -> list[str]:
        """How the stays of since then ended, as the log has it."""
        found = self.admin.get(
            f"/v1/queue-calls?from={rfc3339(began_ms)}&queue={self.number}"
        ).json()
        return [each["ended_by"] or each["outcome"] for each in found["items"]]

    def api(self) -> UcmClient:
        return signed_in(self.server, self.admin)

    async def until(self, holds: Callable[[], bool]) -> None:
        for _ in range(100):
            if await asyncio.to_thread(holds):
                return
            await asyncio.sleep(0.1)
        pytest.fail(f"not so: {self.board()}")


@pytest.fixture
async def desk(server: Server) -> AsyncIterator[Desk]:
    async with AsyncExitStack() as stack:
        caller, agent = [await phone(stack, server, each) for each in ("1003", "1001")]
        desk = Desk(server, caller, agent)
        queue = {
            "number": HELP, "name": "Help", "static_agents": ["1001"],
            "wrap_up_s": 30, "feature_codes": True,
        }  # fmt: skip
        added = desk.admin.post("/v1/queues", queue)
        assert added.status in (201, 409, 422), added.body
        desk.settled()
        yield desk
        desk.admin.post("/v1/queue-board/agents/1001/duty", {"change": "end_break"})
        desk.admin.post("/v1/queue-board/agents/1001/duty", {"change": "ready"})


async def test_what_goes_on_is_shown_and_what_ended_is_gone(desk: Desk) -> None:
    began = now_ms()
    with Voice(440) as ours, Voice(1000) as theirs:
        call = desk.caller.call(desk.uri(HELP), session(ours))
        await call.answered()
        came = await desk.callee.next_call()
        came.ring()
        await desk.until(lambda: desk.seat()["state"] == "ringing")
        [waiting] = desk.board()["waiting"]
        assert (waiting["number"], waiting["position"]) == ("1003", 1)
        assert waiting["ringing"] == ["1001"]
        await came.accept(session(theirs, 0))
        await desk.until(lambda: bool(desk.board()["talking"]))
        [talking] = desk.board()["talking"]
        assert talking["agent"] == "1001"
        assert talking["call"] in [each["id"] for each in desk.live()]
        assert desk.seat()["state"] == "on_call"
        await call.hang_up()
        await came.ended()
    await desk.until(lambda: not desk.board()["talking"] and desk.seat()["state"] == "wrap_up")
    assert 0 < desk.seat()["left_s"] <= 30
    query = f"from={rfc3339(began)}&queue={HELP}"
    await desk.until(lambda: desk.ended(began) == ["caller"])
    report = desk.admin.get(f"/v1/queue-report?{query}").json()
    [mine] = report["queues"]
    assert (mine["offered"], mine["answered"], mine["service_level"]) == (1, 1, 100.0)
    assert [(each["key"], each["answered"]) for each in report["agents"]] == [("1001", 1)]
    [stay] = desk.admin.get(f"/v1/queue-calls?{query}").json()["items"]
    assert (stay["number"], stay["outcome"], stay["ended_by"]) == ("1003", "answered", "caller")
    assert desk.admin.get(f"/v1/queue-report?{query}&format=xlsx").body.startswith(b"PK")
    assert desk.admin.get(f"/v1/queue-calls?{query}&format=xlsx").body.startswith(b"PK")
    lines = desk.admin.get(f"/v1/queue-calls?{query}&format=csv").body.decode().splitlines()
    assert [stay["call"] in line for line in lines] == [False, True]
    log = desk.admin.get(f"/v1/queue-log?from={rfc3339(began)}").body.decode()
    verbs = [line.split("|")[4] for line in log.splitlines() if f"|{HELP}|" in line]
    assert verbs == ["ENTERQUEUE", "CONNECT", "COMPLETECALLER"]
    record = await desk.record()
    assert (record["action"], record["action_owner"]) == ("queue", HELP)
    assert record["answered_by"] == "1001"


async def test_a_caller_who_gives_up_is_counted_as_abandoned(desk: Desk) -> None:
    desk.admin.post("/v1/queue-board/agents/1001/duty", {"change": "ready"})
    began = now_ms()
    with Voice(440) as ours:
        call = desk.caller.call(desk.uri(HELP), session(ours))
        await call.answered()
        came = await desk.callee.next_call()
        came.ring()
        await call.hang_up()
        await came.ended()
    await desk.until(lambda: not desk.board()["waiting"])
    await desk.until(lambda: desk.ended(began) == ["abandoned"])
    report = desk.admin.get(f"/v1/queue-report?from={rfc3339(began)}&queue={HELP}").json()
    assert (report["total"]["abandoned"], report["total"]["abandoned_rate"]) == (1, 100.0)


async def test_programs_read_figures_and_pause_agents(desk: Desk) -> None:
    api = desk.api()
    day = rfc3339(now_ms())[:10]
    asked = {"action": "queueapi", "cookie": api.cookie, "startTime": day, "queue": HELP}
    _, _, body = api.raw(json.dumps({"request": asked}).encode())
    assert body.startswith(b"<"), body
    root = ET.fromstring(body)  # noqa: S314 - our own answer
    assert root.tag == "root_statistics"
    [queue] = root.findall("queue")
    assert queue.findtext("queue") == HELP
    assert queue.findtext("total_calls") == "2"
    paused = api.ask(
        "pauseUnpauseQueueAgent", operatetype="pause", interface="1001", extension=HELP
    )
    assert paused.status == 0
    assert paused.response == {"need_apply": "yes"}
    await desk.until(lambda: desk.seat()["state"] == "on_break")
    api.ask("pauseUnpauseQueueAgent", operatetype="unpause", interface="PJSIP/1001")
    await desk.until(lambda: desk.seat()["state"] != "on_break")


async def test_an_agent_takes_a_break_by_phone_and_wave_knows(desk: Desk) -> None:
    with Voice(440) as theirs:
        call = desk.callee.call(desk.uri("*832"), session(theirs))
        await call.answered()
        await call.ended()
    await desk.until(lambda: desk.seat()["state"] == "on_break")
    assert desk.seat()["reason"] == "Lunch"
    wave = Program(desk.server.url, "1001", "Demo-1001!")
    await desk.until(
        lambda: {each["number"]: each for each in wave.get("/v1/me/queues").json()["items"]}[HELP][
            "paused"
        ]
    )
    own = wave.get("/v1/me/queue-board").json()
    assert "Lunch" in own["reasons"]
    assert wave.post("/v1/me/duty", {"change": "end_break"}).status == 204
    await desk.until(lambda: desk.seat()["state"] != "on_break")
    assert wave.post("/v1/me/duty", {"change": "log_out", "queues": [HELP]}).status == 403


async def test_breaks_and_logins_outlast_a_kill(desk: Desk) -> None:
    admin = desk.admin
    queue = {"number": "6530", "name": "Late", "dynamic_agents": ["1002"]}
    assert admin.post("/v1/queues", queue).status == 201
    desk.settled()
    duty = "/v1/queue-board/agents"
    assert admin.post(f"{duty}/1002/duty", {"change": "log_in", "queues": ["6530"]}).status == 204
    paused = {"change": "take_break", "reason": "Meeting"}
    assert admin.post(f"{duty}/1001/duty", paused).status == 204
    await desk.until(lambda: desk.seat()["state"] == "on_break")
    await asyncio.to_thread(desk.server.kill9, "pbx")
    await asyncio.to_thread(desk.server.wait_ready)
    await desk.until(lambda: desk.up() and desk.seat()["reason"] == "Meeting")
    boards = {each["number"]: each for each in admin.get("/v1/queue-board").json()["items"]}
    assert boards["6530"]["agents"][0]["state"] != "logged_out"
    assert admin.post(f"{duty}/1001/duty", {"change": "end_break"}).status == 204


async def test_programs_are_told_of_queues_as_it_happens(desk: Desk) -> None:
    duty = "/v1/queue-board/agents/1001/duty"
    async with AsyncExitStack() as stack:
        http = await stack.enter_async_context(aiohttp.ClientSession())
        socket = await EventSocket.open(http, desk.server.https_port, USER, PASSWORD)
        await socket.subscribe("CallQueueStatus")
        stands = await socket.until("CallQueueStatus", extension=HELP)
        assert [each["member_extension"] for each in stands["members"]] == ["1001"]
        [member] = stands["members"]
        paused = {"change": "take_break", "reason": "Meeting"}
        assert (await asyncio.to_thread(desk.admin.post, duty, paused)).status == 204
        away = member | {"status": "Paused", "pausereason": "Meeting"}
        await socket.until("CallQueueStatus", extension=HELP, members=[away])


async def test_a_chairman_decides_about_the_agents_of_his_queue_alone(desk: Desk) -> None:
    assert desk.admin.patch(f"/v1/queues/{HELP}", {"chairmen": ["1003"]}).status == 200
    chairman = Program(desk.server.url, "1003", "Demo-1003!")
    boards = {each["number"]: each for each in chairman.get("/v1/me/queue-board").json()["items"]}
    assert (boards[HELP]["chaired"], boards.get("6500")) == (True, None)
    path, pause = "/v1/me/queue-board/agents/1001/duty", {"change": "take_break"}
    assert chairman.post(path, {**pause, "queues": [HELP]}).status == 204
    await desk.until(lambda: desk.seat()["state"] == "on_break")
    assert chairman.post(path, {"change": "end_break", "queues": [HELP]}).status == 204
    for queues in ["6500"], []:
        assert chairman.post(path, {**pause, "queues": queues}).status == 403
    foreign = "/v1/me/queue-board/agents/1000/duty"
    for body in {**pause, "queues": [HELP]}, {"change": "ready"}, {"change": "extend", "by_s": 60}:
        assert chairman.post(foreign, body).status == 403, body
    assert chairman.post(path, {"change": "ready"}).status == 204
    noted = [
        (each["actor"], each["action"])
        for each in desk.admin.get("/v1/operations?limit=20").json()["items"]
        if each["object"] == "extension:1001"
    ]
    assert noted[:3] == [
        ("user:1003", f"agent.{change}") for change in ("ready", "end_break", "take_break")
    ]
    stranger = "/v1/queue-board/agents/1004/duty"
    assert desk.admin.post(stranger, {**pause, "queues": [HELP]}).status == 404


async def test_an_agent_goes_on_at_another_phone_hangs_up_there_and_is_rated(desk: Desk) -> None:
    desk.admin.post("/v1/queue-board/agents/1001/duty", {"change": "ready"})
    assert desk.admin.patch(f"/v1/queues/{HELP}", {"survey": True}).status == 200
    assert desk.admin.patch("/v1/extensions/1001", {"max_contacts": 2}).status == 200
    desk.settled()
    began = now_ms()
    async with AsyncExitStack() as stack:
        second = await phone(stack, desk.server, "1001")
        voices = [stack.enter_context(Voice(hz)) for hz in (440, 1000, 1500)]
        call = desk.caller.call(desk.uri(HELP), session(voices[0]))
        await call.answered()
        came, _ = await asyncio.gather(desk.callee.next_call(), second.next_call())
        await came.accept(session(voices[1], 0))
        await desk.until(lambda: bool(desk.board()["talking"]))
        for key in "*46":
            await came.press(key)
        rings = await asyncio.wait_for(second.next_call(), 10)
        await rings.accept(session(voices[2], 0))
        await came.ended()
        assert desk.seat()["state"] == "on_call"
        await rings.hang_up()
        await desk.until(lambda: desk.seat()["state"] == "wrap_up")
        await call.press("4")
        await call.ended()
    query = f"from={rfc3339(began)}&queue={HELP}"
    report: dict[str, Any] = {}

    def rated() -> bool:
        report.update(desk.admin.get(f"/v1/queue-report?{query}").json())
        return bool(report["total"]["rated"])

    await desk.until(rated)
    assert report["total"]["average_rating"] == 4.0
    assert desk.ended(began) == ["agent"]
    log = desk.admin.get(f"/v1/queue-log?from={rfc3339(began)}").body.decode()
    rows = [line.split("|")[3:] for line in log.splitlines() if f"|{HELP}|" in line]
    assert [row[1] for row in rows] == ["ENTERQUEUE", "CONNECT", "COMPLETEAGENT", "INFO"]
    assert rows[-1][:4] == ["Agent/1001", "INFO", "SURVEY", "4"]
    assert desk.admin.patch(f"/v1/queues/{HELP}", {"survey": False}).status == 200
    assert desk.admin.patch("/v1/extensions/1001", {"max_contacts": 1}).status == 200


async def test_a_static_agent_logs_out_in_wave_and_in_again_by_phone(desk: Desk) -> None:
    assert desk.admin.patch(f"/v1/queues/{HELP}", {"static_login": True}).status == 200
    desk.settled()
    wave = Program(desk.server.url, "1001", "Demo-1001!")

    def own() -> dict[str, Any]:
        items = wave.get("/v1/me/queues").json()["items"]
        [mine] = [each for each in items if each["number"] == HELP]
        return dict(mine)

    assert (own()["static"], own()["may_log_in"], own()["logged_in"]) == (True, True, True)
    assert wave.post(f"/v1/queues/{HELP}/log-out", {}).status == 200
    await desk.until(lambda: desk.seat()["state"] == "logged_out")
    with Voice(440) as ours:
        call = desk.callee.call(desk.uri(f"{HELP}*"), session(ours))
        await call.ended()
    await desk.until(lambda: desk.seat()["state"] == "available" and own()["logged_in"])
    assert desk.seat()["may_log_in"]
    assert desk.admin.patch(f"/v1/queues/{HELP}", {"static_login": False}).status == 200
    assert wave.post(f"/v1/queues/{HELP}/log-out", {}).status == 409
    for named in ([HELP], []):
        leaving = {"change": "log_out", "queues": named}
        refused = desk.admin.post("/v1/queue-board/agents/1001/duty", leaving)
        assert (refused.status, refused.json()["error"]["code"]) == (409, "static_agent")


async def test_a_chairman_is_told_the_figures_of_his_queues_alone(desk: Desk) -> None:
    assert desk.admin.patch(f"/v1/queues/{HELP}", {"chairmen": ["1003"]}).status == 200
    api = desk.api()
    asked = {
        "action": "queueapi", "cookie": api.cookie, "startTime": rfc3339(now_ms())[:10],
        "queuechairman": "1003",
    }  # fmt: skip
    _, _, body = api.raw(json.dumps({"request": asked}).encode())
    root = ET.fromstring(body)  # noqa: S314 - our own answer
    assert [each.findtext("queue") for each in root.findall("queue")] == [HELP]
    for others in {"queuechairman": "1000"}, {"queue": "6500"}:
        _, _, body = api.raw(json.dumps({"request": asked | others}).encode())
        assert json.loads(body)["status"] == Status.NOT_FOUND
