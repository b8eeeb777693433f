"""The fate of an INVITE we got, in virtual time."""

from __future__ import annotations

import pytest

from pbxcore.errors import RemoteProtocolError
from pbxcore.sip.dialogs.invitation_server import (
    Accept,
    HangUp,
    InvitationServer,
    Output,
    Refuse,
    Repeat,
    State,
)
from pbxcore.sip.dialogs.reliable import Provisional
from pbxcore.sip.message import Request


def prack(rseq: int) -> Request:
    return Request(b"PRACK", b"sip:x", b"SIP/2.0", [b"RAck: %d 1 INVITE" % rseq], b"")


def acknowledge(server: InvitationServer, rseq: int, now: float) -> list[Output]:
    server.match(prack(rseq))
    return server.acknowledge_provisional(now)


def run_out(server: InvitationServer) -> list[tuple[float, Output]]:
    outputs: list[tuple[float, Output]] = []
    while (deadline := server.deadline) is not None:
        assert deadline < 100
        outputs += [(deadline, each) for each in server.tick(deadline)]
    return outputs


def test_success_is_repeated_up_to_t2_until_the_call_is_given_up() -> None:
    server = InvitationServer(1)
    assert server.accept((), b"sdp", 0.0) == [Accept((), b"sdp")]
    outputs = run_out(server)
    repeated = [at for at, each in outputs if each == Repeat()]
    assert repeated == [0.5, 1.5, 3.5, 7.5, 11.5, 15.5, 19.5, 23.5, 27.5, 31.5]
    assert outputs[-1] == (32.0, HangUp(acknowledged=False))


def test_ack_ends_the_repetition() -> None:
    server = InvitationServer(1)
    server.accept((), b"", 0.0)
    assert server.acknowledge() == []
    assert server.acknowledge() == []
    assert server.deadline is None
    assert server.state is State.CONFIRMED


def test_bye_waits_for_the_ack() -> None:
    server = InvitationServer(1)
    server.accept((), b"", 0.0)
    assert server.hang_up() == []
    assert server.acknowledge() == [HangUp(acknowledged=True)]


def test_bye_does_not_wait_longer_than_the_ack_may() -> None:
    server = InvitationServer(1)
    server.accept((), b"", 0.0)
    server.hang_up()
    assert run_out(server)[-1] == (32.0, HangUp(acknowledged=False))


def test_cancel_before_the_answer_is_487_and_after_it_nothing() -> None:
    early, answered = InvitationServer(1), InvitationServer(1)
    assert early.cancel() == [Refuse(487)]
    assert early.accept((), b"", 0.0) == []
    answered.accept((), b"", 0.0)
    assert answered.cancel() == []


def test_hanging_up_before_the_answer_refuses() -> None:
    assert InvitationServer(1).hang_up() == [Refuse(480)]


def test_success_waits_for_the_prack_of_a_description() -> None:
    server = InvitationServer(1, 10)
    (sent,) = server.progress(183, body=b"sdp", reliable=True, now=0.0)
    assert isinstance(sent, Provisional)
    assert server.accept((), b"", 0.1) == []
    assert server.progress(180, reliable=False, now=0.1) == []
    assert acknowledge(server, 10, 0.2) == [Accept((), b"")]


def test_success_does_not_wait_for_a_provisional_without_description() -> None:
    server = InvitationServer(1, 10)
    server.progress(180, reliable=True, now=0.0)
    assert server.accept((), b"sdp", 0.1) == [Accept((), b"sdp")]
    assert acknowledge(server, 10, 0.2) == []


def test_without_a_prack_the_invite_is_refused_with_5xx() -> None:
    server = InvitationServer(1, 10)
    server.progress(183, body=b"sdp", reliable=True, now=0.0)
    assert run_out(server)[-1] == (32.0, Refuse(504, "No PRACK"))


def test_wrong_prack_is_481_and_changes_nothing() -> None:
    server = InvitationServer(1, 10)
    server.progress(183, body=b"sdp", reliable=True, now=0.0)
    with pytest.raises(RemoteProtocolError, match="481"):
        server.match(prack(11))
    assert server.deadline == 0.5


def test_nothing_follows_a_refusal() -> None:
    server = InvitationServer(1)
    assert server.refuse(486) == [Refuse(486)]
    assert server.refuse(486) == []
    assert server.progress(180, reliable=False, now=1.0) == []
    assert server.deadline is None
