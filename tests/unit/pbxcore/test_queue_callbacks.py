"""Customers who are called back: the agent first, then the customer, by the queue's own number."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from pbxcore.dialplan.call_queue import CallQueue
from pbxcore.dialplan.place import Place
from pbxcore.dialplan.plan import NO_LIMIT, Plan
from pbxcore.directory import Delta, Trunk, TrunkPut
from pbxcore.journal import QueueTransition
from pbxcore.queues import facts
from pbxcore.queues.inputs import AskCallback, CallbackFailed, CallbackReached, EndBreak, TakeBreak
from pbxcore.queues.settings import NEVER, Callbacks, QueueAgent, QueueSettings
from pbxcore.sip.message import Request
from tests.support.handsets import Office
from tests.support.switching import Way

if TYPE_CHECKING:
    import pytest

    from pbxcore.queues.inputs import Input
    from tests.support.handsets import Talk

NUMBER = "5553000"


def waiting(number: str = NUMBER, *, user_name: str = "", **about: Any) -> Office:
    """A house in which somebody waits to be called back at a number, until `ready`."""
    office = Office("alice", "bob", "provider")
    callbacks = Callbacks(enabled=True, retries=1, **about)
    settings = QueueSettings(
        number="help",
        name="testQ",
        agents=(QueueAgent("bob"),),
        wrap_up_s=0.0,
        max_wait_s=None,
        join_empty=NEVER,
        leave_empty=NEVER,
        callbacks=callbacks,
    )
    trunk = Trunk("provider", "Provider", office["provider"].stack.host, username=user_name)
    directory = office.house.directory
    directory.apply(Delta(directory.version + 1, (TrunkPut(trunk),)))
    office.house.routes[NUMBER] = (Way("provider", NUMBER, user_name, limit=NO_LIMIT),)
    directory.plan = Plan(
        numbers={"help": Place("queue", "help")}, queues={"help": CallQueue(settings=settings)}
    )
    office.house.queues.start()
    office.house.queues.tell(TakeBreak("bob"))
    office["alice"].dial("help")
    office.run(5)
    (entered,) = told(office, facts.CallerEntered)
    office.house.queues.tell(AskCallback(entered.caller, number))
    office.run(20)
    assert office["alice"].talk.notes[-1] == "ended"
    return office


def ready(office: Office) -> Talk:
    """The agent comes back, and his phone rings."""
    office.house.queues.tell(EndBreak("bob"))
    office.run(1)
    return office["bob"].talk


def told(office: Office, kind: type[Any]) -> list[Any]:
    facts_ = [each.fact for each in office.house.facts if isinstance(each, QueueTransition)]
    return [each for each in facts_ if isinstance(each, kind)]


def from_of(talk: Talk) -> bytes:
    assert isinstance(talk.last, Request)
    return talk.last.get(b"from") or b""


def test_the_agent_waits_on_the_phone_before_it_rings_at_the_customer() -> None:
    with waiting(user_name="trunkuser") as office:
        bob = ready(office)
        assert b"Callback 5553000 testQ" in from_of(bob)
        assert not office["provider"].talks
        bob.accept()
        office.run(1)
        assert b"<sip:help@" in from_of(office["provider"].talk), "never the trunk's user name"
        office["provider"].talk.accept()
        office.run(10)
        assert len(office.house.workers.heard) == 2
        (connected,) = told(office, facts.Connected)
        assert connected.agent == "bob"
        assert connected.waited_s > 20
        office["provider"].talk.hang_up()
        office.run()
        assert told(office, facts.Completed)[0].end is facts.End.CALLER
        office.check()


def test_the_customer_sees_the_number_that_is_set() -> None:
    with waiting(user_name="trunkuser", caller_id="8000") as office:
        ready(office).accept()
        office.run(1)
        assert b"<sip:8000@" in from_of(office["provider"].talk)
        office["provider"].talk.accept()
        office.run(1)
        office["bob"].talk.hang_up()
        office.run()
        assert told(office, facts.Completed)[0].end is facts.End.AGENT
        office.check()


def test_a_busy_customer_frees_the_agent_and_is_called_again_later() -> None:
    with waiting(retry_after_s=60.0) as office:
        office["provider"].refuses = 486
        ready(office).accept()
        office.run(2)
        assert office["bob"].talk.notes[-1] == "ended"
        (tried,) = told(office, facts.CallbackTried)
        assert (tried.reason, tried.again_in_s) == ("busy", 60.0)
        office["provider"].refuses = 0
        office.run(60)
        assert len(office["bob"].talks) == 2
        office["bob"].talk.accept()
        office.run(1)
        office["provider"].talk.accept()
        office.run(1)
        assert told(office, facts.Connected)
        office["bob"].talk.hang_up()
        office.run()
        office.check()


def test_an_agent_who_hangs_up_meanwhile_calls_nobody() -> None:
    with waiting(lasts_s=120.0) as office:
        ready(office).accept()
        office.run(1)
        office["bob"].talk.hang_up()
        office.run(1)
        assert office["provider"].talk.notes[-1] == "ended"
        assert told(office, facts.AgentDropped)
        office.house.queues.tell(TakeBreak("bob"))
        office.run(200)
        assert told(office, facts.Exited)[-1].status is facts.ExitStatus.CALLBACK_FAILED
        office.run()
        office.check()


def test_a_colleague_is_called_back_as_well() -> None:
    with waiting("alice") as office:
        ready(office).accept()
        office.run(1)
        office["alice"].talk.accept()
        office.run(1)
        assert told(office, facts.Connected)
        office["alice"].talk.hang_up()
        office.run()
        office.check()


def test_an_agent_who_does_not_answer_is_rung_no_longer_than_is_set() -> None:
    with waiting(lasts_s=120.0) as office:
        bob = ready(office)
        office.run(31)
        assert bob.notes[-1] == "ended"
        assert told(office, facts.OfferEnded)[0].outcome is facts.Outcome.UNANSWERED
        office.run(200)
        office.run()
        office.check()


def test_an_agent_who_refuses_leaves_nothing_behind() -> None:
    with waiting(lasts_s=120.0) as office:
        office["bob"].refuses = 486
        ready(office)
        office.run(1)
        assert told(office, facts.OfferEnded)[0].outcome is facts.Outcome.REFUSED
        assert len(office.house.queues.customers) == 0
        office.run(200)
        office.run()
        office.check()


def test_a_customer_who_answers_in_the_moment_in_which_it_is_too_late_is_let_go(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    with waiting(retry_after_s=600.0) as office:
        tell = office.house.queues.tell

        def too_late(input_: Input) -> None:
            if isinstance(input_, CallbackReached):
                tell(CallbackFailed(input_.caller, "no_answer"))
            tell(input_)

        monkeypatch.setattr(office.house.queues.customers, "_tell", too_late)
        bob = ready(office)
        bob.accept()
        office.run(1)
        office["provider"].talk.accept()
        office.run(1)
        assert told(office, facts.CallbackTried)
        assert (bob.notes[-1], office["provider"].talk.notes[-1]) == ("ended", "ended")
        assert not told(office, facts.Connected)


def test_the_prefix_stands_before_numbers_outside_and_before_no_colleagues() -> None:
    with waiting(prefix="9") as office:
        office.house.routes["9" + NUMBER] = office.house.routes.pop(NUMBER)
        ready(office).accept()
        office.run(1)
        assert office.house.owners == ["help"]  # whose DOD is shown
        office["provider"].talk.accept()
        office.run(1)
        assert told(office, facts.Connected)
        office["provider"].talk.hang_up()
        office.run()
        office.check()
    with waiting("alice", prefix="9") as office:
        ready(office).accept()
        office.run(1)
        office["alice"].talk.accept()
        office.run(1)
        assert told(office, facts.Connected)
        office["alice"].talk.hang_up()
        office.run()
        office.check()
