"""The connected line: phones are told whom they talk to, when it is not who they were told."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from pbxcore.calls.connected import is_shown
from pbxcore.dialplan.place import Place
from pbxcore.dialplan.plan import ParkingLot, Plan, RingGroup
from pbxcore.directory import Delta, TrunkPut
from pbxcore.features.model import NONE_SET, Forwarding, Handling
from pbxcore.sip.headers.privacy import ASSERTED, read_identities, read_privacy
from pbxcore.sip.identity import HIDDEN, Caller
from pbxcore.sip.message import Response
from pbxcore.sip.uri import write_uri_headers
from tests.support.handsets import Office, Talk
from tests.support.overhearing import Overhearing
from tests.support.raw_phone import SDP, RawPhone
from tests.unit.pbxcore.test_call_changes import talking
from tests.unit.pbxcore.test_call_features import outward, trunk
from tests.unit.pbxcore.test_call_transfers import refer, replaces
from tests.unit.pbxcore.test_queue_calls import office_with as queueing

if TYPE_CHECKING:
    from pbxcore.sip.message import Message

NOBODY = b"sip:anonymous@anonymous.invalid"


def named(message: Message) -> tuple[bytes, bytes] | None:
    """Whom a message says is there: the number and the name."""
    found = read_identities(message, ASSERTED)
    if not found:
        return None
    return found[0].uri.partition(b"@")[0].partition(b":")[2], found[0].display_name


def updates(phone: Overhearing) -> list[tuple[bytes, bytes] | None]:
    """Who is there, by each UPDATE that came."""
    found = phone.requests(b"UPDATE")
    assert all(not each.body for each in found)
    return [named(each) for each in found]


def instead_of(office: Office, consulted: Talk) -> bytes:
    """Carol, in the place of whoever consulted her."""
    headers = write_uri_headers([(b"Replaces", replaces(consulted).encode())])
    return b"%b?%b" % (office.house.uri("carol"), headers)


def test_the_caller_reads_who_rings_and_answers() -> None:
    with Office("alice", "bob") as office:
        alice, bob = Overhearing(office["alice"]), Overhearing(office["bob"])
        talk, _ = talking(office)
        [ringing], [answer] = alice.answers(b"INVITE", 180), alice.answers(b"INVITE", 200)
        assert named(ringing) == named(answer) == (b"bob", b"Bob")
        assert updates(alice) == updates(bob) == []
        talk.hang_up()
        office.run()
        office.check()


def test_a_forwarded_call_shows_who_took_it() -> None:
    with Office("alice", "bob", "carol") as office:
        carol = Forwarding(active=True, target="carol")
        office.house.features["bob"] = NONE_SET.forwarded("always", carol)
        phone = Overhearing(office["alice"])
        alice = office["alice"].dial("bob")
        office.run(1)
        office["carol"].talk.accept()
        office.run(1)
        assert named(phone.answers(b"INVITE", 181)[0]) is None
        assert named(phone.answers(b"INVITE", 180)[0]) == (b"carol", b"Carol")
        assert named(phone.answers(b"INVITE", 200)[0]) == (b"carol", b"Carol")
        alice.hang_up()
        office.run()
        office.check()


def test_of_a_group_it_is_told_who_answered_and_not_who_rings() -> None:
    with Office("alice", "bob", "carol") as office:
        group = RingGroup("sales", "Sales", ("bob", "carol"), in_order=False, replaces_name=True)
        numbers = {"sales": Place("ring_group", "sales")}
        office.house.directory.plan = Plan(numbers=numbers, ring_groups={"sales": group})
        phone, member = Overhearing(office["alice"]), Overhearing(office["carol"])
        alice = office["alice"].dial("sales")
        office.run(1)
        office["carol"].talk.accept()
        office.run(1)
        assert named(phone.answers(b"INVITE", 180)[0]) is None
        assert named(phone.answers(b"INVITE", 200)[0]) == (b"carol", b"Carol")
        assert updates(member) == []  # the group's name is what it is to read
        alice.hang_up()
        office.run()
        office.check()


def test_whose_phone_rings_beside_that_of_who_is_called_is_told_once_he_answers() -> None:
    with Office("alice", "bob", "carol") as office:
        office.house.change("bob", handling=Handling(rings_too="carol"))
        phone, raw = Overhearing(office["alice"]), RawPhone(office, "bob")
        alice = office["alice"].dial("bob")
        office.run(0.3)
        raw.answer(raw.first(b"INVITE"), 100)
        office.run(0.3)
        assert named(phone.answers(b"INVITE", 180)[0]) is None
        office["carol"].talk.accept()
        office.run(1)
        assert named(phone.answers(b"INVITE", 200)[0]) == (b"carol", b"Carol")
        raw.answer(raw.first(b"CANCEL"), 200)
        raw.answer(raw.first(b"INVITE"), 487)
        alice.hang_up()
        office.run()
        office.check()


def test_who_is_handed_on_blindly_and_who_gets_him_know_each_other() -> None:
    with Office("alice", "bob", "carol") as office:
        alice, bob = talking(office)
        phone, target = Overhearing(office["alice"]), Overhearing(office["carol"])
        refer(bob, office.house.uri("carol"))
        office.run(1)
        assert updates(phone) == []
        office["carol"].talk.accept()
        office.run(1)
        assert updates(phone) == [(b"carol", b"Carol")]
        assert updates(target) == []  # its INVITE came from Alice
        alice.hang_up()
        office.run()
        office.check()


def test_after_a_consultation_both_read_who_is_there() -> None:
    with Office("alice", "bob", "carol") as office:
        alice, bob = talking(office)
        consulted = office["bob"].dial("carol")
        office.run(1)
        office["carol"].talk.accept()
        office.run(1)
        phone, target = Overhearing(office["alice"]), Overhearing(office["carol"])
        refer(bob, instead_of(office, consulted))
        office.run(1)
        assert updates(phone) == [(b"carol", b"Carol")]
        assert updates(target) == [(b"alice", b"")]
        alice.hang_up()
        office.run()
        office.check()


def test_a_phone_that_rings_learns_at_its_answer_for_whom_it_does_now() -> None:
    with Office("alice", "bob", "carol") as office:
        alice, bob = talking(office)
        consulted = office["bob"].dial("carol")
        office.run(1)
        target = Overhearing(office["carol"])
        refer(bob, instead_of(office, consulted))
        office.run(1)
        assert updates(target) == []
        office["carol"].talk.accept()
        office.run(1)
        assert updates(target) == [(b"alice", b"")]
        alice.hang_up()
        office.run()
        office.check()


def test_who_picks_up_reads_who_calls_and_the_caller_who_picked_up() -> None:
    with Office("alice", "bob", "carol") as office:
        phone, picker = Overhearing(office["alice"]), Overhearing(office["carol"])
        alice = office["alice"].dial("bob")
        office.run(1)
        office["carol"].dial("**bob")
        office.run(1)
        assert named(picker.answers(b"INVITE", 200)[0]) == (b"alice", b"")
        assert named(phone.answers(b"INVITE", 200)[0]) == (b"carol", b"")
        alice.hang_up()
        office.run()
        office.check()


def test_who_waits_in_a_slot_reads_who_took_him_out() -> None:
    with Office("alice", "bob", "carol") as office:
        lot = ParkingLot("700", "Lot", ("701",), 0)
        numbers = {"700": Place("parking_lot", "700"), "701": Place("parking_slot", "701")}
        office.house.directory.plan = Plan(numbers=numbers, parking_lots=(lot,))
        alice, bob = talking(office)
        refer(bob, office.house.uri("700"))
        office.run(1)
        phone, taker = Overhearing(office["alice"]), Overhearing(office["carol"])
        office["carol"].dial("701")
        office.run(1)
        assert named(taker.answers(b"INVITE", 200)[0]) == (b"alice", b"")
        assert updates(phone) == [(b"carol", b"")]
        alice.hang_up()
        office.run()
        office.check()


def test_who_waits_in_a_queue_reads_which_agent_took_him_and_then_who_has_him() -> None:
    with queueing("bob", about={"replaces_name": True}) as office:
        phone, agent = Overhearing(office["alice"]), Overhearing(office["bob"])
        alice = office["alice"].dial("help")
        office.run(5)
        assert named(phone.answers(b"INVITE", 200)[0]) is None  # it is what was dialled
        office["bob"].talk.accept()
        office.run(1)
        assert updates(phone) == [(b"bob", b"Bob")]
        assert updates(agent) == []
        refer(office["bob"].talk, office.house.uri("carol"))
        office.run(1)
        office["carol"].talk.accept()
        office.run(1)
        assert updates(phone)[1:] == [(b"carol", b"Carol")]
        alice.hang_up()
        office.run()
        office.check()


def test_who_is_handed_on_to_nobody_who_answers_goes_on_seeing_whom_he_talks_to() -> None:
    with Office("alice", "bob", "carol") as office:
        alice, bob = talking(office)
        phone = Overhearing(office["alice"])
        office["carol"].refuses = 486
        refer(bob, office.house.uri("carol"))
        office.run(2)
        assert len(office.house.workers.heard) == 2
        assert updates(phone) == []
        alice.hang_up()
        office.run()
        office.check()


def test_of_who_wants_no_name_it_is_told_that_he_is_nobody() -> None:
    with Office("alice", "bob", "carol") as office:
        alice, bob = talking(office)
        (leg,) = office.house.lines.of("alice")
        leg.identity = Caller(leg.identity.uri, privacy=HIDDEN)
        consulted = office["bob"].dial("carol")
        office.run(1)
        office["carol"].talk.accept()
        office.run(1)
        target = Overhearing(office["carol"])
        refer(bob, instead_of(office, consulted))
        office.run(1)
        [update] = target.requests(b"UPDATE")
        assert read_identities(update, ASSERTED)[0].uri == NOBODY
        assert read_privacy(update) == HIDDEN
        alice.hang_up()
        office.run()
        office.check()


def test_who_answers_and_wants_no_name_is_nobody_to_the_caller() -> None:
    with Office("alice", "bob") as office:
        phone, raw = Overhearing(office["alice"]), RawPhone(office, "bob")
        alice = office["alice"].dial("bob")
        office.run(0.3)
        invite = raw.first(b"INVITE")
        raw.answer(invite, 180, b"Contact: <sip:bob@10.0.0.2>", b"Privacy: id")
        office.run(0.3)
        answer = phone.answers(b"INVITE", 180)[0]
        assert read_identities(answer, ASSERTED)[0].uri == NOBODY
        assert read_privacy(answer) == HIDDEN
        alice.hang_up()
        office.run(0.3)
        raw.answer(raw.first(b"CANCEL"), 200)
        raw.answer(invite, 487)
        office.run()
        office.check()


def test_who_rings_by_name_and_answers_without_is_nobody_from_then_on() -> None:
    with Office("alice", "bob") as office:
        phone, raw = Overhearing(office["alice"]), RawPhone(office, "bob")
        alice = office["alice"].dial("bob")
        office.run(0.3)
        invite, contact = raw.first(b"INVITE"), b"Contact: <sip:bob@10.0.0.2>"
        raw.answer(invite, 180, contact)
        office.run(0.3)
        assert named(phone.answers(b"INVITE", 180)[0]) == (b"bob", b"Bob")
        raw.answer(invite, 200, contact, SDP, b"Privacy: id", body=raw.offer)
        office.run(0.3)
        answer = phone.answers(b"INVITE", 200)[0]
        assert read_identities(answer, ASSERTED)[0].uri == NOBODY
        alice.hang_up()
        office.run(0.3)
        raw.answer(raw.first(b"BYE"), 200)
        office.run()
        office.check()


def test_who_hides_goes_on_hiding_though_his_phone_says_it_need_not() -> None:
    with Office("alice", "bob") as office:
        alice, _ = talking(office)
        (leg,) = office.house.lines.of("alice")
        leg.identity = Caller(leg.identity.uri, privacy=HIDDEN)
        assert leg.sip is not None
        leg.identified(leg.sip, Response(200, b"OK", b"SIP/2.0", [b"Privacy: none"], b""))
        assert leg.identity.private
        alice.hang_up()
        office.run()
        office.check()


def test_a_phone_that_knows_no_update_is_sent_none_and_talks_on() -> None:
    with Office("alice", "bob", "carol") as office:
        raw = RawPhone(office, "alice")
        raw.invite("bob", b"Allow: INVITE, ACK, BYE, CANCEL")
        office.run(1)
        office["bob"].talk.accept()
        office.run(1)
        raw.send(b"ACK", "bob", branch=b"z9hG4bKack", to=raw.tag_of())
        office.run(1)
        refer(office["bob"].talk, office.house.uri("carol"))
        office.run(1)
        office["carol"].talk.accept()
        office.run(1)
        assert not raw.requests(b"UPDATE")
        assert len(office.house.workers.heard) == 2
        office["carol"].talk.hang_up()
        office.run(1)
        raw.answer(raw.first(b"BYE"), 200)
        office.run()
        office.check()


@pytest.mark.parametrize("status", [405, 500, 0])
def test_a_phone_that_refuses_the_update_or_is_silent_talks_on(status: int) -> None:
    with Office("alice", "bob", "carol") as office:
        raw = RawPhone(office, "alice")
        raw.invite("bob", b"Allow: INVITE, ACK, BYE, CANCEL, UPDATE")
        office.run(1)
        office["bob"].talk.accept()
        office.run(1)
        raw.send(b"ACK", "bob", branch=b"z9hG4bKack", to=raw.tag_of())
        office.run(1)
        refer(office["bob"].talk, office.house.uri("carol"))
        office.run(1)
        office["carol"].talk.accept()
        office.run(1)
        update = raw.first(b"UPDATE")
        assert named(update) == (b"carol", b"Carol")
        if status:
            raw.answer(update, status)
        office.run(40)
        assert len(office.house.workers.heard) == 2
        assert not raw.requests(b"INVITE")
        assert not raw.requests(b"BYE")
        office["carol"].talk.hang_up()
        office.run(1)
        raw.answer(raw.first(b"BYE"), 200)
        office.run()
        office.check()


@pytest.mark.parametrize(
    ("identity", "header"),
    [("asserted", b"p-asserted-identity"), ("remote-party", b"remote-party-id"), ("none", b"")],
)
def test_a_trunk_is_told_as_it_is_told_of_callers(identity: str, header: bytes) -> None:
    with Office("alice", "carol", "provider") as office:
        alice = outward(office, trunk(office, "provider", identity=identity, caller_id="4989"))
        office.run(1)
        office["provider"].talk.accept()
        office.run(1)
        far = Overhearing(office["provider"])
        refer(alice, office.house.uri("carol"))
        office.run(1)
        office["carol"].talk.accept()
        office.run(1)
        found = far.requests(b"UPDATE")
        assert len(found) == bool(header)
        for each in found:
            told = each.get(header) or b""
            assert b'"Carol" <sip:4989@' in told
            assert (b"party=calling" in told) is (identity == "remote-party")
        office["carol"].talk.hang_up()
        office.run()
        office.check()


def test_a_call_from_a_trunk_is_answered_with_who_was_reached() -> None:
    with Office("alice", "provider") as office:
        house = office.house
        house.outside("provider")
        wants = trunk(office, "provider", identity="remote-party")
        house.directory.apply(Delta(house.directory.version + 1, (TrunkPut(wants),)))
        far = Overhearing(office["provider"])
        talk = office["provider"].dial("alice")
        office.run(1)
        office["alice"].talk.accept()
        office.run(1)
        told = far.answers(b"INVITE", 200)[0].get(b"remote-party-id") or b""
        assert b'"Alice" <sip:alice@' in told
        assert b"party=called" in told
        talk.hang_up()
        office.run()
        office.check()


@pytest.mark.parametrize(
    ("identity", "header", "told"),
    [
        ("asserted", b"privacy", b"id"),
        ("preferred", b"privacy", b"id"),
        ("remote-party", b"remote-party-id", b"privacy=full"),
    ],
)
def test_a_trunk_reads_that_who_answers_wants_no_name(
    identity: str, header: bytes, told: bytes
) -> None:
    with Office("bob", "provider") as office:
        house = office.house
        house.outside("provider")
        wants = trunk(office, "provider", identity=identity)
        house.directory.apply(Delta(house.directory.version + 1, (TrunkPut(wants),)))
        far, raw = Overhearing(office["provider"]), RawPhone(office, "bob")
        talk = office["provider"].dial("bob")
        office.run(0.3)
        invite = raw.first(b"INVITE")
        raw.answer(invite, 180, b"Contact: <sip:bob@10.0.0.2>", b"Privacy: id")
        office.run(0.3)
        assert told in (far.answers(b"INVITE", 180)[0].get(header) or b"")
        talk.hang_up()
        office.run(0.3)
        raw.answer(raw.first(b"CANCEL"), 200)
        raw.answer(invite, 487)
        office.run()
        office.check()


def test_the_caller_of_a_number_outside_goes_on_seeing_what_he_dialled() -> None:
    with Office("alice", "provider") as office:
        phone = Overhearing(office["alice"])
        alice = outward(office, trunk(office, "provider"))
        office.run(1)
        office["provider"].talk.accept()
        office.run(1)
        assert named(phone.answers(b"INVITE", 200)[0]) is None
        assert updates(phone) == []
        alice.hang_up()
        office.run()
        office.check()


def test_who_is_somebody_else_behind_a_trunk_is_told_to_who_talks_to_him() -> None:
    with Office("alice", "provider") as office:
        raw = RawPhone(office, "provider")
        alice = outward(office, trunk(office, "provider"))
        office.run(1)
        phone = Overhearing(office["alice"])
        invite = raw.first(b"INVITE")
        contact = b"Contact: <sip:gw@%b:5060>" % raw.host.encode()
        first = b'P-Asserted-Identity: "Desk" <sip:+49301234@far.example>'
        raw.answer(invite, 200, contact, SDP, first, body=raw.offer)
        office.run(1)
        assert updates(phone) == []
        other = b'P-Asserted-Identity: "Boss" <sip:+49305678@far.example>'
        tag = (invite.get(b"from") or b"").partition(b";tag=")[2]
        for cseq, line in enumerate((first, other, other), 1):
            raw.send(
                b"UPDATE",
                "alice",
                line,
                call_id=invite.get(b"call-id") or b"",
                to=tag,
                tag=b"theirs",
                cseq=cseq,
                branch=b"z9hG4bKu%d" % cseq,
            )
            office.run(1)
        assert updates(phone) == [(b"+49305678", b"Boss")]
        alice.hang_up()
        office.run(1)
        raw.answer(raw.first(b"BYE"), 200)
        office.run()
        office.check()


def test_who_is_shown_already() -> None:
    bob = Caller(b"sip:200@pbx", b"Bob")
    assert not is_shown(None, bob)
    assert not is_shown(Caller(b"sip:200@pbx"), bob)
    assert is_shown(Caller(b"tel:200"), Caller(b"sip:200@other"))
    assert is_shown(Caller(b"sip:200@pbx", b"Sales: Bob"), bob)
    assert not is_shown(Caller(b"sip:201@pbx", b"Bob"), bob)
    assert not is_shown(bob, Caller(bob.uri, b"Bob", privacy=HIDDEN))
    assert is_shown(Caller(bob.uri, privacy=HIDDEN), Caller(bob.uri, privacy=HIDDEN))
