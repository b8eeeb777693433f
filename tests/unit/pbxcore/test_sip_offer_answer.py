"""Offers and answers: every pattern of RFC 6337 table 1, and what is out of turn."""

from __future__ import annotations

import pytest
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, rule

from pbxcore.errors import LocalProtocolError, RemoteProtocolError
from pbxcore.sip.dialogs.offer_answer import Carrier, Meaning, OfferAnswer, Side

OFFER, ANSWER, PREVIEW, NOTHING = Meaning
Step = tuple[Side, Carrier, bytes, Meaning]
US, THEM = Side.LOCAL, Side.REMOTE


def run(machine: OfferAnswer, *steps: Step) -> None:
    for side, carrier, body, meaning in steps:
        act = machine.send if side is US else machine.receive
        assert act(carrier, body) is meaning, (side, carrier)


PATTERNS: dict[str, tuple[Step, ...]] = {
    "1: offer in INVITE, answer in 2xx": (
        (US, Carrier.INVITE, b"o", OFFER),
        (THEM, Carrier.SUCCESS, b"a", ANSWER),
        (US, Carrier.ACK, b"", NOTHING),
    ),
    "2: offer in 2xx, answer in ACK": (
        (US, Carrier.INVITE, b"", NOTHING),
        (THEM, Carrier.SUCCESS, b"o", OFFER),
        (US, Carrier.ACK, b"a", ANSWER),
    ),
    "3: offer in INVITE, answer in a reliable 1xx": (
        (US, Carrier.INVITE, b"o", OFFER),
        (THEM, Carrier.RELIABLE, b"a", ANSWER),
        (US, Carrier.PRACK, b"", NOTHING),
        (THEM, Carrier.PRACK_SUCCESS, b"", NOTHING),
        (THEM, Carrier.SUCCESS, b"a", NOTHING),
        (US, Carrier.ACK, b"", NOTHING),
    ),
    "4: offer in a reliable 1xx, answer in PRACK": (
        (US, Carrier.INVITE, b"", NOTHING),
        (THEM, Carrier.RELIABLE, b"o", OFFER),
        (US, Carrier.PRACK, b"a", ANSWER),
        (THEM, Carrier.PRACK_SUCCESS, b"", NOTHING),
        (THEM, Carrier.SUCCESS, b"", NOTHING),
        (US, Carrier.ACK, b"", NOTHING),
    ),
    "5: offer in PRACK, answer in its 2xx": (
        (US, Carrier.INVITE, b"o", OFFER),
        (THEM, Carrier.RELIABLE, b"a", ANSWER),
        (US, Carrier.PRACK, b"o", OFFER),
        (THEM, Carrier.PRACK_SUCCESS, b"a", ANSWER),
        (THEM, Carrier.SUCCESS, b"", NOTHING),
    ),
    "6: offer in an early UPDATE, answer in its 2xx": (
        (US, Carrier.INVITE, b"o", OFFER),
        (THEM, Carrier.RELIABLE, b"a", ANSWER),
        (THEM, Carrier.UPDATE, b"o", OFFER),
        (US, Carrier.UPDATE_SUCCESS, b"a", ANSWER),
        (THEM, Carrier.SUCCESS, b"", NOTHING),
    ),
    "the answer previewed in an unreliable 1xx": (
        (US, Carrier.INVITE, b"o", OFFER),
        (THEM, Carrier.PROVISIONAL, b"a", PREVIEW),
        (THEM, Carrier.SUCCESS, b"a", ANSWER),
    ),
    "an unreliable 1xx to an INVITE without an offer can make none": (
        (US, Carrier.INVITE, b"", NOTHING),
        (THEM, Carrier.PROVISIONAL, b"o", NOTHING),
        (THEM, Carrier.SUCCESS, b"o", OFFER),
        (US, Carrier.ACK, b"a", ANSWER),
    ),
}


@pytest.mark.parametrize("steps", PATTERNS.values(), ids=PATTERNS)
@pytest.mark.parametrize("mirrored", [False, True], ids=["as caller", "as callee"])
def test_pattern_of_rfc_6337(steps: tuple[Step, ...], mirrored: bool) -> None:
    machine = OfferAnswer()
    if mirrored:  # a sender may not repeat an answer; that is the reader's tolerance
        steps = tuple(
            (side.other, carrier, b"" if meaning is NOTHING else body, meaning)
            for side, carrier, body, meaning in steps
        )
    run(machine, *steps)
    assert machine.established
    assert machine.offerer is None
    assert machine.may_offer(Carrier.INVITE)
    assert machine.may_offer(Carrier.UPDATE)


def established() -> OfferAnswer:
    machine = OfferAnswer(lambda: 3)
    run(machine, (US, Carrier.INVITE, b"o", OFFER), (THEM, Carrier.SUCCESS, b"a", ANSWER))
    return machine


@pytest.mark.parametrize("ours", [Carrier.INVITE, Carrier.UPDATE])
@pytest.mark.parametrize("theirs", [Carrier.INVITE, Carrier.UPDATE])
def test_two_offers_that_cross_are_both_refused_with_491(ours: Carrier, theirs: Carrier) -> None:
    machine = established()
    machine.send(ours, b"o2")
    with pytest.raises(RemoteProtocolError) as refusal:
        machine.receive(theirs, b"o3")
    assert refusal.value.status == 491
    machine.refused(ours)
    assert machine.may_offer(ours)
    assert machine.agreed == {US: b"o", THEM: b"a"}


@pytest.mark.parametrize("theirs", [Carrier.INVITE, Carrier.UPDATE])
def test_second_offer_before_our_answer_is_500_with_retry_after(theirs: Carrier) -> None:
    machine = established()
    machine.receive(Carrier.INVITE, b"o2")
    with pytest.raises(RemoteProtocolError) as refusal:
        machine.receive(theirs, b"o3")
    assert refusal.value.status == 500
    assert refusal.value.headers == (b"Retry-After: 3",)


def test_update_before_the_first_answer_is_out_of_turn() -> None:
    machine = OfferAnswer()
    machine.send(Carrier.INVITE, b"o")
    assert not machine.may_offer(Carrier.UPDATE)
    with pytest.raises(LocalProtocolError):
        machine.send(Carrier.UPDATE, b"o2")
    with pytest.raises(RemoteProtocolError) as refusal:
        machine.receive(Carrier.UPDATE, b"o2")
    assert refusal.value.status == 491


def test_update_without_a_body_is_always_in_turn() -> None:
    machine = OfferAnswer()
    machine.send(Carrier.INVITE, b"o")
    assert machine.receive(Carrier.UPDATE, b"") is NOTHING
    assert machine.send(Carrier.UPDATE_SUCCESS, b"") is NOTHING


def test_2xx_without_the_answer_is_wrong() -> None:
    machine = OfferAnswer()
    machine.send(Carrier.INVITE, b"o")
    with pytest.raises(RemoteProtocolError, match="400 Answer Missing"):
        machine.receive(Carrier.SUCCESS, b"")


def test_2xx_to_an_invite_without_offer_must_make_one() -> None:
    machine = OfferAnswer()
    machine.receive(Carrier.INVITE, b"")
    assert machine.may_offer(Carrier.SUCCESS)
    with pytest.raises(LocalProtocolError):
        machine.send(Carrier.SUCCESS, b"")


def test_no_2xx_before_the_prack_that_answers() -> None:
    machine = OfferAnswer()
    machine.receive(Carrier.INVITE, b"")
    machine.send(Carrier.RELIABLE, b"o")
    with pytest.raises(LocalProtocolError):
        machine.send(Carrier.SUCCESS, b"")
    machine.receive(Carrier.PRACK, b"a")
    assert machine.send(Carrier.SUCCESS, b"") is NOTHING


def test_ack_without_the_answer_is_wrong() -> None:
    machine = OfferAnswer()
    machine.receive(Carrier.INVITE, b"")
    machine.send(Carrier.SUCCESS, b"o")
    with pytest.raises(RemoteProtocolError, match="400 Answer Missing"):
        machine.receive(Carrier.ACK, b"")


def test_offer_in_prack_needs_a_first_exchange() -> None:
    machine = OfferAnswer()
    machine.send(Carrier.INVITE, b"o")
    assert machine.receive(Carrier.RELIABLE, b"") is NOTHING
    assert not machine.may_offer(Carrier.PRACK)
    with pytest.raises(LocalProtocolError):
        machine.send(Carrier.PRACK, b"o2")


def test_refused_reinvite_leaves_what_was_agreed() -> None:
    machine = established()
    machine.receive(Carrier.INVITE, b"o2")
    machine.refused(Carrier.INVITE)
    assert machine.agreed == {US: b"o", THEM: b"a"}
    assert machine.may_offer(Carrier.INVITE)


def test_answer_that_crosses_the_refusal_of_its_invite_is_void() -> None:
    caller, callee = established(), OfferAnswer()
    run(callee, (THEM, Carrier.INVITE, b"o", OFFER), (US, Carrier.SUCCESS, b"a", ANSWER))
    caller.send(Carrier.INVITE, b"")
    callee.receive(Carrier.INVITE, b"")
    callee.send(Carrier.RELIABLE, b"o2")
    caller.receive(Carrier.RELIABLE, b"o2")
    caller.send(Carrier.PRACK, b"a2")
    callee.refused(Carrier.INVITE)
    assert callee.receive(Carrier.PRACK, b"a2") is NOTHING
    caller.refused(Carrier.INVITE)
    assert caller.agreed == {US: b"o", THEM: b"a"}
    assert callee.agreed == {THEM: b"o", US: b"a"}


def test_forks_agree_each_for_itself() -> None:
    machine = OfferAnswer()
    machine.send(Carrier.INVITE, b"o")
    other = machine.forked()
    machine.receive(Carrier.RELIABLE, b"a1")
    assert not other.established
    other.receive(Carrier.SUCCESS, b"a2")
    assert machine.agreed[THEM] == b"a1"
    assert other.agreed[THEM] == b"a2"


class TwoEnds(RuleBasedStateMachine):
    """Two ends take any turn that is legal for them; messages of one direction keep their order."""

    def __init__(self) -> None:
        super().__init__()
        self.ends = (OfferAnswer(), OfferAnswer())
        self.wires: tuple[list[tuple[str, Carrier, bytes]], ...] = ([], [])  # towards end 0, end 1
        self.owes: tuple[dict[Carrier, bool], ...] = ({}, {})  # requests to answer: had an offer
        self.count = 0

    def body(self) -> bytes:
        self.count += 1
        return b"%d" % self.count

    def put(self, end: int, kind: str, carrier: Carrier, body: bytes) -> None:
        self.wires[1 - end].append((kind, carrier, body))

    @rule(
        end=st.integers(0, 1),
        carrier=st.sampled_from((Carrier.INVITE, Carrier.UPDATE)),
        offer=st.booleans(),
    )
    def ask(self, end: int, carrier: Carrier, offer: bool) -> None:
        machine = self.ends[end]
        if not machine.may_offer(carrier) or carrier in self.owes[end]:
            return
        offer = offer or carrier is Carrier.UPDATE
        body = self.body() if offer else b""
        machine.send(carrier, body)
        self.put(end, "request", carrier, body)

    @rule(end=st.integers(0, 1), reliable=st.booleans())
    def answer(self, end: int, reliable: bool) -> None:
        machine, owes = self.ends[end], self.owes[end]
        if Carrier.UPDATE in owes:
            del owes[Carrier.UPDATE]
            body = self.body() if machine.offerer is THEM else b""
            machine.send(Carrier.UPDATE_SUCCESS, body)
            self.put(end, "response", Carrier.UPDATE_SUCCESS, body)
        elif Carrier.INVITE in owes and machine.offerer is not US:
            needs = machine.offerer is THEM or machine.may_offer(Carrier.SUCCESS)
            body = self.body() if needs else b""
            if reliable and needs:
                machine.send(Carrier.RELIABLE, body)
                self.put(end, "response", Carrier.RELIABLE, body)
                return
            del owes[Carrier.INVITE]
            machine.send(Carrier.SUCCESS, body)
            self.put(end, "response", Carrier.SUCCESS, body)

    @rule(end=st.integers(0, 1))
    def refuse(self, end: int) -> None:
        for carrier in list(self.owes[end]):
            del self.owes[end][carrier]
            self.ends[end].refused(carrier)
            self.put(end, "refusal", carrier, b"")

    @rule(end=st.integers(0, 1))
    def deliver(self, end: int) -> None:
        if not self.wires[end]:
            return
        kind, carrier, body = self.wires[end].pop(0)
        machine = self.ends[end]
        if kind == "refusal":
            machine.refused(carrier)
            return
        try:
            meaning = machine.receive(carrier, body)
        except RemoteProtocolError as refusal:
            if kind == "response" or refusal.status not in (491, 500):
                raise
            self.put(end, "refusal", carrier, b"")
            return
        if kind == "request" and carrier in (Carrier.INVITE, Carrier.UPDATE):
            self.owes[end][carrier] = bool(body)
        elif carrier is Carrier.RELIABLE:
            reply = self.body() if meaning is OFFER else b""
            machine.send(Carrier.PRACK, reply)
            self.put(end, "request", Carrier.PRACK, reply)
        elif carrier is Carrier.SUCCESS:
            reply = self.body() if meaning is OFFER else b""
            machine.send(Carrier.ACK, reply)
            self.put(end, "request", Carrier.ACK, reply)

    @invariant()
    def silence_means_agreement(self) -> None:
        one, other = self.ends
        if any(self.wires) or any(self.owes):
            return
        assert one.offerer is other.offerer is None
        assert one.agreed.get(US) == other.agreed.get(THEM)
        assert one.agreed.get(THEM) == other.agreed.get(US)
        assert one.may_offer(Carrier.INVITE)
        assert other.may_offer(Carrier.INVITE)


TestTwoEnds = TwoEnds.TestCase
