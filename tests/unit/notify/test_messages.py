"""The bytes of a mail: nothing that anybody writes changes its headers."""

from __future__ import annotations

from email import message_from_bytes
from email.policy import default
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from engage.notify.message import AddressRefused, Rendered, Sender, address_of, compose, line
from engage.notify.model import Mail

HEADERS = [
    "From",
    "To",
    "Reply-To",
    "Subject",
    "Date",
    "Message-ID",
    "Auto-Submitted",
    "X-Auto-Response-Suppress",
    "MIME-Version",
    "Content-Type",
    "Content-Language",
]
SENDER = Sender("pbx@example.test", "Engage")


def mail(**values: Any) -> Mail:
    usual: dict[str, Any] = {
        "id": "1",
        "kind": "test",
        "address": "ben@example.test",
        "name": "Ben",
        "language": "en",
        "reply_to": "ada@example.test",
        "params": {},
        "message_id": "<1@pbx.example>",
        "subject": "",
        "state": "waiting",
        "tries": 0,
        "reason": "",
        "words": "",
        "due_at_ms": 0,
        "expires_at_ms": 0,
        "created_at_ms": 1_764_000_000_000,
        "updated_at_ms": 0,
    }
    return Mail(**{**usual, **values})


@settings(deadline=None)
@given(name=st.text(max_size=120), subject=st.text(max_size=300), sender=st.text(max_size=100))
def test_the_headers_are_ours_whatever_stands_in_them(name: str, subject: str, sender: str) -> None:
    envelope = compose(
        mail(name=name),
        Rendered(subject, "text", "<p>html</p>", "en"),
        Sender("pbx@example.test", sender),
    )
    assert envelope.message.isascii()
    assert all(len(each) <= 998 for each in envelope.message.split(b"\r\n"))
    read = message_from_bytes(envelope.message, policy=default)
    assert read.keys() == HEADERS
    (to,) = read["to"].addresses
    assert to.addr_spec == "ben@example.test"


def test_the_texts_arrive_as_they_are() -> None:
    text = "Grüße\n.dot\nFrom here\n" + "x" * 2000 + "\n陈丽 محمد\n"
    envelope = compose(mail(), Rendered("Ünï — 陈丽", text, "<p>ü</p>", "zh-Hans"), SENDER)
    read = message_from_bytes(envelope.message, policy=default)
    assert read["subject"] == "Ünï — 陈丽"
    body = read.get_body(("plain",))  # type: ignore[attr-defined]
    assert body.get_content().replace("\r\n", "\n") == text


@pytest.mark.parametrize(
    ("text", "kept"),
    [
        ("a\r\nb", "a b"),
        ("  a \t b ", "a b"),
        ("a\u2028b\u2029c\x00d\x85e", "a b c d e"),
        ("abc\u202ecba\u202c", "abc cba"),
        ("=?utf-8?q?x=0D=0A?=", "= ?utf-8?q?x=0D=0A?="),
        ("陈丽", "陈丽"),
    ],
)
def test_a_line_is_one_line(text: str, kept: str) -> None:
    assert line(text) == kept


def test_only_a_local_part_beyond_ascii_needs_smtputf8() -> None:
    rendered = Rendered("s", "t", "h", "en")
    assert not compose(mail(address="a@bücher.example"), rendered, SENDER).utf8
    assert compose(mail(address="陈丽@x.example"), rendered, SENDER).utf8


@pytest.mark.parametrize("text", ["", "a@", "a b@x", "a@b\r\nBcc: c@d.example", "<a@b.example>"])
def test_what_is_no_address_is_refused(text: str) -> None:
    with pytest.raises(AddressRefused):
        address_of(text)
