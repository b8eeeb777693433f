"""Questions that many scripts ask."""

from __future__ import annotations

from hmac import compare_digest
from typing import TYPE_CHECKING, Final

from pbxcore.apps.sounds import Prompt
from pbxcore.apps.steps import Gather, Say

if TYPE_CHECKING:
    from collections.abc import Callable

    from pbxcore.apps.sounds import Sound
    from pbxcore.apps.steps import Part

PIN_TRIES: Final = 3
LONGEST_PIN: Final = 32


def ask(
    *sounds: Sound, most: int, first_s: float = 5.0, between_s: float = 3.0, end: str = "#"
) -> Part[str]:
    """Say something, and take keys, which may come while it is said."""
    key: str = yield Say(sounds)
    if key and key in end:
        return ""
    keys: str = yield Gather(most, first_s, between_s, end, key)
    return keys


def is_pin(entered: str, pin: str) -> bool:
    """Whether they are the same; how long that takes does not tell how much of it is right."""
    return compare_digest(entered.encode(), pin.encode())


def admitted(*pins: str, failed: Callable[[], None] = lambda: None) -> Part[bool]:
    """Ask for a PIN; whether one of these was entered. None given: nobody is asked.

    `failed` is told of each that was wrong.
    """
    if not any(pins):
        return True
    for _ in range(PIN_TRIES):
        entered = yield from ask(Prompt("enter-pin"), most=LONGEST_PIN, first_s=10.0)
        if entered and any(is_pin(entered, each) for each in pins):
            return True
        failed()
        yield Say((Prompt("wrong-pin"),), barge=False)
    yield Say((Prompt("too-many-tries"), Prompt("goodbye")), barge=False)
    return False
