"""Signs calls out and verifies calls in: with a key here, or by a service (STIR/SHAKEN).

What needs cryptography is loaded with the first call, for few installations do.
"""

from __future__ import annotations

import asyncio
import logging
import ssl
import uuid
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Final

from pbxcore.net.https_client import NoAnswer, exchange

if TYPE_CHECKING:
    from collections.abc import Callable, Coroutine

    from pbxcore.directory import Directory, Stir
    from pbxcore.stir.passport import Claims
    from pbxcore.stir.verdict import CallToSign, CallToVerify, Verdict

log = logging.getLogger(__name__)

KEPT_S: Final = 3600.0
MOST_KEPT: Final = 1000


class NetVouching:
    """Does it in tasks of the running loop.

    Args:
        directory: has the settings.
        clock: seconds UTC since 1970.
    """

    def __init__(self, directory: Directory, clock: Callable[[], float]) -> None:
        self._directory, self._clock = directory, clock
        self._tasks: set[asyncio.Task[None]] = set()
        self._certificates: dict[str, tuple[float, bytes]] = {}

    def sign(self, call: CallToSign, then: Callable[[tuple[bytes, ...]], None]) -> None:
        """Tell the Identity line, if there is one to be had."""

        async def work() -> None:
            line: bytes | None = None
            try:
                line = await self._signed(call)
            except Exception:  # a call goes out unsigned rather than not at all
                log.exception("call could not be signed")
            then(() if line is None else (line,))

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

    async def _signed(self, call: CallToSign) -> bytes | None:
        from pbxcore.stir.passport import Claims, canonical

        stir = self._directory.settings.stir
        origid = str(uuid.uuid4())
        called = (canonical(call.called),)
        claims = Claims(call.attest, canonical(call.caller), called, int(self._clock()), origid)
        if stir.service_url:
            return await self._asked(stir, claims)
        return _signed_here(stir, claims) if stir.key and stir.certificate_url else None

    async def _asked(self, stir: Stir, claims: Claims) -> bytes | None:
        from pbxcore.stir.remote import address_of, authorisation, signed_line, signing_request

        url, body = address_of(stir.service_url), signing_request(claims)
        token = authorisation(url, stir.account, stir.secret, body, claims.iat)
        headers = {"Authorization": token, "Content-Type": "application/json"}
        try:
            answer = await exchange("POST", url, self._trust(), headers=headers, body=body)
        except NoAnswer as error:
            log.warning("signing service does not answer", extra={"why": str(error)})
            return None
        line = signed_line(answer.body) if answer.status == 200 else None
        if line is None:
            log.warning("signing service does not sign", extra={"status": answer.status})
        return line

    async def _verdict(self, call: CallToVerify) -> Verdict:
        from pbxcore.stir.verification import Unproved, looked_at, proved

        now = datetime.fromtimestamp(self._clock(), UTC)
        found = looked_at(call, now)
        if not isinstance(found, Unproved):
            return found
        pem = await self._certificate(found.info)
        return proved(found, pem, self._directory.settings.stir.trusted, now)

    async def _certificate(self, url: str) -> bytes | None:
        now = self._clock()
        until, pem = self._certificates.get(url, (0.0, b""))
        if until > now:
            return pem
        try:
            answer = await exchange("GET", url, self._trust())
        except NoAnswer as error:
            log.info("certificate is not to be had", extra={"why": str(error)})
            return None
        if answer.status != 200:
            return None
        if len(self._certificates) >= MOST_KEPT:
            self._certificates.clear()
        self._certificates[url] = now + KEPT_S, answer.body
        return answer.body

    def _trust(self) -> ssl.SSLContext:
        context = ssl.create_default_context()
        if trusted := self._directory.settings.tls_trusted:
            context.load_verify_locations(cadata=trusted)
        return context


def _signed_here(stir: Stir, claims: Claims) -> bytes | None:
    from cryptography.hazmat.primitives.asymmetric import ec
    from cryptography.hazmat.primitives.serialization import load_pem_private_key

    from pbxcore.stir.identity import identity_line
    from pbxcore.stir.passport import sign

    key = load_pem_private_key(stir.key.encode(), None)
    if not isinstance(key, ec.EllipticCurvePrivateKey):
        return None
    return identity_line(sign(claims, stir.certificate_url, key), stir.certificate_url)
