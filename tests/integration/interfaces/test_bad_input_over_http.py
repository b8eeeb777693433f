"""Every route of the description, with what it does not want: a share each, all in a soak."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest

from tests.support.examples import share

if TYPE_CHECKING:
    from tests.integration.interfaces.conftest import Answer, Browserless
    from tests.support.server import Server

RAW = [
    *(b"", b"{", b"null", b"[]", b'"x"', b"5", b"NaN", b'{"a":NaN}', b'{"a":1e999}'),
    *(b"[" * 50_000, b'{"a":' * 10_000 + b"1" + b"}" * 10_000, b"\xff\xfe{\x00}\x00", b"\x00"),
    *(b'{"a":1}x', b"\xef\xbb\xbf{}", b'{"a":"\xed\xa0\x80"}', b'{"user":"a","user":"b"}'),
    *(b'{"a":' + b"9" * 5000 + b"}", b'{"' + b"k" * 50_000 + b'":1}'),
]
VALUES: list[Any] = [
    *("<script>alert(1)</script>", "\u202eabc", "\x00", "\ud800", "x" * 50_000, "", " "),
    *("' OR 1=1 --", "=HYPERLINK(1)", "%s%n{0}", "\u0301" * 300),
    *(0, -1, 1.5, 10**400, True, None, [], {}, [[]], [None], {"a": {"b": []}}, {"\ud800": 1}),
]
QUERIES = ("limit=", "limit=-1", "after=1e5", "cursor=%ff", "after=%00", "x" * 3000)
HEADERS = [
    {"Accept-Language": "x" * 5000},
    {"Accept-Language": "de;q=abc,*;q=9,,;"},
    {"Cookie": "engage=" + "x" * 4000},
    {"Authorization": "Bearer " + "x" * 6000},
    {"Authorization": "Bearer"},
    {"Authorization": "Bearer \xff"},
    {"Host": "evil.example"},
    {"Origin": "null"},
    {"X-Forwarded-For": "<script>"},
    {"User-Agent": "\xff\xfe<script>"},
    {"Content-Type": "text/html"},
    {"Content-Type": "application/json; charset=utf-16"},
    {"Content-Type": "x" * 2000},
]


def fields_of(document: dict[str, Any], operation: dict[str, Any]) -> list[str]:
    """The fields of a route's body."""
    body = operation.get("requestBody", {}).get("content", {}).get("application/json", {})
    schema = body.get("schema", {})
    if "$ref" in schema:
        schema = document["components"]["schemas"][schema["$ref"].rpartition("/")[2]]
    return list(schema.get("properties", ()))


def check(answer: Answer, what: object) -> None:
    """Refused or taken, but never a fault, and refused in the one shape."""
    assert answer.status < 500, what
    if answer.status >= 400:
        assert answer.error["code"], what


@pytest.mark.timeout(300)
async def test_no_route_has_a_fault_whatever_comes(http: Browserless) -> None:
    document = (await http.ask("GET", "/v1/openapi.json")).json
    session = await http.start_chat()
    admin, user = await http.token_of("admin"), await http.token_of("1000")
    routes = [
        (method.upper(), path.replace("{public_id}", "demo"), operation)
        for path, operations in document["paths"].items()
        for method, operation in operations.items()
        if path != "/v1/sign-out"
    ]
    for turn, (method, pattern, operation) in enumerate(routes):
        path = pattern.replace("{id}", session["conversation"])
        token = admin if "broadcast" in path or "extension" in path else user
        if "sign-in" in path or "/password" in path:
            token = ""
        for headers in share(HEADERS, 4, turn):
            own = token if "Authorization" not in headers else ""
            raw = b"{}" if method == "POST" else None
            answer = await http.ask(method, path, token=own, headers=headers, raw=raw)
            check(answer, (method, path, headers))
        for query in share(QUERIES, 3, turn):
            check(await http.ask("GET", f"{path}?{query}", token=token), (path, query))
        if method != "POST":
            continue
        for raw in share(RAW, 4, turn):
            answer = await http.ask("POST", path, token=token, raw=raw)
            check(answer, (path, raw[:40]))
        for place, field in enumerate(fields_of(document, operation)):
            for value in share(VALUES, 4, turn + place):
                raw = json.dumps({field: value}).encode()
                check(await http.ask("POST", path, token=token, raw=raw), (path, raw[:60]))


@pytest.mark.parametrize("raw", [b"{", b"\xff", b"[]", b'{"a":NaN}', b"[" * 50_000])
async def test_malformed_json_is_told_by_its_code(http: Browserless, raw: bytes) -> None:
    for path in ("/v1/sign-in", "/v1/livechat/demo/sessions"):
        answer = await http.ask("POST", path, raw=raw)
        assert answer.status == 400
        assert answer.error["code"] == "malformed"


async def test_a_body_beyond_all_measure_is_refused(http: Browserless) -> None:
    raw = b'{"text":"' + b"x" * 1_000_000 + b'"}'
    answer = await http.ask("POST", "/v1/livechat/demo/messages", raw=raw)
    assert answer.status == 413
    assert answer.error["code"] == "too_large"


@pytest.mark.parametrize(
    "odd",
    [
        *("%00", "%ff", "%ed%a0%80", "..%2f..%2fetc%2fpasswd", "%3Cscript%3Ealert(1)%3C/script%3E"),
        *("a" * 3000, "demo%00", "%E2%80%AE", "%F0%9F%98%80"),
    ],
)
async def test_an_odd_address_is_only_unknown(http: Browserless, odd: str) -> None:
    for start in ("/livechat/", "/v1/livechat/", "/static/", "/wave/", "/", "/v1/"):
        answer = await http.ask("GET", start + odd, headers={"Accept": "text/html"})
        assert answer.status in (200, 404)  # Wave's own addresses lead to Wave
        assert "<script>alert" not in answer.text
        assert "root:" not in answer.text


async def test_no_part_prints_a_line_beside_the_structured_log(
    http: Browserless, server: Server
) -> None:
    for odd in ("transport=polling&sid=gone", "transport=carrier-pigeon", "transport=websocket"):
        assert (await http.ask("GET", f"/socket.io/?EIO=4&{odd}")).status == 400
    lines = server.log.partition("ready in ")[2].splitlines()[1:]
    assert any("engineio" in line for line in lines)
    for line in lines:
        assert json.loads(line)["message"]
