"""Calls that are handed on: blind, after a consultation, while it still rings, and picked up."""

from __future__ import annotations

from typing import TYPE_CHECKING

from pbxcore.dialplan.plan import FeatureCodes, Plan
from pbxcore.directory import Delta, PlanChanged
from pbxcore.features.model import FollowMe, Handling, Stop
from pbxcore.journal import CallEnded, CallTransferred, LegsJoined
from pbxcore.sip.headers.dialog_reference import DialogReference
from pbxcore.sip.uri import write_uri_headers
from tests.support.handsets import Office
from tests.support.switching import Way
from tests.unit.pbxcore.test_call_changes import talking
from tests.unit.pbxcore.test_call_features import outward, trunk

if TYPE_CHECKING:
    from pbxcore.sip.dialogs.refer import Progress
    from tests.support.handsets import Talk


def refer(talk: Talk, target: bytes) -> list[Progress]:
    """Ask the PBX to connect the other side with a target; what is told of it."""
    told: list[Progress] = []
    assert talk.call is not None
    talk.call.refer(b"<%b>" % target, told.append)
    return told


def replaces(talk: Talk) -> DialogReference:
    """How the PBX knows a call of a phone."""
    assert talk.call is not None
    dialog = talk.call.dialog
    return DialogReference(dialog.call_id, dialog.remote_tag or b"", dialog.local_tag)


def talking_outside(office: Office) -> tuple[Talk, Talk]:
    """Alice talks to somebody behind a trunk."""
    alice = outward(office, trunk(office, "provider"))
    office.run(1)
    provider = office["provider"].talk
    provider.accept()
    office.run(1)
    return alice, provider


def test_the_callee_hands_the_caller_on() -> None:
    with Office("alice", "bob", "carol") as office:
        alice, bob = talking(office)
        told = refer(bob, office.house.uri("carol"))
        office.run(1)
        assert [each.status for each in told] == [100, 180]
        carol = office["carol"].talk
        assert carol.last is not None
        assert b"alice" in (carol.last.get(b"from") or b"").lower()
        carol.accept()
        office.run(1)
        assert told[-1].status == 200
        assert bob.notes[-1] == "ended"
        assert alice.notes[-1] != "ended"
        assert len(office.house.workers.heard) == 2
        alice.hang_up()
        office.run()
        office.check()
        assert carol.notes[-1] == "ended"
        assert len([each for each in office.house.facts if isinstance(each, CallEnded)]) == 1


def test_the_caller_hands_the_callee_on_and_does_not_wait() -> None:
    with Office("alice", "bob", "carol") as office:
        alice, bob = talking(office)
        refer(alice, office.house.uri("carol"))
        office.run(1)
        alice.hang_up()
        office.run(1)
        office["carol"].talk.accept()
        office.run(1)
        assert len(office.house.workers.heard) == 2
        bob.hang_up()
        office.run()
        office.check()
        assert office["carol"].talk.notes[-1] == "ended"


def test_who_waits_has_its_partner_back_when_nobody_answers() -> None:
    with Office("alice", "bob", "carol") as office:
        alice, bob = talking(office)
        office["carol"].refuses = 486
        told = refer(bob, office.house.uri("carol"))
        office.run(1)
        assert told[-1].status == 486
        assert len(office.house.workers.heard) == 2
        bob.hang_up()
        office.run()
        office.check()
        assert alice.notes[-1] == "ended"


def test_who_is_handed_on_to_nobody_is_hung_up() -> None:
    with Office("alice", "bob", "carol") as office:
        alice, bob = talking(office)
        refer(bob, office.house.uri("carol"))
        office.run(1)
        bob.hang_up()
        office.run()
        office.check()
        assert alice.notes[-1] == "ended"
        assert office["carol"].talk.notes[-1] == "ended"


def test_who_is_handed_on_hangs_up_while_it_rings() -> None:
    with Office("alice", "bob", "carol") as office:
        alice, bob = talking(office)
        told = refer(bob, office.house.uri("carol"))
        office.run(1)
        alice.hang_up()
        office.run()
        office.check()
        assert bob.notes[-1] == "ended"
        assert office["carol"].talk.notes[-1] == "ended"
        assert told[-1].final


def test_a_transfer_elsewhere_is_refused() -> None:
    with Office("alice", "bob") as office:
        alice, bob = talking(office)
        told = refer(bob, b"sip:zoe@example.com")
        office.run(1)
        assert told[-1].status == 404
        alice.hang_up()
        office.run()
        office.check()


def test_who_is_outside_hands_nobody_on_at_the_expense_of_who_he_talks_to() -> None:
    with Office("alice", "carol", "provider") as office:
        alice, provider = talking_outside(office)
        told = refer(provider, office.house.uri("0049301234"))  # where alice herself may call
        office.run(1)
        assert told[-1].status == 403
        assert len(office["provider"].talks) == 1
        told = refer(provider, office.house.uri("carol"))
        office.run(1)
        assert told[-1].status == 180
        office["carol"].talk.accept()
        office.run(1)
        assert told[-1].status == 200
        alice.hang_up()
        office.run()
        office.check()


def test_a_peer_without_a_trunk_is_outside_too() -> None:
    with Office("peer", "alice", "carol") as office:
        office.house.outside("peer")
        peer = office["peer"].dial("alice")
        office.run(1)
        office["alice"].talk.accept()
        office.run(1)
        (leg,) = office.house.lines.of("alice")
        other = leg.call.partner(leg)
        assert other is not None
        other.trunk = ""
        office.house.routes["0049301234"] = (Way("gone", "0049301234", "4989100"),)
        told = refer(peer, office.house.uri("0049301234"))
        office.run(1)
        assert told[-1].status == 403
        peer.hang_up()
        office.run()
        office.check()


def test_who_is_outside_sends_nobody_to_a_code() -> None:
    with Office("alice", "provider") as office:
        directory = office.house.directory
        directory.apply(Delta(directory.version + 1, (PlanChanged(Plan()),)))
        code = FeatureCodes().own_mailbox
        assert directory.own(code) is not None
        alice, provider = talking_outside(office)
        told = refer(provider, office.house.uri(code))
        office.run(1)
        assert told[-1].status == 403
        alice.hang_up()
        office.run()
        office.check()


def test_who_is_outside_takes_no_call_of_others_by_its_name() -> None:
    with Office("alice", "bob", "carol", "provider") as office:
        alice, provider = talking_outside(office)
        other = office["bob"].dial("carol")
        office.run(1)
        office["carol"].talk.accept()
        office.run(1)
        headers = write_uri_headers([(b"Replaces", replaces(other).encode())])
        told = refer(provider, b"%b?%b" % (office.house.uri("carol"), headers))
        office.run(1)
        assert told[-1].status == 481
        assert other.notes[-1] == "confirmed"
        alice.hang_up()
        other.hang_up()
        office.run()
        office.check()


def test_a_consulted_call_that_is_gone_is_not_called_anew() -> None:
    with Office("alice", "bob", "carol") as office:
        alice, bob = talking(office)
        gone = write_uri_headers([(b"Replaces", b"nothing;to-tag=a;from-tag=b")])
        told = refer(bob, b"%b?%b" % (office.house.uri("carol"), gone))
        office.run(1)
        assert [each.status for each in told] == [100, 481]
        assert not office["carol"].talks
        assert bob.notes[-1] != "ended"
        alice.hang_up()
        office.run()
        office.check()


def test_nothing_but_a_call_is_made_for_who_refers() -> None:
    with Office("alice", "bob", "carol") as office:
        alice, bob = talking(office)
        told = refer(bob, office.house.uri("carol") + b";method=BYE")
        office.run(1)
        assert told[-1].status == 403
        assert not office["carol"].talks
        alice.hang_up()
        office.run()
        office.check()


def test_a_call_is_handed_on_after_a_consultation() -> None:
    with Office("alice", "bob", "carol") as office:
        alice, bob = talking(office)
        asking = office["bob"].dial("carol")
        office.run(1)
        carol = office["carol"].talk
        carol.accept()
        office.run(1)
        target = office.house.uri("carol")
        headers = write_uri_headers([(b"Replaces", replaces(asking).encode())])
        told = refer(bob, b"%b?%b" % (target, headers))
        office.run(1)
        assert told[-1].status == 200
        assert (bob.notes[-1], asking.notes[-1]) == ("ended", "ended")
        assert len(office.house.workers.heard) == 2
        assert len(office.house.workers.streams) == 2
        alice.hang_up()
        office.run()
        office.check()
        assert carol.notes[-1] == "ended"
        transfer, *_ = (each for each in office.house.facts if isinstance(each, CallTransferred))
        assert (transfer.kind, transfer.target) == ("attended", "carol")
        joined = [each for each in office.house.facts if isinstance(each, LegsJoined)]
        assert joined[-1].call == joined[0].call == transfer.call


def test_a_call_is_handed_on_while_the_other_still_rings() -> None:
    with Office("alice", "bob", "carol") as office:
        alice, bob = talking(office)
        asking = office["bob"].dial("carol")
        office.run(1)
        headers = write_uri_headers([(b"Replaces", replaces(asking).encode())])
        refer(bob, b"%b?%b" % (office.house.uri("carol"), headers))
        office.run(1)
        office["carol"].talk.accept()
        office.run(1)
        assert len(office.house.workers.heard) == 2
        alice.hang_up()
        office.run()
        office.check()
        assert office["carol"].talk.notes[-1] == "ended"


def test_who_is_being_handed_on_himself_hands_nobody_to_that_call() -> None:
    with Office("alice", "bob", "carol", "dave") as office:
        alice, bob = talking(office)
        asking = office["bob"].dial("carol")
        office.run(1)
        carol = office["carol"].talk
        carol.accept()
        office.run(1)
        handing = refer(carol, office.house.uri("dave"))
        office.run(1)
        headers = write_uri_headers([(b"Replaces", replaces(asking).encode())])
        told = refer(bob, b"%b?%b" % (office.house.uri("dave"), headers))
        office.run(1)
        assert told[-1].status == 603
        office["dave"].talk.accept()
        office.run(1)
        assert handing[-1].status == 200
        assert carol.notes[-1] == "ended"
        assert asking.notes[-1] != "ended"
        assert len(office.house.workers.heard) == 4
        alice.hang_up()
        asking.hang_up()
        office.run()
        office.check()


def test_a_call_is_handed_on_to_who_is_still_asked_whether_he_takes_it() -> None:
    with Office("alice", "bob", "carol", "dave", "erin") as office:
        search = FollowMe((Stop("dave", 30), Stop("erin", 30)), in_order=False, confirms=True)
        office.house.change("carol", handling=Handling(follow_me=search))
        del office.house.bindings["carol"]
        alice, bob = talking(office)
        asking = office["bob"].dial("carol")
        office.run(1)
        office["dave"].talk.accept()
        office.run(1)
        headers = write_uri_headers([(b"Replaces", replaces(asking).encode())])
        told = refer(bob, b"%b?%b" % (office.house.uri("carol"), headers))
        office.run(1)
        assert told[-1].status == 200
        assert bob.notes[-1] == "ended"
        workers = office.house.workers
        (dave,) = (at for at, said in workers.said.items() if "call-accept" in said)
        workers.press(dave, "1")
        office.run(1)
        assert office["erin"].talk.notes[-1] == "ended"
        assert len(workers.heard) == 2
        alice.hang_up()
        office.run()
        office.check()
        assert office["dave"].talk.notes[-1] == "ended"


def picking(office: Office, who: str, reference: DialogReference) -> Talk:
    """Call with Replaces."""
    return office[who].dial("bob", b"Replaces: " + reference.encode())


def test_a_ringing_call_is_picked_up() -> None:
    with Office("alice", "bob", "carol") as office:
        alice = office["alice"].dial("bob")
        office.run(1)
        bob = office["bob"].talk
        carol = picking(office, "carol", replaces(bob))
        office.run(1)
        assert carol.notes[-1] == "confirmed"
        assert alice.notes[-1] == "confirmed"
        assert bob.notes == ["ended"]
        assert len(office.house.workers.heard) == 2
        alice.hang_up()
        office.run()
        office.check()


def test_a_talk_is_taken_over() -> None:
    with Office("alice", "bob", "carol") as office:
        alice, bob = talking(office)
        carol = picking(office, "carol", replaces(bob))
        office.run(1)
        assert carol.notes[-1] == "confirmed"
        assert bob.notes[-1] == "ended"
        assert alice.notes[-1] == "confirmed"
        carol.hang_up()
        office.run()
        office.check()
        assert alice.notes[-1] == "ended"


def test_what_does_not_exist_cannot_be_picked_up() -> None:
    with Office("alice", "bob") as office:
        alice = picking(office, "alice", DialogReference(b"nothing", b"a", b"b"))
        office.run()
        office.check()
        assert alice.notes == ["481"]
