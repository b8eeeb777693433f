"""Further certificates of SIP over TLS, each shown to those who ask for its names (RFC 6066 §3)."""

from __future__ import annotations

import asyncio
import hashlib
from datetime import UTC, datetime
from typing import TYPE_CHECKING, NamedTuple

from engage.certificate import CertificateRefused, store
from engage.errors import N_, Conflict, Invalid, NotFound
from engage.system.actor import Module
from engage.system.operation_log import note
from engage.system.server_certificate import NO_CERTIFICATE, chain_of, check, described, names_of

if TYPE_CHECKING:
    from pathlib import Path

    from sqlalchemy.ext.asyncio import AsyncConnection

    from engage.storage.database import Database
    from engage.system.actor import Actor
    from engage.system.server_certificate import ServerCertificate

MOST = 50
NO_NAME = N_("This certificate names no host: nobody could ask for it.")


class TooManyCertificates(Conflict):
    """There is no room for another one."""

    code = "too_many_certificates"
    text = N_("There are 50 certificates already. Remove one first.")


class NameCertificate(NamedTuple):
    """One that is in use; `id` names its file."""

    id: str
    shown: ServerCertificate


class NameCertificates:
    """What administrators do with them; the PBX notices what changed in the folder."""

    def __init__(self, data: Path, database: Database) -> None:
        self._folder = data / "keys" / "sip"
        self._database = database

    async def listed(self, actor: Actor) -> list[NameCertificate]:
        """All that can be read, by their names.

        Raises:
            Forbidden: without the right to see them.
        """
        actor.check(Module.SIP_SECURITY, "view")
        found = await asyncio.to_thread(self._read)
        return sorted(found, key=lambda each: each.shown.names)

    async def upload(self, actor: Actor, certificate: str, key: str) -> NameCertificate:
        """Use this one for its names; it replaces an earlier one for the same names.

        Raises:
            Invalid: the field `certificate` or `key` will not do.
            TooManyCertificates: 50 are there.
        """
        actor.check(Module.SIP_SECURITY)
        now = datetime.now(UTC)
        chain = chain_of(certificate.encode())
        check(chain, key.encode(), now)
        names = names_of(chain[0])
        if not names:
            raise Invalid({"certificate": NO_NAME})
        ident = hashlib.sha256(" ".join(sorted(names)).lower().encode()).hexdigest()[:16]
        path = self._path(ident)
        if not path.exists() and len(list(self._folder.glob("*.pem"))) >= MOST:
            raise TooManyCertificates
        try:
            store(path, certificate.encode(), key.encode())
        except CertificateRefused:
            raise Invalid({"certificate": NO_CERTIFICATE}) from None
        made = NameCertificate(ident, described(chain, "uploaded", "", now))
        await self._note(actor, "certificate.change", made)
        return made

    async def remove(self, actor: Actor, ident: str) -> None:
        """Show it to nobody any more.

        Raises:
            NotFound: there is none.
        """
        actor.check(Module.SIP_SECURITY)
        found = await asyncio.to_thread(self._read)
        gone = next((each for each in found if each.id == ident), None)
        if gone is None:
            raise NotFound
        self._path(ident).unlink(missing_ok=True)
        await self._note(actor, "certificate.delete", gone)

    def _path(self, ident: str) -> Path:
        return self._folder / f"{ident}.pem"

    def _read(self) -> list[NameCertificate]:
        now, found = datetime.now(UTC), []
        for path in self._folder.glob("*.pem"):
            try:
                chain = chain_of(path.read_bytes())
            except (OSError, Invalid):
                continue  # not ours to mend: the log of the PBX says so
            found.append(NameCertificate(path.stem, described(chain, "uploaded", "", now)))
        return found

    async def _note(self, actor: Actor, action: str, certificate: NameCertificate) -> None:
        async def work(connection: AsyncConnection) -> None:
            shown = certificate.shown
            detail = {"names": list(shown.names), "fingerprint": shown.fingerprint}
            await note(connection, actor, action, "certificate:sip", detail)

        await self._database.write(work)
