"""Encrypted RTP and RTCP (RFC 3711, RFC 7714): the two ends of a stream, over libsrtp.

Rollover counters, replay windows and the two keys of each direction are the library's. It knows no
master key identifiers: they stand outside what is authenticated, so they are put in and taken out
here.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import msgspec
from pylibsrtp import Error, Policy, Session

from pbxcore.sip.sdp.crypto import Key

if TYPE_CHECKING:
    from collections.abc import Sequence

    from pbxcore.sip.sdp.crypto import Crypto


class Suite(msgspec.Struct, frozen=True):
    """How a suite is called by whom, and its lengths in octets; the tags are those behind an MKI.

    `profile` is libsrtp's number, `dtls` the name of RFC 5764 §4.1.2 and RFC 7714 §14.2.
    """

    profile: int
    dtls: str
    key: int
    salt: int
    rtp_tag: int
    rtcp_tag: int


SUITES: Final = {
    "AEAD_AES_256_GCM": Suite(
        Policy.SRTP_PROFILE_AEAD_AES_256_GCM, "SRTP_AEAD_AES_256_GCM", 32, 12, 0, 0
    ),
    "AEAD_AES_128_GCM": Suite(
        Policy.SRTP_PROFILE_AEAD_AES_128_GCM, "SRTP_AEAD_AES_128_GCM", 16, 12, 0, 0
    ),
    "AES_CM_128_HMAC_SHA1_80": Suite(
        Policy.SRTP_PROFILE_AES128_CM_SHA1_80, "SRTP_AES128_CM_SHA1_80", 16, 14, 10, 10
    ),
    # Of RTCP the whole tag is sent all the same (RFC 4568 §6.2.2).
    "AES_CM_128_HMAC_SHA1_32": Suite(
        Policy.SRTP_PROFILE_AES128_CM_SHA1_32, "SRTP_AES128_CM_SHA1_32", 16, 14, 4, 10
    ),
}
"""What can be used, the best first: GCM is also the quickest of them."""

_WINDOW: Final = 128
"""Packets: late ones are taken once each, older ones not (RFC 3711 §3.3.2 asks for 64)."""
_LARGEST_WINDOW: Final = 0x7FFF
_LONGEST_MKI: Final = 128


class Outbound:
    """Protects what we send by a key of ours; None comes out where nothing can be sent."""

    def __init__(self, suite: str, key: Key) -> None:
        self._suite, self._mki = SUITES[suite], key.mki
        policy = Policy(key.material, Policy.SSRC_ANY_OUTBOUND, 0, self._suite.profile)
        # What a phone sends twice under one sequence number is relayed twice.
        policy.allow_repeat_tx = True
        self._session = Session(policy)

    def protect(self, packet: bytes) -> bytes | None:
        """An RTP packet for the peer."""
        try:
            protected = self._session.protect(packet)
        except (Error, ValueError):  # ValueError: longer than libsrtp's wrapper takes
            return None
        return protected if not self._mki else self._marked(protected, self._suite.rtp_tag)

    def protect_rtcp(self, packet: bytes) -> bytes | None:
        """A compound RTCP packet for the peer."""
        try:
            protected = self._session.protect_rtcp(packet)
        except (Error, ValueError):
            return None
        return protected if not self._mki else self._marked(protected, self._suite.rtcp_tag)

    def _marked(self, packet: bytes, tag: int) -> bytes:
        """With our key's identifier before the tag (RFC 3711 §3.1)."""
        at = len(packet) - tag
        return packet[:at] + self._mki + packet[at:]


class Inbound:
    """Opens what the peer sends by keys of its own.

    What is not to be believed (wrong key, replayed, malformed) comes out as None.
    """

    def __init__(self, suite: str, keys: Sequence[Key], window: int = _WINDOW) -> None:
        self._suite = SUITES[suite]
        # Every key of a line has an identifier of one length, unless there is one key alone.
        self._sessions = {each.mki: self._session(each, window) for each in keys}
        self._mki_length = len(keys[0].mki)
        self._only = self._sessions.get(b"")

    def unprotect(self, packet: bytes) -> bytes | None:
        """The RTP packet that the peer protected."""
        session = self._only
        if session is None:
            session, packet = self._unmarked(packet, self._suite.rtp_tag)
        try:
            return session.unprotect(packet) if session is not None else None
        except (Error, ValueError):
            return None

    def unprotect_rtcp(self, packet: bytes) -> bytes | None:
        """The RTCP packet that the peer protected."""
        session = self._only
        if session is None:
            session, packet = self._unmarked(packet, self._suite.rtcp_tag)
        try:
            return session.unprotect_rtcp(packet) if session is not None else None
        except (Error, ValueError):
            return None

    def _session(self, key: Key, window: int) -> Session:
        policy = Policy(key.material, Policy.SSRC_ANY_INBOUND, 0, self._suite.profile)
        policy.window_size = min(max(window, _WINDOW), _LARGEST_WINDOW)
        return Session(policy)

    def _unmarked(self, packet: bytes, tag: int) -> tuple[Session | None, bytes]:
        """The session of the key that the packet names, and the packet without the name."""
        end = len(packet) - tag
        begin = end - self._mki_length
        if begin < 0:
            return None, packet
        return self._sessions.get(packet[begin:end]), packet[:begin] + packet[end:]


def usable(crypto: Crypto) -> bool:
    """Whether a line of a description can be used here, its identifiers included."""
    return crypto.suite in SUITES and all(len(each.mki) <= _LONGEST_MKI for each in crypto.keys)


def ends_by_dtls(suite: str, exported: bytes, *, client: bool) -> tuple[Outbound, Inbound]:
    """By what the handshake exports: both keys, then both salts, the client's first.

    (RFC 5764 §4.2.) `client`: whether we are the one who began.
    """
    one = SUITES[suite]
    keys, salts = exported[: 2 * one.key], exported[2 * one.key :]
    of_client = Key(keys[: one.key] + salts[: one.salt])
    of_server = Key(keys[one.key :] + salts[one.salt :])
    ours, theirs = (of_client, of_server) if client else (of_server, of_client)
    return Outbound(suite, ours), Inbound(suite, (theirs,))
