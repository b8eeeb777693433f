"""The history of calls, what is up, and recordings, over REST on each database."""

from __future__ import annotations

import csv
import io
import zipfile
from typing import TYPE_CHECKING, Any

import pytest

from pbxcore.calls.commands import CallDone, HangUpCall
from tests.integration.records.conftest import FILE, SOUND

if TYPE_CHECKING:
    from tests.integration.records.conftest import Office

pytestmark = pytest.mark.asyncio(loop_scope="module")

ALL = ["busy", "missed", "inbound", "group", "simple"]


async def items(office: Office, query: str = "", path: str = "/v1/calls") -> list[dict[str, Any]]:
    status, body = await office.site.json("GET", f"{path}?{query}", token=office.admin)
    assert status == 200, body
    assert body["total"] == len(body["items"])
    return list(body["items"])


async def found(office: Office, query: str) -> list[str]:
    names = {call: name for name, call in office.calls.items()}
    return [names[each["id"]] for each in await items(office, query)]


async def test_filters_alone_and_combined_return_what_they_say(office: Office) -> None:
    for query, expected in {
        "": ALL,
        "direction=inbound": ["inbound"],
        "direction=outbound": ["busy"],
        "disposition=answered": ["inbound", "group", "simple"],
        "disposition=busy": ["busy"],
        "caller=1001": ["group", "simple"],
        "callee=1002": ["missed", "group", "simple"],
        "caller=5551000": ["inbound"],
        "caller=9555.": ["inbound"],
        "callee=555X": ["busy"],
        "callee=55X": [],
        "number=1003": ["inbound", "group"],
        "trunk=City+Line": ["busy", "inbound"],
        "action=ring_group": ["group"],
        "action=queue,ring_group": ["group"],
        "least_talk_s=10": ["group", "simple"],
        "least_talk_s=6&most_talk_s=15": ["group"],
        "q=zo%C3%AB": ["inbound"],
        "q=ana+cos": ["busy", "missed"],
        "q=%25": [],
        "caller=1001&action=dial": ["simple"],
        "caller=1000&disposition=busy&direction=internal": [],
        "sort=started_at": ALL[::-1],
        "sort=-talk_s": ["simple", "group", "inbound", "busy", "missed"],
    }.items():
        assert await found(office, query) == expected, query


async def test_a_time_range_begins_with_and_ends_before_its_moments(office: Office) -> None:
    at = {each["id"]: each["started_at"] for each in await items(office)}
    group, missed = at[office.calls["group"]], at[office.calls["missed"]]
    assert await found(office, f"from={group}&until={missed}") == ["inbound", "group"]
    status, body = await office.site.json("GET", "/v1/calls?from=yesterday", token=office.admin)
    assert (status, list(body["error"]["fields"])) == (422, ["from"])


@pytest.mark.parametrize("sort", ["-started_at", "caller", "-callee", "talk_s"])
async def test_pages_follow_each_other_without_gap(office: Office, sort: str) -> None:
    seen: list[str] = []
    cursor = ""
    while True:
        query = f"/v1/calls?limit=2&sort={sort}&cursor={cursor}"
        status, body = await office.site.json("GET", query, token=office.admin)
        assert (status, body["total"]) == (200, 5)
        seen += [each["id"] for each in body["items"]]
        cursor = body["cursor"]
        if cursor is None:
            break
    assert seen == [each["id"] for each in await items(office, f"sort={sort}")]


async def test_details_show_every_leg_and_recording(office: Office) -> None:
    path = f"/v1/calls/{office.calls['group']}"
    _, group = await office.site.json("GET", path, token=office.admin)
    assert [(each["party"], each["disposition"], each["reason"]) for each in group["legs"]] == [
        ("1001", "answered", ""),
        ("1002", "answered", ""),
        ("1003", "no_answer", "answered_elsewhere"),
    ]
    path = f"/v1/calls/{office.calls['simple']}"
    _, simple = await office.site.json("GET", path, token=office.admin)
    assert [each["id"] for each in simple["recordings"]] == ["rec-1"]
    assert (simple["caller_name"], simple["callee_name"]) == ("Ben Osei", "Chen Li")


async def downloaded(office: Office, query: str, path: str = "/v1/calls") -> list[dict[str, str]]:
    url = f"{office.site.url}{path}?format=csv&{query}"
    headers = {"authorization": f"Bearer {office.admin}"}
    async with office.site.http.get(url, headers=headers) as response:
        assert response.status == 200
        text = (await response.read()).decode("utf-8-sig")
    return list(csv.DictReader(io.StringIO(text)))


async def test_csv_tells_calls_from_their_legs(office: Office) -> None:
    rows = await downloaded(office, "action=ring_group")
    assert [(row["record_type"], row["dst"], row["disposition"]) for row in rows] == [
        ("main_cdr", "6400", "ANSWERED"),
        ("sub_cdr", "1002", "ANSWERED"),
        ("sub_cdr", "1003", "NO ANSWER"),
    ]
    assert rows[2]["reason"] == "answered_elsewhere"
    assert {row["action_type"] for row in rows} == {"RINGGROUP[6400]"}
    assert len({row["session"] for row in rows}) == 1
    every = await downloaded(office, "")
    assert sum(row["record_type"] == "main_cdr" for row in every) == 5
    assert len({row["AcctId"] for row in every}) == len(every)
    assert await downloaded(office, "caller=404") == []
    inbound = next(row for row in every if row["userfield"] == "Inbound")
    assert (inbound["src"], inbound["original_src"]) == ("95551000", "5551000")


async def test_a_file_has_the_columns_that_are_chosen(office: Office) -> None:
    rows = await downloaded(office, "action=ring_group&column=dst&column=src")
    heads = ["record_type", "src", "dst"]
    assert [list(row) for row in rows] == [heads] * 3
    assert list(rows[0].values()) == ["main_cdr", "1001", "6400"]
    path = "/v1/calls?format=csv&column=secret"
    status, body = await office.site.json("GET", path, token=office.admin)
    assert (status, list(body["error"]["fields"])) == (422, ["column"])


async def test_each_user_sees_their_own_calls_and_nobody_elses(office: Office) -> None:
    def summary(body: dict[str, Any]) -> list[tuple[str, str, str]]:
        return [(each["direction"], each["disposition"], each["number"]) for each in body["items"]]

    chen = await office.site.sign_in("1002")
    _, body = await office.site.json("GET", "/v1/me/calls", token=chen)
    assert summary(body) == [
        ("incoming", "missed", "1000"),
        ("incoming", "answered", "1001"),
        ("incoming", "answered", "1001"),
    ]
    _, body = await office.site.json("GET", "/v1/me/calls?missed=1", token=chen)
    assert summary(body) == [("incoming", "missed", "1000")]
    dana = await office.site.sign_in("1003")
    _, body = await office.site.json("GET", "/v1/me/calls", token=dana)
    assert summary(body) == [
        ("incoming", "answered", "95551000"),
        ("incoming", "answered_elsewhere", "1001"),
    ]
    _, body = await office.site.json("GET", "/v1/me/calls?missed=1", token=dana)
    assert body["items"] == []


async def test_what_is_up_is_shown_and_hung_up(office: Office) -> None:
    _, live = await office.site.json("GET", "/v1/calls/live", token=office.admin)
    [call] = live["items"]
    one, other = call["legs"]
    assert (one["party"], one["state"], one["peer"]) == ("1001", "up", other["channel"])
    assert other["channel"].startswith("PJSIP/1000-")
    path = f"/v1/calls/live/{call['id']}/hang-up"
    assert (await office.site.json("POST", path, token=office.admin))[0] == 204
    assert office.pbx.commands == [HangUpCall(call["id"])]
    for status, expected in ((404, "not_found"), (503, "unavailable"), (488, "call_refused")):
        office.pbx.answer = CallDone(status)
        _, body = await office.site.json("POST", path, token=office.admin)
        assert body["error"]["code"] == expected


async def test_recordings_are_found_by_either_party_and_heard_in_parts(office: Office) -> None:
    for query, count in {
        "": 1,
        "caller=1001": 1,
        "caller=1002": 0,
        "caller_name=ben": 1,
        "caller_name=chen": 0,
        "callee=1002": 1,
        "callee_name=Chen+Li": 1,
        "callee=1001": 0,
        "q=osei": 1,
        "kind=call": 1,
        "kind=queue": 0,
        "kind=conference": 0,
        f"call={office.calls['group']}": 0,
        "caller=1001&callee_name=nobody": 0,
    }.items():
        assert len(await items(office, query, "/v1/recordings")) == count, query
        assert len(await downloaded(office, query, "/v1/recordings")) == count, query
    url = f"{office.site.url}/v1/recordings/rec-1/sound"
    headers = {"authorization": f"Bearer {office.admin}"}
    async with office.site.http.get(url, headers=headers) as response:
        assert (response.status, response.content_type) == (200, "audio/x-wav")
        assert await response.read() == SOUND
    async with office.site.http.get(url, headers={**headers, "range": "bytes=100-199"}) as part:
        assert (part.status, await part.read()) == (206, SOUND[100:200])


async def test_recordings_come_together_as_they_are_found(office: Office) -> None:
    url = f"{office.site.url}/v1/recordings/archive"
    headers = {"authorization": f"Bearer {office.admin}"}
    for query, status in (
        ("", 200),
        ("id=rec-1&id=absent", 200),
        ("caller=1001&kind=call", 200),
        ("id=absent", 404),
        ("kind=queue", 404),
        ("kind=odd", 422),
        ("&".join(f"id={each}" for each in range(501)), 422),
    ):
        async with office.site.http.get(f"{url}?{query}", headers=headers) as response:
            assert response.status == status, query
            body = await response.read()
        if status == 200:
            assert response.content_type == "application/zip"
            with zipfile.ZipFile(io.BytesIO(body)) as archive:
                assert archive.testzip() is None
                assert archive.namelist() == [FILE]
                assert archive.read(FILE) == SOUND


async def test_rights_open_and_close_each_part(office: Office) -> None:
    body = {"name": "Recordings only", "modules": {"recordings": "view"}}
    status, made = await office.site.json("POST", "/v1/privileges", body, token=office.admin)
    assert status == 201, made
    person = {
        "user_name": "listener", "password": "Listener-2026!", "display_name": "Lis",
        "level": "custom", "privilege_id": made["id"],
    }  # fmt: skip
    status, made = await office.site.json("POST", "/v1/admins", person, token=office.admin)
    assert status == 201, made
    token = await office.site.sign_in("listener", "Listener-2026!")
    for method, path, expected in (
        ("GET", "/v1/recordings", 200),
        ("DELETE", "/v1/recordings/rec-1", 403),
        ("POST", "/v1/recordings/delete", 403),
        ("GET", "/v1/calls", 403),
        ("GET", "/v1/calls?format=csv", 403),
        ("GET", "/v1/faxes?format=csv", 403),
        ("GET", "/v1/calls/live", 403),
    ):
        assert (await office.site.json(method, path, token=token))[0] == expected, path


# What follows removes something.


async def test_a_deleted_record_is_gone_and_noted(office: Office) -> None:
    path = f"/v1/calls/{office.calls['busy']}"
    assert (await office.site.json("DELETE", path, token=office.admin))[0] == 204
    assert (await office.site.json("DELETE", path, token=office.admin))[0] == 404
    assert await found(office, "") == ALL[1:]
    _, log = await office.site.json("GET", "/v1/operations?action=call.", token=office.admin)
    noted = [(each["object"], each["result"]) for each in log["items"]]
    assert (f"call:{office.calls['busy']}", "done") in noted


async def test_a_list_to_be_deleted_is_checked(office: Office) -> None:
    path = "/v1/recordings/delete"
    for body, expected in (
        ({"ids": []}, 422),
        ({"ids": ["x"] * 501}, 422),
        ({"ids": "rec-1"}, 422),
        ({"ids": ["absent"]}, 404),
    ):
        status, _ = await office.site.json("POST", path, body, token=office.admin)
        assert status == expected, body


async def test_a_deleted_recording_goes_with_its_file(office: Office) -> None:
    path = "/v1/recordings/rec-1"
    assert (await office.site.json("DELETE", path, token=office.admin))[0] == 204
    assert await items(office, "", "/v1/recordings") == []
    assert not list((office.data / "recordings").rglob("*.wav"))
