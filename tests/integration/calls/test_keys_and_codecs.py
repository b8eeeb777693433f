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


def formats_in(description: bytes) -> list[bytes]:
    """The payload types that somebody is offered sound in."""
    lines = description.splitlines()
    return next(each for each in lines if each.startswith(b"m=audio ")).split()[3:]


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
        assert formats_in(came.remote_description) == [b"0", b"9"]
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


async def test_an_extension_is_offered_its_codecs_and_its_calls_last_as_long_as_they_may(
    provider: Provider,
) -> None:
    pair, admin = provider.pair, provider.admin
    for number, change in ("1001", {"codecs": ["alaw"]}), ("1000", {"longest_s": 2}):
        changed = admin.patch(f"/v1/extensions/{number}", change)
        assert changed.status == 200, changed.body
        assert changed.json().items() >= change.items()
    pair.settled()
    with Voice(0) as ours, Voice(1000) as theirs:
        call = pair.caller.call(pair.uri("1001"), session(ours))
        came = await pair.callee.next_call()
        alaw, events = formats_in(came.remote_description)
        assert (alaw, int(events) > 95) == (b"8", True)
        await came.accept(session(theirs, 8))
        await call.answered()
        await call.ended()
        await came.ended()
    record = await pair.record()
    assert {each["reason"] for each in record["legs"]} == {"time_limit"}
    for number, change in ("1001", {"codecs": []}), ("1000", {"longest_s": 0}):
        assert admin.patch(f"/v1/extensions/{number}", change).status == 200
    pair.settled()
