"""Keys for SRTP by a DTLS handshake (RFC 5763, RFC 5764, RFC 6347), without I/O.

OpenSSL does the handshake on buffers in memory. Its retransmission timer reads the clock itself:
`deadline` says when to `tick`, in the caller's time.
"""

from __future__ import annotations

import enum
import struct
from typing import TYPE_CHECKING, Final

from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID
from OpenSSL import SSL

from pbxcore.media.srtp import SUITES, ends_by_dtls
from pbxcore.sip.sdp.dtls import Fingerprint, Setup

if TYPE_CHECKING:
    from datetime import datetime, timedelta

    from pbxcore.media.srtp import Inbound, Outbound
    from pbxcore.sip.sdp.dtls import Dtls

MTU: Final = 1200
"""Octets of a datagram, as browsers have it: passes through tunnels unfragmented."""
_LABEL: Final = b"EXTRACTOR-dtls_srtp"
_RECORD: Final = struct.Struct(">BHHIHH")
"""Type, version, epoch, sequence number (48 bits as 16 and 32), length (RFC 6347 §4.1)."""
_HASHES: Final[dict[str, hashes.HashAlgorithm]] = {
    "sha-1": hashes.SHA1(),  # noqa: S303 - the peer's choice, of its own certificate
    "sha-224": hashes.SHA224(),
    "sha-256": hashes.SHA256(),
    "sha-384": hashes.SHA384(),
    "sha-512": hashes.SHA512(),
}
_BY_DTLS_NAME: Final = {suite.dtls.encode(): name for name, suite in SUITES.items()}
_CIPHERS: Final = b"ECDHE+AESGCM:ECDHE+CHACHA20"


class State(enum.Enum):
    """How far an association is."""

    HANDSHAKING = enum.auto()
    KEYED = enum.auto()
    CLOSED = enum.auto()
    FAILED = enum.auto()


class Identity:
    """A certificate of our own for all of one process's associations; never written anywhere."""

    def __init__(self, now: datetime, lifetime: timedelta) -> None:
        key = ec.generate_private_key(ec.SECP256R1())
        name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "media")])
        certificate = (
            x509.CertificateBuilder()
            .subject_name(name)
            .issuer_name(name)
            .public_key(key.public_key())
            .serial_number(x509.random_serial_number())
            .not_valid_before(now - lifetime)  # the peer's clock may be behind
            .not_valid_after(now + lifetime)
            .sign(key, hashes.SHA256())
        )
        self.fingerprint = Fingerprint("sha-256", certificate.fingerprint(hashes.SHA256()))
        self.context = SSL.Context(SSL.DTLS_METHOD)
        self.context.use_certificate(certificate)
        self.context.use_privatekey(key)
        self.context.set_cipher_list(_CIPHERS)
        self.context.set_tlsext_use_srtp(b":".join(_BY_DTLS_NAME))
        # Nobody signed the peer's: what its description says of it is what it has to be.
        self.context.set_verify(SSL.VERIFY_PEER | SSL.VERIFY_FAIL_IF_NO_PEER_CERT, lambda *_: True)
        self.context.set_session_cache_mode(SSL.SESS_CACHE_OFF)
        self.context.set_mode(SSL.MODE_RELEASE_BUFFERS)
        self.context.set_options(SSL.OP_NO_QUERY_MTU | SSL.OP_NO_TICKET)


class Association:
    """One DTLS association: datagrams in, datagrams out, in the end keys.

    Attributes:
        state: `KEYED` once the peer has proven to be the one its description names.
        deadline: when `tick` is due, on the caller's clock; None when nothing waits.
        ends: what protects by the keys of the handshake; they outlive the association.
        problem: why it failed.
        peer: what its description says; `setup` in it is our own role.
        begun: whether `start` was called.
    """

    def __init__(self, identity: Identity, peer: Dtls) -> None:
        self.state = State.HANDSHAKING
        self.deadline: float | None = None
        self.problem = ""
        self.peer = peer
        self.begun = False
        self.ends: tuple[Outbound, Inbound] | None = None
        self._client = peer.setup is Setup.ACTIVE  # as agreed, `setup` is ours
        self._ssl = SSL.Connection(identity.context, None)
        self._ssl.set_ciphertext_mtu(MTU)
        if self._client:
            self._ssl.set_connect_state()
        else:
            self._ssl.set_accept_state()

    def is_with(self, peer: Dtls) -> bool:
        """Whether this is the association a description means (RFC 8842 §5.1)."""
        meant = (peer.fingerprints, peer.tls_id)
        return meant == (self.peer.fingerprints, self.peer.tls_id)

    def start(self, now: float) -> list[bytes]:
        """Begin, if it is for us to."""
        self.begun = True
        return self._advance(now) if self._client else []

    def receive(self, datagram: bytes, now: float) -> list[bytes]:
        """What the peer's datagram causes to be sent; broken ones nothing (RFC 6347 §4.1.2.7)."""
        if self.state in {State.CLOSED, State.FAILED} or len(datagram) <= _RECORD.size:
            return []
        self._ssl.bio_write(datagram)
        return self._advance(now)

    def tick(self, now: float) -> list[bytes]:
        """Send the last flight again when its answer is overdue (RFC 6347 §4.2.4)."""
        if self.state is not State.HANDSHAKING or self.deadline is None or now < self.deadline:
            return []
        try:
            self._ssl.DTLSv1_handle_timeout()
        except SSL.Error as error:
            return self._fail(_said(error))
        return self._sent(now)

    def close(self) -> list[bytes]:
        """Say that it is over."""
        if self.state is not State.KEYED:
            return []
        self.state, self.deadline = State.CLOSED, None
        try:
            self._ssl.shutdown()
        except SSL.Error:
            return []
        return self._datagrams()

    def _advance(self, now: float) -> list[bytes]:
        try:
            if self.state is State.HANDSHAKING:
                self._ssl.do_handshake()
                self._key()
            else:
                self._ssl.recv(MTU)  # lost last flights are answered here; data has no meaning
        except SSL.WantReadError:
            pass
        except SSL.ZeroReturnError:
            self.state = State.CLOSED
        except SSL.Error as error:
            return self._fail(_said(error))
        return self._sent(now)

    def _key(self) -> None:
        """The handshake is through: check who it was with, and take the keys."""
        suite = _BY_DTLS_NAME.get(self._ssl.get_selected_srtp_profile())
        certificate = self._ssl.get_peer_certificate(as_cryptography=True)
        if suite is None or certificate is None:
            self._fail("no SRTP suite in common")
        elif not any(
            each.matches(certificate.fingerprint(_HASHES[each.algorithm]))
            for each in self.peer.fingerprints
        ):
            self._fail("another certificate than the description's")  # RFC 5763 §6.1
        else:
            lengths = SUITES[suite]
            exported = self._ssl.export_keying_material(
                _LABEL, 2 * (lengths.key + lengths.salt), None
            )
            self.ends = ends_by_dtls(suite, exported, client=self._client)
            self.state = State.KEYED

    def _fail(self, problem: str) -> list[bytes]:
        self.state, self.problem, self.deadline = State.FAILED, problem, None
        return self._datagrams()  # an alert, if OpenSSL has one to say

    def _sent(self, now: float) -> list[bytes]:
        waits = self._ssl.DTLSv1_get_timeout() if self.state is State.HANDSHAKING else None
        self.deadline = None if waits is None else now + waits
        return self._datagrams()

    def _datagrams(self) -> list[bytes]:
        """What OpenSSL wrote; the buffer knows no datagrams, so records are put together anew."""
        written = b""
        try:
            while True:
                written += self._ssl.bio_read(65536)
        except SSL.WantReadError:
            pass
        found: list[bytes] = []
        at = begin = 0
        while at < len(written):
            end = at + _RECORD.size + _RECORD.unpack_from(written, at)[-1]
            if end - begin > MTU and at > begin:
                found.append(written[begin:at])
                begin = at
            at = end
        return [*found, written[begin:]] if written else []


def _said(error: SSL.Error) -> str:
    """What OpenSSL gives as its reason."""
    reasons = error.args[0] if error.args else ()
    return "; ".join(each[-1] for each in reasons) or "the handshake failed"
