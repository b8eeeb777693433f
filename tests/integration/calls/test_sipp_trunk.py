"""SIPp as a provider, heard by a real phone and hearing it, whoever calls."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.support.baresip import Baresip
from tests.support.sipp_trunk import SippTrunk
from tests.support.tone import hears, says

if TYPE_CHECKING:
    from pathlib import Path

    from tests.support.server import Server

PHONE_HZ, TRUNK_HZ = 440, 1300


@pytest.mark.parametrize(
    ("transport", "account", "rate", "channels", "tel_uri"),
    [
        ("udp", ";audio_codecs=pcma", 8000, 1, "enabled"),
        ("tls", ";mediaenc=srtp-mand;audio_codecs=opus/48000/2", 48_000, 2, "user_phone"),
    ],
)
def test_a_baresip_and_a_trunk_hear_each_other(
    server: Server,
    tmp_path: Path,
    transport: str,
    account: str,
    rate: int,
    channels: int,
    tel_uri: str,
) -> None:
    folder = tmp_path / "1001"
    sound = says(folder, PHONE_HZ, rate=rate, channels=channels) + "module srtp.so\n"
    account += ";answermode=auto"
    with (
        SippTrunk(server, tmp_path / "sipp", TRUNK_HZ, "1001", tel_uri=tel_uri) as trunk,
        Baresip(folder, server, "1001", transport, account=account, config=sound) as phone,
    ):
        phone.shows("registered successfully")
        for answering, hz in (trunk.says_its_tone, TRUNK_HZ), (trunk.echoes, PHONE_HZ):
            with answering():
                phone.enters("/dial 8123")
                hears(folder, hz)
                phone.enters("/hangup")
        with trunk.calls("1001"):
            hears(folder, TRUNK_HZ)
            phone.enters("/hangup")
