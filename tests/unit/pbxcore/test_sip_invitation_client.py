"""The fate of an INVITE we sent: forks, cancellation and the races between them."""

from __future__ import annotations

from pbxcore.sip.dialogs.invitation_client import (
    Answered,
    AnsweredAgain,
    InvitationClient,
    Rang,
    Refused,
    State,
    Unwanted,
    Withdrawn,
)
from pbxcore.sip.message import Request, Response

INVITE = Request(
    b"INVITE",
    b"sip:b@b.example",
    b"SIP/2.0",
    [b"From: <sip:a@a.example>;tag=a", b"To: <sip:b@b.example>", b"Call-ID: c", b"CSeq: 1 INVITE"],
    b"",
)


def response(status: int, tag: bytes, *lines: bytes) -> Response:
    head = [b"To: <sip:b@b.example>;tag=" + tag, b"CSeq: 1 INVITE", b"Contact: <sip:b@h>", *lines]
    return Response(status, b"", b"SIP/2.0", head, b"")


def reliable(tag: bytes, rseq: int) -> Response:
    return response(183, tag, b"Require: 100rel", b"RSeq: %d" % rseq)


def test_answer_after_ringing_is_the_same_dialog() -> None:
    client = InvitationClient(INVITE)
    (rang,) = client.receive(response(180, b"b"))
    (answered,) = client.receive(response(200, b"b"))
    assert isinstance(rang, Rang)
    assert isinstance(answered, Answered)
    assert rang.dialog is answered.dialog
    assert client.receive(response(200, b"b")) == [AnsweredAgain(answered.dialog)]
    assert client.state is State.ANSWERED


def test_second_answer_is_unwanted_and_the_other_early_dialogs_are_withdrawn() -> None:
    client = InvitationClient(INVITE)
    (one,) = client.receive(response(180, b"b1"))
    client.receive(response(180, b"b2"))
    outputs = client.receive(response(200, b"b2"))
    assert isinstance(outputs[0], Answered)
    assert isinstance(one, Rang)
    assert outputs[1:] == [Withdrawn(one.dialog)] if one.dialog else False
    (late,) = client.receive(response(200, b"b1"))
    assert isinstance(late, Unwanted)
    assert late.dialog is one.dialog
    assert client.receive(response(200, b"b1")) == [AnsweredAgain(late.dialog)]


def test_every_answer_is_kept_if_wanted() -> None:
    client = InvitationClient(INVITE, every_answer=True)
    outputs = [*client.receive(response(200, b"b1")), *client.receive(response(200, b"b2"))]
    assert [type(each) for each in outputs] == [Answered, Answered]


def test_answer_that_crosses_our_cancel_is_hung_up() -> None:
    client = InvitationClient(INVITE)
    client.receive(response(180, b"b"))
    assert client.cancel()
    assert not client.cancel()
    unwanted, refused = client.receive(response(200, b"b"))
    assert isinstance(unwanted, Unwanted)
    assert refused == Refused(487)
    assert client.receive(response(487, b"b")) == []


def test_cancel_after_the_answer_does_nothing() -> None:
    client = InvitationClient(INVITE)
    client.receive(response(200, b"b"))
    assert not client.cancel()


def test_cancelled_invite_ends_with_its_487() -> None:
    client = InvitationClient(INVITE)
    client.receive(response(180, b"b"))
    client.cancel()
    assert client.receive(response(183, b"b")) == []
    refusal = response(487, b"b")
    withdrawn, refused = client.receive(refusal)
    assert isinstance(withdrawn, Withdrawn)
    assert refused == Refused(487, refusal)


def test_silence_and_broken_transport_are_refusals() -> None:
    for status in (408, 503):
        assert InvitationClient(INVITE).fail(status) == [Refused(status)]


def test_answer_after_a_refusal_is_hung_up() -> None:
    client = InvitationClient(INVITE)
    client.receive(response(486, b"b1"))
    (late,) = client.receive(response(200, b"b2"))
    assert isinstance(late, Unwanted)


def test_reliable_provisionals_are_acknowledged_per_fork_and_in_order() -> None:
    client = InvitationClient(INVITE)
    (first,) = client.receive(reliable(b"b1", 5))
    (other,) = client.receive(reliable(b"b2", 900))
    assert isinstance(first, Rang)
    assert isinstance(other, Rang)
    assert (first.rack, other.rack) == (b"5 1 INVITE", b"900 1 INVITE")
    assert client.receive(reliable(b"b1", 5)) == []
    assert client.receive(reliable(b"b1", 7)) == []
    (second,) = client.receive(reliable(b"b1", 6))
    assert isinstance(second, Rang)


def test_provisional_without_a_tag_rings_without_a_dialog() -> None:
    plain = Response(180, b"", b"SIP/2.0", [b"To: <sip:b@b.example>", b"CSeq: 1 INVITE"], b"")
    assert InvitationClient(INVITE).receive(plain) == [Rang(None, plain)]
