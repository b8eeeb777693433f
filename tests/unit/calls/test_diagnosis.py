"""Why a call failed or had no sound, as it is told to people."""

from __future__ import annotations

from typing import Any

import pytest

from engage.calls.diagnosis import Finding, findings
from engage.calls.model import CallRecord, LegRecord


def call(**fields: Any) -> CallRecord:
    usual: dict[str, Any] = dict.fromkeys(CallRecord.__dataclass_fields__, "")
    usual |= dict.fromkeys(("number", "seq", "started_at_ms", "ended_at_ms", "status", "cause"), 0)
    usual |= {"answered_at_ms": None, "duration_s": 0, "talk_s": 0, "disposition": "failed"}
    return CallRecord(**usual | {"caller": "1000", "callee": "1001"} | fields)


def leg(**fields: Any) -> LegRecord:
    usual: dict[str, Any] = dict.fromkeys(LegRecord.__dataclass_fields__, "")
    numbers = ("position", "seq", "started_at_ms", "status", "cause", "packets_lost")
    usual |= dict.fromkeys(numbers, 0) | {"number": None, "ringing_at_ms": None}
    usual |= {"answered_at_ms": 1_000, "ended_at_ms": 61_000, "role": "called", "party": "1001"}
    usual |= {"codec": "PCMA", "packets_in": 3_000, "jitter_ms": 2.0, "mos": 4.3}
    return LegRecord(**usual | fields)


def codes(found: list[Finding]) -> list[str]:
    return [each.code for each in found]


def test_a_call_that_was_fine_is() -> None:
    fine = call(disposition="answered")
    assert codes(findings(fine, [leg(role="caller"), leg()])) == ["fine"]


@pytest.mark.parametrize(
    ("fields", "code"),
    [
        ({"status": 404}, "unknown_number"),
        ({"reason": "unknown_number"}, "unknown_number"),
        ({"reason": "not_permitted"}, "not_permitted"),
        ({"reason": "no_common_media"}, "no_common_media"),
        ({"status": 480}, "unavailable"),
        ({"disposition": "busy"}, "busy"),
        ({"disposition": "no_answer"}, "no_answer"),
        ({"disposition": "cancelled"}, "cancelled"),
        ({"status": 599}, "failed"),
        ({"disposition": "answered", "reason": "rtp_silence"}, "rtp_silence"),
        ({"disposition": "answered", "reason": "restart"}, "restart"),
    ],
)
def test_why_a_call_ended_is_said(fields: dict[str, Any], code: str) -> None:
    found = findings(call(**fields), [])
    assert code in codes(found)
    for each in found:
        assert each.text % each.params


@pytest.mark.parametrize(
    ("fields", "code"),
    [
        ({"packets_in": 0}, "no_sound"),
        ({"packets_lost": 300}, "loss"),
        ({"jitter_ms": 90.0}, "jitter"),
        ({"mos": 2.0}, "poor"),
    ],
)
def test_whose_sound_did_not_come_is_said(fields: dict[str, Any], code: str) -> None:
    found = findings(
        call(disposition="answered"), [leg(role="caller", party="1000"), leg(**fields)]
    )
    assert codes(found) == [code]
    assert "1001" in found[0].text % found[0].params


def test_nobody_need_speak_in_a_moment() -> None:
    short = leg(packets_in=0, ended_at_ms=2_000)
    assert codes(findings(call(disposition="answered"), [short])) == ["fine"]


@pytest.mark.parametrize("status", [401, 403, 404, 408, 484, 488, 503, 599])
def test_what_a_provider_said_is_told(status: int) -> None:
    refused = leg(
        trunk="City Line", party="0301", status=status, answered_at_ms=None, ended_by="callee"
    )
    (first, *_) = findings(call(reason="x"), [refused])
    reason = {404: "unknown_number", 408: "no_answer", 488: "no_common_media", 503: "no_room"}
    ours = call(status=status, reason=reason.get(status, ""))
    assert codes(findings(ours, [leg(role="caller", answered_at_ms=None), refused])) == [
        f"refused_{status}"
    ]  # nothing of it is ours: not our numbers, ports or permissions
    told = [
        each for each in findings(call(reason="x"), [refused]) if each.code.startswith("refused")
    ]
    assert told
    assert "City Line" in told[0].text % told[0].params
    assert first.tone == "bad"


def test_the_weightiest_comes_first() -> None:
    found = findings(call(disposition="answered", reason="administrator"), [leg(packets_in=0)])
    assert [each.tone for each in found] == ["bad", "warn"]


def test_the_legs_know_why_a_call_ended() -> None:
    ended = call(disposition="answered")
    assert codes(findings(ended, [leg(role="caller"), leg(reason="rtp_silence")])) == [
        "rtp_silence"
    ]
    refused = leg(role="caller", reason="blacklisted", answered_at_ms=None, status=486)
    assert codes(findings(call(disposition="busy"), [refused])) == ["blacklisted"]
