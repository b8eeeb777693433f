"""The services of voicemail."""

from __future__ import annotations

from typing import ClassVar

import msgspec


class LeaveMessage(msgspec.Struct, frozen=True, tag="voicemail"):
    """Takes a message for the extension whose number it is reached at."""

    kind: ClassVar[str] = "voicemail"


class LeaveGroupMessage(msgspec.Struct, frozen=True, tag="voicemail_group"):
    """Takes a message for the group whose number it is reached at."""

    kind: ClassVar[str] = "voicemail_group"


class OwnMailbox(msgspec.Struct, frozen=True, tag="own_mailbox"):
    """Opens the mailbox of the extension that calls."""

    kind: ClassVar[str] = "own_mailbox"


class AnyMailbox(msgspec.Struct, frozen=True, tag="any_mailbox"):
    """Opens a mailbox whose number and PIN the caller knows."""

    kind: ClassVar[str] = "any_mailbox"


VoicemailServices = LeaveMessage | LeaveGroupMessage | OwnMailbox | AnyMailbox

VOICEMAIL: dict[str, VoicemailServices] = {
    each.kind: each for each in (LeaveMessage(), LeaveGroupMessage(), OwnMailbox(), AnyMailbox())
}
"""By their kinds: they differ in nothing but what they are reached at."""
