"""RTCP and telephone events between phones and a worker, over real sockets."""

from __future__ import annotations

import contextlib
import time
from typing import TYPE_CHECKING

import pytest

from pbxcore.media.commands import (
    CloseStream,
    Connect,
    DigitHeard,
    Done,
    PressDigits,
    SetStream,
    StreamClosed,
    WantPicture,
)
from pbxcore.media.events import keyed
from pbxcore.media.rtcp import (
    Feedback,
    Goodbye,
    Names,
    ReceiverReport,
    ReportBlock,
    SenderReport,
    encode,
    middle,
)
from pbxcore.media.rtp import build
from pbxcore.sip.sdp.codecs import EVENTS, PCMU, Codec, Format
from tests.support.media import MediaPhone, Worker, agreed, join

if TYPE_CHECKING:
    from collections.abc import Iterator

VP8 = Format(96, Codec("VP8", 90_000))


@pytest.fixture
def talkative() -> Iterator[Worker]:
    with Worker(report_s=0.2) as worker:
        yield worker


def test_each_peer_is_told_how_it_is_heard(
    talkative: Worker, ann: MediaPhone, bob: MediaPhone
) -> None:
    join(talkative, ann, bob)
    for number in range(20):
        if number % 5 == 4:
            ann.sequence += 1  # one is lost
        ann.say()
        bob.hear()
    (report, names) = ann.reports()
    assert isinstance(report, ReceiverReport)
    assert isinstance(names, Names)
    (block,) = report.blocks
    assert (block.ssrc, block.lost) == (ann.ssrc, 4)
    (sent, _) = bob.reports()
    assert isinstance(sent, SenderReport)
    assert sent.packets == 20


def test_figures_tell_both_directions_and_the_round_trip(
    talkative: Worker, ann: MediaPhone, bob: MediaPhone
) -> None:
    join(talkative, ann, bob)
    for _ in range(50):
        ann.is_joined_to(bob)
    report = ann.reports()[0]
    assert isinstance(report, SenderReport)
    block = ReportBlock(report.ssrc, 0, 5, 55, 80, middle(report.ntp), 0)
    ann.report(ReceiverReport(ann.ssrc, (block,)))
    ann.is_joined_to(bob)
    closed = talkative.ask(CloseStream("first"))
    assert isinstance(closed, StreamClosed)
    assert closed.received.packets == 51
    assert closed.received.octets == 51 * 160
    assert closed.received.lost == 0
    assert closed.received.mos > 4
    assert (closed.sent.packets, closed.sent.lost, closed.sent.jitter_ms) == (51, 5, 10)
    assert 2 < closed.sent.mos < closed.received.mos
    assert closed.round_trip_ms is not None
    assert 0 <= closed.round_trip_ms < 2000
    assert closed.refused == 0


def test_reports_share_the_port_of_sound_where_both_agreed(
    talkative: Worker, ann: MediaPhone, bob: MediaPhone
) -> None:
    join(talkative, ann, bob)
    talkative.ask(SetStream("first", agreed(ann, mux=True)))
    ann.say()
    assert isinstance(ann.reports(mux=True)[0], ReceiverReport)
    ann.send(encode([ReceiverReport(ann.ssrc)]))
    ann.say()
    bob.hear()
    closed = talkative.ask(CloseStream("first"))
    assert isinstance(closed, StreamClosed)
    assert closed.refused == 0


def test_a_closed_stream_says_goodbye(worker: Worker, ann: MediaPhone, bob: MediaPhone) -> None:
    join(worker, ann, bob)
    bob.say()
    ssrc = ann.hear().ssrc
    worker.ask(CloseStream("first"))
    assert ann.reports()[-1] == Goodbye((ssrc,))


def test_reports_of_a_stranger_are_refused(
    worker: Worker, ann: MediaPhone, bob: MediaPhone
) -> None:
    join(worker, ann, bob)
    ann.is_joined_to(bob)
    with MediaPhone("127.0.0.2") as stranger:
        packet = encode([ReceiverReport(1)])
        stranger.rtcp.sendto(packet, (ann.host, ann.worker_port + 1))
    ann.rtcp.sendto(b"noise", (ann.host, ann.worker_port + 1))
    ann.report(ReceiverReport(1))
    ann.is_joined_to(bob)
    closed = worker.ask(CloseStream("first"))
    assert isinstance(closed, StreamClosed)
    assert closed.refused == 2


def test_a_wish_for_a_picture_reaches_its_source(
    worker: Worker, ann: MediaPhone, bob: MediaPhone
) -> None:
    for name, phone in (("first", ann), ("second", bob)):
        phone.worker_port = worker.open(name, kind="video")
        worker.ask(SetStream(name, agreed(phone, VP8, kind="video")))
    ann.say(b"picture", 96)
    bob.say(b"picture", 96)
    time.sleep(0.05)
    worker.ask(Connect("first", "second"))
    wish = ann.reports()[-1]
    assert isinstance(wish, Feedback)
    assert (wish.type, wish.format, wish.media) == (206, 1, ann.ssrc)
    ann.say(b"picture", 96)
    ann.say(b"end", 96, marker=True)
    first, second = bob.hear(), bob.hear()
    assert [first.marker, second.marker] == [False, True]  # the end of a picture is its source's
    bob.report(ReceiverReport(bob.ssrc), Feedback(206, 1, bob.ssrc, first.ssrc))
    assert ann.reports()[-1] == wish
    lost = first.sequence.to_bytes(2) + b"\0\0"
    bob.report(ReceiverReport(bob.ssrc), Feedback(205, 1, bob.ssrc, first.ssrc, lost))
    missed = ann.reports()[-1]
    assert isinstance(missed, Feedback)
    assert missed.control == (ann.sequence - 1).to_bytes(2) + b"\0\0"
    assert worker.ask(WantPicture("first")) == Done()  # as it came by INFO
    assert ann.reports()[-1] == wish
    assert worker.ask(WantPicture("gone")) == Done(known=False)


PACE_S = 0.002
"""A burst without pauses overtakes itself, even on loopback, when its sender changes the core."""


def press(phone: MediaPhone, keys: str, lose: int = 0) -> None:
    """Press keys as a phone does; the first `lose` packets of each end are lost."""
    begin, ends = phone.timestamp + 160, 0
    for packet in keyed(keys, 100, 80, 8000):
        phone.timestamp += 160
        if packet is None:
            continue
        phone.sequence += 1
        ends = ends + 1 if packet.payload[1] & 0x80 else 0
        if 0 < ends <= lose:
            continue
        time.sleep(PACE_S)
        phone.send(
            build(
                packet.payload,
                payload_type=101,
                sequence=phone.sequence,
                timestamp=begin + packet.timestamp,
                ssrc=phone.ssrc,
                marker=packet.marker,
            )
        )


@pytest.mark.parametrize("lose", [0, 2, 3])
def test_keys_are_heard_once_each(worker: Worker, ann: MediaPhone, lose: int) -> None:
    ann.worker_port = worker.open("first")
    worker.ask(SetStream("first", agreed(ann, PCMU, EVENTS)))
    ann.say()
    press(ann, "155*#D", lose)
    assert "".join(worker.heard(DigitHeard).digit for _ in range(6)) == "155*#D"
    assert worker.heard_nothing(0.3)


def test_pressed_keys_reach_the_peer_in_time(
    worker: Worker, ann: MediaPhone, bob: MediaPhone
) -> None:
    join(worker, ann, bob)
    events = Format(110, EVENTS.codec)
    worker.ask(SetStream("second", agreed(bob, PCMU, events)))
    ann.say()
    before = bob.hear()
    assert worker.ask(PressDigits("second", "1#", duration_ms=60, gap_ms=60)) == Done()
    heard = []
    while len(heard) < 10:
        ann.say()  # not to be heard meanwhile
        heard.append(bob.hear())
    assert [each.payload_type for each in heard] == [110] * 10
    numbers = [(each.sequence - before.sequence) & 0xFFFF for each in heard]
    assert numbers == list(range(1, 11))
    assert [each.marker for each in heard] == ([True] + [False] * 4) * 2
    assert len({each.timestamp for each in heard}) == 2
    assert heard[5].timestamp - heard[0].timestamp == 8 * 120
    durations = [int.from_bytes(bytes(each.payload)[2:]) for each in heard[:5]]
    assert durations == [160, 320, 480, 480, 480]
    while True:  # until the last pause is over
        ann.say()
        with contextlib.suppress(TimeoutError):
            after = bob.hear(0.05)
            break
    assert after.payload_type == 0
    assert after.marker
    assert after.timestamp - heard[-1].timestamp >= 480
