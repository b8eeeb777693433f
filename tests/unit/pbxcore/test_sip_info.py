"""INFO with and without packages."""

from __future__ import annotations

import pytest

from pbxcore.errors import RemoteProtocolError
from pbxcore.sip.dialogs.info import (
    Digit,
    Information,
    digit_body,
    read_digit,
    read_info,
    recv_info,
    wants_picture,
)
from pbxcore.sip.headers.tokens import read_recv_info
from pbxcore.sip.message import Request

FAST_UPDATE = (
    b'<?xml version="1.0" encoding="utf-8"?><media_control><vc_primitive><to_encoder>'
    b"<picture_fast_update/></to_encoder></vc_primitive></media_control>"
)


def info(body: bytes, *lines: bytes) -> Request:
    return Request(b"INFO", b"sip:b@h", b"SIP/2.0", list(lines), body)


def test_package_we_asked_for_is_taken() -> None:
    request = info(b"x", b"Info-Package: Foo;a=b", b"Content-Type: text/plain;charset=utf-8")
    assert read_info(request, {b"foo"}) == Information(b"foo", b"text/plain", b"x")


def test_package_we_did_not_ask_for_is_469() -> None:
    with pytest.raises(RemoteProtocolError) as refusal:
        read_info(info(b"x", b"Info-Package: bar"), {b"foo"})
    assert refusal.value.status == 469
    assert refusal.value.headers == (b"Recv-Info: foo",)


def test_unknown_body_without_a_package_is_415() -> None:
    with pytest.raises(RemoteProtocolError) as refusal:
        read_info(info(b"x", b"Content-Type: text/plain"), ())
    assert refusal.value.status == 415
    assert refusal.value.headers[0].startswith(b"Accept: application/dtmf-relay")


def test_info_without_a_body_is_a_sign_of_life() -> None:
    assert read_info(info(b""), ()) == Information(b"", b"", b"")


@pytest.mark.parametrize(
    ("content_type", "body", "digit"),
    [
        (b"application/dtmf-relay", b"Signal=5\r\nDuration=160\r\n", Digit("5", 160)),
        (b"application/dtmf-relay", b"Signal= #\nDuration= 100", Digit("#", 100)),
        (b"application/dtmf-relay", b"signal = 5\nduration = 100\n", Digit("5", 100)),
        (b"application/dtmf-relay", b"Signal=10\r\n", Digit("*", 250)),
        (b"application/dtmf-relay", b"Signal=d\r\n", Digit("D", 250)),
        (b"application/dtmf-relay", b"Signal=16\r\n", Digit("!", 250)),
        (b"application/dtmf", b"11", Digit("#", 250)),
        (b"application/dtmf", b" 7\r\n", Digit("7", 250)),
        (b"application/dtmf", b"77", None),
        (b"application/dtmf-relay", b"Signal=x", None),
        (b"application/media_control+xml", b"5", None),
    ],
)
def test_digits(content_type: bytes, body: bytes, digit: Digit | None) -> None:
    assert read_digit(Information(b"", content_type, body)) == digit


@pytest.mark.parametrize(
    ("content_type", "body", "wanted"),
    [
        (b"application/media_control+xml", FAST_UPDATE, True),
        (b"application/media_control+xml", FAST_UPDATE.replace(b"fast", b"slow"), False),
        (b"application/dtmf", FAST_UPDATE, False),
    ],
)
def test_a_whole_picture_may_be_asked_for(
    content_type: bytes, body: bytes, *, wanted: bool
) -> None:
    assert wants_picture(Information(b"", content_type, body)) is wanted


def test_digit_is_written_as_it_is_read() -> None:
    digit = Digit("9", 120)
    assert read_digit(Information(b"", b"application/dtmf-relay", digit_body(digit))) == digit


def test_recv_info_says_what_is_taken_or_nothing() -> None:
    assert recv_info(()) == b"Recv-Info:"
    assert read_recv_info(info(b"", recv_info({b"b", b"a"}))) == {b"a", b"b"}
    assert read_recv_info(info(b"", b"Recv-Info:")) == frozenset()
