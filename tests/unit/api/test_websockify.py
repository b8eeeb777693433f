"""What programs listen to on their socket, and what an extension is doing for them."""

from __future__ import annotations

import asyncio
from types import SimpleNamespace
from typing import Any

import pytest

from engage.api import websockify
from engage.api.sessions import IDLE_MS, ApiSessions
from engage.api.standing import busy, status_of
from engage.api.subscriptions import Subscriptions, UnknownEvent
from engage.calls.model import Leg, OpenCall
from engage.web.protocol import WIRE


def test_filters_say_of_whom_an_event_is_wanted() -> None:
    wanted = Subscriptions()
    assert wanted.add(["extensionstatus/2005~2007", "ActiveCallStatus"]) == {
        "ExtensionStatus",
        "ActiveCallStatus",
    }
    assert wanted.wants("ExtensionStatus", "2006")
    assert not wanted.wants("ExtensionStatus", "2008")
    assert not wanted.wants("ExtensionStatus", "20060")
    assert wanted.wants("ActiveCallStatus")
    assert not wanted.wants("PbxStatus")
    wanted.add(["ExtensionStatus/2010"])
    assert wanted.wants("ExtensionStatus", "2010")
    wanted.remove(["ExtensionStatus/2010"])
    assert not wanted.wants("ExtensionStatus", "2010")
    wanted.add(["ExtensionStatus"])
    assert wanted.wants("ExtensionStatus", "1")
    wanted.remove(["ExtensionStatus"])
    assert not wanted.wants("ExtensionStatus", "2006")


@pytest.mark.parametrize("name", ["", "Nothing", "ExtensionStatus/", "ExtensionStatus/1~"])
def test_one_unknown_name_refuses_the_whole(name: str) -> None:
    wanted = Subscriptions()
    with pytest.raises(UnknownEvent):
        wanted.add(["ActiveCallStatus", name])
    assert not wanted.wants("ActiveCallStatus")


def call(*legs: Leg) -> OpenCall:
    by_name = {each.name: each for each in legs}
    return OpenCall("c", 1, 0, "internal", "1001", "1", "", "", "", by_name)


def test_an_extension_calls_rings_talks_or_waits() -> None:
    caller = Leg("1", "caller", "1000", 1, 0, extension="1000")
    rings = Leg("2", "called", "1001", 2, 0, extension="1001", ringing_at_ms=1)
    talks = Leg("3", "called", "1002", 3, 0, extension="1002", answered_at_ms=1)
    gone = Leg("4", "called", "1003", 4, 0, extension="1003", ended_at_ms=1)
    doing = busy([call(caller, rings, talks, gone)])
    numbers = ("1000", "1001", "1002", "1003")
    assert [status_of(each, doing, registered=True) for each in numbers] == [
        "InUse",
        "Ringing",
        "InUse",
        "Idle",
    ]
    assert status_of("1003", doing, registered=False) == "Unavailable"


def test_being_told_of_events_lets_no_session_live_on() -> None:
    now = [0]
    sessions = ApiSessions(lambda: now[0])
    cookie, other = sessions.begin("u1", "ann", ""), sessions.begin("u2", "ben", "")
    now[0] = IDLE_MS - 1
    assert sessions.stands(cookie)
    sessions.end_of("u2")
    assert not sessions.stands(other)
    now[0] = IDLE_MS
    assert not sessions.stands(cookie)
    assert not sessions.stands("")


async def test_a_program_within_its_rate_is_answered_at_once_and_one_beyond_it_waits(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    waited: list[float] = []

    async def sleep(seconds: float) -> None:
        waited.append(seconds)

    async def admits(_client: str) -> bool:
        return True

    monkeypatch.setattr("engage.api.websockify.time.monotonic", lambda: 1000.0)
    monkeypatch.setattr("engage.api.websockify.asyncio.sleep", sleep)
    users: Any = SimpleNamespace(admits=admits)
    watching: Any = SimpleNamespace(listen=lambda _told: lambda: None)
    none: Any = SimpleNamespace()
    frames = iter(
        [{"type": "websocket.connect"}]
        + [{"type": "websocket.receive", "text": "{}"}] * (websockify.INCOMING.burst + 3)
        + [{"type": "websocket.disconnect"}]
    )
    answered: list[Any] = []

    async def receive() -> Any:
        return next(frames)

    async def send(message: Any) -> None:
        answered.append(message)

    scope = {
        "type": "websocket",
        "headers": [],
        "path": "/websockify",
        "client": ("192.0.2.1", 1),
        "extensions": {WIRE: SimpleNamespace(abort=lambda: None)},
    }
    async with asyncio.timeout(10):
        await websockify.Websockify(users, none, none, watching)(scope, receive, send)
    assert waited == pytest.approx([0.1, 0.2, 0.3])
    assert len([each for each in answered if each["type"] == "websocket.send"]) == 63
