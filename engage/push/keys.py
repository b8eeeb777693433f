"""The installation's own key towards push services: made once, kept sealed."""

from __future__ import annotations

import base64
from typing import TYPE_CHECKING, Protocol

from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    NoEncryption,
    PrivateFormat,
    load_der_private_key,
)
from sqlalchemy import insert, select

from engage.storage.tables import facts

if TYPE_CHECKING:
    from cryptography.hazmat.primitives.asymmetric.ec import EllipticCurvePrivateKey
    from sqlalchemy.ext.asyncio import AsyncConnection

    from engage.storage.database import Database

FACT = "push_key"


class Secrets(Protocol):
    """Seals what must be recovered in clear."""

    def seal(self, text: str) -> str:
        """Encrypt."""
        ...

    def open(self, sealed: str) -> str:
        """Decrypt what `seal` made."""
        ...


async def own_key(database: Database, secrets: Secrets) -> EllipticCurvePrivateKey:
    """The key; made at the first start, since browsers are subscribed to this one for ever."""

    async def work(connection: AsyncConnection) -> str:
        held = await connection.scalar(select(facts.c.value).where(facts.c.name == FACT))
        if held is not None:
            return str(held)
        made = ec.generate_private_key(ec.SECP256R1()).private_bytes(
            Encoding.DER, PrivateFormat.PKCS8, NoEncryption()
        )
        sealed = secrets.seal(base64.b64encode(made).decode())
        await connection.execute(insert(facts).values(name=FACT, value=sealed))
        return sealed

    sealed = await database.write(work)
    key = load_der_private_key(base64.b64decode(secrets.open(sealed)), None)
    if not isinstance(key, ec.EllipticCurvePrivateKey):
        raise TypeError("the stored push key is of another kind")
    return key
