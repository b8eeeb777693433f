"""The check-sync notification: a phone is to fetch its configuration anew, or to restart.

It belongs to no subscription and to no RFC; phones of all makers take it so.
"""

from __future__ import annotations

EVENT = b"check-sync"


def check_sync_lines(*, reboot: bool) -> list[bytes]:
    """The headers that make a NOTIFY one."""
    return [
        b"Event: %b;reboot=%b" % (EVENT, b"true" if reboot else b"false"),
        b"Subscription-State: terminated;reason=noresource",
    ]
