"""Queues as they are now, and what may be done to agents and callers from outside."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, Any, Final, Protocol

from engage.errors import NotFound, Unavailable
from engage.system.actor import Module
from engage.system.operation_log import note
from pbxcore.queues.commands import (
    ChangeDuty,
    QueueDone,
    QueuesShown,
    ResetQueue,
    ShowQueues,
    SteerCaller,
    TellLoads,
)

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from sqlalchemy.ext.asyncio import AsyncConnection

    from engage.queues.events import QueuesMoved
    from engage.storage.database import Database
    from engage.system.actor import Actor
    from pbxcore.commands import Reply, Request
    from pbxcore.queues.commands import DutyChange, QueueCommand

WITHIN_S: Final = 10.0
FRESH_S: Final = 0.5
"""So long one view serves everybody, if nothing moves."""


class Pbx(Protocol):
    """The channel to the PBX."""

    async def request(self, command: Request, timeout_s: float = 35) -> Reply:
        """Carry out a command; `errors.Unavailable` when the PBX is away."""
        ...


class LiveQueues:
    """Asks and tells the PBX, which owns everything that is going on."""

    def __init__(self, pbx: Pbx, database: Database) -> None:
        self._pbx, self._database = pbx, database
        self._view: asyncio.Task[QueuesShown] | None = None

    async def shown(self) -> QueuesShown:
        """Every queue, for who may see it; many windows that ask at once are shown one view.

        Raises:
            Unavailable: the PBX is away.
        """
        if self._view is None:
            self._view = asyncio.create_task(self._asked())
            self._view.add_done_callback(self._forget_failed)
            asyncio.get_running_loop().call_later(FRESH_S, self._grow_old, self._view)
        return await asyncio.shield(self._view)

    async def moved(self, _: QueuesMoved) -> None:
        """What was shown until now is no longer so."""
        self.forget()

    def forget(self) -> None:
        """The PBX is asked anew: it was lost, or something moved."""
        self._view = None

    async def _asked(self) -> QueuesShown:
        reply = await self._pbx.request(ShowQueues(), WITHIN_S)
        if not isinstance(reply, QueuesShown):
            raise Unavailable
        return reply

    def _grow_old(self, view: asyncio.Task[QueuesShown]) -> None:
        if self._view is view:
            self.forget()

    def _forget_failed(self, view: asyncio.Task[QueuesShown]) -> None:
        if view.cancelled() or view.exception() is not None:
            self._grow_old(view)

    async def change_duty(
        self,
        agent: str,
        change: DutyChange,
        queues: tuple[str, ...] = (),
        reason: str = "",
        by_s: float = 0.0,
    ) -> None:
        """Let an agent come or go, take a break, or be ready; for who may.

        Raises:
            NotFound: no such agent of these queues.
            Unavailable: the PBX is away.
        """
        await self._do(ChangeDuty(agent, change, queues, reason, by_s))

    async def note_duty(
        self, actor: Actor, agent: str, change: DutyChange, queues: Sequence[str]
    ) -> None:
        """Keep who has changed the duty of an agent."""
        await self._note(actor, f"agent.{change}", f"extension:{agent}", {"queues": [*queues]})

    async def steer(self, actor: Actor, caller: str, position: int) -> None:
        """Give who waits another place, or (0) send him away.

        Raises:
            NotFound: he does not wait.
        """
        action = "queue_caller.move" if position else "queue_caller.remove"
        detail = {"position": position} if position else {}
        await self._noted(actor, action, f"call:{caller}", SteerCaller(caller, position), detail)

    async def reset(self, actor: Actor, queue: str) -> None:
        """Count the calls of a queue's agents anew.

        Raises:
            NotFound: no such queue.
        """
        await self._noted(actor, "queue.reset", f"queue:{queue}", ResetQueue(queue), {})

    async def tell_loads(self, chats: Mapping[str, int]) -> None:
        """Tell how many chats each agent has.

        Raises:
            Unavailable: the PBX is away.
        """
        await self._do(TellLoads(dict(chats)))

    async def _noted(
        self, actor: Actor, action: str, subject: str, command: QueueCommand, detail: dict[str, Any]
    ) -> None:
        actor.check(Module.QUEUES)
        await self._do(command)
        await self._note(actor, action, subject, detail)

    async def _note(self, actor: Actor, action: str, subject: str, detail: dict[str, Any]) -> None:
        async def work(connection: AsyncConnection) -> None:
            await note(connection, actor, action, subject, detail)

        await self._database.write(work)

    async def _do(self, command: QueueCommand) -> None:
        try:
            reply = await self._pbx.request(command, WITHIN_S)
        finally:
            self.forget()
        if not isinstance(reply, QueueDone):
            raise TypeError(f"unexpected reply {type(reply).__name__}")
        if reply.status == 503:
            raise Unavailable
        if reply.status != 200:
            raise NotFound
