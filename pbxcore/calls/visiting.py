"""Who comes to a service, and how."""

from __future__ import annotations

from typing import TYPE_CHECKING

from pbxcore.apps.visit import Visit

if TYPE_CHECKING:
    from collections.abc import Sequence

    from pbxcore.calls.call import Call
    from pbxcore.calls.leg import Leg
    from pbxcore.sip.forwarding import Forwarding
    from pbxcore.sip.identity import Caller


def visit_of(
    call: Call,
    leg: Leg,
    service: str,
    forwardings: Sequence[Forwarding],
    shown: Caller | None = None,
) -> Visit:
    """What the script may know of a leg, which may be `shown` under another name than its own."""
    context, origin = call.context, call.origin
    extension = context.directory.extension(leg.number)
    language = "" if extension is None else extension.language
    last = forwardings[-1] if forwardings else None
    outside = leg.calls and not leg.number
    return Visit(
        call.id,
        leg.id,
        leg.number,
        origin.shown if outside else leg.number,
        (shown or leg.identity).name,
        origin.trunk if outside else "",
        service,
        call.dialled,
        "" if last is None else context.number_of(last.uri) or "",
        "" if last is None else last.reason,
        language or context.directory.settings.language,
        leg.location,
    )
