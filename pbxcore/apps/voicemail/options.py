"""What the owner of a mailbox says to callers, and what opens it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from pbxcore.apps.asking import LONGEST_PIN, ask
from pbxcore.apps.sounds import BEEP, Prompt
from pbxcore.apps.steps import Record, Say
from pbxcore.apps.voicemail.listening import SILENT_ROUNDS, choose
from pbxcore.media.commands import File

if TYPE_CHECKING:
    from pbxcore.apps.steps import Part, Recorded
    from pbxcore.apps.voicemail.post import Post
    from pbxcore.voicemail.message import Greeting

SHORTEST_PIN: Final = 4
_SHORTEST_GREETING_S: Final = 0.5
_SPOKEN: Final[dict[str, Greeting]] = {
    "1": "unavailable",
    "2": "busy",
    "3": "name",
    "4": "temporary",
}


def options(post: Post, number: str) -> Part[None]:
    """Greetings and the PIN, until the owner goes back."""
    silent = 0
    while silent < SILENT_ROUNDS:
        key = yield from choose(Prompt("vm-options"))
        silent = 0 if key else silent + 1
        match key:
            case "1" | "2" | "3" | "4":
                yield from _greeting(post, number, _SPOKEN[key])
            case "5":
                yield from _pin(post, number)
            case "*" | "#":
                return
            case "":
                continue
            case _:
                yield Say((Prompt("invalid"),))


def _greeting(post: Post, number: str, greeting: Greeting) -> Part[None]:
    """Speak one, hear it, or leave it to the usual words."""
    silent = 0
    while silent < SILENT_ROUNDS:
        key = yield from choose(Prompt("vm-greeting-menu"))
        silent = 0 if key else silent + 1
        spoken = post.boxes.greeting(number, greeting)
        match key:
            case "1":
                yield from _speak(post, number, greeting)
            case "2" if spoken:
                yield Say((File(spoken),))
            case "3":
                post.boxes.greet(number, greeting, "")
                yield Say((Prompt("saved"),))
            case "*" | "#":
                return
            case "":
                continue
            case _:
                yield Say((Prompt("invalid"),))


def _speak(post: Post, number: str, greeting: Greeting) -> Part[None]:
    yield Say((Prompt("vm-record-greeting"), BEEP), barge=False)
    try:
        draft = post.boxes.draft(number)
        recorded: Recorded = yield Record(draft, float(post.rules.greeting_s), until="#*")
        if recorded.seconds < _SHORTEST_GREETING_S:
            yield Say((Prompt("try-again"),))
            return
        post.boxes.greet(number, greeting, draft)
    except OSError:
        yield Say((Prompt("not-possible"),))
    else:
        yield Say((Prompt("saved"),))


def _pin(post: Post, number: str) -> Part[None]:
    """Twice the same, and long enough to be none that is guessed."""
    first = yield from ask(Prompt("vm-new-pin"), most=LONGEST_PIN, first_s=10.0)
    again = yield from ask(Prompt("vm-pin-again"), most=LONGEST_PIN, first_s=10.0)
    if first != again or len(first) < SHORTEST_PIN or not first.isdecimal() or first == number:
        yield Say((Prompt("invalid"),))
    elif post.change_pin(number, first):
        yield Say((Prompt("saved"),))
    else:
        yield Say((Prompt("not-possible"),))
