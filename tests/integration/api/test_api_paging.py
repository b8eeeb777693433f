"""Paging and intercom groups over the API."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from tests.support.ucm import UcmClient

NEED_APPLY = {"need_apply": "yes"}
NEW = {
    "extension": "6810",
    "paginggroup_name": "Hall",
    "paginggroup_type": "1way",
    "members": "1000,1001",
    "number_allowed": "1002",
    "replace_caller_id": "yes",
    "limitime": "60",
}


def test_a_group_is_added_read_changed_and_deleted(api: UcmClient) -> None:
    added = api.ask("addPaginggroup", **NEW)
    assert (added.status, added.response) == (0, NEED_APPLY)
    [row] = api.ask("listPaginggroup").response["paginggroup"]
    expected = {
        "extension": "6810", "paginggroup_name": "Hall", "paginggroup_type": "1way",
        "members": "1000,1001", "replace_caller_id": "yes", "limitime": 60,
        "custom_prompt": None, "multicast_ip": "null", "multicast_port": "null",
        "custom_date": None, "time": None, "enable": "no", "holiday": None, "tmp": None,
    }  # fmt: skip
    assert row == expected
    read = api.ask("getPaginggroup", paginggroup="6810").response["paginggroup"]
    assert read == expected | {"number_allowed": "1002"}
    changed = api.ask(
        "updatePaginggroup", paginggroup="6810", paginggroup_type="2way", number_allowed=""
    )
    assert changed.response == NEED_APPLY
    read = api.ask("getPaginggroup", paginggroup="6810").response["paginggroup"]
    assert (read["paginggroup_type"], read["number_allowed"]) == ("2way", None)
    assert api.ask("addPaginggroup", **NEW).status == -44
    when = {"custom_date": "2027-01-02", "time": "09:00", "enable": "yes"}
    assert api.ask("updatePaginggroup", paginggroup="6810", **when).status == 0
    read = api.ask("getPaginggroup", paginggroup="6810").response["paginggroup"]
    assert when.items() <= read.items()
    assert api.ask("updatePaginggroup", paginggroup="6810", enable="no").status == 0
    read = api.ask("getPaginggroup", paginggroup="6810").response["paginggroup"]
    assert (read["enable"], read["custom_date"], read["time"]) == ("no", "2027-01-02", "09:00")
    private = {"paginggroup_type": "private", "custom_date": ""}
    assert api.ask("updatePaginggroup", paginggroup="6810", **private).status == 0
    read = api.ask("getPaginggroup", paginggroup="6810").response["paginggroup"]
    assert (read["paginggroup_type"], read["custom_date"]) == ("private", None)
    assert api.ask("updatePaginggroup", paginggroup="6810", time="25:00").status == -50
    assert api.ask("deletePaginggroup", paginggroup="6810").response == NEED_APPLY
    assert api.ask("getPaginggroup", paginggroup="6810").status == -16


@pytest.mark.parametrize(
    "wrong",
    [
        {"paginggroup_type": "4way"},
        {"paginggroup_type": "announcement"},
        {"custom_prompt": "none"},
        {"extension": "1000"},
        {"members": ""},
        {"limitime": "-1"},
    ],
)
def test_what_will_not_do_is_refused(api: UcmClient, wrong: dict[str, str]) -> None:
    assert api.ask("addPaginggroup", **(NEW | wrong)).status != 0
    assert api.ask("listPaginggroup").response["paginggroup"] == []
