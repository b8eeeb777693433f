"""What must hold of every conversation, whatever was killed meanwhile."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from tests.support.chatter import Chatter


def check_log(log: list[dict[str, Any]]) -> None:
    """The log as its fullest reader sees it: gapless, and each `client_id` once per author."""
    assert [event["seq"] for event in log] == list(range(1, len(log) + 1))
    assert all(event["prev"] == event["seq"] - 1 for event in log)


def check_acknowledged(log: list[dict[str, Any]], texts: dict[int, str]) -> None:
    """Each acknowledged sequence holds the text that was sent, and no text is there twice."""
    by_seq = {event["seq"]: event for event in log}
    for seq, text in texts.items():
        assert by_seq[seq]["text"] == text
    counted = Counter(event["text"] for event in log if event["kind"] == "message")
    assert {text: times for text, times in counted.items() if times > 1} == {}


def check_view(log: list[dict[str, Any]], client: Chatter, conversation: str) -> None:
    """A client's list is the log without what it may not see, in the log's order."""
    own = [event["seq"] for event in client.views[conversation]]
    visible = [event["seq"] for event in log if event["kind"] != "note"]
    assert own in ([event["seq"] for event in log], visible)
