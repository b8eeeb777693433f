"""People's objects over HTTP: lists, errors at their fields, custom privileges, worksheets."""

from __future__ import annotations

import io
from typing import TYPE_CHECKING, Any

import pytest_asyncio

from tests.support.people import PASSWORD, SECRET
from tests.support.site import site as running

if TYPE_CHECKING:
    from collections.abc import AsyncIterator
    from pathlib import Path

    import pytest

    from tests.support.site import Site


class Admin:
    """An administrator's program."""

    def __init__(self, site: Site, token: str) -> None:
        self.site, self.token = site, token

    async def ask(self, method: str, path: str, body: object = None) -> tuple[int, dict[str, Any]]:
        return await self.site.json(method, path, body, token=self.token)

    async def status(self, method: str, path: str, body: object = None) -> int:
        return (await self.ask(method, path, body))[0]

    async def send_csv(self, text: bytes, query: str = "") -> tuple[int, dict[str, Any]]:
        headers = {"content-type": "text/csv", "authorization": f"Bearer {self.token}"}
        url = f"{self.site.url}/v1/extensions/import{query}"
        async with self.site.http.post(url, data=io.BytesIO(text), headers=headers) as response:
            return response.status, await response.json()


@pytest_asyncio.fixture
async def site(tmp_path: Path) -> AsyncIterator[Site]:
    async with running(tmp_path) as started:
        yield started


@pytest_asyncio.fixture
async def root(site: Site) -> Admin:
    return Admin(site, await site.sign_in("admin", "Demo-admin!"))


async def custom(root: Admin, name: str, modules: dict[str, str]) -> Admin:
    """An administrator who may do this alone."""
    _, made = await root.ask("POST", "/v1/privileges", {"name": name, "modules": modules})
    body = {"user_name": name, "password": PASSWORD, "level": "custom", "privilege_id": made["id"]}
    assert await root.status("POST", "/v1/admins", body) == 201
    return Admin(root.site, await root.site.sign_in(name, PASSWORD))


async def test_an_extension_is_added_read_changed_and_deleted(root: Admin) -> None:
    new = {"number": "1099", "first_name": "Ada", "sip_secret": SECRET, "wave_password": PASSWORD}
    status, made = await root.ask("POST", "/v1/extensions", new)
    assert (status, made["number"], made["version"]) == (201, "1099", 1)
    assert "sip_secret" not in made
    _, shown = await root.ask("GET", "/v1/extensions/1099?secrets=1")
    assert shown == made | {"sip_secret": SECRET}
    _, changed = await root.ask("PATCH", "/v1/extensions/1099", {"last_name": "K", "version": 1})
    assert (changed["name"], changed["version"]) == ("Ada K", 2)
    status, body = await root.ask("PATCH", "/v1/extensions/1099", {"last_name": "L", "version": 1})
    assert (status, body["error"]["code"], body["error"]["by"]) == (409, "edited", "Administrator")
    token = await root.site.sign_in("1099", PASSWORD)
    assert await root.status("DELETE", "/v1/extensions/1099") == 204
    assert (await root.site.json("GET", "/v1/me", token=token))[0] == 401
    assert await root.status("GET", "/v1/extensions/1099") == 404


async def test_a_pin_stays_when_it_is_left_empty_and_null_takes_it_away(root: Admin) -> None:
    path, names = "/v1/extensions/1001", ("voicemail_pin", "outbound_pin")

    async def are_set(fields: dict[str, object]) -> list[bool]:
        status, shown = await root.ask("PATCH", path, fields)
        assert status == 200
        assert not set(names) & shown.keys()
        return [shown[f"{each}_set"] for each in names]

    assert await are_set({}) == [False, False]
    assert await are_set(dict.fromkeys(names, "4711")) == [True, True]
    assert await are_set(dict.fromkeys(names, "")) == [True, True]
    assert await are_set({"voicemail_pin": None}) == [False, True]
    assert await are_set({"outbound_pin": None, "sip_secret": None}) == [False, False]


async def test_the_list_is_searched_sorted_filtered_paged_and_exported(root: Admin) -> None:
    _, page = await root.ask("GET", "/v1/extensions?q=o&sort=-name&limit=2")
    assert [each["name"] for each in page["items"]] == ["Dana Novak", "Ben Osei"]
    _, rest = await root.ask("GET", f"/v1/extensions?q=o&sort=-name&cursor={page['cursor']}")
    assert [each["name"] for each in rest["items"]] == ["Ana Costa"]
    assert (page["total"], rest["cursor"]) == (3, None)
    _, none = await root.ask("GET", "/v1/extensions?enabled=false")
    assert none["items"] == []
    assert await root.status("GET", "/v1/extensions?color=red") == 422
    headers = {"authorization": f"Bearer {root.token}"}
    url = f"{root.site.url}/v1/extensions?format=csv&q=ana"
    async with root.site.http.get(url, headers=headers) as response:
        text = await response.text(encoding="utf-8-sig")
    header, *lines = text.splitlines()
    assert header.startswith("number,first_name,last_name,email")
    assert [line.split(",")[:3] for line in lines] == [["1000", "Ana", "Costa"],
                                                       ["1003", "Dana", "Novak"]]  # fmt: skip


async def test_what_is_wrong_stands_at_its_field(root: Admin) -> None:
    for body, code, field in (
        ({"number": "1000"}, "number_taken", "number"),
        ({"number": "7001"}, "invalid", "number"),
        ({"number": "1099", "sip_secret": "weak"}, "invalid", "sip_secret"),
        ({"number": "1099", "max_contacts": 11}, "invalid", "max_contacts"),
        ({"number": "1099", "permission": "all"}, "invalid", "permission"),
        ({"number": "1099", "color": "red"}, "invalid", "color"),
        ({"first_name": "Ada"}, "invalid", "number"),
    ):
        _, answer = await root.ask("POST", "/v1/extensions", body)
        assert (answer["error"]["code"], list(answer["error"]["fields"])) == (code, [field]), body
    _, answer = await root.ask("POST", "/v1/extensions", {"number": "1000"})
    assert answer["error"]["message"] == "The number 1000 belongs to the extension “Ana Costa”."
    _, answer = await root.ask("POST", "/v1/extensions", {"number": "7001"})
    expected = "Extensions have numbers from 1000 to 6299."
    assert answer["error"]["fields"]["number"] == expected


async def test_a_queue_that_a_live_chat_needs_is_not_deleted(root: Admin) -> None:
    _, found = await root.ask("GET", "/v1/queues/6500/references")
    assert [(each["kind"], each["name"], each["blocking"]) for each in found["items"]] == [
        ("livechat", "Demo", True)
    ]
    status, body = await root.ask("DELETE", "/v1/queues/6500")
    assert (status, body["error"]["code"]) == (409, "in_use")
    assert body["error"]["message"] == "This is in use by: Demo."
    assert [each["name"] for each in body["error"]["users"]] == ["Demo"]
    assert await root.status("POST", "/v1/queues", {"number": "6501", "name": "Sales"}) == 201
    assert await root.status("DELETE", "/v1/queues/6501") == 204


async def test_an_agent_logs_in_takes_a_break_and_is_called_back(
    root: Admin, monkeypatch: pytest.MonkeyPatch
) -> None:
    site = root.site
    monkeypatch.setattr(site.application.people.queues, "duty", None)  # no PBX is to hear of it
    await root.ask("PATCH", "/v1/queues/6500", {"dynamic_agents": ["1003"]})
    dana = Admin(site, await site.sign_in("1003"))
    _, own = await dana.ask("GET", "/v1/me/queues")
    assert own["items"] == [
        {
            "number": "6500", "name": "Support", "static": False, "may_log_in": True,
            "logged_in": False, "paused": False,
        }
    ]  # fmt: skip
    _, here = await dana.ask("POST", "/v1/queues/6500/log-in")
    assert here["logged_in"]
    seats = site.application.people.agents_of("queue", ["6500"])
    assert "1003" in [seat.number for seat in seats]
    await dana.ask("POST", "/v1/queues/6500/pause")
    _, queue = await root.ask("GET", "/v1/queues/6500")
    agents = {each["number"]: each for each in queue["agents"]}
    assert (agents["1003"]["paused"], agents["1000"]["paused"]) == (True, False)
    await root.ask("PATCH", "/v1/queues/6500/agents/1003", {"paused": False})
    _, own = await dana.ask("GET", "/v1/me/queues")
    assert not own["items"][0]["paused"]
    await dana.ask("POST", "/v1/queues/6500/log-out")
    seats = site.application.people.agents_of("queue", ["6500"])
    assert "1003" not in [seat.number for seat in seats]
    ana = Admin(site, await site.sign_in("1000"))
    status, body = await ana.ask("POST", "/v1/queues/6500/log-out")
    assert (status, body["error"]["code"]) == (409, "static_agent")
    status, body = await dana.ask("POST", "/v1/queues/6501/log-in")
    assert (status, body["error"]["code"]) == (403, "not_agent")


async def test_with_extension_groups_alone_groups_can_be_edited_and_extensions_not_seen(
    root: Admin,
) -> None:
    """Release row E45."""
    grouper = await custom(root, "grouper", {"extension_groups": "edit"})
    _, choices = await grouper.ask("GET", "/v1/choices/extensions")
    assert choices["items"][0] == {"id": "1000", "number": "1000", "name": "Ana Costa"}
    status, group = await grouper.ask(
        "POST", "/v1/extension-groups", {"name": "Desk", "members": ["1000", "1001"]}
    )
    assert status == 201
    path = f"/v1/extension-groups/{group['id']}"
    assert await grouper.status("PATCH", path, {"members": ["1000"], "version": 1}) == 200
    _, listed = await grouper.ask("GET", "/v1/extension-groups")
    assert [(each["name"], each["members"]) for each in listed["items"]] == [
        ("Desk", ["1000"]), ("Everyone", ["1000", "1001", "1002", "1003"]),
    ]  # fmt: skip
    for method, other in (
        ("GET", "/v1/extensions"),
        ("GET", "/v1/extensions/1000"),
        ("POST", "/v1/extensions"),
        ("PATCH", "/v1/extensions/1000"),
        ("DELETE", "/v1/extensions/1000"),
        ("POST", "/v1/extensions/import"),
        ("GET", "/v1/queues"),
        ("GET", "/v1/admins"),
        ("GET", "/v1/privileges"),
        ("GET", "/v1/wave-privileges"),
        ("GET", "/v1/choices/privileges"),
        ("GET", "/v1/settings/numbers"),
    ):
        body = None if method in ("GET", "DELETE") else {}
        status, answer = await grouper.ask(method, other, body)
        assert (status, answer["error"]["code"]) == (403, "forbidden"), other
    queuer = await custom(root, "queuer", {"queues": "edit"})
    assert await queuer.status("GET", "/v1/extension-groups") == 403
    assert await queuer.status("GET", "/v1/choices/extension-groups") == 200
    timer = await custom(root, "timer", {"time_settings": "edit"})
    assert await timer.status("GET", "/v1/choices/extension-groups") == 403


async def test_an_extension_group_to_choose_tells_how_many_its_members_are(root: Admin) -> None:
    """Release row E32."""
    body = {"name": "sales", "members": ["1000", "1001", "1002"]}
    _, group = await root.ask("POST", "/v1/extension-groups", body)

    async def named() -> list[str]:
        _, choices = await root.ask("GET", "/v1/choices/extension-groups")
        return [each["name"] for each in choices["items"] if each["id"] == group["id"]]

    assert await named() == ["sales (3)"]
    fewer = {"members": ["1000", "1001"], "version": group["version"]}
    assert await root.status("PATCH", f"/v1/extension-groups/{group['id']}", fewer) == 200
    assert await named() == ["sales (2)"]


async def test_rights_change_at_once_and_nobody_raises_their_own(root: Admin) -> None:
    helper = await custom(root, "helper", {"users": "edit", "extensions": "view"})
    assert await helper.status("GET", "/v1/extensions") == 200
    _, me = await helper.ask("GET", "/v1/me")
    assert me["rights"] == {"users": "edit", "extensions": "view"}
    _, privileges = await root.ask("GET", "/v1/privileges")
    own = f"/v1/privileges/{privileges['items'][0]['id']}"
    for method, path, body, code in (
        ("PATCH", "/v1/admins/helper", {"level": "super"}, "own_rights"),
        ("PATCH", own, {"modules": {"users": "edit", "queues": "edit"}}, "own_rights"),
        ("POST", "/v1/privileges", {"name": "x", "modules": {"queues": "view"}},
         "beyond_own_rights"),
        ("POST", "/v1/admins", {"user_name": "x", "password": PASSWORD, "level": "super"},
         "beyond_own_rights"),
        ("PATCH", "/v1/admins/admin", {"password": PASSWORD}, "beyond_own_rights"),
        ("PATCH", "/v1/admins/admin", {"enabled": False}, "beyond_own_rights"),
        ("DELETE", "/v1/admins/admin", None, "beyond_own_rights"),
        ("DELETE", "/v1/admins/helper", None, "own_rights"),
    ):  # fmt: skip
        status, answer = await helper.ask(method, path, body)
        assert (status, answer["error"]["code"]) == (403, code), (method, path, body)
    assert await root.status("PATCH", own, {"modules": {"queues": "view"}}) == 200
    assert await helper.status("GET", "/v1/extensions") == 403
    assert await helper.status("GET", "/v1/queues") == 200
    assert await root.status("DELETE", own) == 409
    assert await root.status("DELETE", "/v1/admins/helper") == 204
    assert await helper.status("GET", "/v1/queues") == 401
    assert await root.status("DELETE", own) == 204


async def test_the_last_super_administrator_stays(root: Admin) -> None:
    second = {"user_name": "second", "password": PASSWORD, "level": "super"}
    await root.ask("POST", "/v1/admins", second)
    other = Admin(root.site, await root.site.sign_in("second", PASSWORD))
    assert await other.status("PATCH", "/v1/admins/admin", {"level": "administrator"}) == 200
    assert await root.status("PATCH", "/v1/admins/second", {"enabled": False}) == 403
    assert await root.status("GET", "/v1/operations") == 403
    status, answer = await other.ask("PATCH", "/v1/admins/second", {"level": "administrator"})
    assert (status, answer["error"]["code"]) == (403, "own_rights")


async def test_wave_privileges_hold_at_once_and_fall_back_to_the_default(root: Admin) -> None:
    site = root.site
    _, made = await root.ask("POST", "/v1/wave-privileges", {"name": "Quiet", "grants": []})
    await root.ask("PATCH", "/v1/extensions/1000", {"wave_privilege_id": made["id"]})
    ana = Admin(site, await site.sign_in("1000"))
    assert (await ana.ask("GET", "/v1/me"))[1]["grants"] == []
    assert (await ana.ask("GET", "/v1/contacts"))[1]["items"] == []
    for path, body in (
        ("/v1/conversations", {"with": "1001"}),
        ("/v1/groups", {"name": "Two", "members": ["1001", "1002"]}),
    ):
        status, answer = await ana.ask("POST", path, body)
        assert (status, answer["error"]["code"]) == (403, "not_granted"), path
    ben = Admin(site, await site.sign_in("1001"))
    _, chat = await ben.ask("POST", "/v1/conversations", {"with": "1000"})
    said = {"client_id": "c1", "text": "Hello"}
    events = f"/v1/conversations/{chat['conversation']}/events"
    assert (await ana.ask("POST", events, said))[1]["error"]["code"] == "not_granted"
    assert await ben.status("POST", events, said) == 201
    seats = site.application.people.live_chat_seats.agents_of("queue", ["6500"])
    assert [seat.number for seat in seats] == ["1001", "1002"]
    await root.ask("PATCH", f"/v1/wave-privileges/{made['id']}", {"grants": ["delete_chat"]})
    assert (await ana.ask("GET", "/v1/me"))[1]["grants"] == ["delete_chat"]
    _, users = await root.ask("GET", f"/v1/wave-privileges/{made['id']}/references")
    assert [each["id"] for each in users["items"]] == ["1000"]
    assert await root.status("DELETE", f"/v1/wave-privileges/{made['id']}") == 204
    _, ana_now = await root.ask("GET", "/v1/extensions/1000")
    assert ana_now["wave_privilege_id"] == "0"
    assert await root.status("DELETE", "/v1/wave-privileges/0") == 409
    assert await root.status("POST", "/v1/wave-privileges", {"name": "default"}) == 409
    bad = {"name": "Odd", "grants": ["fly"]}
    assert await root.status("POST", "/v1/wave-privileges", bad) == 422


async def test_a_worksheet_is_looked_through_and_taken_over(root: Admin) -> None:
    sheet = b"number;first_name;email\n1098;Ada;ada@x.test\n1000;Anne;\n"
    status, answer = await root.send_csv(sheet)
    assert (status, answer["error"]["code"]) == (422, "invalid")
    [problem] = answer["error"]["errors"]
    assert (problem["line"], problem["field"]) == (3, "number")
    assert problem["message"] == "The number 1000 belongs to the extension “Ana Costa”."
    assert (await root.send_csv(sheet, "?dry_run=1"))[1]["errors"] == [problem]
    assert await root.send_csv(sheet, "?update=1") == (
        200, {"added": 1, "changed": 1, "errors": []},
    )  # fmt: skip
    assert (await root.ask("GET", "/v1/extensions/1000"))[1]["first_name"] == "Anne"
    assert (await root.send_csv(b"n\xffmber\n1"))[1]["error"]["errors"][0]["line"] == 1
    status, _ = await root.send_csv(b"number\n" + b"1" * 5_000_000)
    assert status == 413
    assert await root.status("POST", "/v1/extensions/import", {"csv": "number"}) == 415
    assert (await root.send_csv(sheet, "?dry_run=maybe"))[0] == 422


async def test_many_extensions_are_added_at_once_all_or_none(root: Admin) -> None:
    path, batch = "/v1/extensions/batch", {"first": "2000", "count": 3, "department": "Shop"}
    called = {**batch, "client_id": "batch-1"}
    for _ in range(2):  # repeated, as after an answer that got lost
        status, told = await root.ask("POST", path, called)
        assert (status, told["numbers"]) == (201, ["2000", "2001", "2002"])
    secrets = set()
    for number in told["numbers"]:
        _, shown = await root.ask("GET", f"/v1/extensions/{number}?secrets=1")
        assert shown["department"] == "Shop"
        secrets.add(shown["sip_secret"])
    assert len(secrets) == 3
    status, told = await root.ask("POST", path, {**batch, "first": "1998"})
    assert (status, told["error"]["fields"].keys()) == (409, {"first"})
    assert await root.status("GET", "/v1/extensions/1998") == 404
    status, told = await root.ask("POST", path, {**batch, "first": "9000"})
    assert (status, told["error"]["fields"].keys()) == (422, {"first"})
    drop = {"numbers": ["2000", "2001", "2002"]}
    assert await root.status("POST", "/v1/extensions/delete", drop) == 204
