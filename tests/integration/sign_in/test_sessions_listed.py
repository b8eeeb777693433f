"""Where people are signed in: listed, ended, sockets closed at once."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from tests.integration.sign_in.conftest import Someone
    from tests.support.site import Site

FIREFOX = "Mozilla/5.0 (X11; Linux x86_64; rv:145.0) Gecko/20100101 Firefox/145.0"


async def browser_session(site: Site) -> str:
    body = {"user": "1000", "password": "Demo-1000!"}
    headers = {"user-agent": FIREFOX, "sec-fetch-site": "same-origin"}
    async with site.http.post(site.url + "/v1/sign-in", json=body, headers=headers) as response:
        cookie = response.headers["set-cookie"]
    site.http.cookie_jar.clear()
    return cookie.split("=", 1)[1].split(";")[0]


async def test_each_session_says_where_it_is(ana: Someone, site: Site) -> None:
    await browser_session(site)
    status, answer = await ana.ask("GET", "/v1/me/sessions")
    assert status == 200
    by_kind = {each["kind"]: each for each in answer["items"]}
    assert (by_kind["browser"]["browser"], by_kind["browser"]["system"]) == ("Firefox", "Linux")
    assert by_kind["browser"]["address"] == "127.0.0.1"
    assert [each["current"] for each in answer["items"] if each["kind"] == "program"] == [True]


async def test_ending_one_closes_its_socket_at_once(ana: Someone, site: Site) -> None:
    token = await site.sign_in("1000")
    gone = asyncio.Event()
    async with site.socket("/wave", token) as client:
        client.on("disconnect", lambda *_: gone.set(), namespace="/wave")
        _, answer = await ana.ask("GET", "/v1/me/sessions")
        [other] = [each["id"] for each in answer["items"] if not each["current"]]
        assert (await ana.ask("DELETE", f"/v1/me/sessions/{other}"))[0] == 204
        async with asyncio.timeout(3):
            await gone.wait()
    status, refused = await site.json("GET", "/v1/me", token=token)
    assert (status, refused["error"]["code"]) == (401, "revoked")
    assert (await ana.ask("DELETE", f"/v1/me/sessions/{other}"))[0] == 404
    assert (await ana.ask("GET", "/v1/me"))[0] == 200


async def test_ending_all_others_keeps_the_one_that_asks(ana: Someone, site: Site) -> None:
    others = [await site.sign_in("1000"), await browser_session(site)]
    ben = await site.sign_in("1001")
    assert (await ana.ask("DELETE", "/v1/me/sessions"))[0] == 204
    for token in others:
        assert (await site.json("GET", "/v1/me", token=token))[0] == 401
    assert (await site.json("GET", "/v1/me", token=ben))[0] == 200
    _, answer = await ana.ask("GET", "/v1/me/sessions")
    assert [each["current"] for each in answer["items"]] == [True]


async def test_nobody_ends_another_persons_session(ana: Someone, site: Site) -> None:
    _, answer = await ana.ask("GET", "/v1/me/sessions")
    own = answer["items"][0]["id"]
    ben = await site.sign_in("1001")
    status, _ = await site.json("DELETE", f"/v1/me/sessions/{own}", token=ben)
    assert status == 404
    assert (await site.json("GET", "/v1/sessions?user=1000", token=ben))[0] == 403
    assert (await site.json("DELETE", f"/v1/sessions/{own}", token=ben))[0] == 403
    assert (await ana.ask("GET", "/v1/me"))[0] == 200


async def test_administrators_list_and_end_anybodys(
    ana: Someone, admin: Someone, site: Site
) -> None:
    status, answer = await admin.ask("GET", "/v1/sessions?user=1000")
    assert (status, len(answer["items"])) == (200, 1)
    assert (await admin.ask("DELETE", f"/v1/sessions/{answer['items'][0]['id']}"))[0] == 204
    assert (await ana.ask("GET", "/v1/me"))[0] == 401
    tokens = [await site.sign_in("1000") for _ in range(3)]
    assert (await admin.ask("DELETE", "/v1/sessions?user=1000"))[0] == 204
    for token in tokens:
        assert (await site.json("GET", "/v1/me", token=token))[0] == 401
    assert (await admin.ask("GET", "/v1/sessions"))[0] == 422
    assert (await admin.ask("GET", "/v1/sessions?user=nobody"))[0] == 404
    _, log = await admin.ask("GET", "/v1/operations?action=session.end")
    assert [(row["actor"], row["object"]) for row in log["items"]] == [
        ("admin:admin", "user:1000")
    ] * 2


async def test_an_ended_session_stays_ended_over_a_restart(ana: Someone, site: Site) -> None:
    token = await site.sign_in("1000")
    await ana.ask("DELETE", "/v1/me/sessions")
    await site.application.people._sessions.reload()  # noqa: SLF001 - as at a start
    assert (await site.json("GET", "/v1/me", token=token))[0] == 401


async def test_the_settings_rule_how_long_sessions_last(admin: Someone, site: Site) -> None:
    change = {"values": {"session_idle": 1, "session_longest": 1}}
    assert (await admin.ask("PATCH", "/v1/settings/security", change))[0] == 200
    token = await site.sign_in("1000")
    site.clock.offset_ms += 3_600_000
    status, refused = await site.json("GET", "/v1/me", token=token)
    assert (status, refused["error"]["code"]) == (401, "expired")


async def test_the_settings_rule_lock_out_and_whom_it_spares(admin: Someone, site: Site) -> None:
    wrong = {"user": "1002", "password": "wrong"}
    change = {"values": {"lock_failures": 2, "lock_time": 60}}
    assert (await admin.ask("PATCH", "/v1/settings/security", change))[0] == 200
    assert (await site.json("POST", "/v1/sign-in", wrong))[0] == 401
    status, refused = await site.json("POST", "/v1/sign-in", wrong)
    assert (status, refused["error"]["retry_after_s"]) == (429, 3600)
    change = {"values": {"trusted_networks": ["127.0.0.0/8"]}}
    assert (await admin.ask("PATCH", "/v1/settings/security", change))[0] == 200
    for _ in range(4):
        assert (await site.json("POST", "/v1/sign-in", wrong))[0] == 401
    assert await site.sign_in("1002")


async def test_the_fifty_first_trusted_network_is_refused_by_number(admin: Someone) -> None:
    networks = [f"10.0.{each}.0/24" for each in range(51)]
    path = "/v1/settings/security"
    status, _ = await admin.ask("PATCH", path, {"values": {"trusted_networks": networks[:50]}})
    assert status == 200
    _, held = await admin.ask("GET", path)
    assert held["values"]["trusted_networks"] == networks[:50]
    status, refused = await admin.ask("PATCH", path, {"values": {"trusted_networks": networks}})
    assert status == 422
    assert "50" in refused["error"]["fields"]["trusted_networks"]
    wrong = {"values": {"trusted_networks": ["10.0.0.0/8", "chat.example"]}}
    status, refused = await admin.ask("PATCH", path, wrong)
    assert (status, list(refused["error"]["fields"])) == (422, ["trusted_networks"])


async def custom_admin(admin: Someone, **modules: str) -> Someone:
    """An administrator whose privilege opens just these modules."""
    privilege = {"name": "Some", "modules": modules}
    status, made = await admin.ask("POST", "/v1/privileges", privilege)
    assert status == 201, made
    new = {
        "user_name": "some",
        "password": "Demo-some!",
        "level": "custom",
        "privilege_id": made["id"],
    }
    status, added = await admin.ask("POST", "/v1/admins", new)
    assert status == 201, added
    some = replace(admin, user="some")
    assert (await some.sign_in())[0] == 200
    return some


async def test_nobody_decides_about_those_with_more_rights(ana: Someone, admin: Someone) -> None:
    await admin.enrol()
    some = await custom_admin(admin, users="edit", extensions="view")
    assert (await some.ask("GET", "/v1/sessions?user=admin"))[0] == 200
    assert (await some.ask("GET", "/v1/sessions?user=1000"))[0] == 200
    for path in ("/v1/sessions?user=admin", "/v1/second-factors/admin", "/v1/sessions?user=1000"):
        assert (await some.ask("DELETE", path))[0] == 403, path
    _, answer = await admin.ask("GET", "/v1/me/sessions")
    assert (await some.ask("DELETE", f"/v1/sessions/{answer['items'][0]['id']}"))[0] == 403
    assert (await ana.ask("GET", "/v1/me"))[0] == 200


async def test_the_settings_rule_how_short_a_password_may_be(
    ana: Someone, admin: Someone, site: Site
) -> None:
    change = {"values": {"password_length": 14}}
    assert (await admin.ask("PATCH", "/v1/settings/security", change))[0] == 200
    short = "Quiet-river-9"
    new = {"number": "1077", "first_name": "Eva", "wave_password": short}
    for asks, method, path, body in (
        (ana, "POST", "/v1/password", {"old": "Demo-1000!", "password": short}),
        (admin, "POST", "/v1/extensions", new),
        (admin, "PATCH", "/v1/extensions/1001", {"wave_password": short}),
        (admin, "POST", "/v1/admins", {"user_name": "new", "password": short}),
    ):
        status, refused = await asks.ask(method, path, body)
        fields = refused["error"]["fields"]
        assert status == 422, path
        assert "Use at least 14 characters." in fields.values(), (path, fields)
    assert await site.sign_in("1000")
