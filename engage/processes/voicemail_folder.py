"""Mailboxes on disk: a message is there when its description is, and in the folder that holds it.

`<mailbox>/sound/<id>.wav` is what was said, `<mailbox>/<folder>/<id>.json` what is known of it: one
rename moves a message, one removal deletes it, so that a process killed at any moment leaves every
message whole and in one place. What is being spoken lies in `arriving`; what a crash left there is
delivered at the next start.
"""

from __future__ import annotations

import logging
import os
import shutil
import wave
from pathlib import Path
from typing import TYPE_CHECKING, Final, TypeVar

import msgspec

from pbxcore.voicemail.message import FOLDERS, GREETINGS, Arrival, Message

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from pbxcore.voicemail.message import Greeting

log = logging.getLogger(__name__)

_Value = TypeVar("_Value", Arrival, Message)

_ARRIVING: Final = "arriving"
_SHORTEST_S: Final = 1.0
"""What a crash leaves of a message has to be so long to be one."""


class VoicemailFolder:
    """Keeps mailboxes in one folder."""

    def __init__(self, root: Path) -> None:
        self._root = root
        self._arriving = root / _ARRIVING

    def load(self) -> Iterable[Message]:
        """Every message; sounds that belong to none are removed."""
        self._arriving.mkdir(mode=0o700, parents=True, exist_ok=True)
        self._deliver()
        for each in self._arriving.iterdir():
            each.unlink()
        found: list[Message] = []
        for box in self._root.iterdir():
            if box.is_dir() and box.name != _ARRIVING:
                messages = list(_messages(box))
                found += messages
                _tidy(box, {each.id for each in messages})
        return found

    def receive(self, arrival: Arrival) -> str:
        """The file for the sound, beside the description that outlasts a crash."""
        path = self._arriving / f"{arrival.id}.wav"
        _write(path.with_suffix(".json"), arrival)
        return str(path)

    def keep(self, arrival: Arrival, messages: Sequence[Message]) -> None:
        """Every mailbox gets a name of the same sound, which takes no more room."""
        spoken = self._arriving / f"{arrival.id}.wav"
        self._put(spoken, messages)
        self.forget(arrival)

    def forget(self, arrival: Arrival) -> None:
        """Its description first: without that nothing is delivered."""
        spoken = self._arriving / f"{arrival.id}.wav"
        spoken.with_suffix(".json").unlink(missing_ok=True)
        spoken.unlink(missing_ok=True)

    def copy(self, message: Message, copies: Sequence[Message]) -> None:
        """The sound is the same one."""
        self._put(Path(self.sound(message)), copies)

    def move(self, before: Message, after: Message) -> None:
        """One rename: what folder a message is in is told by where its description lies."""
        target = self._described(after)
        target.parent.mkdir(mode=0o700, exist_ok=True)
        self._described(before).rename(target)

    def remove(self, message: Message) -> None:
        """Its description first: a sound without one is removed at the next start."""
        self._described(message).unlink(missing_ok=True)
        Path(self.sound(message)).unlink(missing_ok=True)

    def sound(self, message: Message) -> str:
        """The file of a message."""
        return str(self._root / message.mailbox / "sound" / f"{message.id}.wav")

    def greeting(self, mailbox: str, greeting: Greeting) -> str:
        """The file of a greeting, "" where there is none."""
        path = self._greeting(mailbox, greeting)
        return str(path) if path.is_file() else ""

    def draft(self, mailbox: str) -> str:
        """One for each mailbox: who speaks a greeting speaks it alone."""
        return str(self._root / mailbox / "greeting" / "draft.wav")

    def greet(self, mailbox: str, greeting: Greeting, draft: str) -> None:
        """Take the draft's place, or leave none."""
        path = self._greeting(mailbox, greeting)
        if draft:
            Path(draft).replace(path)
        else:
            path.unlink(missing_ok=True)

    def drop(self, mailbox: str) -> None:
        """All of it."""
        shutil.rmtree(self._root / mailbox, ignore_errors=True)

    def _described(self, message: Message) -> Path:
        return self._root / message.mailbox / message.folder / f"{message.id}.json"

    def _greeting(self, mailbox: str, greeting: Greeting) -> Path:
        return self._root / mailbox / "greeting" / f"{greeting}.wav"

    def _put(self, spoken: Path, messages: Sequence[Message]) -> None:
        for each in messages:
            sound = Path(self.sound(each))
            sound.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
            sound.unlink(missing_ok=True)
            os.link(spoken, sound)
            described = self._described(each)
            described.parent.mkdir(mode=0o700, exist_ok=True)
            _write(described, each)

    def _deliver(self) -> None:
        """What was being spoken when the last process ended."""
        for path in self._arriving.glob("*.json"):
            arrival = _read(path, Arrival)
            if arrival is None:
                continue
            seconds = _seconds(path.with_suffix(".wav"))
            if seconds < _SHORTEST_S:
                self.forget(arrival)
                continue
            messages = [
                Message(
                    arrival.id,
                    each,
                    "new",
                    arrival.caller,
                    arrival.name,
                    arrival.received_at_ms,
                    seconds,
                )
                for each in arrival.mailboxes
            ]
            self.keep(arrival, messages)
            log.info("voice message of a broken call delivered", extra={"id": arrival.id})


def _messages(box: Path) -> Iterator[Message]:
    for folder in FOLDERS:
        for path in (box / folder).glob("*.json"):
            message = _read(path, Message)
            if message is not None:
                yield msgspec.structs.replace(message, mailbox=box.name, folder=folder)


def _tidy(box: Path, known: set[str]) -> None:
    for sound in (box / "sound").glob("*.wav"):
        if sound.stem not in known:
            sound.unlink()
    for each in (box / "greeting").glob("*"):
        if each.stem not in GREETINGS:
            each.unlink()


def _write(path: Path, value: Arrival | Message) -> None:
    """Whole or not at all."""
    fresh = path.with_suffix(".fresh")
    fresh.write_bytes(msgspec.json.encode(value))
    fresh.replace(path)


def _read(path: Path, kind: type[_Value]) -> _Value | None:
    try:
        return msgspec.json.decode(path.read_bytes(), type=kind)
    except (OSError, msgspec.DecodeError):
        log.warning("cannot be read", extra={"file": str(path)})
        return None


def _seconds(path: Path) -> float:
    try:
        with wave.open(str(path)) as sound:
            return float(sound.getnframes() / sound.getframerate())
    except (OSError, EOFError, wave.Error):
        return 0.0
