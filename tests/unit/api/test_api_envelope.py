"""The envelope: whatever bytes come, a call or a typed refusal."""

from __future__ import annotations

import json
from contextlib import suppress
from urllib.parse import urlencode

import pytest
from hypothesis import given
from hypothesis import strategies as st

from engage.api.envelope import read, write
from engage.api.status import Refused, Status

ANY_JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(),
    lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner),
    max_leaves=20,
)


def call(**request: object) -> bytes:
    return json.dumps({"request": request}).encode()


def test_names_come_in_any_case_and_with_blanks() -> None:
    read_call = read(call(**{"Action": " ListAccount ", "Cookie": "sid1-2", " Page": "2"}))
    assert (read_call.action, read_call.cookie) == ("listaccount", "sid1-2")
    assert read_call.parameters == {"page": "2"}


def test_byte_order_mark_is_no_part_of_the_request() -> None:
    assert read(b"\xef\xbb\xbf" + call(action="login")).action == "login"


@pytest.mark.parametrize(
    "body",
    [
        b"action=listAccount&cookie=sid1-2&page=2",
        urlencode({"request": '{"action": "listAccount", "cookie": "sid1-2", "page": "2"}'}),
        urlencode({"request": call(action="listAccount", cookie="sid1-2", page="2").decode()}),
    ],
)
def test_a_form_holds_the_same(body: bytes | str) -> None:
    read_call = read(body.encode() if isinstance(body, str) else body)
    assert (read_call.action, read_call.cookie) == ("listaccount", "sid1-2")
    assert read_call.parameters == {"page": "2"}


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"action",
        b"page=2",
        b"request=7",
        b"request={",
        b"&".join([b"a=1"] * 501),
        b"null",
        b"[]",
        b"{}",
        b'{"request": []}',
        b'{"request": {}}',
        b'{"request": {"action": ""}}',
        b'{"request": {"action": 7}}',
        b'{"request": {"action": "login", "x": NaN}}',
        b"\xff\xfe",
        b"[" * 60_000,
        call(action="login", deep=[[[[[[[[[1]]]]]]]]]),
    ],
)
def test_what_is_no_envelope_is_answered_so(body: bytes) -> None:
    with pytest.raises(Refused) as refused:
        read(body)
    assert refused.value.status == Status.INVALID_PARAMETERS


@pytest.mark.parametrize("text", ["a\x00b", "\ud800", "\x1b[2J", "\x85"])
def test_control_characters_are_refused_wherever_they_stand(text: str) -> None:
    for request in ({"x": text}, {"x": [{"y": text}]}, {text: "x"}):
        with pytest.raises(Refused) as refused:
            read(call(action="login", **request))
        assert refused.value.status == Status.FORBIDDEN_CHARACTERS


def test_answer_has_sorted_keys_and_a_whole_number_as_status() -> None:
    assert write({"b": 1, "a": "ü"}, Status.NOT_FOUND) == (
        b'{"response":{"a":"\xc3\xbc","b":1},"status":-16}'
    )


@given(st.binary())
def test_no_bytes_raise_anything_but_a_refusal(body: bytes) -> None:
    with suppress(Refused):
        read(body)


@given(ANY_JSON)
def test_no_json_raises_anything_but_a_refusal(value: object) -> None:
    for body in (json.dumps(value), json.dumps({"request": {"action": "x", "y": value}})):
        with suppress(Refused):
            read(body.encode("utf-8", "surrogatepass"))
