"""What waits on one socket: its measure, and what a slow reader gets instead."""

from __future__ import annotations

import asyncio
import json
from contextlib import suppress
from typing import TYPE_CHECKING

import pytest
from engineio.packet import MESSAGE, PING, Packet

from engage.web.outgoing import BATCH, PUSH_LIMIT, Outgoing, Push
from engage.web.protocol import frame_of

if TYPE_CHECKING:
    from collections.abc import Callable


class Time:
    now = 0.0

    def __call__(self) -> float:
        return self.now


@pytest.fixture
def time() -> Time:
    return Time()


@pytest.fixture
def outgoing(time: Time) -> Outgoing:
    return Outgoing(frame_of, time)


def push(
    name: str,
    *,
    key: object = None,
    size: int = 10,
    short: Callable[[], Packet] | None = None,
    droppable: bool = False,
) -> Push:
    packet = Packet(MESSAGE, json.dumps([name, "x" * size]))
    return Push(packet, frame_of(packet.encode()), key, short, droppable)  # type: ignore[arg-type]


def event(conversation: str, seq: int, size: int = 8000) -> Push:
    return push(
        f"{conversation}:{seq}",
        key=("head", conversation),
        size=size,
        short=lambda: Packet(MESSAGE, f"head {conversation} {seq}"),
    )


def taken(outgoing: Outgoing) -> list[str]:
    found = []
    while not outgoing.empty():
        packet = outgoing.get().result()
        found.append(packet.data if packet is not None else "end")
    return found


async def test_what_fits_is_sent_as_it_is_and_in_order(outgoing: Outgoing) -> None:
    for seq in range(1, 11):
        outgoing.push(event("c", seq, 10))
    assert [each.split('"')[1] for each in taken(outgoing)] == [f"c:{seq}" for seq in range(1, 11)]
    assert outgoing.bytes == outgoing.pushed_bytes == 0


async def test_above_the_limit_events_become_one_head_for_each_conversation(
    outgoing: Outgoing,
) -> None:
    for seq in range(1, 101):
        outgoing.push(event("a", seq))
        outgoing.push(event("b", seq))
        assert outgoing.bytes <= PUSH_LIMIT
    assert taken(outgoing) == ["head a 100", "head b 100"]


async def test_after_ten_seconds_of_waiting_events_become_heads(
    outgoing: Outgoing, time: Time
) -> None:
    outgoing.push(event("c", 1, 10))
    time.now = 11
    outgoing.push(event("c", 2, 10))
    assert taken(outgoing) == ["head c 2"]


async def test_a_reader_who_caught_up_gets_whole_events_again(outgoing: Outgoing) -> None:
    for seq in range(1, 101):
        outgoing.push(event("c", seq))
    taken(outgoing)
    outgoing.push(event("c", 101, 10))
    assert taken(outgoing)[0].startswith('["c:101"')


async def test_acknowledgements_are_kept_when_events_are_shortened(
    outgoing: Outgoing,
) -> None:
    outgoing.push(event("c", 1))
    outgoing.put_nowait(Packet(MESSAGE, "ack"))
    for seq in range(2, 101):
        outgoing.push(event("c", seq))
    assert taken(outgoing) == ["head c 100", "ack"]


async def test_of_states_the_newest_is_kept_and_typing_is_left_out(outgoing: Outgoing) -> None:
    for seq in range(1, 101):
        outgoing.push(event("c", seq))
        outgoing.push(push(f"mark {seq}", key=("watermark", "c", "user:1000")))
        outgoing.push(push("typing", droppable=True))
    found = taken(outgoing)
    assert found[0] == "head c 100" or found[1] == "head c 100"
    assert len(found) == 2
    assert any("mark 100" in each for each in found)


async def test_what_cannot_be_shortened_makes_the_reader_slow(outgoing: Outgoing) -> None:
    number = 0
    while not outgoing.slow:
        outgoing.push(push("inquiry", size=8000))
        number += 1
    assert 125 < number < 135


async def test_the_writer_takes_no_more_at_once_than_a_batch(outgoing: Outgoing) -> None:
    for seq in range(1, 21):
        outgoing.push(event("c", seq))
    outgoing.get()
    before = outgoing.bytes
    with suppress(asyncio.QueueEmpty):
        while True:
            outgoing.get_nowait()
    assert BATCH - 9000 <= before - outgoing.bytes < BATCH
    assert not outgoing.empty()


class Wire:
    def __init__(self) -> None:
        self.frames: list[bytes] = []
        self.open = True

    def write_now(self, frame: bytes) -> bool:
        if self.open:
            self.frames.append(frame)
        return self.open

    def abort(self) -> None:
        self.open = False


async def test_an_idle_socket_is_written_to_at_once_and_a_full_one_is_not(
    outgoing: Outgoing,
) -> None:
    wire = outgoing.wire = Wire()
    waiting = outgoing.get()
    outgoing.push(event("c", 1, 10))
    assert len(wire.frames) == 1
    assert not waiting.done()
    wire.open = False
    outgoing.push(event("c", 2, 10))
    assert waiting.done()
    wire.open = True
    outgoing.push(event("c", 3, 10))  # the writer still holds the second
    assert len(wire.frames) == 1
    assert not outgoing.empty()


async def test_nothing_waits_for_a_writer_that_has_ended(outgoing: Outgoing) -> None:
    waiting = outgoing.get()
    outgoing.put_nowait(None)
    assert waiting.result() is None
    outgoing.push(event("c", 1))
    assert outgoing.empty()


@pytest.mark.parametrize(("size", "head"), [(5, 2), (125, 2), (126, 4), (65_535, 4), (65_536, 10)])
def test_a_frame_names_its_length_as_rfc_6455_says(size: int, head: int) -> None:
    frame = frame_of("x" * size)
    assert frame[0] == 0x81
    assert len(frame) == size + head


class OpenWire:
    """A WebSocket that takes everything at once."""

    def __init__(self) -> None:
        self.written: list[bytes] = []

    def write_now(self, frame: bytes) -> bool:
        self.written.append(frame)
        return True

    def abort(self) -> None:
        self.written.clear()


async def test_a_ping_goes_to_the_writer_who_else_takes_the_connection_for_gone() -> None:
    outgoing = Outgoing(frame_of)
    outgoing.wire = wire = OpenWire()
    waiting = outgoing.get()
    outgoing.put_nowait(Packet(MESSAGE, "answer"))
    assert wire.written == [frame_of("4answer")]
    assert not waiting.done()
    outgoing.put_nowait(Packet(PING))
    assert (await waiting).packet_type == PING
