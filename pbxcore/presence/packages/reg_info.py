"""The reg package: an extension's registrations (RFC 3680)."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from pbxcore.presence.markup import document, element
from pbxcore.presence.package import Body, Told

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping

    from pbxcore.presence.bindings import StoredBinding
    from pbxcore.presence.package import View

CONTENT_TYPE: Final = b"application/reginfo+xml"
_BY_THE_PHONE: Final = ("unregistered", "expired")


class RegPackage:
    """Tells an extension its bindings.

    Every document is full; contacts that are gone since the last one are in it as terminated.

    Args:
        bindings: knows them by extension.
        why_gone: knows, by extension and contact, the cause of `outcome.Removed`; "": not any more.
    """

    name = b"reg"
    types = (CONTENT_TYPE,)
    usual_expiry_s = 3761  # RFC 3680 §4.4: above the usual lifetime of a registration
    interval_ms = 5000  # RFC 3680 §4.10
    own_only = True

    def __init__(
        self,
        bindings: Callable[[str], tuple[StoredBinding, ...]],
        why_gone: Callable[[str, str], str],
    ) -> None:
        self._bindings = bindings
        self._why_gone = why_gone

    def tell(self, view: View) -> Told:
        """Write all bindings, and those that went."""
        now = self._bindings(view.number)
        held = {each.contact for each in now}
        gone = {
            each: self._why_gone(view.number, each.contact)
            for each in view.told or ()
            if each.contact not in held
        }
        return Told(Body(CONTENT_TYPE, write_registrations(view, now, gone)), now)


def write_registrations(
    view: View, held: Iterable[StoredBinding], gone: Mapping[StoredBinding, str]
) -> bytes:
    """Write the document of one extension; `gone` says why, as far as that is known."""
    contacts = [_contact(each, view.now_ms) for each in held]
    registration = element(
        "registration",
        {"aor": view.uri, "id": "aor", "state": "active" if contacts else "terminated"},
        *contacts,
        *(_contact(each, view.now_ms, why) for each, why in gone.items()),
    )
    return document(
        element(
            "reginfo",
            {
                "xmlns": "urn:ietf:params:xml:ns:reginfo",
                "version": str(view.version),
                "state": "full",
            },
            registration,
        )
    )


def _contact(binding: StoredBinding, now_ms: int, gone: str | None = None) -> str:
    left_s = max(0, -(-(binding.expires_at_ms - now_ms) // 1000))
    if gone is None:
        state, event = "active", "registered"
    else:
        cause = gone or ("unregistered" if left_s else "expired")
        # The phone had no part in the rest, and is to register anew (RFC 3680 §5.1).
        state, event = "terminated", cause if cause in _BY_THE_PHONE else "deactivated"
    return element(
        "contact",
        {
            "id": binding.contact,  # unique, and the same over refreshes (RFC 3680 §5.3.2)
            "state": state,
            "event": event,
            "expires": str(left_s) if gone is None else None,
            "q": None if binding.q_milli == 1000 else f"{binding.q_milli / 1000:.3f}",
            "callid": binding.call_id,
            "cseq": str(binding.cseq),
        },
        element("uri", text=binding.contact),
    )
