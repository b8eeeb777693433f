"""Paging and intercom groups over the API."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.support.tone import write_tone

if TYPE_CHECKING:
    from pathlib import Path

    from tests.support.program import Program
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
    assert api.ask("updatePaginggroup", paginggroup="6810", paginggroup_type="private").status == 0
    read = api.ask("getPaginggroup", paginggroup="6810").response["paginggroup"]
    assert (read["paginggroup_type"], read["custom_date"]) == ("private", None)
    assert api.ask("deletePaginggroup", paginggroup="6810").response == NEED_APPLY
    assert api.ask("getPaginggroup", paginggroup="6810").status == -16


def test_an_announcement_is_made_at_a_time(api: UcmClient, admin: Program, tmp_path: Path) -> None:
    sound = write_tone(tmp_path / "news.wav", 900).read_bytes()
    prompt = admin.send("POST", "/v1/custom-prompts?name=News", sound, "audio/wav").json()["id"]
    told = {"paginggroup_type": "announcement", "custom_prompt": "News"}
    assert api.ask("addPaginggroup", **(NEW | told)).status == 0

    def changed(**fields: str) -> tuple[str, str | None, str | None]:
        assert api.ask("updatePaginggroup", paginggroup="6810", **fields).status == 0
        read = api.ask("getPaginggroup", paginggroup="6810").response["paginggroup"]
        return read["enable"], read["custom_date"], read["time"]

    day = "2027-01-02"
    assert changed(custom_date=day, time="09:00", enable="yes") == ("yes", day, "09:00")
    assert changed(enable="no") == ("no", day, "09:00")
    assert changed(enable="yes") == ("yes", day, "09:00")
    [group] = admin.get("/v1/paging-groups").json()["items"]
    path = f"/v1/paging-groups/{group['id']}"
    assert admin.patch(path, {"repeat": "daily"}).status == 200
    assert changed(time="10:00") == ("yes", None, "10:00")
    assert admin.get(path).json()["repeat"] == "daily"
    for wrong in {"time": "25:00"}, {"paginggroup_type": "1way"}:
        assert api.ask("updatePaginggroup", paginggroup="6810", **wrong).status != 0
    assert changed(custom_date="", enable="no") == ("no", None, None)
    assert api.ask("deletePaginggroup", paginggroup="6810").status == 0
    assert admin.delete(f"/v1/custom-prompts/{prompt}").status == 204


@pytest.mark.parametrize(
    "wrong",
    [
        {"paginggroup_type": "4way"},
        {"paginggroup_type": "announcement"},
        {"custom_prompt": "none"},
        {"extension": "1000"},
        {"members": ""},
        {"enable": "yes", "time": "09:00"},
        {"limitime": "-1"},
    ],
)
def test_what_will_not_do_is_refused(api: UcmClient, wrong: dict[str, str]) -> None:
    assert api.ask("addPaginggroup", **(NEW | wrong)).status != 0
    assert api.ask("listPaginggroup").response["paginggroup"] == []
