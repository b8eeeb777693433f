"""What is heard while somebody waits, in place of ringing too; and that somebody else calls."""

from __future__ import annotations

from collections import Counter

from pbxcore.apps.conferences import ConferenceRoom
from pbxcore.dialplan.music import RING_BACK, USUAL, MusicClass
from pbxcore.dialplan.place import Place
from pbxcore.dialplan.plan import Plan, RingGroup
from pbxcore.domain_settings import DomainSettings
from pbxcore.media.commands import File, Play, StopPlaying
from pbxcore.media.tones import plan_for
from pbxcore.sip.sdp.direction import Hold
from pbxcore.sip.sdp.stream import held
from tests.support.handsets import Office
from tests.support.raw_phone import SDP, RawPhone
from tests.unit.pbxcore.test_call_changes import AUDIO, talking
from tests.unit.pbxcore.test_call_transfers import refer

JAZZ = MusicClass(("/music/a.ogg", "/music/b.ogg"))
CLASSES = {USUAL: MusicClass(("/music/usual.ogg",)), "jazz": JAZZ}
FILES = (File("/music/a.ogg"), File("/music/b.ogg"))


def plays(office: Office) -> list[Play]:
    return [each for each in office.house.workers.asked if isinstance(each, Play)]


def knocks(office: Office) -> list[str]:
    """The streams at which somebody knocked."""
    return [each.stream for each in plays(office) if each.over]


def test_whom_an_extension_holds_hears_its_music() -> None:
    with Office("alice", "bob") as office:
        office.house.directory.plan = Plan(music=CLASSES)
        office.house.change("alice", music="jazz")
        alice, bob = talking(office)
        alice.modify(held(AUDIO, Hold.SENDONLY))
        office.run(1)
        assert (plays(office)[-1].sources, plays(office)[-1].times) == (FILES, 0)
        alice.modify(AUDIO)
        office.run(1)
        bob.modify(held(AUDIO, Hold.SENDONLY))
        office.run(1)
        assert plays(office)[-1].sources == (File("/music/usual.ogg"),)
        office.house.change("bob", music=RING_BACK)
        bob.modify(AUDIO)
        office.run(1)
        bob.modify(held(AUDIO, Hold.SENDONLY))
        office.run(1)
        assert plays(office)[-1].sources == (plan_for("").ring_back,)
        bob.hang_up()
        office.run()
        office.check()


def test_whom_an_extension_hands_on_hears_its_music_until_it_rings() -> None:
    with Office("alice", "bob", "carol") as office:
        office.house.directory.plan = Plan(music=CLASSES)
        office.house.change("bob", music="jazz")
        alice, bob = talking(office)
        raw = RawPhone(office, "carol")
        refer(bob, office.house.uri("carol"))
        office.run(3)
        invite = raw.first(b"INVITE")
        assert (plays(office)[-1].sources, len(plays(office))) == (FILES, 1)
        raw.answer(invite, 180)
        office.run(1)
        assert plays(office)[-1].sources == (plan_for("").ring_back,)
        raw.answer(invite, 200, b"Contact: <sip:carol@10.0.0.3>", SDP, body=raw.offer)
        office.run(1)
        stops = [each for each in office.house.workers.asked if isinstance(each, StopPlaying)]
        assert stops[-1].stream == plays(office)[-1].stream
        assert len(office.house.workers.heard) == 2
        alice.hang_up()
        office.run(1)
        raw.answer(raw.first(b"BYE"), 200)
        office.run()
        office.check()


def test_who_waits_already_when_he_is_handed_on_hears_the_music_go_on() -> None:
    with Office("alice", "bob", "carol") as office:
        office.house.directory.plan = Plan(music=CLASSES)
        alice, bob = talking(office)
        bob.modify(held(AUDIO, Hold.SENDONLY))
        office.run(1)
        RawPhone(office, "carol")
        refer(bob, office.house.uri("carol"))
        office.run(1)
        assert len(plays(office)) == 1
        alice.hang_up()
        office.run()


def test_a_class_is_shuffled_for_each_who_listens() -> None:
    shuffled = MusicClass(tuple(f"/music/{each}.ogg" for each in range(6)), shuffled=True)
    orders = {shuffled.order(str(token)) for token in range(20)}
    assert len(orders) > 10
    assert all(sorted(each) == sorted(shuffled.files) for each in orders)
    assert shuffled.order("1") == shuffled.order("1")


def group_at(office: Office, **more: object) -> None:
    group = RingGroup("sales", "Sales", ("bob",), ring_s=20, **more)  # type: ignore[arg-type]
    office.house.directory.plan = Plan(
        numbers={"sales": Place("ring_group", "sales")},
        ring_groups={"sales": group},
        music=CLASSES,
        prompts={"p1": "/prompts/p1.ogg"},
    )


def test_callers_of_a_group_hear_music_instead_of_ringing() -> None:
    with Office("alice", "bob") as office:
        group_at(office, music="jazz")
        alice = office["alice"].dial("sales")
        office.run(1)
        assert alice.notes == ["183", "described"]
        assert plays(office)[-1].sources == FILES
        office["bob"].talk.accept()
        office.run(1)
        stops = [each for each in office.house.workers.asked if isinstance(each, StopPlaying)]
        assert stops[-1].stream == plays(office)[-1].stream
        alice.hang_up()
        office.run()
        office.check()


def test_who_cannot_hear_the_music_of_a_group_yet_is_told_that_it_rings() -> None:
    with Office("alice", "bob") as office:
        group_at(office, music="jazz")
        alice = office["alice"].dial("sales", with_offer=False)
        office.run(1)
        assert alice.notes == ["180"]
        assert not plays(office)
        office["bob"].talk.accept()
        office.run(1)
        alice.hang_up()
        office.run()
        office.check()


def test_callers_of_a_group_hear_its_prompt_whole_and_once_before_it_rings() -> None:
    with Office("alice", "bob") as office:
        group_at(office, prompt="p1")
        alice = office["alice"].dial("sales")
        office.run(1)
        assert not office["bob"].talks
        office.run(2)
        assert len(office["bob"].talks) == 1
        office["bob"].talk.accept()
        office.run(1)
        heard = [each for each in plays(office) if each.sources == (File("/prompts/p1.ogg"),)]
        assert len(heard) == 1
        alice.hang_up()
        office.run()
        office.check()


def test_who_talks_hears_that_somebody_else_calls() -> None:
    with Office("alice", "bob", "carol") as office:
        _, bob = talking(office)
        carol = office["carol"].dial("bob")
        office.run(12)
        knocks = [each for each in plays(office) if each.over]
        assert len(knocks) == 3  # at 0, 5.6 and 11.2 s in Europe
        assert {each.stream for each in knocks} == {list(office.house.workers.streams)[1]}
        assert knocks[0].sources[0].cadences[-1][0]  # type: ignore[union-attr]
        carol.hang_up()
        office.run(12)
        assert len([each for each in plays(office) if each.over]) == 3
        office.house.directory.settings = DomainSettings(call_waiting_tone=False)
        carol = office["carol"].dial("bob")
        office.run(1)
        assert len([each for each in plays(office) if each.over]) == 3
        carol.hang_up()
        bob.hang_up()
        office.run()
        office.check()


def test_each_talk_hears_one_tone_a_cadence_however_many_ring() -> None:
    with Office("alice", "bob", "carol") as office:
        for _ in range(3):
            office["alice"].dial("bob")
            office.run(1)
            office["bob"].talks[-1].accept()
        office.run(6)  # the cadence of what rang before is over
        before = Counter(knocks(office))
        ringing = [office["carol"].dial("bob") for _ in range(8)]
        office.run(12)  # at 0, 5.6 and 11.2 s
        heard = Counter(knocks(office)) - before
        assert list(heard.values()) == [3, 3, 3]
        for each in ringing:
            each.hang_up()
        office.run(12)
        assert Counter(knocks(office)) == before + heard
        for each in office["alice"].talks:
            each.hang_up()
        office.run()
        office.check()


def test_who_answers_one_of_two_calls_hears_that_the_other_rings_on() -> None:
    with Office("alice", "bob", "carol") as office:
        office["alice"].dial("bob")
        carol = office["carol"].dial("bob")
        office.run(1)
        office["bob"].talks[0].accept()
        office.run(6)
        assert len(knocks(office)) == 1
        carol.hang_up()
        office["bob"].talks[0].hang_up()
        office.run()
        office.check()


def test_who_is_alone_in_a_room_hears_music() -> None:
    with Office("alice", "bob") as office:
        room = ConferenceRoom("6300", "Room", music="jazz", chimes=False)
        office.house.directory.plan = Plan(services={"6300": room}, music=CLASSES)
        alice = office["alice"].dial("6300")
        office.run(5)
        assert plays(office)[-1].sources == FILES
        bob = office["bob"].dial("6300")
        office.run(5)
        stopped = [each for each in office.house.workers.asked if isinstance(each, StopPlaying)]
        assert stopped
        assert FILES not in {each.sources for each in plays(office)[-1:]}
        alice.hang_up()
        bob.hang_up()
        office.run()
        office.check()
