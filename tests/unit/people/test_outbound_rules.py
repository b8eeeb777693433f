"""How an extension calls outside, between its form and its options."""

from __future__ import annotations

from typing import Any

import pytest
from pydantic import ValidationError

from engage.people import outbound_rules
from engage.people.call_rules import CallRules
from engage.people.outbound_forms import OutboundFields
from pbxcore.dialplan.window import Window

CALLER_IDS = {"cidnumber": "5551000", "emergcidnumber": "5550911"}


def seal(clear: str) -> str:
    return f"sealed {clear}"


def changed(options: dict[str, Any], **fields: object) -> dict[str, Any]:
    return outbound_rules.options_for(fields, seal, options)


def test_a_new_extension_has_what_the_form_shows_first() -> None:
    usual = OutboundFields().model_dump()
    assert usual.pop("outbound_pin") == ""
    assert outbound_rules.shown({}) == usual
    assert changed({}, **usual, outbound_pin="") == {}


@pytest.mark.parametrize(
    ("field", "value", "options"),
    [
        ("caller_id", "5551000", {"cidnumber": "5551000"}),
        ("emergency_caller_id", "5550911", {"emergcidnumber": "5550911"}),
        ("outbound_pin", "4711", {"user_outrt_passwd": "sealed 4711"}),
        ("skip_outbound_pin", "always", {"bypass_outrt_auth": "yes"}),
        ("skip_outbound_pin_condition", 1, {"skip_auth_timetype": 1}),
        ("auto_answer", True, {"custom_autoanswer": "yes"}),
        ("call_completion", False, {"cc_enable": "no"}),
        ("completions_awaited", 3, {"cc_max_agents": 3}),
        ("completions_offered", 5, {"cc_max_monitors": 5}),
    ],
)
def test_what_the_form_changes_programs_see(
    field: str, value: object, options: dict[str, Any]
) -> None:
    assert changed({}, **{field: value}) == options
    if field != "outbound_pin":
        assert outbound_rules.shown(options)[field] == value
        assert changed(options, **{field: value}) == {}


def test_an_emptied_number_is_taken_away() -> None:
    assert changed(CALLER_IDS, caller_id="") == {"cidnumber": None}
    assert outbound_rules.shown({"cidnumber": None})["caller_id"] == ""


def test_an_emptied_pin_is_taken_away() -> None:
    options = {"user_outrt_passwd": "sealed 4711"}
    assert changed(options, outbound_pin="") == {"user_outrt_passwd": None}
    assert changed({}, outbound_pin="") == {}


def test_the_pin_is_skipped_by_time() -> None:
    options = changed({}, skip_outbound_pin="at_times", skip_outbound_pin_condition=2)
    assert CallRules.of(options).skips_pin == Window(2)


@pytest.mark.parametrize(
    ("field", "value"),
    [("caller_id", "5"), ("caller_id", "5 5"), ("outbound_pin", "123")],
)
def test_what_will_not_do_is_refused(field: str, value: object) -> None:
    with pytest.raises(ValidationError):
        OutboundFields.model_validate({field: value})
