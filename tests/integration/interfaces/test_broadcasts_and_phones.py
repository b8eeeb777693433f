"""Message broadcast over REST, to a registered phone and to Wave; texts from the phone and back."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, Any

import pytest

from tests.integration.interfaces.conftest import joined
from tests.support.phone import Phone

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

    from tests.integration.interfaces.conftest import Browserless
    from tests.support.server import Server

STATES = {
    *("pending", "accepted", "delivered", "read", "offline"),
    *("unsupported", "failed", "expired", "skipped", "cancelled"),
}
ORDER: dict[str, Any] = {
    "name": "Drill",
    "sender": "Facilities",
    "message": "Fire drill at ten.",
    "extensions": ["1002"],
    "deliver_to": ["wave"],
}


@pytest.fixture
async def phone(server: Server) -> AsyncIterator[Phone]:
    async with Phone("1001", "Sip-1001!", ("127.0.0.1", server.sip_port)) as registered:
        assert await registered.register() == 200
        yield registered
        assert await registered.register(expires=0) == 200


async def settled(http: Browserless, id_: str) -> list[dict[str, Any]]:
    """The deliveries once nothing is pending."""
    admin = await http.token_of("admin")
    async with asyncio.timeout(15):
        while True:
            answer = await http.ask("GET", f"/v1/broadcasts/{id_}/deliveries", token=admin)
            rows: list[dict[str, Any]] = answer.json["items"]
            assert {each["state"] for each in rows} <= STATES
            if rows and all(each["state"] != "pending" for each in rows):
                return rows
            await asyncio.sleep(0.05)


async def registered(http: Browserless, number: str, count: int) -> None:
    """Wait until Wave is told of a phone."""
    async with asyncio.timeout(10):
        while True:
            answer = await http.ask("GET", "/v1/contacts", token=await http.token_of("1000"))
            found = {each["number"]: each["phones"] for each in answer.json["items"]}
            if found[number] == count:
                return
            await asyncio.sleep(0.05)


async def test_each_person_and_device_is_listed_with_its_state(
    http: Browserless, phone: Phone
) -> None:
    await registered(http, "1001", 1)
    admin = await http.token_of("admin")
    order = ORDER | {
        "client_id": "drill-1",
        "extensions": ["1001", "1002"],
        "extension_groups": ["Everyone"],
        "deliver_to": ["phones", "wave"],
    }
    async with joined(http.url, "/wave", await http.token_of("1002")) as wave:
        made = await http.ask("POST", "/v1/broadcasts", order, token=admin)
        assert made.status == 201
        assert {"id", "state"} <= set(made.json)
        again = await http.ask("POST", "/v1/broadcasts", order, token=admin)
        assert again.json["id"] == made.json["id"]
        assert await phone.receive(1) == ["Fire drill at ten."]
        assert "Facilities" in phone.taken[0].sender
        event = await wave.hears("event")
        assert event["text"] == "Fire drill at ten."
        assert event["author"]["name"] == "Facilities"
        mark = {"conversation": event["conversation"], "seq": event["seq"]}
        assert (await wave.call("read", mark))["ok"]
        rows = await settled(http, made.json["id"])
        async with asyncio.timeout(10):
            while ("1002", "wave", "read", None) not in (
                seen := {
                    (each["number"], each["leg"], each["state"], each["sip_code"]) for each in rows
                }
            ):
                await asyncio.sleep(0.05)
                rows = await settled(http, made.json["id"])
    assert ("1001", "phone", "delivered", 200) in seen
    assert ("1003", "phone", "offline", None) in seen
    assert len(rows) == 8  # four people, each once though named twice
    assert len(phone.taken) == 1
    state = await http.ask("GET", f"/v1/broadcasts/{made.json['id']}", token=admin)
    assert state.json["state"] == "finished"


async def test_a_phone_that_takes_no_texts_is_unsupported(http: Browserless, phone: Phone) -> None:
    await registered(http, "1001", 1)
    phone.usual = 405
    order = ORDER | {"extensions": ["1001"], "deliver_to": ["phones"]}
    made = await http.ask("POST", "/v1/broadcasts", order, token=await http.token_of("admin"))
    [row] = await settled(http, made.json["id"])
    assert (row["state"], row["sip_code"]) == ("unsupported", 405)


@pytest.mark.parametrize(
    ("changed", "field"),
    [
        ({"sender": "ana  COSTA"}, "sender"),
        ({"sender": "1001"}, "sender"),
        ({"sender": "admin"}, "sender"),
        ({"sender": "Administrator"}, "sender"),
        ({"sender": {"kind": "name", "value": "Ben Osei"}}, "sender"),
        ({"sender": {"kind": "extension", "value": "9999"}}, "sender"),
        ({"sender": 5}, "sender"),
        ({"sender": "x" * 33}, "sender"),
        ({"message": ""}, "message"),
        ({"message": "x" * 1001}, "message"),
        ({"message": "\ud800"}, "message"),
        ({"name": "\x00"}, "name"),
        ({"extensions": []}, "extensions"),
        ({"extensions": ["9999"]}, "extensions"),
        ({"extensions": "1001"}, "extensions"),
        ({"deliver_to": []}, "deliver_to"),
        ({"deliver_to": ["fax"]}, "deliver_to.0"),
        ({"send_at": "tomorrow"}, "send_at"),
        ({"send_at": "2999-01-01T00:00:00Z"}, "send_at"),
        ({"client_id": "x" * 65}, "client_id"),
        ({"state": "finished"}, "state"),
    ],
)
async def test_a_field_that_will_not_do_is_named(
    http: Browserless, changed: dict[str, Any], field: str
) -> None:
    admin = await http.token_of("admin")
    answer = await http.ask("POST", "/v1/broadcasts", ORDER | changed, token=admin)
    assert answer.status == 422
    assert list(answer.error["fields"]) == [field]


async def test_an_odd_choice_of_sender_is_told_in_the_fields_own_names(http: Browserless) -> None:
    order = ORDER | {"sender": {"kind": "fax", "value": "1"}}
    admin = await http.token_of("admin")
    answer = await http.ask("POST", "/v1/broadcasts", order, token=admin)
    assert set(answer.error["fields"]) <= {"sender", "sender.kind"}


async def test_only_administrators_broadcast(http: Browserless) -> None:
    for token in (await http.token_of("1000"), (await http.start_chat())["token"]):
        assert (await http.ask("POST", "/v1/broadcasts", ORDER, token=token)).status == 403
        assert (await http.ask("GET", "/v1/broadcasts", token=token)).status == 403
    assert (await http.ask("GET", "/v1/broadcasts")).status == 401
    admin = await http.token_of("admin")
    for path in ("/v1/broadcasts/none", "/v1/broadcasts/none/deliveries"):
        assert (await http.ask("GET", path, token=admin)).status == 404


async def test_a_text_from_a_phone_is_a_chat_and_its_answer_reaches_the_phone(
    http: Browserless, phone: Phone
) -> None:
    await registered(http, "1001", 1)
    async with joined(http.url, "/wave", await http.token_of("1000")) as wave:
        assert await phone.send("1000", "Lunch? <b>") == 202
        event = await wave.hears("event", lambda each: each.get("text") == "Lunch? <b>")
        assert event["author"] == {"kind": "phone", "id": "1001", "name": "Ben Osei"}
        said = {"conversation": event["conversation"], "client_id": "l", "text": "At one."}
        assert (await wave.call("send", said))["ok"]
        assert await phone.receive(1) == ["At one."]
        assert (await wave.call("send", said))["duplicate"] is True
        opened = await http.ask(
            "POST", "/v1/conversations", {"with": "1001"}, token=await http.token_of("1000")
        )
        assert opened.json["conversation"] == event["conversation"]
    assert phone.texts == ["At one."]
    assert await phone.send("7777", "Anybody?") == 404
