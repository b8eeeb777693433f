"""Keys, told to a leg in the way it knows: as events (RFC 4733), as tones, or by INFO."""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal

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
    match way_of_keys(leg):
        case "event" if by == "info" or (mixed and by == "event"):
            leg.session.press(digit, duration_ms)
        case "tone" if by != "tone":
            leg.session.press(digit, duration_ms)
        case "info" if by != "tone" or leg.session.rules.dtmf == "info":
            line = b"Content-Type: " + DTMF_RELAY
            leg.sip.send(b"INFO", lines=(line,), body=digit_body(Digit(digit, duration_ms)))


def way_of_keys(leg: Leg) -> Literal["event", "tone", "info"]:
    """How a leg is told of keys.

    Whoever agreed to no events hears tones, for that much every gateway understands; but one that
    presses by INFO itself, and one whose codec we cannot put tones into, is told by INFO.
    """
    session, wanted = leg.session, leg.session.rules.dtmf
    if wanted == "info":
        return "info"
    if session.takes_events:
        return "event"
    if session.mixable and (wanted == "inband" or not leg.informs):
        return "tone"
    return "info"
