"""Digest authentication, the server's side (RFC 3261 §22, RFC 7616, RFC 8760).

Challenges are made without memory: a nonce carries its time and a keyed hash of itself. Memory is
needed only for nonces that were used with success, to see each nonce count once.
"""

from __future__ import annotations

import enum
import hashlib
import hmac
import re
from collections import OrderedDict
from functools import lru_cache
from typing import TYPE_CHECKING, Final

from pbxcore.errors import RemoteProtocolError
from pbxcore.sip.digest_response import ALGORITHMS, escaped, middle, read_pairs, unescaped
from pbxcore.sip.grammar import BACKSLASH

if TYPE_CHECKING:
    from collections.abc import Callable, Collection

NONCE_LIFE_S: Final = 60
"""How old a nonce may be; an older one with the right password is answered with `stale=true`."""
COUNT_WINDOW: Final = 64
"""How far behind the highest nonce count a request may arrive: UDP changes the order."""
USUAL_ALGORITHMS: Final = ("MD5", "SHA-256")
"""MD5 first: against RFC 8760 §2.3, but many phones read only the first challenge."""
_REMEMBERED: Final = 65536
_MARKS: Final = 4096
"""Addresses whose mark is remembered."""
_STAMP, _SEALED = 28, 44
"""Where a nonce's stamp ends, and its mark, with which what is sealed ends."""
_USUAL_PAIRS: Final = re.compile(
    rb'(?<![^,])[ \t]*([a-z]+)=(?:"([^"]*)"|([A-Za-z0-9\-.!%*_+`\'~]+))(?:,|$)'
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
    if value[:6].lower() != b"digest" or value[6:7] not in (b"", b" ", b"\t"):
        return None
    usual = _usual_pairs(value[7:])
    if usual is not None:
        return usual
    found = read_pairs(value)
    if found is None or len(found) != 1:
        raise RemoteProtocolError(400, "Malformed Credentials")
    return found[0][1]


def _usual_pairs(value: bytes) -> dict[bytes, bytes] | None:
    """The pairs as nearly every phone writes them, at a third of the cost; None if it is not so."""
    if BACKSLASH in value:
        return None
    pairs = _USUAL_PAIRS.findall(value)
    found = {name: quoted or plain for name, quoted, plain in pairs}
    # As many as commas ask for, each name once: nothing stands between them or within quotes.
    return found if len(found) == len(pairs) == value.count(b",") + 1 else None


@lru_cache(maxsize=64)
def _around_nonce(
    realm: str, algorithms: tuple[str, ...], stale: bool, integrity: bool
) -> tuple[bytes, list[bytes]]:
    """What stands before the nonce in each challenge, and behind it for each algorithm."""
    flag = b", stale=true" if stale else b""
    covers = b"auth,auth-int" if integrity else b"auth"
    return b'WWW-Authenticate: Digest realm="%b", nonce="' % escaped(realm.encode()), [
        b'", algorithm=%b%b, qop="%b"' % (ALGORITHMS[name].name, flag, covers)
        for each in algorithms
        if (name := each.upper().encode()) in ALGORITHMS
    ]


class Authenticator:
    """Challenges and judges.

    Args:
        key: 32 unguessable bytes; nonces of another key count as stale.
        entropy: that many unguessable bytes.
    """

    def __init__(self, key: bytes, entropy: Callable[[int], bytes]) -> None:
        self._entropy = entropy
        self._seal_hash = hashlib.blake2b(digest_size=12, key=key)
        self._mark_hash = hashlib.blake2b(digest_size=8, key=key)
        self._mark = lru_cache(maxsize=_MARKS)(self._marked)
        self._used: OrderedDict[bytes, tuple[int, int]] = OrderedDict()
        self._forgotten_ms = 0
        self._nobody = entropy(16).hex().encode()
        self._verified: bytes | None = None

    def challenges(
        self,
        realm: str,
        now: float,
        *,
        stale: bool = False,
        algorithms: Collection[str] = USUAL_ALGORITHMS,
        integrity: bool = False,
        source: str = "",
    ) -> tuple[bytes, ...]:
        """The WWW-Authenticate lines, in the order of the algorithms.

        Args:
            realm: what the password is for.
            now: seconds UTC since 1970.
            stale: the password was right, only the nonce was not.
            algorithms: those to offer; ones that are not known are left out.
            integrity: whether the digest may cover the body too (`auth-int`).
            source: the address that the challenge goes to; see `issued_to`.
        """
        nonce = self._nonce(now, source)
        before, behind = _around_nonce(realm, tuple(algorithms), stale, integrity)
        return tuple([before + nonce + each for each in behind])

    def next_nonce(self, nonce: bytes, now: float, *, source: str = "") -> tuple[bytes, ...]:
        """The line that spares whoever used this nonce its next 401 (RFC 7616 §3.5).

        Empty while the nonce has more than half of its life before it.
        """
        if now - int(nonce[:12], 16) / 1000 < NONCE_LIFE_S / 2:
            return ()
        return (b'Authentication-Info: nextnonce="%b"' % self._nonce(now, source),)

    def issued_to(self, nonce: bytes, source: str) -> bool:
        """Whether we made this nonce and sent it to this address: who answers it has the address.

        A nonce is good from any address, since phones and proxies change theirs; but one that was
        sent elsewhere proves nothing about where it comes from.
        """
        mark = nonce[_STAMP:_SEALED]
        return self._is_ours(nonce) and hmac.compare_digest(self._mark(source), mark)

    def judge(
        self,
        credentials: dict[bytes, bytes],
        *,
        method: bytes,
        realm: str,
        secret: str | None,
        now: float,
        body: bytes = b"",
        algorithms: Collection[str] = USUAL_ALGORITHMS,
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
        if qop is not None and (not client_nonce or not _COUNT.fullmatch(count)):
            raise RemoteProtocolError(400, "Incomplete Credentials")
        algorithm = ALGORITHMS.get(credentials.get(b"algorithm", b"MD5").upper())
        if algorithm is None or algorithm.name.decode() not in algorithms:
            return Verdict.WRONG  # a weaker one than was asked for proves nothing
        if qop is not None and qop.lower() not in (b"auth", b"auth-int"):
            return Verdict.WRONG
        covered = body if qop is not None and qop.lower() == b"auth-int" else None
        request_hash = algorithm.request(method, uri, covered)
        between = middle(nonce, count, client_nonce, qop)
        password = self._nobody if secret is None else secret.encode()
        quoted_realm = escaped(realm.encode())
        response, right = response.lower(), False
        # The RFC hashes the name as it was quoted; some clients hash it as it is.
        for name in (username, unescaped(username)) if BACKSLASH in username else (username,):
            hidden = algorithm.secret(name, quoted_realm, password, nonce, client_nonce)
            expected = algorithm.response(hidden, between, request_hash)
            right |= hmac.compare_digest(expected, response)
        same_realm = hmac.compare_digest(credentials.get(b"realm", b""), quoted_realm)
        fresh = self._fresh(nonce, now)
        if not (right and same_realm and secret is not None):
            return Verdict.WRONG
        if not fresh or not self._count(nonce, 1 if qop is None else int(count, 16)):
            return Verdict.STALE
        return Verdict.GOOD

    def _nonce(self, now: float, source: str) -> bytes:
        """Its moment and something unguessable, a mark of whom it goes to, and a seal on it all."""
        marked = b"%012x%b%b" % (
            int(now * 1000),
            self._entropy(8).hex().encode(),
            self._mark(source),
        )
        return marked + self._seal(marked)

    def _marked(self, source: str) -> bytes:
        made = self._mark_hash.copy()
        made.update(source.encode("utf-8", "replace"))
        return made.hexdigest().encode()

    def _seal(self, marked: bytes) -> bytes:
        made = self._seal_hash.copy()
        made.update(marked)
        return made.hexdigest().encode()

    def _is_ours(self, nonce: bytes) -> bool:
        if nonce is self._verified:
            return True
        ours = hmac.compare_digest(self._seal(nonce[:_SEALED]), nonce[_SEALED:])
        if ours:
            self._verified = nonce  # it is asked about twice
        return ours

    def _fresh(self, nonce: bytes, now: float) -> bool:
        if not self._is_ours(nonce):
            return False
        made_ms = int(nonce[:12], 16)
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
