"""Calls that become faxes: T.38 is passed from leg to leg, or refused, and undone."""

from __future__ import annotations

from typing import Literal

import msgspec
import pytest

from pbxcore.dialplan.place import Place
from pbxcore.dialplan.plan import InboundRoute, Plan
from pbxcore.directory import Delta, ExtensionRemoved, PlanChanged
from pbxcore.journal import LegEnded
from pbxcore.media.commands import SetStream, ToneHeard
from pbxcore.sip.sdp.codecs import EVENTS, G722, PCMA, PCMU
from pbxcore.sip.sdp.crypto import new_crypto
from pbxcore.sip.sdp.fax import PROFILE, Fax
from pbxcore.sip.sdp.stream import SAVP, Agreed, Stream
from tests.support.handsets import Office, Talk

AUDIO = Stream(port=4000, formats=(PCMA, PCMU, EVENTS))
FAST = Fax(version=3, bit_rate=33600, error_correction="t38UDPFEC", datagram=400)
SLOW = Fax(version=0, bit_rate=9600, datagram=200)


def fax(can: Fax, port: int = 4002) -> Stream:
    return Stream(port=port, kind="image", profiles=(PROFILE,), fax=can)


def talking(office: Office) -> tuple[Talk, Talk]:
    alice = office["alice"].dial("bob")
    office.run(1)
    bob = office["bob"].talk
    bob.accept()
    office.run(1)
    return alice, bob


def at_workers(office: Office) -> list[tuple[str, int | None]]:
    """The kind of each open stream, and the fastest fax it carries."""
    told = office.house.workers.streams.values()
    return [(each.kind, each.fax.bit_rate if each.fax else None) for each in told if each]


def only(talk: Talk) -> Agreed:
    (agreed,) = talk.agreed
    return agreed


def over(office: Office, talk: Talk) -> None:
    talk.hang_up()
    office.run()
    office.check()


@pytest.mark.parametrize("called", [False, True])
def test_a_fax_is_passed_on_and_both_agree_to_what_both_can(called: bool) -> None:
    with Office("alice", "bob") as office:
        pair = talking(office)
        asker, other = reversed(pair) if called else pair
        other.streams = [fax(SLOW)]
        asker.modify(fax(FAST))
        office.run(1)
        assert asker.notes[-1] == "changed 200"
        assert (only(asker).kind, only(other).kind) == ("image", "image")
        asked, told = only(asker).remote_fax, only(other).remote_fax
        assert asked is not None
        assert told is not None
        assert (asked.bit_rate, asked.datagram) == (9600, 200)
        assert asked.error_correction == "t38UDPRedundancy"
        assert (told.bit_rate, told.datagram) == (33600, 400)
        assert at_workers(office) == [("image", 9600)] * 2
        assert len(office.house.workers.heard) == 2
        asker.hang_up()
        office.run()
        office.check()
        assert {each.codec for each in office.house.told(LegEnded)} == {"T.38"}


@pytest.mark.parametrize("forbids", ["alice", "bob"])
def test_a_fax_goes_in_sound_where_one_side_may_not_pass_it_otherwise(forbids: str) -> None:
    with Office("alice", "bob") as office:
        office.house.change(forbids, t38=False)
        alice, bob = talking(office)
        bob.streams = [fax(SLOW)]
        alice.modify(fax(FAST))
        office.run(1)
        assert alice.notes[-1] == "changed 488"
        assert "offered" not in bob.notes
        assert at_workers(office) == [("audio", None)] * 2
        over(office, alice)


def test_voices_are_heard_again_after_the_fax() -> None:
    with Office("alice", "bob") as office:
        alice, bob = talking(office)
        bob.streams = [fax(SLOW)]
        alice.modify(fax(FAST))
        office.run(1)
        alice.streams = [AUDIO]
        bob.modify(AUDIO)
        office.run(1)
        assert bob.notes[-1] == "changed 200"
        assert (only(alice).kind, only(bob).kind) == ("audio", "audio")
        assert at_workers(office) == [("audio", None)] * 2
        assert len(office.house.workers.heard) == 2
        over(office, alice)


def test_a_fax_in_a_line_of_its_own_meets_one_that_takes_the_place_of_the_voice() -> None:
    with Office("alice", "bob") as office:
        alice, bob = talking(office)
        bob.streams = [fax(SLOW)]
        alice.modify(None, fax(FAST))
        office.run(1)
        assert alice.notes[-1] == "changed 200"
        assert [each.index for each in (only(alice), only(bob))] == [1, 0]
        assert at_workers(office) == [("image", 9600)] * 2
        assert len(office.house.workers.heard) == 2
        bob.streams = [AUDIO]
        alice.modify(AUDIO, None)
        office.run(1)
        assert [only(alice).kind, only(bob).kind] == ["audio", "audio"]
        assert len(office.house.workers.heard) == 2
        over(office, bob)


def test_who_can_take_no_fax_goes_on_in_sound() -> None:
    with Office("alice", "bob") as office:
        alice, bob = talking(office)
        alice.modify(fax(FAST))
        office.run(1)
        assert alice.notes[-1] == "changed 488"
        assert "offered" in bob.notes
        assert at_workers(office) == [("audio", None)] * 2
        assert len(office.house.workers.heard) == 2
        alice.modify(msgspec.structs.replace(AUDIO, formats=(PCMU,)))
        office.run(1)
        assert alice.notes[-1] == "changed 200"
        over(office, alice)


def test_a_fax_is_not_bared_where_voices_are_secret() -> None:
    with Office("alice", "bob") as office:
        key = new_crypto(1, "AES_CM_128_HMAC_SHA1_80", bytes)
        phone = office["alice"]
        alice = Talk(phone)
        alice.streams = [msgspec.structs.replace(AUDIO, profiles=(SAVP,), cryptos=(key,))]
        alice.outgoing = phone.agent.invite(office.house.uri("bob"), alice, body=alice.offer())
        office.run(1)
        bob = office["bob"].talk
        bob.accept()
        office.run(1)
        assert only(alice).local_crypto is not None
        alice.modify(fax(FAST))
        office.run(1)
        assert alice.notes[-1] == "changed 488"
        assert "offered" not in bob.notes
        over(office, alice)


def test_a_fax_that_nobody_is_there_for_is_refused() -> None:
    with Office("alice") as office:
        alice = office["alice"].dial("*43")
        office.run(1)
        alice.modify(fax(FAST))
        office.run(1)
        assert alice.notes[-1] == "changed 488"
        over(office, alice)


def provided(office: Office) -> tuple[Talk, Talk]:
    """Somebody calls from outside in G.722; Bob, who has that as well, answers."""
    route = InboundRoute("in", "In", ("provider",), Place("extension", "bob"))
    directory = office.house.directory
    changes = (ExtensionRemoved("provider"), PlanChanged(Plan(inbound=(route,))))
    directory.apply(Delta(directory.version + 1, changes))
    for name in "provider", "bob":
        office[name].formats = (G722, PCMA, EVENTS)
    outside = office["provider"].dial("8001")
    office.run(1)
    bob = office["bob"].talk
    bob.accept()
    office.run(1)
    return outside, bob


def spoken(talk: Talk) -> str:
    main = only(talk).main
    return "" if main is None else main.codec.name


@pytest.mark.parametrize("tone", ["ced", "v21"])
def test_two_legs_speak_one_law_once_a_fax_answers(tone: Literal["ced", "v21"]) -> None:
    with Office("provider", "bob") as office:
        outside, bob = provided(office)
        assert (spoken(outside), spoken(bob)) == ("G722", "G722")
        asked = [each for each in office.house.workers.asked if isinstance(each, SetStream)]
        assert asked[-1].fax_tones
        office.house.workers.notice(ToneHeard(asked[-1].stream, tone))
        office.run(1)
        assert (spoken(outside), spoken(bob)) == ("PCMA", "PCMA")
        assert all(len(each.codecs) == 2 for each in (only(outside), only(bob)))
        asked = [each for each in office.house.workers.asked if isinstance(each, SetStream)]
        assert not any(each.fax_tones for each in asked[-2:])
        over(office, bob)


def test_calls_inside_are_not_listened_to() -> None:
    with Office("alice", "bob") as office:
        for name in "alice", "bob":
            office[name].formats = (G722, EVENTS)
        alice, _ = talking(office)
        asked = (each for each in office.house.workers.asked if isinstance(each, SetStream))
        assert not any(each.fax_tones for each in asked)
        over(office, alice)
