"""What one SUBSCRIBE watches at once: a list in its body, or an extension group (RFC 4662)."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from pbxcore.authentication import user_of
from pbxcore.errors import RemoteProtocolError
from pbxcore.presence.markup import NotMarkup
from pbxcore.presence.resource_list import MOST_MEMBERS, RESOURCE_LISTS, RLMI, read_resource_lists
from pbxcore.presence.subscription import Member
from pbxcore.sip.grammar import bare
from pbxcore.sip.uri import SipUri, escaped_user, parse_uri

if TYPE_CHECKING:
    from pbxcore.directory import Directory
    from pbxcore.domain import Domain
    from pbxcore.presence.subscription import Asked
    from pbxcore.sip.transactions.incoming import Incoming


class Watched(NamedTuple):
    """The resources of a subscription; `group` names the extension group they are."""

    members: tuple[Member, ...]
    listed: bool
    group: str = ""


class Lists:
    """Knows lists when they are asked for, and what a group has become since."""

    def __init__(self, directory: Directory, domain: Domain) -> None:
        self._directory = directory
        self._domain = domain

    def watched(self, incoming: Incoming, asked: Asked) -> Watched:
        """What a SUBSCRIBE to one of our addresses watches: a list, or one extension.

        Raises:
            RemoteProtocolError: 421 for who knows nothing of lists, 400, 403 or 404 for the list.
        """
        request, uri = incoming.request, incoming.head.uri
        if bare(request.get(b"content-type")) == RESOURCE_LISTS:
            _need_support(asked)
            return Watched(self._named(request.body), listed=True)
        name = user_of(uri) or ""
        if self._directory.can_be_watched(name) or self._directory.group(name) is None:
            only = Member(name, incoming.head.to.uri.decode("ascii"))
            return Watched((only,), listed=False)
        _need_support(asked)
        members = self.members(name, uri.host if isinstance(uri, SipUri) else b"")
        if not members:
            raise RemoteProtocolError(404)
        if len(members) > MOST_MEMBERS:
            raise RemoteProtocolError(403, "List Too Long")
        return Watched(members, listed=True, group=name)

    def members(self, group: str, host: bytes) -> tuple[Member, ...]:
        """Who is in a group now, as addresses at our `host`; nobody when it is gone."""
        found = self._directory.group(group)
        numbers = () if found is None else found.members
        return tuple(
            Member(number, f"sip:{escaped_user(number).decode()}@{host.decode()}")
            for number in numbers
            if self._directory.extension(number) is not None
        )

    def _named(self, body: bytes) -> tuple[Member, ...]:
        """The members that a body names (RFC 5367)."""
        try:
            uris = read_resource_lists(body)
        except NotMarkup as error:
            raise RemoteProtocolError(400, "Malformed Resource List") from error
        return tuple(Member(self._number_of(each), each) for each in uris)

    def _number_of(self, uri: str) -> str:
        parsed = parse_uri(uri.encode("utf-8", "replace"))
        if not self._domain.has(parsed):
            raise RemoteProtocolError(404, "Not Our Domain")
        return user_of(parsed) or ""


def _need_support(asked: Asked) -> None:
    """Only who says so gets documents of lists (RFC 4662 §4.5)."""
    kinds = {bare(each) for each in asked.accepted}
    if not asked.lists or (kinds and not kinds & {b"multipart/related", RLMI, b"*/*"}):
        raise RemoteProtocolError(421, "", (b"Require: eventlist",))
