"""The presence package: whether and how somebody can be reached (RFC 3856).

Documents are PIDF (RFC 3863) with the activities of RPID (RFC 4480), and the older xpidf.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import msgspec

from pbxcore.presence.markup import Element, NotMarkup, document, element, escaped, read
from pbxcore.presence.package import Body, Told

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from pbxcore.presence.package import View

PIDF: Final = b"application/pidf+xml"
XPIDF: Final = b"application/xpidf+xml"
MOST_TUPLES: Final = 16
LONGEST_TEXT: Final = 256
_ACTIVITIES: Final = (
    "appointment away breakfast busy dinner holiday in-transit looking-for-work lunch meal meeting"
    " on-the-phone performance permanent-absence playing presentation shopping sleeping spectator"
    " steering travel tv unknown vacation working worship"
)
"""The empty elements of RFC 4480 §3.2."""
ACTIVITIES: Final = frozenset(_ACTIVITIES.split())
_XPIDF_HEAD: Final = (
    '<?xml version="1.0"?>\n'
    '<!DOCTYPE presence PUBLIC "-//IETF//DTD RFCxxxx XPIDF 1.0//EN" "xpidf.dtd">\n'
)


class Service(msgspec.Struct, frozen=True):
    """One tuple: a way to reach somebody, open or closed. No contact: the resource itself."""

    id: str
    open: bool
    contact: str = ""
    note: str = ""


class Presence(msgspec.Struct, frozen=True):
    """What is known of one person: ways to reach him, what he does, and his words."""

    services: tuple[Service, ...] = ()
    activities: tuple[str, ...] = ()
    note: str = ""

    @property
    def open(self) -> bool:
        """Whether any way is open."""
        return any(each.open for each in self.services)


REGISTERED: Final = Presence((Service("phone", open=True),))
UNREGISTERED: Final = Presence((Service("phone", open=False),))


def composed(
    *,
    registered: bool,
    published: Sequence[Presence],
    undisturbed: bool,
    calling: bool = False,
    state: str = "available",
) -> Presence:
    """Put together what is known of an extension.

    What somebody publishes counts for more than his phones' registrations, which are all there is
    until he does, beside the `state` that he has chosen. Who talks is on the phone, whatever else
    he does, and who wants no disturbance is shown as busy, reachable or not.
    """
    found = REGISTERED if registered else UNREGISTERED
    if published:
        services = tuple(
            Service(f"p{number}-{service.id}", service.open, service.contact, service.note)
            for number, each in enumerate(published)
            for service in each.services
        )
        newest = published[-1]
        found = Presence(services or found.services, newest.activities, newest.note)
    elif state == "unavailable":
        found = UNREGISTERED
    elif state == "away":
        found = Presence(found.services, ("away",), found.note)
    if calling and "on-the-phone" not in found.activities:
        found = Presence(found.services, ("on-the-phone", *found.activities), found.note)
    if undisturbed:
        found = Presence(found.services, ("busy",), "DND")
    return found


class PresencePackage:
    """Tells presence; `presence` knows it by extension."""

    name = b"presence"
    types = (PIDF, XPIDF)
    usual_expiry_s = 3600  # RFC 3856 §6.4
    interval_ms = 5000  # RFC 3856 §6.10
    own_only = False

    def __init__(self, presence: Callable[[str], Presence]) -> None:
        self._presence = presence

    def tell(self, view: View) -> Told:
        """Write all of it."""
        now = self._presence(view.number)
        write = write_xpidf if view.content_type == XPIDF else write_pidf
        return Told(Body(view.content_type, write(now, view.uri)), now)


def write_pidf(presence: Presence, uri: str) -> bytes:
    """Write the document of the resource `uri`."""
    tuples = (
        element(
            "tuple",
            {"id": each.id},
            element("status", None, element("basic", text="open" if each.open else "closed")),
            element("contact", {"priority": "0.8"}, text=each.contact or uri),
            *_note(each.note),
        )
        for each in presence.services
    )
    person: tuple[str, ...] = ()
    if presence.activities or presence.note:
        activities = (element(f"rpid:{each}") for each in presence.activities)
        person = (
            element(
                "dm:person",
                {"id": "person"},
                element("rpid:activities", None, *activities),
                *_note(presence.note, "dm:note"),
            ),
        )
    return document(
        element(
            "presence",
            {
                "xmlns": "urn:ietf:params:xml:ns:pidf",
                "xmlns:dm": "urn:ietf:params:xml:ns:pidf:data-model",
                "xmlns:rpid": "urn:ietf:params:xml:ns:pidf:rpid",
                "entity": uri,
            },
            *tuples,
            *_note(presence.note),
            *person,
        )
    )


def write_xpidf(presence: Presence, uri: str) -> bytes:
    """Write the document in the form that came before PIDF, which some phones still ask for."""
    if not presence.open:
        status, shown = "closed", "offline"
    elif "on-the-phone" in presence.activities:
        status, shown = "inuse", "onthephone"
    elif presence.activities:
        status, shown = "inuse", "busy"
    else:
        status, shown = "open", "online"
    address = element(
        "address",
        {"uri": f"{uri};user=ip", "priority": "0.800000"},
        element("status", {"status": status}),
        element("msnsubstatus", {"substatus": shown}),
    )
    root = element(
        "presence",
        None,
        element("presentity", {"uri": f"{uri};method=SUBSCRIBE"}),
        element("atom", {"id": "phone"}, address),
    )
    return (_XPIDF_HEAD + root + "\n").encode()


def read_pidf(data: bytes) -> Presence:
    """Read a PIDF document.

    Raises:
        NotMarkup: it is no XML, or no PIDF.
    """
    root = read(data)
    if root.name != "presence" or not root.attributes.get("entity"):
        raise NotMarkup("no presence document")
    services = tuple(_service(each) for each in root.children if each.name == "tuple")
    if len(services) > MOST_TUPLES:
        raise NotMarkup("too many tuples")
    doing: dict[str, None] = {}
    for each in root.all("activities"):
        doing.update(dict.fromkeys(one.name for one in each.children if one.name in ACTIVITIES))
    note = root.text_of("note")
    if not note and (person := root.find("person")) is not None:
        note = person.text_of("note")
    return Presence(services, tuple(doing), note[:LONGEST_TEXT])


def _service(found: Element) -> Service:
    identifier = found.attributes.get("id", "")
    status = found.find("status")
    basic = "" if status is None else status.text_of("basic").lower()
    if not identifier or basic not in ("open", "closed", ""):
        raise NotMarkup("malformed tuple")
    return Service(
        identifier[:LONGEST_TEXT],
        basic == "open",
        found.text_of("contact")[:LONGEST_TEXT],
        found.text_of("note")[:LONGEST_TEXT],
    )


def _note(text: str, name: str = "note") -> tuple[str, ...]:
    return (f"<{name}>{escaped(text)}</{name}>",) if text else ()
