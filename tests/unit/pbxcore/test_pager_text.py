"""Texts of messages, and which of several answers counts."""

from __future__ import annotations

import pytest

from pbxcore.errors import LocalProtocolError, RemoteProtocolError
from pbxcore.messages.fork import Fork
from pbxcore.messages.text import call_id_of, check_media_type, message_id, read_text
from pbxcore.sip.message import Request


def message(body: bytes, content_type: bytes = b"text/plain", *more: bytes) -> Request:
    lines = [b"Content-Type: " + content_type, *more]
    return Request(b"MESSAGE", b"sip:1000@h", b"SIP/2.0", lines, body)


def test_text_is_normalised_for_those_who_store_it() -> None:
    text = read_text(message("e\u0301\r\nü\t".encode(), b'Text/Plain; charset="UTF-8"'))
    assert text.text == "é\nü\t"
    assert text.body == "e\u0301\r\nü\t".encode()


@pytest.mark.parametrize(
    ("body", "content_type", "more", "status"),
    [
        (b"x", b"message/cpim", (), 415),
        (b"x", b"application/im-iscomposing+xml", (), 415),
        (b"x", b"text/plain;charset=iso-8859-1", (), 415),
        (b"x", b"text/plain", (b"Content-Encoding: gzip",), 415),
        (b"\xff\xfe", b"text/plain", (), 400),
        (b"a\0b", b"text/plain", (), 400),
        (b"a\x1bb", b"text/plain", (), 400),
        (b" \r\n", b"text/plain", (), 400),
        (b"a" * 8001, b"text/plain", (), 413),
    ],
)
def test_other_bodies_are_refused(
    body: bytes, content_type: bytes, more: tuple[bytes, ...], status: int
) -> None:
    with pytest.raises(RemoteProtocolError) as caught:
        read_text(message(body, content_type, *more))
    assert caught.value.status == status


def test_eight_thousand_code_points_of_any_width_pass() -> None:
    assert len(read_text(message("😀".encode() * 8000)).text) == 8000


def test_first_success_wins_at_once() -> None:
    fork = Fork(3)
    assert fork.receive(486, "Busy Here") is None
    assert fork.receive(202, "Accepted") == (202, "Accepted")
    assert fork.receive(200, "OK") is None


@pytest.mark.parametrize(
    ("answers", "best"),
    [
        ((486, 404), 404),
        ((480, 415), 415),
        ((500, 486), 486),
        ((486, 603), 603),
        ((408, 488), 488),
        ((503, 408), 408),
        ((408,), 408),
    ],
)
def test_without_success_the_best_answer_counts(answers: tuple[int, ...], best: int) -> None:
    fork = Fork(len(answers))
    outcomes = [fork.receive(each, "") for each in answers]
    assert outcomes == [None] * (len(answers) - 1) + [(best, "")]


def test_identities_are_stable_and_safe() -> None:
    assert message_id("1000", b"c", 1) == message_id("1000", b"c", 1)
    assert message_id("1000", b"c", 1) != message_id("1000", b"c", 2)
    assert call_id_of("d\r\n")[0].isalnum()
    assert check_media_type("text/plain;charset=UTF-8") == b"text/plain;charset=UTF-8"
    with pytest.raises(LocalProtocolError):
        check_media_type("text/plain\r\nEvil: x")
