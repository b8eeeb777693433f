"""Wave beside what others make: a desk phone that is held, linphonec, and SIPp as a provider."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from playwright.sync_api import expect

from tests.support.baresip import Baresip
from tests.support.linphone import Linphone
from tests.support.server import wait_until
from tests.support.sipp_trunk import SippTrunk
from tests.support.softphone import Softphone
from tests.support.tone import hears, hears_no_more, holds, says, write_tone

if TYPE_CHECKING:
    from pathlib import Path

    from tests.support.desk import NewContext
    from tests.support.server import Server

WAVE_HZ, PHONE_HZ, TRUNK_HZ = 440, 1000, 1300


@pytest.fixture
def ana(server: Server, new_context: NewContext) -> Softphone:
    return Softphone(new_context, server.url, "1000", WAVE_HZ)


def test_wave_holds_a_desk_phone_and_resumes(
    server: Server, ana: Softphone, tmp_path: Path
) -> None:
    folder = tmp_path / "1002"
    account = ";answermode=auto;audio_codecs=pcmu"
    sound = says(folder, PHONE_HZ)
    with Baresip(folder, server, "1002", "udp", account=account, config=sound) as phone:
        phone.shows("registered successfully")
        ana.call("1002")
        ana.is_connected("Chen Li")
        for _ in range(2):
            ana.hears(PHONE_HZ)
            hears(folder, WAVE_HZ)
            ana.press("Hold")
            hears_no_more(folder, WAVE_HZ)
            ana.hears_no_more(PHONE_HZ)
            ana.press("Hold")
        ana.hears(PHONE_HZ)
        hears(folder, WAVE_HZ)
        ana.press("Hang up")
        phone.shows("session closed")


def test_wave_and_a_trunk_hear_each_other_whoever_calls(
    server: Server, ana: Softphone, tmp_path: Path
) -> None:
    with SippTrunk(server, tmp_path / "sipp", TRUNK_HZ, "1000") as trunk:
        for answering, hz in (trunk.says_its_tone, TRUNK_HZ), (trunk.echoes, WAVE_HZ):
            with answering():
                ana.call("8123")
                ana.is_connected()
                ana.hears(hz)
                ana.press("Hang up")
                expect(ana.current()).to_have_count(0)
        with trunk.calls("1000"):
            ana.answer()
            ana.is_connected()
            ana.hears(TRUNK_HZ)
            ana.press("Hang up")
            expect(ana.current()).to_have_count(0)


@pytest.mark.soak  # at the mercy of the phone's own timers
def test_wave_and_linphonec_hear_each_other(server: Server, ana: Softphone, tmp_path: Path) -> None:
    sound, tone = tmp_path / "heard.wav", write_tone(tmp_path / "tone.wav", PHONE_HZ)
    with Linphone(tmp_path / "phone", server, "1003", "tcp", watches="1000") as phone:
        phone.shows("is Online")
        phone.enters("soundcard use files")
        phone.enters("call 1000")
        ana.answer()
        ana.is_connected()
        phone.shows("connected")
        phone.enters(f"record {sound}")
        phone.enters(f"play {tone}")
        ana.hears(PHONE_HZ)
        ana.page.wait_for_timeout(3000)  # what is recorded is time
        phone.enters("terminate")  # the file is whole then
        expect(ana.current()).to_have_count(0)
        wait_until(lambda: holds(sound, WAVE_HZ), 15, "a tone")
