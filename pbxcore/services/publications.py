"""PUBLISH: phones tell how their people can be reached (RFC 3903)."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from pbxcore.authentication import user_of
from pbxcore.errors import RemoteProtocolError
from pbxcore.presence.markup import NotMarkup
from pbxcore.presence.packages.presence import PIDF, PresencePackage, read_pidf
from pbxcore.presence.publication import USUAL_EXPIRY_S
from pbxcore.presence.registrar import granted_expiry
from pbxcore.sip.grammar import bare, seconds
from pbxcore.sip.headers.content import read_content_encodings
from pbxcore.sip.headers.events import read_event
from pbxcore.sip.headers.tokens import read_if_match

if TYPE_CHECKING:
    from collections.abc import Callable

    from pbxcore.authentication import Authentication
    from pbxcore.directory import Directory
    from pbxcore.domain import Domain
    from pbxcore.presence.keeping import EventStores
    from pbxcore.presence.packages.presence import Presence
    from pbxcore.presence.publication import Publications
    from pbxcore.sip.message import Request
    from pbxcore.sip.transactions.incoming import Incoming

_ALLOW_EVENTS: Final = b"Allow-Events: " + PresencePackage.name
_ACCEPT: Final = b"Accept: " + PIDF


class PublicationService:
    """Takes what extensions publish of themselves; `changed` hears whose presence it is."""

    def __init__(
        self,
        directory: Directory,
        domain: Domain,
        authentication: Authentication,
        publications: Publications,
        *,
        stores: EventStores,
        changed: Callable[[str], None],
        now_ms: Callable[[], int],
        entropy: Callable[[int], bytes],
    ) -> None:
        self._directory = directory
        self._domain = domain
        self._authentication = authentication
        self._publications = publications
        self._stores = stores
        self._changed = changed
        self._now_ms = now_ms
        self._entropy = entropy

    def start(self) -> None:
        """Take back what was published before a restart."""
        for held in self._stores.publications.load().values():
            self._publications.restore(held, self._now_ms())

    def receive(self, incoming: Incoming) -> None:
        """Take one PUBLISH (§6).

        Raises:
            RemoteProtocolError: the refusal to answer with.
        """
        request, uri = incoming.request, incoming.head.uri
        event = read_event(request)
        if event is None or event.package != PresencePackage.name:  # step 2
            raise RemoteProtocolError(489, "", (_ALLOW_EVENTS,))
        if not self._domain.has(uri):  # step 1
            raise RemoteProtocolError(404, "Not Our Domain")
        extension = self._authentication.extension_of(incoming)
        if user_of(uri) != extension.number:
            raise RemoteProtocolError(403, "Not Your Address")
        settings = self._directory.settings
        asked_s, tag = seconds(request.get(b"expires")), read_if_match(request)
        publication = self._publications.publish(
            extension.number,
            _published(request),
            if_match=None if tag is None else tag.decode("ascii"),
            expires_s=granted_expiry(  # step 4
                USUAL_EXPIRY_S if asked_s is None else asked_s,
                shortest_s=settings.shortest_expiry_s,
                longest_s=settings.longest_expiry_s,
            ),
            etag=self._entropy(8).hex(),
            now_ms=self._now_ms(),
        )
        incoming.keep()
        self._save(extension.number)  # what is accepted outlasts us
        left_s = (publication.expires_at_ms - self._now_ms() + 999) // 1000
        lines = [b"SIP-ETag: " + publication.etag.encode(), b"Expires: %d" % max(0, left_s)]
        incoming.answer(200, "OK", lines)
        self._changed(extension.number)

    def drop(self, number: str) -> None:
        """An extension is gone, and what it published."""
        if self._publications.of(number):
            self._publications.remove(number)
            self._moved(number)

    def tick(self) -> None:
        """Let publications expire."""
        for number in self._publications.tick(self._now_ms()):
            self._moved(number)

    def _moved(self, number: str) -> None:
        self._save(number)
        self._changed(number)

    def _save(self, number: str) -> None:
        self._stores.publications.save(number, self._publications.of(number) or None)


def _published(request: Request) -> Presence | None:
    """The state in the body (step 5), None without a body."""
    if not request.body:
        return None
    kind = bare(request.get(b"content-type"))
    if kind != PIDF or set(read_content_encodings(request)) - {b"identity"}:
        raise RemoteProtocolError(415, "", (_ACCEPT, b"Accept-Encoding: identity"))
    try:
        return read_pidf(request.body)
    except NotMarkup as error:
        raise RemoteProtocolError(400, "Malformed Presence Document") from error
