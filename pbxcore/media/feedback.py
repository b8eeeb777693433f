"""A receiver's feedback, said again to the source behind us (RFC 4585 §6, RFC 5104 §4)."""

from __future__ import annotations

import struct
from typing import Final

from pbxcore.media import rtcp
from pbxcore.media.rtcp import Feedback

_REMB: Final = b"REMB"


def translated(feedback: Feedback, *, sender: int, media: int, shift: int) -> Feedback | None:
    """The same about the source `media`, said by `sender`; None for what concerns us alone.

    `shift` is what was added to the source's sequence numbers on their way to who asks.
    """
    control = feedback.control
    match feedback.type, feedback.format:
        case rtcp.PICTURE_FEEDBACK, rtcp.PLI:
            control = b""
        case rtcp.PICTURE_FEEDBACK, rtcp.FIR:
            control = media.to_bytes(4) + (control[4:8] or bytes(4))
        case rtcp.PICTURE_FEEDBACK, rtcp.APPLICATION if control[:4] == _REMB and len(control) >= 8:
            control = _REMB + b"\x01" + control[5:8] + media.to_bytes(4)
            return Feedback(feedback.type, feedback.format, sender, 0, control)
        case rtcp.TRANSPORT_FEEDBACK, rtcp.NACK:
            control = _shifted(control, shift)
        case rtcp.TRANSPORT_FEEDBACK, rtcp.TMMBR if len(control) >= 8:
            control = media.to_bytes(4) + control[4:8]
            return Feedback(feedback.type, feedback.format, sender, 0, control)
        case _:
            return None
    return Feedback(feedback.type, feedback.format, sender, media, control)


def picture_wanted(sender: int, media: int) -> Feedback:
    """Ask for a whole picture, because somebody begins to look."""
    return Feedback(rtcp.PICTURE_FEEDBACK, rtcp.PLI, sender, media)


def _shifted(control: bytes, shift: int) -> bytes:
    """The numbers that are missing, as the source counts them (RFC 4585 §6.2.1)."""
    whole = len(control) - len(control) % 4
    return b"".join(
        struct.pack(">HH", (first - shift) & 0xFFFF, following)
        for first, following in struct.iter_unpack(">HH", control[:whole])
    )
