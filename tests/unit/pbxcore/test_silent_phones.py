"""Phones that say nothing are not waited for once another has refused; all others are."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import msgspec
import pytest

from pbxcore.dialplan.plan import FeatureCodes, Plan
from pbxcore.directory import Delta, Trunk, TrunkPut
from pbxcore.features.model import FollowMe, Handling, Stop
from tests.support.handsets import Office
from tests.support.raw_phone import SDP, RawPhone
from tests.support.switching import Way, binding

if TYPE_CHECKING:
    from collections.abc import Callable


def sleeper(office: Office, name: str) -> Callable[[], None]:
    """One more phone of bob's that sleeps, and what wakes it."""
    house = office.house
    (desk,) = house.bindings["bob"]
    awake = binding("bob", office[name].stack, house.stack)
    contact = awake.contact + ";pn-provider=webpush;pn-prid=1"
    asleep = msgspec.structs.replace(awake, contact=contact, wakes=True)
    house.bindings["bob"] = (desk, asleep)
    house.settle(push_gateway="https://push.test/wake")

    def wake() -> None:
        house.bindings["bob"] = (desk, msgspec.structs.replace(asleep, cseq=asleep.cseq + 1))
        house.context.rousing.registered("bob")

    return wake


def test_a_phone_that_says_nothing_is_not_waited_for_once_another_is_busy() -> None:
    with Office("alice", "bob") as office:
        house = office.house
        gone = msgspec.structs.replace(house.bindings["bob"][0], contact="sip:bob@10.9.9.9:5060")
        house.bindings["bob"] += (msgspec.structs.replace(gone, source="10.9.9.9:5060"),)
        office["bob"].refuses = 486
        alice = office["alice"].dial("bob")
        office.run(3.5)
        assert alice.notes == []
        office.run(1)
        assert alice.notes == ["486"]
        office.run()
        office.check()


@pytest.mark.parametrize("who", [{"priority_callers": ("alice",)}, {"priority_for_all": True}])
def test_whom_a_priority_call_finds_busy_is_what_its_caller_hears(who: dict[str, Any]) -> None:
    with Office("alice", "bob") as office:
        house = office.house
        codes = msgspec.structs.replace(FeatureCodes(), **who)
        house.directory.plan = Plan(codes=codes)
        gone = msgspec.structs.replace(house.bindings["bob"][0], contact="sip:bob@10.9.9.9:5060")
        house.bindings["bob"] += (msgspec.structs.replace(gone, source="10.9.9.9:5060"),)
        office["bob"].refuses = 486
        alice = office["alice"].dial("*00bob")
        office.run(5)
        assert alice.notes[-1] == "486"
        office.run()
        office.check()


def test_a_phone_that_rings_is_waited_for_though_another_is_busy() -> None:
    with Office("alice", "bob", "carol") as office:
        house, carol = office.house, office["carol"]
        house.bindings["bob"] += (binding("bob", carol.stack, house.stack),)
        office["bob"].refuses = 486
        alice = office["alice"].dial("bob")
        office.run(20)
        assert alice.notes == ["180"]
        carol.talk.accept()
        office.run(1)
        assert alice.notes[-1] == "confirmed"
        alice.hang_up()
        office.run()
        office.check()


def test_a_phone_that_has_said_trying_alone_is_waited_for() -> None:
    with Office("alice", "bob", "carol") as office:
        house = office.house
        house.bindings["bob"] += (binding("bob", office["carol"].stack, house.stack),)
        slow = RawPhone(office, "carol")
        office["bob"].refuses = 486
        alice = office["alice"].dial("bob")
        office.run(0.2)
        [(_, invite)] = slow.requests(b"INVITE")
        slow.answer(invite, 100)
        office.run(8)
        assert (alice.notes, slow.requests(b"CANCEL")) == ([], [])
        slow.answer(invite, 180)
        office.run(1)
        assert alice.notes == ["180"]
        slow.answer(invite, 486)
        office.run()
        office.check()
        assert alice.notes[-1] == "486"


def test_a_number_outside_that_takes_long_to_ring_is_waited_for() -> None:
    with Office("alice", "bob", "provider") as office:
        house = office.house
        house.change("bob", handling=Handling(rings_too="0171555"), ring_s=20)
        line = Trunk("line", "Line", office["provider"].stack.host)
        house.directory.apply(Delta(house.directory.version + 1, (TrunkPut(line),)))
        house.routes["0171555"] = (Way("line", "0171555", "4989100"),)
        provider = RawPhone(office, "provider")
        office["bob"].refuses = 486
        office["alice"].dial("bob")
        office.run(0.2)
        [(_, invite)] = provider.requests(b"INVITE")
        provider.answer(invite, 100)
        office.run(18)
        assert provider.requests(b"CANCEL") == []
        office.run(3)
        [(at, _), *_] = provider.requests(b"CANCEL")
        assert at > 20


def test_who_answered_at_once_and_is_asked_for_a_key_is_waited_for() -> None:
    stops = (Stop("carol", 30), Stop("dave", 30))
    search = FollowMe(stops, in_order=False, confirms=True)
    with Office("alice", "bob", "carol", "dave") as office:
        house = office.house
        house.change("bob", handling=Handling(follow_me=search))
        del house.bindings["bob"]
        quick, busy = RawPhone(office, "carol"), RawPhone(office, "dave")
        alice = office["alice"].dial("bob")
        office.run(0.1)
        [(_, invite)] = quick.requests(b"INVITE")
        contact = b"Contact: <sip:carol@%b:5060>" % quick.host.encode()
        quick.answer(invite, 200, contact, SDP, body=quick.offer)
        office.run(1)
        busy.answer(busy.requests(b"INVITE")[0][1], 486)
        office.run(6)
        assert quick.requests(b"BYE") == []
        [stream] = [at for at, said in house.workers.said.items() if "call-accept" in said]
        house.workers.press(stream, "1")
        office.run(1)
        assert alice.notes[-1] == "confirmed"


def test_a_phone_that_is_being_woken_is_waited_for() -> None:
    with Office("alice", "bob", "carol") as office:
        wake = sleeper(office, "carol")
        office["bob"].refuses = 486
        alice = office["alice"].dial("bob")
        office.run(8)
        wake()
        office.run(1)
        office["carol"].talk.accept()
        office.run(1)
        assert alice.notes[-1] == "confirmed"
        alice.hang_up()
        office.run()
        office.check()


def test_a_phone_that_woke_and_says_nothing_is_not_waited_for() -> None:
    with Office("alice", "bob", "carol") as office:
        wake = sleeper(office, "carol")
        RawPhone(office, "carol")
        office["bob"].refuses = 486
        alice = office["alice"].dial("bob")
        office.run(3)
        wake()
        office.run(3.5)
        assert alice.notes == []
        office.run(2)
        assert alice.notes == ["486"]


def test_nothing_is_waited_for_where_nobody_may_be_called() -> None:
    with Office("alice", "bob") as office:
        office.house.change("bob", handling=Handling(rings_too="0900"))
        del office.house.bindings["bob"]
        alice = office["alice"].dial("bob")
        office.run(1)
        assert alice.notes == ["480"]
        office.run()
        office.check()
