"""What passes from one leg of a call to the other, and what becomes of it on the way."""

from __future__ import annotations

from typing import TYPE_CHECKING

import msgspec
import pytest

from pbxcore.directory import Delta, SettingsChanged, Trunk, TrunkPut
from pbxcore.features.model import NONE_SET, Forwarding, Handling
from pbxcore.sip.message import Request
from tests.support.handsets import Office
from tests.support.raw_phone import RawPhone
from tests.support.switching import Way
from tests.unit.pbxcore.test_call_changes import over, talking
from tests.unit.pbxcore.test_call_transfers import refer

if TYPE_CHECKING:
    from pbxcore.simulator import Stack
    from pbxcore.simulator.network import Sending

PASSED = {
    *(b"via", b"max-forwards", b"from", b"to", b"call-id", b"cseq", b"contact", b"content-type"),
    *(b"content-length", b"allow", b"supported", b"session-expires", b"min-se", b"user-agent"),
}
"""Headers of the INVITE that a phone of ours gets: nothing of the caller's own passes."""
FOREIGN = (
    b"User-Agent: Spy/1.0 (10.0.0.1)",
    b"X-Secret: 1",
    b"Subject: private",
    b'P-Asserted-Identity: "The President" <sip:1@10.0.0.1>',
    b"Call-Info: <http://10.0.0.1/me.png>;purpose=icon",
    b"Organization: Ours",
    b"History-Info: <sip:boss@10.0.0.1>;index=1",
)


def test_nothing_of_one_leg_is_seen_on_the_other() -> None:
    with Office("alice", "bob") as office:
        alice = office["alice"].dial("bob", *FOREIGN)
        office.run(1)
        invite = office["bob"].talk.last
        assert isinstance(invite, Request)
        names = {each.partition(b":")[0].lower() for each in invite.lines}
        assert names <= PASSED, names - PASSED
        assert invite.all(b"user-agent") == [b"Engage"]
        whole = b"\r\n".join((*invite.lines, invite.body))
        assert b"10.0.0.1:" not in whole  # topology is ours alone
        assert b"10.0.0.1\r" not in whole
        assert alice.outgoing is not None
        office["bob"].talk.accept()
        office.run(1)
        assert alice.call is not None
        assert alice.call.dialog.call_id not in whole
        over(office, alice)


def test_a_call_completes_though_every_first_datagram_is_lost() -> None:
    with Office("alice", "bob") as office:
        sent, send = set[tuple[object, bytes]](), office.network.send

        def lossy(sender: Stack | None, sending: Sending) -> bool:
            key = sending.target, sending.data
            if key in sent:
                return send(sender, sending)
            sent.add(key)
            return True

        office.network.send = lossy  # type: ignore[assignment, method-assign]
        alice = office["alice"].dial("bob")
        office.run(5)
        assert len(office["bob"].talks) == 1  # it rings once
        assert alice.notes == ["180"]
        bob = office["bob"].talk
        bob.accept()
        office.run(10)
        assert (alice.notes[-1], bob.notes[-1]) == ("confirmed", "confirmed")
        assert alice.notes.count("confirmed") == 1
        alice.hang_up()
        office.run()
        assert bob.notes[-1] == "ended"
        office.check()


def test_trunks_that_lead_to_each_other_end_a_call_when_its_hops_are_used_up() -> None:
    with Office("alice") as office:
        house = office.house
        loop = Trunk("loop", "Loop", house.stack.host)
        directory = house.directory
        directory.apply(Delta(directory.version + 1, (TrunkPut(loop),)))
        house.routes["0049301234"] = (Way("loop", "0049301234", "4989100"),)
        alice = office["alice"].dial("0049301234")
        office.run(30)
        assert alice.notes == ["483"]
        office.run()
        office.check()


def stays_encrypted(office: Office) -> None:
    """Calls by `sips:` reach nobody in clear; they do unless that is set."""
    directory = office.house.directory
    settings = msgspec.structs.replace(directory.settings, sips_end_to_end=True)
    directory.apply(Delta(directory.version + 1, (SettingsChanged(settings),)))


def line_in_clear(office: Office) -> None:
    """A trunk over UDP leads outside."""
    house = office.house
    line = Trunk("line", "Line", office["provider"].stack.host)
    house.directory.apply(Delta(house.directory.version + 1, (TrunkPut(line),)))
    house.routes["0049301234"] = (Way("line", "0049301234", "4989100"),)


@pytest.mark.parametrize("number", ["bob", "0049301234"])
def test_a_call_by_sips_reaches_who_is_registered_in_clear(number: str) -> None:
    with Office("alice", "bob", "provider") as office:
        line_in_clear(office)
        raw = RawPhone(office, "alice")
        raw.invite(number, uri=b"sips" + office.house.uri(number)[3:])
        office.run(1)
        assert raw.last(b"INVITE").status == 180
        raw.send(b"CANCEL", number, uri=b"sips" + office.house.uri(number)[3:])
        office.run()
        office.check()


def test_a_secure_call_goes_to_no_number_outside_that_rings_too_in_clear() -> None:
    with Office("alice", "bob", "provider") as office:
        line_in_clear(office)
        stays_encrypted(office)
        office.house.change("bob", handling=Handling(rings_too="0049301234"))
        for scheme, status, called in (b"sips", 480, 0), (b"sip", 180, 1):
            raw = RawPhone(office, "alice")
            uri = scheme + office.house.uri("bob")[3:]
            raw.invite("bob", uri=uri, branch=b"z9hG4bK" + scheme, call_id=scheme)
            office.run(1)
            assert raw.last(b"INVITE").status == status
            assert len(office["provider"].talks) == called
            ends = b"CANCEL" if called else b"ACK"
            raw.send(
                ends, "bob", uri=uri, branch=b"z9hG4bK" + scheme, call_id=scheme,
                to=b"" if called else raw.tag_of(),
            )  # fmt: skip
            office.run(1)
        office.run()
        office.check()


@pytest.mark.parametrize(("number", "refused"), [("bob", 480), ("0049301234", 503)])
def test_a_secure_call_goes_to_nobody_who_hears_it_in_clear(number: str, refused: int) -> None:
    with Office("alice", "bob", "provider") as office:
        house = office.house
        line_in_clear(office)
        stays_encrypted(office)
        raw = RawPhone(office, "alice")
        raw.invite(number, uri=b"sips" + house.uri(number)[3:])
        office.run(1)
        assert raw.last(b"INVITE").status == refused
        raw.send(b"ACK", number, to=raw.tag_of())
        assert not office["bob"].talks
        assert not office["provider"].talks
        raw.invite(number, branch=b"z9hG4bKopen", call_id=b"open")
        office.run(1)
        assert raw.last(b"INVITE").status == 180
        raw.send(b"CANCEL", number, branch=b"z9hG4bKopen", call_id=b"open")
        office.run()
        office.check()


@pytest.mark.parametrize("target", [b"tel:3-00", b"sips:300@10.0.0.100", b"sip:300@10.0.0.100"])
def test_a_call_is_handed_on_to_every_kind_of_uri(target: bytes) -> None:
    with Office("100", "200", "300") as office:
        alice = office["100"].dial("200")
        office.run(1)
        bob = office["200"].talk
        bob.accept()
        office.run(1)
        told = refer(bob, target)
        office.run(1)
        assert told[-1].status == 180
        office["300"].talk.accept()
        office.run(1)
        assert [each.status for each in told if each.final] == [200]
        over(office, alice)


def test_second_bye_finds_no_call() -> None:
    with Office("alice", "bob") as office:
        alice, _ = talking(office)
        assert alice.call is not None
        statuses: list[int] = []
        for _ in range(2):
            alice.call.send(b"BYE", lambda status, _: statuses.append(status))
            office.run(1)
        assert statuses == [200, 481]
        office.run()


@pytest.mark.parametrize("listens", [True, False])
def test_an_invite_too_large_for_a_datagram_goes_by_tcp_where_there_is_tcp(
    monkeypatch: pytest.MonkeyPatch, *, listens: bool
) -> None:
    long = b"Diversion: <sip:%b@elsewhere.test>;reason=no-answer" % (b"z" * 1400)
    with Office("provider", "bob", "carol") as office:
        office.house.outside("provider")
        to = Forwarding(active=True, target="carol")
        office.house.features["bob"] = NONE_SET.forwarded("always", to)
        if not listens:
            monkeypatch.setattr(office["carol"].stack, "accept", lambda end: False)
        caller = office["provider"].dial("bob", long)
        office.run(2)
        carol = office["carol"].talk
        assert isinstance(carol.last, Request)
        via = carol.last.get(b"via") or b""
        assert via.startswith(b"SIP/2.0/TCP" if listens else b"SIP/2.0/UDP")  # RFC 3261 §18.1.1
        carol.accept()
        office.run(1)
        assert (caller.notes[-1], carol.notes[-1]) == ("confirmed", "confirmed")
        over(office, caller)
