"""What calls are told from outside: values that cross a process."""

from __future__ import annotations

from typing import Literal

import msgspec


class HangUpCall(msgspec.Struct, frozen=True, tag=True):
    """End a call, or one leg of it. Reply: `CallDone`."""

    call: str
    leg: str = ""


class PlaceCall(msgspec.Struct, frozen=True, tag=True):
    """Ring `caller`, and once that is answered call `callee` for it. Reply: `CallDone`.

    Each is dialled as the extension `by` would dial it; without `by` as the caller itself.
    """

    caller: str
    callee: str
    by: str = ""
    outside: bool = False


class TransferCall(msgspec.Struct, frozen=True, tag=True):
    """Hand on the peer of a leg to whom `target` calls, unasked. Reply: `CallDone`.

    With `by` only to where that extension might call too.
    """

    call: str
    leg: str
    target: str
    by: str = ""


class ParkCall(msgspec.Struct, frozen=True, tag=True):
    """Park whom a leg talks to in the first free slot. Reply: `CallDone`, with that slot."""

    call: str
    leg: str


class SuperviseCall(msgspec.Struct, frozen=True, tag=True):
    """Ring an extension, and let it hear the talk of a leg once it has answered. Reply: `CallDone`.

    It listens, whispers to the leg, or is heard by both. With `asks` the leg has to agree first.
    """

    call: str
    leg: str
    supervisor: str
    mode: Literal["listen", "whisper", "barge"] = "listen"
    asks: bool = False


class PlayPrompt(msgspec.Struct, frozen=True, tag=True):
    """Ring an extension, and play a sound file to whoever answers. Reply: `CallDone`.

    With `name_of` it is the name that the owner of that mailbox has spoken.
    """

    number: str
    path: str = ""
    name_of: str = ""


class RecordPrompt(msgspec.Struct, frozen=True, tag=True):
    """Ring an extension, and record a custom prompt of that name there. Reply: `CallDone`.

    The journal tells of what was spoken.
    """

    number: str
    name: str


class TellOfChat(msgspec.Struct, frozen=True, tag=True):
    """Ring a number, and tell whoever answers that a visitor waits. Reply: `CallDone`.

    `name` is shown to whom it rings. The journal tells what came of it (`ChatAlarmCalled`).
    """

    number: str
    conversation: str
    name: str


class RecordCall(msgspec.Struct, frozen=True, tag=True):
    """Record a talk from now on, or not any more. Reply: `CallDone`."""

    call: str
    on: bool


class MuteLeg(msgspec.Struct, frozen=True, tag=True):
    """Let nobody hear a leg, or let them again. Reply: `CallDone`."""

    call: str
    leg: str
    muted: bool


class HoldLeg(msgspec.Struct, frozen=True, tag=True):
    """Let a leg hold whom it talks to, or not any more. Reply: `CallDone`."""

    call: str
    leg: str
    held: bool


class RedirectLeg(msgspec.Struct, frozen=True, tag=True):
    """Call a number for a leg, in place of whom it talks to or who is called. Reply: `CallDone`.

    With `by` only what that extension might call too.
    """

    call: str
    leg: str
    target: str
    by: str = ""


class DecideCall(msgspec.Struct, frozen=True, tag=True):
    """Take a call from outside that waits for a decision, or refuse it. Reply: `CallDone`."""

    call: str
    accepted: bool


class CallDone(msgspec.Struct, frozen=True, tag=True):
    """Whether a command about a call was carried out: 200 or 202, 481 for no such call or leg.

    Other statuses say in SIP's words why not, as 404 for a number that leads nowhere. `call` names
    a call that was placed, `slot` where one was parked.
    """

    status: int
    call: str = ""
    slot: str = ""


CallCommand = (
    HangUpCall
    | PlaceCall
    | TransferCall
    | ParkCall
    | RedirectLeg
    | DecideCall
    | SuperviseCall
    | PlayPrompt
    | RecordPrompt
    | TellOfChat
    | RecordCall
    | MuteLeg
    | HoldLeg
)
