"""A hotel's system checks guests in and out, and the telephones of their rooms follow."""

from __future__ import annotations

import asyncio
from contextlib import AsyncExitStack
from typing import TYPE_CHECKING, Any

import pytest

from tests.integration.voicemail.test_voicemail_by_phone import leave
from tests.support.messaging import eventually
from tests.support.tone import Voice
from tests.support.voice_phone import phone, port_of, session

if TYPE_CHECKING:
    from tests.support.program import Program
    from tests.support.server import Server
    from tests.support.ucm import UcmClient

ANN = {
    "room": "101", "firstname": "Ann", "lastname": "Lee", "language": "DE", "account": "A7",
    "vipcode": "1", "credit": "50", "datein": "20261127", "dateout": "2026/12/01 11:00", "cos": "3",
}  # fmt: skip


@pytest.fixture(autouse=True)
def rooms(admin: Program) -> None:
    """Two rooms, in which nobody stays when a test begins."""
    if not admin.get("/v1/pms-rooms").json()["items"]:
        for room, extension in ("101", "1001"), ("102", "1002"):
            body = {"room": room, "extension": extension, "address": f"H{room}"}
            assert admin.post("/v1/pms-rooms", body).status == 201


@pytest.fixture
def pms(api: UcmClient) -> Any:
    """Sends one command; leaves no guest behind."""

    def send(command: str, /, **fields: str) -> Any:
        return api.ask("pmsapi", format="json", data={command: fields})

    yield send
    for row in send("listPMSRoom").response["pms_room"]:
        if row["chki_status"] == "yes":
            assert send("checkout", room=row["room"]).status == 0


def row(pms: Any, room: str) -> dict[str, Any]:
    """One room as it is listed."""
    [found] = [e for e in pms("listPMSRoom").response["pms_room"] if e["room"] == room]
    return dict(found)


def test_an_extension_is_its_guests_until_he_goes(pms: Any, admin: Program) -> None:
    before = admin.get("/v1/extensions/1001").json()
    done = pms("checkin", **ANN)
    assert (done.status, done.response) == (0, {})
    now = admin.get("/v1/extensions/1001").json()
    assert (now["first_name"], now["last_name"], now["language"]) == ("Ann", "Lee", "de")
    assert now["permission"] == "internal-local-national"
    shown = row(pms, "101")
    assert {name: shown[name] for name in (
        "address", "extension", "user_name", "datein", "dateout", "chki_status", "status",
        "permission", "default_permission", "credit",
    )} == {
        "address": "H101", "extension": "1001", "user_name": "Ann Lee", "datein": "2026/11/27",
        "dateout": "2026/12/01 11:00", "chki_status": "yes", "status": 1,
        "permission": "internal-local-national", "default_permission": "internal", "credit": "50",
    }  # fmt: skip
    assert pms("update", address="H101", lastname="Li", status="5").status == 0
    assert pms("dnd", room="101", status="1").status == 0
    assert pms("cfu", room="101", cfwt="1000").status == 0
    now = admin.get("/v1/extensions/1001").json()
    assert (now["last_name"], now["do_not_disturb"]) == ("Li", True)
    assert [each["value"] for each in now["forwards"]] == ["1000"]
    assert row(pms, "101")["status"] == 5
    assert pms("cfu", room="101", cfwt="").status == 0
    assert admin.get("/v1/extensions/1001").json()["forwards"] == []
    room = admin.get("/v1/pms-rooms").json()["items"][0]["id"]
    assert admin.delete(f"/v1/pms-rooms/{room}").status == 409
    assert pms("checkout", room="101").status == 0
    after = admin.get("/v1/extensions/1001").json()
    same = after.keys() - {"version", "options"}  # the protocol keeps empty records of its own
    assert {name: after[name] for name in same} == {name: before[name] for name in same}
    assert (row(pms, "101")["chki_status"], row(pms, "101")["status"]) == ("no", 0)


@pytest.mark.parametrize(
    ("command", "fields"),
    [
        ("checkin", {"room": "999"}),
        ("checkin", {}),
        ("checkin", {"room": "102", "datein": "20261340"}),
        ("checkin", {"room": "102", "datein": "20261202", "dateout": "20261201"}),
        ("checkin", {"room": "102", "cos": "9"}),
        ("checkin", ANN),
        ("checkout", {"room": "102"}),
        ("update", {"room": "102", "lastname": "X"}),
        ("update", {"room": "101", "status": "0"}),
        ("mov", {"room": "102", "d_room": "101"}),
        ("wakeup", {"room": "101", "w_time": "2560", "w_date": "20261231"}),
        ("wakeup", {"room": "101", "w_action": "0"}),
        ("dnd", {"room": "101"}),
        ("delminibar", {"barcode": "8800"}),
        ("delminibargoods", {"goodscode": "1"}),
        ("addminibar", {"barcode": "1000"}),
        ("nothing", {}),
    ],
)
def test_what_cannot_be_is_told_in_words(pms: Any, command: str, fields: dict[str, str]) -> None:
    assert pms("checkin", **ANN).status == 0
    refused = pms(command, **fields)
    assert refused.status == -1
    assert refused.response["error"]


def test_requests_come_as_xml_and_as_text_too(api: UcmClient, pms: Any) -> None:
    xml = (
        "<pms_data_request><checkin><address>H102</address><room>102</room>"
        "<firstname>Zoë</firstname></checkin></pms_data_request>"
    )
    assert api.ask("pmsapi", format="xml", data=xml).status == 0
    assert row(pms, "102")["user_name"] == "Zoë"
    assert api.ask("pmsapi", data='{"checkout": {"room": "102"}}').status == 0
    for wrong in "{", "<a", {"checkin": "{"}, [], {"a": 1, "b": 2}:
        answer = api.ask("pmsapi", format="json", data=wrong)
        assert (answer.status, bool(answer.response["error"])) == (-1, True)


async def test_messages_and_wake_up_calls_go_with_the_guest(
    server: Server, admin: Program, api: UcmClient, pms: Any
) -> None:
    """Phones show his name; what was left for him is in his new room, and gone in the end."""

    def waiting(number: str) -> int:
        found = admin.get(f"/v1/voicemail/{number}/messages").json()
        return len(found["items"])

    def woken() -> list[tuple[str, str, str]]:
        items = admin.get("/v1/wake-up-calls").json()["items"]
        return [(each["number"], each["mode"], each["time"]) for each in items]

    ask = asyncio.to_thread
    assert (await ask(lambda: pms("checkin", **ANN))).status == 0
    assert (await ask(lambda: api.ask("applyChanges"))).status == 0
    async with AsyncExitStack() as stack:
        guest, other = [await phone(stack, server, each) for each in ("1001", "1000")]
        voice = stack.enter_context(Voice(440))
        call = guest.call(f"sip:1000@127.0.0.1:{server.sip_port}", session(voice))
        came = await other.next_call()
        assert b"Ann Lee" in came.call.request.get(b"from")
        await came.accept(session(voice, 0))
        await call.answered()
        assert port_of(call.remote_description)
        await call.hang_up()
        await leave(server, other, voice, "*1001")
    await eventually(lambda: asyncio.to_thread(lambda: waiting("1001") == 1))

    def stay() -> None:
        for fields in (
            {"w_action": "1", "w_mode": "1", "w_date": "20991231", "w_time": "0730"},
            {"w_action": "1", "w_mode": "2", "w_time": "0815"},
            {"w_action": "1", "w_mode": "2", "w_time": "0600"},
            {"w_action": "0", "w_time": "0600"},
        ):
            assert pms("wakeup", room="101", **fields).status == 0
        calls = [("once", "07:30"), ("daily", "08:15")]
        assert sorted(woken()) == sorted(("1001", *each) for each in calls)
        assert pms("mov", room="101", d_room="102").status == 0
        assert sorted(woken()) == sorted(("1002", *each) for each in calls)
        assert (waiting("1001"), waiting("1002")) == (0, 1)
        assert (row(pms, "101")["chki_status"], row(pms, "102")["user_name"]) == ("no", "Ann Lee")
        assert admin.get("/v1/extensions/1001").json()["first_name"] != "Ann"
        assert admin.get("/v1/extensions/1002").json()["first_name"] == "Ann"
        assert pms("checkout", room="102").status == 0
        assert (waiting("1002"), woken()) == (0, [])

    await ask(stay)


async def test_a_maid_tells_by_phone_what_was_taken(
    server: Server, admin: Program, api: UcmClient, pms: Any
) -> None:
    def arranged() -> None:
        bar = {"barcode": "8800", "barname": "Bar", "verifyskip": "no", "listgoods": "no"}
        assert pms("addminibar", **bar).status == 0
        assert pms("getMiniBar").response["minibar_settings"]["extension"] == "8800"
        assert pms("addminibargoods", goodscode="1", goodsname="Water").status == 0
        maid = {"maidcode": "7", "password": "42"}
        assert pms("addminibarwaiter", **maid).status == 0
        goods = pms("listMiniBarGoods").response["goods_name"]
        assert [(each["extension"], each["goods_name"]) for each in goods] == [("1", "Water")]
        assert api.ask("applyChanges").status == 0

    def taken() -> bool:
        rows = pms("getPMSRoomGoods", room="101").response["minibar_goods"]
        return [(e["goods_name"], e["count"], e["maid"]) for e in rows] == [("Water", 2, "7")]

    await asyncio.to_thread(arranged)
    async with AsyncExitStack() as stack:
        agent = await phone(stack, server, "1001")
        voice = stack.enter_context(Voice(0))
        call = await agent.invite(f"sip:8800@127.0.0.1:{server.sip_port}", session(voice))
        voice.talk(port_of(call.remote_description))
        for key in "7#42#1#2##":
            await call.press(key)
        await call.ended()
    await eventually(lambda: asyncio.to_thread(taken))

    def gone() -> None:
        assert pms("checkin", room="101").status == 0
        assert pms("getPMSRoomGoods", room="101").response["minibar_goods"] == []
        for command, fields in (
            ("delminibargoods", {"goodscode": "1"}),
            ("delminibarwaiter", {"maidcode": "7"}),
            ("delminibar", {"barcode": "8800"}),
        ):
            assert pms(command, **fields).status == 0

    await asyncio.to_thread(gone)


async def test_a_status_is_told_by_phone_and_a_room_is_woken_from_the_desk(
    server: Server, admin: Program, pms: Any
) -> None:
    codes = "/v1/settings/feature_codes"

    def may_wake(*numbers: str) -> None:
        assert admin.patch(codes, {"values": {"remote_callers": numbers}}).status == 200

    await asyncio.to_thread(may_wake, "1000")
    for number, dialled, keys in ("1001", "*235", ""), ("1000", "*36", "101#0645"):
        async with AsyncExitStack() as stack:
            agent = await phone(stack, server, number)
            voice = stack.enter_context(Voice(0))
            call = await agent.invite(f"sip:{dialled}@127.0.0.1:{server.sip_port}", session(voice))
            voice.talk(port_of(call.remote_description))
            for key in keys:
                await call.press(key)
            await call.ended()

    def known() -> bool:
        woken = admin.get("/v1/wake-up-calls").json()["items"]
        asked = [(each["number"], each["time"]) for each in woken]
        return row(pms, "101")["status"] == 5 and asked == [("1001", "06:45")]

    await eventually(lambda: asyncio.to_thread(known))

    def gone() -> None:
        assert pms("wakeup", room="101", w_action="0").status == 0
        assert pms("update", room="101", status="1").status == 0
        may_wake()

    await asyncio.to_thread(gone)


def test_the_extension_of_a_room_is_not_deleted(pms: Any, admin: Program) -> None:
    refused = admin.delete("/v1/extensions/1002")
    assert refused.status == 409
    assert row(pms, "102")["extension"] == "1002"
    [found] = [
        each
        for each in admin.get("/v1/extensions/1002/references").json()["items"]
        if each["kind"] == "pms_room"
    ]
    assert (found["name"], found["blocking"]) == ("102", True)
