"""The way a call came by forwarding, in Diversion and in History-Info (RFC 5806, 7044, 7544).

Inside it is one list of `Forwarding`, oldest first; each header is only a way to write it.
"""

from __future__ import annotations

from itertools import pairwise
from typing import TYPE_CHECKING, Final

import msgspec

from pbxcore.errors import RemoteProtocolError
from pbxcore.sip.address import write_address
from pbxcore.sip.headers.diversion import Diversion, read_diversions
from pbxcore.sip.headers.history_info import HistoryEntry, read_history
from pbxcore.sip.uri import SipUri, TelUri, parse_uri

if TYPE_CHECKING:
    from collections.abc import Sequence

    from pbxcore.sip.message import Message

MOST_FORWARDINGS: Final = 10
"""How often one call may be sent on, as its headers count."""
_LONGEST_LIST: Final = 20
_CAUSES: Final = {  # RFC 4458 §2, RFC 7544 §6
    b"unconditional": 302,
    b"user-busy": 486,
    b"no-answer": 408,
    b"deflection": 480,
    b"unavailable": 503,
    b"out-of-service": 503,
}
_REASONS: Final = {
    302: "unconditional",
    408: "no-answer",
    480: "deflection",
    486: "user-busy",
    487: "deflection",
    503: "unavailable",
}
_UNKNOWN_CAUSE: Final = 404
_GAP: Final = b"sip:unknown@unknown.invalid"
_HIDDEN: Final = b"sip:anonymous@anonymous.invalid"


class Forwarding(msgspec.Struct, frozen=True):
    """One address that was called and sent the call on.

    `reason` is a word of RFC 5806: `unconditional`, `user-busy`, `no-answer`, `deflection` … A
    `count` above one stands for forwardings before it that were not told.
    """

    uri: bytes
    reason: str = "unknown"
    display_name: bytes = b""
    count: int = 1
    private: bool = False


def read_forwardings(message: Message) -> list[Forwarding]:
    """How a call came here, oldest first: what Diversion says, or else History-Info."""
    found = [
        Forwarding(
            each.uri,
            each.reason.decode("utf-8", "replace"),
            each.display_name,
            each.counter,
            each.private,
        )
        for each in read_diversions(message)[:_LONGEST_LIST]
    ]
    return found[::-1] or _from_history(read_history(message)[-_LONGEST_LIST:])


def may_forward(
    forwardings: Sequence[Forwarding], target: bytes, *, most: int = MOST_FORWARDINGS
) -> bool:
    """Whether a call may be sent on once more, to `target`.

    Not beyond the limit, and not to an address that has sent it on already: that is a loop.
    """
    if sum(each.count for each in forwardings) >= most:
        return False
    return not any(_same(each.uri, target) for each in forwardings)


def for_strangers(forwardings: Sequence[Forwarding]) -> list[Forwarding]:
    """The same for a peer we do not trust: who wants no name is not named (RFC 7044 §10.1)."""
    return [
        msgspec.structs.replace(each, uri=_HIDDEN, display_name=b"") if each.private else each
        for each in forwardings
    ]


def diversion_lines(forwardings: Sequence[Forwarding], *, limit: int | None = None) -> list[bytes]:
    """Whole Diversion lines, newest first; `limit` is how many more we allow.

    Raises:
        LocalProtocolError: a forwarding has no address.
    """
    lines = []
    for each in reversed(forwardings):
        parameters: dict[bytes, bytes | None] = {
            b"reason": each.reason.encode(),
            b"counter": b"%d" % each.count,
        }
        if limit is not None:
            parameters[b"limit"] = b"%d" % limit
        if each.private:
            parameters[b"privacy"] = b"full"
        lines.append(b"Diversion: " + Diversion(each.uri, each.display_name, parameters).encode())
    return lines


def history_lines(forwardings: Sequence[Forwarding], target: bytes) -> list[bytes]:
    """Whole History-Info lines, oldest first; the last is `target`, where the call goes now.

    Each entry but the first carries, as `cause`, why the one before was left; forwardings that were
    not told are gaps.

    Raises:
        LocalProtocolError: an address is none.
    """
    stops: list[tuple[bytes, bytes, bool, int]] = []
    for each in forwardings:
        stops += [(_GAP, b"", False, _UNKNOWN_CAUSE)] * min(each.count - 1, _LONGEST_LIST)
        cause = _CAUSES.get(each.reason.encode(), _UNKNOWN_CAUSE)
        stops.append((each.uri, each.display_name, each.private, cause))
    stops.append((target, b"", False, 0))
    lines, index, cause_before = [], b"1", 0
    for at, (uri, name, private, cause) in enumerate(stops):
        parameters: dict[bytes, bytes | None] = {b"index": index}
        if at:
            parameters[b"mp"] = index.rpartition(b".")[0]
        written = write_address(_told(uri, cause_before, private=private), name, parameters)
        lines.append(b"History-Info: " + written)
        index, cause_before = index + b".1", cause
    return lines


def _from_history(entries: Sequence[HistoryEntry]) -> list[Forwarding]:
    """Each entry that was left for another, and why."""
    found = []
    for entry, after in pairwise(entries):
        cause = after.cause or next((each.cause for each in entry.reasons if each.cause), None)
        if cause is None or after.how == b"np":
            continue  # sent on by a proxy that routed, not by one who forwarded
        reason = _REASONS.get(cause, "unknown")
        found.append(
            Forwarding(_plain(entry.uri), reason, entry.display_name, private=entry.private)
        )
    return found


def _told(uri: bytes, cause: int, *, private: bool) -> bytes:
    """The URI of an entry: with why it was gone to, and whether it may be shown."""
    found = _parsed(uri)
    if not isinstance(found, SipUri):
        return uri
    parameters = dict(found.parameters)
    if cause:
        parameters[b"cause"] = b"%d" % cause
    headers = b"Privacy=history" if private else b""
    return msgspec.structs.replace(found, parameters=parameters, headers=headers).encode()


def _plain(uri: bytes) -> bytes:
    """An entry's URI without what History-Info put into it."""
    found = _parsed(uri)
    if not isinstance(found, SipUri):
        return uri
    parameters = {name: each for name, each in found.parameters.items() if name != b"cause"}
    return msgspec.structs.replace(found, parameters=parameters, headers=b"").encode()


def _same(one: bytes, other: bytes) -> bool:
    """Whether two addresses are the same user: at different ports and transports they are."""
    first, second = _parsed(one), _parsed(other)
    if isinstance(first, SipUri) and isinstance(second, SipUri):
        return (first.user, first.host) == (second.user, second.host)
    if isinstance(first, TelUri) and isinstance(second, TelUri):
        return first.same_as(second)
    return one == other


def _parsed(uri: bytes) -> SipUri | TelUri | None:
    try:
        return parse_uri(uri)
    except RemoteProtocolError:
        return None
