"""Keys, told to a leg in the way it knows: RFC 4733 or INFO."""

from __future__ import annotations

from typing import TYPE_CHECKING

from pbxcore.sip.dialogs.info import DTMF_RELAY, Digit, digit_body

if TYPE_CHECKING:
    from pbxcore.calls.leg import Leg

_FLASH = "!"


def pass_key(leg: Leg, digit: str, duration_ms: int, by: str, *, mixed: bool = False) -> None:
    """Tell a leg of a key that its partner pressed.

    Events and tones go their own way in the stream: events to those who know them, tones to all.
    What is `mixed` carries no events.
    """
    if leg.sip is None or digit == _FLASH:
        return
    if leg.session.takes_events:
        if by == "info" or (mixed and by == "event"):
            leg.session.press(digit, duration_ms)
    elif by != "tone":
        line = b"Content-Type: " + DTMF_RELAY
        leg.sip.send(b"INFO", lines=(line,), body=digit_body(Digit(digit, duration_ms)))
