"""Callers wait in a queue, agents ring, and what the two do until the end reaches the queue."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import msgspec
import pytest

from pbxcore.apps.ivr import Ivr, MenuKey
from pbxcore.calls.queueing.desk import QueueDesk
from pbxcore.calls.queueing.search import QueueSearch
from pbxcore.dialplan.call_queue import NOTICE, CallQueue
from pbxcore.dialplan.place import HANG_UP, Place
from pbxcore.dialplan.plan import Plan, RingGroup
from pbxcore.features.model import Features
from pbxcore.journal import CallEnded, LegCalled, QueueTransition
from pbxcore.media.commands import Play
from pbxcore.queues import facts
from pbxcore.queues.commands import QueuesShown, ShowQueues
from pbxcore.queues.inputs import EndBreak, LogIn, LogOut, Remove, TakeBreak
from pbxcore.queues.settings import NEVER, Announcements, QueueAgent, QueueSettings, Strategy
from pbxcore.queues.state import KeptAgent, State
from pbxcore.voicemail.rules import Box
from tests.support.handsets import Office
from tests.support.raw_phone import RawPhone
from tests.unit.pbxcore.test_call_transfers import refer
from tests.unit.pbxcore.test_calls_on_the_wire import stays_encrypted

if TYPE_CHECKING:
    from pbxcore.queues.outputs import Offer
    from tests.support.handsets import Talk

NAMES = ("alice", "bob", "carol", "dave", "erin")


def office_with(*agents: str, about: dict[str, Any] | None = None, **more: Any) -> Office:
    """A house with the queue `help`, which these serve."""
    office = Office(*NAMES)
    usual = {"number": "help", "name": "testQ", "wrap_up_s": 0.0, "max_wait_s": 300.0}
    agents_ = tuple(map(QueueAgent, agents or ("bob", "carol")))
    queue = CallQueue(settings=QueueSettings(**(usual | {"agents": agents_} | more)), **about or {})
    office.house.directory.plan = Plan(
        numbers={"help": Place("queue", "help"), "night": Place("ring_group", "night")},
        queues={"help": queue},
        ring_groups={"night": RingGroup("night", "Night", ("erin",))},
    )
    office.house.queues.start()
    return office


def ringing(office: Office) -> list[str]:
    return [
        name
        for name in NAMES
        if any(not {"ended", "confirmed"} & {*each.notes} for each in office[name].talks)
    ]


def told(office: Office) -> list[facts.Fact]:
    return [each.fact for each in office.house.facts if isinstance(each, QueueTransition)]


def last(office: Office, kind: type[Any]) -> Any:
    return [each for each in told(office) if isinstance(each, kind)][-1]


def answered(office: Office, *agents: str, **more: Any) -> tuple[Talk, Talk]:
    alice = office["alice"].dial("help")
    office.run(5)
    agent = office[agents[0] if agents else "bob"].talks[0]
    agent.accept()
    office.run(1)
    return alice, agent


def test_a_caller_hears_music_until_an_agent_answers_and_then_the_agent() -> None:
    with office_with() as office:
        alice = office["alice"].dial("help")
        office.run(3)
        assert "described" in alice.notes  # the queue has answered
        assert not office.house.workers.heard
        assert ringing(office) == ["bob", "carol"]
        office["carol"].talks[0].accept()
        office.run(1)
        assert len(office.house.workers.heard) == 2
        assert ringing(office) == []
        assert office["bob"].talks[0].notes[-1] == "ended"
        office.run(20)
        alice.hang_up()
        office.run()
        done = last(office, facts.Completed)
        assert (done.agent, done.end, round(done.talked_s)) == ("carol", facts.End.CALLER, 21)
        called = [each for each in office.house.facts if isinstance(each, LegCalled)]
        assert {(each.action, each.owner) for each in called} == {("queue", "help")}
        assert isinstance(office.house.facts[-1], CallEnded | QueueTransition)
        office.check()


def test_who_hangs_up_first_is_told_apart() -> None:
    with office_with("bob") as office:
        _, bob = answered(office)
        office.run(5)
        bob.hang_up()
        office.run()
        assert last(office, facts.Completed).end is facts.End.AGENT
        office.check()


def test_a_caller_who_gives_up_leaves_no_phone_ringing() -> None:
    with office_with() as office:
        alice = office["alice"].dial("help")
        office.run(4)
        assert ringing(office) == ["bob", "carol"]
        alice.hang_up()
        office.run(1)
        assert ringing(office) == []
        office.run()
        assert last(office, facts.Abandoned).queue == "help"
        office.check()


@pytest.mark.parametrize("status", [486, 603])
def test_an_agent_who_declines_is_followed_by_the_next_one(status: int) -> None:
    with office_with(strategy=Strategy.LINEAR) as office:
        office["bob"].refuses = status
        alice = office["alice"].dial("help")
        office.run(1)
        assert ringing(office) == ["carol"]
        alice.hang_up()
        office.run()
        office.check()


def test_linear_rings_one_agent_after_the_other() -> None:
    with office_with(strategy=Strategy.LINEAR, ring_s=10.0) as office:
        alice = office["alice"].dial("help")
        office.run(9)
        assert ringing(office) == ["bob"]
        office.run(2)
        assert ringing(office) == ["carol"]
        alice.hang_up()
        office.run()
        office.check()


def test_who_wants_peace_and_who_talks_is_not_rung() -> None:
    with office_with() as office:
        office.house.features["bob"] = Features(undisturbed=True)
        office.house.queues.agents.look("bob")
        carol = office["carol"].dial("dave")
        office.run(1)
        office["dave"].talks[0].accept()
        office.run(1)
        alice = office["alice"].dial("help")
        office.run(3)
        assert ringing(office) == []
        carol.hang_up()
        office.run(1)
        assert ringing(office) == ["carol"]
        alice.hang_up()
        office.run()
        office.check()


def test_a_secure_call_rings_no_agent_who_hears_it_in_clear() -> None:
    with office_with("bob", max_wait_s=20.0) as office:
        stays_encrypted(office)
        raw = RawPhone(office, "alice")
        raw.invite("help", uri=b"sips" + office.house.uri("help")[3:])
        office.run(1)
        raw.send(b"ACK", "help", to=raw.tag_of())
        office.run(5)
        assert not office["bob"].talks
        transitions = office.house.facts
        offered = [
            each
            for each in transitions
            if isinstance(each, QueueTransition) and isinstance(each.fact, facts.AgentOffered)
        ]
        assert offered == [], "nobody has missed what could not ring at him"
        raw.send(b"BYE", "help", cseq=2, to=raw.tag_of(), branch=b"z9hG4bKbye")
        office.run()
        office.check()


def test_after_the_longest_wait_the_caller_goes_on() -> None:
    with office_with(max_wait_s=20.0, max_wait_place=Place("ring_group", "night")) as office:
        alice = office["alice"].dial("help")
        office.run(22)
        assert ringing(office) == ["erin"]
        office["erin"].talks[0].accept()
        office.run(1)
        assert len(office.house.workers.heard) == 2
        assert last(office, facts.Exited).status is facts.ExitStatus.TIMEOUT
        alice.hang_up()
        office.run()
        office.check()


def test_a_queue_without_agents_says_so_and_hangs_up() -> None:
    with office_with() as office:
        for agent in ("bob", "carol"):
            office.house.bindings[agent] = ()
            office.house.queues.agents.look(agent)
        alice = office["alice"].dial("help")
        office.run(2)
        assert last(office, facts.Exited).status is facts.ExitStatus.LEAVE_EMPTY
        office.run()
        assert alice.notes[-1] == "ended"
        office.check()


def test_who_finds_it_full_hears_the_queues_prompt_before_a_mailbox() -> None:
    mailbox = Place("voicemail", "erin")
    with office_with(
        about={"mailbox_prompt": "/leave.wav", "priority": 3}, max_length=1, full_place=mailbox
    ) as office:
        office.house.change("erin", box=Box(enabled=True))
        alice = office["alice"].dial("help")
        office.run(1)
        dave = office["dave"].dial("help")
        office.run(5)
        said = [words for words in office.house.workers.said.values() if "leave" in words]
        assert [words[0] for words in said] == ["leave"]
        assert len(said[0]) > 1, "the mailbox greets"
        assert last(office, facts.CallerEntered).priority == 3
        alice.hang_up()
        dave.hang_up()
        office.run()
        office.check()


@pytest.mark.parametrize(
    ("place", "notes"), [(HANG_UP, ["486"]), (NOTICE, ["described", "confirmed", "ended"])]
)
def test_who_finds_it_full_is_told(place: Place, notes: list[str]) -> None:
    with office_with(max_length=1, full_place=place, strategy=Strategy.LINEAR) as office:
        alice = office["alice"].dial("help")
        office.run(1)
        dave = office["dave"].dial("help")
        office.run(6)
        assert [each for each in dave.notes if each not in ("100", "180")] == notes
        alice.hang_up()
        office.run()
        office.check()


def test_a_key_leads_out_of_the_queue() -> None:
    keys = {"1": Place("ring_group", "night")}
    with office_with(exit_keys=keys) as office:
        alice = office["alice"].dial("help")
        office.run(2)
        workers = office.house.workers
        workers.press(next(iter(workers.said)), "1")
        office.run(1)
        assert ringing(office) == ["erin"]
        assert last(office, facts.Exited).reason == "1"
        alice.hang_up()
        office.run()
        office.check()


NATIONAL = "internal-local-national"


@pytest.mark.parametrize("full", [False, True])
@pytest.mark.parametrize(
    ("dialled", "permission", "level"),
    [
        ("help", "", ""),
        ("7000", "", NATIONAL),
        ("help", NATIONAL, NATIONAL),
        ("7000", "internal", "internal"),
    ],
)
def test_who_leaves_for_outside_goes_as_far_as_he_might_unless_the_queue_says_how_far(
    dialled: str, permission: str, level: str, *, full: bool
) -> None:
    outside = Place("external", "5553000")
    more: dict[str, Any] = (
        {"max_length": 1, "full_place": outside} if full else {"exit_keys": {"2": outside}}
    )
    with office_with(about={"permission": permission}, **more) as office:
        menu = Ivr("7000", "Menu", keys=(MenuKey("1", Place("queue", "help")),), level=NATIONAL)
        directory, workers = office.house.directory, office.house.workers
        directory.plan = msgspec.structs.replace(directory.plan, services={"7000": menu})
        talks = [office["dave"].dial("help")] if full else []
        office.run(2)
        talks.append(office["alice"].dial(dialled))
        office.run(2)
        if dialled == menu.number:
            workers.press([*workers.said][-1], "1")
            office.run(2)
        if not full:
            workers.press([*workers.said][-1], "2")
            office.run(2)
        assert (office.house.levels, office.house.owners) == ([level], ["help"])
        for talk in talks:
            if talk.notes[-1] != "404":
                talk.hang_up()
        office.run()
        office.check()


def test_position_is_told_while_agents_ring() -> None:
    said = Announcements(position=True, every_s=20.0)
    with office_with(announcements=said) as office:
        alice = office["alice"].dial("help")
        office.run(2)
        dave = office["dave"].dial("help")
        office.run(4)
        spoken = [words for words in office.house.workers.said.values() if words]
        assert ["queue-you-are", "number-2", "queue-in-line", "queue-thanks"] in spoken
        assert ringing(office) == ["bob", "carol"]
        alice.hang_up()
        dave.hang_up()
        office.run()
        office.check()


def test_announcements_interrupt_the_music_which_does_not_begin_anew() -> None:
    said = Announcements(position=True, every_s=20.0)
    with office_with(announcements=said, strategy=Strategy.LINEAR) as office:
        workers = office.house.workers
        alice, dave = office["alice"].dial("help"), office["dave"].dial("help")
        office.run(21)
        assert workers.over, "the place is told over the music"
        office.run(100)
        waiting = [each for each in workers.asked if isinstance(each, Play) and not each.over]
        assert len(waiting) == 2, "one beginning of the music for each"
        assert sum(words.count("queue-in-line") for words in workers.said.values()) > 4
        alice.hang_up()
        dave.hang_up()
        office.run()
        office.check()


def test_an_answer_ends_what_is_said_over_the_music() -> None:
    said = Announcements(position=True, every_s=20.0)
    with office_with("bob", announcements=said) as office:
        alice = office["alice"].dial("help")
        office.run(20.5)
        assert office.house.workers.over
        office["bob"].talk.accept()
        office.run(0.2)
        assert not office.house.workers.over
        assert len(office.house.workers.heard) == 2
        alice.hang_up()
        office.run()
        office.check()


def test_the_welcome_is_heard_in_full_while_agents_ring_and_answer() -> None:
    with office_with("bob", about={"welcome": "/welcome.wav"}) as office:
        office.house.workers.play_s = 8.0
        alice = office["alice"].dial("help")
        office.run(3)
        office.house.workers.play_s = 1.0
        office["bob"].talk.accept()
        office.run(4)
        assert not office.house.workers.heard
        (agent,) = office.house.lines.of("bob")
        assert agent.waits, "who has answered hears music meanwhile"
        office.run(5)
        assert len(office.house.workers.heard) == 2
        assert not agent.waits
        alice.hang_up()
        office.run()
        done = last(office, facts.Completed)
        assert done.end is facts.End.CALLER
        assert round(done.waited_s) == 3
        office.check()


def test_a_long_welcome_is_waited_for_by_an_agent_who_answered_early() -> None:
    with office_with("bob", about={"welcome": "/welcome.wav"}) as office:
        office.house.workers.play_s = 45.0
        alice = office["alice"].dial("help")
        office.run(3)
        office.house.workers.play_s = 1.0
        office["bob"].talk.accept()
        office.run(40)
        assert not office.house.workers.heard
        office.run(5)
        assert len(office.house.workers.heard) == 2
        assert last(office, facts.Connected).agent == "bob"
        alice.hang_up()
        office.run()
        office.check()


def test_the_welcome_is_heard_in_full_by_who_acknowledges_our_answer_late() -> None:
    with office_with("bob", about={"welcome": "/welcome.wav"}) as office:
        alice = RawPhone(office, "alice")
        alice.invite("help")
        office.run(3)
        office.house.workers.play_s = 0.5
        office["bob"].talk.accept()
        office.run(2)
        office.house.workers.play_s = 8.0
        alice.send(b"ACK", "help", to=alice.tag_of(), branch=b"z9hG4bKack")
        office.run(7)
        assert not office.house.workers.heard
        office.run(2)
        assert len(office.house.workers.heard) == 2


def test_an_agent_who_answered_is_joined_although_the_welcome_cannot_be_played() -> None:
    with office_with("bob", about={"welcome": "/welcome.wav"}) as office:
        office.house.workers.dumb = True
        alice = RawPhone(office, "alice")
        alice.invite("help")
        office.run(3)
        office["bob"].talk.accept()
        office.run(1)
        alice.send(b"ACK", "help", to=alice.tag_of(), branch=b"z9hG4bKack")
        office.run(1)
        assert len(office.house.workers.heard) == 2


def test_an_agent_who_hangs_up_before_the_welcome_is_over_is_not_brought_to_the_caller() -> None:
    with office_with("bob", about={"welcome": "/welcome.wav"}) as office:
        office.house.workers.play_s = 8.0
        alice = office["alice"].dial("help")
        office.run(3)
        bob = office["bob"].talk
        bob.accept()
        office.run(1)
        bob.hang_up()
        office.run(1)
        assert last(office, facts.AgentDropped).agent == "bob"
        alice.hang_up()
        office.run()
        assert last(office, facts.Abandoned).queue == "help"
        office.check()


def test_an_agent_hears_how_long_the_caller_has_waited_before_they_talk() -> None:
    with office_with("bob", about={"tells_hold_time": True}) as office:
        alice = office["alice"].dial("help")
        office.run(5)
        office["bob"].talks[0].accept()
        office.run(1)
        workers = office.house.workers
        assert not workers.heard
        office.run(2)
        assert len(workers.heard) == 2
        alice.hang_up()
        office.run()
        office.check()


def test_an_agent_who_hangs_up_while_he_is_told_leaves_the_caller_in_the_queue() -> None:
    with office_with("bob", "carol", about={"tells_hold_time": True}) as office:
        alice = office["alice"].dial("help")
        office.run(5)
        office["bob"].talks[0].accept()
        office.run(1)
        office["bob"].talks[0].hang_up()
        office.run(1)
        assert last(office, facts.AgentDropped).agent == "bob"
        assert ringing(office) == ["carol"]
        assert alice.notes[-1] != "ended"
        alice.hang_up()
        office.run()
        office.check()


def test_a_blind_transfer_frees_the_agent_while_the_caller_talks_on() -> None:
    with office_with("bob") as office:
        alice, bob = answered(office)
        refer(bob, office.house.uri("dave"))
        office.run(1)
        office["dave"].talks[0].accept()
        office.run(2)
        done = last(office, facts.Completed)
        assert (done.end, done.to) == (facts.End.BLIND_TRANSFER, "dave")
        assert len(office.house.workers.heard) == 2
        alice.hang_up()
        office.run()
        office.check()


def test_no_stay_of_a_call_has_the_name_of_one_before() -> None:
    with office_with("bob") as office:
        alice, bob = answered(office)
        refer(bob, office.house.uri("help"))
        office.run(3)
        keys = [each.caller for each in told(office) if isinstance(each, facts.CallerEntered)]
        assert keys == [keys[0], f"{keys[0]}.2"]
        office["bob"].talk.accept()
        office.run(2)
        refer(office["bob"].talk, office.house.uri("help"))
        office.run(3)
        keys = [each.caller for each in told(office) if isinstance(each, facts.CallerEntered)]
        assert keys == [keys[0], f"{keys[0]}.2", f"{keys[0]}.3"]
        alice.hang_up()
        office.run()
        office.check()


def test_who_calls_twice_waits_twice() -> None:
    with office_with("bob", strategy=Strategy.LINEAR) as office:
        first, second = office["alice"].dial("help"), office["alice"].dial("help")
        office.run(2)
        assert len(office.house.queues) == 2
        first.hang_up()
        second.hang_up()
        office.run()
        office.check()


def test_a_queue_is_served_by_agents_who_log_in_later() -> None:
    with office_with("bob") as office:
        before = office.house.directory.plan
        alice = office["alice"].dial("help")
        office.run(2)
        office.house.directory.plan = Plan(numbers=before.numbers, queues={})
        office.house.queues.follow()
        office.run(1)
        assert last(office, facts.Exited).status is facts.ExitStatus.DELETED
        office.run()
        assert alice.notes[-1] == "ended"
        office.check()


def test_who_never_acknowledges_the_answer_does_not_wait_for_ever() -> None:
    with office_with(strategy=Strategy.LINEAR, ring_s=10.0) as office:
        office["alice"].dial("help")
        office.network.cut(office["alice"].stack, office.house.stack)
        office.run(40)
        assert last(office, facts.Abandoned).queue == "help"
        assert len(office.house.queues) == 0
        assert ringing(office) == []


def test_an_agent_who_is_told_the_wait_is_let_go_when_the_caller_is_taken_out() -> None:
    with office_with("bob", about={"tells_hold_time": True}) as office:
        alice = office["alice"].dial("help")
        office.run(5)
        bob = office["bob"].talks[0]
        bob.accept()
        office.run(1)
        office.house.queues.tell(Remove(last(office, facts.CallerEntered).caller))
        office.run(1)
        assert bob.notes[-1] == "ended"
        office.run()
        assert alice.notes[-1] == "ended"
        assert not any(isinstance(each, facts.AgentDropped) for each in told(office))
        office.check()


def test_an_agent_to_whom_the_wait_is_told_for_ever_is_let_go() -> None:
    with office_with("bob", about={"tells_hold_time": True}, max_wait_s=None) as office:
        alice = office["alice"].dial("help")
        office.run(5)
        office.house.workers.play_s = 1e6
        office["bob"].talks[0].accept()
        office.run(42)
        assert office["bob"].talks[0].notes[-1] == "ended"
        assert ringing(office) == ["bob"]
        alice.hang_up()
        office.run()
        office.check()


def test_what_cannot_be_done_stops_nothing_else(monkeypatch: pytest.MonkeyPatch) -> None:
    with office_with("bob", "carol") as office:
        offer = QueueSearch.offer

        def breaks_for_bob(search: QueueSearch, wanted: Offer) -> None:
            if wanted.agent == "bob":
                raise RuntimeError
            offer(search, wanted)

        monkeypatch.setattr(QueueSearch, "offer", breaks_for_bob)
        alice = office["alice"].dial("help")
        office.run(4)
        assert ringing(office) == ["carol"]
        assert last(office, facts.OfferEnded).outcome is facts.Outcome.UNREACHABLE
        alice.hang_up()
        office.run()
        office.check()


class Kept(dict[str, State]):
    """What outlasts a restart."""

    def load(self) -> dict[str, State]:
        return self

    def save(self, key: str, value: State | None) -> None:
        if value is not None:
            self[key] = value


def test_a_queue_that_does_not_come_back_after_a_restart_is_served_by_nobody() -> None:
    with office_with("bob") as office:
        store = Kept()
        served = KeptAgent(number="bob", serves={"gone": 0, "help": 0}, named=("gone", "help"))
        store.save("queues", State(agents=(served,)))
        desk = QueueDesk(office.house.context, store, lambda: 0.5, 0)
        desk.start()
        assert last(office, facts.QueueSet).queue == "help"
        desk.follow_all()
        desk.tick(office.clock.now)
        out = [each.queue for each in told(office) if isinstance(each, facts.AgentLoggedOut)]
        assert out == ["gone"]
        assert [*store["queues"].agents[0].serves] == ["help"]


def test_nobody_is_rung_for_a_caller_who_left_in_the_same_moment() -> None:
    with office_with("bob", join_empty=NEVER, leave_empty=NEVER) as office:
        queues = office.house.queues
        queues.tell(TakeBreak("bob"))
        alice = office["alice"].dial("help")
        office.run(3)
        shown = queues.handle(ShowQueues())
        assert isinstance(shown, QueuesShown)
        [waiting] = shown.queues[0].waiting
        queues.tell(EndBreak("bob"))  # the queues hear of this first, and would offer the caller
        assert office.house.switchboard.hang_up(waiting.call) == 200
        office.run()
        assert office["bob"].talks == []
        assert alice.notes[-1] == "ended"
        assert last(office, facts.OfferEnded).outcome is facts.Outcome.CALLER_LEFT
        assert [each for each in office.house.facts if isinstance(each, LegCalled)] == []
        office.check()


def test_nobody_is_rung_whose_phones_are_taken_in_the_same_moment() -> None:
    with office_with("bob", join_empty=NEVER, leave_empty=NEVER) as office:
        queues = office.house.queues
        queues.tell(TakeBreak("bob"))
        alice = office["alice"].dial("help")
        office.run(3)
        queues.tell(EndBreak("bob"))  # the queues hear of this first, and would offer the caller
        office.house.features["bob"] = Features(undisturbed=True)
        queues.agents.look("bob")
        office.run(1)
        assert not any(isinstance(each, facts.AgentOffered) for each in told(office))
        office.house.features["bob"] = Features()
        queues.agents.look("bob")
        office.run(1)
        assert len(office["bob"].talks) == 1
        alice.hang_up()
        office.run()
        office.check()


def test_music_that_cannot_be_played_is_tried_again_without_haste() -> None:
    with office_with("bob", join_empty=NEVER, leave_empty=NEVER) as office:
        office.house.queues.tell(TakeBreak("bob"))
        office.house.workers.dumb = True
        alice = office["alice"].dial("help")
        office.run(10)

        def plays() -> int:
            return sum(isinstance(each, Play) for each in office.house.workers.asked)

        assert 5 < plays() < 15, "about one each second"
        office.house.workers.dumb = False
        office.run(2)
        before = plays()
        office.run(10)
        assert plays() == before, "it is heard, and goes on"
        alice.hang_up()
        office.run()
        assert last(office, facts.Abandoned).queue == "help"
        office.check()


def test_the_lamp_of_an_agent_shows_whether_he_serves_the_queue() -> None:
    with office_with() as office:
        changed, lines, directory = list[str](), office.house.lines, office.house.directory
        office.run(1)
        lines.place_changed = changed.append
        lamp = directory.watched("help*", "carol")  # the code by which she logs in
        assert lamp == "help*carol"
        assert directory.watched("help**", "carol") == "help**"
        assert directory.can_be_watched(lamp)
        assert not directory.can_be_watched("help*alice")  # who is no agent
        assert not directory.can_be_watched("nobody*carol")
        assert [each.state for each in lines.dialogs(lamp)] == ["confirmed"]
        office.house.queues.tell(LogOut("carol", ("help",)))
        office.run(1)
        assert lines.dialogs(lamp) == ()
        office.house.queues.tell(LogIn("carol", ("help",)))
        office.run(1)
        assert [each.state for each in lines.dialogs(lamp)] == ["confirmed"]
        assert changed == [lamp, lamp]
        office.run()
        office.check()


def test_the_lamp_of_a_queue_shows_who_waits() -> None:
    with office_with() as office:
        changed, lines = list[str](), office.house.lines
        lines.place_changed = changed.append
        assert office.house.directory.can_be_watched("help")
        alice = office["alice"].dial("help")
        office.run(3)
        (seen,) = lines.dialogs("help")
        assert (seen.state, seen.direction) == ("early", "recipient")
        assert seen.remote is not None
        assert "alice" in seen.remote.identity
        assert changed == ["help"]
        office["carol"].talks[0].accept()
        office.run(1)
        assert lines.dialogs("help") == ()
        assert changed == ["help", "help"]
        alice.hang_up()
        office.run()
        second = office["alice"].dial("help")
        office.run(3)
        second.hang_up()
        office.run(1)
        assert lines.dialogs("help") == ()
