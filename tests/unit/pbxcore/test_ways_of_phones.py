"""Phones of other makes, byte by byte: what they write unlike the standards, and are understood."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.support.handsets import Office
from tests.support.raw_phone import SDP, RawPhone

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

CONTACT = b"Contact: <sip:bob@10.0.0.2:5060>"
MIXED = b"Content-Type: multipart/mixed;boundary=b"
KEY = "a=crypto:1 AES_CM_128_HMAC_SHA1_80 inline:WVNfX19zZW1jdGwgKCkgewkyMjA7fQp9CnVubGVz|2^31|1:1"
FOREIGN_KEY = "a=crypto:1 AEAD_AES_256_GCM inline:" + "QUFB" * 14 + "QUE="
EVENTS_8000 = "a=rtpmap:101 telephone-event/8000"
EVENTS_48000 = "a=rtpmap:96 telephone-event/48000"
OPUS = "a=rtpmap:127 opus/48000/2"


def described(raw: RawPhone, *lines: str) -> bytes:
    """A session of these media lines."""
    head = f"v=0\no=- 1 1 IN IP4 {raw.host}\ns=-\nc=IN IP4 {raw.host}\nt=0 0\n"
    return (head + "".join(f"{each}\n" for each in lines)).replace("\n", "\r\n").encode()


def media(body: bytes, name: str = "m=") -> list[str]:
    """Its lines that begin so."""
    return [each for each in body.decode().split("\r\n") if each.startswith(name)]


def mixed(*parts: Sequence[bytes]) -> bytes:
    """Parts, each a head and a body."""
    return (
        b"".join(b"--b\r\n%b\r\n\r\n%b\r\n" % (head, body) for head, body in parts) + b"--b--\r\n"
    )


@pytest.fixture
def office() -> Iterator[Office]:
    with Office("alice", "bob") as made:
        yield made
        for handset in made.handsets.values():
            for talk in handset.talks:
                talk.hang_up()


def answered(office: Office, *lines: str) -> tuple[bytes, bytes]:
    """What Bob is offered when Alice offers these lines, and what she is answered."""
    alice = RawPhone(office, "alice")
    alice.send(b"INVITE", "bob", SDP, body=described(alice, *lines))
    office.run(0.3)
    bob = office["bob"].talk
    assert bob.last is not None
    bob.accept()
    office.run(0.3)
    answer = alice.last(b"INVITE")
    assert answer.status == 200
    return bob.last.body, answer.body


def heard_at(office: Office) -> set[int]:
    """Where Alice is sent what Bob says."""
    streams = office.house.workers.streams
    assert set(office.house.workers.heard) == set(streams)
    known = [each.remote for each in streams.values() if each is not None]
    return {each.port for each in known if each is not None and each.address == "10.0.0.1"}


def test_an_answer_begins_with_its_codec_whatever_stands_first_at_the_other_end(
    office: Office,
) -> None:
    lines = "m=audio 4000 RTP/AVP 127 101", OPUS, EVENTS_8000
    _, answer = answered(office, *lines)
    assert media(answer)[0].endswith(" RTP/AVP 127 101")


def test_keys_by_the_clock_of_opus_go_to_a_phone_that_counts_by_another(office: Office) -> None:
    offer, answer = answered(office, "m=audio 4000 RTP/AVP 127 96", OPUS, EVENTS_48000)
    assert {EVENTS_48000, EVENTS_8000} <= set(media(offer, "a=rtpmap:"))
    assert media(answer)[0].endswith(" RTP/AVP 127 96")
    (agreed,) = office["bob"].talk.agreed
    assert any(each.codec.is_event for each in agreed.codecs)


@pytest.mark.parametrize(("wishes", "asked"), [("60", 60), ("10", 10), ("", None)])
def test_how_much_sound_a_packet_is_to_hold_is_told_to_who_sends_it(
    office: Office, wishes: str, asked: int | None
) -> None:
    lines = ["m=audio 4000 RTP/AVP 0", *([f"a=ptime:{wishes}"] if wishes else [])]
    offer, _ = answered(office, *lines)
    assert media(offer, "a=ptime:") == ([] if asked is None else [f"a=ptime:{asked}"])


@pytest.mark.parametrize(
    ("srtp", "taken"), [("optional", "RTP/SAVP"), ("off", "RTP/AVP"), ("required", "RTP/SAVP")]
)
def test_a_phone_that_offers_its_sound_encrypted_and_plain_is_taken_at_one(
    office: Office, srtp: str, taken: str
) -> None:
    office.house.change("alice", srtp=srtp)
    offer, answer = answered(office, "m=audio 4000 RTP/SAVP 0", KEY, "m=audio 4002 RTP/AVP 0")
    assert len(media(offer)) == 1
    assert [each.split()[2] for each in media(answer) if " 0 RTP" not in each] == [taken]
    assert heard_at(office) == {4000 if taken == "RTP/SAVP" else 4002}


@pytest.mark.parametrize("key", ["", FOREIGN_KEY, f"{KEY}\n{KEY}"])
@pytest.mark.parametrize(("srtp", "status"), [("optional", 200), ("off", 200), ("required", 488)])
def test_a_line_whose_keys_are_of_no_use_is_left_for_the_plain_one_where_that_may_be(
    office: Office, key: str, srtp: str, status: int
) -> None:
    office.house.change("alice", srtp=srtp)
    alice = RawPhone(office, "alice")
    lines = ["m=audio 4000 RTP/SAVP 0", key, "m=audio 4002 RTP/AVP 0"]
    alice.send(b"INVITE", "bob", SDP, body=described(alice, *filter(None, lines)))
    office.run(0.3)
    for each in office["bob"].talks:
        each.accept()
    office.run(0.3)
    assert alice.last(b"INVITE").status == status
    assert heard_at(office) == ({4002} if status == 200 else set())


@pytest.mark.parametrize(
    ("srtp", "lines"),
    [("required", ["m=audio 4000 RTP/AVP 0"]), ("off", ["m=audio 4000 RTP/SAVP 0", KEY])],
)
def test_who_offers_what_may_not_be_is_refused_before_anybody_rings(
    office: Office, srtp: str, lines: list[str]
) -> None:
    office.house.change("alice", srtp=srtp)
    alice = RawPhone(office, "alice")
    alice.send(b"INVITE", "bob", SDP, body=described(alice, *lines))
    office.run(0.3)
    refusal = alice.last(b"INVITE")
    assert refusal.status == 488
    assert b"Incompatible transport protocol" in (refusal.get(b"warning") or b"")
    assert not office["bob"].talks


def test_of_two_lines_with_keys_the_one_whose_keys_are_of_use_is_taken(office: Office) -> None:
    office.house.change("alice", srtp="required")
    lines = "m=audio 4000 RTP/SAVP 0", FOREIGN_KEY, "m=audio 4002 RTP/SAVP 0", KEY
    _, answer = answered(office, *lines)
    assert [" 0 RTP" in each for each in media(answer)] == [True, False]
    assert heard_at(office) == {4002}


def test_a_line_that_is_closed_may_stand_before_the_sound(office: Office) -> None:
    offer, answer = answered(office, "m=video 0 RTP/AVP 31", "m=audio 4000 RTP/AVP 0")
    assert len(media(offer)) == 1
    assert media(answer)[0] == "m=video 0 RTP/AVP 31"
    assert heard_at(office) == {4000}


@pytest.mark.parametrize(
    ("geolocation", "status"), [(b"Geolocation: <cid:alice@h>", 180), (b"Subject: none", 415)]
)
def test_a_body_that_a_header_names_is_for_who_reads_that_header(
    office: Office, geolocation: bytes, status: int
) -> None:
    """A phone tells where it is beside its session (RFC 6442 §5.1)."""
    alice = RawPhone(office, "alice")
    place = b"Content-Type: application/pidf+xml\r\nContent-ID: <alice@h>", b"<presence/>"
    body = mixed((SDP, alice.offer), place)
    alice.send(b"INVITE", "bob", MIXED, geolocation, body=body)
    office.run(0.3)
    assert alice.last(b"INVITE").status == status


def called(office: Office) -> RawPhone:
    """Bob, whom Alice has called."""
    bob = RawPhone(office, "bob")
    office["alice"].dial("bob")
    office.run(0.3)
    return bob


def confirmed(office: Office) -> bool:
    office.run(0.3)
    return office["alice"].talk.notes[-1] == "confirmed"


def test_a_gateway_that_describes_its_session_while_it_rings_may_leave_it_at_that(
    office: Office,
) -> None:
    bob = called(office)
    bob.answer(bob.first(b"INVITE"), 183, CONTACT, SDP, body=bob.offer)
    office.run(0.3)
    bob.answer(bob.first(b"INVITE"), 200, CONTACT)
    assert confirmed(office)
    assert [each.status for _, each in bob.responses(b"BYE")] == []


def test_an_answer_may_bring_what_nobody_here_understands(office: Office) -> None:
    bob = called(office)
    isup = b"Content-Type: application/isup\r\nContent-Disposition: signal;handling=required"
    body = mixed((SDP, bob.offer), (isup, b"\x01\x02"))
    bob.answer(bob.first(b"INVITE"), 200, CONTACT, MIXED, body=body)
    assert confirmed(office)


def test_a_phone_without_video_may_leave_its_line_out_of_the_answer(office: Office) -> None:
    bob, alice = RawPhone(office, "bob"), RawPhone(office, "alice")
    pictures = "m=video 4002 RTP/AVP 97", "a=rtpmap:97 H264/90000"
    alice.send(b"INVITE", "bob", SDP, body=described(alice, "m=audio 4000 RTP/AVP 0", *pictures))
    office.run(0.3)
    offered = bob.first(b"INVITE")
    assert len(media(offered.body)) == 2
    bob.answer(offered, 200, CONTACT, SDP, body=bob.offer)
    office.run(0.3)
    answer = alice.last(b"INVITE")
    assert answer.status == 200
    assert media(answer.body)[1] == "m=video 0 RTP/AVP 97"


def test_a_line_that_nobody_offered_may_be_closed_in_the_answer(office: Office) -> None:
    bob = called(office)
    body = bob.offer + b"m=video 0 RTP/AVP 31\r\n"
    bob.answer(bob.first(b"INVITE"), 200, CONTACT, SDP, body=body)
    assert confirmed(office)
