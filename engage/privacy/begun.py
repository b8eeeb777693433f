"""Erasures that were begun and not proven yet: what a crash leaves undone is finished by these."""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING, Any

from sqlalchemy import delete, insert, select

from engage.livechat.model import Details, Visitor
from engage.privacy.model import Asked, Person
from engage.storage.tables import begun_erasures

if TYPE_CHECKING:
    from collections.abc import Mapping

    from sqlalchemy.ext.asyncio import AsyncConnection

    from engage.keyring import Keyring


@dataclass(frozen=True, slots=True)
class Begun:
    """An erasure as it was begun; `counts`: what there was."""

    id: str
    at_ms: int
    by: str
    counts: Mapping[str, int]
    person: Person


class BegunRows:
    """Rows in, values out. The person is sealed: nothing of them stays in freed pages or logs."""

    def __init__(self, connection: AsyncConnection, keyring: Keyring) -> None:
        self._connection, self._keyring = connection, keyring

    async def add(self, begun: Begun) -> None:
        """Store one."""
        values: dict[str, Any] = {
            "id": begun.id,
            "at_ms": begun.at_ms,
            "begun_by": begun.by,
            "counts": json.dumps(dict(begun.counts)),
            "person": self._keyring.seal(json.dumps(asdict(begun.person), default=sorted)),
        }
        await self._connection.execute(insert(begun_erasures).values(values))

    async def all(self) -> list[Begun]:
        """Those that are not proven, the oldest first."""
        rows = await self._connection.execute(select(begun_erasures).order_by(begun_erasures.c.id))
        return [
            Begun(
                row.id,
                row.at_ms,
                row.begun_by,
                json.loads(row.counts),
                _person(json.loads(self._keyring.open(row.person))),
            )
            for row in rows
        ]

    async def drop(self, begun_id: str) -> bool:
        """It is proven; False if it was already."""
        gone = delete(begun_erasures).where(begun_erasures.c.id == begun_id)
        return (await self._connection.execute(gone)).rowcount > 0


def _person(kept: dict[str, Any]) -> Person:
    return Person(
        Asked(**kept["asked"]),
        tuple(
            Visitor(**{**each, "details": Details(**each["details"])}) for each in kept["visitors"]
        ),
        tuple(kept["conversations"]),
        kept["running"],
        frozenset(kept["numbers"]),
    )
