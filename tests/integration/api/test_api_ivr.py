"""Menus over the API."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from tests.support.program import Program
    from tests.support.ucm import UcmClient

NEED_APPLY = {"need_apply": "yes"}
MENU = {
    "ivr_name": "Hotline",
    "extension": "7011",
    "welcome_prompt": "welcome",
    "response_timeout": "10",
    "digit_timeout": "3",
    "timeout_prompt": "ivr-create-timeout",
    "invalid_prompt": "invalid",
    "tloop": "3",
    "iloop": "2",
}


def test_a_menu_is_added_read_changed_and_deleted(api: UcmClient) -> None:
    added = api.ask(
        "addIVR",
        **MENU,
        dial_extension="yes",
        members=[
            {"keypress": "1", "keypress_event": "member_account", "member_account": "1001"},
            {"keypress": "t", "keypress_event": "member_ringgroup", "member_ringgroup": "6400"},
        ],
    )
    assert (added.status, added.response) == (0, NEED_APPLY)
    [row] = api.ask("listIVR").response["ivr"]
    assert row["ivr_id"].startswith("ivr-")
    read = api.ask("getIVR", ivr=row["ivr_id"]).response
    expected = {
        "ivr_name": "Hotline", "extension": "7011", "iloop": 2, "dial_extension": "yes",
        "dial_trunk": "no", "welcome_prompt": "welcome", "timeout_prompt": "ivr-create-timeout",
        "permission": "internal", "language": None, "switch": "no",
    }  # fmt: skip
    assert {name: read["ivr"][name] for name in expected} == expected
    assert read["members"] == [
        {"keypress": "1", "keypress_event": "member_account", "member_account": "1001"},
        {"keypress": "t", "keypress_event": "member_ringgroup", "member_ringgroup": "6400"},
        {"keypress": "i", "keypress_event": "member_hangup", "member_hangup": ""},
    ]
    changed = api.ask("updateIVR", ivr=row["ivr_id"], iloop="4", dial_trunk="yes")
    assert changed.status == 0
    now = api.ask("getIVR", ivr=row["ivr_id"]).response["ivr"]
    assert (now["iloop"], now["dial_trunk"], now["dial_extension"]) == (4, "yes", "yes")
    outside = {"ivr_out_blackwhite_list": "_0900X.", "dial_fax": "yes", "switch": "black"}
    assert api.ask("updateIVR", ivr=row["ivr_id"], **outside).status == 0
    assert outside.items() <= api.ask("getIVR", ivr=row["ivr_id"]).response["ivr"].items()
    assert api.ask("deleteIVR", ivr=row["ivr_id"]).response == NEED_APPLY
    assert api.ask("listIVR").response["ivr"] == []


def test_what_cannot_be_is_refused_with_its_status(api: UcmClient, admin: Program) -> None:
    assert api.ask("addIVR", ivr_name="x").status == -1
    assert api.ask("addIVR", **{**MENU, "extension": "1000"}).status == -44
    assert api.ask("addIVR", **{**MENU, "iloop": "11"}).status == -15
    assert api.ask("addIVR", **{**MENU, "welcome_prompt": "nothing"}).status == -16
    assert api.ask("getIVR", ivr="ivr-999").status == -16
    assert api.ask("dialIVR", caller="1000", ivrnumber="7999").status == -16
    added = admin.post("/v1/ivrs", {"name": "Front", "number": "7012"})
    assert added.status == 201
    assert api.ask("dialIVR", caller="1000", ivrnumber="7012").response == {"need_apply": "no"}
