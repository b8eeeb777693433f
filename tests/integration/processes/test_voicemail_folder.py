"""Mailboxes on disk: whole after every crash."""

from __future__ import annotations

import wave
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from engage.processes.voicemail_folder import VoicemailFolder
from pbxcore.voicemail.mailboxes import Mailboxes

if TYPE_CHECKING:
    from pbxcore.voicemail.message import Arrival


def boxes(folder: Path) -> Mailboxes:
    numbers = iter(range(1000))
    made = Mailboxes(
        VoicemailFolder(folder), now_ms=lambda: 5_000, token=lambda: f"{next(numbers)}"
    )
    made.start()
    return made


def speak(arrival: Arrival | str, seconds: float) -> None:
    path = Path(arrival if isinstance(arrival, str) else arrival.path)
    path.parent.mkdir(parents=True, exist_ok=True)
    with wave.open(str(path), "wb") as sound:
        sound.setnchannels(1)
        sound.setsampwidth(2)
        sound.setframerate(8000)
        sound.writeframes(bytes(round(seconds * 16_000)))


def test_messages_their_folders_and_sounds_outlast_the_process(tmp_path: Path) -> None:
    before = boxes(tmp_path)
    arrival = before.receive(["1000", "1001"], "2000", "Zoë")
    speak(arrival, 3)
    (message, _) = before.keep(arrival, 3.0, urgent=True)
    before.move("1000", [message.id], "family")
    after = boxes(tmp_path)
    (found,) = after.messages("1000")
    assert (found.folder, found.caller, found.name, found.urgent) == ("family", "2000", "Zoë", True)
    assert Path(after.sound(found)).read_bytes() == Path(before.sound(message)).read_bytes()
    assert after.counts("1001").new == 1


def test_message_in_two_mailboxes_takes_the_room_of_one(tmp_path: Path) -> None:
    all_of_it = boxes(tmp_path)
    arrival = all_of_it.receive(["1000", "1001"], "2000", "")
    speak(arrival, 3)
    one, other = all_of_it.keep(arrival, 3.0)
    assert Path(all_of_it.sound(one)).samefile(all_of_it.sound(other))
    all_of_it.remove("1000", [one.id])
    assert Path(all_of_it.sound(other)).is_file()


@pytest.mark.parametrize(("seconds", "delivered"), [(2.5, 1), (0.3, 0), (None, 0)])
def test_message_that_a_crash_cut_short_is_delivered(
    tmp_path: Path, seconds: float | None, delivered: int
) -> None:
    arrival = boxes(tmp_path).receive(["1000"], "2000", "Bob")
    if seconds is not None:
        speak(arrival, seconds)
    after = boxes(tmp_path)
    assert after.counts("1000").new == delivered
    assert [each.seconds for each in after.messages("1000")] == [seconds] * delivered
    assert not list((tmp_path / "arriving").iterdir())


def test_crash_between_two_steps_of_a_removal_leaves_nothing_half(tmp_path: Path) -> None:
    before = boxes(tmp_path)
    arrival = before.receive(["1000"], "2000", "Bob")
    speak(arrival, 3)
    (message,) = before.keep(arrival, 3.0)
    next((tmp_path / "1000" / "new").iterdir()).unlink()  # and then the power failed
    assert not boxes(tmp_path).messages("1000")
    assert not Path(before.sound(message)).exists()


def test_greeting_is_used_from_when_it_is_whole(tmp_path: Path) -> None:
    before = boxes(tmp_path)
    draft = before.draft("1000")
    speak(draft, 2)
    assert not before.greeting("1000", "busy")
    before.greet("1000", "busy", draft)
    assert boxes(tmp_path).greeting("1000", "busy").endswith("busy.wav")
    before.greet("1000", "busy", "")
    assert not before.greeting("1000", "busy")


def test_what_no_one_can_read_is_left_out(tmp_path: Path) -> None:
    before = boxes(tmp_path)
    arrival = before.receive(["1000"], "2000", "Bob")
    speak(arrival, 3)
    before.keep(arrival, 3.0)
    (tmp_path / "1000" / "new" / "torn.json").write_bytes(b'{"id": "to')
    assert len(boxes(tmp_path).messages("1000")) == 1
