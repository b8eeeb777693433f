"""Recordings of calls: by rule and by code, paused, handed on, and on a disk that is full."""

from __future__ import annotations

import pytest

from pbxcore.calls.archive import Archive
from pbxcore.calls.keypad import Keypad
from pbxcore.dialplan.plan import FeatureCodes, Plan
from pbxcore.journal import CallEnded, CallRecorded, LegEnded, RecordingFailed
from pbxcore.media.commands import DigitHeard, PauseRecording, Play
from tests.support.handsets import Office
from tests.unit.pbxcore.test_call_changes import talking
from tests.unit.pbxcore.test_call_limits import outside
from tests.unit.pbxcore.test_call_limits import talking as answered_outside
from tests.unit.pbxcore.test_call_transfers import refer
from tests.unit.pbxcore.test_ring_groups import group, office_with


def recorded(office: Office) -> list[tuple[str, bool]]:
    """Each time a recording was told: whose it is, and whether it is whole."""
    return [
        ("-".join(each.file.removesuffix(".wav").split("-")[3:]), each.seconds > 0)
        for each in office.house.facts
        if isinstance(each, CallRecorded)
    ]


def press(office: Office, whose: int, keys: str) -> None:
    """Let a leg press keys: the first stream is the caller's."""
    stream = list(office.house.workers.streams)[whose]
    for key in keys:
        office.house.workers.notice(DigitHeard(stream, key))
        office.run(0.3)


@pytest.mark.parametrize(
    ("rule", "is_recorded"), [("all", True), ("internal", True), ("external", False)]
)
@pytest.mark.parametrize("who", ["alice", "bob"])
def test_an_extension_is_recorded_as_its_rule_says(who: str, rule: str, is_recorded: bool) -> None:
    with Office("alice", "bob") as office:
        office.house.change(who, recorded=rule)
        alice, _ = talking(office)
        assert len(office.house.workers.recordings) == is_recorded
        alice.hang_up()
        office.run()
        office.check()
        expected = [("alice-bob", False), ("alice-bob", True)] if is_recorded else []
        assert recorded(office) == expected


def test_both_voices_are_in_it_and_its_file_is_in_the_folder() -> None:
    with Office("alice", "bob") as office:
        office.house.change("bob", recorded="all")
        office.house.settle(recording_stereo=True)
        alice, _ = talking(office)
        ((wanted, _),) = office.house.workers.recordings.values()
        assert wanted.streams == tuple(office.house.workers.streams)
        assert wanted.stereo
        assert wanted.path.startswith("/monitor/")
        alice.hang_up()
        office.run()
        office.check()


def test_whoever_rings_for_a_group_that_is_recorded_is() -> None:
    with office_with(group(recorded=True)) as office:
        alice = office["alice"].dial("sales")
        office.run(1)
        office["bob"].talk.accept()
        office.run(1)
        alice.hang_up()
        office.run()
        office.check()
        assert recorded(office)[-1] == ("alice-bob", True)


def test_a_code_begins_and_ends_a_recording_and_a_beep_says_so() -> None:
    with Office("alice", "bob") as office:
        alice, _ = talking(office)
        press(office, 1, "*3")
        assert len(office.house.workers.recordings) == 1
        press(office, 0, "*3")
        assert not office.house.workers.recordings
        beeps = [each for each in office.house.workers.asked if isinstance(each, Play)]
        assert [len(each.sources[0].cadences) for each in beeps] == [1, 3]  # type: ignore[union-attr]
        press(office, 0, "*9*3")
        assert len(office.house.workers.recordings) == 1
        alice.hang_up()
        office.run()
        office.check()
        assert recorded(office) == [("alice-bob", False), ("alice-bob", True)] * 2
        assert len({fact.file for fact in office.house.told(CallRecorded)}) == 2


def test_without_a_code_keys_are_keys() -> None:
    with Office("alice", "bob") as office:
        office.house.directory.plan = Plan(codes=FeatureCodes(record=""))
        alice, _ = talking(office)
        press(office, 1, "*3")
        assert not office.house.workers.recordings
        alice.hang_up()
        office.run()
        office.check()


def test_what_is_recorded_by_rule_is_paused_by_the_code() -> None:
    with Office("alice", "bob") as office:
        office.house.change("bob", recorded="all")
        alice, _ = talking(office)
        press(office, 1, "*3")
        press(office, 1, "*3")
        asked = [each for each in office.house.workers.asked if isinstance(each, PauseRecording)]
        assert [each.paused for each in asked] == [True, False]
        assert len(office.house.workers.recordings) == 1
        alice.hang_up()
        office.run()
        office.check()


def test_a_recording_holds_one_pair_and_the_next_pair_is_asked_anew() -> None:
    for goes_on in False, True:
        with Office("alice", "bob", "carol") as office:
            office.house.settle(recording_goes_on=goes_on)
            office.house.change("bob", recorded="all")
            alice, bob = talking(office)
            refer(bob, office.house.uri("carol"))
            office.run(1)
            assert not office.house.workers.recordings
            office["carol"].talk.accept()
            office.run(1)
            assert len(office.house.workers.recordings) == goes_on
            alice.hang_up()
            office.run()
            office.check()
            whose = ["alice-bob", "alice-bob", *(["alice-carol"] * 2 if goes_on else [])]
            assert [each for each, _ in recorded(office)] == whose


def test_a_recording_that_fails_is_told_and_the_call_goes_on() -> None:
    for full_at_once in True, False:
        with Office("alice", "bob") as office:
            workers = office.house.workers
            office.house.change("bob", recorded="all")
            workers.disk = "no space left on device" if full_at_once else ""
            alice, bob = talking(office)
            if not full_at_once:
                workers.end_recording(next(iter(workers.recordings)), "no space left on device")
                office.run(1)
            assert "ended" not in (alice.notes[-1], bob.notes[-1])
            (failed,) = office.house.told(RecordingFailed)
            assert isinstance(failed, RecordingFailed)
            assert failed.reason == "no space left on device"
            alice.hang_up()
            office.run()
            office.check()
            told = [] if full_at_once else [("alice-bob", False), ("alice-bob", True)]
            assert recorded(office) == told


def test_a_worker_that_dies_leaves_a_recording_that_is_known() -> None:
    with Office("alice", "bob") as office:
        office.house.change("bob", recorded="all")
        talking(office)
        office.house.workers.die()
        office.run()
        office.check()
        assert office.house.told(RecordingFailed)
        assert recorded(office) == [("alice-bob", False)]
        ended = [each for each in office.house.facts if isinstance(each, LegEnded | CallEnded)]
        assert len(ended) == 3


def test_files_of_one_second_have_names_of_their_own() -> None:
    archive = Archive("/data/recordings", lambda: 1_700_000_000.5)
    names = [archive.name("1001", "+49/123"), archive.name("1001", "+49/123")]
    assert names == [
        "monitor/2023-11/auto-1700000000-1001-+49_123.wav",
        "monitor/2023-11/auto-1700000000-1001-+49_123-2.wav",
    ]
    assert archive.path(names[0]).startswith("/data/recordings/monitor/")
    assert "auto-1700000000-anonymous-.wav" not in archive.name("", "..")
    assert "/auto-1700000000-anonymous-" in archive.name("", "..")


def test_a_code_is_pressed_without_a_pause() -> None:
    pad = Keypad()
    codes = ("*3", "*33")
    assert [pad.press(each, at, codes, 1) for at, each in enumerate("1*3")] == ["", "", "*3"]
    assert pad.press("*", 10, ("*3",), 2) == ""
    assert pad.press("3", 12.1, ("*3",), 2) == ""
    assert pad.press("*", 20, ("*3",), 3) == ""
    assert pad.press("3", 22.9, ("*3",), 3) == "*3"
    assert pad.press("3", 23, (), 2) == ""


@pytest.mark.parametrize(("wanted", "hearers"), [("off", 0), ("external", 0), ("all", 2)])
def test_who_is_to_know_it_hears_that_a_call_may_be_recorded(wanted: str, hearers: int) -> None:
    with Office("alice", "bob") as office:
        office.house.change("bob", recorded="all")
        office.house.settle(recording_notice=wanted)
        alice, _ = talking(office)
        said = [each for each in office.house.workers.asked if isinstance(each, Play)]
        notices = [each for each in said if each.play.startswith("beside")]
        assert len({each.stream for each in notices}) == len(notices) == hearers
        alice.hang_up()
        office.run()
        office.check()


def test_a_caller_from_outside_alone_hears_the_notice() -> None:
    with Office("alice", "provider") as office:
        outside(office, "provider", recorded=True)
        office.house.settle(recording_notice="external")
        alice = answered_outside(office, "alice", "provider")
        said = [each for each in office.house.workers.asked if isinstance(each, Play)]
        (notice,) = (each for each in said if each.play.startswith("beside"))
        assert notice.stream == list(office.house.workers.streams)[1]
        alice.hang_up()
        office.run()
        office.check()
