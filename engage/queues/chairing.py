"""What chairmen do about callers and talks of their own queues."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Final, Literal, Protocol

from engage.errors import NotFound
from engage.system.actor import Module, Rights

if TYPE_CHECKING:
    from engage.queues.board import Boards
    from engage.system.actor import Actor
    from pbxcore.queues.commands import CallerView

Mode = Literal["listen", "whisper", "barge"]
RIGHTS: Final = Rights(
    {Module.QUEUES: "edit", Module.ACTIVE_CALLS: "edit", Module.SUPERVISION: "edit"}
)
"""A chairman's, once it is certain that a caller, a talk or a queue is one of the own queues'."""


class Talks(Protocol):
    """Calls that are up, and what can be done about them."""

    async def supervise(
        self, actor: Actor, call_id: str, leg: str, supervisor: str, mode: Mode
    ) -> None:
        """Ring the supervisor, who hears the talk of a leg then.

        Raises:
            NotFound: the call is over.
        """
        ...

    async def transfer(self, actor: Actor, call_id: str, leg: str, target: str, by: str) -> None:
        """Hand on the peer of a leg to where the extension `by` might call too.

        Raises:
            Forbidden: it might not.
            NotFound: the call is over, or the target leads nowhere.
        """
        ...

    async def redirect(self, actor: Actor, call_id: str, leg: str, target: str, by: str) -> None:
        """Call for a leg that waits what the extension `by` might call too.

        Raises:
            Forbidden: it might not.
            NotFound: the call is over, or the target leads nowhere.
        """
        ...

    async def park(self, actor: Actor, call_id: str, leg: str) -> str:
        """Park the peer of a leg; the slot.

        Raises:
            Conflict: no slot is free.
            NotFound: the call is over.
        """
        ...

    async def hang_up(self, actor: Actor, call_id: str) -> None:
        """End a call.

        Raises:
            NotFound: it is over.
        """
        ...


class Chairing:
    """Each check of a chairman's rights on callers is here; that on agents is the boards'."""

    def __init__(self, boards: Boards, talks: Talks) -> None:
        self._boards, self._talks = boards, talks

    async def steer(self, chairman: str, actor: Actor, key: str, position: int) -> None:
        """Give who waits another place, or (0) send him away.

        Raises:
            NotFound: nobody of the own queues waits under this name.
        """
        await self._caller(chairman, key)
        await self._boards.live.steer(replace(actor, rights=RIGHTS), key, position)

    async def supervise(self, chairman: str, actor: Actor, key: str, mode: Mode) -> None:
        """Ring the chairman, who listens, whispers to the agent, or is heard by both.

        Raises:
            NotFound: nobody of the own queues talks under this name, or not any more.
        """
        caller, who = await self._talking(chairman, key), replace(actor, rights=RIGHTS)
        await self._talks.supervise(who, caller.call, caller.agent_leg, chairman, mode)

    async def transfer(self, chairman: str, actor: Actor, key: str, target: str) -> None:
        """Hand a caller on who talks to an agent, to where the chairman might call.

        Raises:
            Forbidden: the chairman might not.
            NotFound: nobody of the own queues talks under this name, or the target leads nowhere.
        """
        caller, who = await self._talking(chairman, key), replace(actor, rights=RIGHTS)
        await self._talks.transfer(who, caller.call, caller.agent_leg, target, chairman)

    async def redirect(self, chairman: str, actor: Actor, key: str, target: str) -> None:
        """Let who waits go to where the chairman might call, as to the chairman himself.

        Raises:
            Forbidden: the chairman might not.
            NotFound: nobody of the own queues waits under this name, or the target leads nowhere.
        """
        caller, who = await self._waiting(chairman, key), replace(actor, rights=RIGHTS)
        await self._talks.redirect(who, caller.call, caller.caller_leg, target, chairman)

    async def park(self, chairman: str, actor: Actor, key: str) -> str:
        """Park a caller who talks to an agent, who is free then; the slot.

        Raises:
            Conflict: no slot is free.
            NotFound: nobody of the own queues talks under this name.
        """
        caller, who = await self._talking(chairman, key), replace(actor, rights=RIGHTS)
        return await self._talks.park(who, caller.call, caller.agent_leg)

    async def hang_up(self, chairman: str, actor: Actor, key: str) -> None:
        """End a caller's call, whether he waits or talks.

        Raises:
            NotFound: nobody of the own queues has a call under this name.
        """
        caller, who = await self._caller(chairman, key), replace(actor, rights=RIGHTS)
        if not caller.call:
            raise NotFound
        await self._talks.hang_up(who, caller.call)

    async def reset(self, chairman: str, actor: Actor, queue: str) -> None:
        """Count the calls of a queue's agents anew.

        Raises:
            NotFound: no such queue among the own ones.
        """
        if queue not in self._boards.chaired_by(chairman):
            raise NotFound
        await self._boards.live.reset(replace(actor, rights=RIGHTS), queue)

    async def _talking(self, chairman: str, key: str) -> CallerView:
        caller = await self._caller(chairman, key)
        if not caller.agent_leg:
            raise NotFound
        return caller

    async def _waiting(self, chairman: str, key: str) -> CallerView:
        caller = await self._caller(chairman, key)
        if caller.agent_leg or not caller.caller_leg:
            raise NotFound
        return caller

    async def _caller(self, chairman: str, key: str) -> CallerView:
        """Who waits or talks; others do not learn whether there is somebody of that name."""
        chaired = self._boards.chaired_by(chairman)
        if not chaired:
            raise NotFound
        shown = await self._boards.live.shown()
        mine = (each for each in shown.queues if each.number in chaired)
        callers = (each for queue in mine for each in (*queue.waiting, *queue.talking))
        found = next((each for each in callers if each.key == key), None)
        if found is None:
            raise NotFound
        return found
