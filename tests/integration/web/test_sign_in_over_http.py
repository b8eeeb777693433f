"""Sign-in, cookies, CSRF, sign-out: as programs and as browsers."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from tests.support.site import Site

pytestmark = pytest.mark.asyncio(loop_scope="module")
BROWSER = {"sec-fetch-site": "same-origin"}


async def test_a_program_gets_a_token_and_no_cookie(site: Site) -> None:
    body = {"user": "1000", "password": "Demo-1000!"}
    async with site.http.post(site.url + "/v1/sign-in", json=body) as response:
        answer = await response.json()
    assert response.status == 200
    assert "set-cookie" not in response.headers
    status, me = await site.json("GET", "/v1/me", token=answer["token"])
    assert (status, me["user"]["number"], me["user"]["demo_password"]) == (200, "1000", True)


async def test_a_browser_gets_a_cookie_that_scripts_cannot_read_and_no_token(site: Site) -> None:
    body = {"user": "1000", "password": "Demo-1000!"}
    async with site.http.post(site.url + "/v1/sign-in", json=body, headers=BROWSER) as response:
        answer = await response.json()
    cookie = response.headers["set-cookie"]
    assert "token" not in answer
    assert cookie.startswith("engage=eu_")
    assert "HttpOnly" in cookie
    assert "samesite=strict" in cookie.lower()
    assert "Path=/" in cookie
    site.http.cookie_jar.clear()


async def test_behind_tls_the_cookie_is_bound_to_the_host(site: Site) -> None:
    from starlette.requests import Request
    from starlette.responses import Response

    from engage.web.access import put_cookie

    scope = {"type": "http", "scheme": "https", "path": "/", "headers": [(b"host", b"chat.test")]}
    response = Response()
    put_cookie(Request({**scope, "method": "POST", "query_string": b""}), response, "eu_x", 60)
    cookie = response.headers["set-cookie"]
    assert cookie.startswith("__Host-engage=")
    assert "Secure" in cookie
    assert "Path=/" in cookie
    assert "Domain" not in cookie


async def test_a_cookie_changes_nothing_without_the_csrf_value_or_from_elsewhere(
    site: Site,
) -> None:
    signed_in = await site.application.people.sign_in(
        "1001", "Demo-1001!", address="127.0.0.1", user_agent="", kind="browser"
    )
    cookie = {"cookie": f"engage={signed_in.token}"}
    right = {"x-csrf-token": signed_in.csrf}
    wanted = {"with": "1002"}
    path = "/v1/conversations"
    status, _ = await site.json("GET", "/v1/me", headers=cookie)
    assert status == 200
    status, answer = await site.json("POST", path, wanted, headers=cookie)
    assert (status, answer["error"]["code"]) == (403, "csrf")
    for foreign in ({"origin": "http://evil.test"}, {"sec-fetch-site": "cross-site"}):
        status, answer = await site.json("POST", path, wanted, headers=cookie | right | foreign)
        assert (status, answer["error"]["code"]) == (403, "csrf")
    status, _ = await site.json("POST", path, wanted, headers=cookie | right | {"origin": site.url})
    assert status in (200, 201)


async def test_signing_out_ends_the_session_at_once(site: Site) -> None:
    token = await site.sign_in("1002")
    status, _ = await site.json("POST", "/v1/sign-out", token=token)
    assert status == 204
    status, answer = await site.json("GET", "/v1/me", token=token)
    assert (status, answer["error"]["code"]) == (401, "revoked")


async def test_a_refreshed_session_lasts_longer(site: Site) -> None:
    token = await site.sign_in("1002")
    _, me = await site.json("GET", "/v1/me", token=token)
    status, renewed = await site.json("POST", "/v1/sign-in/refresh", token=token)
    assert status == 200
    assert renewed["expires_at"] >= me["expires_at"]


async def test_a_wrong_password_and_an_unknown_name_get_the_same_answer(site: Site) -> None:
    answers = [
        await site.json("POST", "/v1/sign-in", {"user": user, "password": "guess"})
        for user in ("1003", "nobody")
    ]
    assert answers[0] == answers[1]
    assert answers[0][0] == 401
    assert answers[0][1]["error"]["code"] == "wrong_credentials"


async def test_a_lock_out_tells_the_time_left_in_words_for_unknown_names_too(site: Site) -> None:
    body = {"user": "ghost", "password": "guess"}
    for _ in range(4):
        status, _ = await site.json("POST", "/v1/sign-in", body)
        assert status == 401
    async with site.http.post(site.url + "/v1/sign-in", json=body) as response:
        error = (await response.json())["error"]
    assert response.status == 429
    assert error["code"] == "locked"
    assert 295 <= error["retry_after_s"] <= 300
    assert int(response.headers["retry-after"]) == error["retry_after_s"]
    assert "5 minutes" in error["message"]
