"""What programs listen to on their socket, and what an extension is doing for them."""

from __future__ import annotations

import pytest

from engage.api.sessions import IDLE_MS, ApiSessions
from engage.api.standing import busy, status_of
from engage.api.subscriptions import Subscriptions, UnknownEvent
from engage.calls.model import Leg, OpenCall


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
