"""Two phones' media through a worker, over real sockets."""

from __future__ import annotations

import socket
import struct

import msgspec
import pytest

from pbxcore.media.codecs.coding import encoder_for
from pbxcore.media.commands import (
    CloseStream,
    Connect,
    Disconnect,
    Done,
    MediaHeard,
    NoRoom,
    OpenStream,
    SetStream,
    StreamClosed,
    StreamSilent,
)
from pbxcore.media.rtp import build
from pbxcore.media.samples import silence
from pbxcore.sip.sdp.codecs import EVENTS, OPUS, PCMA, PCMU, Codec, Format
from pbxcore.sip.sdp.direction import Direction
from pbxcore.sip.sdp.fax import Fax
from pbxcore.sip.sdp.rtcp import Endpoint
from pbxcore.sip.sdp.stream import AgreedCodec
from tests.support.media import MediaPhone, Worker, agreed, join


def test_two_phones_hear_each_other(worker: Worker, ann: MediaPhone, bob: MediaPhone) -> None:
    join(worker, ann, bob)
    for _ in range(5):
        ann.is_joined_to(bob)
    assert worker.heard(MediaHeard).source == f"{ann.host}:{ann.port}"


def test_a_peer_hears_one_source_however_often_the_other_side_changes(
    worker: Worker, ann: MediaPhone, bob: MediaPhone, eve: MediaPhone
) -> None:
    join(worker, ann, bob)
    eve.worker_port = worker.open("third")
    worker.ask(SetStream("third", agreed(eve)))
    ann.say()
    first = bob.hear()
    ann.say()
    second = bob.hear()
    worker.ask(Connect("third", "second"))
    eve.say()
    third = bob.hear()
    assert first.ssrc == second.ssrc == third.ssrc
    assert [second.sequence, third.sequence] == [
        (first.sequence + 1) & 0xFFFF,
        (first.sequence + 2) & 0xFFFF,
    ]
    assert (second.timestamp - first.timestamp) & 0xFFFFFFFF == 160
    assert 0 < (third.timestamp - second.timestamp) & 0xFFFFFFFF < 16000
    assert [first.marker, second.marker, third.marker] == [True, False, True]
    ann.say()
    assert bob.hears_nothing()


def test_payload_types_are_those_of_the_leg(
    worker: Worker, ann: MediaPhone, bob: MediaPhone
) -> None:
    opus = Codec("opus", 48000, 2)
    join(worker, ann, bob)
    own = AgreedCodec(opus, send_type=96, receive_type=107)
    worker.ask(SetStream("first", agreed(ann, own, EVENTS)))
    other = AgreedCodec(opus, send_type=120, receive_type=111)
    events = AgreedCodec(EVENTS.codec, send_type=126, receive_type=127)
    worker.ask(SetStream("second", agreed(bob, other, events)))
    ann.say(b"opus", 107)
    ann.say(b"\x05\x0a\x00\xa0", 101)
    assert [bob.hear().payload_type, bob.hear().payload_type] == [120, 126]
    bob.say(b"opus", 111)
    assert ann.hear().payload_type == 96


@pytest.mark.parametrize("target", [OPUS, PCMU], ids=["relayed", "converted"])
@pytest.mark.parametrize("rate", [8000, 48_000])
def test_a_key_lasts_as_long_by_the_clock_of_the_other_leg(
    worker: Worker, ann: MediaPhone, bob: MediaPhone, rate: int, target: Format
) -> None:
    """Beside Opus some count a key's time by its clock, and some by that of G.711."""
    join(worker, ann, bob)
    events = Format(110, msgspec.structs.replace(EVENTS.codec, clock_rate=rate))
    worker.ask(SetStream("first", agreed(ann, OPUS, events)))
    worker.ask(SetStream("second", agreed(bob, target, EVENTS)))
    ann.say(encoder_for(OPUS.codec).encode(silence(320)), OPUS.payload_type)
    assert bob.hear().payload_type == target.payload_type
    press = struct.Struct(">BBH")
    ann.say(press.pack(5, 10, rate * 160 // 1000), 110)
    heard = bob.hear()
    assert heard.payload_type == EVENTS.payload_type
    assert press.unpack(heard.payload) == (5, 10, 1280)


def test_what_the_other_leg_has_no_codec_for_is_not_sent(
    worker: Worker, ann: MediaPhone, bob: MediaPhone
) -> None:
    join(worker, ann, bob)
    worker.ask(SetStream("first", agreed(ann, PCMU, PCMA)))
    ann.say(payload_type=0)
    bob.hear()
    ann.say(payload_type=3)
    assert bob.hears_nothing()


def test_the_phone_behind_nat_is_answered_where_it_speaks(
    worker: Worker, ann: MediaPhone, bob: MediaPhone
) -> None:
    join(worker, ann, bob)
    worker.ask(SetStream("first", agreed(Endpoint("192.0.2.7", 4000))))
    for _ in range(2):  # the first proves nothing yet
        ann.say()
    bob.hear()
    ann.is_joined_to(bob)


def test_a_third_address_neither_hears_nor_is_heard(
    worker: Worker, ann: MediaPhone, bob: MediaPhone, eve: MediaPhone
) -> None:
    join(worker, ann, bob)
    ann.is_joined_to(bob)
    eve.worker_port = ann.worker_port
    eve.ssrc, eve.sequence = ann.ssrc, ann.sequence
    for _ in range(10):
        eve.say(b"evil" * 40)
    assert bob.hears_nothing()
    ann.is_joined_to(bob)
    assert eve.hears_nothing()
    closed = worker.ask(CloseStream("first"))
    assert isinstance(closed, StreamClosed)
    assert closed.refused == 10


def test_whoever_spoke_first_gives_way_to_the_described_address(
    worker: Worker, ann: MediaPhone, bob: MediaPhone, eve: MediaPhone
) -> None:
    join(worker, ann, bob)
    eve.worker_port = ann.worker_port
    for _ in range(3):
        eve.say()
    assert bob.hear().marker
    bob.hear()
    ann.say(b"a" * 160)
    assert bytes(bob.hear().payload) == b"a" * 160
    eve.say()
    assert bob.hears_nothing()


def test_a_new_description_lets_another_source_in(
    worker: Worker, ann: MediaPhone, bob: MediaPhone, eve: MediaPhone
) -> None:
    join(worker, ann, bob)
    ann.is_joined_to(bob)
    eve.worker_port = ann.worker_port
    worker.ask(SetStream("first", agreed(eve)))
    eve.is_joined_to(bob)
    ann.say()
    assert bob.hears_nothing()


@pytest.mark.parametrize(
    "noise",
    [
        b"",
        b"\x80",
        bytes(12),
        b"\xa0" + bytes(11),  # padding of no length
        b"\x8f" + bytes(11),  # fifteen sources that are not there
        b"\x90" + bytes(13) + b"\xff\xff",  # an extension that ends elsewhere
        b"\x80\x7f" + bytes(20),  # a codec nobody agreed to
    ],
)
def test_noise_is_refused(worker: Worker, ann: MediaPhone, bob: MediaPhone, noise: bytes) -> None:
    join(worker, ann, bob)
    ann.is_joined_to(bob)
    ann.send(noise)
    ann.is_joined_to(bob)


def test_sources_extension_and_padding_stay_on_their_leg(
    worker: Worker, ann: MediaPhone, bob: MediaPhone
) -> None:
    join(worker, ann, bob)
    packet = build(
        b"sound",
        payload_type=0,
        sequence=7,
        timestamp=7,
        ssrc=7,
        sources=(1, 2),
        extension=(0xBEDE, b"\x10\x80\x00\x00"),
        padding=3,
    )
    ann.send(packet)
    heard = bob.hear()
    assert bytes(heard.payload) == b"sound"
    assert heard.extension is None
    assert heard.begin == 12


def test_nobody_is_sent_to_on_hold(worker: Worker, ann: MediaPhone, bob: MediaPhone) -> None:
    join(worker, ann, bob)
    ann.is_joined_to(bob)
    worker.ask(SetStream("first", agreed(None, direction=Direction.INACTIVE)))
    bob.say()
    ann.say()
    assert ann.hears_nothing()
    assert bob.hears_nothing()
    worker.ask(SetStream("first", agreed(ann)))
    ann.is_joined_to(bob)


def test_an_echo_comes_back(worker: Worker, ann: MediaPhone) -> None:
    ann.worker_port = worker.open("echo")
    worker.ask(SetStream("echo", agreed(ann)))
    worker.ask(Connect("echo", "echo"))
    ann.is_joined_to(ann)


def test_disconnected_streams_hear_nobody(worker: Worker, ann: MediaPhone, bob: MediaPhone) -> None:
    join(worker, ann, bob)
    ann.is_joined_to(bob)
    assert worker.ask(Disconnect("second")) == Done()
    ann.say()
    assert bob.hears_nothing()
    assert worker.ask(Disconnect("nobody")) == Done(known=False)


def test_a_silence_is_told_once_until_media_come_again(
    worker: Worker, ann: MediaPhone, bob: MediaPhone
) -> None:
    join(worker, ann, bob)
    worker.ask(SetStream("first", agreed(ann), silence_s=0.2))
    ann.say()
    assert worker.heard(MediaHeard).stream == "first"
    assert worker.heard(StreamSilent) == StreamSilent("first")
    assert worker.heard_nothing(0.5)
    ann.say()
    assert worker.heard(MediaHeard).stream == "first"


def test_a_full_range_of_ports_has_no_room_and_a_closed_stream_makes_some() -> None:
    with Worker(pairs=2) as worker:
        worker.open("a")
        worker.open("b")
        assert worker.ask(OpenStream("c")) == NoRoom("no free pair of RTP ports")
        assert isinstance(worker.ask(CloseStream("a")), StreamClosed)
        worker.open("c")


def test_a_pair_is_found_behind_however_many_that_are_in_use() -> None:
    """Calls that last long stand side by side in the range, and others come and go."""
    with Worker(pairs=40) as worker:
        ports = [worker.open(f"{n}") for n in range(40)]
        assert ports == sorted(ports)
        assert isinstance(worker.ask(CloseStream("35")), StreamClosed)
        assert worker.worker.health().ready
        assert worker.open("new") == ports[35]
        assert worker.ask(OpenStream("one more")) == NoRoom("no free pair of RTP ports")
        assert not worker.worker.health().ready


def test_ipv6_and_ipv4_meet_at_one_socket(ann: MediaPhone) -> None:
    with Worker(host="::") as worker, MediaPhone("::1") as six:
        join(worker, ann, six)
        for _ in range(2):
            ann.is_joined_to(six)


def test_nobody_else_can_share_a_port_in_use(
    worker: Worker, ann: MediaPhone, bob: MediaPhone
) -> None:
    join(worker, ann, bob)
    for _ in range(3):
        ann.is_joined_to(bob)  # by now each phone has a socket of its own at the worker
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as thief:
        thief.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEPORT, 1)
        with pytest.raises(OSError, match="in use"):
            thief.bind((ann.host, ann.worker_port))


def test_a_phone_that_went_away_costs_nobody_else_anything(
    worker: Worker, ann: MediaPhone, bob: MediaPhone
) -> None:
    join(worker, ann, bob)
    ann.is_joined_to(bob)
    bob.rtp.close()  # its host answers that nobody listens there (ICMP)
    for _ in range(5):
        ann.say()
    assert ann.hears_nothing()  # and all five are relayed by now
    worker.ask(Connect("first", "first"))
    ann.is_joined_to(ann)


def test_a_fax_passes_as_it_comes_and_nobody_elses(
    worker: Worker, ann: MediaPhone, bob: MediaPhone, eve: MediaPhone
) -> None:
    join(worker, ann, bob)
    ann.is_joined_to(bob)
    for name, phone in (("first", ann), ("second", bob)):
        fax = msgspec.structs.replace(agreed(phone), kind="image", profile="udptl", fax=Fax())
        worker.ask(SetStream(name, msgspec.structs.replace(fax, codecs=())))
    eve.worker_port = ann.worker_port
    for number in range(5):
        datagram = number.to_bytes(2) + b"\x06fax..." + bytes(number)
        ann.send(datagram)
        assert bob.rtp.recv(4096) == datagram
        bob.send(datagram)
        assert ann.rtp.recv(4096) == datagram
        eve.send(datagram)
    ann.send(b"\0\1")
    assert bob.hears_nothing()
    closed = worker.ask(CloseStream("first"))
    assert isinstance(closed, StreamClosed)
    assert closed.refused == 6


def test_packets_are_marked_for_the_network(
    worker: Worker, ann: MediaPhone, bob: MediaPhone
) -> None:
    bob.rtp.setsockopt(socket.IPPROTO_IP, socket.IP_RECVTOS, 1)
    join(worker, ann, bob)
    bob.say()
    ann.hear()
    for _ in range(3):
        ann.say()
        _, ancillary, _, _ = bob.rtp.recvmsg(2048, 64)
        assert ancillary[0][2][0] >> 2 == 46
