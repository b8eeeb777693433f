"""Digest authentication, the server's side (RFC 3261 §22, RFC 7616, RFC 8760).

Challenges are made without memory: a nonce carries its time and a keyed hash of itself. Memory is
needed only for nonces that were used with success, to see each nonce count once.
"""

from __future__ import annotations

import enum
import functools
import hashlib
import hmac
import re
from collections import OrderedDict
from typing import TYPE_CHECKING, Final

from pbxcore.errors import RemoteProtocolError
from pbxcore.sip.grammar import unquoted

if TYPE_CHECKING:
    from collections.abc import Callable

NONCE_LIFE_S: Final = 60
"""How old a nonce may be; an older one with the right password is answered with `stale=true`."""
COUNT_WINDOW: Final = 64
"""How far behind the highest nonce count a request may arrive: UDP changes the order."""
_REMEMBERED: Final = 65536
_ALGORITHMS: Final[dict[bytes, Callable[[bytes], hashlib._Hash]]] = {
    b"MD5": functools.partial(hashlib.md5, usedforsecurity=False),
    b"SHA-256": hashlib.sha256,
}
_PAIRS: Final = re.compile(  # the last group holds what is no pair
    rb'\s*([A-Za-z0-9\-.!%*_+`\'~]+)\s*=\s*(?:"((?:[^"\\]|\\.)*)"|([^\s,"]*))\s*(?:,|$)|(.+)',
    re.DOTALL,
)
_COUNT: Final = re.compile(rb"[0-9A-Fa-f]{8}")


class Verdict(enum.Enum):
    """What credentials are worth."""

    GOOD = enum.auto()
    STALE = enum.auto()
    """The password is right, the nonce too old, unknown or used up: challenge with stale=true."""
    WRONG = enum.auto()


def parse_credentials(value: bytes) -> dict[bytes, bytes] | None:
    """Read an Authorization header; None for a scheme other than Digest.

    Values come without their quotes, escapes kept: the hash is made of that (RFC 7616 §3.4.2).

    Raises:
        RemoteProtocolError: 400: it says Digest and is not readable.
    """
    scheme, _, rest = value.partition(b" ")
    if scheme.lower() != b"digest":
        return None
    found: dict[bytes, bytes] = {}
    for name, quoted, plain, noise in _PAIRS.findall(rest):
        name = name.lower()
        if noise or name in found:
            raise RemoteProtocolError(400, "Malformed Credentials")
        found[name] = quoted or plain
    return found


class Authenticator:
    """Challenges and judges.

    Args:
        key: 32 unguessable bytes; nonces of another key count as stale.
        entropy: that many unguessable bytes.
    """

    def __init__(self, key: bytes, entropy: Callable[[int], bytes]) -> None:
        self._key = key
        self._entropy = entropy
        self._used: OrderedDict[bytes, tuple[int, int]] = OrderedDict()
        self._forgotten_ms = 0
        self._nobody = entropy(16).hex().encode()

    def challenges(self, realm: str, now: float, *, stale: bool = False) -> tuple[bytes, ...]:
        """The WWW-Authenticate lines: MD5 first, since many phones read only the first."""
        nonce = self._nonce(now)
        quoted_realm = realm.replace("\\", "\\\\").replace('"', '\\"').encode()
        tail = b', stale=true, qop="auth"' if stale else b', qop="auth"'
        return tuple(
            b'WWW-Authenticate: Digest realm="%b", nonce="%b", algorithm=%b%b'
            % (quoted_realm, nonce, algorithm, tail)
            for algorithm in _ALGORITHMS
        )

    def judge(
        self,
        credentials: dict[bytes, bytes],
        *,
        method: bytes,
        realm: str,
        secret: str | None,
        now: float,
    ) -> Verdict:
        """Check credentials against a secret; None, for a user we do not have, costs the same work.

        Raises:
            RemoteProtocolError: 400: a part is missing; `qop` without count and client nonce would
                open a door to replays.
        """
        try:
            nonce, uri, response = (credentials[each] for each in (b"nonce", b"uri", b"response"))
            username = credentials[b"username"]
        except KeyError:
            raise RemoteProtocolError(400, "Incomplete Credentials") from None
        qop = credentials.get(b"qop")
        count, client_nonce = credentials.get(b"nc", b""), credentials.get(b"cnonce", b"")
        if qop is not None and (not _COUNT.fullmatch(count) or not client_nonce):
            raise RemoteProtocolError(400, "Incomplete Credentials")
        digest = _ALGORITHMS.get(credentials.get(b"algorithm", b"MD5").upper())
        if digest is None or (qop is not None and qop.lower() != b"auth"):
            return Verdict.WRONG
        password = self._nobody if secret is None else secret.encode()
        request_hash = _hash(digest, b"%b:%b" % (method, uri))
        middle = nonce if qop is None else b"%b:%b:%b:%b" % (nonce, count, client_nonce, qop)
        right = False
        # The RFC hashes the name as it was quoted; some clients hash it as it is.
        escaped = b"\\" in username
        for name in (username, unescaped_quote(username)) if escaped else (username,):
            secret_hash = _hash(digest, b"%b:%b:%b" % (name, realm.encode(), password))
            expected = _hash(digest, b"%b:%b:%b" % (secret_hash, middle, request_hash))
            right |= hmac.compare_digest(expected, response.lower())
        same_realm = hmac.compare_digest(credentials.get(b"realm", b""), realm.encode())
        fresh = self._fresh(nonce, now)
        if not (right and same_realm and secret is not None):
            return Verdict.WRONG
        if not fresh or not self._count(nonce, 1 if qop is None else int(count, 16)):
            return Verdict.STALE
        return Verdict.GOOD

    def _nonce(self, now: float) -> bytes:
        stamp = b"%012x%b" % (int(now * 1000), self._entropy(8).hex().encode())
        return stamp + self._seal(stamp)

    def _seal(self, stamp: bytes) -> bytes:
        return hashlib.blake2b(stamp, digest_size=12, key=self._key).hexdigest().encode()

    def _fresh(self, nonce: bytes, now: float) -> bool:
        stamp, seal = nonce[:28], nonce[28:]
        if not hmac.compare_digest(self._seal(stamp), seal):
            return False
        made_ms = int(stamp[:12], 16)
        return made_ms > self._forgotten_ms and -1 <= now - made_ms / 1000 <= NONCE_LIFE_S

    def _count(self, nonce: bytes, count: int) -> bool:
        """Take one nonce count; False when it was seen before or fell out of the window."""
        highest, seen = self._used.get(nonce, (0, 0))
        if count > highest:
            if not highest:
                self._forget(nonce)
            shift = count - highest
            seen = ((seen << shift) | 1) & ((1 << COUNT_WINDOW) - 1) if shift < COUNT_WINDOW else 1
            self._used[nonce] = (count, seen)
            return True
        bit = 1 << (highest - count) if highest - count < COUNT_WINDOW else 0
        if count < 1 or not bit or seen & bit:
            return False
        self._used[nonce] = (highest, seen | bit)
        return True

    def _forget(self, newest: bytes) -> None:
        """Make room: nonces that are too old anyway first; nothing forgotten may be used again."""
        oldest_ms = int(newest[:12], 16) - NONCE_LIFE_S * 1000
        while self._used:
            first_ms = int(next(iter(self._used))[:12], 16)
            if first_ms >= oldest_ms and len(self._used) < _REMEMBERED:
                return
            self._used.popitem(last=False)
            self._forgotten_ms = max(self._forgotten_ms, first_ms)


def unescaped_quote(value: bytes) -> bytes:
    """What stands between quotes, with its escapes undone."""
    return unquoted(b'"%b"' % value)


def _hash(algorithm: Callable[[bytes], hashlib._Hash], value: bytes) -> bytes:
    return algorithm(value).hexdigest().encode()
