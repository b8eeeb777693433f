"""How a stream's packets are protected, and how that comes about (RFC 7983, RFC 5764 §5).

In clear, by keys of the description (SDES), or by keys of a handshake (DTLS) that runs on the
stream's own port, between addresses that ICE found.
"""

from __future__ import annotations

import enum
from typing import TYPE_CHECKING, Final, NamedTuple

from pbxcore.media.dtls import Association, State
from pbxcore.media.ice_lite import IceLite
from pbxcore.media.srtp import Inbound, Outbound

if TYPE_CHECKING:
    from collections.abc import Callable

    from pbxcore.media.dtls import Identity
    from pbxcore.media.ice_lite import Credentials, Source
    from pbxcore.sip.sdp.crypto import Crypto
    from pbxcore.sip.sdp.stream import Agreed

Datagram = tuple[bytes, "Source"]


class Kind(enum.Enum):
    """What a datagram on a media port is."""

    STUN = enum.auto()
    DTLS = enum.auto()
    RTP = enum.auto()
    RTCP = enum.auto()
    OTHER = enum.auto()


def kind_of(data: bytes) -> Kind:
    """Tell by the first two bytes (RFC 7983 §7, RFC 5761 §4)."""
    if len(data) < 2:
        return Kind.OTHER
    match data[0]:
        case first if 128 <= first <= 191:
            return Kind.RTCP if 192 <= data[1] <= 223 else Kind.RTP
        case first if first <= 3:
            return Kind.STUN
        case first if 20 <= first <= 63:
            return Kind.DTLS
        case _:
            return Kind.OTHER


class Protection(NamedTuple):
    """What is done to each packet; None comes out where nothing may be sent or heard."""

    protect: Callable[[bytes], bytes | None]
    protect_rtcp: Callable[[bytes], bytes | None]
    unprotect: Callable[[bytes], bytes | None]
    unprotect_rtcp: Callable[[bytes], bytes | None]


def _same(packet: bytes) -> bytes:
    return packet


def _nothing(_: bytes) -> None:
    return None


CLEAR: Final = Protection(_same, _same, _same, _same)
SHUT: Final = Protection(_nothing, _nothing, _nothing, _nothing)
"""Until there are keys: what was agreed to be secret is never sent in clear."""


class Secured:
    """One stream's protection over the life of its descriptions: clear, SDES or DTLS.

    Args:
        identity: whose certificate our description names.
        credentials: those our description names for ICE.
        reach: where packets go now, as far as ICE does not say it.

    Attributes:
        protection: of the packets that come and go now.
    """

    def __init__(
        self, identity: Identity, credentials: Credentials, reach: Callable[[], Source | None]
    ) -> None:
        self.protection = CLEAR
        self._identity = identity
        self._ice = IceLite(credentials)
        self._by_ice = False
        self._association: Association | None = None
        self._keys: tuple[Crypto, Crypto] | None = None
        self._reach = reach

    @property
    def credentials(self) -> Credentials:
        """For the next description."""
        return self._ice.credentials

    @property
    def checked_at(self) -> float | None:
        """When the peer last said by ICE that it wants to be sent to."""
        return self._ice.checked_at

    @property
    def deadline(self) -> float | None:
        """When `tick` is due."""
        return self._association.deadline if self._association else None

    @property
    def failed(self) -> str:
        """Why there will be no keys; empty while there may be."""
        return self._association.problem if self._association else ""

    def destination(self, now: float) -> Source | None:
        """Where ICE has media go; None while it says nothing, or the peer does not consent."""
        return self._ice.selected if self._ice.consents(now) else None

    @property
    def by_ice(self) -> bool:
        """Whether ICE alone says where media go and come from."""
        return self._by_ice

    def admits(self, source: Source) -> bool:
        """Whether ICE allows packets from there; everybody where there is no ICE."""
        return not self._by_ice or self._ice.knows(source)

    def renew(self, credentials: Credentials) -> None:
        """Answer checks of a new generation too."""
        if credentials != self._ice.credentials:
            self._ice.restart(credentials)

    def follow(self, agreed: Agreed, now: float) -> list[Datagram]:
        """Do as an offer and its answer say; what goes on unchanged keeps its keys."""
        self._by_ice = agreed.ice is not None
        if agreed.dtls is not None:
            self._keys = None
            return self._follow_dtls(agreed, now)
        self._association = None
        if agreed.local_crypto is None or agreed.remote_crypto is None:
            self.protection, self._keys = CLEAR, None
        else:
            self._follow_sdes(agreed.local_crypto, agreed.remote_crypto)
        return []

    def receive(self, data: bytes, kind: Kind, source: Source, now: float) -> list[Datagram]:
        """What a datagram of STUN or DTLS causes to be sent."""
        if kind is Kind.STUN:
            answer = self._ice.receive(data, source, now)
            sent = [(answer, source)] if answer is not None else []
            return sent + self._begin(now)
        if self._association is None or not self.admits(source):
            return []
        return self._out(self._association.receive(data, now), source)

    def tick(self, now: float) -> list[Datagram]:
        """Do what is due."""
        if self._association is None:
            return []
        return self._out(self._association.tick(now), self._where(now))

    def close(self, now: float) -> list[Datagram]:
        """Say good-bye."""
        if self._association is None:
            return []
        return self._out(self._association.close(), self._where(now))

    def _follow_sdes(self, ours: Crypto, theirs: Crypto) -> None:
        """Each direction begins anew with a new key, and only with one (RFC 4568 §7.1.4)."""
        before, kept = self._keys, self.protection
        if before is None or before[0] != ours:
            out = Outbound(ours.suite, ours.keys[0])
            kept = kept._replace(protect=out.protect, protect_rtcp=out.protect_rtcp)
        if before is None or before[1] != theirs:
            into = Inbound(theirs.suite, theirs.keys, theirs.window)
            kept = kept._replace(unprotect=into.unprotect, unprotect_rtcp=into.unprotect_rtcp)
        self.protection, self._keys = kept, (ours, theirs)

    def _follow_dtls(self, agreed: Agreed, now: float) -> list[Datagram]:
        """An association stands until the peer has another certificate or id (RFC 8842 §5.1)."""
        peer = agreed.dtls
        if peer is None or (self._association and self._association.is_with(peer)):
            return []
        self._association = Association(self._identity, peer)
        self.protection = SHUT
        return self._begin(now)

    def _begin(self, now: float) -> list[Datagram]:
        """Begin a handshake that is for us to begin, once it is known where."""
        association, where = self._association, self._where(now)
        if association is None or association.begun or where is None:
            return []
        return self._out(association.start(now), where)

    def _where(self, now: float) -> Source | None:
        return self.destination(now) if self._by_ice else self._reach()

    def _out(self, datagrams: list[bytes], where: Source | None) -> list[Datagram]:
        """Take the keys if they are there now; say what goes where."""
        association = self._association
        if association is not None and self.protection is SHUT and association.ends is not None:
            out, into = association.ends
            self.protection = Protection(
                out.protect, out.protect_rtcp, into.unprotect, into.unprotect_rtcp
            )
        if association is not None and association.state is State.FAILED:
            self.protection = SHUT
        return [(each, where) for each in datagrams] if where is not None else []
