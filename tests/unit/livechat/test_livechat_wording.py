"""A chat as lines of text: whose words they are, and what became of its calls."""

from __future__ import annotations

from datetime import UTC
from typing import Any

import pytest

from engage.livechat.transcript import lines

VERA = {"kind": "visitor", "id": "v", "name": "Vera"}
ANA = {"kind": "agent", "id": "1000", "name": "Ana Costa"}


def written(kind: str, author: dict[str, str], **body: Any) -> list[str]:
    event = {"kind": kind, "author": author, "at": "2027-01-15T08:00:00Z", **body}
    return [each.removeprefix("[2027-01-15 08:00:00] ") for each in lines([event], "en", UTC)]


@pytest.mark.parametrize(
    ("body", "line"),
    [
        ({"state": "asked"}, "Ana Costa asked the visitor to talk."),
        ({"state": "declined"}, "The visitor would rather write."),
        ({"state": "started"}, "The visitor called."),
        ({"state": "answered", "agent": ANA}, "Ana Costa answered the call."),
        ({"state": "ended", "seconds": 75}, "The call has ended after 1:15."),
        ({"state": "missed"}, "A call of the visitor was missed."),
    ],
)
def test_a_call_is_told_from_its_beginning_to_its_end(body: dict[str, Any], line: str) -> None:
    assert written("call", ANA, **body) == [line]


def test_what_people_say_has_their_name_before_it() -> None:
    assert written("message", VERA, text="Hello") == ["Vera: Hello"]
    assert written("note", ANA, text="Knows us") == ["Ana Costa: (Note) Knows us"]
    assert written("file", VERA, file={"name": "a.png"}) == ["Vera: File: a.png"]
    assert written("message", VERA, deleted=True) == ["Vera: This message was deleted."]


def test_what_only_programs_read_is_no_line() -> None:
    assert written("state", ANA, state="active") == []
    assert written("call", ANA, state="rings elsewhere") == []
