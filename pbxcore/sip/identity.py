"""Who calls, and whether that may be told: trust decides (RFC 3323, RFC 3325).

What a peer asserts is believed if it is trusted; what we assert goes to those who are. The caller's
wish for privacy holds for everybody else.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import msgspec

from pbxcore.errors import RemoteProtocolError
from pbxcore.sip.address import write_address
from pbxcore.sip.headers.privacy import (
    ASSERTED,
    PREFERRED,
    encode_privacy,
    read_identities,
    read_privacy,
)
from pbxcore.sip.headers.remote_party import RemoteParty, read_remote_party
from pbxcore.sip.uri import SipUri, parse_uri

if TYPE_CHECKING:
    from pbxcore.sip.address import Address
    from pbxcore.sip.message import Message

ANONYMOUS: Final = b'"Anonymous" <sip:anonymous@anonymous.invalid>'
"""The From of a caller who may not be named (RFC 3323 §4.1.1.3)."""
TELLING: Final = frozenset(
    b"alert-info call-info error-info in-reply-to organization reply-to server subject user-agent"
    b" warning referred-by".split()
)
"""Headers that would name a caller who wants privacy: they do not pass (RFC 3323 §5.3, §4.1)."""
_HIDING: Final = frozenset((b"id", b"user", b"header"))
HIDDEN: Final = frozenset((b"id",))
SHOWN: Final = frozenset((b"none",))
"""What a caller wishes who may not be named, and who may, whatever else is usual (RFC 3323)."""
_KNOWN: Final = _HIDING | {b"session", b"history", b"critical", b"none"}


class Caller(msgspec.Struct, frozen=True):
    """Who calls: the address to show, and what was wished for it.

    `asserted` means that somebody we trust stands for the address; without that it is a claim.
    """

    uri: bytes
    display_name: bytes = b""
    tel: bytes | None = None
    asserted: bool = False
    privacy: frozenset[bytes] = frozenset()

    @property
    def name(self) -> str:
        """The display name as text; empty without one."""
        return self.display_name.decode("utf-8", "replace")

    @property
    def private(self) -> bool:
        """Whether the caller may not be named to whom we do not trust."""
        return bool(self.privacy & _HIDING) and b"none" not in self.privacy


class Presented(msgspec.Struct, frozen=True):
    """How a caller is written: the value of From without its tag, and the lines that go along."""

    from_: bytes
    lines: tuple[bytes, ...] = ()


def refuse_unknown_privacy(message: Message) -> None:
    """Let a message pass unless it insists on a privacy that we cannot give (RFC 3323 §5).

    Raises:
        RemoteProtocolError: 500.
    """
    wanted = read_privacy(message)
    if b"critical" in wanted and not wanted <= _KNOWN:
        raise RemoteProtocolError(500, "Unknown Privacy")


def read_caller(message: Message, from_: Address, *, trusted: bool) -> Caller:
    """Who sent a request, told by a peer we trust or do not.

    A trusted peer's P-Asserted-Identity comes before its From, which may be anonymous. An untrusted
    one's is not looked at (RFC 3325 §5). Remote-Party-ID stands in where nothing is asserted.
    """
    privacy = read_privacy(message)
    if is_anonymous(from_.uri):
        privacy |= {b"id"} if b"none" not in privacy else frozenset()
    identities = read_identities(message, ASSERTED) if trusted else ()
    if not identities:
        party = read_remote_party(message) if trusted else None
        if party is None:
            return Caller(from_.uri, from_.display_name, privacy=privacy)
        privacy |= {b"id"} if party.private else frozenset()
        return Caller(party.uri, party.display_name, asserted=True, privacy=privacy)
    first = identities[0]
    tel = next((each.uri for each in identities if each.uri[:4].lower() == b"tel:"), None)
    name = first.display_name
    if not name and not is_anonymous(from_.uri):
        name = from_.display_name  # many trunks assert the number alone
    return Caller(first.uri, name, tel, asserted=True, privacy=privacy)


def asserted_party(message: Message) -> Caller | None:
    """Who is at the end of a peer we trust, as an answer or a change says; None if it does not."""
    identities = read_identities(message, ASSERTED)
    if not identities:
        return None
    first = identities[0]
    return Caller(first.uri, first.display_name, asserted=True, privacy=read_privacy(message))


def preferred(message: Message) -> Address | None:
    """Which of its identities a user wants to be known by: a claim, not a proof (RFC 3325 §6).

    A `sip:` URI comes before the `tel:` one that may be beside it.
    """
    found = read_identities(message, PREFERRED)
    return found[0] if found else None


def presented(caller: Caller, *, trusted: bool) -> Presented:
    """Write a caller for a peer we trust or do not.

    A trusted peer gets the identity and the wish for privacy, and stands for it from there on. To
    an untrusted one a private caller is anonymous, and nobody is asserted.

    Raises:
        LocalProtocolError: the caller has no address.
    """
    shown = write_address(caller.uri, caller.display_name)
    hidden = caller.private
    if not trusted:
        return Presented(ANONYMOUS if hidden else shown)
    lines = [b"P-Asserted-Identity: " + shown]
    if caller.tel is not None and caller.tel != caller.uri:
        lines.append(b"P-Asserted-Identity: <%b>" % caller.tel)
    if caller.privacy:
        lines.append(b"Privacy: " + encode_privacy(caller.privacy))
    return Presented(ANONYMOUS if hidden else shown, tuple(lines))


def presented_as_preferred(caller: Caller) -> Presented:
    """Write a caller for a provider that asserts him itself, as a hint to it (RFC 3325 §9.2).

    Raises:
        LocalProtocolError: the caller has no address.
    """
    shown = write_address(caller.uri, caller.display_name)
    lines = [b"P-Preferred-Identity: " + shown]
    if caller.privacy:
        lines.append(b"Privacy: " + encode_privacy(caller.privacy))
    return Presented(ANONYMOUS if caller.private else shown, tuple(lines))


def presented_as_party(caller: Caller, *, called: bool = False) -> Presented:
    """Write a caller, or who was called, for a trusted peer that knows Remote-Party-ID alone.

    Raises:
        LocalProtocolError: the caller has no address.
    """
    party = RemoteParty(caller.uri, caller.display_name, caller.private)
    from_ = ANONYMOUS if caller.private else write_address(caller.uri, caller.display_name)
    return Presented(from_, (b"Remote-Party-ID: " + party.encode(called=called),))


def reached_lines(party: Caller) -> tuple[bytes, ...]:
    """Tell a phone of ours whom it talks to (RFC 3325 §9.1); of a private one only that it is one.

    Raises:
        LocalProtocolError: the party has no address.
    """
    if party.private:
        return (b"P-Asserted-Identity: " + ANONYMOUS, b"Privacy: id")
    return (b"P-Asserted-Identity: " + write_address(party.uri, party.display_name),)


def is_anonymous(uri: bytes) -> bool:
    """Whether an address stands for nobody, however phones write that."""
    try:
        found = parse_uri(uri)
    except RemoteProtocolError:
        return False
    if not isinstance(found, SipUri):
        return False
    return found.host == b"anonymous.invalid" or (found.user or b"").lower() == b"anonymous"
