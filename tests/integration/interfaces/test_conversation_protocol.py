"""Live chat's wire: sessions over HTTP, every socket event and its answer, the fall-back."""

from __future__ import annotations

from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Any

import pytest

from tests.integration.interfaces.conftest import FORM, Browserless, Client, joined

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

SESSIONS = "/v1/livechat/demo/sessions"
KINDS = {"message", "file", "state", "assigned", "note", "call", "system", "survey", "deleted"}


@dataclass
class Talk:
    """A visitor and the agent who accepted, both connected."""

    id: str
    token: str
    visitor: Client
    agent: Client

    @property
    def path(self) -> str:
        return f"/v1/conversations/{self.id}/events"


@asynccontextmanager
async def talk(http: Browserless) -> AsyncIterator[Talk]:
    async with joined(http.url, "/wave", await http.token_of("1000")) as agent:
        session = await http.start_chat()
        async with joined(http.url, "/visitor", session["token"]) as visitor:
            accepted = await agent.call("accept", {"conversation": session["conversation"]})
            assert accepted["ok"], accepted
            await visitor.hears("event", lambda each: each.get("state") == "active")
            yield Talk(session["conversation"], session["token"], visitor, agent)


def check_event(event: dict[str, Any]) -> None:
    """The shape every stored event has."""
    assert {"conversation", "seq", "prev", "kind", "author", "at"} <= set(event)
    assert set(event["author"]) == {"kind", "id", "name"}
    assert event["kind"] in KINDS
    assert event["prev"] < event["seq"]
    assert event["at"].endswith("Z")
    datetime.fromisoformat(event["at"])


async def test_a_session_starts_and_its_token_resumes_it(http: Browserless) -> None:
    started = await http.ask("POST", SESSIONS, FORM)
    assert started.status == 201
    assert {"token", "conversation", "state", "position"} <= set(started.json)
    assert started.json["state"] == "waiting"
    assert started.json["position"] >= 1
    token = started.json["token"]
    again = await http.ask("POST", SESSIONS, {"token": token})
    assert again.status == 201
    assert again.json["conversation"] == started.json["conversation"]
    stranger = await http.ask("POST", SESSIONS, FORM | {"token": "ev_unknown"})
    assert stranger.json["conversation"] != started.json["conversation"]


async def test_a_start_repeated_with_its_client_id_is_one(http: Browserless) -> None:
    both = [await http.start_chat(client_id="5f3a-once") for _ in range(2)]
    assert both[0]["conversation"] == both[1]["conversation"]


@pytest.mark.parametrize(
    ("changed", "field"),
    [
        ({"full_name": ""}, "full_name"),
        ({"full_name": "x" * 10_000}, "full_name"),
        ({"full_name": "\x00"}, "full_name"),
        ({"email": "nobody"}, "email"),
        ({"email": 5}, "email"),
        ({"email": "\ud800@example.test"}, "email"),
        ({"phone": "call me"}, "phone"),
        ({"consent": False}, "consent"),
        ({"consent": "perhaps"}, "consent"),
        ({"author": "agent"}, "author"),
        ({"language": ["en"]}, "language"),
    ],
)
async def test_a_wrong_field_is_named(
    http: Browserless, changed: dict[str, Any], field: str
) -> None:
    answer = await http.ask("POST", SESSIONS, FORM | changed)
    assert answer.status == 422
    assert list(answer.error["fields"]) == [field]
    assert answer.error["fields"][field]


async def test_all_missing_fields_are_named_in_the_readers_language(http: Browserless) -> None:
    english = await http.ask("POST", SESSIONS, {})
    assert english.status == 422
    assert english.error["code"] == "invalid"
    assert set(english.error["fields"]) == {"full_name", "email", "phone", "consent"}
    german = await http.ask("POST", SESSIONS, {}, headers={"Accept-Language": "de"})
    assert german.error["code"] == "invalid"
    assert german.error["fields"]["email"] != english.error["fields"]["email"]


async def test_an_unknown_link_starts_nothing(http: Browserless) -> None:
    answer = await http.ask("POST", "/v1/livechat/none/sessions", FORM)
    assert answer.status == 404
    assert answer.error["code"]


async def test_an_inquiry_reaches_all_agents_and_the_loser_is_told_by_whom(
    http: Browserless,
) -> None:
    async with (
        joined(http.url, "/wave", await http.token_of("1000")) as ana,
        joined(http.url, "/wave", await http.token_of("1001")) as ben,
        joined(http.url, "/wave", await http.token_of("1003")) as dana,  # serves no queue
    ):
        id_ = (await http.start_chat())["conversation"]
        for agent in (ana, ben):
            inquiry = await agent.hears("inquiry", lambda each: each["conversation"] == id_)
            assert inquiry["visitor"]["name"] == "Vera Lind"
        listed = await ben.call("inquiries", {})
        assert id_ in [each["conversation"] for each in listed["inquiries"]]
        assert (await dana.call("inquiries", {}))["inquiries"] == []
        assert (await dana.call("accept", {"conversation": id_}))["ok"] is False
        won = await ana.call("accept", {"conversation": id_})
        assert won["ok"]
        lost = await ben.call("accept", {"conversation": id_})
        assert lost["ok"] is False
        assert lost["error"]["code"] == "taken"
        assert lost["error"]["by"] == {"id": "1000", "name": "Ana Costa"}
        gone = await ben.hears("inquiry_gone", lambda each: each["conversation"] == id_)
        assert gone["reason"] == "taken"
        assert not [name for name, _ in dana.heard if name == "inquiry"]


async def test_a_send_is_acknowledged_once_stored_and_told_to_both(http: Browserless) -> None:
    async with talk(http) as chat:
        sent = {"conversation": chat.id, "client_id": "a", "text": "Where is my parcel?"}
        first = await chat.visitor.call("send", sent)
        assert {"ok", "seq", "at", "duplicate"} <= set(first)
        assert first["duplicate"] is False
        second = await chat.visitor.call("send", sent | {"text": "something else"})
        assert (second["seq"], second["duplicate"]) == (first["seq"], True)
        by_http = await http.ask(
            "POST", chat.path, {"client_id": "a", "text": "third"}, token=chat.token
        )
        assert (by_http.json["seq"], by_http.json["duplicate"]) == (first["seq"], True)
        event = await chat.agent.hears("event", lambda each: each["seq"] == first["seq"])
        check_event(event)
        assert event["text"] == "Where is my parcel?"
        assert event["author"]["kind"] == "visitor"
        assert "client_id" not in event  # it is the author's alone
        other = await chat.agent.call("send", sent | {"text": "mine"})
        assert other["duplicate"] is False  # another author's
        answer = await chat.visitor.hears("event", lambda each: each["seq"] == other["seq"])
        assert answer["author"] == {"kind": "agent", "id": "1000", "name": "Ana Costa"}


async def test_a_note_is_hidden_from_the_visitor_and_leaves_no_gap(http: Browserless) -> None:
    async with talk(http) as chat:
        said = {"conversation": chat.id, "client_id": "n", "text": "looks fishy"}
        note = await chat.agent.call("note", said)
        assert note["ok"]
        after = await chat.agent.call("send", said | {"client_id": "m", "text": "Hello"})
        seen = await chat.visitor.hears("event", lambda each: each["seq"] == after["seq"])
        assert seen["prev"] == note["seq"] - 1
        page = await chat.visitor.call("resume", {"conversation": chat.id, "after": 0})
        assert {"events", "head", "more"} <= set(page)
        assert page["head"] == after["seq"]
        assert "note" not in [each["kind"] for each in page["events"]]
        last = 0
        for event in page["events"]:
            check_event(event)
            assert event["prev"] <= last < event["seq"]
            last = event["seq"]
        by_http = await http.ask("GET", f"{chat.path}?after=0", token=chat.token)
        assert by_http.json["events"] == page["events"]
        assert "fishy" not in by_http.text
        whole = await chat.agent.call("resume", {"conversation": chat.id, "after": 0})
        assert [each["seq"] for each in whole["events"]] == list(range(1, after["seq"] + 1))
        assert (await chat.visitor.call("note", said))["error"]["code"] == "unknown_event"


async def test_hello_tells_what_is_behind(http: Browserless) -> None:
    async with talk(http) as chat:
        sent = await chat.visitor.call(
            "send", {"conversation": chat.id, "client_id": "h", "text": "one more"}
        )
        answer = await chat.agent.call("hello", {"heads": {chat.id: sent["seq"] - 1}})
        [summary] = [each for each in answer["conversations"] if each["conversation"] == chat.id]
        assert summary["head"] == sent["seq"]
        assert [each["seq"] for each in summary["events"]] == [sent["seq"]]
        assert summary["more"] is False
        beyond = await chat.agent.call("resume", {"conversation": chat.id, "after": 10**9})
        assert beyond["error"]["code"] == "too_far"
        other = await chat.visitor.call("hello", {"heads": {"not-mine": 3}})
        assert "not-mine" not in [each["conversation"] for each in other["conversations"]]


async def test_marks_typing_and_presence_are_told(http: Browserless) -> None:
    async with talk(http) as chat:
        sent = await chat.agent.call(
            "send", {"conversation": chat.id, "client_id": "w", "text": "read me"}
        )
        mark = {"conversation": chat.id, "seq": sent["seq"]}
        assert (await chat.visitor.call("delivered", mark))["ok"]
        assert (await chat.visitor.call("read", mark))["ok"]
        told = await chat.agent.hears(
            "watermark", lambda each: each["read"] == sent["seq"] and "visitor" in each["who"]
        )
        assert set(told) == {"conversation", "who", "delivered", "read"}
        assert (await chat.visitor.call("read", mark | {"seq": 1}))["ok"]  # never goes back
        assert (await chat.visitor.call("typing", {"conversation": chat.id}))["ok"]
        assert (await chat.agent.hears("typing"))["conversation"] == chat.id
        page = await chat.agent.call("resume", {"conversation": chat.id, "after": 0})
        assert {each["kind"] for each in page["events"]} <= KINDS
        assert page["head"] == sent["seq"]  # nothing of this was stored


async def test_an_ended_conversation_takes_nothing_more(http: Browserless) -> None:
    async with talk(http) as chat:
        assert (await chat.agent.call("end", {"conversation": chat.id}))["ok"]
        ended = await chat.visitor.hears("event", lambda each: each.get("state") == "ended")
        assert ended["kind"] == "state"
        late = {"conversation": chat.id, "client_id": "late", "text": "wait"}
        answer = await chat.visitor.call("send", late)
        assert answer["error"]["code"] == "conversation_closed"
        by_http = await http.ask(
            "POST", chat.path, {"client_id": "late", "text": "wait"}, token=chat.token
        )
        assert by_http.status == 409
        assert by_http.error["code"] == "conversation_closed"


@pytest.mark.parametrize(
    "more",
    [
        {"author": {"kind": "agent", "id": "1000", "name": "Ana Costa"}},
        {"kind": "note"},
        {"seq": 1},
        {"prev": 0},
        {"at": "2000-01-01T00:00:00Z"},
    ],
)
async def test_a_visitor_chooses_neither_author_nor_kind_nor_place(
    http: Browserless, more: dict[str, Any]
) -> None:
    session = await http.start_chat()
    said = {"client_id": "x", "text": "hello"} | more
    async with joined(http.url, "/visitor", session["token"]) as visitor:
        answer = await visitor.call("send", said | {"conversation": session["conversation"]})
        assert answer["error"]["code"] == "invalid"
        assert list(answer["error"]["fields"]) == list(more)
    path = f"/v1/conversations/{session['conversation']}/events"
    by_http = await http.ask("POST", path, said, token=session["token"])
    assert by_http.status == 422


async def test_another_visitors_conversation_does_not_exist(http: Browserless) -> None:
    mine, theirs = await http.start_chat(), await http.start_chat()
    id_ = theirs["conversation"]
    async with joined(http.url, "/visitor", mine["token"]) as visitor:
        for name, data in (
            ("send", {"client_id": "x", "text": "hello"}),
            ("resume", {"after": 0}),
            ("read", {"seq": 1}),
            ("delivered", {"seq": 1}),
            ("typing", {}),
            ("end", {}),
        ):
            answer = await visitor.call(name, data | {"conversation": id_})
            unknown = await visitor.call(name, data | {"conversation": "no-such"})
            assert answer["error"]["code"] == unknown["error"]["code"] == "not_found", name
    for method, path in (
        ("GET", f"/v1/conversations/{id_}/events"),
        ("POST", f"/v1/conversations/{id_}/end"),
    ):
        body: dict[str, Any] | None = {} if method == "POST" else None
        refused = await http.ask(method, path, body, token=mine["token"])
        assert refused.status == 404


async def test_text_comes_back_as_it_was_written_without_what_turns_it_round(
    http: Browserless,
) -> None:
    async with talk(http) as chat:
        for number, (written, shown) in enumerate(
            [
                ("<img src=x onerror=alert(1)>", "<img src=x onerror=alert(1)>"),
                ("\u202egnp.exe", "gnp.exe"),
                ("a\r\nb\tc", "a\nb\tc"),
                ("e\u0301", "\u00e9"),
                ("\u0645\u0631\u062d\u0628\u0627 \U0001f44b\U0001f3fd", None),
                ("x" * 8000, None),
            ]
        ):
            said = {"conversation": chat.id, "client_id": f"t{number}", "text": written}
            ack = await chat.visitor.call("send", said)
            assert ack["ok"], ack
            event = await chat.agent.hears("event", lambda each, seq=ack["seq"]: each["seq"] == seq)
            assert event["text"] == (shown or written)


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("", "invalid"),
        ("  \n ", "invalid"),
        ("\x00", "text_refused"),
        ("a\x07", "text_refused"),
        ("\ud800", "text_refused"),
        ("x" * 8001, "too_large"),
        (5, "invalid"),
        (None, "invalid"),
        ({"a": [1]}, "invalid"),
    ],
)
async def test_text_that_cannot_be_taken_gets_a_typed_refusal(
    http: Browserless, text: object, code: str
) -> None:
    session = await http.start_chat()
    async with joined(http.url, "/visitor", session["token"]) as visitor:
        said = {"conversation": session["conversation"], "client_id": "x", "text": text}
        assert (await visitor.call("send", said))["error"]["code"] == code
        good = await visitor.call("send", said | {"text": "still here"})
        assert good["ok"]


async def test_no_payload_of_any_event_breaks_a_connection(http: Browserless) -> None:
    names = {
        "/visitor": ["hello", "send", "resume", "delivered", "read", "typing", "end"],
        "/wave": [
            "hello",
            "send",
            "resume",
            "delivered",
            "read",
            "typing",
            "end",
            "inquiries",
            "accept",
            "note",
        ],
    }
    deep: Any = "x"
    for _ in range(200):
        deep = [deep]
    odd: list[Any] = [None, [], 5, "x", True, {}, {"conversation": None}, {"conversation": deep}]
    odd += [{"conversation": "\x00"}, {"conversation": "\ud800"}, {"conversation": "x" * 20_000}]
    odd += [{"conversation": "c", "after": each} for each in (-1, 10**40, 1.5, "1", None, True)]
    odd += [{"conversation": "c", "seq": each} for each in (-1, 10**40, "x", [], {})]
    odd += [{"heads": each} for each in ([], 5, {"a": "b"}, {"\x00": 1}, {"a": -1}, {"a": 10**40})]
    odd += [{"heads": {f"c{number}": 1 for number in range(3000)}}, {"client_id": "\ud800"}]
    session = await http.start_chat()
    for namespace, token in (
        ("/visitor", session["token"]),
        ("/wave", await http.token_of("1002")),
    ):
        for name in [*names[namespace], "transfer", "nonsense", "call_offer"]:
            # Each has its own connection: so many events at once are taken without delay.
            async with joined(http.url, namespace, token) as client:
                for data in odd:
                    answer = await client.call(name, data)
                    if not answer["ok"]:
                        assert answer["error"]["code"] not in ("internal", "error"), (name, data)
                assert (await client.call("hello", {"heads": {}}))["ok"]
