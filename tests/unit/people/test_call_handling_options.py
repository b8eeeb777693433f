"""What an extension wants of its calls, between its options, its form and the PBX."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import pytest

from engage.people.call_forms import CallFields
from engage.people.call_handling import (
    KINDS,
    features_of,
    handling_of,
    is_undisturbed,
    needs_of,
    options_after,
)
from engage.people.call_options import options_for, shown
from pbxcore.dialplan.place import Place
from pbxcore.dialplan.time_conditions import Calendar, Condition
from pbxcore.features.model import (
    NONE_SET,
    Features,
    FollowMe,
    Forwarding,
    Handling,
    Stop,
)

RECORDS = "sip_presence_settings"
HOURS = {"start": "09:00", "end": "11:00"}


def test_nothing_set_is_as_the_form_begins() -> None:
    assert (features_of({}), handling_of({})) == (NONE_SET, Handling())
    assert shown({}) == CallFields().model_dump()
    assert options_for(shown({}), {}) == {}


def test_nobody_disturbs_only_within_the_hours_that_were_chosen() -> None:
    calendar, now = Calendar(UTC), datetime(2026, 3, 2, 10, tzinfo=UTC)
    assert not is_undisturbed({}, calendar, now)
    assert is_undisturbed({"dnd": "yes"}, calendar, now)
    always = {"dnd": "yes", "dnd_timetype": int(Condition.OUT_OF_OFFICE_TIME)}
    assert is_undisturbed(always, calendar, now)  # nothing is office time
    never = {"dnd": "yes", "dnd_timetype": int(Condition.OFFICE_TIME)}
    assert not is_undisturbed(never, calendar, now)


def test_records_of_programs_are_forwarding() -> None:
    record = {
        "presence_status": "away",
        "cfu": "6400",
        "cfu_destination_type": "4",
        "cfu_timetype": 6,
        "cfb": "1001",
        "cfb_destination_type": "0",
    }
    options = {"presence_status": "away", RECORDS: [record], "specific_time": [HOURS]}
    features = features_of(options)
    always, busy = features.forwarding("always"), features.forwarding("busy")
    assert (always.active, always.place) == (True, Place("ring_group", "6400"))
    assert [(each.start.hour, each.end.hour) for each in always.window.rows] == [(9, 11)]
    assert (busy.active, busy.target) == (False, "1001")
    assert not features_of({**options, "presence_status": "available"}).forwarding("always").active


def test_every_kind_of_forward_that_programs_know_can_be_filled_in() -> None:
    for number, kind in KINDS.items():
        record = {"presence_status": "away", "cfu": "6500", "cfu_destination_type": number}
        fields = CallFields.model_validate(shown({RECORDS: [record]}))
        assert [each.kind for each in fields.forwards] == [kind]


@pytest.mark.parametrize("options", [{"dnd": "yes"}, {"presence_status": "dnd"}])
def test_no_disturbance_is_said_in_two_ways(options: dict[str, Any]) -> None:
    features = features_of(options)
    assert (features.undisturbed, features.presence) == (True, "available")
    off = options_for({"do_not_disturb": False}, options)
    assert not features_of({**options, **off}).undisturbed


def test_what_is_filled_in_comes_back() -> None:
    forward = {"presence": "away", "case": "busy", "kind": "external", "value": "0049301234"}
    fields = {
        **shown({}),
        "ring_s": 20,
        "call_waiting": False,
        "most_calls": 2,
        "media_encryption": "required",
        "ring_too": "0171555",
        "alert_info": "custom",
        "custom_alert_info": "door",
        "presence": "away",
        "do_not_disturb": True,
        "do_not_disturb_condition": 1,
        "do_not_disturb_except": ["1001", "_2XXX"],
        "forwards": [{**forward, "condition": 8}],
        "forward_except": ["1002"],
        "follow_me": {
            "enabled": True,
            "strategy": "in_order",
            "stops": [{"number": "1003", "ring_s": 10}],
            "confirms": True,
            "condition": 0,
            "kind": "extension",
            "value": "1004",
        },
        "follow_me_music": "jazz",
    }
    options = options_for(fields, {})
    assert shown(options) == fields
    handling = handling_of(options)
    assert handling.rings_as == "<http://127.0.0.1>;info=door"
    assert handling.follow_me == FollowMe(
        (Stop("1003", 10),), otherwise=Place("extension", "1004"), confirms=True, music="jazz"
    )
    assert ("music", "jazz") in needs_of(options)
    cleared = options_for({"forwards": []}, options)
    assert shown({**options, **cleared})["forwards"] == []


@pytest.mark.parametrize(
    ("chosen", "line"),
    [("none", ""), ("ring3", "<http://127.0.0.1>;info=ring3"), ("Bellcore-dr2", "<Bellcore-dr2>")],
)
def test_alert_info_of_each_kind(chosen: str, line: str) -> None:
    assert handling_of({"alertinfo": chosen}).rings_as == line


def test_what_a_phone_changes_is_kept_under_the_same_names() -> None:
    kept: dict[str, Any] = {"presence_status": "dnd", "fwdwhitelist": "1009"}
    to = Forwarding(active=True, target="1003", kind="extension", rings=4)
    features = Features(revision=3).forwarded("no_answer", to)
    after = options_after(kept, features, ("undisturbed", "available.no_answer"))
    assert after["presence_status"] == "available"
    (record,) = after[RECORDS]
    assert (record["cfn"], record["cfn_destination_type"]) == ("1003", "1")
    assert features_of({**kept, **after}) == features
    off = features.forwarded("no_answer", Forwarding(target="1003"))
    after |= options_after({**kept, **after}, off, ("available.no_answer",))
    found = features_of({**kept, **after}).forwarding("no_answer")
    assert (found.active, found.target) == (False, "1003")
