"""Rules at the edge without I/O: text, languages, origins, rates, errors, packets."""

from __future__ import annotations

import pytest
from pydantic import BaseModel

from engage.errors import Conflict, Forbidden, Invalid, NotFound, TextRefused, TooMany, Unavailable
from engage.i18n import closest, direction, negotiate, time_left
from engage.people.model import Locked, SessionExpired
from engage.web.access import origin_matches
from engage.web.engine import split_event
from engage.web.errors import Malformed, error_headers, error_json, status_of
from engage.web.requests import decode, parse
from engage.web.text import refused_fields, single_line


class Form(BaseModel):
    name: str
    age: int = 0


OFFERED = ("en", "ar", "de", "zh-Hans", "pt-BR")


@pytest.mark.parametrize(
    ("header", "chosen"),
    [
        ("de", "de"), ("de-AT,en;q=0.5", "de"), ("fr, ar;q=0.8, en;q=0.9", "en"), ("", "en"),
        ("zh-Hans-CN", "zh-Hans"), ("zh", "zh-Hans"), ("pt-PT", "pt-BR"), ("xx", "en"),
        ("*", "en"), ("de;q=0, ar", "ar"), ("de;q=junk, ar", "ar"), (";;;,,", "en"),
    ],
)  # fmt: skip
def test_the_best_offered_language_is_chosen(header: str, chosen: str) -> None:
    assert negotiate(header, OFFERED) == chosen


def test_a_language_nobody_offers_has_no_closest() -> None:
    assert closest("fr", OFFERED) is None


def test_arabic_and_hebrew_run_from_right_to_left() -> None:
    assert [direction(each) for each in ("ar", "he-IL", "en", "zh-Hans")] == [
        "rtl", "rtl", "ltr", "ltr",
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("seconds", "words"),
    [(1, "1 second"), (59, "59 seconds"), (60, "1 minute"), (61, "2 minutes"), (300, "5 minutes")],
)
def test_the_time_left_is_told_in_words_and_suffices(seconds: int, words: str) -> None:
    assert time_left(seconds, "en") == words
    assert time_left(seconds, "xx-nonsense") == words


@pytest.mark.parametrize(
    ("value", "fields"),
    [
        ({"a": "ok\n\tok"}, []), ({"a": "x\x00"}, ["a"]), ({"a": {"b": ["", "\ud800"]}}, ["a.b.1"]),
        ({"a\x07": 1}, ["body"]), ({"a": "\x85"}, ["a"]), ({"a": "é😀שלום"}, []),
    ],
)  # fmt: skip
def test_fields_with_refused_characters_are_named(value: object, fields: list[str]) -> None:
    assert list(refused_fields(value)) == fields


def test_a_single_line_is_normalised_and_loses_overrides_of_direction() -> None:
    assert single_line(" e\u0301\u202egpj.exe ") == "égpj.exe"
    with pytest.raises(ValueError, match="line break"):
        single_line("a\nb")


def test_unknown_fields_are_refused_even_if_the_model_would_ignore_them() -> None:
    with pytest.raises(Invalid) as refused:
        parse({"name": "x", "author": "me"}, Form, "en")
    assert set(refused.value.fields) == {"author"}


def test_every_wrong_field_is_named_at_once() -> None:
    with pytest.raises(Invalid) as refused:
        parse({"age": "old", "role": 1}, Form, "en")
    assert set(refused.value.fields) == {"name", "age", "role"}


def test_refused_characters_come_before_all_else() -> None:
    with pytest.raises(TextRefused):
        parse({"name": "\x00"}, Form, "en")


@pytest.mark.parametrize("body", [b"", b"[]", b"{", b'{"a":NaN}', b"\xff", b'{"a":' + b"[" * 9999])
def test_what_is_no_json_object_is_malformed(body: bytes) -> None:
    with pytest.raises(Malformed):
        decode(body)


@pytest.mark.parametrize(
    ("origin", "host", "secure", "same"),
    [
        ("http://a.test", "a.test", False, True),
        ("http://a.test:80", "a.test", False, True),
        ("https://a.test", "a.test", False, False),
        ("https://a.test", "a.test:443", True, True),
        ("http://a.test:8088", "a.test:8088", False, True),
        ("http://a.test:8089", "a.test:8088", False, False),
        ("http://a.test.evil.test", "a.test", False, False),
        ("null", "a.test", False, False),
        ("http://[::1]:80", "[::1]", False, True),
        ("http://[bad", "a.test", False, False),
    ],
)
def test_an_origin_is_ours_by_scheme_host_and_port(
    origin: str, host: str, secure: bool, same: bool
) -> None:
    assert origin_matches(origin, host, secure=secure) is same


def test_the_nearest_class_decides_the_status() -> None:
    errors = [Conflict(), Forbidden(), NotFound(), SessionExpired(), TextRefused(), Locked(9)]
    assert [status_of(each) for each in errors] == [409, 403, 404, 401, 422, 429]


def test_an_error_tells_code_message_fields_and_parameters() -> None:
    told = error_json(Locked(61), "en")
    assert told["code"] == "locked"
    assert told["retry_after_s"] == 61
    assert told["message"] == "Too many failed attempts. Please try again in 2 minutes."
    assert "time_left" not in told
    assert error_json(Invalid({"a": "b"}), "en")["fields"] == {"a": "b"}


def test_an_error_says_when_to_come_back() -> None:
    assert error_headers(TooMany(7))["retry-after"] == "7"
    assert "retry-after" in error_headers(Unavailable())
    assert "www-authenticate" in error_headers(SessionExpired())


@pytest.mark.parametrize(
    ("text", "parts"),
    [
        ('2["a",1]', ("/", "", ["a", 1])),
        ('2/wave,12["a",{}]', ("/wave", "12", ["a", {}])),
        ('2/wave?x=1,["a"]', ("/wave", "", ["a"])),
        ('2/wave,["a","\\ud800"]', ("/wave", "", ["a", "\ud800"])),
    ],
)
def test_an_event_packet_is_split(text: str, parts: tuple[str, str, list[object]]) -> None:
    assert split_event(text) == parts


@pytest.mark.parametrize(
    "text",
    ["2", "2/wave", "2/wave,", "2[", "2[]", "2[1]", '2x["a"]', "2" + "9" * 30 + '["a"]', "2{}"],
)
def test_what_is_no_event_packet_is_refused(text: str) -> None:
    with pytest.raises(ValueError):  # noqa: PT011 - several subclasses
        split_event(text)
