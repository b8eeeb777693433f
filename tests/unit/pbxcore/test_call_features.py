"""What an extension wants of its calls: forwarding, peace, one at a time; lamps, keys and echo."""

from __future__ import annotations

import msgspec
import pytest

from pbxcore.directory import Delta, ExtensionRemoved, Trunk, TrunkPut
from pbxcore.features.model import NONE_SET, Forwarding
from pbxcore.journal import LegAnswered, LegCalled
from pbxcore.media.commands import PressDigits
from pbxcore.presence.packages.dialog_info import Party
from pbxcore.sip.headers.dialog_reference import DialogReference
from pbxcore.sip.identity import Caller
from pbxcore.sip.message import Request
from pbxcore.voicemail.rules import Box
from tests.support.handsets import Office, Talk
from tests.support.raw_phone import RawPhone
from tests.support.switching import Way
from tests.unit.pbxcore.test_call_changes import talking

CAROL = Forwarding(active=True, target="carol")


def rings(office: Office, number: str) -> bool:
    return bool(office[number].talks)


def test_all_calls_are_forwarded() -> None:
    with Office("alice", "bob", "carol") as office:
        office.house.features["bob"] = NONE_SET.forwarded("always", CAROL)
        alice = office["alice"].dial("bob")
        office.run(1)
        assert (rings(office, "bob"), rings(office, "carol")) == (False, True)
        assert alice.notes == ["181", "180"]
        alice.hang_up()
        office.run()
        office.check()


def test_calls_of_the_busy_are_forwarded_or_refused() -> None:
    for busy in CAROL, Forwarding():
        with Office("alice", "bob", "carol") as office:
            office.house.features["bob"] = NONE_SET.forwarded("busy", busy)
            office["bob"].refuses = 486
            alice = office["alice"].dial("bob")
            office.run(1)
            assert rings(office, "carol") is busy.active
            assert alice.notes == (["181", "180"] if busy.active else ["486"])
            assert rings(office, "bob")
            alice.hang_up()
            office.run()
            office.check()


@pytest.mark.parametrize(
    ("status", "case"),
    [(603, "busy"), (404, "no_answer"), (410, "no_answer"), (500, "no_answer"), (488, "")],
)
def test_what_a_phone_refuses_is_forwarded_unless_it_speaks_of_the_call(
    status: int, case: str
) -> None:
    with Office("alice", "bob", "carol", "dave") as office:
        dave = Forwarding(active=True, target="dave")
        office.house.features["bob"] = NONE_SET.forwarded("busy", CAROL).forwarded(
            "no_answer", dave
        )
        office["bob"].refuses = status
        alice = office["alice"].dial("bob")
        office.run(1)
        assert rings(office, "carol") is (case == "busy")
        assert rings(office, "dave") is (case == "no_answer")
        assert alice.notes == (["181", "180"] if case else ["488"])
        alice.hang_up()
        office.run()
        office.check()


def test_what_cannot_be_forwarded_outside_is_left_in_the_mailbox() -> None:
    with Office("alice", "bob") as office:
        office.house.features["bob"] = NONE_SET.forwarded(
            "always", Forwarding(active=True, target="0049301234")
        )
        assert office["alice"].dial("bob")
        office.run(1)
        assert office["alice"].talk.notes[-1] == "404"
        office.house.change("bob", box=Box(enabled=True))
        alice = office["alice"].dial("bob")
        office.run(1)
        assert alice.notes[-1] == "confirmed"
        alice.hang_up()
        office.run()
        office.check()


def test_calls_that_nobody_answers_are_forwarded_after_some_rings() -> None:
    with Office("alice", "bob", "carol") as office:
        no_answer = Forwarding(active=True, target="carol", rings=3)
        office.house.features["bob"] = NONE_SET.forwarded("no_answer", no_answer)
        alice = office["alice"].dial("bob")
        office.run(14)
        assert not rings(office, "carol")
        office.run(2)
        assert rings(office, "carol")
        assert office["bob"].talk.notes == ["ended"]
        alice.hang_up()
        office.run()
        office.check()


def test_calls_of_who_is_not_registered_are_forwarded() -> None:
    with Office("alice", "bob", "carol") as office:
        office.house.features["bob"] = NONE_SET.forwarded("no_answer", CAROL)
        del office.house.bindings["bob"]
        alice = office["alice"].dial("bob")
        office.run(1)
        assert rings(office, "carol")
        alice.hang_up()
        office.run()
        office.check()


@pytest.mark.parametrize("fields", [{"call_waiting": False}, {"most_calls": 1}])
def test_who_talks_may_be_busy_for_others(fields: dict[str, object]) -> None:
    for changed, heard in (fields, ["486"]), ({}, ["180"]):
        with Office("alice", "bob", "carol") as office:
            office.house.change("bob", **changed)
            alice, _ = talking(office)
            carol = office["carol"].dial("bob")
            office.run(1)
            assert carol.notes == heard
            carol.hang_up()
            alice.hang_up()
            office.run()
            office.check()


def test_lamps_show_what_an_extension_does() -> None:
    with Office("alice", "bob") as office:
        lines = office.house.lines
        changed: list[str] = []
        lines.changed = changed.append
        alice = office["alice"].dial("bob")
        office.run(1)
        (calling,), (rung,) = lines.dialogs("alice"), lines.dialogs("bob")
        assert (calling.state, calling.direction) == ("early", "initiator")
        assert (rung.state, rung.direction) == ("early", "recipient")
        assert "alice" in rung.remote.identity
        assert "bob" in calling.remote.identity
        for each in (rung.local, rung.remote, calling.local, calling.remote):
            assert each.target == each.identity  # nobody's Contact
        office["bob"].talk.accept()
        office.run(1)
        assert {each.state for each in lines.dialogs("bob")} == {"confirmed"}
        alice.hang_up()
        office.run()
        office.check()
        assert not lines.dialogs("alice")
        assert not lines.dialogs("bob")
        assert set(changed) == {"alice", "bob"}


def shown(office: Office, number: str) -> list[str]:
    """How far the calls of an extension are, for who looks at its lamp."""
    return [each.state for each in office.house.lines.dialogs(number)]


def test_a_lamp_shows_how_far_a_call_is() -> None:
    with Office("alice", "bob") as office:
        raw = RawPhone(office, "bob")
        alice = office["alice"].dial("bob")
        office.run(0.3)
        assert shown(office, "bob") == ["trying"]
        assert shown(office, "alice") == ["proceeding"]  # it has our 100
        for status, state in (100, "proceeding"), (180, "early"):
            raw.answer(raw.first(b"INVITE"), status)
            office.run(0.1)
            assert shown(office, "bob") == [state]
        alice.hang_up()
        office.run(0.1)
        raw.answer(raw.first(b"CANCEL"), 200)
        raw.answer(raw.first(b"INVITE"), 487)
        office.run()
        office.check()


def test_a_lamp_names_nobody_who_wants_no_name() -> None:
    hidden = Caller(b"sip:zoe@10.0.0.9", b"Zoe", privacy=frozenset((b"id",)))
    with Office("alice", "bob") as office:
        alice = office["alice"].dial("bob")
        office.run(1)
        leg = office.house.lines.of("alice")[0]
        leg.identity = hidden
        (rung,) = office.house.lines.dialogs("bob")
        assert rung.remote == Party("sip:anonymous@anonymous.invalid")
        alice.hang_up()
        office.run()
        office.check()


def test_who_watches_a_lamp_can_pick_up_what_it_shows() -> None:
    with Office("alice", "bob", "carol") as office:
        alice = office["alice"].dial("bob")
        office.run(1)
        (rung,) = office.house.lines.dialogs("bob")
        named = DialogReference(
            rung.call_id.encode(), rung.local_tag.encode(), rung.remote_tag.encode()
        )
        carol = office["carol"].dial("bob", b"Replaces: " + named.encode())
        office.run(1)
        assert carol.notes[-1] == alice.notes[-1] == "confirmed"
        alice.hang_up()
        office.run()
        office.check()


def test_who_is_outside_takes_no_call_of_others_by_its_name() -> None:
    with Office("alice", "bob", "provider") as office:
        directory = office.house.directory
        directory.apply(Delta(directory.version + 1, (ExtensionRemoved("provider"),)))
        alice = office["alice"].dial("bob")
        office.run(1)
        (rung,) = office.house.lines.dialogs("bob")
        named = DialogReference(
            rung.call_id.encode(), rung.local_tag.encode(), rung.remote_tag.encode()
        )
        provider = office["provider"].dial("bob", b"Replaces: " + named.encode())
        office.run(1)
        assert "confirmed" not in provider.notes
        assert alice.notes[-1] == "180"
        alice.hang_up()
        office.run()
        office.check()


def test_keys_told_by_info_become_events() -> None:
    with Office("alice", "bob") as office:
        alice, _ = talking(office)
        assert alice.call is not None
        line = b"Content-Type: application/dtmf-relay"
        alice.call.send(b"INFO", lines=(line,), body=b"Signal=5\r\nDuration=160\r\n")
        office.run(1)
        pressed = [each for each in office.house.workers.asked if isinstance(each, PressDigits)]
        assert [(each.digits, each.duration_ms) for each in pressed] == [("5", 160)]
        alice.hang_up()
        office.run()
        office.check()


@pytest.mark.parametrize("with_offer", [True, False])
def test_an_echo_is_heard(*, with_offer: bool) -> None:
    with Office("alice") as office:
        alice = office["alice"].dial("*43", with_offer=with_offer)
        office.run(1)
        assert alice.notes[-1] == "confirmed"
        (stream,) = office.house.workers.streams
        office.house.workers.press(stream, "1")  # enough of the explanation
        office.run(1)
        assert office.house.workers.heard == {stream: stream}
        alice.hang_up()
        office.run()
        office.check()
        (answered,) = (each for each in office.house.facts if isinstance(each, LegAnswered))
        assert (answered.by, answered.owner) == ("echo", "*43")


def test_a_gruu_rings_that_phone_alone() -> None:
    with Office("alice", "bob", "carol") as office:
        house = office.house
        bob, carol = (house.bindings[each][0] for each in ("bob", "carol"))
        house.bindings["bob"] = tuple(
            msgspec.structs.replace(each, number="bob", instance=f"urn:{at}")
            for at, each in enumerate((bob, carol))
        )
        house.device = "urn:1"
        alice = office["alice"].dial("bob")
        office.run(1)
        assert not office["bob"].talks
        office["carol"].talk.accept()
        office.run(1)
        alice.hang_up()
        house.device = "urn:gone"
        nobody = office["alice"].dial("bob")
        office.run()
        assert nobody.notes == ["480"]
        office.check()


def outward(office: Office, *trunks: Trunk) -> Talk:
    """Alice calls somebody outside by these trunks, in their order."""
    changes = tuple(TrunkPut(each) for each in trunks)
    directory = office.house.directory
    directory.apply(Delta(directory.version + 1, changes))
    office.house.routes["0049301234"] = tuple(
        Way(each.id, "+49301234", "4989100", "Office") for each in trunks
    )
    return office["alice"].dial("0049301234")


def trunk(office: Office, name: str, **fields: str) -> Trunk:
    """A trunk to one of the stacks."""
    return Trunk(name, name.title(), office[name].stack.host, **fields)  # type: ignore[arg-type]


def test_a_call_goes_out_by_the_first_trunk_that_takes_it() -> None:
    with Office("alice", "dead", "provider") as office:
        office["dead"].refuses = 503
        alice = outward(office, trunk(office, "dead"), trunk(office, "provider"))
        office.run(1)
        invite = office["provider"].talk.last
        assert isinstance(invite, Request)
        assert invite.uri == b"sip:+49301234@10.0.0.3"
        assert b'"Office" <sip:4989100@10.0.0.3>' in (invite.get(b"from") or b"")
        assert b"4989100" in (invite.get(b"p-asserted-identity") or b"")
        assert alice.notes == ["180"]
        office["provider"].talk.accept()
        office.run(1)
        alice.hang_up()
        office.run()
        office.check()
        called = [each for each in office.house.facts if isinstance(each, LegCalled)]
        assert [each.trunk for each in called] == ["dead", "provider"]


def test_a_provider_is_told_who_calls_in_the_header_it_reads() -> None:
    with Office("alice", "old", "strange", "own") as office:
        for name, identity in ("old", "remote-party"), ("strange", "none"), ("own", "preferred"):
            alice = outward(office, trunk(office, name, identity=identity))
            office.run(1)
            invite = office[name].talk.last
            assert isinstance(invite, Request)
            party = invite.get(b"remote-party-id")
            expected = b'"Office" <sip:4989100@10.0.0.2>;party=calling;screen=yes;privacy=off'
            assert party == (expected if name == "old" else None)
            assert invite.get(b"p-asserted-identity") is None
            preferred = invite.get(b"p-preferred-identity") or b""
            assert (b"sip:4989100@" in preferred) is (name == "own")
            alice.hang_up()
            office.run()
        office.check()


def test_who_is_busy_outside_is_not_called_by_another_trunk() -> None:
    with Office("alice", "first", "second") as office:
        office["first"].refuses = 486
        alice = outward(office, trunk(office, "first"), trunk(office, "second"))
        office.run()
        office.check()
        assert alice.notes == ["486"]
        assert not office["second"].talks


def test_without_a_trunk_nobody_is_called_outside() -> None:
    with Office("alice") as office:
        alice = outward(office, Trunk("gone", "Gone", "10.0.0.99", enabled=False))
        office.run()
        office.check()
        assert alice.notes == ["503"]
