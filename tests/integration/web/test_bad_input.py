"""What no field may hold, sent everywhere: a typed refusal, never a fault."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest
from starlette.routing import Route

from engage.web.openapi import operation_of

if TYPE_CHECKING:
    from tests.support.site import Site

pytestmark = pytest.mark.asyncio(loop_scope="module")
TYPED = {400, 401, 403, 404, 409, 413, 415, 422, 429}
JSON = {"content-type": "application/json"}

BODIES: list[tuple[str, bytes]] = [
    ("nothing", b""),
    ("no JSON", b"{"),
    ("a number", b"7"),
    ("a list", b"[]"),
    ("null", b"null"),
    ("NaN", b'{"user": NaN}'),
    ("no UTF-8", b'{"user": "\xff\xfe"}'),
    ("a byte order mark", b"\xef\xbb\xbf{}"),
    ("depth", b'{"a":' + b"[" * 10_000 + b"]" * 10_000 + b"}"),
    ("a huge number", b'{"user": ' + b"9" * 5000 + b"}"),
]
VALUES: list[Any] = [
    "a\u0000b", "\ud800", "\u001b[31m", "\u202egnp.exe", "<script>alert(1)</script>", "x" * 60_000,
    "' OR 1=1 --", "%(n)s {0} ${x}", "", " ", "\u200f\u200e", -1, 2**70, 1.5, True, None, [], {},
    ["\ud800"], {"a": "\u0000"},
]  # fmt: skip


# whose token reaches the fields: 0 the visitor's, 1 the user's, 2 the administrator's
WHO = {"/v1/password": 1, "/v1/conversations": 1, "/v1/broadcasts": 2}


def posts(site: Site) -> list[str]:
    """Every route that takes a JSON body, as its description says."""
    return sorted(
        route.path
        for route in site.application.routes
        if isinstance(route, Route)
        and "POST" in (route.methods or set())
        and (described := operation_of(route.endpoint)) is not None
        and described.body is not None
    )


async def tokens_of(site: Site) -> tuple[list[str], str]:
    visitor, conversation = await site.visitor()
    admin = await site.sign_in("admin", "Demo-admin!")
    return [visitor, await site.sign_in("1000"), admin], conversation


async def test_malformed_json_is_told_by_a_code_everywhere(site: Site) -> None:
    tokens, conversation = await tokens_of(site)
    wrong = []
    for path in posts(site):
        if "/passkeys" in path:  # not for a site that passkeys cannot be made for: nothing is read
            continue
        if path.startswith("/v1/bots/"):  # for bots: nothing of anybody else's is read
            continue
        full = path.replace("{id}", conversation).replace("{public_id}", "demo")
        for what, body in BODIES:
            codes = []
            for token in reversed(tokens):  # whoever may do it; most are the administrator's
                status, answer = await site.json("POST", full, token=token, data=body, headers=JSON)
                codes.append((status, answer["error"]["code"]))
                if codes[-1] == (400, "malformed"):
                    break
            else:
                wrong.append((path, what, codes))
    assert wrong == []


async def test_another_content_type_is_refused(site: Site) -> None:
    for headers in ({"content-type": "text/plain"}, {"content-type": "multipart/form-data"}):
        status, answer = await site.json("POST", "/v1/sign-in", data=b"{}", headers=headers)
        assert (status, answer["error"]["code"]) == (415, "unsupported_media_type")


async def test_a_body_above_the_limit_is_refused_announced_or_not(site: Site) -> None:
    async def chunks() -> Any:
        for _ in range(20):
            yield b" " * 8192

    for body in (b" " * 100_000, chunks()):
        status, answer = await site.json("POST", "/v1/sign-in", data=body, headers=JSON)
        assert (status, answer["error"]["code"]) == (413, "too_large")


async def test_no_value_in_any_field_is_a_fault(
    site: Site, caplog: pytest.LogCaptureFixture
) -> None:
    tokens, conversation = await tokens_of(site)
    fields = {
        "/v1/sign-in": {"user": "1003", "password": "Demo-1003!"},
        "/v1/password": {"old": "Demo-1000!", "password": "Changed-1!"},
        "/v1/conversations": {"with": "1001"},
        "/v1/conversations/{id}/events": {"client_id": "c", "text": "t", "epoch": 1},
        "/v1/conversations/{id}/read": {"seq": 1},
        "/v1/conversations/{id}/delivered": {"seq": 1},
        "/v1/livechat/{public_id}/sessions": {
            "full_name": "V", "email": "v@example.test", "phone": "+35312345678",
            "page_url": "https://example.test/", "language": "en", "client_id": "k",
        },
        "/v1/broadcasts": {
            "name": "n", "sender": "Facilities", "message": "m", "extensions": ["1001"],
            "extension_groups": [], "deliver_to": ["wave"], "client_id": "b",
        },
    }  # fmt: skip
    wrong = []
    for path, good in fields.items():
        full = path.replace("{id}", conversation).replace("{public_id}", "demo")
        for field in good:
            if path == "/v1/password" and field == "password":
                continue  # would change it
            for number, value in enumerate(VALUES):
                changed = {**good, field: value}
                if "client_id" in good:
                    changed["client_id"] = value if field == "client_id" else f"{field}-{number}"
                body = json.dumps(changed).encode()
                token = tokens[WHO.get(path, 0)]
                status, answer = await site.json("POST", full, token=token, data=body, headers=JSON)
                if status not in TYPED | {200, 201} or ("error" in answer) != (status >= 400):
                    wrong.append((path, field, value, status, answer))
    assert wrong == []
    assert "Traceback" not in caplog.text


async def test_the_field_with_refused_characters_is_named(site: Site) -> None:
    for text in ("a\u0000b", "\ud800", "\u0007"):
        body = json.dumps({"user": text, "password": "x"}).encode()
        status, answer = await site.json("POST", "/v1/sign-in", data=body, headers=JSON)
        assert status == 422
        assert answer["error"]["code"] == "text_refused"
        assert list(answer["error"]["fields"]) == ["user"]


async def test_missing_and_unknown_fields_are_named(site: Site) -> None:
    status, answer = await site.json("POST", "/v1/sign-in", {"user": "1000", "role": "admin"})
    assert status == 422
    assert answer["error"]["code"] == "invalid"
    assert set(answer["error"]["fields"]) == {"password", "role"}


async def test_nobody_chooses_author_kind_or_sequence(site: Site) -> None:
    token, conversation = await site.visitor()
    path = f"/v1/conversations/{conversation}/events"
    for field, value in {"author": "agent:1000", "kind": "note", "seq": 1, "at": "2020"}.items():
        body = {"client_id": "c", "text": "t", field: value}
        status, answer = await site.json("POST", path, body, token=token)
        assert (status, list(answer["error"]["fields"])) == (422, [field])


async def test_an_unknown_address_is_a_page_for_people_and_json_for_programs(site: Site) -> None:
    page = {"accept": "text/html,*/*", "accept-language": "en"}
    for path in ("/nowhere", "/livechat/nobody", "/livechat/%00", "/livechat/%ff"):
        async with site.http.get(site.url + path, headers=page) as response:
            assert response.status == 404
            assert response.content_type == "text/html"
            assert '<html lang="en" dir="ltr">' in await response.text()
    status, answer = await site.json("GET", "/v1/nowhere", headers=page)
    assert (status, answer["error"]["code"]) == (404, "not_found")
    status, answer = await site.json("DELETE", "/v1/me")
    assert (status, answer["error"]["code"]) == (405, "method_not_allowed")


async def test_files_outside_the_build_cannot_be_read(site: Site) -> None:
    for path in (
        "..%2f..%2fapp.py",
        "%2e%2e/%2e%2e/app.py",
        "..\\app.py",
        "%00",
        "/etc/passwd",
        "",
    ):
        async with site.http.get(f"{site.url}/static/{path}") as response:
            assert response.status == 404, path


async def test_every_answer_carries_the_security_headers(site: Site) -> None:
    for path in ("/", "/wave/", "/admin/", "/livechat/demo", "/v1/me", "/nowhere", "/readyz"):
        async with site.http.get(site.url + path) as response:
            policy = response.headers["content-security-policy"]
            assert response.headers["x-content-type-options"] == "nosniff"
            assert "frame-ancestors" in policy
            assert "unsafe" not in policy
            assert ("frame-ancestors 'none'" in policy) == (path != "/livechat/demo"), path
