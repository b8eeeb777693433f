"""How mailboxes work, as administrators set it: values that cross a process."""

from __future__ import annotations

import msgspec


class Box(msgspec.Struct, frozen=True):
    """The mailbox of one extension.

    `pin` opens it, "" for none: then only its own phones do. They are asked for it too with
    `asks_own`.
    """

    enabled: bool = False
    pin: str = ""
    asks_own: bool = True


class VoicemailGroup(msgspec.Struct, frozen=True):
    """A number whose messages go to a mailbox of its own and to those of all members.

    `greeting` is a sound file that callers hear instead of the usual words.
    """

    number: str
    name: str
    members: tuple[str, ...]
    pin: str = ""
    greeting: str = ""


class VoicemailRules(msgspec.Struct, frozen=True):
    """What holds for every mailbox; lengths are seconds.

    A message lasts `longest_s` at most (0: as long as the caller likes); one of less than
    `shortest_s` is not kept, and silence does not count. A folder holds `most_messages`. Before a
    message its moment and caller are told with `says_envelope`, its caller anyway with
    `says_caller`, its length with `says_length`. Callers may hear and repeat what they have said
    with `review`, go to the number `operator` by pressing 0 (none: ""), and open a mailbox from
    its greeting by `*` and the PIN with `remote`.
    """

    greeting_s: int = 60
    longest_s: int = 900
    shortest_s: int = 3
    most_messages: int = 50
    says_envelope: bool = True
    says_caller: bool = False
    says_length: bool = False
    newest_first: bool = False
    review: bool = False
    operator: str = ""
    remote: bool = False
