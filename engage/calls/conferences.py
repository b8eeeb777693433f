"""Conferences that are on: who is there, and what may be done to them from outside."""

from __future__ import annotations

from typing import TYPE_CHECKING

from engage.calls.control import WITHIN_S
from engage.errors import NotFound
from engage.system.actor import Module
from engage.system.operation_log import note
from pbxcore.apps.conference_commands import (
    ConferenceShown,
    LockConference,
    MuteParticipant,
    RemoveParticipant,
    ShowConference,
)

if TYPE_CHECKING:
    from sqlalchemy.ext.asyncio import AsyncConnection

    from engage.calls.control import LiveCalls, Pbx
    from engage.storage.database import Database
    from engage.system.actor import Actor
    from pbxcore.apps.conference_commands import ConferenceCommand


class LiveConferences:
    """The rooms as the PBX has them now."""

    def __init__(self, pbx: Pbx, database: Database, calls: LiveCalls) -> None:
        self._pbx, self._database, self._calls = pbx, database, calls

    async def show(self, actor: Actor, number: str) -> ConferenceShown:
        """Who is in a room; nobody in one that does not exist."""
        actor.check(Module.CONFERENCE_ROOMS, "view")
        return await self._ask(ShowConference(number))

    async def lock(self, actor: Actor, number: str, *, locked: bool) -> ConferenceShown:
        """Let nobody in any more, or everybody again."""
        command = LockConference(number, locked)
        return await self._do(actor, "lock" if locked else "unlock", number, command)

    async def mute(self, actor: Actor, number: str, leg: str, *, muted: bool) -> ConferenceShown:
        """Let nobody hear a participant, or everybody again.

        Raises:
            NotFound: he is not there.
        """
        command = MuteParticipant(number, leg, muted)
        return await self._do(actor, "mute" if muted else "unmute", number, command)

    async def remove(self, actor: Actor, number: str, leg: str) -> ConferenceShown:
        """Send a participant out.

        Raises:
            NotFound: he is not there.
        """
        return await self._do(actor, "remove", number, RemoveParticipant(number, leg))

    async def invite(self, actor: Actor, number: str, extension: str) -> str:
        """Ring an extension, and let it into the room once it has answered; the call's id.

        Raises:
            NotFound: there is no such extension.
            CallRefused: the PBX says no.
        """
        actor.check(Module.CONFERENCE_ROOMS)
        return await self._calls.place(actor, extension, number)

    async def _do(
        self, actor: Actor, action: str, number: str, command: ConferenceCommand
    ) -> ConferenceShown:
        actor.check(Module.CONFERENCE_ROOMS)
        shown = await self._ask(command)

        async def work(connection: AsyncConnection) -> None:
            await note(connection, actor, f"conference.{action}", f"conference:{number}", {})

        await self._database.write(work)
        return shown

    async def _ask(self, command: ConferenceCommand) -> ConferenceShown:
        reply = await self._pbx.request(command, WITHIN_S)
        if not isinstance(reply, ConferenceShown):
            raise TypeError(f"unexpected reply {type(reply).__name__}")
        if not reply.known:
            raise NotFound
        return reply
