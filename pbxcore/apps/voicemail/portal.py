"""Opening a mailbox by phone: its messages, its folders, its greetings and its PIN."""

from __future__ import annotations

from typing import TYPE_CHECKING

from pbxcore.apps.asking import LONGEST_PIN, PIN_TRIES, ask
from pbxcore.apps.sounds import Prompt
from pbxcore.apps.steps import Say
from pbxcore.apps.voicemail.listening import (
    LONGEST_NUMBER,
    SILENT_ROUNDS,
    choose,
    choose_folder,
    listen,
)
from pbxcore.apps.voicemail.options import options

if TYPE_CHECKING:
    from pbxcore.apps.steps import Part, Script
    from pbxcore.apps.visit import Visit
    from pbxcore.apps.voicemail.post import Post
    from pbxcore.voicemail.message import Folder


def own_mailbox(post: Post, visit: Visit) -> Script:
    """The mailbox of the extension that calls (`*97`)."""
    number = visit.number
    if not post.has_box(number):
        yield Say((Prompt("not-possible"), Prompt("goodbye")), barge=False)
    elif not post.asks_own(number) or (yield from _admitted(post, number)):
        yield from _menu(post, number)


def any_mailbox(post: Post, visit: Visit) -> Script:
    """A mailbox whose number the caller tells (`*98`)."""
    number = yield from ask(Prompt("vm-mailbox"), most=LONGEST_NUMBER, first_s=10.0)
    yield from open_mailbox(post, visit, number)


def open_mailbox(post: Post, _visit: Visit, number: str) -> Script:
    """A mailbox, for who knows its PIN, wherever he calls from."""
    if (yield from _admitted(post, number)):
        yield from _menu(post, number)


def _admitted(post: Post, number: str) -> Part[bool]:
    """Ask for the PIN; a mailbox that is not there is asked for in the same way."""
    for _ in range(PIN_TRIES):
        pin = yield from ask(Prompt("enter-pin"), most=LONGEST_PIN, first_s=10.0)
        if post.opens(number, pin):
            return True
        yield Say((Prompt("wrong-pin"),), barge=False)
    yield Say((Prompt("too-many-tries"), Prompt("goodbye")), barge=False)
    return False


def _menu(post: Post, number: str) -> Part[None]:
    """The main menu, until the caller leaves it or says nothing any more."""
    folder: Folder = "new"
    silent = 0
    said = post.waiting(number)
    while silent < SILENT_ROUNDS:
        key = yield from choose(*said, Prompt("vm-menu"))
        silent = 0 if key else silent + 1
        said = ()
        match key:
            case "1":
                yield from listen(post, number, folder)
                said = post.waiting(number)
            case "2":
                folder = (yield from choose_folder()) or folder
                yield from listen(post, number, folder)
                folder = "new"
            case "0":
                yield from options(post, number)
            case "#":
                break
            case "" | "*":
                continue
            case _:
                yield Say((Prompt("invalid"),))
    yield Say((Prompt("goodbye"),), barge=False)
