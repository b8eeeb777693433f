"""Visitors of web pages who call: who rings when, what their page hears, what records tell."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from msgspec.structs import replace

from pbxcore.calls.visitor_commands import (
    AgentRound,
    CallFromVisitor,
    OfferFromVisitor,
    VisitorLeaves,
)
from pbxcore.dialplan.call_queue import CallQueue
from pbxcore.dialplan.plan import Plan
from pbxcore.features.model import Features
from pbxcore.journal import CallEnded, CallRecorded, CallStarted, LegCalled, LegEnded
from pbxcore.queues.settings import QueueAgent, QueueSettings
from pbxcore.sip.sdp.direction import Direction
from tests.support.handsets import Office, Talk

if TYPE_CHECKING:
    from pbxcore.calls.commands import CallDone

CALL = "019a0000-call"
AGENTS = ("bob", "carol", "dave")
SERVING_FIRST = (AgentRound(("bob",), 20), AgentRound(AGENTS, 40))
ALL_AT_ONCE = (AgentRound(AGENTS, 60),)


class Page:
    """A visitor's page."""

    def __init__(self, office: Office) -> None:
        self.house = office.house
        self.talk = Talk(office["alice"])
        self.call = ""

    def dial(self, rounds: tuple[AgentRound, ...], number: str = "livechat-12") -> CallDone:
        """Press Call."""
        wanted = CallFromVisitor(
            CALL, "chat", "12", self.talk.offer().decode(), number, "Demo: Vera", "6500", rounds,
            "10.0.0.100:8088", "10.0.0.9", 4711, "Chromium",
        )  # fmt: skip
        done = self.house.visitors.carry_out(wanted)
        self.call = done.call
        return done

    @property
    def heard(self) -> list[str]:
        """How it went."""
        return [each.state for each in self.house.moved]

    def take_answer(self) -> None:
        """Take the last answer."""
        [*_, body] = [each.answer for each in self.house.moved if each.answer]
        self.talk.described(None, body.encode(), final=True)  # type: ignore[arg-type]


def ringing(office: Office) -> list[str]:
    return [name for name in AGENTS if office[name].talks and not office[name].talk.notes]


def test_who_serves_the_visitor_rings_first_and_then_all_others() -> None:
    with Office("alice", *AGENTS) as office:
        page = Page(office)
        assert page.dial(SERVING_FIRST).status == 202
        office.run(19)
        assert ringing(office) == ["bob"]
        assert page.heard == ["ringing"]
        office.run(2)
        assert {name for name in AGENTS if office[name].talks} == set(AGENTS)
        office["carol"].talk.accept()
        office.run(1)
        page.take_answer()
        assert page.heard == ["ringing", "described", "answered"]
        assert office.house.moved[-1].agent == "carol"
        assert page.talk.agreed
        assert len(office.house.workers.heard) == 2
        page.house.visitors.carry_out(VisitorLeaves(page.call))
        office.run()
        assert office["carol"].talk.notes == ["confirmed", "ended"]
        assert page.heard[-1] == "over"
        office.check()


def test_records_tell_whose_conversation_it_was_and_that_no_strategy_decided() -> None:
    with Office("alice", *AGENTS) as office:
        page = Page(office)
        page.dial(ALL_AT_ONCE)
        office.run(1)
        assert ringing(office) == list(AGENTS)
        office["bob"].talk.accept()
        office.run(1)
        office["bob"].talk.hang_up()
        office.run()
        [started] = office.house.told(CallStarted)
        assert isinstance(started, CallStarted)
        assert (started.conversation, started.session) == ("chat", "12")
        assert (started.caller, started.name, started.dialled) == (
            "livechat-12",
            "Demo: Vera",
            "6500",
        )
        called = [each for each in office.house.facts if isinstance(each, LegCalled)]
        assert {(each.action, each.owner) for each in called} == {("livechat", "")}
        ended = office.house.facts[-1]
        assert isinstance(ended, CallEnded)
        assert ended.disposition == "answered"
        assert (page.heard[-1], office.house.moved[-1].reason) == ("over", "hung_up")
        office.check()


def test_nobody_there_is_told_at_once() -> None:
    with Office("alice", *AGENTS) as office:
        office.house.features["bob"] = Features(undisturbed=True)
        page = Page(office)
        page.dial((AgentRound(("bob", "nobody"), 60),))
        office.run()
        assert (page.heard, office.house.moved[-1].reason) == (["over"], "unavailable")
        office.check()


def test_all_decline() -> None:
    with Office("alice", *AGENTS) as office:
        for name in AGENTS:
            office[name].refuses = 603
        page = Page(office)
        page.dial(SERVING_FIRST)
        office.run()
        assert page.heard[-1] == "over"
        office.check()


def test_a_visitor_who_gives_up_is_rung_for_no_more() -> None:
    with Office("alice", *AGENTS) as office:
        page = Page(office)
        page.dial(ALL_AT_ONCE)
        office.run(3)
        page.house.visitors.carry_out(VisitorLeaves(page.call))
        office.run()
        assert all(office[name].talk.notes == ["ended"] for name in AGENTS)
        [*_, ended] = office.house.told(CallEnded)
        assert isinstance(ended, CallEnded)
        assert ended.disposition == "cancelled"
        office.check()


@pytest.mark.parametrize(("said", "shown"), [("+49301234", "+49301234"), ("carol", "livechat-12")])
def test_a_visitors_number_is_a_claim_and_never_one_of_ours(said: str, shown: str) -> None:
    with Office("alice", *AGENTS) as office:
        page = Page(office)
        page.dial(ALL_AT_ONCE, said)
        [call] = office.house.switchboard.calls
        assert call.id == CALL
        assert (call.origin.shown, call.origin.caller.asserted) == (shown, False)
        office.run(1)
        page.house.visitors.carry_out(VisitorLeaves(CALL))
        office.run()
        [started] = office.house.told(CallStarted)
        assert isinstance(started, CallStarted)
        assert (started.call, started.caller) == (CALL, shown)
        office.check()


def test_a_page_that_was_reloaded_goes_on_with_another_session() -> None:
    with Office("alice", *AGENTS) as office:
        page = Page(office)
        page.dial(ALL_AT_ONCE)
        office.run(1)
        office["bob"].talk.accept()
        office.run(1)
        again = Talk(office["alice"])
        offer = OfferFromVisitor(page.call, again.offer().decode())
        assert page.house.visitors.carry_out(offer).status == 202
        page.talk = again
        page.take_answer()
        assert again.agreed
        assert len(office.house.workers.streams) == 2
        assert not office.house.told(CallEnded)
        office["bob"].talk.hang_up()
        office.run()
        office.check()


@pytest.mark.parametrize("rings", [False, True])
def test_a_page_that_is_gone_ends_the_call(*, rings: bool) -> None:
    with Office("alice", *AGENTS) as office:
        page = Page(office)
        page.dial(ALL_AT_ONCE)
        office.run(1)
        if not rings:
            office["bob"].talk.accept()
            office.run(1)
        page.house.visitors.carry_out(VisitorLeaves(page.call, lost=True))
        office.run()
        assert office["bob"].talk.notes[-1] == "ended"
        assert page.heard[-1] == "over"
        office.check()


@pytest.mark.parametrize("side", [0, 1], ids=["page", "agent"])
@pytest.mark.parametrize("held", [False, True])
def test_who_is_not_heard_any_more_ends_the_call_within_the_limit(*, side: int, held: bool) -> None:
    with Office("alice", *AGENTS) as office:
        office.house.settle(rtp_timeout_s=30, rtp_hold_timeout_s=90)
        page = Page(office)
        page.dial((AgentRound(("bob",), 60),))
        office.run(1)
        office["bob"].talk.accept()
        office.run(1)
        page.take_answer()
        if held:  # by him who dies
            streams = [replace(office["bob"].talk.streams[0], direction=Direction.SENDONLY)]
            if side:
                office["bob"].talk.modify(*streams)
            else:
                page.talk.streams = list(streams)
                offer = page.talk.offer().decode()
                office.house.visitors.carry_out(OfferFromVisitor(page.call, offer))
            office.run(1)
        workers = office.house.workers
        workers.fall_silent(list(workers.streams)[side])
        office.run(89 if held else 29)
        assert page.heard[-1] != "over"
        office.run(2)
        assert page.heard[-1] == "over"
        assert office["bob"].talk.notes[-1] == "ended"
        reasons = {each.reason for each in office.house.facts if isinstance(each, LegEnded)}
        assert reasons == {"rtp_silence"}
        office.run()
        office.check()


def test_an_offer_that_is_none_is_refused() -> None:
    with Office("alice", *AGENTS) as office:
        page = Page(office)
        wanted = CallFromVisitor(
            CALL, "chat", "12", "nonsense", "livechat-12", "Vera", "6500", ALL_AT_ONCE,
            "10.0.0.100:8088", "10.0.0.9", 4711,
        )  # fmt: skip
        done = office.house.visitors.carry_out(wanted)
        office.run()
        assert done.status in (400, 488)
        assert page.heard == ["over"]
        assert not office["bob"].talks
        assert office.house.visitors.carry_out(VisitorLeaves("none")).status == 404
        office.check()


def test_a_queue_whose_calls_are_recorded_has_its_visitors_recorded_too() -> None:
    with Office("alice", *AGENTS) as office:
        queue = CallQueue(settings=QueueSettings(number="6500", name="Support"), recorded="all")
        office.house.directory.plan = Plan(queues={"6500": queue})
        page = Page(office)
        page.dial(ALL_AT_ONCE)
        office.run(1)
        office["bob"].talk.accept()
        office.run(3)
        office["bob"].talk.hang_up()
        office.run()
        [*_, recorded] = office.house.told(CallRecorded)
        assert isinstance(recorded, CallRecorded)
        assert recorded.call == page.call
        office.check()


@pytest.mark.parametrize(
    ("queues", "own", "rung"),
    [(False, None, ["bob", "dave"]), (True, None, list(AGENTS)), (False, True, list(AGENTS))],
)
def test_a_call_fills_an_agent_unless_the_queue_rings_agents_in_calls(
    *, queues: bool, own: bool | None, rung: list[str]
) -> None:
    with Office("alice", "erin", *AGENTS) as office:
        settings = QueueSettings(
            number="6500", agents=(QueueAgent("carol", rings_in_use=own),), rings_in_use=queues
        )
        office.house.directory.plan = Plan(queues={"6500": CallQueue(settings=settings)})
        talk = office["erin"].dial("carol")
        office.run(1)
        office["carol"].talk.accept()
        office.run(1)
        page = Page(office)
        page.dial(ALL_AT_ONCE)
        office.run(1)
        called = [each for each in office.house.facts if isinstance(each, LegCalled)]
        assert [each.number for each in called if each.action == "livechat"] == rung
        page.house.visitors.carry_out(VisitorLeaves(page.call))
        talk.hang_up()
        office.run()
        office.check()
