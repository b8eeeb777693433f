"""Non-INVITE transactions in virtual time."""

from __future__ import annotations

from typing import TYPE_CHECKING

from pbxcore.sip.message import Response
from pbxcore.sip.transactions.non_invite_client import NonInviteClientTransaction
from pbxcore.sip.transactions.non_invite_server import NonInviteServerTransaction
from pbxcore.sip.transactions.outputs import Deliver, Fail, Send, Trying

if TYPE_CHECKING:
    from collections.abc import Iterator

    from pbxcore.sip.transactions.outputs import Output

OK = Response(200, b"OK", b"SIP/2.0", [], b"")
TRYING = Response(100, b"Trying", b"SIP/2.0", [], b"")


def run_out(
    machine: NonInviteClientTransaction | NonInviteServerTransaction,
) -> Iterator[tuple[float, Output]]:
    """Let time pass from deadline to deadline until there is none."""
    while (deadline := machine.deadline) is not None:
        assert deadline < 1000
        for output in machine.tick(deadline):
            yield deadline, output


def test_unanswered_request_is_resent_up_to_t2_then_fails_after_32_seconds() -> None:
    machine = NonInviteClientTransaction(b"x", reliable=False)
    assert machine.start(0.0) == [Send(b"x")]
    outputs = list(run_out(machine))
    sent = [at for at, out in outputs if isinstance(out, Send)]
    assert sent == [0.5, 1.5, 3.5, 7.5, 11.5, 15.5, 19.5, 23.5, 27.5, 31.5]
    assert [(at, out) for at, out in outputs if isinstance(out, Fail)] == [(32.0, Fail(408))]


def test_over_tcp_nothing_is_resent() -> None:
    machine = NonInviteClientTransaction(b"x", reliable=True)
    machine.start(0.0)
    assert list(run_out(machine)) == [(32.0, Fail(408))]


def test_after_a_provisional_it_is_resent_every_t2() -> None:
    machine = NonInviteClientTransaction(b"x", reliable=False)
    machine.start(0.0)
    assert machine.receive(TRYING, 0.1) == [Deliver(TRYING)]
    sent = [at for at, out in run_out(machine) if isinstance(out, Send)]
    assert sent == [0.5, 4.5, 8.5, 12.5, 16.5, 20.5, 24.5, 28.5]


def test_final_response_is_delivered_once_and_repetitions_absorbed_for_timer_k() -> None:
    machine = NonInviteClientTransaction(b"x", reliable=False)
    machine.start(0.0)
    assert machine.receive(OK, 0.2) == [Deliver(OK)]
    assert machine.deadline == 5.2
    assert machine.receive(OK, 0.3) == []
    assert machine.tick(5.2) == []
    assert machine.deadline is None


def test_over_tcp_the_final_response_ends_it() -> None:
    machine = NonInviteClientTransaction(b"x", reliable=True)
    machine.start(0.0)
    assert machine.receive(OK, 0.2) == [Deliver(OK)]
    assert machine.deadline is None


def test_broken_transport_is_told_once() -> None:
    machine = NonInviteClientTransaction(b"x", reliable=True)
    machine.start(0.0)
    assert machine.fail() == [Fail(503)]
    assert machine.fail() == []
    assert machine.receive(OK, 1.0) == []


def test_repetition_gets_the_same_answer_until_timer_j() -> None:
    machine = NonInviteServerTransaction(0.0, reliable=False)
    assert machine.repeat() == []
    assert machine.answer(b"ok", 1.0) == [Send(b"ok")]
    assert machine.repeat() == [Send(b"ok")]
    assert machine.deadline == 33.0
    assert list(run_out(machine)) == []
    assert machine.repeat() == []


def test_only_the_first_final_answer_counts() -> None:
    machine = NonInviteServerTransaction(0.0, reliable=False)
    machine.answer(b"ok", 1.0)
    assert machine.answer(b"again", 2.0) == []
    assert machine.repeat() == [Send(b"ok")]


def test_hundred_is_asked_for_when_timer_e_reached_t2_and_never_a_408() -> None:
    machine = NonInviteServerTransaction(0.0, reliable=False)
    assert machine.deadline == 3.5
    assert machine.tick(3.5) == [Trying()]
    assert machine.progress(b"100") == [Send(b"100")]
    assert machine.repeat() == [Send(b"100")]
    assert list(run_out(machine)) == []
    assert machine.answered
    assert machine.answer(b"late", 40.0) == []


def test_over_tcp_the_answer_ends_it() -> None:
    machine = NonInviteServerTransaction(0.0, reliable=True)
    assert machine.answer(b"ok", 1.0) == [Send(b"ok")]
    assert machine.deadline is None
