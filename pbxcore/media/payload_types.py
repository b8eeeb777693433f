"""Payload types from one leg to the other, where the two number their codecs differently."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pbxcore.sip.sdp.stream import Agreed, AgreedCodec

TYPES = 128


def mapped(origin: Agreed, target: Agreed) -> tuple[int, ...]:
    """For each type that `origin` receives, the one under which `target` sends the same; else -1.

    Telephone events go to the target's whatever its clock rate, when it has any.
    """
    found = [-1] * TYPES
    for each in origin.codecs:
        same = counterpart(each, target)
        if same is not None:
            found[each.receive_type] = same.send_type
    return tuple(found)


def counterpart(codec: AgreedCodec, target: Agreed) -> AgreedCodec | None:
    """What the target has for a codec; for events any of its own, by whatever clock."""
    identity = codec.codec.identity
    for each in target.codecs:
        if each.codec.identity == identity:
            return each
    if codec.codec.is_event and target.main is not None:
        return target.events_for(target.main)
    return None
