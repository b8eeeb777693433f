"""Keys of one stream's peer, told once each, however they come."""

from __future__ import annotations

from types import SimpleNamespace
from typing import TYPE_CHECKING, Any

from pbxcore.media.events import keyed
from pbxcore.net.media.digits import Digits
from pbxcore.sip.sdp.codecs import EVENTS, PCMA, Codec, Format
from tests.support.media import agreed

if TYPE_CHECKING:
    from pbxcore.media.commands import DigitHeard


def key(digits: Digits, pressed: str) -> None:
    """The peer presses a key as events."""
    for packet in keyed(pressed, 100, 0, 8000, 20):
        if packet is not None:
            heard: Any = SimpleNamespace(
                payload=packet.payload, payload_type=EVENTS.payload_type, ssrc=1,
                timestamp=packet.timestamp,
            )  # fmt: skip
            digits.hear(heard)


def test_a_keys_time_is_counted_by_the_clock_of_its_own_events() -> None:
    told: list[DigitHeard] = []
    digits = digits_of(told)
    slow, quick = EVENTS, Format(110, Codec("telephone-event", 48_000))
    digits.follow(agreed(None, PCMA, quick, slow))
    key(digits, "5")
    assert [each.duration_ms for each in told] == [100]


def digits_of(told: list[DigitHeard]) -> Digits:
    """Those of a stream that tells what it hears."""
    stream: Any = SimpleNamespace(name="s", tell=told.append)
    loop: Any = SimpleNamespace(now=1.0, call_at=lambda *_: SimpleNamespace(cancel=lambda: None))
    return Digits(stream, loop)


def test_tones_are_no_keys_once_there_was_an_event() -> None:
    told: list[DigitHeard] = []
    digits = digits_of(told)
    digits.pressed("1", 100, "tone")
    key(digits, "2")
    digits.pressed("2", 100, "tone")
    assert [(each.digit, each.by) for each in told] == [("1", "tone"), ("2", "event")]


def test_tones_are_keys_again_where_no_events_are_agreed_any_more() -> None:
    told: list[DigitHeard] = []
    digits = digits_of(told)
    key(digits, "1")
    digits.follow(agreed(None, PCMA, EVENTS))
    digits.pressed("1", 100, "tone")
    digits.follow(agreed(None, PCMA))
    digits.pressed("2", 100, "tone")
    assert [(each.digit, each.by) for each in told] == [("1", "event"), ("2", "tone")]
