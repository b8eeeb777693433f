"""The dialog package: what an extension's calls are doing (RFC 4235)."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import msgspec

from pbxcore.presence.markup import Element, NotMarkup, document, element, read
from pbxcore.presence.package import Body, Told

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from pbxcore.presence.package import View

CONTENT_TYPE: Final = b"application/dialog-info+xml"
STATES: Final = ("trying", "proceeding", "early", "confirmed", "terminated")
"""Those of the figure in RFC 4235 §3.7.1, in the order in which a dialog may pass them."""
_RENDERING: Final = "+sip.rendering"


class Party(msgspec.Struct, frozen=True):
    """One end of a dialog: who it is, and what its Contact says; who `holds` renders nothing."""

    identity: str = ""
    display_name: str = ""
    target: str = ""
    holds: bool = False


class DialogInfo(msgspec.Struct, frozen=True):
    """One dialog of an extension.

    `direction` is `initiator` or `recipient`, seen from the extension. With Call-ID and tags a
    watcher can pick the call up by Replaces.
    """

    id: str
    state: str
    direction: str = ""
    call_id: str = ""
    local_tag: str = ""
    remote_tag: str = ""
    local: Party = Party()
    remote: Party = Party()


class DialogReport(msgspec.Struct, frozen=True):
    """A document as it was read; not `full`: dialogs it does not name are as they were."""

    entity: str
    version: int
    full: bool
    dialogs: tuple[DialogInfo, ...]


class DialogPackage:
    """Tells an extension's dialogs; `dialogs` knows them by extension.

    Who subscribes gets all of them, later only those that changed. One that is gone is told as
    terminated once.
    """

    name = b"dialog"
    types = (CONTENT_TYPE,)
    usual_expiry_s = 3600  # RFC 4235 §3.4
    interval_ms = 1000  # RFC 4235 §3.10
    own_only = False

    def __init__(self, dialogs: Callable[[str], tuple[DialogInfo, ...]]) -> None:
        self._dialogs = dialogs

    def tell(self, view: View) -> Told:
        """Write all dialogs, or what changed since the last document."""
        now = self._dialogs(view.number)
        full = view.told is None
        shown = now if full else changes(view.told, now)
        body = write_dialogs(DialogReport(view.uri, view.version, full, tuple(shown)))
        return Told(Body(CONTENT_TYPE, body), now)


def changes(before: Sequence[DialogInfo], now: Sequence[DialogInfo]) -> list[DialogInfo]:
    """What is new or different, and what is gone, as terminated."""
    known = {each.id: each for each in before}
    present = {each.id for each in now}
    gone = [
        msgspec.structs.replace(each, state="terminated")
        for each in before
        if each.id not in present and each.state != "terminated"
    ]
    return gone + [each for each in now if known.get(each.id) != each]


def write_dialogs(report: DialogReport) -> bytes:
    """Write the document."""
    return document(
        element(
            "dialog-info",
            {
                "xmlns": "urn:ietf:params:xml:ns:dialog-info",
                "version": str(report.version),
                "state": "full" if report.full else "partial",
                "entity": report.entity,
            },
            *(_dialog(each) for each in report.dialogs),
        )
    )


def read_dialogs(data: bytes) -> DialogReport:
    """Read a document.

    Raises:
        NotMarkup: it is no XML, or no dialog-info.
    """
    root = read(data)
    given = root.attributes
    version = given.get("version", "")
    if root.name != "dialog-info" or not version.isdecimal() or len(version) > 10:
        raise NotMarkup("no dialog-info document")
    if given.get("state") not in ("full", "partial"):
        raise NotMarkup("neither full nor partial")
    dialogs = tuple(_read_dialog(each) for each in root.children if each.name == "dialog")
    return DialogReport(
        given.get("entity", ""), int(version), given.get("state") == "full", dialogs
    )


def _dialog(dialog: DialogInfo) -> str:
    return element(
        "dialog",
        {
            "id": dialog.id,
            "call-id": dialog.call_id or None,
            "local-tag": dialog.local_tag or None,
            "remote-tag": dialog.remote_tag or None,
            "direction": dialog.direction or None,
        },
        element("state", text=dialog.state),
        *_party("local", dialog.local),
        *_party("remote", dialog.remote),
    )


def _party(name: str, party: Party) -> tuple[str, ...]:
    if not party.identity and not party.target:
        return ()
    inside = []
    if party.identity:
        display = {"display": party.display_name or None}
        inside.append(element("identity", display, text=party.identity))
    if party.target or party.holds:  # RFC 4235 §5.2
        rendering = element("param", {"pname": _RENDERING, "pval": "no"})
        held = (rendering,) if party.holds else ()
        inside.append(element("target", {"uri": party.target or party.identity}, *held))
    return (element(name, None, *inside),)


def _read_dialog(found: Element) -> DialogInfo:
    state = found.text_of("state").lower()
    identifier = found.attributes.get("id", "")
    if state not in STATES or not identifier:
        raise NotMarkup("malformed dialog")
    given = found.attributes.get
    return DialogInfo(
        identifier,
        state,
        given("direction", ""),
        given("call-id", ""),
        given("local-tag", ""),
        given("remote-tag", ""),
        _read_party(found.find("local")),
        _read_party(found.find("remote")),
    )


def _read_party(found: Element | None) -> Party:
    if found is None:
        return Party()
    identity, target = found.find("identity"), found.find("target")
    return Party(
        "" if identity is None else identity.text.strip(),
        "" if identity is None else identity.attributes.get("display", ""),
        "" if target is None else target.attributes.get("uri", ""),
        target is not None and any(map(_renders_nothing, target.all("param"))),
    )


def _renders_nothing(parameter: Element) -> bool:
    given = parameter.attributes
    return given.get("pname") == _RENDERING and given.get("pval") == "no"
