"""The PBX against a phone that says exactly what a test wants: timers, orders, refusals."""

from __future__ import annotations

import pytest

from pbxcore.journal import CallEnded, CallStarted
from tests.support.handsets import Office
from tests.support.raw_phone import SDP, RawPhone, after

ECHO = "*43"
SESSIONS = b"Accept: application/sdp, multipart/mixed"
NOWHERE = b"v=0\r\no=- 1 1 IN IP4 x\r\ns=-\r\nt=0 0\r\nm=audio 4000 RTP/AVP 0\r\n"
"""A session that nobody is told where to send to."""


def in_dialog(raw: RawPhone, method: bytes, cseq: int, *lines: bytes, body: bytes = b"") -> None:
    """Send a request in the dialog of the call to the echo."""
    branch = b"z9hG4bK%d%b" % (cseq, method)
    raw.send(method, ECHO, *lines, body=body, cseq=cseq, branch=branch, to=raw.tag_of())


def talk(office: Office, raw: RawPhone, *lines: bytes) -> None:
    """Call the echo, and acknowledge its answer."""
    raw.invite(ECHO, *lines)
    office.run(0.3)
    assert raw.statuses(b"INVITE")[-1] == 200
    in_dialog(raw, b"ACK", 1)
    office.run(0.3)


def over(office: Office, raw: RawPhone, cseq: int = 99) -> None:
    in_dialog(raw, b"BYE", cseq)
    office.run(1)
    assert raw.statuses(b"BYE")[-1] == 200
    office.run()
    office.check()


def test_an_answer_nobody_acknowledges_is_repeated_and_the_call_given_up_after_32_seconds() -> None:
    with Office("alice") as office:
        raw = RawPhone(office, "alice")
        raw.invite(ECHO)
        office.run(40)
        answers = raw.responses(b"INVITE", 200)
        # RFC 3261 §13.3.1.4: T1, doubling to T2, for 64 times T1.
        assert after(answers) == [0, 0.5, 1.5, 3.5, 7.5, 11.5, 15.5, 19.5, 23.5, 27.5, 31.5]
        (at, bye), *_ = raw.requests(b"BYE")
        assert round(at - answers[0][0], 1) == 32.0
        raw.answer(bye, 200)
        office.run()
        office.check()


def test_an_invite_that_comes_again_is_one_call() -> None:
    with Office("alice", "bob") as office:
        raw = RawPhone(office, "alice")
        for _ in range(3):
            raw.invite("bob")
            office.run(0.5)
        assert len(office["bob"].talks) == 1
        office["bob"].talk.accept()
        office.run(0.1)
        answered = len(raw.responses(b"INVITE", 200))
        raw.invite("bob")  # RFC 6026 §7.1: absorbed while the dialog repeats its 2xx
        office.run(0.05)
        assert len(raw.responses(b"INVITE", 200)) == answered
        assert len(office.house.told(CallStarted)) == 1
        office.run()
        office.check()


def test_the_same_invite_by_two_paths_rings_once() -> None:
    with Office("alice", "bob") as office:
        raw = RawPhone(office, "alice")
        raw.invite("bob", branch=b"z9hG4bKleft")
        raw.invite("bob", branch=b"z9hG4bKright")
        office.run(1)
        (_, merged), *_ = raw.responses(b"INVITE", 482)
        assert b"z9hG4bKright" in (merged.get(b"via") or b"")
        assert len(office["bob"].talks) == 1
        raw.send(b"ACK", "bob", branch=b"z9hG4bKright", to=raw.tag_of())
        raw.send(b"CANCEL", "bob", branch=b"z9hG4bKleft")
        office.run(1)
        assert raw.statuses(b"CANCEL") == [200]
        assert raw.last(b"INVITE").status == 487
        office.run()
        office.check()


def test_a_cancel_in_the_moment_of_the_answer_changes_nothing() -> None:
    with Office("alice") as office:
        raw = RawPhone(office, "alice")
        raw.invite(ECHO)
        office.run(0.3)
        raw.send(b"CANCEL", ECHO)
        office.run(0.1)
        assert raw.statuses(b"CANCEL") == [200]
        assert 487 not in raw.statuses(b"INVITE")
        in_dialog(raw, b"ACK", 1)
        office.run(0.1)
        over(office, raw)


def test_a_cancel_of_what_is_not_there_is_481() -> None:
    with Office("alice") as office:
        raw = RawPhone(office, "alice")
        raw.send(b"CANCEL", ECHO)
        office.run(1)
        assert raw.statuses(b"CANCEL") == [481]


def test_numbers_in_a_dialog_grow_with_gaps_and_never_fall() -> None:
    with Office("alice") as office:
        raw = RawPhone(office, "alice")
        talk(office, raw)
        for method, cseq in (b"OPTIONS", 7), (b"OPTIONS", 6), (b"BYE", 5), (b"BYE", 8), (b"BYE", 9):
            in_dialog(raw, method, cseq)
            office.run(0.2)
        assert raw.statuses(b"OPTIONS") == [200, 500]
        assert raw.statuses(b"BYE") == [500, 200, 481]
        office.run()
        office.check()


def test_an_invitation_that_expires_is_taken_back() -> None:
    with Office("alice", "bob") as office:
        raw = RawPhone(office, "alice")
        raw.invite("bob", b"Expires: 3")
        office.run(2.9)
        assert raw.statuses(b"INVITE") == [180]
        office.run(0.3)
        assert raw.statuses(b"INVITE") == [180, 487]  # RFC 3261 §13.3.1
        assert office["bob"].talk.notes == ["ended"]
        raw.send(b"ACK", "bob", to=raw.tag_of())
        office.run()
        office.check()


def test_an_answer_in_time_outlives_the_invitation() -> None:
    with Office("alice") as office:
        raw = RawPhone(office, "alice")
        talk(office, raw, b"Expires: 3")
        office.run(10)
        assert not raw.requests(b"BYE")
        over(office, raw)


def test_who_hangs_up_early_or_before_the_ack_is_let_go() -> None:
    for answered in False, True:
        with Office("alice", "bob") as office:
            raw = RawPhone(office, "alice")
            raw.invite("bob")
            office.run(0.3)
            if answered:
                office["bob"].talk.accept()
                office.run(0.05)
            tag = raw.tag_of()
            raw.send(b"BYE", "bob", cseq=2, branch=b"z9hG4bKbye", to=tag)  # RFC 3261 §15
            office.run(0.3)
            assert raw.statuses(b"BYE") == [200]
            assert raw.last(b"INVITE").status == (200 if answered else 487)
            assert office["bob"].talk.notes[-1] == "ended"
            raw.send(b"ACK", "bob", to=tag)
            office.run()
            office.check()


def test_each_way_to_hold_is_answered_with_one_version_for_each_change() -> None:
    ways = (
        (b"a=sendonly\r\n", b"recvonly"),
        (b"c=IN IP4 0.0.0.0\r\n", b"recvonly"),
        (b"a=inactive\r\n", b"inactive"),
        (b"", b"sendrecv"),
        (b"", b"sendrecv"),
    )
    with Office("alice", "bob") as office:
        raw = RawPhone(office, "alice")
        raw.invite("bob")
        office.run(0.3)
        office["bob"].talk.accept()
        office.run(0.2)
        tag = raw.tag_of()
        raw.send(b"ACK", "bob", branch=b"z9hG4bKack", to=tag)
        versions = []
        for cseq, (line, direction) in enumerate(ways, 2):
            raw.send(
                b"INVITE", "bob", SDP,
                body=raw.offer + line, cseq=cseq, branch=b"z9hG4bK%d" % cseq, to=tag,
            )  # fmt: skip
            office.run(0.3)
            told = raw.last(b"INVITE").body.split(b"\r\n")
            assert b"a=" + direction in told
            versions.append(int(next(each for each in told if each.startswith(b"o=")).split()[2]))
            raw.send(b"ACK", "bob", cseq=cseq, branch=b"z9hG4bKack%d" % cseq, to=tag)
            office.run(0.1)
        first = versions[0]
        assert versions == [first, first, first + 1, first + 2, first + 2]  # RFC 3264 §8
        raw.send(b"BYE", "bob", cseq=9, branch=b"z9hG4bKbye", to=tag)
        office.run()
        office.check()


def test_what_is_optional_beside_a_session_is_passed_over() -> None:
    for handling, status in (b"optional", 180), (b"required", 415):
        with Office("alice", "bob") as office:
            raw = RawPhone(office, "alice")
            body = b"\r\n".join((
                b"--b", b"Content-Type: text/plain",
                b"Content-Disposition: render;handling=" + handling, b"", b"hi",
                b"--b", SDP, b"", raw.offer, b"--b--", b"",
            ))  # fmt: skip
            raw.send(b"INVITE", "bob", b"Content-Type: multipart/mixed;boundary=b", body=body)
            office.run(0.3)
            assert raw.last(b"INVITE").status == status


def test_a_peer_older_than_branches_is_acknowledged_and_hung_up() -> None:
    with Office("alice", "bob") as office:
        raw = RawPhone(office, "alice")
        office["bob"].refuses = 486
        raw.invite("bob", branch=b"1")
        office.run(0.3)
        assert raw.last(b"INVITE").status == 486
        raw.send(b"ACK", "bob", branch=b"1", to=raw.tag_of())
        office.run(40)
        assert raw.statuses(b"INVITE").count(486) == 1
        office.check()


def test_who_offers_nothing_is_offered_something_and_answers_in_the_ack() -> None:
    with Office("alice") as office:
        raw = RawPhone(office, "alice")
        raw.invite(ECHO, offers=False)
        office.run(0.3)
        assert b"m=audio " in raw.last(b"INVITE").body
        in_dialog(raw, b"ACK", 1, SDP, body=raw.offer)
        office.run(1)
        assert not raw.requests(b"BYE")
        (agreed,) = office.house.workers.streams.values()
        assert agreed is not None
        over(office, raw)


def test_who_answers_no_offer_of_ours_is_hung_up() -> None:
    with Office("alice") as office:
        raw = RawPhone(office, "alice")
        raw.invite(ECHO, offers=False)
        office.run(0.3)
        in_dialog(raw, b"ACK", 1)
        office.run(0.3)
        bye = raw.first(b"BYE")
        raw.answer(bye, 200)
        office.run()
        office.check()


def test_an_answer_and_options_within_the_call_tell_what_is_taken() -> None:
    with Office("alice") as office:
        raw = RawPhone(office, "alice")
        talk(office, raw, b"Proxy-Require: privacy")  # which is given here (RFC 3323 §4.3)
        in_dialog(raw, b"OPTIONS", 2)
        office.run(0.3)
        for method in b"INVITE", b"OPTIONS":
            told = raw.last(method)
            assert told.status == 200
            assert b"NOTIFY" in (told.get(b"allow") or b"")
            assert b"replaces" in (told.get(b"supported") or b"")
        told = raw.last(b"OPTIONS")
        assert (told.get(b"accept") or b"").startswith(b"application/sdp")
        assert told.get(b"allow-events") == b"refer"
        assert raw.last(b"INVITE").get(b"allow-events") is None  # it must fit into a datagram
        over(office, raw)


@pytest.mark.parametrize(
    ("lines", "body", "status", "told"),
    [
        ((SDP,), b"nonsense", 400, b""),
        ((SDP,), b"v=0\r\n", 400, b""),
        ((SDP,), NOWHERE, 400, b""),
        ((b"Content-Type: text/plain",), b"hello", 415, SESSIONS),
        ((SDP, b"Content-Encoding: gzip"), b"x", 415, b"Accept-Encoding: identity"),
        ((SDP, b"Require: teleport"), b"", 420, b"Unsupported: teleport"),
        ((SDP, b"Supported: timer", b"Session-Expires: 30"), b"", 422, b"Min-SE: 90"),
        ((b"Replaces: none;to-tag=a;from-tag=b",), b"", 481, b""),
        ((b"Replaces: a;to-tag=a;from-tag=b", b"Replaces: c;to-tag=a;from-tag=b"), b"", 400, b""),
    ],
)  # fmt: skip
def test_what_is_wrong_with_an_invite_is_said_and_nobody_rings(
    lines: tuple[bytes, ...], body: bytes, status: int, told: bytes
) -> None:
    with Office("alice", "bob") as office:
        raw = RawPhone(office, "alice")
        body = body or (raw.offer if SDP in lines else b"")
        raw.send(b"INVITE", "bob", *lines, body=body)
        office.run(0.3)
        response = raw.last(b"INVITE")
        assert response.status == status
        assert told in b"\n".join(response.lines)
        assert not office["bob"].talks
        raw.send(b"ACK", "bob", to=raw.tag_of())
        office.run()
        office.check()


def test_who_requires_reliable_ringing_gets_it_once_at_a_time_until_its_prack() -> None:
    with Office("alice", "bob") as office:
        raw = RawPhone(office, "alice")
        raw.invite("bob", b"Require: 100rel", b"Supported: 100rel")
        office.run(8)
        rang = raw.responses(b"INVITE", 180)
        assert after(rang) == [0, 0.5, 1.5, 3.5, 7.5]
        numbers = {each.get(b"rseq") for _, each in rang}
        assert len(numbers) == 1
        (rseq,) = numbers
        assert rseq is not None
        assert b"100rel" in (rang[0][1].get(b"require") or b"")
        tag = raw.tag_of()
        for cseq, rack in (2, b"%d 1 INVITE" % (int(rseq) + 1)), (3, rseq + b" 1 INVITE"):
            raw.send(
                b"PRACK", "bob", b"RAck: " + rack, cseq=cseq, branch=b"z9hG4bK%d" % cseq, to=tag
            )
            office.run(0.2)
        assert raw.statuses(b"PRACK") == [481, 200]
        count = len(raw.responses(b"INVITE", 180))
        office.run(8)
        assert len(raw.responses(b"INVITE", 180)) == count
        office["bob"].talk.accept()
        office.run(0.2)
        assert raw.last(b"INVITE").status == 200
        raw.send(b"ACK", "bob", branch=b"z9hG4bKack", to=tag)
        office.run(0.2)
        raw.send(b"BYE", "bob", cseq=4, branch=b"z9hG4bKbye", to=tag)
        office.run()
        office.check()


def test_reliable_ringing_that_nobody_acknowledges_ends_the_call() -> None:
    with Office("alice", "bob") as office:
        raw = RawPhone(office, "alice")
        raw.invite("bob", b"Require: 100rel", b"Supported: 100rel")
        office.run(40)
        assert 500 <= raw.last(b"INVITE").status < 600  # RFC 3262 §3
        raw.send(b"ACK", "bob", to=raw.tag_of())
        office.run()
        office.check()


def test_an_update_is_taken_early_and_later_but_not_out_of_turn() -> None:
    with Office("alice", "bob") as office:
        raw = RawPhone(office, "alice")
        raw.invite("bob")  # an offer that has no answer yet
        office.run(0.3)
        tag = raw.tag_of()
        raw.send(b"UPDATE", "bob", SDP, body=raw.offer, cseq=2, branch=b"z9hG4bKu", to=tag)
        office.run(0.2)
        assert raw.statuses(b"UPDATE") == [500]  # RFC 3311 §5.2: the INVITE's is not answered yet
        assert 0 <= int(raw.last(b"UPDATE").get(b"retry-after") or b"-1") <= 10
        raw.send(b"UPDATE", "bob", cseq=3, branch=b"z9hG4bKv", to=tag)
        office.run(0.2)
        assert raw.statuses(b"UPDATE")[-1] == 200
        office["bob"].talk.accept()
        office.run(0.2)
        raw.send(b"ACK", "bob", branch=b"z9hG4bKack", to=tag)
        office.run(0.2)
        raw.send(b"UPDATE", "bob", SDP, body=raw.offer, cseq=4, branch=b"z9hG4bKw", to=tag)
        office.run(1)
        assert raw.last(b"UPDATE").status == 200
        assert b"m=audio" in raw.last(b"UPDATE").body
        raw.send(b"BYE", "bob", cseq=5, branch=b"z9hG4bKbye", to=tag)
        office.run()
        office.check()


def test_a_second_offer_before_the_answer_to_the_first_is_500_with_retry_after(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    with Office("alice", "bob") as office:
        raw, bob = RawPhone(office, "alice"), office["bob"]
        raw.invite("bob")
        office.run(0.3)
        tag = raw.tag_of()
        bob.talk.accept()
        office.run(0.2)
        raw.send(b"ACK", "bob", branch=b"z9hG4bKack", to=tag)
        office.run(0.2)
        monkeypatch.setattr(bob.talk, "offered", lambda call, offer: None)
        other = raw.offer + b"m=video 4002 RTP/AVP 96\r\na=rtpmap:96 VP8/90000\r\n"
        for cseq in 2, 3:
            raw.send(
                b"INVITE", "bob", SDP, body=other, cseq=cseq, branch=b"z9hG4bK%d" % cseq, to=tag
            )
        office.run(0.3)
        refused = raw.responses(b"INVITE", 500)
        assert len(refused) == 1
        assert 0 <= int(refused[0][1].get(b"retry-after") or b"-1") <= 10  # RFC 3261 §14.2
        raw.send(b"ACK", "bob", cseq=3, branch=b"z9hG4bK3", to=tag)
        raw.send(b"BYE", "bob", cseq=9, branch=b"z9hG4bKbye", to=tag)
        office.run()
        office.check()


@pytest.mark.parametrize(
    ("lines", "status"),
    [
        ((), 400),
        ((b"Refer-To: <sip:bob@10.0.0.100>", b"Refer-To: <sip:carol@10.0.0.100>"), 400),
        ((b"Refer-To: <sip:bob@10.0.0.100>, <sip:carol@10.0.0.100>",), 400),
        ((b"Refer-To: <sip:bob@10.0.0.100>", b"Require: teleport"), 420),
    ],
)
def test_a_reference_names_exactly_one(lines: tuple[bytes, ...], status: int) -> None:
    with Office("alice", "bob", "carol") as office:
        raw = RawPhone(office, "alice")
        talk(office, raw)
        in_dialog(raw, b"REFER", 2, *lines)
        office.run(0.3)
        assert raw.statuses(b"REFER") == [status]
        assert not raw.requests(b"NOTIFY")
        over(office, raw)


@pytest.mark.parametrize("quiet", [False, True])
def test_a_reference_is_told_of_unless_nobody_wants_it(*, quiet: bool) -> None:
    with Office("alice", "bob", "carol") as office:
        raw = RawPhone(office, "alice")
        raw.invite("bob")
        office.run(0.3)
        tag = raw.tag_of()
        office["bob"].talk.accept()
        office.run(0.2)
        raw.send(b"ACK", "bob", branch=b"z9hG4bKack", to=tag)
        office.run(0.2)
        more = (b"Refer-Sub: false", b"Supported: norefersub") if quiet else ()
        to = b"Refer-To: <sip:carol@10.0.0.100>"
        raw.send(b"REFER", "bob", to, *more, cseq=2, branch=b"z9hG4bKrefer", to=tag)
        told: list[bytes] = []
        for _ in range(30):
            office.run(0.1)
            for _, each in raw.requests(b"NOTIFY")[len(told) :]:
                told.append(each.body)
                raw.answer(each, 200)
            if office["carol"].talks and office["carol"].talk.notes == []:
                office["carol"].talk.accept()
        assert raw.statuses(b"REFER") == [202]
        told_of = raw.last(b"REFER").get(b"refer-sub")
        if quiet:
            assert told_of is not None
            assert told_of.lower() == b"false"
            assert not told
        else:
            assert told[0].startswith(b"SIP/2.0 100")
            assert told[-1].startswith(b"SIP/2.0 200")
            states = [each.get(b"subscription-state") or b"" for _, each in raw.requests(b"NOTIFY")]
            assert states[0].startswith(b"active")
            assert states[-1] == b"terminated;reason=noresource"
        for _, bye in raw.requests(b"BYE"):
            raw.answer(bye, 200)
        office["carol"].talk.hang_up()
        office.run()


@pytest.mark.parametrize(
    ("method", "lines", "status", "told"),
    [
        # A service reads no texts.
        (b"MESSAGE", (b"Content-Type: text/plain",), 405, b"Allow: INVITE, ACK, CANCEL, BYE"),
        (b"PUBLISH", (b"Event: presence",), 405, b"Allow: INVITE, ACK, CANCEL, BYE"),
        (b"JUMP", (), 501, b"Allow: INVITE, ACK, CANCEL, BYE"),
        (b"NOTIFY", (b"Event: weather", b"Subscription-State: active"), 481, b""),
        (b"NOTIFY", (b"Event: refer", b"Subscription-State: active"), 481, b""),
        (b"SUBSCRIBE", (b"Event: weather",), 489, b"Allow-Events: refer"),
        (b"PRACK", (b"RAck: 1 1 INVITE",), 481, b""),
        (b"PRACK", (), 400, b""),
        (b"UPDATE", (b"Require: teleport",), 420, b"Unsupported: teleport"),
        (b"UPDATE", (b"Session-Expires: 20", b"Supported: timer"), 422, b"Min-SE: 90"),
    ],
)
def test_what_means_nothing_in_a_call_is_told_what_would(
    method: bytes, lines: tuple[bytes, ...], status: int, told: bytes
) -> None:
    with Office("alice") as office:
        raw = RawPhone(office, "alice")
        talk(office, raw)
        in_dialog(raw, method, 2, *lines)
        office.run(0.3)
        assert raw.last(method).status == status
        assert told in b"\n".join(raw.last(method).lines)
        over(office, raw)


def test_a_change_that_is_taken_back_is_taken_back_at_the_other_end_too() -> None:
    with Office("alice", "bob") as office:
        raw = RawPhone(office, "alice")
        raw.invite("bob")
        office.run(0.3)
        bob = office["bob"].talk
        bob.accept()
        office.run(0.3)
        in_dialog(raw, b"ACK", 1)
        office.run(0.3)
        callee = RawPhone(office, "bob")
        video = b"m=video %d RTP/AVP 97\r\na=rtpmap:97 H264/90000\r\n"
        in_dialog(raw, b"INVITE", 2, SDP, body=raw.offer + video % 5000)
        office.run(0.3)
        asked = callee.first(b"INVITE")
        assert b"m=video 2" in asked.body
        raw.send(
            b"CANCEL", "bob", cseq=2, to=raw.tag_of(), branch=b"z9hG4bK2INVITE", call_id=b"raw"
        )
        office.run(0.1)
        assert raw.statuses(b"INVITE")[-1] == 487
        contact = b"Contact: <sip:bob@10.0.0.2>"
        callee.answer(asked, 200, contact, SDP, body=callee.offer + video % 6000)
        office.run(0.3)
        _, again = callee.requests(b"INVITE")[-1]
        assert again is not asked
        assert b"m=video 0 " in again.body
        callee.answer(again, 200, contact, SDP, body=callee.offer + video % 0)
        office.run(0.3)
        for leg in (*office.house.lines.of("alice"), *office.house.lines.of("bob")):
            assert [each.kind for each in leg.session.lines] == ["audio"]
        in_dialog(raw, b"BYE", 3)
        office.run(0.3)
        callee.answer(callee.first(b"BYE"), 200)
        office.run()
        office.check()


@pytest.mark.parametrize("method", [b"INVITE", b"UPDATE"])
@pytest.mark.parametrize(
    ("lines", "body", "status", "told"),
    [
        ((SDP,), b"nonsense", 400, b""),
        ((b"Content-Type: text/plain",), b"x", 415, SESSIONS),
        ((SDP, b"Content-Encoding: gzip"), b"x", 415, b"Accept-Encoding: identity"),
    ],
)
def test_a_change_that_cannot_be_read_is_refused_and_the_call_goes_on(
    method: bytes, lines: tuple[bytes, ...], body: bytes, status: int, told: bytes
) -> None:
    with Office("alice") as office:
        raw = RawPhone(office, "alice")
        talk(office, raw)
        in_dialog(raw, method, 2, *lines, body=body)
        office.run(0.3)
        assert raw.last(method).status == status
        assert told in b"\n".join(raw.last(method).lines)
        if method == b"INVITE":
            raw.send(b"ACK", ECHO, cseq=2, branch=b"z9hG4bK2INVITE", to=raw.tag_of())
        in_dialog(raw, method, 3, SDP, body=raw.offer)
        office.run(0.3)
        assert raw.last(method).status == 200
        if method == b"INVITE":
            in_dialog(raw, b"ACK", 3)
        over(office, raw)


@pytest.mark.parametrize(
    ("replaces", "ended", "heard"),
    [
        (b"raw;to-tag=%b;from-tag=mine", False, "confirmed"),
        (b"raw;to-tag=%b;from-tag=mine;early-only", False, "486"),
        (b"raw;to-tag=%b;from-tag=mine", True, "603"),
        (b"raw;to-tag=%b;from-tag=other", False, "481"),
        (b"raw;to-tag=%b", False, "400"),
    ],
)
def test_a_call_takes_the_place_of_one_that_is_named_as_it_is(
    replaces: bytes, ended: bool, heard: str
) -> None:
    with Office("alice", "bob") as office:
        raw = RawPhone(office, "alice")
        raw.invite("bob")
        office.run(0.3)
        office["bob"].talk.accept()
        office.run(0.2)
        tag = raw.tag_of()
        raw.send(b"ACK", "bob", branch=b"z9hG4bKack", to=tag)
        if ended:
            raw.send(b"BYE", "bob", cseq=2, branch=b"z9hG4bKbye", to=tag)
        office.run(0.3)
        named = replaces % tag if b"%b" in replaces else replaces
        other = office["bob"].dial("alice", b"Replaces: " + named)
        office.run(0.3)
        assert other.notes[-1] == heard  # RFC 3891 §3
        byes = raw.requests(b"BYE")
        assert bool(byes) is (heard == "confirmed")  # whose place it takes is hung up
        for _, bye in byes:
            raw.answer(bye, 200)
        other.hang_up()
        if not ended and not byes:
            raw.send(b"BYE", "bob", cseq=3, branch=b"z9hG4bKend", to=tag)
        office.run()
        office.check()


def test_information_of_a_package_nobody_agreed_to_is_469() -> None:
    with Office("alice") as office:
        raw = RawPhone(office, "alice")
        talk(office, raw)
        in_dialog(raw, b"INFO", 2, b"Info-Package: weather", b"Content-Type: text/plain", body=b"x")
        in_dialog(raw, b"INFO", 3, b"Content-Type: application/unknown", body=b"x")
        in_dialog(raw, b"INFO", 4, b"Content-Type: application/dtmf", body=b"5")
        in_dialog(
            raw,
            b"INFO",
            5,
            b"Content-Type: application/dtmf-relay",
            body=b"Signal=5\r\nDuration=160",
        )
        office.run(0.5)
        assert raw.statuses(b"INFO") == [469, 415, 200, 200]
        assert raw.responses(b"INFO", 469)[0][1].get(b"recv-info") is not None
        over(office, raw)


def test_a_session_whose_caller_does_not_refresh_it_ends_before_its_time() -> None:
    with Office("alice") as office:
        raw = RawPhone(office, "alice")
        talk(office, raw, b"Supported: timer", b"Session-Expires: 90;refresher=uac")
        told = raw.responses(b"INVITE", 200)[0][1].get(b"session-expires") or b""
        assert told.startswith(b"90")
        assert b"refresher=uac" in told
        office.run(100)
        (at, bye), *_ = raw.requests(b"BYE")
        assert 55 <= at <= 90  # RFC 4028 §10: a third, at most 32 s, before the end
        raw.answer(bye, 200)
        office.run()
        office.check()
        assert len(office.house.told(CallEnded)) == 1


def test_a_session_of_which_we_keep_the_time_is_refreshed_by_us() -> None:
    with Office("alice") as office:
        raw = RawPhone(office, "alice")
        allow = b"Allow: INVITE, ACK, BYE, CANCEL, OPTIONS, UPDATE"
        talk(office, raw, allow, b"Supported: timer", b"Session-Expires: 90;refresher=uas")
        office.run(50)
        (at, update), *_ = raw.requests(b"UPDATE")
        assert 44 <= at <= 47  # half of it (RFC 4028 §10)
        raw.answer(update, 200, b"Session-Expires: 90;refresher=uac")
        office.run(5)
        assert not raw.requests(b"BYE")
        over(office, raw)


@pytest.mark.parametrize(
    ("uri", "status"),
    [
        (b"tel:+43;phone-context=10.0.0.100", 404),
        (b"tel:43;phone-context=elsewhere.test", 404),
        (b"tel:b-o.b", 400),
        (b"mailto:bob@10.0.0.100", 416),
    ],
)
def test_addresses_that_lead_nowhere_are_refused(uri: bytes, status: int) -> None:
    with Office("alice", "bob") as office:
        raw = RawPhone(office, "alice")
        raw.invite("bob", uri=uri)
        office.run(0.3)
        assert raw.last(b"INVITE").status == status
