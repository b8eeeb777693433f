"""Addresses that are shut out of SIP: who they are, and letting them in again."""

from __future__ import annotations

from typing import TYPE_CHECKING

from engage.system.actor import Module
from engage.system.operation_log import note
from pbxcore.commands import BansHeld, LiftBans, ListBans

if TYPE_CHECKING:
    from collections.abc import Sequence

    from sqlalchemy.ext.asyncio import AsyncConnection

    from engage.storage.database import Database
    from engage.system.actor import Actor
    from engage.telephony.model import PbxPort
    from pbxcore.commands import BanView


class Bans:
    """What an administrator can see and do about bans; the PBX holds them."""

    def __init__(self, database: Database, link: PbxPort) -> None:
        self._database, self._link = database, link

    async def listed(self, actor: Actor) -> tuple[BanView, ...]:
        """All bans, the oldest first.

        Raises:
            Forbidden: without the right to see them.
            Unavailable: the PBX is away.
        """
        actor.check(Module.SIP_SECURITY, "view")
        return await self._ask(ListBans())

    async def lift(self, actor: Actor, addresses: Sequence[str]) -> tuple[BanView, ...]:
        """Let addresses in again; gives the bans that ended by this.

        Raises:
            Forbidden: without the right to edit them.
            Unavailable: the PBX is away.
        """
        actor.check(Module.SIP_SECURITY)
        ended = await self._ask(LiftBans(tuple(addresses)))

        async def work(connection: AsyncConnection) -> None:
            for each in ended:
                await note(connection, actor, "ban.delete", f"ban:{each.address}")

        if ended:
            await self._database.write(work)
        return ended

    async def _ask(self, command: ListBans | LiftBans) -> tuple[BanView, ...]:
        reply = await self._link.request(command)
        if not isinstance(reply, BansHeld):
            raise TypeError(f"unexpected reply {type(reply).__name__}")
        return reply.bans
