"""Lists of resources watched by one subscription (RFC 4662), named in its body (RFC 5367)."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from pbxcore.presence.markup import NotMarkup, document, element, read
from pbxcore.presence.package import Body, Told, View
from pbxcore.sip.headers.content import MediaType
from pbxcore.sip.multipart import Part, write_multipart

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from pbxcore.presence.package import Package
    from pbxcore.presence.subscription import Member

RESOURCE_LISTS: Final = b"application/resource-lists+xml"
RLMI: Final = b"application/rlmi+xml"
MOST_MEMBERS: Final = 200


class ResourceList:
    """Tells the states of all members: the whole first, later those that changed.

    A member's document is always a full one, as its versions need not follow each other here.
    """

    def __init__(
        self, package: Package, members: tuple[Member, ...], entropy: Callable[[int], bytes]
    ) -> None:
        self._package = package
        self._members = members
        self._entropy = entropy

    def tell(self, view: View) -> Told:
        """Write the list and the documents of its members; `uri` is the list's."""
        known: dict[str, object] = view.told or {}
        now: dict[str, object] = {}
        parts: list[Part] = []
        resources: list[str] = []
        for place, member in enumerate(self._members):
            one = view._replace(number=member.number, uri=member.uri, told=None)
            told = self._package.tell(one)
            now[member.uri] = told.state
            if view.told is not None and known.get(member.uri) == told.state:
                continue
            name = f"{place}.{view.version}@list"
            resources.append(_resource(member.uri, place, name if told.body else None))
            if told.body is not None:
                parts.append(_part(name.encode(), told.body))
        root = _part(b"rlmi@list", Body(RLMI, _rlmi(view, resources)))
        kind, data = write_multipart([root, *parts], self._entropy, b"related")  # §5.1
        named = {**kind.parameters, b"type": b'"%b"' % RLMI, b"start": b'"<rlmi@list>"'}
        return Told(Body(MediaType(kind.name, named).encode(), data), now)


def read_resource_lists(data: bytes) -> list[str]:
    """The URIs of a list, each once, in order; lists in lists count as one.

    Raises:
        NotMarkup: it is no XML, no list, empty or too long.
    """
    root = read(data)
    if root.name != "resource-lists":
        raise NotMarkup("no resource list")
    uris = list(dict.fromkeys(each.attributes.get("uri", "") for each in root.all("entry")))
    if not 0 < len(uris) <= MOST_MEMBERS or "" in uris:
        raise NotMarkup("no or too many entries")
    return uris


def _rlmi(view: View, resources: Sequence[str]) -> bytes:
    return document(
        element(
            "list",
            {
                "xmlns": "urn:ietf:params:xml:ns:rlmi",
                "uri": view.uri,
                "version": str(view.version),
                "fullState": "true" if view.told is None else "false",
            },
            *resources,
        )
    )


def _resource(uri: str, place: int, content_id: str | None) -> str:
    instance = {"id": f"i{place}", "state": "active", "cid": content_id}
    return element("resource", {"uri": uri}, element("instance", instance))


def _part(name: bytes, body: Body) -> Part:
    headers = {
        b"content-transfer-encoding": b"binary",
        b"content-id": b"<%b>" % name,
        b"content-type": body.content_type,
    }
    return Part(body.data, headers)
