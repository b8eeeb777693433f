"""Digest authentication for whoever serves HTTP: the same machine as for SIP (RFC 7616)."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from pbxcore.errors import RemoteProtocolError
from pbxcore.sip.digest import Authenticator, Verdict, parse_credentials

if TYPE_CHECKING:
    from collections.abc import Callable

__all__ = ["DigestAnswer", "HttpDigest", "Verdict"]


class DigestAnswer(NamedTuple):
    """What an Authorization header answers a challenge with."""

    user: str
    fields: dict[bytes, bytes]


class HttpDigest:
    """Challenges and judges.

    Args:
        realm: what passwords are for.
        key: 32 unguessable bytes; nonces of another key count as stale.
        entropy: that many unguessable bytes.
    """

    def __init__(self, realm: str, key: bytes, entropy: Callable[[int], bytes]) -> None:
        self._realm = realm
        self._authenticator = Authenticator(key, entropy)

    def challenges(self, now: float, *, stale: bool = False) -> list[str]:
        """The values of WWW-Authenticate, the one that every client knows first."""
        lines = self._authenticator.challenges(self._realm, now, stale=stale)
        return [each.partition(b": ")[2].decode("latin-1") for each in lines]

    def read(self, header: str) -> DigestAnswer | None:
        """An Authorization header; None for another scheme, or for what cannot be read."""
        try:
            fields = parse_credentials(header.encode("latin-1", "replace"))
        except RemoteProtocolError:
            return None
        if fields is None:
            return None
        return DigestAnswer(fields.get(b"username", b"").decode("utf-8", "replace"), fields)

    def judge(
        self, answer: DigestAnswer, method: str, target: str, secret: str | None, now: float
    ) -> Verdict:
        """What an answer is worth for a request; it is of this request alone (RFC 7616 §3.4.6).

        Without a secret, for a user that there is not, it costs the same work.
        """
        try:
            verdict = self._authenticator.judge(
                answer.fields,
                method=method.encode(),
                realm=self._realm,
                secret=secret,
                now=now,
            )
        except RemoteProtocolError:
            return Verdict.WRONG
        same = answer.fields[b"uri"] == target.encode("latin-1", "replace")
        return verdict if same else Verdict.WRONG
