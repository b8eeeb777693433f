"""The digest that client and server compute alike (RFC 7616 §3.4, RFC 8760)."""

from __future__ import annotations

import hashlib
import re
from functools import lru_cache
from typing import Final, NamedTuple

from pbxcore.sip.grammar import BACKSLASH, QUOTE, unquoted

_PAIRS: Final = re.compile(  # the first group is a scheme; the last holds what is no pair
    rb"[\s,]*(?:(?:([A-Za-z0-9\-.!%*_+`'~]+)[ \t]+)?([A-Za-z0-9\-.!%*_+`'~]+)\s*=\s*"
    rb'(?:"((?:[^"\\]|\\.)*)"|([^\s,"]*))\s*(?=,|$)|(.+))',
    re.DOTALL,
)
_SPECIAL: Final = re.compile(rb'([\\"])')


class Algorithm(NamedTuple):
    """One way to hash; `session` ones mix both nonces into the secret (RFC 7616 §3.4.2)."""

    name: bytes
    empty: hashlib._Hash
    """A hash of nothing yet: to copy one takes a third of the time that making one takes."""
    session: bool = False

    def hashed(self, value: bytes) -> bytes:
        """The hash in hexadecimal digits."""
        made = self.empty.copy()
        made.update(value)
        return made.hexdigest().encode()

    def secret(
        self, username: bytes, realm: bytes, password: bytes, nonce: bytes, client_nonce: bytes
    ) -> bytes:
        """Hash what only client and server know: A1 of the RFC."""
        secret = self.hashed(b"%b:%b:%b" % (username, realm, password))
        if self.session:
            return self.hashed(b"%b:%b:%b" % (secret, nonce, client_nonce))
        return secret

    def request(self, method: bytes, uri: bytes, body: bytes | None) -> bytes:
        """Hash what is asked, A2 of the RFC; the body goes along for `auth-int`."""
        if body is None:
            return _remembered(self, method, uri)
        return self.hashed(b"%b:%b:%b" % (method, uri, self.hashed(body)))

    def response(self, secret: bytes, middle: bytes, request: bytes) -> bytes:
        """Hash both with the nonces between them: what goes over the wire."""
        return self.hashed(b"%b:%b:%b" % (secret, middle, request))


@lru_cache(maxsize=1024)
def _remembered(algorithm: Algorithm, method: bytes, uri: bytes) -> bytes:
    """A2 without a body: that of REGISTER is the same for all phones of a domain."""
    return algorithm.hashed(b"%b:%b" % (method, uri))


def _algorithms() -> dict[bytes, Algorithm]:
    """Those this machine can compute, the strongest first."""
    ways = {b"SHA-256": hashlib.sha256(), b"MD5": hashlib.md5(usedforsecurity=False)}
    if "sha512_256" in hashlib.algorithms_available:  # comes with OpenSSL, not with Python
        ways = {b"SHA-512-256": hashlib.new("sha512_256"), **ways}
    found: dict[bytes, Algorithm] = {}
    for name, empty in ways.items():
        found[name] = Algorithm(name, empty)
        found[name + b"-SESS"] = Algorithm(name + b"-sess", empty, session=True)
    return found


ALGORITHMS: Final = _algorithms()
"""By their name in capitals, the strongest first; without a name it is MD5 (RFC 7616 §3.3)."""


def middle(nonce: bytes, count: bytes, client_nonce: bytes, qop: bytes | None) -> bytes:
    """What stands between the two hashes; the nonce alone, as RFC 2069 had it, without qop."""
    if qop is None:
        return nonce
    return b"%b:%b:%b:%b" % (nonce, count, client_nonce, qop)


def read_pairs(value: bytes) -> list[tuple[bytes, dict[bytes, bytes]]] | None:
    """Read a header of schemes and their parameters; None when it is not made of them.

    Schemes and names come in lower case, the scheme empty where a header has none. Values come
    without their quotes, escapes kept: hashes are made of that (RFC 7616 §3.4.2).
    """
    found: list[tuple[bytes, dict[bytes, bytes]]] = []
    pairs: dict[bytes, bytes] = {}
    for scheme, name, quoted, plain, noise in _PAIRS.findall(value.rstrip(b" \t,")):
        if scheme or not found:
            pairs = {}
            found.append((scheme.lower(), pairs))
        name = name.lower()
        if noise or name in pairs:
            return None
        pairs[name] = quoted or plain
    return found


def escaped(value: bytes) -> bytes:
    """What may stand between quotes for this value."""
    if QUOTE not in value and BACKSLASH not in value:
        return value
    return _SPECIAL.sub(rb"\\\1", value)


def unescaped(value: bytes) -> bytes:
    """What stands between quotes, with its escapes undone."""
    return unquoted(b'"%b"' % value) if BACKSLASH in value else value
