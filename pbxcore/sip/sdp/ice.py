"""ICE in the description: credentials, candidates, options (RFC 8839)."""

from __future__ import annotations

import base64
import re
from typing import TYPE_CHECKING, Final

import msgspec

from pbxcore.errors import RemoteProtocolError
from pbxcore.sip.sdp.description import Attribute
from pbxcore.sip.sdp.reader import host_of

if TYPE_CHECKING:
    from collections.abc import Callable

    from pbxcore.sip.sdp.description import Media, SessionDescription

LITE: Final = Attribute("ice-lite")
"""An attribute of the session alone (§5.3)."""
END_OF_CANDIDATES: Final = Attribute("end-of-candidates")

_CHARACTERS: Final = r"[A-Za-z0-9+/]"
_USER: Final = re.compile(rf"{_CHARACTERS}{{4,256}}")
_PASSWORD: Final = re.compile(rf"{_CHARACTERS}{{22,256}}")
_CANDIDATE: Final = re.compile(
    rf"({_CHARACTERS}{{1,32}})\s+([0-9]{{1,3}})\s+(\S+)\s+([0-9]{{1,10}})\s+(\S+)\s+([0-9]{{1,5}})"
    r"\s+typ\s+(\S+)((?:\s+\S+\s+\S+)*)\s*"
)


class Candidate(msgspec.Struct, frozen=True):
    """One address a side may be reached at (§5.1).

    `kind` is host, srflx, prflx, relay or one we do not know; `address` may be a host's name.
    `extensions` are pairs after the related address, as written.
    """

    foundation: str
    component: int
    transport: str
    priority: int
    address: str
    port: int
    kind: str
    related_address: str | None = None
    related_port: int | None = None
    extensions: tuple[tuple[str, str], ...] = ()

    @property
    def attribute(self) -> Attribute:
        """The line that says it."""
        parts = [self.foundation, str(self.component), self.transport, str(self.priority)]
        parts += [self.address, str(self.port), "typ", self.kind]
        if self.related_address is not None:
            parts += ["raddr", self.related_address, "rport", str(self.related_port or 0)]
        parts += [word for pair in self.extensions for word in pair]
        return Attribute("candidate", " ".join(parts))


class Ice(msgspec.Struct, frozen=True):
    """One side's part; `complete` says that no more candidates will follow (RFC 8838 §8.2)."""

    user: str
    password: str
    candidates: tuple[Candidate, ...] = ()
    lite: bool = False
    options: tuple[str, ...] = ()
    complete: bool = False

    def __repr__(self) -> str:
        """Nothing that could end in a log."""
        return f"Ice({self.user!r}, {len(self.candidates)} candidates, lite={self.lite})"

    @property
    def attributes(self) -> list[Attribute]:
        """The lines of a media part that say it; `LITE` goes into the session part."""
        found = [Attribute("ice-ufrag", self.user), Attribute("ice-pwd", self.password)]
        if self.options:
            found.append(Attribute("ice-options", " ".join(self.options)))
        found += [each.attribute for each in self.candidates]
        return [*found, END_OF_CANDIDATES] if self.complete else found


def ice_of(description: SessionDescription, media: Media) -> Ice | None:
    """What the writer says about ICE; None when it does none (§4.2.5).

    A candidate that cannot be read is as if absent.

    Raises:
        RemoteProtocolError: 400: credentials shorter or longer than allowed (§5.4).
    """
    user = description.inherited(media, "ice-ufrag")
    password = description.inherited(media, "ice-pwd")
    if user is None or password is None:
        return None
    if not _USER.fullmatch(user) or not _PASSWORD.fullmatch(password):
        raise RemoteProtocolError(400, "Malformed SDP: ICE Credentials")
    candidates = map(read_candidate, media.values("candidate"))
    options = description.inherited(media, "ice-options") or ""
    return Ice(
        user,
        password,
        tuple(each for each in candidates if each is not None),
        lite=description.has(LITE.name),
        options=tuple(options.split()),
        complete=media.has(END_OF_CANDIDATES.name) or description.has(END_OF_CANDIDATES.name),
    )


def new_credentials(entropy: Callable[[int], bytes]) -> tuple[str, str]:
    """User and password of at least 24 and 128 bits of randomness (RFC 8445 §5.3).

    `entropy` gives that many unguessable bytes.
    """
    user, password = base64.b64encode(entropy(6)), base64.b64encode(entropy(18))
    return user.decode(), password.decode()


def read_candidate(value: str) -> Candidate | None:
    """Read what follows `candidate:`; None when it is none (RFC 8839 §5.1)."""
    match = _CANDIDATE.fullmatch(value)
    if match is None:
        return None
    words = match[8].split()
    pairs = list(zip(words[::2], words[1::2], strict=True))
    related: dict[str, str] = {}
    while pairs and pairs[0][0].lower() in {"raddr", "rport"}:
        name, said = pairs.pop(0)
        related[name.lower()] = said
    port, related_port = int(match[6]), related.get("rport", "0")
    numeric = related_port.isascii() and related_port.isdecimal() and len(related_port) <= 5
    if port > 65535 or not 1 <= int(match[2]) <= 256 or not numeric:
        return None
    try:
        address = host_of(match[5])
        related_address = host_of(related["raddr"]) if "raddr" in related else None
    except RemoteProtocolError:
        return None
    return Candidate(
        foundation=match[1],
        component=int(match[2]),
        transport=match[3].upper(),
        priority=int(match[4]),
        address=address,
        port=port,
        kind=match[7].lower(),
        related_address=related_address,
        related_port=int(related_port) if "rport" in related else None,
        extensions=tuple(pairs),
    )
