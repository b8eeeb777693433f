"""Connections to the two namespaces: order, refusals, revocation, slow readers, bad input."""

from __future__ import annotations

import asyncio
import json
from contextlib import asynccontextmanager
from typing import TYPE_CHECKING, Any

import pytest
import socketio
from pydantic import BaseModel

from engage.errors import Forbidden, Unauthenticated
from engage.people.events import SessionEnded
from engage.people.model import Principal, SessionExpired
from engage.web import outgoing
from engage.web.sockets import Sockets
from pbxcore.rate_limit import Rate
from tests.support.raw_socket import raw_socket
from tests.support.site import free_socket, serving

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

LOOSE = Rate(burst=10**6, per_s=1e6)


class Door:
    """Tokens are user numbers; `over` are those whose session has ended."""

    def __init__(self) -> None:
        self.over: set[str] = set()

    async def of_token(self, token: str) -> Principal:
        if token in self.over:
            raise SessionExpired
        if token.startswith("v"):
            return Principal("visitor", token, token, f"visitor:{token}", f"s-{token}")
        if not token.isdigit():
            raise Unauthenticated
        return Principal("user", token, f"User {token}", f"user:{token}", f"s-{token}")


class Say(BaseModel):
    text: str = ""
    wait_s: float = 0


class House:
    """Sockets on a port, with a few events of our own."""

    def __init__(self, incoming: Rate) -> None:
        self.door = Door()
        self.sockets = Sockets(self.door, incoming=incoming)
        self.port = 0
        self.heard: list[str] = []
        self.told: list[tuple[str, str]] = []
        self.gone = asyncio.Event()
        for namespace in ("/wave", "/visitor"):
            self.sockets.on(namespace, "say", Say, self.say)
            self.sockets.on(namespace, "refuse", Say, self.refuse)
            self.sockets.on(namespace, "break", Say, self.fail)
        self.sockets.on_connect("/wave", lambda who: self.told.append(("in", who.who)))
        self.sockets.on_disconnect("/wave", self.left)

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    def left(self, who: Principal) -> None:
        self.told.append(("out", who.who))
        self.gone.set()

    async def say(self, who: Principal, data: Say) -> dict[str, Any]:
        await asyncio.sleep(data.wait_s)
        self.heard.append(data.text)
        return {"heard": len(self.heard)}

    async def refuse(self, _: Principal, __: Say) -> dict[str, Any]:
        raise Forbidden(by={"id": "1001", "name": "Ben"})

    async def fail(self, _: Principal, __: Say) -> dict[str, Any]:
        raise ZeroDivisionError


@asynccontextmanager
async def house(incoming: Rate = LOOSE) -> AsyncIterator[House]:
    sock, port = free_socket()
    built = House(incoming)
    built.port = port
    async with serving(built.sockets, sock):
        yield built
        await built.sockets.stop()


@asynccontextmanager
async def client(
    at: House, token: str, namespace: str = "/wave", **options: Any
) -> AsyncIterator[socketio.AsyncClient]:
    found = socketio.AsyncClient(reconnection=False)
    transports = options.pop("transports", ["websocket"])
    await found.connect(
        at.url, auth={"token": token}, namespaces=[namespace], transports=transports, **options
    )
    try:
        yield found
    finally:
        await found.disconnect()


def collect(
    source: socketio.AsyncClient, name: str, namespace: str = "/wave"
) -> asyncio.Queue[Any]:
    found: asyncio.Queue[Any] = asyncio.Queue()
    source.on(name, found.put_nowait, namespace=namespace)
    return found


async def test_events_of_one_connection_are_handled_in_order_though_the_first_is_slow() -> None:
    async with house() as at, raw_socket(at.port) as raw:
        await raw.join("/wave", "1000")
        for number in range(20):
            wait_s = 0.05 if number == 0 else 0
            raw.event("/wave", "say", {"text": str(number), "wait_s": wait_s}, number=number)
        acks = [await raw.ack("/wave", number) for number in range(20)]
        assert at.heard == [str(number) for number in range(20)]
        assert [ack["heard"] for ack in acks] == list(range(1, 21))


async def test_another_connection_does_not_wait_for_a_slow_one() -> None:
    async with house() as at, client(at, "1000") as slow, client(at, "1001") as quick:
        pending = asyncio.create_task(
            slow.call("say", {"text": "late", "wait_s": 0.3}, namespace="/wave")
        )
        await quick.call("say", {"text": "early"}, namespace="/wave")
        assert at.heard == ["early"]
        assert (await pending)["ok"]


@pytest.mark.parametrize("transports", [["websocket"], ["polling"], ["polling", "websocket"]])
async def test_every_transport_carries_events_both_ways(transports: list[str]) -> None:
    async with house() as at, client(at, "1000", transports=transports) as one:
        events = collect(one, "event")
        assert (await one.call("say", {"text": "x"}, namespace="/wave"))["ok"]
        for seq in range(1, 6):
            at.sockets.send(["user:1000"], "event", {"conversation": "c", "seq": seq, "t": "ä€"})
        got = [await asyncio.wait_for(events.get(), 5) for _ in range(5)]
        assert [each["seq"] for each in got] == [1, 2, 3, 4, 5]


async def test_a_refused_connection_carries_its_code() -> None:
    async with house() as at:
        at.door.over.add("1000")
        for token, code in (("1000", "expired"), ("nonsense", "invalid"), ("v1", "invalid")):
            async with raw_socket(at.port) as raw:
                answer = await raw.join("/wave", token)
                assert json.loads(answer.partition(",")[2])["data"] == {"code": code}
        async with raw_socket(at.port) as raw:
            raw.text("40/wave,")
            assert '"code":"invalid"' in await raw.until("44/wave,")


async def test_pages_of_other_origins_are_kept_out() -> None:
    async with house() as at:
        with pytest.raises(ConnectionRefusedError):
            async with raw_socket(at.port, headers={"Origin": "http://evil.test"}):
                pass
        async with raw_socket(at.port, headers={"Origin": at.url, "Cookie": "engage=1000"}) as raw:
            raw.text("40/wave,")
            assert '"sid"' in await raw.until("4")
        async with raw_socket(at.port, headers={"Cookie": "engage=1000"}) as raw:
            raw.text("40/wave,")
            assert '"code":"invalid"' in await raw.until("44/wave,")


async def test_a_browser_that_must_poll_comes_in_by_its_cookie() -> None:
    async with house() as at:
        one = socketio.AsyncClient(reconnection=False)
        await one.connect(
            at.url,
            headers={"Cookie": "engage=1000"},
            namespaces=["/wave"],
            transports=["polling"],
        )
        assert (await one.call("say", {}, namespace="/wave"))["ok"]
        await one.disconnect()


async def test_errors_are_acknowledged_with_their_code_and_parameters() -> None:
    async with house() as at, client(at, "1000") as one:
        answer = await one.call("refuse", {}, namespace="/wave")
        assert answer["ok"] is False
        assert answer["error"]["code"] == "forbidden"
        assert answer["by"] == answer["error"]["by"] == {"id": "1001", "name": "Ben"}
        answer = await one.call("no_such_event", {}, namespace="/wave")
        assert answer["error"]["code"] == "unknown_event"


async def test_a_fault_of_ours_is_acknowledged_and_the_connection_lives(
    caplog: pytest.LogCaptureFixture,
) -> None:
    async with house() as at, client(at, "1000") as one:
        answer = await one.call("break", {}, namespace="/wave")
        assert answer["error"]["code"] == "internal"
        assert (await one.call("say", {}, namespace="/wave"))["ok"]
        assert "socket event failed" in caplog.text


@pytest.mark.parametrize(
    "data",
    [None, 7, "text", [], ["a"], True, {"text": 7}, {"text": None}, {"unknown": 1}, {"": ""},
     {"text": "a\u0000b"}, {"text": "\ud800"}, {"text": "x", "author": "visitor:1"}],
)  # fmt: skip
async def test_malformed_payloads_are_refused_with_a_typed_error(data: object) -> None:
    async with house() as at, raw_socket(at.port) as raw:
        await raw.join("/wave", "1000")
        raw.event("/wave", "say", data, number=1)
        answer = await raw.ack("/wave", 1)
        assert answer["ok"] is False
        assert answer["error"]["code"] in ("invalid", "malformed", "text_refused")
        assert at.heard == []


@pytest.mark.parametrize(
    "message",
    ["", "4", "9", "42", "42/wave,", "42/wave,[", "42/wave,1{}", "42/wave,1[]", "42/wave,1[1]",
     "451-/wave,[\"say\"]", "46/wave,", "43/wave,9[]", "4" * 2000, "42/wave," + "9" * 200 + "[1]",
     "42/wave," + "[" * 20_000, "40/absent,", "41/wave,", "x", "bAAAA"],
)  # fmt: skip
async def test_packets_that_are_no_socket_io_harm_nobody_else(
    message: str, caplog: pytest.LogCaptureFixture
) -> None:
    async with house() as at, client(at, "1001") as other:
        async with raw_socket(at.port) as raw:
            await raw.join("/wave", "1000")
            raw.text(message)
            raw.text("1")
            while await raw.receive() is not None:
                pass
        assert (await other.call("say", {}, namespace="/wave"))["ok"]
    assert "Traceback" not in caplog.text


async def test_a_message_above_the_limit_ends_the_connection_only() -> None:
    async with house() as at, client(at, "1001") as other, raw_socket(at.port) as raw:
        await raw.join("/wave", "1000")
        raw.event("/wave", "say", {"text": "x" * 70_000}, number=1)
        while await raw.receive() is not None:
            pass
        assert (await other.call("say", {}, namespace="/wave"))["ok"]
        assert at.heard == [""]


async def test_an_ended_session_is_told_and_disconnected_at_once() -> None:
    async with house() as at, client(at, "1000") as one, client(at, "1001") as other:
        revoked, left = collect(one, "revoked"), asyncio.Event()
        one.on("disconnect", left.set, namespace="/wave")
        await at.sockets.session_ended(SessionEnded("s-1000", "revoked"))
        assert (await asyncio.wait_for(revoked.get(), 5))["code"] == "revoked"
        await asyncio.wait_for(left.wait(), 5)
        assert at.sockets.connections("user:1000") == 0
        assert (await other.call("say", {}, namespace="/wave"))["ok"]


async def test_rights_are_checked_again_on_every_event() -> None:
    async with house() as at, client(at, "1000") as one:
        assert (await one.call("say", {"text": "1"}, namespace="/wave"))["ok"]
        revoked = collect(one, "revoked")
        at.door.over.add("1000")
        answer = await one.call("say", {"text": "2"}, namespace="/wave")
        assert (answer["ok"], answer["error"]["code"]) == (False, "expired")
        assert (await asyncio.wait_for(revoked.get(), 5))["code"] == "expired"
        assert at.heard == ["1"]


async def test_slices_hear_who_comes_and_goes() -> None:
    async with house() as at:
        async with client(at, "1000"):
            assert at.sockets.connections("user:1000") == 1
        await asyncio.wait_for(at.gone.wait(), 5)
        assert at.told == [("in", "user:1000"), ("out", "user:1000")]


async def test_a_flood_is_slowed_down_and_nothing_of_it_is_lost() -> None:
    async with house(Rate(burst=5, per_s=50)) as at, raw_socket(at.port) as raw:
        await raw.join("/wave", "1000")
        started = asyncio.get_running_loop().time()
        for number in range(20):
            raw.event("/wave", "say", {"text": str(number)}, number=number)
        for number in range(20):
            assert (await raw.ack("/wave", number))["ok"]
        assert asyncio.get_running_loop().time() - started >= 14 / 50


async def test_a_client_that_stops_reading_costs_bounded_memory_and_then_gets_heads() -> None:
    async with house() as at, raw_socket(at.port, small_window=True) as raw:
        await raw.join("/wave", "1000")
        raw.writer.transport.pause_reading()
        text, count = "x" * 8000, 2000
        (connection,) = at.sockets._by_who["user:1000"].values()  # noqa: SLF001
        queue = connection.outgoing
        assert queue is not None
        most = 0
        for seq in range(1, count + 1):
            payload = {"conversation": f"c{seq % 2}", "seq": seq, "text": text}
            at.sockets.send(["user:1000"], "event", payload)
            most = max(most, queue.bytes + queue.wire.transport.get_write_buffer_size())
            if seq % 50 == 0:
                await asyncio.sleep(0)
        assert most <= outgoing.PUSH_LIMIT + 2 * outgoing.BATCH
        assert at.sockets.connections("user:1000") == 1
        raw.writer.transport.resume_reading()
        heads: dict[str, int] = {}
        while heads.get("c0") != count or heads.get("c1") != count - 1:
            message = await asyncio.wait_for(raw.until("42/wave,"), 10)
            name, data = json.loads(message.partition(",")[2])
            if name == "head":
                heads[data["conversation"]] = data["head"]


async def test_a_client_that_reads_nothing_at_all_is_disconnected() -> None:
    async with house() as at, raw_socket(at.port, small_window=True) as raw:
        await raw.join("/wave", "1000")
        raw.writer.transport.pause_reading()
        for number in range(2000):  # not to be shortened: each must arrive as it is
            at.sockets.send(["user:1000"], "inquiry", {"n": number, "text": "x" * 4000})
        await asyncio.wait_for(at.gone.wait(), 10)
        assert at.sockets.connections("user:1000") == 0


async def test_a_broadcast_reaches_everyone_in_order_and_lets_others_in_between() -> None:
    async with house() as at:
        clients = [socketio.AsyncClient(reconnection=False) for _ in range(40)]
        queues = [collect(each, "event") for each in clients]
        for number, each in enumerate(clients):
            await each.connect(
                at.url, auth={"token": str(2000 + number)}, namespaces=["/wave"],
                transports=["websocket"],
            )  # fmt: skip
        everyone = [f"user:{2000 + number}" for number in range(40)]
        for seq in range(1, 51):
            at.sockets.send(everyone, "event", {"conversation": "c", "seq": seq})
        for queue in queues:
            got = [(await asyncio.wait_for(queue.get(), 10))["seq"] for _ in range(50)]
            assert got == list(range(1, 51))
        for each in clients:
            await each.disconnect()


async def test_who_joins_no_namespace_is_sent_away(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("engage.web.engine.CONNECT_WITHIN_S", 0.1)
    async with house() as at, raw_socket(at.port) as raw:
        while await asyncio.wait_for(raw.receive(), 5) is not None:
            pass
