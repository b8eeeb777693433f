"""Digest authentication, the client's side (RFC 3261 §22, RFC 7616, RFC 8760).

client = DigestClient(lambda realm: Account("user-1", "secret"), cnonce)
attempt = client.attempt(b"REGISTER", b"sip:provider.example")
attempt.lines                       # for the request: what this server wanted before
attempt.answer(response)            # after a 401 or 407: the lines of the next try, or None
attempt.accepted(response)          # after a 2xx: it may name the next nonce
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final, NamedTuple, Protocol

from pbxcore.sip.digest_response import ALGORITHMS, Algorithm, escaped, middle, read_pairs

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from pbxcore.sip.message import Response

MOST_TRIES: Final = 6
"""Challenges answered for one request: a proxy or two, a registrar, and a stale nonce of each."""
_MOST_REALMS: Final = 8
_STRENGTH: Final = {name: rank for rank, name in enumerate(reversed(ALGORITHMS))}
_Place = tuple[bool, bytes]  # whether a proxy asks, and its realm: a protection space


class Account(NamedTuple):
    """Who we are for one realm; the name may hold any printable character."""

    username: str
    password: str


class Challenge(NamedTuple):
    """What one server asks; texts as they stood between quotes."""

    realm: bytes
    nonce: bytes
    algorithm: Algorithm
    named: bool
    """Whether the algorithm was spelled out; servers of RFC 2069 may not know the word."""
    opaque: bytes | None
    qop: bytes | None
    stale: bool


class Attempts(Protocol):
    """What a user agent asks of whoever knows the passwords."""

    def attempt(self, method: bytes, uri: bytes, body: bytes = b"") -> Attempt:
        """Begin a request; `uri` is its Request-URI, `body` what it carries."""
        ...


class _Space:
    """One protection space: the challenge that holds there, and how often it was used."""

    __slots__ = ("account", "challenge", "client_nonce", "count")

    def __init__(self, challenge: Challenge, account: Account, client_nonce: bytes) -> None:
        self.challenge = challenge
        self.account = account
        self.client_nonce = client_nonce
        self.count = 0

    def credentials(self, method: bytes, uri: bytes, body: bytes) -> bytes:
        """One use of the nonce, as the value of a header."""
        asked, self.count = self.challenge, self.count + 1
        algorithm, qop, count = asked.algorithm, asked.qop, b"%08x" % self.count
        username = escaped(self.account.username.encode())
        hidden = algorithm.secret(
            username, asked.realm, self.account.password.encode(), asked.nonce, self.client_nonce
        )
        response = algorithm.response(
            hidden,
            middle(asked.nonce, count, self.client_nonce, qop),
            algorithm.request(method, uri, body if qop == b"auth-int" else None),
        )
        value = b'Digest username="%b", realm="%b", nonce="%b", uri="%b", response="%b"' % (
            username,
            asked.realm,
            asked.nonce,
            uri,
            response,
        )
        if asked.named:
            value += b", algorithm=" + algorithm.name
        if asked.opaque is not None:
            value += b', opaque="%b"' % asked.opaque
        if qop is not None:
            value += b', qop=%b, nc=%b, cnonce="%b"' % (qop, count, self.client_nonce)
        elif algorithm.session:
            value += b', cnonce="%b"' % self.client_nonce
        return value


class DigestClient:
    """Answers the challenges of one peer and of the proxies before it.

    Args:
        account: who we are for a realm; None where we have no account.
        client_nonce: a new unguessable text of letters and digits each time.
    """

    def __init__(
        self, account: Callable[[str], Account | None], client_nonce: Callable[[], bytes]
    ) -> None:
        self._account = account
        self._client_nonce = client_nonce
        self._spaces: dict[_Place, _Space] = {}

    def attempt(self, method: bytes, uri: bytes, body: bytes = b"") -> Attempt:
        """Begin a request: its first lines use what earlier challenges said (§22.2, §22.3)."""
        return Attempt(self, method, uri, body)

    def learn(self, place: _Place, challenge: Challenge) -> bool:
        """Take a challenge for what holds from now on; False without an account there."""
        account = self._account(place[1].decode("utf-8", "replace"))
        if account is None:
            return False
        known = self._spaces.get(place)
        if known is None or known.challenge.nonce != challenge.nonce:
            if known is None and len(self._spaces) >= _MOST_REALMS:
                del self._spaces[next(iter(self._spaces))]
            self._spaces[place] = _Space(challenge, account, self._client_nonce())
        return True

    def renew(self, place: _Place, used: bytes, nonce: bytes) -> None:
        """Follow `nextnonce`, unless another request brought a newer challenge meanwhile."""
        space = self._spaces.get(place)
        if space is not None and space.challenge.nonce == used != nonce:
            challenge = space.challenge._replace(nonce=nonce)
            self._spaces[place] = _Space(challenge, space.account, self._client_nonce())

    def write(
        self, method: bytes, uri: bytes, body: bytes
    ) -> tuple[list[bytes], dict[_Place, bytes]]:
        """The header lines for a request, and the nonce that was used in each place."""
        lines, used = [], {}
        for place, space in self._spaces.items():
            name = b"Proxy-Authorization: " if place[0] else b"Authorization: "
            lines.append(name + space.credentials(method, uri, body))
            used[place] = space.challenge.nonce
        return lines, used


class Attempt:
    """One request through all its challenges; `lines` are its credentials now."""

    __slots__ = ("_answered", "_client", "_request", "_tries", "_used", "lines")

    def __init__(self, client: DigestClient, method: bytes, uri: bytes, body: bytes) -> None:
        self._client = client
        self._request = method, uri, body
        self._answered: set[_Place] = set()
        self._tries = 0
        self.lines, self._used = client.write(*self._request)

    def answer(self, response: Response) -> list[bytes] | None:
        """The lines of the next try; None when there is no account, or it was refused.

        A challenge that does not say `stale` after our answer to one says that the password is
        wrong (RFC 7616 §3.3); one after credentials from an older challenge does not.
        """
        if self._tries >= MOST_TRIES:
            return None
        self._tries += 1
        learned = False
        for place, challenge in read_challenges(response):
            if self._used.get(place) == challenge.nonce:
                continue
            if place in self._answered and not challenge.stale:
                continue
            if self._client.learn(place, challenge):
                self._answered.add(place)
                learned = True
        if not learned:
            return None
        self.lines, self._used = self._client.write(*self._request)
        return self.lines

    def accepted(self, response: Response) -> None:
        """Take the next nonce, if the response names one (RFC 7616 §3.5, RFC 3261 §22.4)."""
        for header, proxy in (b"authentication-info", False), (b"proxy-authentication-info", True):
            value = response.get(header)
            places = [each for each in self._used if each[0] is proxy]
            pairs = read_pairs(value) if value and len(places) == 1 else None
            if pairs and (nonce := pairs[0][1].get(b"nextnonce")):
                self._client.renew(places[0], self._used[places[0]], nonce)


def read_challenges(response: Response) -> Iterator[tuple[_Place, Challenge]]:
    """The challenges to answer: of each realm the strongest that we can, else the first.

    A realm whose challenges are all beyond us is left out (RFC 8760 §2.4: ours is a local policy).
    """
    found: dict[_Place, Challenge] = {}
    for header, proxy in (b"www-authenticate", False), (b"proxy-authenticate", True):
        for value in response.lines_of(header):
            for scheme, pairs in read_pairs(value) or ():
                challenge = _challenge(pairs) if scheme == b"digest" else None
                if challenge is None:
                    continue
                other = found.get((proxy, challenge.realm))
                if other is None or _strength(other) < _strength(challenge):
                    found[proxy, challenge.realm] = challenge
    yield from found.items()


def _strength(challenge: Challenge) -> int:
    return _STRENGTH[challenge.algorithm.name.upper()]


def _challenge(pairs: dict[bytes, bytes]) -> Challenge | None:
    """A challenge that we can answer; None for any other."""
    algorithm = ALGORITHMS.get(pairs.get(b"algorithm", b"MD5").upper())
    realm, nonce = pairs.get(b"realm"), pairs.get(b"nonce")
    if algorithm is None or realm is None or not nonce:
        return None
    qop = None
    if b"qop" in pairs:
        offered = pairs[b"qop"].lower().replace(b" ", b"").split(b",")
        # `auth` first: proxies and NAT helpers on the way change bodies (RFC 3261 §22.4)
        qop = next((each for each in (b"auth", b"auth-int") if each in offered), None)
        if qop is None and any(offered):
            return None
    return Challenge(
        realm,
        nonce,
        algorithm,
        b"algorithm" in pairs,
        pairs.get(b"opaque"),
        qop,
        pairs.get(b"stale", b"").lower() == b"true",
    )
