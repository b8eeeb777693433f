"""Signs calls out and verifies calls in: with a key here, or by a service (STIR/SHAKEN).

What needs cryptography is loaded with the first call, for few installations do.
"""

from __future__ import annotations

import asyncio
import logging
import uuid
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Final, TypeVar
from urllib.parse import urlsplit

from pbxcore.http_client import EVERYWHERE, HttpClient, NoAnswer

if TYPE_CHECKING:
    from collections.abc import Callable, Coroutine

    from pbxcore.directory import Directory
    from pbxcore.domain_settings import Stir
    from pbxcore.stir.passport import Claims
    from pbxcore.stir.verdict import CallToSign, CallToVerify, Verdict

log = logging.getLogger(__name__)

KEPT_S: Final = 3600.0
FAILED_S: Final = 60.0
"""So long a certificate that was not to be had is not asked for again."""
CHAIN_S: Final = 6.0
"""So long all certificates of one call may take: a caller waits meanwhile."""
WITHIN_S: Final = 4.0
"""So long one request may take, for the same reason."""
MOST_BYTES: Final = 65_536
MOST_KEPT: Final = 1000

Value = TypeVar("Value")


class NetVouching:
    """Does it in tasks of the running loop.

    Args:
        directory: has the settings.
        clock: seconds UTC since 1970.
    """

    def __init__(self, directory: Directory, clock: Callable[[], float]) -> None:
        self._directory, self._clock = directory, clock
        self._tasks: set[asyncio.Task[None]] = set()
        self._client = HttpClient(
            private=EVERYWHERE, in_clear=False, trust=lambda: directory.settings.tls_trusted
        )
        self._certificates: dict[str, tuple[float, bytes]] = {}
        self._failed: dict[str, float] = {}

    def sign(self, call: CallToSign, then: Callable[[tuple[bytes, ...]], None]) -> None:
        """Tell the Identity lines, if there are any to be had."""

        async def work() -> None:
            lines: tuple[bytes, ...] = ()
            try:
                lines = self._sent_on(call) or await self._signed(call)
            except Exception:  # a call goes out unsigned rather than not at all
                log.exception("call could not be signed")
            then(lines)

        self._begin(work())

    def verify(self, call: CallToVerify, then: Callable[[Verdict], None]) -> None:
        """Tell the verdict."""

        async def work() -> None:
            from pbxcore.stir.verdict import FAILED, Verdict

            verdict = Verdict(FAILED, 500, reason="failed")
            try:
                verdict = await self._verdict(call)
            except Exception:
                log.exception("caller could not be verified")
            then(verdict)

        self._begin(work())

    def _begin(self, work: Coroutine[None, None, None]) -> None:
        task = asyncio.get_running_loop().create_task(work)
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    def _sent_on(self, call: CallToSign) -> tuple[bytes, ...]:
        """What a caller outside was signed with, and that we send his call on.

        That is signed with a key of ours alone: a service signs who calls, with `attest` and
        `origid` (ATIS-1000082), of which a diversion has neither.
        """
        if not call.came_with:
            return ()
        from pbxcore.stir.chain import onward

        came, claims = onward(call, int(self._clock()))
        if claims is None:
            return came
        line = _signed_here(self._directory.settings.stir, claims)
        if line is None:
            log.info("no key here to sign a diversion with")
            return ()
        return (*came, line)

    async def _signed(self, call: CallToSign) -> tuple[bytes, ...]:
        from pbxcore.stir.passport import Claims, canonical

        stir = self._directory.settings.stir
        origid = str(uuid.uuid4())
        called = (canonical(call.called),)
        claims = Claims(call.attest, canonical(call.caller), called, int(self._clock()), origid)
        line = await self._asked(stir, claims) if stir.service_url else _signed_here(stir, claims)
        return () if line is None else (line,)

    async def _asked(self, stir: Stir, claims: Claims) -> bytes | None:
        from pbxcore.stir.remote import address_of, authorisation, signed_line, signing_request

        url, body = address_of(stir.service_url), signing_request(claims)
        token = authorisation(url, stir.account, stir.secret, body, claims.iat)
        headers = {"Authorization": token, "Content-Type": "application/json"}
        try:
            answer = await self._client.post(
                url, headers, body, within_s=WITHIN_S, most=MOST_BYTES, whole=True
            )
        except NoAnswer as error:
            log.warning("signing service does not answer", extra={"why": str(error)})
            return None
        line = signed_line(answer.body) if answer.status == 200 else None
        if line is None:
            log.warning("signing service does not sign", extra={"status": answer.status})
        return line

    async def _verdict(self, call: CallToVerify) -> Verdict:
        from pbxcore.stir.verification import Unproved, looked_at

        now = datetime.fromtimestamp(self._clock(), UTC)
        found = looked_at(call, now)
        if not isinstance(found, Unproved):
            return found
        trusted = self._directory.settings.stir.trusted
        try:
            async with asyncio.timeout(CHAIN_S):
                for link in found.chain:  # the next is asked for once this one is proved
                    pem = await self._certificate(link.info)
                    wrong = found.disproved(link, pem, trusted, now)
                    if wrong is not None:
                        return wrong
        except TimeoutError:
            return found.unavailable
        return found.proved

    async def _certificate(self, url: str) -> bytes | None:
        now = self._clock()
        until, known = self._certificates.get(url, (0.0, b""))
        if until > now:
            return known
        if self._failed.get(url, 0.0) > now:
            return None
        pem = await self._fetched(url)
        if pem is None:
            _keep(self._failed, url, now + FAILED_S)
        else:
            _keep(self._certificates, url, (now + KEPT_S, pem))
        return pem

    async def _fetched(self, url: str) -> bytes | None:
        """What is there; whoever calls names it, so that it must not lead to our own network.

        Nothing proves his header before this (RFC 8224 §12.6). Hosts of the settings are trusted.
        """
        stir = self._directory.settings.stir
        ours = {urlsplit(each).hostname for each in (stir.service_url, stir.certificate_url)}
        outside = urlsplit(url).hostname not in ours
        try:
            answer = await self._client.exchange(
                "GET", url, within_s=WITHIN_S, most=MOST_BYTES, whole=True, outside=outside
            )
        except NoAnswer as error:
            log.info("certificate is not to be had", extra={"why": str(error)})
            return None
        return answer.body if answer.status == 200 else None


def _keep(values: dict[str, Value], url: str, value: Value) -> None:
    if len(values) >= MOST_KEPT:
        values.clear()
    values[url] = value


def _signed_here(stir: Stir, claims: Claims) -> bytes | None:
    from cryptography.hazmat.primitives.asymmetric import ec
    from cryptography.hazmat.primitives.serialization import load_pem_private_key

    from pbxcore.stir.identity import identity_line
    from pbxcore.stir.passport import sign

    if not (stir.key and stir.certificate_url):
        return None
    key = load_pem_private_key(stir.key.encode(), None)
    if not isinstance(key, ec.EllipticCurvePrivateKey):
        return None
    token = sign(claims, stir.certificate_url, key)
    return identity_line(token, stir.certificate_url, claims.ppt)
