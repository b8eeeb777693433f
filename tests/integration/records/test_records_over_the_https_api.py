"""cdrapi, recapi and what is up, as programs written for the protocol ask for it."""

from __future__ import annotations

import csv
import hashlib
import io
import json
import shutil
import tarfile
from typing import TYPE_CHECKING, Any
from xml.etree import ElementTree as ET

import pytest
import pytest_asyncio

from engage.calls.cdr import COLUMNS
from pbxcore.calls.commands import CallDone, HangUpCall, PlaceCall, TransferCall
from tests.integration.records.conftest import SOUND

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

    from tests.integration.records.conftest import Office

pytestmark = pytest.mark.asyncio(loop_scope="module")

PASSWORD = "Api-records-2026!"  # noqa: S105
NAME = "auto-1785000000-1001-1002.wav"


class Api:
    """A program that has signed in."""

    def __init__(self, office: Office) -> None:
        self._office, self.cookie = office, ""

    async def raw(self, **request: Any) -> tuple[str, bytes]:
        http, url = self._office.site.http, f"{self._office.site.url}/api"
        headers = {"x-forwarded-proto": "https"}
        body = {"request": {"cookie": self.cookie, **request}}
        async with http.post(url, json=body, headers=headers) as response:
            assert response.status == 200
            return response.content_type, await response.read()

    async def ask(self, **request: Any) -> tuple[int, dict[str, Any]]:
        told = json.loads((await self.raw(**request))[1])
        return told["status"], told["response"]

    async def root(self, **request: Any) -> list[dict[str, Any]]:
        kind, body = await self.raw(action="cdrapi", format="json", **request)
        assert kind == "application/json"
        told = json.loads(body)
        assert list(told) == ["cdr_root"], told
        return list(told["cdr_root"])


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def api(office: Office) -> AsyncIterator[Api]:
    body = {"user": "records", "password": PASSWORD}
    status, told = await office.site.json("POST", "/v1/api-users", body, token=office.admin)
    assert status == 201, told
    program = Api(office)
    _, given = await program.ask(action="challenge", user="records", version="1.0")
    token = hashlib.md5((given["challenge"] + PASSWORD).encode()).hexdigest()  # noqa: S324
    _, given = await program.ask(action="login", user="records", token=token)
    program.cookie = given["cookie"]
    yield program


def main_of(element: dict[str, Any]) -> dict[str, str]:
    return dict(element.get("main_cdr", element))


async def test_a_call_of_two_is_one_flat_record(api: Api) -> None:
    first = (await api.root())[0]
    assert set(first) == {*COLUMNS, "cdr", "verstat"}
    assert all(isinstance(value, str) for value in first.values())
    expected = {
        "src": "1001", "dst": "1002", "clid": '"Ben Osei" <1001>', "disposition": "ANSWERED",
        "duration": "38", "billsec": "31", "userfield": "Internal", "dstanswer": "1002",
        "action_type": "DIAL", "amaflags": "DOCUMENTATION", "caller_name": "Ben Osei",
        "recordfiles": f"2026-07/{NAME}@", "chanext": "1001", "dstchanext": "1002",
    }  # fmt: skip
    assert {name: first[name] for name in expected} == expected
    assert first["cdr"] == first["session"]
    digits, _, caller = first["session"].partition("-")
    assert (len(digits), caller) == (17, "1001")
    assert first["channel"].startswith("PJSIP/1001-")


async def test_a_call_of_several_legs_names_its_parts(api: Api) -> None:
    group = (await api.root())[1]
    assert set(group) == {"cdr", "main_cdr", "sub_cdr_1", "sub_cdr_2"}
    parts = [group[each] for each in ("main_cdr", "sub_cdr_1", "sub_cdr_2")]
    assert [each["disposition"] for each in parts] == ["ANSWERED", "ANSWERED", "NO ANSWER"]
    assert [each["dst"] for each in parts] == ["6400", "1002", "1003"]
    assert {each["action_type"] for each in parts} == {"RINGGROUP[6400]"}
    assert {each["session"] for each in parts} == {group["cdr"]}


async def test_filters_choose_and_combine(api: Api) -> None:
    for asked, expected in (
        ({"caller": "1001"}, ["1002", "6400"]),
        ({"caller": "1000-1001"}, ["1002", "6400", "1002", "5559"]),
        ({"caller": "955@"}, ["1003"]),
        ({"caller": "9555100_"}, ["1003"]),
        ({"callee": "64@,5559"}, ["6400", "5559"]),
        ({"caller": "998-1000"}, ["1002", "5559"]),
        ({"minDur": 6, "maxDur": "15"}, ["6400"]),
        ({"answeredby": "1003"}, ["1003"]),
        ({"callerName": "Ana Costa"}, ["1002", "5559"]),
        ({"caller": "1001", "callee": "1002"}, ["1002"]),
        ({"numRecords": 2, "offset": 1}, ["6400", "1003"]),
        ({"numRecords": 0}, []),
        ({"caller": "404"}, []),
    ):
        found = [main_of(each)["dst"] for each in await api.root(**asked)]
        assert found == expected, asked


async def test_moments_bound_the_start_or_the_end(api: Api) -> None:
    starts = [main_of(each)["start"] for each in await api.root()]
    assert starts == sorted(starts)
    later = await api.root(startTime=starts[1].replace(" ", "T"))
    assert [main_of(each)["start"] for each in later] == starts[1:]
    until = await api.root(endTime=starts[1])
    assert [main_of(each)["start"] for each in until] == starts[:2]
    first_end = main_of((await api.root())[0])["end"]
    ended = await api.root(endTime=first_end, timeFilterType="End")
    assert [main_of(each)["end"] for each in ended] == [first_end]
    assert await api.root(startTime="2030-01-01") == []


async def test_records_are_found_by_what_names_them(api: Api) -> None:
    group = (await api.root())[1]
    for asked in (
        {"session": group["cdr"]},
        {"uniqueid": group["sub_cdr_2"]["uniqueid"]},
        {"AcctId": group["sub_cdr_1"]["AcctId"]},
    ):
        assert await api.root(**asked) == [group], asked


async def test_csv_has_the_columns_in_their_order(api: Api) -> None:
    kind, body = await api.raw(action="cdrapi", format="CSV", caller="1001")
    assert kind == "text/csv"
    lines = list(csv.reader(io.StringIO(body.decode())))
    assert lines[0] == [*COLUMNS, "record_type"]
    kinds = [line[-1] for line in lines[1:]]
    assert kinds == ["main_cdr", "main_cdr", "sub_cdr", "sub_cdr"]
    _, body = await api.raw(action="cdrapi", format="csv", caller="95551000")
    assert body.decode().splitlines()[0] == ",".join(COLUMNS)  # no call of several legs


async def test_xml_has_an_element_a_record(api: Api) -> None:
    kind, body = await api.raw(action="cdrapi", format="xml", caller="95551000")
    assert kind == "application/xml"
    root = ET.fromstring(body)  # noqa: S314 - our own
    assert (root.tag, [each.tag for each in root]) == ("cdr_root", ["cdr"])
    assert root[0].findtext("caller_name") == "Zoë 漢字"


@pytest.mark.parametrize(
    ("asked", "status"),
    [
        ({"format": "yaml"}, -15),
        ({"numRecords": 1001}, -15),
        ({"caller": "1001,,1002"}, -15),
        ({"caller": "9-1"}, -15),
        ({"startTime": "soon"}, -15),
        ({"delete": "yes"}, -47),
        ({"cookie": "sid0-0"}, -6),
    ],
)
async def test_what_means_nothing_is_refused_in_the_envelope(
    api: Api, asked: dict[str, Any], status: int
) -> None:
    assert (await api.ask(action="cdrapi", **asked))[0] == status


async def test_records_are_deleted_where_that_is_allowed(api: Api, office: Office) -> None:
    *kept, last = await api.root()
    number = last.get("main_cdr", last)["AcctId"]
    path = "/v1/settings/https_api"
    for allowed in True, False:
        values = {"values": {"delete_records": allowed}}
        status, _ = await office.site.json("PATCH", path, values, token=office.admin)
        assert status == 200
        if allowed:
            assert await api.root(AcctId=number, delete="yes") == [last]
            assert await api.root() == kept
    assert (await api.ask(action="cdrapi", delete="yes"))[0] == -47


async def test_recordings_are_listed_and_sent(api: Api) -> None:
    kind, body = await api.raw(action="recapi")
    assert b"monitor" in body
    kind, body = await api.raw(action="recapi", filedir="monitor")
    assert body.decode().splitlines() == ["Directory,Filename", f"monitor,{NAME}"]
    for asked in ({"filename": NAME}, {"filedir": "monitor", "recording_file": f"2026-07/{NAME}@"}):
        kind, body = await api.raw(action="recapi", **asked)
        assert (kind, body) == ("audio/x-wav", SOUND)
    number = main_of((await api.root())[0])["AcctId"]
    _, told = await api.ask(action="getRecordInfosByCall", id=number)
    assert told == {"recordfiles": f"2026-07/{NAME}"}


async def test_files_of_every_directory_are_found_by_their_names(api: Api, office: Office) -> None:
    other = office.data / "recordings" / "meetme" / "2026-07" / "meetme-1785000000-6300.wav"
    other.parent.mkdir(parents=True)
    other.write_bytes(b"RIFF")
    for asked in ({"filename": f"meetme/2026-07/{other.name}@"}, {"filename": other.name}):
        assert await api.raw(action="recapi", **asked) == ("audio/x-wav", b"RIFF")
    assert (await api.ask(action="recapi", filedir="queue", filename=other.name))[0] == -16
    kind, body = await api.raw(action="recapi", filedir="queue", filename=f"{NAME},2026-07/{NAME}")
    assert (kind, body) == ("audio/x-wav", SOUND)  # twice the same one, among other calls
    other.unlink()


async def test_messages_of_mailboxes_are_listed_and_sent(api: Api, office: Office) -> None:
    box = office.data / "voicemail" / "1000"
    for folder in "sound", "greeting":
        (box / folder).mkdir(parents=True)
        (box / folder / f"{folder}.wav").write_bytes(b"RIFF" + folder.encode())
    for folder, listed in (
        ("voicemail", "voicemail,sound.wav"),
        ("voicemail/1000", "voicemail/1000,sound.wav"),
        ("voicemail/1001", None),
    ):
        _, body = await api.raw(action="recapi", filedir=folder)
        expected = ["Directory,Filename", *([] if listed is None else [listed])]
        assert body.decode().splitlines() == expected
    wanted = {"action": "recapi", "filedir": "voicemail/1000"}
    assert await api.raw(filename="sound.wav", **wanted) == ("audio/x-wav", b"RIFFsound")
    for absent in {"filename": "greeting.wav"}, {"filename": "sound.wav", "path_type": "netdisk"}:
        assert (await api.ask(**wanted, **absent))[0] == -16
    shutil.rmtree(box)


async def test_several_recordings_come_as_an_archive(api: Api, office: Office) -> None:
    other = office.data / "recordings" / "queue" / "other.wav"
    other.parent.mkdir(exist_ok=True)
    other.write_bytes(b"RIFF")
    names = f"{NAME},other.wav"
    kind, body = await api.raw(action="recapi", filedir="monitor@queue", filename=names)
    assert kind == "application/x-tar"
    with tarfile.open(fileobj=io.BytesIO(body)) as archive:
        assert sorted(archive.getnames()) == sorted([NAME, "other.wav"])


@pytest.mark.parametrize(
    "asked",
    [
        {"filename": "absent.wav"},
        {"filename": "../../engage.db"},
        {"filename": NAME, "path_type": "gdms"},
        {"filedir": "monitor", "filename": f"{NAME},absent.wav"},
    ],
)
async def test_a_file_that_is_not_there_is_told_in_the_envelope(
    api: Api, asked: dict[str, str]
) -> None:
    assert (await api.ask(action="recapi", **asked))[0] == -16


@pytest.mark.parametrize("more", [{}, {"path_type": "netdisk"}])
@pytest.mark.parametrize("folder", ["prompts", "monitor/../prompts", "monitor/x/.."])
async def test_no_directory_leads_to_another(api: Api, folder: str, more: dict[str, str]) -> None:
    kind, body = await api.raw(action="recapi", filedir=folder, **more)
    assert kind == "application/json", body


@pytest.mark.parametrize("folder", ["../keys", "/etc", "..", "monitor/../../keys"])
async def test_no_directory_leads_out_of_the_recordings(api: Api, folder: str) -> None:
    kind, body = await api.raw(action="recapi", filedir=folder)
    assert kind == "application/json" or body.decode().splitlines() == ["Directory,Filename"]


async def test_what_is_up_is_listed_and_controlled(api: Api, office: Office) -> None:
    status, told = await api.ask(action="listBridgedChannels")
    [pair] = told["channel"]
    assert (status, told["total_item"], told["total_page"]) == (0, 1, 1)
    assert (pair["callerid1"], pair["callerid2"], pair["name1"]) == ("1001", "1000", "Ben Osei")
    assert (pair["inbound_trunk_name"], pair["have_send"]) == ("", 1)
    assert (await api.ask(action="listUnBridgedChannels"))[1]["channel"] == []
    call = office.calls["up"]
    office.pbx.commands.clear()
    office.pbx.answer = CallDone(200)
    for asked, answered in (
        ({"action": "Hangup", "channel": pair["channel2"]}, "yes"),
        ({"action": "callTransfer", "channel": pair["channel1"], "extension": "1003"}, "no"),
        ({"action": "dialExtension", "caller": "1001", "callee": "1002"}, "no"),
        ({"action": "dialOutbound", "caller": "1001", "outbound": "5551234"}, "no"),
    ):
        assert await api.ask(**asked) == (0, {"need_apply": answered}), asked
    assert office.pbx.commands == [
        HangUpCall(call, "b"),
        TransferCall(call, "a", "1003"),
        PlaceCall("1001", "1002"),
        PlaceCall("1001", "5551234"),
    ]
    assert (await api.ask(action="hangup", channel="PJSIP/1001-deadbeef"))[0] == -16
    assert (await api.ask(action="dialExtension", caller="1001", callee="4040"))[0] == -16
    moved = {"action": "callTransfer", "channel": pair["channel1"], "extension": "1003"}
    for status, named in (404, "1003"), (481, pair["channel1"]):
        office.pbx.answer = CallDone(status)
        refused, told = await api.ask(**moved)
        assert (refused, named in told["error_msg"]) == (-16, True), told
    office.pbx.answer = CallDone(486)
    assert (await api.ask(action="dialExtension", caller="1001", callee="1002"))[0] == -24
