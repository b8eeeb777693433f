"""A trunk with its own codecs and keys: what it is offered on the wire, which keys it hears."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

import numpy as np

from pbxcore.media.goertzel import KeyDetector
from tests.support.baresip import Baresip
from tests.support.provider import Provider, provider
from tests.support.server import wait_until
from tests.support.tone import Voice, says
from tests.support.voice_phone import port_of, session

if TYPE_CHECKING:
    from pathlib import Path

    from tests.support.server import Server

__all__ = ["provider"]


def keys_heard(voice: Voice) -> str:
    """The keys in what somebody has received."""
    detector, sound = KeyDetector(8000), np.array(voice.received, np.int16)
    frames = (sound[at : at + 160] for at in range(0, len(sound), 160))
    return "".join(key.digit for frame in frames for key in detector.hear(frame))


async def test_a_gateway_that_knows_tones_alone_hears_the_keys_of_a_phone_that_sends_events(
    provider: Provider, server: Server, tmp_path: Path
) -> None:
    change = {"codecs": ["ulaw", "g722"], "dtmf_mode": "inband"}
    changed = provider.admin.patch(f"/v1/trunks/{provider.trunk}", change)
    assert changed.status == 200, changed.body
    shown = changed.json()
    assert (shown["codecs"], shown["dtmf_mode"]) == (["ulaw", "g722"], "inband")
    route = provider.route(
        "outbound", name="City", patterns="_9X.", permission="internal",
        ways=[{"trunk": provider.trunk, "strip": 1}],
    )  # fmt: skip
    folder, account = tmp_path / "1002", ";audio_codecs=pcma,pcmu"
    with (
        Voice(1000) as theirs,
        Baresip(folder, server, "1002", "udp", account=account, config=says(folder, 440)) as caller,
    ):
        await asyncio.to_thread(caller.shows, "registered successfully")
        caller.enters("/dial 9321")
        came = await provider.agent.next_call()
        sound = next(
            each for each in came.remote_description.splitlines() if each.startswith(b"m=audio ")
        )
        assert sound.split()[3:] == [b"0", b"9"]
        await came.accept(session(theirs, 0))
        theirs.talk(port_of(came.remote_description))
        await asyncio.to_thread(caller.shows, "Call established")
        for key in "4", "2":
            caller.enters(key)
            await asyncio.to_thread(
                wait_until, lambda key=key: keys_heard(theirs).endswith(key), 10, f"key {key}"
            )
        assert keys_heard(theirs) == "42"
        caller.enters("/hangup")
        await came.ended()
    provider.remove(route)
