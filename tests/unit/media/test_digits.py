"""Keys of one stream's peer, told once each, however they come."""

from __future__ import annotations

from types import SimpleNamespace
from typing import TYPE_CHECKING, Any

from pbxcore.media.events import keyed
from pbxcore.net.media.digits import Digits

if TYPE_CHECKING:
    from pbxcore.media.commands import DigitHeard


def test_tones_are_no_keys_once_there_was_an_event() -> None:
    told: list[DigitHeard] = []
    stream: Any = SimpleNamespace(name="s", tell=told.append)
    loop: Any = SimpleNamespace(now=1.0, call_at=lambda *_: SimpleNamespace(cancel=lambda: None))
    digits = Digits(stream, loop)
    digits.pressed("1", 100, "tone")
    for packet in keyed("2", 100, 0, 8000, 20):
        if packet is not None:
            heard: Any = SimpleNamespace(payload=packet.payload, ssrc=1, timestamp=packet.timestamp)
            digits.hear(heard)
    digits.pressed("2", 100, "tone")
    assert [(each.digit, each.by) for each in told] == [("1", "tone"), ("2", "event")]
