"""Extensions over the API: provisioned by the release notes' sample, used by a phone, removed."""

from __future__ import annotations

import itertools
from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING, Any

import pytest

from tests.support.phone import Phone
from tests.support.ucm_sample import PASSWORD, PRESENCE_SETTINGS, sample

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tests.support.program import Program
    from tests.support.server import Server
    from tests.support.ucm import UcmClient

NEED_APPLY = {"need_apply": "yes"}
NUMBERS = itertools.count(2000)


async def registers(server: Server, number: str, secret: str = PASSWORD) -> int:
    """The final status of a real REGISTER."""
    async with Phone(number, secret, ("127.0.0.1", server.sip_port)) as phone:
        return await phone.register()


@pytest.fixture
def account(api: UcmClient) -> Iterator[str]:
    """An extension of this test alone."""
    number = str(next(NUMBERS))
    answer = api.ask("addSIPAccountAndUser", extension=number)
    assert (answer.status, answer.response) == (0, NEED_APPLY)
    yield number
    api.ask("deleteUser", user_name=number)


async def test_phone_registers_once_the_sample_was_added_and_no_more_once_deleted(
    api: UcmClient, server: Server, admin: Program
) -> None:
    assert await registers(server, "1099") in (401, 403)
    added = api.ask("addSIPAccountAndUser", **sample("1099"))
    assert (added.http, added.status, added.response) == (200, 0, NEED_APPLY)
    applied = api.ask("applyChanges")
    assert (applied.status, applied.response) == (0, {"settings": "0"})
    async with Phone("1099", PASSWORD, ("127.0.0.1", server.sip_port)) as phone:
        assert await phone.register() == 200
        [row] = [
            each
            for each in api.ask("listAccount").response["account"]
            if each["extension"] == "1099"
        ]
        assert (row["status"], row["addr"]) == ("Idle", phone.address)
    read = api.ask("getSIPAccount", extension="1099").response
    account = read["extension"]
    for name, value in sample("1099").items():
        if name not in ("presence_settings", "user_password"):
            assert str(account[name]) == str(value), name
    told = {each["presence_status"]: each for each in read["sip_presence_settings"]}
    assert len(read["sip_presence_settings"]) == 5
    for record in PRESENCE_SETTINGS:
        kept = told[str(record["presence_status"])]
        assert {name: str(value) for name, value in kept.items()} == {
            name: str(value) for name, value in record.items()
        }
    signed_in = admin.post("/v1/sign-in", {"user": "1099", "password": PASSWORD})
    assert signed_in.status == 200, "user_password is the user's password"
    deleted = api.ask("deleteUser", user_name="1099")
    assert (deleted.status, deleted.response) == (0, NEED_APPLY)
    assert api.ask("applyChanges").status == 0
    assert await registers(server, "1099") in (401, 403)
    assert api.ask("getSIPAccount", extension="1099").status == -16
    assert "forward target unknown" in server.log
    rows = admin.get("/v1/operations?actor=api:crm&q=1099").json()["items"]
    done = [each["action"] for each in reversed(rows) if each["result"] == "done"]
    assert [each for each in done if each != "extension.read_secret"] == [
        "extension.add",
        "extension.delete",
    ]


def test_four_siblings_are_answered_with_their_types(api: UcmClient, account: str) -> None:
    response = api.ask("getSIPAccount", extension=account).response
    assert set(response) == {
        "extension",
        "sip_presence_settings",
        "voicemail",
        "cti_feature_privilege",
    }
    fields = response["extension"]
    assert fields["extension"] == fields["cidnumber"] == account
    assert (fields["ring_timeout"], fields["max_contacts"], fields["qualifyfreq"]) == (None, 1, 60)
    assert fields["allow"] == "ulaw,alaw,gsm,g726,g722,g729,h264,ilbc"
    assert fields["account_type"] == "SIP(WebRTC)"
    assert len(fields["secret"]) >= 12
    assert fields["vmsecret"].isdigit()
    assert "user_password" not in fields
    assert response["voicemail"] == {"vm_attach": None, "vm_reserve": None}
    assert set(response["cti_feature_privilege"].values()) == {"no"}
    for record in response["sip_presence_settings"]:
        assert record["cfu_destination_type"] == "0"
        assert record["cfu_timetype"] == 0
        assert record["cfu"] is None


def test_the_usual_codecs_are_none_in_particular(
    api: UcmClient, admin: Program, account: str
) -> None:
    usual = api.ask("getSIPAccount", extension=account).response["extension"]["allow"]

    def kept_to(given: str | None) -> tuple[str, list[str]]:
        changed = api.ask("updateSIPAccount", extension=account, allow=given)
        assert changed.status == 0
        form = admin.get(f"/v1/extensions/{account}").json()
        return changed.response["extension"]["allow"], form["codecs"]

    assert kept_to("opus,ulaw") == ("opus,ulaw", ["opus", "ulaw"])
    assert kept_to(usual) == (usual, [])
    assert kept_to("alaw,h264") == ("alaw,h264", ["alaw", "h264"])
    assert kept_to(None) == (usual, [])
    assert api.ask("updateSIPAccount", extension=account, allow="h264").status == -15


def test_naming_fields_limits_the_answer(api: UcmClient, account: str) -> None:
    response = api.ask("getSIPAccount", extension=account, permission="", vm_attach="").response
    assert response == {
        "extension": {"extension": account, "permission": "internal"},
        "voicemail": {"vm_attach": None},
    }


def test_change_is_answered_and_read_again(api: UcmClient, account: str) -> None:
    changed = api.ask(
        "updateSIPAccount",
        extension=account,
        alertinfo="RING7",
        ring_timeout="45",
        dtmfmode="rfc2833",
        vm_attach="yes",
        fullname="Eva Maria Roth",
        email="eva@example.test",
        callbarging_monitor=["1000", "1001"],
        unknown_field="x",
        auto_refresh=1,
    )
    assert changed.status == 0
    assert changed.response["need_apply"] == "yes"
    told = changed.response["extension"]
    assert (told["alertinfo"], told["ring_timeout"], told["dtmfmode"]) == ("ring7", 45, "rfc4733")
    assert "unknown_field" not in told
    response = api.ask("getSIPAccount", extension=account).response
    assert response["extension"]["fullname"] == "Eva Maria Roth"
    assert response["extension"]["callbarging_monitor"] == "1000,1001"
    assert response["voicemail"]["vm_attach"] == "yes"
    user = api.ask("getUser", user_name=account).response["user_name"]
    assert (user["first_name"], user["last_name"]) == ("Eva", "Maria Roth")
    assert user["email"] == "eva@example.test"
    reset = api.ask("updateSIPAccount", extension=account, ring_timeout=None, alertinfo=None)
    assert reset.response["extension"] == {
        "alertinfo": None,
        "extension": account,
        "ring_timeout": None,
    }


def test_one_target_changes_alone_in_a_list_or_flat(api: UcmClient, account: str) -> None:
    record = {"presence_status": "away", "cfb": "1001", "cfb_destination_type": 1}
    assert (
        api.ask("updateSIPAccount", extension=account, sip_presence_settings=[record]).status == 0
    )
    assert (
        api.ask("updateSIPAccount", extension=account, cfn="6500", cfn_destination_type="5").status
        == 0
    )
    records = {
        each["presence_status"]: each
        for each in api.ask("getSIPAccount", extension=account).response["sip_presence_settings"]
    }
    assert (records["away"]["cfb"], records["away"]["cfb_destination_type"]) == ("1001", "1")
    assert (records["available"]["cfn"], records["available"]["cfn_destination_type"]) == (
        "6500",
        "5",
    )
    assert records["away"]["cfn"] is None


@pytest.mark.parametrize(
    ("fields", "status"),
    [
        ({"max_contacts": "11"}, -15),
        ({"max_contacts": "many"}, -15),
        ({"permission": "galactic"}, -15),
        ({"ring_timeout": 2}, -15),
        ({"dnd": "perhaps"}, -15),
        ({"allow": "ulaw,mp3"}, -15),
        ({"strategy_ipacl": 3}, -15),
        ({"local_network1": "300.0.0.0/8"}, -15),
        ({"specific_ip": "here"}, -15),
        ({"email": "nobody"}, -15),
        ({"secret": "123"}, -15),
        ({"secret": ""}, -15),
        ({"user_password": "short"}, -15),
        ({"language": "e!"}, -50),
        ({"wave_privilege_id": "77"}, -15),
        ({"authid": "a b"}, -50),
        ({"authid": "x" * 33}, -15),
        ({"fullname": "a\nb"}, -50),
        ({"fullname": "a\u0000b"}, -50),
        ({"presence_settings": [{"cfu": "1000"}]}, -15),
        ({"presence_settings": [{"presence_status": "dnd"}]}, -15),
        ({"presence_settings": "[{"}, -15),
        ({"presence_settings": [{"presence_status": "away", "cfu_timetype": 7}]}, -15),
        ({"presence_settings": [{"presence_status": "away", "cfu_destination_type": "8"}]}, -15),
        ({"cfu_destination_type": "1"}, -15),
        ({"limitime": {"a": 1}}, -15),
    ],
)
def test_bad_values_are_refused_alike_by_add_and_update(
    api: UcmClient, account: str, admin: Program, fields: dict[str, Any], status: int
) -> None:
    before = api.ask("getSIPAccount", extension=account).response
    changed = api.ask("updateSIPAccount", extension=account, **fields)
    assert (changed.http, changed.status) == (200, status)
    assert api.ask("getSIPAccount", extension=account).response == before
    added = api.ask("addSIPAccountAndUser", extension="1098", **fields)
    assert (added.http, added.status) == (200, status)
    assert added.response["error_msg"]
    assert "%(" not in added.response["error_msg"]
    assert api.ask("getSIPAccount", extension="1098").status == -16, "nothing half done"
    rows = admin.get("/v1/operations?action=api.addSIPAccountAndUser&limit=1").json()["items"]
    assert (rows[0]["object"], rows[0]["result"] != "done") == ("extension:1098", True)


def test_what_exists_is_missing_or_out_of_range(api: UcmClient) -> None:
    assert api.ask("addSIPAccountAndUser", extension="1000").status == -44
    assert api.ask("addSIPAccountAndUser", extension="6500").status == -44, "a queue has it"
    assert api.ask("addSIPAccountAndUser", extension="6501").status == -15, "a queue's range"
    assert api.ask("addSIPAccountAndUser", extension="1").status == -15
    assert api.ask("addSIPAccountAndUser", extension="10x5").status == -50
    assert api.ask("addSIPAccountAndUser").status == -1
    assert api.ask("addSIPAccountAndUser", extension="").status == -1
    assert api.ask("addSIPAccountAndUser", extension=["1098"]).status == -15
    for action in ("getSIPAccount", "updateSIPAccount"):
        assert api.ask(action, extension="1097").status == -16
        assert api.ask(action).status == -1
    assert api.ask("deleteUser", user_name="1097").status == -16
    assert api.ask("deleteUser", user_name="admin").status == -16
    assert api.ask("deleteUser").status == -1


def test_names_that_programs_use_for_the_same(api: UcmClient) -> None:
    assert api.ask("addSIPAccount", extension="1096", Secret=PASSWORD).status == 0
    assert api.ask("doNotDisturb", extension="1096", dnd="1").response["extension"]["dnd"] == "yes"
    assert api.ask("UPDATESIPACCOUNT", Extension=1096, Max_Contacts=4.0).status == 0
    account = api.ask("getSIPAccount", extension="1096").response["extension"]
    assert (account["max_contacts"], account["dnd"]) == (4, "yes")
    assert api.ask("deleteUser", user_name=1096).status == 0


def test_accounts_are_listed_by_page_and_column(api: UcmClient) -> None:
    page = api.ask(
        "listAccount", page="2", item_num="2", sidx="extension", sord="desc",
        options="extension,fullname,newms",
    ).response  # fmt: skip
    assert (page["page"], page["total_page"]) == (2, -(-page["total_item"] // 2))
    for row in page["account"]:
        assert set(row) == {"extension", "fullname", "newmsg"}
    everyone = api.ask("listAccount").response
    ana = next(each for each in everyone["account"] if each["extension"] == "1000")
    assert ana["fullname"] == "Ana Costa"
    assert (ana["status"], ana["addr"], ana["out_of_service"]) == ("Unavailable", "-", "no")


async def test_out_of_service_keeps_phones_out(
    api: UcmClient, server: Server, account: str
) -> None:
    api.ask("updateSIPAccount", extension=account, secret=PASSWORD)
    assert api.ask("applyChanges").status == 0
    assert await registers(server, account) == 200
    changed = api.ask("updateSIPAccount", extension=account, out_of_service="yes")
    assert changed.response["extension"]["out_of_service"] == "yes"
    api.ask("applyChanges")
    assert await registers(server, account) in (401, 403)


def test_changes_at_once_lose_nothing(api: UcmClient, account: str) -> None:
    def change(place: int) -> int:
        state = ("available", "away", "chat", "unavailable", "userdef")[place % 5]
        record = {"presence_status": state, "cfu": f"100{place % 5}", "cfu_destination_type": "1"}
        answer = api.ask(
            "updateSIPAccount",
            extension=account,
            presence_settings=[record],
            **{f"local_network{place + 1}": f"10.{place}.0.0/16"},
        )
        return answer.status

    with ThreadPoolExecutor(5) as threads:
        assert set(threads.map(change, range(5))) == {0}
    response = api.ask("getSIPAccount", extension=account).response
    targets = [each["cfu"] for each in response["sip_presence_settings"]]
    assert targets == ["1000", "1001", "1002", "1003", "1004"]
    networks = [response["extension"][f"local_network{each}"] for each in range(1, 6)]
    assert networks == [f"10.{each}.0.0/16" for each in range(5)]


def test_the_same_number_is_added_once(api: UcmClient) -> None:
    with ThreadPoolExecutor(4) as threads:
        answers = list(
            threads.map(lambda _: api.ask("addSIPAccountAndUser", extension="1095"), range(4))
        )
    assert sorted(each.status for each in answers) == [-44, -44, -44, 0]
    assert api.ask("deleteUser", user_name="1095").status == 0


def test_wave_privileges_have_small_numbers(api: UcmClient, account: str, admin: Program) -> None:
    own = admin.post("/v1/wave-privileges", {"name": "Floor", "grants": ["chat"]}).json()["id"]
    assert api.ask("updateSIPAccount", extension=account, wave_privilege_id=1).status == 0
    assert admin.get(f"/v1/extensions/{account}").json()["wave_privilege_id"] == own
    read = api.ask("getSIPAccount", extension=account, wave_privilege_id="").response
    assert read["extension"]["wave_privilege_id"] == "1"
    assert api.ask("updateSIPAccount", extension=account, wave_privilege_id=None).status == 0
    assert admin.get(f"/v1/extensions/{account}").json()["wave_privilege_id"] == "0"


def test_what_the_administration_changes_is_answered(
    api: UcmClient, account: str, admin: Program
) -> None:
    assert api.ask("updateSIPAccount", extension=account, language="ch").status == 0
    path = f"/v1/extensions/{account}"
    assert admin.get(path).json()["language"] == "zh-Hans"
    changed = admin.patch(path, {"language": "de", "max_contacts": 7, "first_name": "Eva"})
    assert changed.status == 200, changed.body
    fields = api.ask("getSIPAccount", extension=account).response["extension"]
    assert (fields["language"], fields["max_contacts"], fields["fullname"]) == ("de", 7, "Eva")


def test_each_change_is_a_row_of_the_operation_log(
    api: UcmClient, account: str, admin: Program
) -> None:
    api.ask("updateSIPAccount", extension=account, dnd="yes", secret=PASSWORD)
    rows = admin.get(f"/v1/operations?q=extension:{account}").json()["items"]
    assert [(each["actor"], each["action"]) for each in reversed(rows)] == [
        ("api:crm", "extension.add"),
        ("api:crm", "extension.change"),
    ]
    assert PASSWORD not in str(rows)
