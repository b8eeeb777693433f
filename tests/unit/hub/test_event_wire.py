"""What readers are sent: `prev` as each may see it, `client_id` to its author alone."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from engage.hub.append import Append, Head, concerns, place
from engage.hub.model import (
    Appended,
    Author,
    Conversation,
    ConversationClosed,
    Event,
    StaleOwner,
    authors_of,
    encode_body,
    who_of,
)
from engage.hub.rooms import Room
from engage.hub.wire import event_json, summary_json

ANA = Author("agent", "1000", "Ana")
VISITOR = Author("visitor", "v1", "Vi")


def room(identifier: str = "c") -> Room:
    return Room(
        Conversation(identifier, "livechat", None, "", "active", None, "", 0, 0, 0, 0, None), []
    )


def append(kind: str, client_id: str | None = None, epoch: int | None = None) -> Append:
    body = {"text": "Hello"}
    return Append(room(), ANA, kind, body, encode_body(body), client_id, epoch, 5)


def log_of(kinds: list[str]) -> list[Event]:
    heads = {"c": Head("active", 0, 0, 0)}
    results, _ = place([append(kind) for kind in kinds], heads, {})
    return [result.event for result in results if isinstance(result, Appended)]


@given(
    st.lists(st.sampled_from(["message", "note", "state"]), max_size=30),
    st.booleans(),
    st.integers(0, 30),
)
def test_prev_chains_what_a_reader_may_see(
    kinds: list[str], sees_notes: bool, from_seq: int
) -> None:
    last = 0
    for event in log_of(kinds):
        if event.seq <= from_seq or (event.kind == "note" and not sees_notes):
            continue
        wire = event_json(event, sees_notes, from_seq=from_seq)
        assert wire["prev"] == last
        last = wire["seq"]


@given(st.lists(st.sampled_from("abcd"), max_size=30))
def test_each_client_id_gets_one_sequence_within_a_batch(keys: list[str]) -> None:
    results, fresh = place([append("message", key) for key in keys], {"c": Head("", 0, 7, 7)}, {})
    by_key: dict[str, int] = {}
    for key, result in zip(keys, results, strict=True):
        assert isinstance(result, Appended)
        assert result.duplicate == (key in by_key)
        assert by_key.setdefault(key, result.event.seq) == result.event.seq
    assert [event.seq for _, event in fresh] == list(range(8, 8 + len(by_key)))


def test_only_the_author_gets_the_client_id() -> None:
    [event] = [Event("c", 1, 0, "message", ANA, "k", {"text": "Hello"}, 0)]
    assert event_json(event, True, own=True)["client_id"] == "k"
    assert "client_id" not in event_json(event, True)


def test_body_overrides_nothing_of_the_envelope() -> None:
    lie = {"seq": 9, "prev": 9, "kind": "x", "author": {}, "at": "", "conversation": "d"}
    event = Event("c", 1, 0, "message", ANA, None, {**lie, "client_id": "k", "text": "t"}, 0)
    assert event_json(event, False, own=True) == {
        "conversation": "c", "seq": 1, "prev": 0, "kind": "message", "text": "t",
        "author": {"kind": "agent", "id": "1000", "name": "Ana"},
        "at": "1970-01-01T00:00:00.000Z",
    }  # fmt: skip


def test_closed_conversation_takes_no_message_but_what_closes_it() -> None:
    heads = {"c": Head("ended", 0, 3, 3)}
    results, _ = place([append("message"), append("state")], heads, {})
    assert isinstance(results[0], ConversationClosed)
    assert isinstance(results[1], Appended)
    assert results[1].event.seq == 4


def test_repeated_message_is_acknowledged_even_after_the_end_and_a_new_owner() -> None:
    known = Event("c", 2, 1, "message", ANA, "k", {"text": "Hello"}, 1)
    heads = {"c": Head("ended", 5, 3, 3)}
    [result], fresh = place([append("message", "k", 4)], heads, {("c", ANA.stored, "k"): known})
    assert result == Appended(known, True)
    assert fresh == []


def test_message_under_a_former_owner_is_refused_with_the_epoch_of_now() -> None:
    [result], fresh = place([append("message", "k", 1)], {"c": Head("active", 2, 0, 0)}, {})
    assert isinstance(result, StaleOwner)
    assert result.params == {"epoch": 2}
    assert fresh == []


def test_nobody_has_own_words_unread_nor_notes_they_never_see() -> None:
    [message, note] = log_of(["message", "note"])
    assert concerns("visitor:v1", False, message)
    assert not concerns("visitor:v1", False, note)
    assert concerns("user:1001", True, note)
    assert not concerns("user:1000", True, note)


def test_an_agent_a_user_and_a_phone_of_one_number_are_one_participant() -> None:
    assert {who_of(each) for each in authors_of("user:1000")} == {"user:1000"}
    assert len(authors_of("user:1000")) == 3
    assert authors_of("visitor:v1") == ("visitor:v1",)


def test_summary_names_the_owner_without_its_kind() -> None:
    owned = Conversation("c", "livechat", None, "", "active", "user:1000", "Ana", 3, 1, 1, 0, None)
    summary = summary_json(owned, [], head=1, unread=0, last=None)
    assert (summary["owner"], summary["epoch"]) == ({"id": "1000", "name": "Ana"}, 3)
