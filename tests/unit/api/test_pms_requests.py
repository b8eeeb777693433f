"""Commands of hotels' systems, whatever form they come in."""

from __future__ import annotations

import pytest

from engage.api.pms_requests import date_of, day_of, read_command, time_of
from engage.api.pms_rows import given_of
from engage.api.status import Refused

CHECK_IN = ("checkin", {"room": "101", "firstname": "Ann", "cos": "2"})


@pytest.mark.parametrize(
    "data",
    [
        "<pms_data_request><checkin><room>101</room><firstname>Ann</firstname><cos>2</cos>"
        "</checkin></pms_data_request>",
        '<?xml version="1.0" encoding="UTF-8"?>\n<PMS_data_request> <checkin>\n <room> 101 </room>'
        "<firstname>Ann</firstname><cos>2</cos></checkin></PMS_data_request>\n",
        {"checkin": {"room": "101", "firstname": "Ann", "cos": 2}},
        {"checkin": '{"room": 101, "firstname": "Ann", "cos": "2"}'},
        '{"CheckIn": {"Room": "101", "firstname": "Ann", "cos": "2", "credit": null}}',
        {"pms_data_request": {"checkin": {"room": "101", "firstname": "Ann", "cos": "2"}}},
    ],
)
def test_a_command_is_read_from_xml_and_json(data: object) -> None:
    assert read_command(data) == CHECK_IN


@pytest.mark.parametrize(
    "data", [{"listPMSRoom": {}}, {"listPMSRoom": ""}, '{"listPMSRoom": "{}"}']
)
def test_a_command_may_have_no_fields(data: object) -> None:
    assert read_command(data) == ("listpmsroom", {})


@pytest.mark.parametrize(
    "data",
    [
        *("", "nothing", "{", "[]", 7, ["checkin"], {}, {"a": {}, "b": {}}, {"checkin": []}),
        *({"checkin": {"room": ["101"]}}, {"checkin": {"room": "1\0"}}, {"checkin": "{"}),
        *("<other><checkin/></other>", "<pms_data_request/>", "<pms_data_request>"),
        "<pms_data_request><checkin/><checkout/></pms_data_request>",
        '<!DOCTYPE a [<!ENTITY b "c">]><pms_data_request><checkin/></pms_data_request>',
        "<pms_data_request><checkin>" + "<a>" * 40 + "</a>" * 40 + "</checkin></pms_data_request>",
        "[" * 5000,
    ],
)
def test_anything_else_is_refused(data: object) -> None:
    with pytest.raises(Refused):
        read_command(data)


@pytest.mark.parametrize(
    ("given", "kept"),
    [
        ("20261231", "2026/12/31"),
        ("2026/12/31", "2026/12/31"),
        ("2026/12/31 14:05", "2026/12/31 14:05"),
        ("202612311405", "2026/12/31 14:05"),
        ("", ""),
    ],
)
def test_dates_come_in_both_forms(given: str, kept: str) -> None:
    assert date_of({"datein": given}, "datein") == kept
    assert day_of({"datein": given}, "datein") == kept[:10].replace("/", "-")


@pytest.mark.parametrize("given", ["20261331", "2026", "31.12.2026", "2026123", "x"])
def test_other_dates_are_refused(given: str) -> None:
    with pytest.raises(Refused):
        date_of({"datein": given}, "datein")


@pytest.mark.parametrize(("given", "kept"), [("0730", "07:30"), ("07:30", "07:30"), ("", "")])
def test_times_of_day(given: str, kept: str) -> None:
    assert time_of({"w_time": given}, "w_time") == kept


@pytest.mark.parametrize("given", ["2460", "730", "noon"])
def test_no_times_of_day(given: str) -> None:
    with pytest.raises(Refused):
        time_of({"w_time": given}, "w_time")


def test_only_what_was_sent_of_a_guest_changes() -> None:
    assert given_of({"room": "101", "lastname": "Lee", "cos": "4"}) == {
        "last_name": "Lee",
        "level": "4",
    }
    for wrong in {"cos": "5"}, {"lastname": "x" * 65}, {"dateout": "soon"}:
        with pytest.raises(Refused):
            given_of(wrong)
