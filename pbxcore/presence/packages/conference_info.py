"""The conference package: who is in a conference room (RFC 4575)."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import msgspec

from pbxcore.presence.markup import Element, NotMarkup, document, element, read
from pbxcore.presence.package import Body, Told
from pbxcore.sip.uri import SipUri, escaped_user, parse_uri

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from pbxcore.presence.package import View

CONTENT_TYPE: Final = b"application/conference-info+xml"


class Endpoint(msgspec.Struct, frozen=True):
    """One phone in a conference, named by its leg; nobody hears one that is `muted`.

    It has called, or was `invited`.
    """

    id: str
    muted: bool = False
    invited: bool = False


class Attendee(msgspec.Struct, frozen=True):
    """One who is there, with one phone or several; `number` is empty for one who is private."""

    number: str
    name: str
    host: bool
    endpoints: tuple[Endpoint, ...]


class Roster(msgspec.Struct, frozen=True):
    """A room as it is now. `most`: how many may be in it, 0: any number."""

    name: str = ""
    locked: bool = False
    most: int = 0
    attendees: tuple[Attendee, ...] = ()


class RosterReport(msgspec.Struct, frozen=True):
    """A document as it was read: who is in it, by entity, and who has left."""

    entity: str
    version: int
    full: bool
    count: int
    present: dict[str, Attendee]
    gone: tuple[str, ...]


class ConferencePackage:
    """Tells who is in a room; `rosters` knows the rooms by number.

    Who subscribes is told everybody, later only those who came, went or are muted otherwise.
    """

    name = b"conference"
    types = (CONTENT_TYPE,)
    usual_expiry_s = 3600  # RFC 4575 §3.3
    interval_ms = 1000  # §3.9 recommends five seconds, which is long for those who look at a roster
    own_only = False

    def __init__(self, rosters: Callable[[str], Roster]) -> None:
        self._rosters = rosters

    def tell(self, view: View) -> Told:
        """Write the room, or what is different since the last document."""
        now = self._rosters(view.number)
        return Told(Body(CONTENT_TYPE, write_roster(view, now, view.told)), now)


def write_roster(view: View, now: Roster, before: Roster | None) -> bytes:
    """Write the document: whole for one who was told nothing `before`."""
    state = "full" if before is None else "partial"
    count = sum(len(each.endpoints) for each in now.attendees)
    return document(
        element(
            "conference-info",
            {
                "xmlns": "urn:ietf:params:xml:ns:conference-info",
                "entity": view.uri,
                "state": state,
                "version": str(view.version),
            },
            element(
                "conference-description",
                None,
                element("display-text", text=now.name or view.number),
                element("conf-uris", None, element("entry", None, element("uri", text=view.uri))),
                *([element("maximum-user-count", text=str(now.most))] if now.most else ()),
            ),
            element(
                "conference-state",
                None,
                element("user-count", text=str(count)),
                element("active", text=_truth(bool(now.attendees))),
                element("locked", text=_truth(now.locked)),
            ),
            element("users", {"state": state}, *_users(view, now, before)),
        )
    )


def read_roster(data: bytes) -> RosterReport:
    """Read a document.

    Raises:
        NotMarkup: it is no XML, or no conference-info.
    """
    root = read(data)
    given = root.attributes.get
    state, version = root.find("conference-state"), given("version", "")
    if root.name != "conference-info" or not version.isdecimal() or len(version) > 10:
        raise NotMarkup("no conference-info document")
    present: dict[str, Attendee] = {}
    gone: list[str] = []
    for user in root.all("user"):
        entity = user.attributes.get("entity", "")
        if user.attributes.get("state") == "deleted":
            gone.append(entity)
            continue
        endpoints = tuple(map(_read_endpoint, user.all("endpoint")))
        host = any(each.text == "host" for each in user.all("entry"))
        name = user.text_of("display-text")
        present[entity] = Attendee(_number_of(entity), name, host, endpoints)
    count = "" if state is None else state.text_of("user-count")
    return RosterReport(
        given("entity", ""),
        int(version),
        given("state") == "full",
        int(count) if count.isdecimal() and len(count) < 10 else 0,
        present,
        tuple(gone),
    )


def _read_endpoint(found: Element) -> Endpoint:
    return Endpoint(
        found.attributes.get("entity", ""),
        found.text_of("status") != "connected",
        found.text_of("joining-method") == "dialed-out",
    )


def _users(view: View, now: Roster, before: Roster | None) -> list[str]:
    """Those there are, or those who are different (RFC 4575 §4.4)."""
    known = {} if before is None else {_entity(view, each): each for each in before.attendees}
    present = {_entity(view, each): each for each in now.attendees}
    gone = [
        element("user", {"entity": entity, "state": "deleted"})
        for entity in known
        if entity not in present
    ]
    return gone + [
        _user(entity, each) for entity, each in present.items() if known.get(entity) != each
    ]


def _user(entity: str, attendee: Attendee) -> str:
    role = "host" if attendee.host else "participant"
    return element(
        "user",
        {"entity": entity, "state": "full"},
        *([element("display-text", text=attendee.name)] if attendee.name else ()),
        element("roles", None, element("entry", text=role)),
        *map(_endpoint, attendee.endpoints),
    )


def _endpoint(endpoint: Endpoint) -> str:
    return element(
        "endpoint",
        {"entity": endpoint.id, "state": "full"},
        element("status", text="muted-via-focus" if endpoint.muted else "connected"),
        element("joining-method", text="dialed-out" if endpoint.invited else "dialed-in"),
        element(
            "media",
            {"id": "1"},
            element("type", text="audio"),
            element("status", text="recvonly" if endpoint.muted else "sendrecv"),
        ),
    )


def _entity(view: View, attendee: Attendee) -> str:
    """The attendee's address at the conference's host; one who is private is nobody in particular.

    Each has to have one of his own (§5.6), and keep it.
    """
    if not attendee.number:
        return f"sip:{_ids(attendee.endpoints)}@anonymous.invalid"
    conference = parse_uri(view.uri.encode())
    host = port = b""
    if isinstance(conference, SipUri):
        host, port = conference.host, b"" if conference.port is None else b":%d" % conference.port
    user = escaped_user(attendee.number)
    return (b"sip:%b@%b%b" % (user, host or b"localhost", port)).decode()


def _ids(endpoints: Sequence[Endpoint]) -> str:
    return "-".join(escaped_user(each.id).decode() for each in endpoints)


def _number_of(entity: str) -> str:
    user, at, host = entity.removeprefix("sip:").partition("@")
    return user if at and host != "anonymous.invalid" else ""


def _truth(value: bool) -> str:
    return "true" if value else "false"
