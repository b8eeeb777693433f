"""Two user agents on a virtual wire: whole calls in virtual time."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from pbxcore.errors import RemoteProtocolError
from pbxcore.sip.agent.route import UriRouter
from pbxcore.sip.digest import Authenticator, Verdict, parse_credentials
from pbxcore.sip.digest_client import Account, DigestClient
from pbxcore.sip.message import Request, Response, build_request, parse
from pbxcore.sip.resolution import Kind
from pbxcore.sip.user_agent import Application
from tests.support.agents import Host, Timeless, Witness, World

if TYPE_CHECKING:
    from collections.abc import Callable

    from pbxcore.sip.agent.references import Referral
    from pbxcore.sip.resolution import Question, Record
    from pbxcore.sip.transactions.incoming import Incoming

    Questions = tuple[Question, ...]

PASSWORD = "between us"  # noqa: S105
A, B, C = "10.0.0.1", "10.0.0.2", "10.0.0.3"


@pytest.fixture
def world() -> World:
    return World()


@pytest.fixture
def alice(world: World) -> Host:
    return world.host(A)


@pytest.fixture
def bob(world: World) -> Host:
    return world.host(B)


def answered(world: World, alice: Host, bob: Host) -> Witness:
    """A call that both sides know to be answered."""
    witness = alice.call(bob)
    world.run(0.5)
    bob.desk.call.accept(b"answer")
    world.run(0.5)
    assert "confirmed" in witness.notes
    assert "confirmed" in bob.desk.witness.notes
    return witness


def test_call_rings_is_answered_and_hung_up(world: World, alice: Host, bob: Host) -> None:
    witness = answered(world, alice, bob)
    assert bob.desk.call.offer == b"offer"
    witness.call.hang_up()
    world.run(1.0)
    assert witness.notes == ["rang 180", "described answer", "confirmed", "ended 0 by us"]
    assert bob.desk.witness.notes == ["confirmed", "ended 0 by peer"]
    assert world.ladder() == [
        f"{A} INVITE",
        f"{B} 180 INVITE",
        f"{A} PRACK",
        f"{B} 200 PRACK",
        f"{B} 200 INVITE",
        f"{A} ACK",
        f"{A} BYE",
        f"{B} 200 BYE",
    ]


def test_nothing_is_left_of_a_call(world: World, alice: Host, bob: Host) -> None:
    answered(world, alice, bob).call.hang_up()
    world.run(200.0)
    for host in (alice, bob):
        assert len(host.agent) == 0
        assert len(host.layer) == 0


def test_callee_may_make_the_offer(world: World, alice: Host, bob: Host) -> None:
    witness = alice.call(bob, b"")
    world.run(0.5)
    bob.desk.call.accept(b"their offer")
    world.run(0.5)
    assert witness.notes == ["rang 180", "offered their offer", "confirmed"]
    assert bob.desk.witness.notes == ["described answer", "confirmed"]


def test_answer_in_a_reliable_183_is_not_repeated(world: World, alice: Host, bob: Host) -> None:
    bob.desk.at_once = lambda call: call.ring(183, b"early")
    witness = alice.call(bob)
    world.run(0.1)
    bob.desk.call.accept(b"late")
    world.run(0.5)
    assert witness.notes == ["rang 183", "described early", "confirmed"]
    (success,) = world.messages(B, b"INVITE", 200)
    assert success.body == b""


def test_unreliable_183_is_a_preview(world: World, alice: Host) -> None:
    bob = world.host(B, reliable=False)
    bob.desk.at_once = lambda call: call.ring(183, b"early")
    witness = alice.call(bob)
    world.run(0.1)
    bob.desk.call.accept(b"answer")
    world.run(0.5)
    assert witness.notes == ["rang 183", "previewed early", "described answer", "confirmed"]


def test_offer_in_a_reliable_183_is_answered_in_prack(world: World, alice: Host, bob: Host) -> None:
    bob.desk.at_once = lambda call: call.ring(183, b"early offer")
    witness = alice.call(bob, b"")
    bob.desk.witness.answer = b"x"
    world.run(0.1)
    bob.desk.call.accept()
    world.run(0.5)
    assert witness.notes == ["rang 183", "offered early offer", "confirmed"]
    assert bob.desk.witness.notes == ["described answer", "confirmed"]


def test_early_session_is_changed_by_update(world: World, alice: Host, bob: Host) -> None:
    bob.desk.at_once = lambda call: call.ring(183, b"early")
    witness = alice.call(bob)
    world.run(0.2)
    witness.call.modify(b"changed offer")
    world.run(0.2)
    assert witness.notes[-2:] == ["described answer", "changed 200"]
    assert f"{A} UPDATE" in world.ladder()
    bob.desk.call.accept()
    world.run(0.5)
    assert witness.notes[-1] == "confirmed"


def test_refused_call(world: World, alice: Host, bob: Host) -> None:
    bob.desk.at_once = lambda call: call.refuse(486)
    witness = alice.call(bob)
    world.run(0.5)
    assert witness.notes == ["failed 486"]
    assert bob.desk.witness.notes == ["ended 486 by us"]


def test_silence_and_no_way_fail(world: World, alice: Host, bob: Host) -> None:
    world.lost = lambda sender, data: sender == A
    silent = alice.call(bob)
    world.run(40.0)
    assert silent.notes == ["failed 408"]
    nowhere = Witness()
    alice.agent.invite(b"sip:10.9.9.9", nowhere)
    assert nowhere.notes == ["failed 503"]


def test_cancelled_call(world: World, alice: Host, bob: Host) -> None:
    witness = alice.call(bob)
    world.run(0.5)
    witness.call.hang_up(b'Reason: SIP;cause=200;text="Call completed elsewhere"')
    world.run(0.5)
    assert witness.notes == ["rang 180", "failed 487"]
    assert bob.desk.witness.notes == ["ended 487 by peer"]
    (cancel,) = world.messages(A, b"CANCEL")
    assert (cancel.get(b"reason") or b"").startswith(b"SIP;cause=200")


def test_cancel_that_crosses_the_answer_hangs_up(world: World, alice: Host, bob: Host) -> None:
    witness = alice.call(bob)
    world.run(0.5)
    assert witness.outgoing is not None
    witness.outgoing.cancel(b"Reason: SIP;cause=200")
    bob.desk.call.accept(b"answer")
    world.run(1.0)
    assert witness.notes == ["rang 180", "failed 487"]
    assert bob.desk.witness.notes == ["confirmed", "ended 0 by peer"]
    [bye] = world.messages(A, b"BYE")
    assert bye.get(b"reason") == b"SIP;cause=200"
    assert [each for each in world.ladder() if each.endswith((" ACK", " BYE"))] == [
        f"{A} ACK",
        f"{A} BYE",
        f"{B} 200 BYE",
    ]


def test_lost_ack_is_sent_again(world: World, alice: Host, bob: Host) -> None:
    lost: list[bytes] = []

    def lose(sender: str, data: bytes) -> bool:
        if data.startswith(b"ACK") and len(lost) < 3:
            lost.append(data)
            return True
        return False

    world.lost = lose
    witness = alice.call(bob)
    world.run(0.5)
    bob.desk.call.accept(b"answer")
    world.run(10.0)
    assert len(world.messages(B, b"INVITE", 200)) == 4
    assert len(world.messages(A, b"ACK")) == 4
    assert "confirmed" in bob.desk.witness.notes
    assert witness.notes.count("confirmed") == 1


def test_without_an_ack_the_call_is_given_up(world: World, alice: Host, bob: Host) -> None:
    world.lost = lambda sender, data: data.startswith(b"ACK")
    alice.call(bob)
    world.run(0.5)
    bob.desk.call.accept(b"answer")
    world.run(40.0)
    assert bob.desk.witness.notes == ["ended 408 by us"]
    assert f"{B} BYE" in world.ladder()


def test_callee_that_hangs_up_at_once_waits_for_the_ack(
    world: World, alice: Host, bob: Host
) -> None:
    alice.call(bob)
    world.run(0.5)
    bob.desk.call.accept(b"answer")
    bob.desk.call.hang_up()
    world.run(1.0)
    ladder = world.ladder()
    assert ladder.index(f"{A} ACK") < ladder.index(f"{B} BYE")
    assert bob.desk.witness.notes[-1] == "ended 0 by us"


def test_either_side_changes_the_session(world: World, alice: Host, bob: Host) -> None:
    witness = answered(world, alice, bob)
    witness.call.modify(b"hold")
    world.run(1.0)
    assert witness.notes[-2:] == ["described answer", "changed 200"]
    assert bob.desk.witness.notes[-1] == "offered hold"
    bob.desk.call.modify(b"")
    world.run(1.0)
    assert witness.notes[-1] == "described answer"
    assert bob.desk.witness.notes[-2:] == ["offered answer", "changed 200"]


def test_refused_change_leaves_the_call(world: World, alice: Host, bob: Host) -> None:
    witness = answered(world, alice, bob)
    bob.desk.witness.answer = None
    witness.call.modify(b"video")
    world.run(1.0)
    assert witness.notes[-1] == "changed 488"
    assert not witness.call.ended
    witness.call.hang_up()
    world.run(1.0)
    assert bob.desk.witness.notes[-1] == "ended 0 by peer"


def test_who_is_there_is_told_again_when_the_change_that_told_it_is_refused(
    world: World, alice: Host, bob: Host
) -> None:
    witness = answered(world, alice, bob)
    bob.desk.witness.answer = None
    witness.call.present((b"P-Asserted-Identity: <sip:carol@c>",))
    witness.call.modify(b"video")
    world.run(1.0)
    (change,) = world.messages(A, b"INVITE")[1:]
    (update,) = world.messages(A, b"UPDATE")
    assert update.get(b"p-asserted-identity") == change.get(b"p-asserted-identity")
    assert not update.body
    witness.call.modify(b"video")
    world.run(1.0)
    assert len(world.messages(A, b"UPDATE")) == 1  # that was heard


def test_who_knows_update_no_more_is_told_with_the_next_change_alone(
    world: World, alice: Host, bob: Host
) -> None:
    witness = answered(world, alice, bob)
    world.lost = lambda sender, data: data.startswith(b"ACK ")
    bob.desk.call.modify(b"hold")
    world.run(0.2)
    witness.call.present((b"P-Asserted-Identity: <sip:carol@c>",))
    world.run(0.1)
    witness.call.allows = (b"INVITE", b"ACK", b"BYE")
    world.lost = lambda sender, data: False
    world.run(5.0)
    assert world.messages(A, b"UPDATE") == []
    assert len(world.messages(A, b"INVITE")) == 1
    witness.call.modify(b"video")
    world.run(1.0)
    assert world.messages(A, b"INVITE")[-1].get(b"p-asserted-identity") == b"<sip:carol@c>"


@pytest.mark.parametrize("method", [b"UPDATE", b"INVITE"])
def test_an_answer_that_crosses_the_end_begins_nothing_anew(
    world: World, bob: Host, method: bytes
) -> None:
    alice = world.host(A, session_s=100)
    call = answered(world, alice, bob).call
    if method == b"INVITE":
        call.modify(b"video")
    else:
        call.refresh()
    call.hang_up()
    world.run(1.0)
    assert len(world.messages(B, method, 200)) == 1 + (method == b"INVITE")
    assert call.deadline is None
    world.run(200.0)
    assert len(alice.agent) == len(alice.layer) == 0


def test_changes_that_cross_are_both_made_at_last(world: World, alice: Host, bob: Host) -> None:
    witness = answered(world, alice, bob)
    witness.call.modify(b"from alice")
    bob.desk.call.modify(b"from bob")
    world.run(10.0)
    assert f"{A} 491 INVITE" in world.ladder()
    assert f"{B} 491 INVITE" in world.ladder()
    assert "changed 200" in witness.notes
    assert "changed 200" in bob.desk.witness.notes


def test_session_is_refreshed_by_update_and_ends_when_the_other_is_gone(
    world: World, bob: Host
) -> None:
    alice = world.host(A, session_s=100)
    witness = answered(world, alice, bob)
    world.run(60.0)
    assert world.ladder().count(f"{A} UPDATE") == 1
    assert world.ladder().count(f"{B} 200 UPDATE") == 1
    world.run(50.0)
    assert not witness.call.ended
    world.lost = lambda sender, data: True
    world.run(200.0)
    assert witness.notes[-1] == "ended 408 by us"
    assert bob.desk.witness.notes[-1] == "ended 408 by us"


def test_too_short_a_session_is_asked_for_again(world: World, alice: Host, bob: Host) -> None:
    bob.agent.core.profile = bob.agent.core.profile.__class__(b"<sip:b>", shortest_session_s=3600)
    answered(world, alice, bob)
    (refusal,) = world.messages(B, b"INVITE", 422)
    assert refusal.get(b"min-se") == b"3600"
    (success,) = world.messages(B, b"INVITE", 200)
    assert (success.get(b"session-expires") or b"").startswith(b"3600")


def test_info_reaches_the_other_side(world: World, alice: Host, bob: Host) -> None:
    witness = answered(world, alice, bob)
    statuses: list[int] = []
    for line in (b"test", b"other"):
        witness.call.send(
            b"INFO",
            lambda status, _: statuses.append(status),
            (b"Info-Package: " + line, b"Content-Type: text/plain"),
            b"hello",
        )
    world.run(1.0)
    assert bob.desk.witness.notes[-1] == "informed hello"
    assert statuses == [200, 469]


def test_blind_transfer_tells_how_it_goes(world: World, alice: Host, bob: Host) -> None:
    carol = world.host(C)
    witness = answered(world, alice, bob)
    told: list[tuple[int, bool]] = []
    bob.desk.call.refer(b"<sip:10.0.0.3>", lambda each: told.append((each.status, each.final)))
    world.run(0.5)
    assert witness.notes[-1] == "referred sip:10.0.0.3"
    bob.desk.call.hang_up()  # the subscription outlives the call
    transferred = alice.call(carol)
    world.run(0.5)
    witness.referrals[0].progress(180)
    carol.desk.call.accept(b"answer")
    world.run(0.5)
    witness.referrals[0].progress(200)
    world.run(0.5)
    assert "confirmed" in transferred.notes
    assert told == [(100, False), (180, False), (200, True)]
    world.run(300.0)
    assert len(bob.agent) == 0


def test_attended_transfer_replaces_the_call(world: World, alice: Host, bob: Host) -> None:
    carol = world.host(C)
    answered(world, alice, bob)
    consulted = answered(world, alice, carol)
    theirs = consulted.call.dialog
    replaces = b"Replaces: %b;to-tag=%b;from-tag=%b" % (
        theirs.call_id,
        theirs.remote_tag,
        theirs.local_tag,
    )
    transferred = bob.call(carol, lines=(replaces,))
    world.run(0.5)
    assert carol.desk.call.replaced is not None
    carol.desk.call.accept(b"answer")
    world.run(0.5)
    assert "confirmed" in transferred.notes
    assert consulted.notes[-1] == "ended 0 by peer"
    again = bob.call(carol, lines=(replaces,))
    world.run(0.5)
    assert again.notes == ["failed 603"]
    unknown = bob.call(carol, lines=(b"Replaces: x;to-tag=1;from-tag=2",))
    world.run(0.5)
    assert unknown.notes == ["failed 481"]


def raw(call_id: bytes, method: bytes, cseq: int, to_tag: bytes, from_tag: bytes) -> bytes:
    lines = [
        b"Via: SIP/2.0/UDP 10.0.0.1;branch=z9hG4bKraw%d%b" % (cseq, method),
        b"Max-Forwards: 70",
        b"From: <sip:10.0.0.1>;tag=" + from_tag,
        b"To: <sip:10.0.0.2>;tag=" + to_tag,
        b"Call-ID: " + call_id,
        b"CSeq: %d %b" % (cseq, method),
    ]
    return build_request(method, b"sip:10.0.0.2", lines)


def statuses(world: World, sender: str, method: bytes) -> list[int]:
    found = [parse(data) for _, by, data in world.seen if by == sender]
    return [
        each.status
        for each in found
        if isinstance(each, Response) and (each.get(b"cseq") or b"").endswith(method)
    ]


def test_old_cseq_is_500_and_bye_twice_is_481(world: World, alice: Host, bob: Host) -> None:
    dialog = answered(world, alice, bob).call.dialog
    tags = dialog.remote_tag, dialog.local_tag
    for cseq in (0, 50, 51):
        bob.take(raw(dialog.call_id, b"BYE", cseq, *tags), A)
    assert statuses(world, B, b"BYE") == [500, 200, 481]
    bob.take(raw(b"unknown", b"BYE", 1, *tags), A)
    assert statuses(world, B, b"BYE")[-1] == 481


def test_second_fork_that_answers_is_acknowledged_and_hung_up(world: World, alice: Host) -> None:
    world.hosts[B] = bob = Fork(world)
    witness = alice.call(bob)
    world.run(0.1)
    bob.answer(180, b"one")
    bob.answer(180, b"two")
    bob.answer(200, b"two")
    world.run(0.1)
    bob.answer(200, b"one")
    world.run(0.1)
    assert witness.notes.count("confirmed") == 1
    byes = [each for each in bob.requests if each.method == b"BYE"]
    acks = [each for each in bob.requests if each.method == b"ACK"]
    assert [(each.get(b"to") or b"")[-3:] for each in acks] == [b"two", b"one"]
    assert [(each.get(b"to") or b"")[-3:] for each in byes] == [b"one"]
    world.run(40.0)
    bob.answer(200, b"three")  # long after: no transaction, still recognised
    world.run(0.1)
    assert [(each.get(b"to") or b"")[-5:] for each in bob.requests][-2:] == [b"three", b"three"]


def test_2xx_to_what_we_never_sent_is_not_answered(world: World, alice: Host) -> None:
    world.hosts[B] = bob = Fork(world)
    alice.call(bob)
    world.run(0.1)
    stray = bob.invite
    assert stray is not None
    stray.replace(b"call-id", b"Call-ID: other")
    stray.replace(b"via", b"Via: SIP/2.0/UDP 10.0.0.1;branch=z9hG4bKother")
    bob.answer(200, b"x")
    world.run(1.0)
    assert [each.method for each in bob.requests if each.method != b"INVITE"] == []


class Fork:
    """Answers as several phones behind a proxy would."""

    uri = b"sip:10.0.0.2"

    def __init__(self, world: World) -> None:
        self.world = world
        self.layer = Timeless()
        self.requests: list[Request] = []
        self.invite: Request | None = None

    def take(self, data: bytes, sender: str) -> None:
        message = parse(data)
        if isinstance(message, Request):
            self.requests.append(message)
            if message.method == b"INVITE":
                self.invite = message

    def answer(self, status: int, tag: bytes) -> None:
        assert self.invite is not None
        get = self.invite.get
        lines = [b"Via: " + (get(b"via") or b""), b"From: " + (get(b"from") or b"")]
        lines += [b"To: %b;tag=%b" % (get(b"to") or b"", tag)]
        lines += [b"Call-ID: " + (get(b"call-id") or b""), b"CSeq: " + (get(b"cseq") or b"")]
        body = b"answer" if status == 200 else b""
        lines += [b"Contact: <sip:%b@10.0.0.2>" % tag, b"Content-Length: %d" % len(body)]
        response = Response(status, b"X", b"SIP/2.0", lines, body)
        self.world.put(B, A, response.encode())


@pytest.mark.parametrize("seed", range(40))
def test_calls_survive_lost_datagrams(seed: int) -> None:
    world = World(seed)
    alice, bob = world.host(A), world.host(B)
    world.lost = lambda sender, data: world.now < 120 and world.chance.random() < 0.3
    bob.desk.at_once = lambda call: call.ring(183, b"early")
    witness = alice.call(bob)
    world.run(5.0)
    if bob.desk.calls:
        bob.desk.call.accept()
        world.run(20.0)
        witness.call.modify(b"hold")
        bob.desk.call.modify(b"other")
        world.run(60.0)
        witness.call.hang_up()
    alice.agent.hang_up_all()
    world.run(400.0)
    for host in (alice, bob):
        assert len(host.agent) == 0
        assert len(host.layer) == 0
    assert sum(each.startswith(("ended", "failed")) for each in witness.notes) == 1
    assert len(bob.desk.calls) <= 1


def test_challenges_are_answered_in_calls_and_outside(world: World, bob: Host) -> None:
    proxy = Challenger(world)
    client = DigestClient(lambda realm: Account("alice", PASSWORD), lambda: b"nonce")
    alice = world.host(A, attempts=client)
    bob.receive = proxy.challenges(bob.receive)
    witness = answered(world, alice, bob)
    (ack,) = world.messages(A, b"ACK")[-1:]
    assert ack.get(b"proxy-authorization") is not None
    assert (ack.get(b"cseq") or b"").startswith(b"2 ")
    statuses: list[int] = []
    conversation = alice.agent.conversation(bob.uri)
    for method in (b"OPTIONS", b"MESSAGE"):
        alice.agent.request(method, conversation, lambda status, _: statuses.append(status))
    witness.call.hang_up()
    world.run(1.0)
    assert statuses == [405, 405]  # by now the nonce is known, and what was asked is judged
    assert bob.desk.witness.notes[-1] == "ended 0 by peer"


def test_wrong_password_is_told(world: World, bob: Host) -> None:
    proxy = Challenger(world)
    client = DigestClient(lambda realm: Account("alice", "wrong"), lambda: b"nonce")
    alice = world.host(A, attempts=client)
    bob.receive = proxy.challenges(bob.receive)
    witness = alice.call(bob)
    world.run(1.0)
    assert witness.notes == ["failed 407"]


class Challenger:
    """Asks for a password before anything else."""

    def __init__(self, world: World) -> None:
        self._world = world
        self._judge = Authenticator(bytes(32), world.chance.randbytes)

    def challenges(self, receive: Callable[[Incoming], None]) -> Callable[[Incoming], None]:
        def guarded(incoming: Incoming) -> None:
            value = incoming.request.get(b"proxy-authorization") or b"None"
            credentials = parse_credentials(value)
            good = credentials is not None and self._judge.judge(
                credentials,
                method=incoming.request.method,
                realm="test",
                secret=PASSWORD,
                now=self._world.now,
            )
            if good is not Verdict.GOOD:
                lines = self._judge.challenges("test", self._world.now)
                renamed = tuple(each.replace(b"WWW-", b"Proxy-") for each in lines)
                raise RemoteProtocolError(407, "", renamed)
            receive(incoming)

        return guarded


def test_next_server_is_tried_when_one_is_silent_or_overloaded(world: World, alice: Host) -> None:
    class Names:
        def look_up(self, questions: Questions, then: Callable[[list[list[Record]]], None]) -> None:
            then([[B, C] if each.kind is Kind.A else [] for each in questions])

    router = UriRouter(alice, lambda most: 0, names=Names(), transports=("udp",))
    alice.agent.core.router = router
    bob, carol = world.host(B), world.host(C)
    for refuse in (True, False):
        if refuse:
            bob.desk.at_once = lambda call: call.refuse(503)
        else:
            world.lost = lambda sender, data: sender == B
        witness = Witness()
        alice.agent.invite(b"sip:carol@example.test", witness, body=b"offer")
        world.run(40.0)
        carol.desk.call.accept(b"answer")
        world.run(1.0)
        assert "confirmed" in witness.notes


def test_reference_outside_a_call_is_followed_and_told(world: World, alice: Host) -> None:
    bob = world.host(B, application=Follower())
    conversation = alice.agent.conversation(bob.uri)
    answers: list[Response | None] = []
    for lines in (
        (b"Refer-To: <sip:10.0.0.3>",),
        (b"Refer-To: <sip:c@h>", b"Refer-Sub: false"),
        (),
    ):
        alice.agent.request(
            b"REFER", conversation, lambda _, response: answers.append(response), lines=lines
        )
    world.run(1.0)
    assert [each and each.status for each in answers] == [202, 202, 400]
    assert answers[1] is not None
    assert answers[1].get(b"refer-sub") == b"false"
    bodies = [each.body for each in world.messages(B, b"NOTIFY")]
    assert bodies[0] == b"SIP/2.0 100 Trying\r\n"
    assert len(set(bodies)) == 1  # nobody at the other end knows that dialog: told no more
    world.run(10.0)
    assert len(bob.agent) == 0


class Follower(Application):
    def referred(self, referral: Referral) -> None:
        referral.accept()


def test_callee_that_hangs_up_while_it_rings_is_left(world: World, alice: Host) -> None:
    world.hosts[B] = bob = Fork(world)
    witness = alice.call(bob)
    world.run(0.1)
    bob.answer(180, b"one")
    world.run(0.1)
    dialog = witness.call.dialog
    alice.take(raw(dialog.call_id, b"BYE", 9, dialog.local_tag, dialog.remote_tag), B)
    bob.answer(200, b"one")
    world.run(1.0)
    assert witness.notes[-1] == "ended 0 by peer"
    assert [each.method for each in bob.requests][1:4] == [b"CANCEL", b"ACK", b"BYE"]
