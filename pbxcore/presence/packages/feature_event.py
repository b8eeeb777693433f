"""The as-feature-event package: a phone and the PBX agree on forwarding and do-not-disturb.

No RFC describes it; its documents are those of BroadSoft's "Device Feature Key Synchronization", in
the words of ECMA-323. A phone sets a feature by the body of a SUBSCRIBE, and every phone of the
extension is told by NOTIFY, one feature in each.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final, Literal

import msgspec

from pbxcore.features.model import Features, Forwarding
from pbxcore.presence.markup import NotMarkup, document, element, read
from pbxcore.presence.package import Body, Told

if TYPE_CHECKING:
    from collections.abc import Callable

    from pbxcore.features.model import Case
    from pbxcore.presence.package import View

CONTENT_TYPE: Final = b"application/x-as-feature-event+xml"
_NAMESPACE: Final = "http://www.ecma-international.org/standards/ecma-323/csta/ed3"
_LONGEST_TARGET: Final = 128
Field = Literal["undisturbed", "always", "busy", "no_answer"]
_MOST_RINGS: Final = 60


_TYPES: Final[dict[str, Case]] = {
    "forwardImmediate": "always",
    "forwardBusy": "busy",
    "forwardNoAns": "no_answer",
}
_FIELDS: Final[tuple[Field, ...]] = ("undisturbed", *_TYPES.values())


class FeaturePackage:
    """Tells an extension its features; `features` knows them by extension."""

    name = b"as-feature-event"
    types = (CONTENT_TYPE,)
    usual_expiry_s = 3600
    interval_ms = 0  # a key's lamp follows the key
    own_only = True

    def __init__(self, features: Callable[[str], Features]) -> None:
        self._features = features

    def tell(self, view: View) -> Told:
        """Write the first feature the phone does not know; one that knows all is told the first."""
        now = self._features(view.number)
        known: dict[str, object] = view.told or {}
        unknown = [each for each in _FIELDS if known.get(each) != _value(now, each)]
        field, *rest = unknown or _FIELDS[:1]
        body = Body(CONTENT_TYPE, write_feature(now, field, view.number))
        return Told(body, known | {field: _value(now, field)}, more=bool(rest) and bool(unknown))


def write_feature(features: Features, field: Field, device: str) -> bytes:
    """Write one feature: no disturbance, or the forwarding of a case."""
    if field == "undisturbed":
        return _event(
            "DoNotDisturbEvent",
            element("device", text=device),
            element("doNotDisturbOn", text=_word(features.undisturbed)),
        )
    forwarding = features.forwarding(field)
    rings = [element("ringCount", text=str(forwarding.rings))] if forwarding.rings else []
    return _event(
        "ForwardingEvent",
        element("device", text=device),
        element("forwardingType", text=next(k for k, v in _TYPES.items() if v == field)),
        element("forwardStatus", text=_word(forwarding.active)),
        element("forwardTo", text=forwarding.target),
        *rings,
    )


def changed_by(features: Features, data: bytes) -> Features:
    """What the features are after the body of a phone's SUBSCRIBE.

    Raises:
        NotMarkup: it is no XML, or sets nothing we know.
    """
    root = read(data)
    if root.name == "SetDoNotDisturb":
        on = _truth(root.text_of("doNotDisturbOn"))
        return msgspec.structs.replace(features, undisturbed=on)
    if root.name != "SetForwarding":
        raise NotMarkup("sets no feature")
    field = _TYPES.get(root.text_of("forwardingType"))
    if field is None:
        raise NotMarkup("unknown kind of forwarding")
    target, rings = root.text_of("forwardDN"), root.text_of("ringCount")
    active = _truth(root.text_of("activateForward"))
    if len(target) > _LONGEST_TARGET or not target.isprintable() or (active and not target):
        raise NotMarkup("no target to forward to")
    count = min(int(rings), _MOST_RINGS) if rings.isdecimal() and len(rings) < 4 else 0
    kept = features.forwarding(field)
    # A key that switches off often names no target: the one that was set stays for the next time.
    changed = (
        msgspec.structs.replace(kept, active=active, rings=count)
        if target in ("", kept.target)
        else Forwarding(active, target, count)
    )
    return features.forwarded(field, changed)


def _value(features: Features, field: Field) -> bool | tuple[bool, str, int]:
    """What a document says of a feature; what else belongs to it is no news to a phone."""
    if field == "undisturbed":
        return features.undisturbed
    forwarding = features.forwarding(field)
    return forwarding.active, forwarding.target, forwarding.rings


def _event(name: str, *children: str) -> bytes:
    return document(element(name, {"xmlns": _NAMESPACE}, *children))


def _word(value: bool) -> str:
    return "true" if value else "false"


def _truth(text: str) -> bool:
    if text.lower() not in ("true", "false", "1", "0"):
        raise NotMarkup("neither true nor false")
    return text.lower() in ("true", "1")
