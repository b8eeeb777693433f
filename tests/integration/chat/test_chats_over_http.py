"""Contacts and conversations of a running server, as Wave and programs meet them."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.support.program import Program
from tests.support.server import Server

if TYPE_CHECKING:
    from collections.abc import Iterator


@pytest.fixture(scope="module")
def server() -> Iterator[Server]:
    with Server() as running:
        yield running


@pytest.fixture(scope="module")
def ana(server: Server) -> Program:
    return Program(server.url, "1000", "Demo-1000!")


@pytest.fixture(scope="module")
def ben(server: Server) -> Program:
    return Program(server.url, "1001", "Demo-1001!")


def test_contacts_tell_how_people_are_reached(ana: Program) -> None:
    assert ana.get("/v1/contacts").json()["items"][0] == {
        "number": "1000",
        "name": "Ana Costa",
        "email": "1000@example.test",
        "presence": "offline",
        "phones": 0,
    }


def test_chat_is_opened_once_and_written_by_both(ana: Program, ben: Program) -> None:
    opened = ana.post("/v1/conversations", {"with": "1001"})
    assert opened.status == 201
    one = opened.json()["conversation"]
    said = ana.post(f"/v1/conversations/{one}/events", {"client_id": "http-0001", "text": "Hi"})
    assert said.status == 201
    again = ben.post("/v1/conversations", {"with": "1000"})
    assert (again.status, again.json()["conversation"]) == (200, one)
    assert again.json()["events"][-1]["text"] == "Hi"
    answer = ben.post(f"/v1/conversations/{one}/events", {"client_id": "http-0001", "text": "Ho"})
    assert answer.json()["seq"] == 2
    assert ana.get(f"/v1/conversations/{one}").json()["last"]["text"] == "Ho"
    assert ana.get(f"/v1/conversations/{one}/deliveries").json() == {"items": [], "cursor": None}


def test_my_conversations_are_paged_newest_first(ana: Program) -> None:
    for number in ("1001", "1002", "1003"):
        one = ana.post("/v1/conversations", {"with": number}).json()["conversation"]
        text = {"client_id": f"page-{number}", "text": f"To {number}"}
        assert ana.post(f"/v1/conversations/{one}/events", text).status in (200, 201)
    first = ana.get("/v1/conversations?limit=2").json()
    assert [each["last"]["text"] for each in first["items"]] == ["To 1003", "To 1002"]
    rest = ana.get(f"/v1/conversations?limit=2&cursor={first['cursor']}").json()
    assert [each["last"]["text"] for each in rest["items"]] == ["To 1001"]
    assert rest["cursor"] is None
    assert ana.get("/v1/conversations?kind=broadcast").json()["items"] == []


@pytest.mark.parametrize(
    "query", ["limit=0", "limit=x", "kind=meeting", "cursor=x", "cursor=1.%00", "limit=101"]
)
def test_wrong_query_is_422(ana: Program, query: str) -> None:
    assert ana.get(f"/v1/conversations?{query}").status == 422


@pytest.mark.parametrize("body", [{"with": "1000"}, {"with": "9"}, {}, {"with": 1001}, {"who": 1}])
def test_chat_with_nobody_is_422(ana: Program, body: dict[str, object]) -> None:
    assert ana.post("/v1/conversations", body).status == 422


def test_others_conversations_do_not_exist(server: Server, ana: Program, ben: Program) -> None:
    one = ana.post("/v1/conversations", {"with": "1002"}).json()["conversation"]
    admin = Program(server.url, "admin", "Demo-admin!")
    for path in (f"/v1/conversations/{one}", f"/v1/conversations/{one}/deliveries"):
        assert ben.get(path).status == 404
        assert admin.get(path).status == 403
        assert server.get(path).status == 401
    assert ben.get("/v1/conversations/%00").status == 404
