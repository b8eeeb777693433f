"""Faxes to the PBX itself: answered in G.711, taken by datagrams, told of however they end."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import msgspec
import pytest

from pbxcore.dialplan.place import Place
from pbxcore.dialplan.plan import InboundRoute, Plan
from pbxcore.directory import Delta, ExtensionRemoved, PlanChanged
from pbxcore.faxes.inbox import FaxInbox
from pbxcore.faxes.rules import FaxTerms
from pbxcore.journal import FaxReceived
from pbxcore.media.commands import NoRoom, OpenStream, ReceiveFax, SetStream, StopFax, ToneHeard
from pbxcore.sip.sdp.codecs import EVENTS, G722, OPUS, PCMU
from pbxcore.sip.sdp.fax import PROFILE, Fax
from pbxcore.sip.sdp.stream import Stream
from pbxcore.voicemail.mailboxes import Mailboxes
from pbxcore.voicemail.rules import Box
from tests.support.handsets import Office
from tests.support.shelf import Shelf

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from pbxcore.faxes.arrival import FaxArrival

BOX = "7200"
FAX = Place("fax", BOX)
OURS = Stream(port=4002, kind="image", profiles=(PROFILE,), fax=Fax())


class Keeper:
    """Keeps faxes in memory; each has these pages."""

    def __init__(self, pages: int = 2) -> None:
        self.count = pages
        self.kept: list[FaxArrival] = []
        self.full = False

    def load(self) -> Iterable[FaxArrival]:
        return self.kept

    def receive(self, arrival: FaxArrival) -> FaxArrival:
        if self.full:
            raise OSError(28, "No space left on device")
        self.kept.append(msgspec.structs.replace(arrival, path=f"/faxes/{arrival.id}.tif"))
        return self.kept[-1]

    def pages(self, _: FaxArrival) -> int:
        return self.count


def office(*names: str, to: Place = FAX, **route: Any) -> tuple[Office, Keeper]:
    """A PBX with a fax extension, which a provider's calls to 8001 reach if a route is given."""
    made, keeper = Office(*names), Keeper()
    house = made.house
    inbox = FaxInbox(keeper, house.facts.append, now_ms=lambda: 1000, token=lambda: "a")
    house.facilities.faxes = inbox
    plan = Plan(
        numbers={BOX: FAX},
        inbound=(InboundRoute("in", "In", ("provider",), to, **route),),
        fax=FaxTerms(ident="+49 30 222"),
    )
    changes: tuple[Any, ...] = (PlanChanged(plan),)
    if "provider" in names:
        changes = (ExtensionRemoved("provider"), *changes)
    house.directory.apply(Delta(house.directory.version + 1, changes))
    return made, keeper


def told(made: Office) -> list[FaxReceived]:
    return [each for each in made.house.facts if isinstance(each, FaxReceived)]


def receiving(made: Office) -> ReceiveFax:
    """The one fax under way."""
    (found,) = made.house.workers.faxes.values()
    return found


def cng(made: Office, at: int = 0) -> None:
    """A machine is heard on a stream."""
    workers = made.house.workers
    opened = [each.stream for each in workers.asked if isinstance(each, OpenStream)]
    workers.notice(ToneHeard(opened[at], "cng"))
    made.run(1)


def test_a_fax_is_taken_in_g711_and_told_of_before_we_hang_up() -> None:
    made, _ = office("alice")
    with made:
        made["alice"].formats = (OPUS, G722, PCMU, EVENTS)
        call = made["alice"].dial(BOX)
        made.run(1)
        assert [each.codec.name for each in call.agreed[0].codecs if not each.codec.is_event] == [
            "PCMU"
        ]
        fax = receiving(made)
        assert fax.terms.ident == "+49 30 222"
        made.house.workers.end_fax(fax.fax)
        made.run(1)
        assert call.notes[-1] == "ended"
        (fact,) = told(made)
        assert (fact.box, fact.caller, fact.pages, fact.problem) == (BOX, "alice", 2, "")
        assert (fact.path, fact.sender) == (fax.path, "+4930111")
        made.run()
        made.check()


def test_who_knows_no_g711_is_asked_for_it() -> None:
    made, _ = office("alice")
    with made:
        made["alice"].formats = (G722, EVENTS)
        call = made["alice"].dial(BOX)
        made.run(1)
        assert "offered" in call.notes
        call.hang_up()
        made.run()
        made.check()


def test_who_hangs_up_leaves_the_pages_that_came() -> None:
    made, _ = office("alice")
    with made:
        call = made["alice"].dial(BOX)
        made.run(1)
        call.hang_up()
        made.run()
        (fact,) = told(made)
        assert (fact.pages, fact.problem) == (2, "hung_up")
        made.check()


def test_a_worker_that_dies_leaves_them_too() -> None:
    made, _ = office("alice")
    with made:
        made["alice"].dial(BOX)
        made.run(1)
        made.house.workers.die()
        made.run()
        (fact,) = told(made)
        assert (fact.pages, fact.problem) == (2, "media_lost")
        made.check()


def test_a_full_disk_is_no_fax() -> None:
    made, keeper = office("alice")
    with made:
        keeper.full = True
        call = made["alice"].dial(BOX)
        made.run(2)
        assert call.notes[-1] == "ended"
        assert not told(made)
        made.run()
        made.check()


@pytest.mark.parametrize("beside", [False, True])
def test_datagrams_that_a_machine_proposes_are_taken(beside: bool) -> None:
    made, keeper = office("alice")
    keeper.count = 0
    with made:
        call = made["alice"].dial(BOX)
        made.run(1)
        before = receiving(made)
        call.modify(*((None, OURS) if beside else (OURS,)))
        made.run(1)
        assert call.notes[-1] == "changed 200"
        assert [each.kind for each in call.agreed] == ["image"]
        after = receiving(made)
        assert (after.stream != before.stream) is beside
        assert after.path == before.path
        asked = [
            each for each in made.house.workers.asked if isinstance(each, ReceiveFax | StopFax)
        ]
        stops = [StopFax(before.fax)] if beside else []
        assert asked[1:-1] == stops  # one file has one who writes it
        made.house.workers.end_fax(after.fax)
        made.run()
        (fact,) = told(made)
        assert fact.problem == ""
        made.check()


def test_pages_that_came_outlive_a_turn_to_datagrams() -> None:
    made, _ = office("alice")
    with made:
        call = made["alice"].dial(BOX)
        made.run(1)
        before = receiving(made)
        call.modify(None, OURS)
        made.run()
        begun = [each for each in made.house.workers.asked if isinstance(each, ReceiveFax)]
        assert begun == [before]  # nobody opens the file anew
        (fact,) = told(made)
        assert (fact.pages, fact.problem) == (2, "hung_up")
        made.check()


def test_without_a_worker_nothing_is_proposed(monkeypatch: pytest.MonkeyPatch) -> None:
    made, _ = office("provider")
    with made:
        workers = made.house.workers
        ask = workers.ask

        def at_once(request: Any, then: Callable[[Any], None]) -> None:
            if isinstance(request, ReceiveFax):
                then(NoRoom("no worker"))
            else:
                ask(request, then)

        monkeypatch.setattr(workers, "ask", at_once)
        call = made["provider"].dial("8001")
        made.run(1)
        assert told(made)[0].problem == "media_lost"
        assert not any(each.fax_tones for each in workers.asked if isinstance(each, SetStream))
        assert "offered" not in call.notes
        made.run()
        made.check()


def test_a_machine_from_outside_is_asked_for_datagrams_and_may_refuse() -> None:
    made, _ = office("provider")
    with made:
        call = made["provider"].dial("8001")
        made.run(1)
        cng(made)
        assert call.notes[-1] == "offered"
        assert call.agreed[0].kind == "audio"  # it has no such line
        fax = receiving(made)
        made.house.workers.end_fax(fax.fax)
        made.run()
        assert told(made)[0].problem == ""
        made.check()


def test_a_machine_from_outside_that_knows_datagrams_uses_them() -> None:
    made, _ = office("provider")
    with made:
        call = made["provider"].dial("8001")
        made.run(1)
        call.streams = [OURS]
        cng(made)
        assert call.agreed[0].kind == "image"
        call.hang_up()
        made.run()
        assert len(told(made)) == 1
        made.check()


@pytest.mark.parametrize("ours", [True, False])
def test_datagrams_come_while_it_is_listened_only_for_a_machine_of_ours(ours: bool) -> None:
    to = FAX if ours else Place("extension", "bob")
    made, _ = office(
        "provider", "bob", to=Place("extension", "bob"), fax_detection=True, auto_answer=True,
        fax_place=to,
    )  # fmt: skip
    with made:
        call = made["provider"].dial("8001")
        made.run(1)
        call.modify(OURS)
        made.run(1)
        assert call.notes[-1] == ("changed 200" if ours else "changed 488")
        assert len(made.house.workers.faxes) == ours
        assert not made["bob"].talks
        call.hang_up()
        made.run()
        made.check()


def test_an_extension_has_its_faxes_received_once_somebody_answers() -> None:
    made, _ = office("provider", "bob", to=Place("extension", "bob"))
    with made:
        made.house.change("bob", fax_detection=True)
        call = made["provider"].dial("8001")
        made.run(1)
        made["bob"].talk.accept()
        made.run(1)
        cng(made)
        assert made["bob"].talk.notes[-1] == "ended"
        receiving(made)
        call.hang_up()
        made.run()
        assert told(made)[0].box == "bob"
        made.check()


def test_or_once_its_mailbox_answers() -> None:
    made, _ = office("provider", "bob", to=Place("extension", "bob"))
    with made:
        boxes = Mailboxes(Shelf(), now_ms=lambda: 1000, token=lambda: "m")
        made.house.facilities.post.boxes = boxes
        box = Box(enabled=True, pin="1234")
        made.house.change("bob", fax_detection=True, box=box)
        made["bob"].refuses = 486
        call = made["provider"].dial("8001")
        made.run(1)
        assert call.notes[-1] == "confirmed"
        cng(made)
        receiving(made)
        call.hang_up()
        made.run()
        assert told(made)[0].box == "bob"
        made.check()


def test_a_fax_that_a_service_has_answered_is_received() -> None:
    made, _ = office("provider", to=Place("echo", "*43"), fax_detection=True, fax_place=FAX)
    with made:
        call = made["provider"].dial("8001")
        made.run(1)
        assert call.notes[-1] == "confirmed"
        cng(made)
        receiving(made)
        call.hang_up()
        made.run()
        assert told(made)[0].box == BOX
        made.check()


def test_an_extension_that_wants_none_is_not_listened_to() -> None:
    made, _ = office("provider", "bob", to=Place("extension", "bob"))
    with made:
        call = made["provider"].dial("8001")
        made.run(1)
        made["bob"].talk.accept()
        made.run(1)
        sets = [each for each in made.house.workers.asked if isinstance(each, SetStream)]
        assert not any(each.fax_tones for each in sets)
        call.hang_up()
        made.run()
        made.check()


def test_what_a_crash_left_is_told_of_at_the_next_start() -> None:
    facts: list[Any] = []
    keeper = Keeper(pages=3)
    before = FaxInbox(keeper, facts.append, now_ms=lambda: 1000, token=lambda: "a")
    arrival = before.receive(BOX, "c1", "5551234", "Ada")
    FaxInbox(keeper, facts.append, now_ms=lambda: 9000, token=lambda: "b").start()
    (fact,) = facts
    assert (fact.id, fact.pages, fact.problem) == (arrival.id, 3, "interrupted")
