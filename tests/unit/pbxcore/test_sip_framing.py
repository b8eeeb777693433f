"""Messages cut out of a stream."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pbxcore.errors import RemoteProtocolError
from pbxcore.sip.framing import KEEP_ALIVE, StreamFraming, StreamLost

ONE = b"OPTIONS sip:a@b SIP/2.0\r\nContent-Length: 3\r\n\r\nabc"
TWO = b"SIP/2.0 200 OK\r\nl : 0\r\n\r\n"
THREE = b"OPTIONS sip:c@d SIP/2.0\r\nX: y\r\n\r\n"


@given(st.lists(st.integers(1, 40), max_size=60))
def test_messages_come_out_whole_however_they_arrive(sizes: list[int]) -> None:
    stream = ONE + KEEP_ALIVE + b"\r\n" + TWO + KEEP_ALIVE + THREE + ONE
    framing, found, at = StreamFraming(), [], 0
    for size in [*sizes, len(stream)]:
        found += framing.receive(stream[at : at + size])
        at += size
    assert [each for each in found if each != KEEP_ALIVE] == [ONE, TWO, THREE, ONE]
    assert found.count(KEEP_ALIVE) == 2
    assert not framing.pending


@given(st.lists(st.integers(1, 40), max_size=60))
def test_bare_line_feeds_end_lines_and_heads_too(sizes: list[int]) -> None:
    body = b"\n\r\n\r\n"
    bare = b"OPTIONS sip:a@b SIP/2.0\nX: y\nContent-Length: 5\n\n" + body
    mixed = b"OPTIONS sip:c@d SIP/2.0\nX: y\r\n\r\n"
    stream = bare + ONE + mixed + TWO
    framing, found, at = StreamFraming(), [], 0
    for size in [*sizes, len(stream)]:
        found += framing.receive(stream[at : at + size])
        at += size
    assert found == [bare, ONE, mixed, TWO]
    assert not framing.pending


def test_a_bare_line_feed_within_a_message_of_the_usual_kind_ends_nothing() -> None:
    odd = b"OPTIONS sip:a@b SIP/2.0\r\nX: y\n\nZ: 1\r\n\r\n"
    assert StreamFraming().receive(odd) == [odd]


def test_pending_tells_of_a_message_begun() -> None:
    framing = StreamFraming()
    steps = [
        (framing.receive(data), framing.pending) for data in (ONE[:10], ONE[10:], b"\r\n", b"\r")
    ]
    assert steps == [([], True), ([ONE], False), ([], False), ([], False)]


@pytest.mark.parametrize(
    "head",
    [
        b"OPTIONS sip:a@b SIP/2.0\r\nContent-Length: x\r\n\r\n",
        b"OPTIONS sip:a@b SIP/2.0\r\nContent-Length: -3\r\n\r\n",
        b"OPTIONS sip:a@b SIP/2.0\r\nContent-Length: 3\r\nl: 4\r\n\r\n",
        b"OPTIONS sip:a@b SIP/2.0\r\nContent-Length: 65536\r\n\r\n",
        b"x" * 65537,
    ],
)
def test_stream_that_lost_its_place_gives_what_came_before(head: bytes) -> None:
    with pytest.raises(StreamLost) as caught:
        StreamFraming().receive(ONE + head)
    assert caught.value.messages == [ONE]
    assert caught.value.status in (400, 413, 513)


def test_flood_of_blank_lines_costs_no_stack() -> None:
    assert StreamFraming().receive(b"\n" * 60000) == []
    assert set(StreamFraming().receive(b"\r\n" * 30000)) == {KEEP_ALIVE}


@given(st.lists(st.binary(max_size=50), max_size=20))
def test_anything_may_arrive(chunks: list[bytes]) -> None:
    framing = StreamFraming(largest=200)
    for chunk in chunks:
        try:
            framing.receive(chunk)
        except RemoteProtocolError:
            return
