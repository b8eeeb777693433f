"""The PBX as a caller, against a phone that answers exactly as a test wants."""

from __future__ import annotations

import pytest

from pbxcore.journal import CallEnded, LegEnded
from tests.support.handsets import Office
from tests.support.raw_phone import SDP, RawPhone, after
from tests.support.switching import binding
from tests.unit.pbxcore.test_call_limits import NUMBER, outside

CONTACT = b"Contact: <sip:bob@10.0.0.2:5060>"


def accept(raw: RawPhone, *lines: bytes, contact: bytes = CONTACT) -> None:
    """Answer the last INVITE."""
    _, invite = raw.requests(b"INVITE")[-1]
    raw.answer(invite, 200, contact, SDP, *lines, body=raw.offer)


def end(office: Office, raw: RawPhone) -> None:
    """Answer the BYE, and see that nothing is left."""
    office.run(0.3)
    for _, bye in raw.requests(b"BYE"):
        raw.answer(bye, 200)
    office.run()
    office.check()


def test_an_invite_is_repeated_until_the_first_response() -> None:
    with Office("alice", "bob") as office:
        raw = RawPhone(office, "bob")
        alice = office["alice"].dial("bob")
        office.run(4)
        sent = raw.requests(b"INVITE")
        assert after(sent) == [0, 0.5, 1.5, 3.5]  # RFC 3261 §17.1.1.2
        assert len({each.get(b"via") for _, each in sent}) == 1
        raw.answer(sent[0][1], 180)
        office.run(20)
        assert len(raw.requests(b"INVITE")) == 4
        accept(raw)
        office.run(0.3)
        assert alice.notes[-1] == "confirmed"
        alice.hang_up()
        end(office, raw)


def test_a_cancel_waits_for_a_provisional_response_and_goes_the_way_of_its_invite() -> None:
    with Office("alice", "bob") as office:
        raw = RawPhone(office, "bob")
        alice = office["alice"].dial("bob")
        office.run(0.3)
        alice.hang_up()
        office.run(0.7)
        assert not raw.requests(b"CANCEL")
        invite = raw.first(b"INVITE")
        raw.answer(invite, 180)
        office.run(0.1)
        cancel = raw.first(b"CANCEL")
        assert cancel.get(b"via") == invite.get(b"via")
        assert cancel.uri == invite.uri
        assert (cancel.get(b"cseq") or b"").split()[0] == (invite.get(b"cseq") or b"").split()[0]
        raw.answer(cancel, 200)
        raw.answer(invite, 487)
        office.run(0.1)
        ack = raw.first(b"ACK")
        assert ack.get(b"via") == invite.get(b"via")  # §17.1.1.3
        office.run()
        office.check()


def test_an_answer_that_crosses_the_cancel_is_acknowledged_and_hung_up() -> None:
    with Office("alice", "bob") as office:
        raw = RawPhone(office, "bob")
        alice = office["alice"].dial("bob")
        office.run(0.1)
        invite = raw.first(b"INVITE")
        raw.answer(invite, 180)
        office.run(0.1)
        alice.hang_up()
        accept(raw)  # in the same moment
        office.run(0.3)
        assert raw.requests(b"ACK")
        assert raw.requests(b"BYE")
        assert raw.requests(b"ACK")[0][0] <= raw.requests(b"BYE")[0][0]
        assert alice.notes[-1] == "487"
        end(office, raw)


def test_an_answer_that_comes_again_is_acknowledged_again() -> None:
    with Office("alice", "bob") as office:
        raw = RawPhone(office, "bob")
        alice = office["alice"].dial("bob")
        office.run(0.1)
        for _ in range(3):
            accept(raw)
            office.run(0.2)
        assert len(raw.requests(b"ACK")) == 3
        assert alice.notes.count("confirmed") == 1
        alice.hang_up()
        end(office, raw)


def test_a_second_phone_behind_one_contact_that_answers_too_is_hung_up() -> None:
    with Office("alice", "bob") as office:
        raw = RawPhone(office, "bob")
        alice = office["alice"].dial("bob")
        office.run(0.1)
        invite = raw.first(b"INVITE")
        accept(raw)
        raw.answer(invite, 200, CONTACT, SDP, body=raw.offer, tag=b"other")
        office.run(0.5)
        bye = raw.first(b"BYE")
        assert b";tag=other" in (bye.get(b"to") or b"")
        tags = {(each.get(b"to") or b"").partition(b";tag=")[2] for _, each in raw.requests(b"ACK")}
        assert tags == {b"theirs", b"other"}
        assert alice.notes[-1] == "confirmed"
        raw.answer(bye, 200)
        alice.hang_up()
        end(office, raw)


def test_reliable_ringing_is_acknowledged_in_order_and_once() -> None:
    with Office("alice", "bob") as office:
        raw = RawPhone(office, "bob")
        office["alice"].dial("bob")
        office.run(0.1)
        invite = raw.first(b"INVITE")
        reliable = (b"Require: 100rel", CONTACT)
        for rseq in 7, 7, 9, 8:  # again, too far, the next
            raw.answer(invite, 183, b"RSeq: %d" % rseq, *reliable)
            office.run(0.1)
            for _, prack in raw.requests(b"PRACK"):
                raw.answer(prack, 200)
        told = [each.get(b"rack") for _, each in raw.requests(b"PRACK")]
        number = (invite.get(b"cseq") or b"").split()[0]
        assert told == [b"7 %b INVITE" % number, b"8 %b INVITE" % number]  # RFC 3262 §4
        raw.answer(invite, 486)
        office.run()
        office.check()


def test_a_session_too_short_for_the_callee_is_asked_for_again() -> None:
    with Office("alice", "bob") as office:
        raw = RawPhone(office, "bob")
        office["alice"].dial("bob")
        office.run(0.1)
        invite = raw.first(b"INVITE")
        raw.answer(invite, 422, b"Min-SE: 3600")
        office.run(0.2)
        again = raw.requests(b"INVITE")[-1][1]
        assert again.get(b"call-id") == invite.get(b"call-id")  # RFC 4028 §7.4
        assert (again.get(b"session-expires") or b"").startswith(b"3600")
        assert again.get(b"min-se") == b"3600"
        raw.answer(again, 486)
        office.run()
        office.check()


@pytest.mark.parametrize("loose", [True, False])
def test_requests_in_the_call_pass_the_proxies_that_recorded_themselves(*, loose: bool) -> None:
    with Office("alice", "bob") as office:
        raw = RawPhone(office, "bob")
        alice = office["alice"].dial("bob")
        office.run(0.1)
        lr = b";lr" if loose else b""
        first, second = (b"<sip:10.0.0.2:506%d%b>" % (at, lr) for at in (0, 1))
        accept(raw, b"Record-Route: " + second + b", " + first)
        office.run(0.3)
        alice.hang_up()
        office.run(0.3)
        for method in b"ACK", b"BYE":
            request = raw.first(method)
            routes = request.all(b"route")
            if loose:  # RFC 3261 §12.2.1.1
                assert request.uri == b"sip:bob@10.0.0.2:5060"
                assert routes == [first, second]
            else:
                assert request.uri == first.strip(b"<>")
                assert routes == [second, b"<sip:bob@10.0.0.2:5060>"]
        end(office, raw)


def test_a_refresh_moves_the_target_of_what_follows() -> None:
    with Office("alice", "bob") as office:
        raw = RawPhone(office, "bob")
        alice = office["alice"].dial("bob")
        office.run(0.1)
        invite = raw.first(b"INVITE")
        accept(raw)
        office.run(0.3)
        theirs = (invite.get(b"from") or b"").partition(b";tag=")[2]
        raw.send(
            b"UPDATE",
            "alice",
            branch=b"z9hG4bKmove",
            call_id=invite.get(b"call-id") or b"",
            uri=b"sip:10.0.0.100",
            to=theirs,
            tag=b"theirs",
            contact=b"<sip:moved@10.0.0.2:5060>",
        )
        office.run(0.3)
        assert raw.statuses(b"UPDATE") == [200]
        alice.hang_up()
        office.run(0.3)
        assert raw.first(b"BYE").uri == b"sip:moved@10.0.0.2:5060"
        end(office, raw)


def test_hops_shrink_and_every_leg_has_a_call_of_its_own() -> None:
    with Office("alice", "bob") as office:
        raw, caller = RawPhone(office, "bob"), RawPhone(office, "alice")
        caller.invite("bob", hops=20)
        office.run(0.1)
        invite = raw.first(b"INVITE")
        assert int(invite.get(b"max-forwards") or b"99") < 20
        assert invite.get(b"call-id") != b"raw"
        assert invite.get(b"route") is None
        raw.answer(invite, 486)
        office.run(0.1)
        assert caller.last(b"INVITE").status == 486


@pytest.mark.parametrize(
    ("status", "lines", "cause"),
    [
        (486, (), b"17"),
        (404, (), b"1"),
        (480, (b"Reason: Q.850;cause=20",), b"20"),
        (486, (b"Reason: Q.850;cause=21",), b"21"),
    ],
)
def test_why_nobody_answered_is_told_in_both_words(
    status: int, lines: tuple[bytes, ...], cause: bytes
) -> None:
    with Office("alice", "bob") as office:
        raw, caller = RawPhone(office, "bob"), RawPhone(office, "alice")
        caller.invite("bob")
        office.run(0.1)
        raw.answer(raw.first(b"INVITE"), status, *lines)
        office.run(0.1)
        reasons = b"\n".join(caller.last(b"INVITE").lines_of(b"reason"))
        assert b"Q.850;cause=" + cause in reasons


OVERLOADED = b'SIP;cause=503;text="Service Unavailable"'


@pytest.mark.parametrize(
    ("status", "lines", "heard", "reasons"),
    [
        (503, (), 480, [OVERLOADED, b"Q.850;cause=34"]),
        (503, (b"Reason: Q.850;cause=42",), 480, [OVERLOADED, b"Q.850;cause=42"]),
        (302, (), 480, [b'SIP;cause=302;text="Moved Temporarily"', b"Q.850;cause=31"]),
        (401, (), 502, [b'SIP;cause=401;text="Unauthorized"', b"Q.850;cause=38"]),
    ],
)
def test_where_the_caller_hears_another_status_the_reason_has_the_phones(
    status: int, lines: tuple[bytes, ...], heard: int, reasons: list[bytes]
) -> None:
    with Office("alice", "bob") as office:
        raw, caller = RawPhone(office, "bob"), RawPhone(office, "alice")
        caller.invite("bob")
        office.run(0.1)
        raw.answer(raw.first(b"INVITE"), status, *lines)
        office.run(0.1)
        last = caller.last(b"INVITE")
        assert last.status == heard
        assert last.lines_of(b"reason") == reasons


@pytest.mark.parametrize(
    ("status", "lines", "heard", "reasons", "disposition"),
    [
        (503, (), 500, [OVERLOADED, b"Q.850;cause=34"], "failed"),
        (404, (b"Reason: Q.850;cause=3",), 404, [b"Q.850;cause=3"], "failed"),
        (503, (b"Reason: Q.850;cause=27",), 500, [OVERLOADED, b"Q.850;cause=27"], "failed"),
        (486, (), 486, [b"Q.850;cause=17"], "busy"),
    ],
)
def test_what_the_last_trunk_said_reaches_the_caller(
    status: int, lines: tuple[bytes, ...], heard: int, reasons: list[bytes], disposition: str
) -> None:
    with Office("alice", "first", "second") as office:
        first, second = RawPhone(office, "first"), RawPhone(office, "second")
        caller = RawPhone(office, "alice")
        outside(office, "first", "second")
        caller.invite(NUMBER)
        office.run(0.1)
        first.answer(first.first(b"INVITE"), 503, b"Retry-After: 60")
        office.run(0.1)
        second.answer(second.first(b"INVITE"), status, *lines)
        office.run(0.1)
        last = caller.last(b"INVITE")
        assert (last.status, last.get(b"retry-after")) == (heard, None)
        assert last.lines_of(b"reason") == reasons
        office.run()
        (ended,) = office.house.told(CallEnded)
        assert isinstance(ended, CallEnded)
        assert (ended.disposition, ended.status) == (disposition, heard)


@pytest.mark.parametrize(
    ("told", "elsewhere"),
    [(b'SIP;cause=200;text="Call completed elsewhere"', True), (b"Q.850;cause=16", False)],
)
def test_phones_hear_that_somebody_took_the_call_where_the_caller_says_so(
    told: bytes, *, elsewhere: bool
) -> None:
    with Office("alice", "bob") as office:
        raw, caller = RawPhone(office, "bob"), RawPhone(office, "alice")
        caller.invite("bob")
        office.run(0.1)
        invite = raw.first(b"INVITE")
        raw.answer(invite, 180)
        office.run(0.1)
        caller.send(b"CANCEL", "bob", b"Reason: " + told)
        office.run(0.1)
        cancel = raw.first(b"CANCEL")
        heard = [b'SIP;cause=200;text="Call completed elsewhere"', b"Q.850;cause=26"]
        assert cancel.lines_of(b"reason") == (heard if elsewhere else [])
        raw.answer(cancel, 200)
        raw.answer(invite, 487)
        office.run()
        office.check()
        (ended,) = (each for each in office.house.facts if isinstance(each, CallEnded))
        assert (ended.disposition, ended.cause) == ("cancelled", 26 if elsewhere else 16)
        words = {each.reason for each in office.house.facts if isinstance(each, LegEnded)}
        assert words == {"answered_elsewhere" if elsewhere else "cancelled"}


def test_who_is_connected_hears_in_both_words_why_nobody_talks_to_him() -> None:
    with Office("alice", "bob", "carol") as office:
        raw = RawPhone(office, "alice")
        raw.invite("bob")
        office.run(0.1)
        bob = office["bob"].talk
        bob.accept()
        office.run(0.1)
        raw.send(b"ACK", "bob", to=raw.tag_of(), branch=b"z9hG4bKack")
        office["carol"].refuses = 486
        assert bob.call is not None
        bob.call.refer(b"<%b>" % office.house.uri("carol"), lambda progress: None)
        bob.hang_up()
        office.run(15)  # he hears a tone before
        bye = raw.first(b"BYE")
        assert bye.lines_of(b"reason") == [
            b"SIP;cause=486",
            b'Q.850;cause=17;text="User busy"',
        ]
        raw.answer(bye, 200)
        office.run()
        office.check()


def test_losers_are_cancelled_with_both_reasons() -> None:
    with Office("alice", "bob", "carol") as office:
        house = office.house
        raw = RawPhone(office, "bob")
        other = binding("bob", office["carol"].stack, house.stack)
        house.bindings["bob"] += (other,)
        alice = office["alice"].dial("bob")
        office.run(0.1)
        invite = raw.first(b"INVITE")
        raw.answer(invite, 180)
        office.run(0.1)
        office["carol"].talk.accept()
        office.run(0.1)
        cancel = raw.first(b"CANCEL")
        assert cancel.lines_of(b"reason") == [
            b'SIP;cause=200;text="Call completed elsewhere"',
            b"Q.850;cause=26",
        ]
        raw.answer(cancel, 200)
        raw.answer(invite, 487)
        alice.hang_up()
        office.run()
        office.check()
