"""Where calls go: one of our own objects, or a number outside."""

from __future__ import annotations

from typing import Final

import msgspec


class Place(msgspec.Struct, frozen=True, tag="place"):
    """Where a call may go: one of our own objects.

    `kind` is `extension`, `voicemail`, `conference`, `queue`, `ring_group`, `page`,
    `voicemail_group`, `fax`, `disa`, `ivr`, `directory`, `external`, `callback`, `announcement`,
    `prompt`, `blacklist` (the prompt for who is turned away), `mini_bar`, `room_status`,
    `remote_wake_up`, `parking_lot`, `parking_slot`, `by_did` or `hang_up`; `pickup` (of an
    extension that rings) and `group_pickup` take calls of others, `listen`, `whisper` and `barge`
    take part in the talk of an extension, `priority` ends it;
    `feature` is a code that sets something; `value` the object's number or id.
    """

    kind: str
    value: str = ""


HANG_UP: Final = Place("hang_up")
