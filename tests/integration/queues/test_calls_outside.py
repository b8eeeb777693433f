"""Agents and the world outside, at a running server: calls they make, customers called back."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

from engage.identifiers import now_ms, rfc3339
from tests.support.provider import Provider, dialled, provider
from tests.support.tone import Voice
from tests.support.voice_phone import port_of, session
from tests.support.web_loader import FakeLoader

if TYPE_CHECKING:
    from typing import Any

__all__ = ["provider"]

HELP = "6520"


def add_queue(provider: Provider, **rules: Any) -> None:
    """A queue which 1001 alone serves, and a way out for its agent."""
    queue = {"number": HELP, "name": "testQ", "static_agents": ["1001"], **rules}
    added = provider.admin.post("/v1/queues", queue)
    assert added.status == 201, added.body
    provider.pair.settled()


async def test_an_agents_call_to_outside_is_told_to_queuemetrics(provider: Provider) -> None:
    pair = provider.pair
    way = {"trunk": provider.trunk, "strip": 1}
    route = provider.route("outbound", name="City", patterns="_9X.", ways=[way])
    add_queue(provider)
    with FakeLoader() as loader, Voice(440) as ours, Voice(1000) as theirs:
        provider.set(
            "queuemetrics",
            enabled=True,
            url=loader.url,
            password="secret",  # noqa: S106
            interval_s=1,
            outbound=True,
            outbound_queue="out",
        )
        call = pair.callee.call(pair.uri("9123"), session(ours))
        came = await provider.agent.next_call()
        came.ring()
        await came.accept(session(theirs, 0))
        await call.answered()
        await call.hang_up()
        await came.ended()
        record = await pair.record()
        await asyncio.to_thread(
            loader.wait_for, lambda: sum(each["queue"] == "out" for each in loader.rows) == 3
        )
        told = [each for each in loader.rows if each["queue"] == "out"]
        assert [each["verb"] for each in told] == ["CALLOUTBOUND", "CONNECT", "COMPLETEAGENT"]
        assert {each["agent"] for each in told} == {"Agent/1001"}
        assert {each["callId"] for each in told} == {record["id"]}
        provider.set("queuemetrics", enabled=False)
    provider.remove(route)
    provider.remove(f"/v1/queues/{HELP}")


async def test_a_customer_is_called_back_by_the_queues_own_number(provider: Provider) -> None:
    pair, trunk, began = provider.pair, f"/v1/trunks/{provider.trunk}", now_ms()
    assert provider.admin.patch(trunk, {"username": "trunkuser"}).status == 200
    add_queue(
        provider,
        virtual_queue=True,
        virtual_mode="key",
        virtual_key="2",
        caller_id="8000",
    )
    routes = [
        provider.route(
            "outbound", name="City", patterns="_5X.", ways=[{"trunk": provider.trunk}]
        ),
        provider.route(
            "inbound", name="Main", trunks=[provider.trunk], dids="8000",
            destination={"kind": "queue", "value": HELP},
        ),
    ]  # fmt: skip
    with Voice(0) as customers, Voice(1000) as agents:
        call = await provider.agent.invite(pair.uri("8000"), session(customers))
        ringing = await pair.callee.next_call()
        await call.press("2")
        await asyncio.sleep(1)  # a key during the music would be the queue's
        await call.press("1")
        await call.ended()
        await ringing.ended()
        back = await pair.callee.next_call()
        assert "5551234" in back.peer
        await back.accept(session(agents, 0))
        came = await provider.agent.next_call()
        assert dialled(came) == "5551234"
        assert "sip:8000@" in came.peer
        assert "trunkuser" not in came.peer
        await came.accept(session(customers, 0))
        agents.talk(port_of(back.remote_description))
        await asyncio.to_thread(customers.hears, 1000)
        await came.hang_up()
        await back.ended()
    log = provider.admin.get(f"/v1/queue-log?from={rfc3339(began)}").body.decode().splitlines()
    told = [line.split("|", 4)[4] for line in log if f"|{HELP}|NONE|" in line]
    assert told[:2] == ["DID|8000", "ENTERQUEUE||5551234|1"], log
    for each in routes:
        provider.remove(each)
    provider.remove(f"/v1/queues/{HELP}")
