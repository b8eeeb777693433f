"""The PBX's services at an answered leg: what is said, which keys are taken, who is called."""

from __future__ import annotations

from pathlib import PurePath
from typing import TYPE_CHECKING

import msgspec
import pytest

from pbxcore.apps.ivr import Ivr, MenuKey
from pbxcore.apps.ivr import menu as menu_of
from pbxcore.apps.sounds import BEEP, Counted, Digits, Number, Prompt
from pbxcore.apps.steps import Connect, Gather, Join, Leave, Record, Recorded, Say, Wait
from pbxcore.calls.attending import Attending
from pbxcore.dialplan.place import Place
from pbxcore.dialplan.plan import Plan, RingGroup
from pbxcore.directory import Delta, SettingsChanged
from pbxcore.journal import CallEnded, LegAnswered
from pbxcore.media.commands import (
    Disconnect,
    File,
    JoinRoom,
    Play,
    StartRecording,
    StopPlaying,
)
from pbxcore.sip.uri import write_uri_headers
from tests.support.handsets import Office
from tests.unit.pbxcore.test_call_changes import talking
from tests.unit.pbxcore.test_call_transfers import refer, replaces

if TYPE_CHECKING:
    from pbxcore.apps.steps import Part, Script
    from tests.support.handsets import Talk

WELCOME = ["ivr-welcome", "ivr-dial"]
MENU = Ivr(
    "7000",
    "Menu",
    keys=(MenuKey("1", Place("extension", "bob")), MenuKey("2", Place("ivr", "7001"))),
    timeout_loops=1,
    invalid_loops=1,
)


def office_with(*menus: Ivr, **plan: object) -> Office:
    office = Office("alice", "bob", "carol")
    services = {each.number: each for each in menus}
    office.house.directory.plan = Plan(services=services, **plan)  # type: ignore[arg-type]
    return office


def said(office: Office) -> list[str]:
    return [name for names in office.house.workers.said.values() for name in names]


def press(office: Office, *keys: str) -> None:
    """Whoever is talked to by a service presses keys."""
    (stream,) = office.house.workers.said
    office.house.workers.press(stream, *keys)


def attended(office: Office, script: Script, *, after_s: float = 1.0) -> Talk:
    """Alice, to whom this script talks."""
    alice = office["alice"].dial("7000")
    office.run(0.5)
    (leg,) = (leg for call in office.house.switchboard.calls for leg in call.legs.values())
    leg.call.leave_service(leg)
    leg.attending = Attending(leg, script, "en")
    office.house.workers.said.clear()
    leg.attending.begin()
    office.run(after_s)
    return alice


def test_a_caller_is_answered_hears_a_prompt_presses_a_key_and_is_handed_on() -> None:
    with office_with(MENU) as office:
        alice = office["alice"].dial("7000")
        office.run(1)
        assert said(office) == WELCOME
        press(office, "1")
        office.run(1)
        office["bob"].talk.accept()
        office.run(1)
        assert len(office.house.workers.heard) == 2
        alice.hang_up()
        office.run()
        office.check()
        answers = [each for each in office.house.facts if isinstance(each, LegAnswered)]
        assert [(each.by, each.owner) for each in answers] == [("ivr", "7000"), ("", "")]
        assert office["bob"].talk.notes[-1] == "ended"


def test_a_menu_leads_to_another() -> None:
    with office_with(MENU, Ivr("7001", "Second")) as office:
        alice = office["alice"].dial("7000")
        office.run(1)
        press(office, "2")
        office.run(1)
        assert said(office) == WELCOME * 2
        alice.hang_up()
        office.run()
        office.check()


def test_who_says_nothing_is_asked_again_and_hung_up_on() -> None:
    with office_with(MENU) as office:
        alice = office["alice"].dial("7000")
        office.run()
        assert said(office) == [*WELCOME, "ivr-no-choice", *WELCOME, "ivr-no-choice", "goodbye"]
        assert alice.notes[-1] == "ended"
        office.check()
        ended = office.house.facts[-1]
        assert isinstance(ended, CallEnded)
        assert (ended.disposition, ended.cause) == ("answered", 16)


def test_a_key_without_meaning_is_refused_in_words() -> None:
    with office_with(MENU) as office:
        office["alice"].dial("7000")
        office.run(1)
        press(office, "7")
        office.run(1)
        assert said(office)[-1] == "invalid"
        office.run()
        office.check()


def test_menus_that_hand_on_for_ever_come_to_an_end() -> None:
    first = Ivr("7000", "First", timeout_loops=0, timeout=Place("ivr", "7001"))
    second = Ivr("7001", "Second", timeout_loops=0, timeout=Place("ivr", "7000"))
    with office_with(first, second) as office:
        alice = office["alice"].dial("7000")
        office.run()
        assert alice.notes[-1] == "ended"
        office.check()


def test_who_is_busy_is_told_of_and_the_menu_comes_back() -> None:
    with office_with(Ivr("7000", "Menu", keys=MENU.keys, returns=True)) as office:
        office["bob"].refuses = 486
        alice = office["alice"].dial("7000")
        office.run(1)
        press(office, "1")
        office.run(5)
        assert said(office) == [*WELCOME, "busy", *WELCOME]
        alice.hang_up()
        office.run()
        office.check()


def test_extensions_are_dialled_where_that_is_allowed() -> None:
    menu = Ivr("7000", "Menu", dials=("extension", "ring_group"))
    group = RingGroup("64", "Group", ("bob",))
    with office_with(
        menu, numbers={"64": Place("ring_group", "64")}, ring_groups={"64": group}
    ) as office:
        office["alice"].dial("7000")
        office.run(1)
        press(office, "6")
        office.run(1)
        press(office, "4")
        office.run(1)
        assert office["bob"].talks
        office["bob"].talk.accept()
        office.run(1)
        office["bob"].talk.hang_up()
        office.run()
        office.check()


@pytest.mark.parametrize(
    ("listing", "inside", "outside", "reached"),
    [
        ("", (), (), {"bob", "carol", "0301", "0900"}),
        ("only", ("bob",), (), {"bob", "0301", "0900"}),
        ("only", (), ("_030.",), {"bob", "carol", "0301"}),
        ("never", ("bob",), ("_0900!",), {"carol", "0301"}),
    ],
)
def test_lists_say_which_numbers_of_ours_and_outside_are_dialled(
    listing: str, inside: tuple[str, ...], outside: tuple[str, ...], reached: set[str]
) -> None:
    menu = Ivr(
        "7000", "Menu", dials=("extension", "external"), listing=listing,
        listed=frozenset(inside), listed_outside=outside,
    )  # fmt: skip
    with office_with(menu) as office:
        found = set()
        for keys in ("bob", "carol", "0301", "0900"):
            script = menu_of(menu, office.house.facilities)
            next(script)
            asked = script.send(keys[:1])
            for key in keys[1:]:
                assert isinstance(asked, Gather), asked
                asked = script.send(key)
            if isinstance(asked, Gather):
                asked = script.send("")
            if isinstance(asked, Connect):
                found.add(asked.place.value)
        assert found == reached


def test_a_caller_is_handed_on_to_a_service() -> None:
    with office_with(MENU) as office:
        alice = office["alice"].dial("bob")
        office.run(1)
        bob = office["bob"].talk
        bob.accept()
        office.run(1)
        refer(bob, office.house.uri("7000"))
        office.run(1)
        assert bob.notes[-1] == "ended"
        assert said(office) == WELCOME
        press(office, "1")
        office.run(1)
        office["bob"].talk.accept()
        office.run(1)
        assert len(office.house.workers.heard) == 2
        alice.hang_up()
        office.run()
        office.check()


def test_a_call_is_placed_to_a_service() -> None:
    with office_with(MENU) as office:
        assert office.house.switchboard.place("alice", "7000")[0] == 202
        office.run(1)
        office["alice"].talk.accept()
        office.run(1)
        assert said(office) == WELCOME
        office["alice"].talk.hang_up()
        office.run()
        office.check()


def test_keys_typed_ahead_are_taken_in_their_order() -> None:
    taken: list[str] = []

    def script() -> Script:
        yield Say((Prompt("goodbye"),), barge=False)
        taken.append((yield Say((Prompt("enter-pin"),))))
        taken.append((yield Gather(4)))
        taken.append((yield Gather(4, first_s=3)))

    with office_with(MENU) as office:
        attended(office, script())
        press(office, *"1234#56")
        office.run(10)
        assert taken == ["1", "234", "56"]
        assert said(office) == ["goodbye"]
        office.run()
        office.check()


def test_what_is_said_stops_at_a_key_that_comes_by_info() -> None:
    taken: list[str] = []

    def script() -> Script:
        taken.append((yield Say((Prompt("enter-pin"),), times=0)))

    with office_with(MENU) as office:
        alice = attended(office, script())
        assert alice.call is not None
        line = b"Content-Type: application/dtmf-relay"
        alice.call.send(b"INFO", lines=(line,), body=b"Signal=5\r\nDuration=100\r\n")
        office.run(1)
        assert taken == ["5"]
        assert any(isinstance(each, StopPlaying) for each in office.house.workers.asked)
        office.run()
        office.check()


def test_numbers_are_said_as_the_language_says_them() -> None:
    def script() -> Script:
        yield Say((Number(21), Digits("7*"), Counted(1, "new-message")))

    with office_with(MENU) as office:
        attended(office, script())
        assert said(office) == ["number-21", "digit-7", "star", "new-message.one"]
        office.run()
        office.check()


def test_each_hears_his_own_language() -> None:
    with office_with(MENU) as office:
        office.house.change("alice", language="de-AT")
        settings = msgspec.structs.replace(office.house.directory.settings, language="es")
        delta = Delta(office.house.directory.version + 1, (SettingsChanged(settings),))
        office.house.directory.apply(delta)
        for caller, language in ("alice", "de"), ("bob", "es"):
            talk = office[caller].dial("7000")
            office.run(1)
            (played, *_) = [
                each for each in reversed(office.house.workers.asked) if isinstance(each, Play)
            ]
            folders = {PurePath(each.path).parent.name for each in files(played)}
            assert folders == {language}
            talk.hang_up()
        office.run()
        office.check()


def files(played: Play) -> list[File]:
    return [each for each in played.sources if isinstance(each, File)]


def test_a_message_is_recorded_until_a_key() -> None:
    outcome: list[Recorded] = []

    def script() -> Script:
        yield Say((BEEP,), barge=False)
        outcome.append((yield Record("x.wav", limit_s=60, silence_s=5)))
        yield Wait(1)

    with office_with(MENU) as office:
        attended(office, script(), after_s=5)
        (request,) = (
            each for each in office.house.workers.asked if isinstance(each, StartRecording)
        )
        assert (request.path, request.limit_s, request.silence_s) == ("x.wav", 60, 5)
        office.house.workers.press(request.streams[0], "5", "#")
        office.run(0.5)
        assert [(round(each.seconds), each.key) for each in outcome] == [(3, "#")]
        office.run()
        office.check()


def test_who_hangs_up_ends_the_script_which_tidies_up() -> None:
    left: list[str] = []

    def room() -> Part[None]:
        try:
            left.append((yield Join("room", muted=True)))
            left.append((yield Join("room")))
            yield Leave()
            yield Join("other")
        finally:
            left.append("tidy")

    def script() -> Script:
        yield from room()

    with office_with(MENU) as office:
        alice = attended(office, script())
        asked = office.house.workers.asked
        (stream,) = (each.stream for each in asked if isinstance(each, JoinRoom))
        office.house.workers.press(stream, "1", "2")
        office.run(1)
        assert left == ["1", "2"]
        joins = [(e.room, e.muted) for e in asked if isinstance(e, JoinRoom)]
        assert joins == [("room", True), ("room", False), ("other", False)]
        assert sum(isinstance(each, Disconnect) for each in asked) == 1
        alice.hang_up()
        office.run()
        assert left[-1] == "tidy"
        office.check()


def test_a_script_that_fails_costs_its_call_alone() -> None:
    def script() -> Script:
        yield Wait(1)
        raise ZeroDivisionError

    with office_with(MENU) as office:
        alice = attended(office, script())
        office.run()
        assert alice.notes[-1] == "ended"
        office.check()


def test_a_caller_is_joined_with_the_service_that_was_asked_before() -> None:
    with office_with(MENU) as office:
        alice, bob = talking(office)
        asking = office["bob"].dial("7000")
        office.run(1)
        headers = write_uri_headers([(b"Replaces", replaces(asking).encode())])
        refer(bob, b"%b?%b" % (office.house.uri("7000"), headers))
        office.run(1)
        assert bob.notes[-1] == asking.notes[-1] == "ended"
        assert said(office) == WELCOME * 2
        office.house.workers.press(list(office.house.workers.said)[-1], "1")
        office.run(1)
        office["bob"].talk.accept()
        office.run(1)
        assert len(office.house.workers.heard) == 2
        alice.hang_up()
        office.run()
        office.check()


def test_a_menu_goes_on_with_a_caller_who_loads_the_page_anew() -> None:
    with office_with(MENU) as office:
        alice = office["alice"].dial("7000")
        office.run(1)
        anew = office["alice"].dial("7000", b"Replaces: " + replaces(alice).encode())
        office.run(1)
        assert (alice.notes[-1], anew.notes[-1]) == ("ended", "confirmed")
        office.house.workers.press(list(office.house.workers.said)[-1], "1")
        office.run(1)
        office["bob"].talk.accept()
        office.run(1)
        assert len(office.house.workers.heard) == 2
        anew.hang_up()
        office.run()
        office.check()
