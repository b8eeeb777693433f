"""Hearing the messages of a folder, and what can be done with each."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from pbxcore.apps.asking import ask
from pbxcore.apps.sounds import Number, Prompt
from pbxcore.apps.steps import Connect, Say
from pbxcore.dialplan.place import Place
from pbxcore.media.commands import File
from pbxcore.voicemail.message import FOLDERS

if TYPE_CHECKING:
    from pbxcore.apps.sounds import Sound
    from pbxcore.apps.steps import Part
    from pbxcore.apps.voicemail.post import Post
    from pbxcore.voicemail.message import Folder, Message

LONGEST_NUMBER: Final = 18
SILENT_ROUNDS: Final = 3


def choose(*sounds: Sound) -> Part[str]:
    """Say what there is to choose from, and take one key; "" for none."""
    key: str = yield from ask(*sounds, most=1, end="")
    return key


def choose_folder() -> Part[Folder | None]:
    """Which folder; None for none."""
    key = yield from choose(Prompt("vm-folders"))
    return FOLDERS[int(key)] if key in ("0", "1", "2", "3", "4") else None


def listen(post: Post, number: str, folder: Folder) -> Part[None]:
    """One message after the other, as they lay there when it began."""
    messages = post.boxes.messages(number, folder)
    if post.rules.newest_first:
        messages.sort(key=lambda each: each.id, reverse=True)
    at = 0
    while at < len(messages):
        key: str = yield Say(
            (
                Prompt("vm-message"),
                Number(at + 1),
                *post.envelope(messages[at]),
                File(post.boxes.sound(messages[at])),
            )
        )
        if messages[at].folder == "new":  # it was heard
            post.boxes.move(number, [messages[at].id], "old")
        step = yield from _decide(post, number, messages[at], key)
        if step is None:
            return
        at = max(at + step, 0)
    yield Say((Prompt("vm-no-more"),))


def _decide(post: Post, number: str, message: Message, key: str) -> Part[int | None]:
    """Do with a message what the keys say; how many messages to go on, None to stop."""
    silent = 0
    while silent < SILENT_ROUNDS:
        key = key or (yield from choose(Prompt("vm-message-menu")))
        pressed, key = key, ""
        silent = 0 if pressed else silent + 1
        match pressed:
            case "3" if message.caller:
                yield Connect(Place("external", message.caller), level=post.level_of(number))
                yield Say((Prompt("no-answer"),))
            case "4" | "5" | "6":
                return int(pressed) - 5  # the one before, the same, the next
            case "7":
                post.boxes.remove(number, [message.id])
                key = yield Say((Prompt("vm-deleted"),))
                return 1
            case "8":
                yield from _send_on(post, message)
            case "9":
                folder = yield from choose_folder()
                if folder is not None:
                    post.boxes.move(number, [message.id], folder)
                    yield Say((Prompt("saved"),))
                    return 1
            case "#":
                return None
            case "" | "*":
                continue
            case _:
                yield Say((Prompt("invalid"),))
    return None


def _send_on(post: Post, message: Message) -> Part[None]:
    """Put it into somebody else's mailbox too."""
    target = yield from ask(Prompt("transfer-number"), most=LONGEST_NUMBER, first_s=10.0)
    room = post.boxes.room(post.addressees(target), post.rules.most_messages)
    if not room:
        yield Say((Prompt("not-possible"),))
        return
    try:
        post.boxes.copy(message, room)
    except OSError:  # the disk is full, or the message was deleted elsewhere meanwhile
        yield Say((Prompt("not-possible"),))
    else:
        yield Say((Prompt("saved"),))
