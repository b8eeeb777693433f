"""What an event package is to the notifier (RFC 6665 §5.4)."""

from __future__ import annotations

from typing import Any, NamedTuple, Protocol

from pbxcore.errors import RemoteProtocolError
from pbxcore.sip.grammar import bare


class Body(NamedTuple):
    """The body of a NOTIFY."""

    content_type: bytes
    data: bytes


class View(NamedTuple):
    """One watcher's view of one resource.

    `uri` is how the watcher calls it; `version` counts the watcher's NOTIFYs from 0; `told` is the
    state it was told last, None when it needs the whole.
    """

    number: str
    uri: str
    content_type: bytes
    version: int
    now_ms: int
    told: Any = None


class Told(NamedTuple):
    """What a NOTIFY says, and what its watcher knows then; `more` asks for another NOTIFY.

    `lines` are header lines, of packages that say it there.
    """

    body: Body | None
    state: Any
    more: bool = False
    lines: tuple[bytes, ...] = ()


class Package(Protocol):
    """How the state of a resource becomes a document."""

    @property
    def name(self) -> bytes:
        """As in Event."""
        ...

    @property
    def types(self) -> tuple[bytes, ...]:
        """The content types it writes, the usual one first; none: it has no bodies."""
        ...

    @property
    def usual_expiry_s(self) -> int:
        """For a SUBSCRIBE without Expires."""
        ...

    @property
    def interval_ms(self) -> int:
        """The shortest time between two NOTIFYs of one subscription."""
        ...

    @property
    def own_only(self) -> bool:
        """Whether only the extension itself may watch."""
        ...

    def tell(self, view: View) -> Told:
        """Write what the watcher needs to know now."""
        ...


def chosen_type(package: Package, accepted: list[bytes]) -> bytes:
    """The content type to write for a watcher; without Accept the usual one (RFC 6665 §3.1.2).

    A package without bodies has none, whatever is acceptable.

    Raises:
        RemoteProtocolError: 406: none is acceptable.
    """
    if not package.types:
        return b""
    wanted = [bare(each) for each in accepted]
    if not wanted or b"*/*" in wanted:
        return package.types[0]
    for each in package.types:
        if each in wanted or each.partition(b"/")[0] + b"/*" in wanted:
            return each
    raise RemoteProtocolError(406, "", (b"Accept: " + b", ".join(package.types),))
