"""Message broadcasts, codes for softphones, chats and records that are removed, over the API."""

from __future__ import annotations

import base64
import json
from typing import TYPE_CHECKING, Any

import pytest

from engage.api.phone_code import account_xml
from tests.support.program import Program
from tests.support.server import wait_until

if TYPE_CHECKING:
    from tests.support.server import Server
    from tests.support.ucm import UcmClient


def recipient(**parts: Any) -> str:
    return json.dumps(parts)


def test_a_broadcast_goes_to_extensions_departments_and_groups(
    api: UcmClient, admin: Program
) -> None:
    for number, department in (("1001", "Sales"), ("1002", "Sales"), ("1003", "Support")):
        admin.patch(f"/v1/extensions/{number}", {"department": department})
    rows = api.ask("listDepartment").response["local_department_info"]
    of = {each["name"]: each["department_id"] for each in rows}
    group = admin.post("/v1/extension-groups", {"name": "Hall", "members": ["1000"]})
    assert group.status in (200, 201), group.body
    [hall] = [
        each
        for each in api.ask("listExtensionGroup").response["extension_group"]
        if each["group_name"] == "Hall"
    ]
    to = recipient(
        extension="",
        department=str(of["Support"]),
        extension_group=hall["group_id"],
        department_extension=[{"department_id": str(of["Sales"]), "extension": "1001"}],
    )
    sent = api.ask(
        "addMessageBroadcast", subject="Fire drill", content="At noon.", source="1002", recipient=to
    )
    assert (sent.status, sent.response) == (0, {})
    [made] = [
        each for each in admin.get("/v1/broadcasts").json()["items"] if each["name"] == "Fire drill"
    ]
    assert made["sender"]["value"] == "1002"
    assert made["message"] == "At noon."
    assert made["extensions"] == ["1001", "1000", "1003"]


@pytest.mark.parametrize(
    ("wrong", "status"),
    [
        ({"subject": ""}, -1),
        ({"recipient": "everybody"}, -15),
        ({"recipient": recipient(planet="Mars")}, -15),
        ({"recipient": recipient(extension="9999")}, -16),
        ({"recipient": recipient(extension_group="group-999")}, -16),
        ({"recipient": recipient(department="99")}, -16),
    ],
)
def test_a_broadcast_that_will_not_do_is_refused(
    api: UcmClient, wrong: dict[str, str], status: int
) -> None:
    usual = {"subject": "Lunch", "content": "Now.", "recipient": recipient(extension="1001")}
    assert api.ask("addMessageBroadcast", **(usual | wrong)).status == status


def test_a_softphone_scans_its_account(api: UcmClient, server: Server) -> None:
    answer = api.ask("getSIPAccountQR", extension="1001")
    assert base64.b64decode(answer.response["qr_base"]).startswith(b"\x89PNG")
    assert api.ask("getSIPAccountQR", extension="9999").status == -16
    text = account_xml("1001", "Bén <O>", "ben", "a&b", f"127.0.0.1:{server.sip_port}", "*97")
    assert "<AuthPass>a&amp;b</AuthPass><AccountName>1001</AccountName>" in text
    assert "<DisplayName>B&#233;n &lt;O&gt;</DisplayName>" in text  # in ASCII, for every reader
    assert "<OutboundServer></OutboundServer>" in text
    assert "<Voicemail>*97</Voicemail>" in text


def test_ones_chats_are_emptied_for_him_alone(api: UcmClient, server: Server) -> None:
    ana, ben = (Program(server.url, each, f"Demo-{each}!") for each in ("1000", "1001"))
    chat = ana.post("/v1/conversations", {"with": "1001"}).json()["conversation"]
    text = {"client_id": "cleaned-0001", "text": "Hello"}
    assert ana.post(f"/v1/conversations/{chat}/events", text).status in (200, 201)

    def said(who: Program) -> list[Any]:
        return list(who.get(f"/v1/conversations/{chat}/events").json()["events"])

    assert said(ana)
    cleaned = api.ask("cleanTerminalChatInformation", extension="1000")
    assert cleaned.response == {"need_apply": "no"}
    wait_until(lambda: not said(ana), 5, "an empty chat")
    assert said(ben)
    assert api.ask("cleanTerminalChatInformation", extension="9999").status == -16
