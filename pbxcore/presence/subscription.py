"""Subscriptions as values: what a SUBSCRIBE asks, what one is, what of it outlives the process."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final, Protocol

import msgspec

from pbxcore.errors import RemoteProtocolError
from pbxcore.presence.package import View
from pbxcore.sip.dialogs.dialog import Dialog
from pbxcore.sip.grammar import seconds
from pbxcore.sip.headers.events import Event, read_event
from pbxcore.sip.headers.option_tags import supports

if TYPE_CHECKING:
    from pbxcore.presence.bindings import StoredBinding
    from pbxcore.presence.package import Told
    from pbxcore.sip.flow import Flow
    from pbxcore.sip.message import Request

RESERVED: Final = 64
"""CSeq numbers put aside with each save: after a crash we go on behind all that were used."""


class Asked(msgspec.Struct, frozen=True):
    """What a SUBSCRIBE asks; `expires_s` None asks for nothing in particular."""

    event: Event
    expires_s: int | None
    accepted: list[bytes]
    lists: bool


def read_subscribe(request: Request, allow_events: bytes) -> Asked:
    """Read a SUBSCRIBE; `allow_events` is the line that says what can be watched.

    Raises:
        RemoteProtocolError: 489 without Event (RFC 6665 §8.2.1: it is mandatory), 400 for one that
            is malformed.
    """
    event = read_event(request)
    if event is None:
        raise RemoteProtocolError(489, "Missing Event", (allow_events,))
    return Asked(
        event,
        seconds(request.get(b"expires")),
        [each for each in request.all(b"accept") if each],
        supports(request, b"eventlist"),
    )


class Member(msgspec.Struct, frozen=True):
    """One resource of a subscription: the extension, and what the watcher calls it."""

    number: str
    uri: str


class StoredSubscription(msgspec.Struct, frozen=True, omit_defaults=True):
    """A subscription, complete enough to go on after a restart; its key is our tag.

    `members` is one resource, or several of a `listed` subscription: a `group`, or what its body
    named. `source` is where the SUBSCRIBE came from and `here` where it arrived, both as
    `host:port`. `local_seq` is above every CSeq that was used.
    """

    package: str
    event_id: str | None
    watcher: str
    members: tuple[Member, ...]
    content_type: str
    call_id: bytes
    local: bytes
    remote: bytes
    target: bytes
    local_seq: int
    remote_seq: int
    source: str
    here: str
    transport: str
    expires_at_ms: int
    routes: tuple[bytes, ...] = ()
    listed: bool = False
    secure: bool = False
    group: str = ""


class Teller(Protocol):
    """Writes the document of a subscription's resource or resources."""

    def tell(self, view: View) -> Told:
        """Write what the watcher needs to know now."""
        ...


class Subscription:
    """One watcher's dialog, and what he has been told in it."""

    __slots__ = (
        "asleep",
        "content_type",
        "dialog",
        "event",
        "expires_ms",
        "group",
        "here",
        "in_flight",
        "listed",
        "members",
        "not_before_ms",
        "reserved",
        "source",
        "stale",
        "teller",
        "told",
        "transport",
        "watcher",
    )

    def __init__(
        self,
        dialog: Dialog,
        event: Event,
        *,
        watcher: str,
        members: tuple[Member, ...],
        teller: Teller,
        content_type: bytes,
        listed: bool = False,
        group: str = "",
    ) -> None:
        self.dialog = dialog
        self.event = event
        self.watcher = watcher
        self.members = members
        self.teller = teller
        self.content_type = content_type
        self.listed = listed
        self.group = group
        self.source = self.here = ""
        self.transport = "udp"
        self.expires_ms = 0
        self.told: Any = None
        self.stale = False  # there is something newer than what was told
        self.in_flight = 0  # NOTIFYs that await their answer
        self.not_before_ms = 0  # throttled, or asked to wait
        self.reserved = 0
        self.asleep: StoredBinding | None = None  # the phone, while it sleeps and hears nothing

    @property
    def key(self) -> str:
        """What names it: our tag."""
        return self.dialog.local_tag.decode("ascii")

    def tell(self, now_ms: int) -> Told:
        """Write what the watcher needs to know now.

        The version counts our requests: each NOTIFY has one more (RFC 4235 §4.1, RFC 3680 §5.1).
        """
        first, version = self.members[0], self.dialog.local_seq
        uri = self.dialog.local_address.uri.decode() if self.listed else first.uri
        return self.teller.tell(
            View(first.number, uri, self.content_type, version, now_ms, self.told)
        )

    def came_by(self, flow: Flow) -> None:
        """Learn the way back to the watcher."""
        self.source, self.here, self.transport = flow.source, flow.local, flow.transport

    def came_back(self, binding: StoredBinding) -> None:
        """Learn the way to a phone that has registered after it slept."""
        self.source, self.here = binding.source, binding.local
        self.transport = binding.transport

    def stored(self) -> StoredSubscription:
        """What to save; puts CSeq numbers aside."""
        dialog = self.dialog
        self.reserved = dialog.local_seq + RESERVED
        identifier = self.event.id
        return StoredSubscription(
            package=self.event.package.decode(),
            event_id=None if identifier is None else identifier.decode(),
            watcher=self.watcher,
            members=self.members,
            content_type=self.content_type.decode(),
            call_id=dialog.call_id,
            local=dialog.local,
            remote=dialog.remote,
            target=dialog.remote_target,
            local_seq=self.reserved,
            remote_seq=dialog.remote_seq or 0,
            source=self.source,
            here=self.here,
            transport=self.transport,
            expires_at_ms=self.expires_ms,
            routes=dialog.route_set,
            listed=self.listed,
            secure=dialog.secure,
            group=self.group,
        )


def restored(stored: StoredSubscription, teller: Teller) -> Subscription:
    """The subscription that was saved; the watcher is to be told everything anew."""
    dialog = Dialog(
        stored.call_id,
        ours=False,
        local=stored.local,
        remote=stored.remote,
        remote_target=stored.target,
        route_set=stored.routes,
        local_seq=stored.local_seq,
        remote_seq=stored.remote_seq,
        secure=stored.secure,
    )
    identifier = stored.event_id
    parameters: dict[bytes, bytes | None] = {}
    if identifier is not None:
        parameters[b"id"] = identifier.encode()
    subscription = Subscription(
        dialog,
        Event(stored.package.encode(), parameters),
        watcher=stored.watcher,
        members=stored.members,
        teller=teller,
        content_type=stored.content_type.encode(),
        listed=stored.listed,
        group=stored.group,
    )
    subscription.source, subscription.here = stored.source, stored.here
    subscription.transport = stored.transport
    subscription.expires_ms = stored.expires_at_ms
    return subscription
