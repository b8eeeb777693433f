"""Which binding a contact means, and which make room when there are too many."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from pbxcore.presence.outbound import MOST_FLOWS
from pbxcore.presence.push import push_of
from pbxcore.sip.uri import SipUri, parse_uri

if TYPE_CHECKING:
    from pbxcore.presence.bindings import StoredBinding
    from pbxcore.presence.registration import ContactAsked


MOST_DEVICES: Final = 16
"""Signed-in browsers of one extension."""


def without_excess(held: list[StoredBinding], most: int) -> list[StoredBinding]:
    """The newest flows of the newest phones, in the order that was; lost ones count as oldest."""
    by_age = sorted(held, key=lambda each: (not each.lost_at_ms, each.registered_at_ms))
    flows: dict[str, int] = {}
    dropped = []
    for each in reversed(by_age):
        count = flows.get(each.phone, 0)
        if count == MOST_FLOWS or (not count and len(flows) == most):
            dropped.append(each)
        else:
            flows[each.phone] = count + 1
    return [each for each in held if each not in dropped]


def without_oldest_device(held: list[StoredBinding]) -> list[StoredBinding]:
    """Room for one more browser, if there are as many as there may be."""
    browsers = [each for each in held if each.device]
    if len(browsers) < MOST_DEVICES:
        return held
    oldest = min(browsers, key=lambda each: (not each.lost_at_ms, each.registered_at_ms))
    return [each for each in held if each is not oldest]


def place_of(asked: ContactAsked, held: list[StoredBinding]) -> int | None:
    """The binding that a contact means: its flow (RFC 5626 §6), else its URI (§10.3, step 7)."""
    if asked.reg_id:
        for place, each in enumerate(held):
            if each.reg_id == asked.reg_id and each.instance == asked.instance:
                return place
        # The same phone's binding from before it spoke outbound would only ring it twice.
        held_without = (at for at, each in enumerate(held) if not each.reg_id)
        return next((at for at in held_without if held[at].contact == asked.uri), None)
    for place, each in enumerate(held):
        if each.contact == asked.uri:
            return place
    uri = parse_uri(asked.uri.encode()) if held else None
    for place, each in enumerate(held):
        other = parse_uri(each.contact.encode())
        if isinstance(uri, SipUri) and isinstance(other, SipUri) and uri.same_as(other):
            return place
    if asked.wakes:  # woken on another connection, a phone may write another port
        push = push_of(asked.uri)
        return next((at for at, each in enumerate(held) if push_of(each.contact) == push), None)
    return None
