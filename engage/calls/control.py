"""Calls that are up: who may see them, and what may be done to them from outside."""

from __future__ import annotations

from http import HTTPStatus
from typing import TYPE_CHECKING, Literal, Protocol

from engage.errors import N_, Conflict, Forbidden, NotFound, Unavailable
from engage.system.actor import Module
from engage.system.operation_log import note
from pbxcore.calls.commands import (
    CallDone,
    DecideCall,
    HangUpCall,
    HoldLeg,
    MuteLeg,
    ParkCall,
    PlaceCall,
    PlayPrompt,
    RecordCall,
    RecordPrompt,
    RedirectLeg,
    SuperviseCall,
    TransferCall,
)

if TYPE_CHECKING:
    from sqlalchemy.ext.asyncio import AsyncConnection

    from engage.calls.model import Leg, OpenCall
    from engage.calls.projection import CallLog
    from engage.storage.database import Database
    from engage.system.actor import Actor
    from pbxcore.calls.commands import CallCommand
    from pbxcore.commands import Reply, Request

Mode = Literal["listen", "whisper", "barge"]
AWAY = frozenset({500, 503})
_BUSY_HERE = 486
WITHIN_S = 10.0


class Pbx(Protocol):
    """The channel to the PBX."""

    async def request(self, command: Request, timeout_s: float = 35) -> Reply:
        """Carry out a command; `errors.Unavailable` when the PBX is away."""
        ...


class CallGone(NotFound):
    """The call, or its leg, is not up any more."""


class CallRefused(Conflict):
    """The PBX did not do it; `status` says in SIP's words why."""

    code = "call_refused"
    text = N_("The call could not be made or changed (%(status)d).")

    def __init__(self, status: int) -> None:
        super().__init__(status=status)


class NoSlotFree(Conflict):
    """Nobody else can be parked."""

    code = "no_slot_free"
    text = N_("Every parking slot is taken, or there is no parking lot.")


class LiveCalls:
    """What is up now, and commands about it."""

    def __init__(self, calls: CallLog, pbx: Pbx, database: Database) -> None:
        self._calls, self._pbx, self._database = calls, pbx, database

    def listed(self, actor: Actor) -> list[OpenCall]:
        """Every call that is up, the oldest first.

        Raises:
            Forbidden: without the right to see them.
        """
        actor.check(Module.ACTIVE_CALLS, "view")
        return self._calls.live

    def up(self) -> list[OpenCall]:
        """Every call that is up, for who may see them."""
        return self._calls.live

    def by_channel(self, actor: Actor, channel: str) -> tuple[OpenCall, Leg]:
        """The leg that programs call so, and its call.

        Raises:
            NotFound: there is none, or no more.
        """
        for call in self.listed(actor):
            for leg in call.legs.values():
                if leg.is_up and leg.channel.casefold() == channel.casefold():
                    return call, leg
        raise NotFound

    async def hang_up(self, actor: Actor, call_id: str, leg: str = "") -> None:
        """End a call, or one of its legs.

        Raises:
            NotFound: it is not up.
            CallRefused: the PBX says no.
        """
        await self._do(actor, "call.hang_up", f"call:{call_id}", HangUpCall(call_id, leg))

    async def place(
        self, actor: Actor, caller: str, callee: str, by: str = "", *, outside: bool = False
    ) -> str:
        """Ring a caller, or a number outside, then call a callee for it; the call's id.

        Raises:
            NotFound: there is no such caller.
            CallRefused: the PBX says no.
        """
        detail = {"callee": callee}
        command = PlaceCall(caller, callee, by, outside)
        kind = "number" if outside else "extension"
        done = await self._do(actor, "call.place", f"{kind}:{caller}", command, detail)
        return done.call

    async def transfer(
        self, actor: Actor, call_id: str, leg: str, target: str, by: str = ""
    ) -> None:
        """Hand on the peer of a leg; `by` an extension: only to where that might call.

        Raises:
            Forbidden: it might not.
            CallGone: it is not up.
            NotFound: the target leads nowhere.
            CallRefused: the PBX says no.
        """
        await self._hand_on(actor, TransferCall(call_id, leg, target, by))

    async def redirect(
        self, actor: Actor, call_id: str, leg: str, target: str, by: str = ""
    ) -> None:
        """Call a number for a leg, in place of whom it talks to or who is called for it.

        With `by` an extension: only what that might call.

        Raises:
            Forbidden: it might not.
            CallGone: it is not up.
            NotFound: the target leads nowhere.
            CallRefused: the PBX says no.
        """
        await self._hand_on(actor, RedirectLeg(call_id, leg, target, by))

    async def park(self, actor: Actor, call_id: str, leg: str) -> str:
        """Park whom a leg talks to; the slot where somebody dials for it.

        Raises:
            NotFound: it is not up.
            NoSlotFree: nobody else can be parked.
            CallRefused: the PBX says no.
        """
        try:
            done = await self._do(actor, "call.park", f"call:{call_id}", ParkCall(call_id, leg))
        except CallRefused as refused:
            if refused.params["status"] == _BUSY_HERE:
                raise NoSlotFree from refused
            raise
        return done.slot

    async def play(self, actor: Actor, number: str, path: str = "", name_of: str = "") -> None:
        """Ring an extension, and play a sound file to whoever answers, or somebody's spoken name.

        Raises:
            NotFound: there is no such extension, or no such sound.
            CallRefused: the PBX says no.
        """
        command = PlayPrompt(number, path, name_of)
        await self._do(actor, "call.play", f"extension:{number}", command, {})

    async def record_prompt(self, actor: Actor, number: str, name: str) -> None:
        """Ring an extension, and record a custom prompt there, which appears in their list.

        Raises:
            NotFound: there is no such extension.
            CallRefused: the PBX says no.
        """
        command, subject = RecordPrompt(number, name), f"extension:{number}"
        detail, module = {"name": name}, Module.CUSTOM_PROMPTS
        await self._do(actor, "call.record_prompt", subject, command, detail, module)

    async def decide(self, actor: Actor, call_id: str, *, accepted: bool) -> None:
        """Take a call from outside that waits for it, or refuse it.

        Raises:
            NotFound: it is not up.
            CallRefused: it does not wait.
        """
        action = "call.accept" if accepted else "call.refuse"
        await self._do(actor, action, f"call:{call_id}", DecideCall(call_id, accepted))

    async def record(self, actor: Actor, call_id: str, *, on: bool) -> None:
        """Record those who talk, or do not any more.

        Raises:
            NotFound: it is not up.
            CallRefused: nobody talks.
        """
        detail = {"recording": "on" if on else "off"}
        await self._do(actor, "call.record", f"call:{call_id}", RecordCall(call_id, on), detail)

    async def mute(self, actor: Actor, call_id: str, leg: str, *, muted: bool) -> None:
        """Let nobody hear a leg, or let them again.

        Raises:
            NotFound: it is not up.
            CallRefused: it does not talk, or in a codec that we cannot mix.
        """
        action = "call.mute" if muted else "call.unmute"
        await self._do(actor, action, f"call:{call_id}", MuteLeg(call_id, leg, muted))

    async def hold(self, actor: Actor, call_id: str, leg: str, *, held: bool) -> None:
        """Let a leg hold whom it talks to, or not any more.

        Raises:
            NotFound: it is not up.
            CallRefused: it does not talk, or in a codec that we cannot mix.
        """
        action = "call.hold" if held else "call.unhold"
        await self._do(actor, action, f"call:{call_id}", HoldLeg(call_id, leg, held))

    async def supervise(
        self,
        actor: Actor,
        call_id: str,
        leg: str,
        supervisor: str,
        mode: Mode,
        *,
        asks: bool = False,
    ) -> None:
        """Ring an extension, and let it hear the talk of a leg; `asks`: if that agrees.

        Raises:
            Forbidden: without the right to do so.
            NotFound: the call is not up, or there is no such extension.
            CallRefused: it does not talk, or in a codec that we cannot mix.
        """
        actor.check(Module.SUPERVISION)
        command = SuperviseCall(call_id, leg, supervisor, mode, asks)
        detail = {"supervisor": supervisor, "mode": mode}
        await self._do(actor, "call.supervise", f"call:{call_id}", command, detail)

    async def _hand_on(self, actor: Actor, command: TransferCall | RedirectLeg) -> None:
        subject, detail = f"call:{command.call}", {"target": command.target}
        try:
            await self._do(actor, "call.transfer", subject, command, detail)
        except CallRefused as refused:
            if command.by and refused.params["status"] == HTTPStatus.FORBIDDEN:
                raise Forbidden from refused
            raise

    async def _do(
        self,
        actor: Actor,
        action: str,
        subject: str,
        command: CallCommand,
        detail: dict[str, str] | None = None,
        module: Module = Module.ACTIVE_CALLS,
    ) -> CallDone:
        actor.check(module)
        reply = await self._pbx.request(command, WITHIN_S)
        if not isinstance(reply, CallDone):
            raise TypeError(f"unexpected reply {type(reply).__name__}")
        if reply.status == 481:
            raise CallGone
        if reply.status == 404:
            raise NotFound
        if reply.status in AWAY:
            raise Unavailable(part="pbx", reason="calls are not served")
        if reply.status >= 300:
            raise CallRefused(reply.status)

        async def work(connection: AsyncConnection) -> None:
            await note(connection, actor, action, subject, {**(detail or {})})

        await self._database.write(work)
        return reply
