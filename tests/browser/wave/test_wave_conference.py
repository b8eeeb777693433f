"""A conference of five: Wave, a baresip in clear, one with keys, linphonec, and a provider."""

from __future__ import annotations

from contextlib import ExitStack
from functools import partial
from typing import TYPE_CHECKING

import pytest

from tests.support.baresip import Baresip
from tests.support.conference_room import there
from tests.support.linphone import Linphone
from tests.support.program import Program
from tests.support.server import wait_until
from tests.support.sipp_trunk import SippTrunk
from tests.support.softphone import Softphone
from tests.support.tone import hears_all, holds_all, says, write_tone
from tests.support.ucm import settled

if TYPE_CHECKING:
    from pathlib import Path

    from tests.support.desk import NewContext
    from tests.support.server import Server

WAVE_HZ, PLAIN_HZ, SECRET_HZ, LINPHONE_HZ, TRUNK_HZ = 440, 700, 1000, 1300, 1700
OPUS = ";mediaenc=srtp-mand;audio_codecs=opus/48000/2"


@pytest.mark.soak  # at the mercy of the phones' own timers
def test_a_conference_of_five(server: Server, new_context: NewContext, tmp_path: Path) -> None:
    """The host calls the provider in by keys of Wave; each but him, who only speaks, hears four."""
    admin = Program(server.url, "admin", "Demo-admin!")
    room = {"name": "Five", "number": "6305", "chimes": False, "hosts": ["1000"]}
    assert admin.post("/v1/conference-rooms", room).status == 201
    settled(server, admin)
    plain, secret = tmp_path / "1001", tmp_path / "1002"
    sound, tone = (
        tmp_path / "heard.wav",
        write_tone(tmp_path / "tone.wav", LINPHONE_HZ, seconds=200),
    )
    ana = Softphone(new_context, server.url, "1000", WAVE_HZ)
    with ExitStack() as stack:
        trunk = stack.enter_context(SippTrunk(server, tmp_path / "sipp", TRUNK_HZ))
        says_plain = says(plain, PLAIN_HZ)
        says_secret = says(secret, SECRET_HZ, rate=48_000, channels=2) + "module srtp.so\n"
        phones = [
            stack.enter_context(
                Baresip(plain, server, "1001", "udp", account=";audio_codecs=pcma",
                        config=says_plain, lasts_s=120)
            ),
            stack.enter_context(
                Baresip(secret, server, "1002", "tls", account=OPUS, config=says_secret,
                        lasts_s=120)
            ),
        ]  # fmt: skip
        fourth = stack.enter_context(
            Linphone(tmp_path / "phone", server, "1003", "tcp", watches="1000")
        )
        for each in phones:
            each.shows("registered successfully")
            each.enters("/dial 6305")
            each.shows("Call established")
        wait_until(lambda: "LinphoneRegistrationOk" in fourth.log(), 20, "linphonec")
        fourth.enters("soundcard use files")
        fourth.enters("call 6305")
        fourth.shows("connected")
        fourth.enters(f"record {sound}")
        fourth.enters(f"play {tone}")
        ana.call("6305")
        ana.is_connected()
        ana.hears_all(PLAIN_HZ, SECRET_HZ, LINPHONE_HZ)
        ana.press("Keys")
        with trunk.says_its_tone():
            for key in ("Star", *"18123", "Hash"):
                ana.press(key)
            wait_until(lambda: len(there(admin, "6305")) == 5, 30, "the provider")
            ana.hears_all(PLAIN_HZ, SECRET_HZ, LINPHONE_HZ, TRUNK_HZ)
            hears_all(plain, PLAIN_HZ, WAVE_HZ, SECRET_HZ, LINPHONE_HZ, TRUNK_HZ)
            hears_all(secret, SECRET_HZ, WAVE_HZ, PLAIN_HZ, LINPHONE_HZ, TRUNK_HZ)
            ana.page.wait_for_timeout(3000)  # what is recorded is time
            fourth.enters("terminate")  # the file is whole then
            four = partial(holds_all, sound, WAVE_HZ, PLAIN_HZ, SECRET_HZ, TRUNK_HZ)
            wait_until(four, 15, "four tones")
            [last] = [
                each for each in admin.get("/v1/conferences/6305").json()["participants"]
                if each["number"] not in ("1000", "1001", "1002")
            ]  # fmt: skip
            assert admin.delete(f"/v1/conferences/6305/participants/{last['leg']}").status == 204
        ana.press("Hang up")
