"""What somebody who looks is shown: chosen by call or address, masked, as text or ladder. Pure."""

from __future__ import annotations

import re
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Final

from pbxcore.sip.flow import host_port, split_host_port
from pbxcore.trace import pcap
from pbxcore.trace.ladder import Step, ladder
from pbxcore.trace.masking import masked

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from pbxcore.trace.ring import Ring, Traced

_CALL_ID: Final = re.compile(
    rb"\n(?:call-id|i)[ \t]*:(?:\r?\n[ \t]|[ \t])*([^\r\n]*)", re.IGNORECASE
)
_CSEQ: Final = re.compile(rb"\ncseq[ \t]*:[ \t]*[0-9]+[ \t]+([^\s]+)", re.IGNORECASE)
_LONGEST_LABEL: Final = 48


def chosen(
    ring: Ring, *, after: int = 0, call_id: str = "", address: str = ""
) -> Iterator[tuple[int, Traced]]:
    """The messages after a number that belong to a call and to a peer's address, if given."""
    wanted = call_id.encode()
    for number, each in ring.since(after):
        if address and each.flow.host != address:
            continue
        if wanted and call_id_of(each.data) != wanted:
            continue
        yield number, each


def call_id_of(data: bytes) -> bytes:
    """The Call-ID, empty where there is none."""
    found = _CALL_ID.search(data)
    return found[1].strip() if found else b""


def label_of(data: bytes) -> str:
    """What a ladder says of a message: `INVITE`, or `200 OK (INVITE)`."""
    line = data.partition(b"\r\n")[0].decode("utf-8", "replace")
    if not line.startswith("SIP/2.0 "):
        return line.partition(" ")[0][:_LONGEST_LABEL]
    method = _CSEQ.search(data)
    about = f" ({method[1].decode('ascii', 'replace')})" if method else ""
    return line.removeprefix("SIP/2.0 ")[: _LONGEST_LABEL - len(about)] + about


def ends(each: Traced) -> tuple[str, str]:
    """Where it came from and where it went, as `host:port`."""
    peer = host_port(each.flow.host, each.port)
    return (each.flow.local, peer) if each.sent else (peer, each.flow.local)


def text(each: Traced, *, bodies: bool = False) -> str:
    """One message to be read: a line that says when and whither, then what was said."""
    source, target = ends(each)
    at = datetime.fromtimestamp(each.at, UTC).isoformat(timespec="milliseconds")
    said = masked(each.data, bodies=bodies).decode("utf-8", "backslashreplace")
    shown = "".join(
        one if one == "\n" or one == "\t" or one.isprintable() else f"\\x{ord(one):02x}"
        for one in said.replace("\r\n", "\n")
    )
    return f"─── {at} {each.flow.transport} {source} → {target}\n{shown.rstrip()}\n\n"


def packet(each: Traced, *, bodies: bool = False) -> bytes:
    """One message as a record of a capture file."""
    source, target = ends(each)
    data = masked(each.data, bodies=bodies)
    return pcap.packet(each.at, split_host_port(source), split_host_port(target), data)


def drawn(messages: Iterable[Traced]) -> str:
    """The messages as a ladder."""
    return ladder(Step(each.at, *ends(each), label_of(each.data)) for each in messages)
