"""Sign-in by programs and browsers, refresh, sign-out, and the lock-out."""

from __future__ import annotations

import asyncio
import ssl
from datetime import UTC, datetime
from typing import TYPE_CHECKING

import aiohttp
import pytest
from socketio.exceptions import ConnectionError as NotConnected

from tests.integration.interfaces.conftest import Browserless, Client, joined
from tests.support.server import Server

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Iterator

ANA = {"user": "1000", "password": "Demo-1000!"}


@pytest.fixture(scope="module")
def server() -> Iterator[Server]:
    """Of its own: this module locks people out."""
    with Server() as running:
        yield running
        assert "Traceback" not in running.log


@pytest.fixture
async def https(server: Server) -> AsyncIterator[Browserless]:
    trust = ssl.create_default_context(cafile=str(server.data / "keys" / "certificate.pem"))
    connector = aiohttp.TCPConnector(ssl=trust)
    async with aiohttp.ClientSession(
        connector=connector, cookie_jar=aiohttp.DummyCookieJar()
    ) as session:
        yield Browserless(server.https_url, session)


async def test_a_program_gets_a_token_and_may_ask_who_it_is(http: Browserless) -> None:
    answer = await http.ask("POST", "/v1/sign-in", ANA)
    assert answer.status == 200
    assert {"token", "expires_at", "user"} <= set(answer.json)
    assert datetime.fromisoformat(answer.json["expires_at"]) > datetime.now(UTC)
    assert "Set-Cookie" not in answer.headers
    me = await http.ask("GET", "/v1/me", token=answer.json["token"])
    assert me.status == 200
    assert me.json["user"]["number"] == "1000"
    assert me.json["user"]["name"] == "Ana Costa"


async def test_a_browser_gets_a_strict_cookie_and_no_token(http: Browserless) -> None:
    answer = await http.ask("POST", "/v1/sign-in", ANA, headers={"Origin": http.url})
    assert "token" not in answer.json
    [(name, cookie)] = answer.cookies.items()
    assert not name.startswith("__Host-")  # browsers refuse that name without TLS
    assert cookie["httponly"]
    assert cookie["samesite"].lower() == "strict"
    assert cookie["path"] == "/"
    assert not cookie["secure"]
    assert not cookie["domain"]
    own = {name: cookie.value}
    me = await http.ask("GET", "/v1/me", cookies=own)
    assert me.status == 200
    bare = await http.ask("POST", "/v1/sign-out", cookies=own, headers={"Origin": http.url})
    assert bare.status == 403
    assert bare.error["code"] == "csrf"
    wrong = {"Origin": http.url, "X-CSRF-Token": "0" * 64}
    assert (await http.ask("POST", "/v1/sign-out", cookies=own, headers=wrong)).status == 403
    foreign = {"Origin": "https://evil.example", "X-CSRF-Token": me.json["csrf"]}
    assert (await http.ask("POST", "/v1/sign-out", cookies=own, headers=foreign)).status == 403
    right = {"Origin": http.url, "X-CSRF-Token": me.json["csrf"]}
    out = await http.ask("POST", "/v1/sign-out", cookies=own, headers=right)
    assert out.status == 204
    assert out.cookies[name].value == ""
    assert (await http.ask("GET", "/v1/me", cookies=own)).status == 401


async def test_over_tls_the_cookie_belongs_to_the_host(https: Browserless) -> None:
    answer = await https.ask("POST", "/v1/sign-in", ANA, headers={"Origin": https.url})
    [(name, cookie)] = answer.cookies.items()
    assert name.startswith("__Host-")
    assert cookie["secure"]
    assert cookie["httponly"]
    assert cookie["path"] == "/"
    assert not cookie["domain"]
    assert (await https.ask("GET", "/v1/me", cookies={name: cookie.value})).status == 200
    assert "Strict-Transport-Security" not in answer.headers


async def test_another_sites_page_cannot_sign_anybody_in(http: Browserless) -> None:
    headers = {"Origin": "https://evil.example", "Sec-Fetch-Site": "cross-site"}
    answer = await http.ask("POST", "/v1/sign-in", ANA, headers=headers)
    assert answer.status == 403
    assert "Set-Cookie" not in answer.headers


async def test_refresh_keeps_the_session_alive(http: Browserless) -> None:
    first = (await http.ask("POST", "/v1/sign-in", ANA)).json
    again = await http.ask("POST", "/v1/sign-in/refresh", token=first["token"])
    assert again.status == 200
    assert again.json["expires_at"] >= first["expires_at"]
    token = again.json.get("token", first["token"])
    assert (await http.ask("GET", "/v1/me", token=token)).status == 200
    assert (await http.ask("POST", "/v1/sign-in/refresh")).status == 401


async def test_a_session_signed_out_is_revoked_everywhere_at_once(http: Browserless) -> None:
    token = (await http.ask("POST", "/v1/sign-in", ANA)).json["token"]
    async with joined(http.url, "/wave", token) as wave:
        assert (await http.ask("POST", "/v1/sign-out", token=token)).status == 204
        assert (await wave.hears("revoked"))["code"] == "revoked"
        async with asyncio.timeout(10):
            await wave.closed.wait()  # by the server
    assert (await http.ask("GET", "/v1/me", token=token)).error["code"] == "revoked"
    late = Client("/wave")
    with pytest.raises(NotConnected):
        await late.socket.connect(
            http.url, auth={"token": token}, namespaces=["/wave"], transports=["websocket"]
        )
    assert late.refusal["data"]["code"] == "revoked"
    await late.socket.disconnect()


@pytest.mark.parametrize("token", [None, "", "nonsense", 5, [], "\x00", "\ud800", "x" * 9000])
@pytest.mark.parametrize("namespace", ["/wave", "/visitor"])
async def test_what_is_no_token_is_refused_with_its_code(
    http: Browserless, namespace: str, token: object
) -> None:
    client = Client(namespace)
    with pytest.raises(NotConnected):
        await client.socket.connect(
            http.url, auth={"token": token}, namespaces=[namespace], transports=["websocket"]
        )
    assert client.refusal["data"] == {"code": "invalid"}
    await client.socket.disconnect()


async def test_a_session_opens_only_its_own_namespace(http: Browserless) -> None:
    visitor = (await http.start_chat())["token"]
    admin = (
        await http.ask("POST", "/v1/sign-in", {"user": "admin", "password": "Demo-admin!"})
    ).json["token"]
    user = await http.token_of("1000")
    for namespace, token in (("/wave", visitor), ("/wave", admin), ("/visitor", user)):
        client = Client(namespace)
        with pytest.raises(NotConnected):
            await client.socket.connect(
                http.url, auth={"token": token}, namespaces=[namespace], transports=["websocket"]
            )
        assert client.refusal["data"]["code"] == "invalid"
        await client.socket.disconnect()


async def test_known_and_unknown_names_are_locked_out_alike(http: Browserless) -> None:
    told = []
    for name in ("1003", "nobody"):
        answers = []
        for _ in range(12):
            wrong = {"user": name, "password": "guess-guess"}
            answers.append(await http.ask("POST", "/v1/sign-in", wrong))
            if answers[-1].status == 429:
                break
        assert [each.status for each in answers[:-1]] == [401] * (len(answers) - 1)
        assert {each.error["code"] for each in answers[:-1]} == {"wrong_credentials"}
        last = answers[-1]
        assert last.status == 429
        assert int(last.headers["Retry-After"]) > 0
        assert any(letter.isdigit() for letter in last.error["message"])  # the time left
        told.append((len(answers), last.error["code"]))
    assert told[0] == told[1]
    right = {"user": "1003", "password": "Demo-1003!"}
    assert (await http.ask("POST", "/v1/sign-in", right)).status == 429
