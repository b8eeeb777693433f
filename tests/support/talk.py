"""A caller who talks to a script: presses keys, speaks, hangs up; no clock, no sound."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from pbxcore.apps.sounds import Clock, Counted, Day, Digits, Number, Prompt
from pbxcore.apps.steps import Connect, Gather, HangUp, Record, Recorded, Say
from pbxcore.media.commands import File

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from pbxcore.apps.sounds import Sound
    from pbxcore.apps.steps import Script, Step


class Talk:
    """One talk with one script.

    Args:
        script: whom he talks to.
        keys: what he presses, in order; a dot is to hear one thing to its end.
        speaks: how long he speaks at each tone; None: he hangs up while he does.
        speaking: told each file that is spoken into.

    Attributes:
        heard: what was said to him: names of prompts, digits, files.
        steps: all that the script wanted.
        connected: whom he was sent on to.
    """

    def __init__(
        self,
        script: Script,
        keys: str = "",
        speaks: Iterable[float | None] = (),
        speaking: Callable[[str], None] = lambda path: None,
    ) -> None:
        self.heard: list[str] = []
        self.steps: list[Step] = []
        self.connected: list[Connect] = []
        self.reason = ""
        self._keys = list(keys)
        self._speaks = list(speaks)
        self._speaking = speaking
        self._run(script)

    def _run(self, script: Script) -> None:
        outcome: Any = None
        while len(self.steps) < 500:
            try:
                step = script.send(outcome)
            except StopIteration:
                return
            self.steps.append(step)
            match step:
                case HangUp(reason):
                    self.reason = reason
                    script.close()
                    return
                case Record(path):
                    self._speaking(path)
                    spoken = self._speaks.pop(0) if self._speaks else None
                    if spoken is None:
                        script.close()
                        return
                    outcome = Recorded(spoken, "#")
                case Connect():
                    self.connected.append(step)
                    outcome = 480
                case _:
                    outcome = self._attend(step)
        raise AssertionError("this script never ends")

    def _attend(self, step: Step) -> Any:
        match step:
            case Say(sounds, barge):
                key = self._keys[0] if self._keys and barge else "."
                if self._keys and barge:
                    del self._keys[0]
                if key == ".":
                    self.heard += map(heard, sounds)
                    return ""
                return key
            case Gather(most, end=end, typed=typed):
                keys = typed
                while len(keys) < most and self._keys and self._keys[0] != ".":
                    key = self._keys.pop(0)
                    if end and key in end:
                        break
                    keys += key
                return keys
        return None


def heard(sound: Sound) -> str:
    """One sound, in a word."""
    match sound:
        case Prompt(name):
            return name
        case Number(value):
            return str(value)
        case Digits(text):
            return text
        case Counted(value, noun):
            return f"{value} {noun}"
        case File(path):
            return path
        case Day(day):
            return day.isoformat()
        case Clock(moment):
            return moment.strftime("%H:%M")
        case _:
            return "beep"
