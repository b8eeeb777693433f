"""Calls that are up: listBridgedChannels, Hangup, dialExtension, callTransfer and their like."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from engage.api.actions import NEED_APPLY, required
from engage.api.channels import bridged, unbridged
from engage.api.listing import listed
from engage.api.route_values import text
from engage.api.status import Refused, Status, bad_value, missing, unknown
from engage.api.values import ANY_OTHER
from engage.calls.control import CallGone
from engage.errors import N_, NotFound

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from engage.api.actions import Caller, Handler, Parameters
    from engage.api.channels import Words
    from engage.calls.control import LiveCalls, Mode
    from engage.calls.model import Leg, OpenCall

NOTHING_TO_APPLY: Mapping[str, Any] = {"need_apply": "no"}
SERVICES = ("ivrnumber", "ringgroup", "queue")
"""Who names the number to connect with."""
MODES: Mapping[str, Mode] = {"": "listen", "W": "whisper", "B": "barge"}
NOT_CONTROLLED = N_("Call control is switched off.")


class CallActions:
    """What is up, and what programs may do to it."""

    def __init__(
        self,
        live: LiveCalls,
        words: Words,
        is_extension: Callable[[str], bool],
        services: Mapping[str, Callable[[str], bool]],
        controls: Callable[[], bool],
    ) -> None:
        """Wire it.

        Args:
            live: the calls that are up.
            words: how channels are written.
            is_extension: whether a number is one.
            services: whether one of ours has a number, by the parameter that names it.
            controls: whether programs decide about calls from outside.
        """
        self._live, self._words = live, words
        self._is_extension, self._services = is_extension, services
        self._controls = controls

    @property
    def handlers(self) -> dict[str, Handler]:
        """The actions by their names in lower case."""
        return {
            "listbridgedchannels": self.bridged,
            "listunbridgedchannels": self.unbridged,
            "hangup": self.hang_up,
            "dialextension": self.dial_extension,
            "dialoutbound": self.dial_outbound,
            "calltransfer": self.transfer,
            "transfernumberinbound": self.redirect,
            "transfernumberoutbound": self.redirect,
            "dialivroutbound": self.dial_from_outside,
            "dialringgroup": self.dial_from_outside,
            "dialqueue": self.dial_from_outside,
            "dialoutboundtwo": self.dial_from_outside,
            "callbarge": self.barge,
            "mute": self.mute,
            "unmute": self.unmute,
            "hold": self.hold,
            "unhold": self.unhold,
            "multicastpaging": self.page,
            "multicastpaginghangup": self.end_page,
            "acceptcall": self.accept,
            "refusecall": self.refuse,
        }

    async def bridged(self, caller: Caller, asked: Parameters) -> Mapping[str, Any]:
        """Two legs that talk to each other."""
        return listed("channel", bridged(self._live.listed(caller.actor), self._words), asked)

    async def unbridged(self, caller: Caller, asked: Parameters) -> Mapping[str, Any]:
        """Legs that talk to nobody: they ring, or a service has them."""
        return listed("channel", unbridged(self._live.listed(caller.actor), self._words), asked)

    async def hang_up(self, caller: Caller, asked: Parameters) -> Mapping[str, Any]:
        """End a leg, and with it whom it talks to."""
        call, leg = self._named(caller, required(asked, "channel"))
        await self._live.hang_up(caller.actor, call.id, leg.name)
        return NEED_APPLY

    async def dial_extension(self, caller: Caller, asked: Parameters) -> Mapping[str, Any]:
        """Ring an extension, then call another for it."""
        first, second = required(asked, "caller"), required(asked, "callee")
        for name, number in (("caller", first), ("callee", second)):
            if not self._is_extension(number):
                raise unknown(name, number)
        await self._live.place(caller.actor, first, second)
        return NOTHING_TO_APPLY

    async def dial_outbound(self, caller: Caller, asked: Parameters) -> Mapping[str, Any]:
        """Ring an extension, then call a number outside for it, as it may itself."""
        first, second = required(asked, "caller"), required(asked, "outbound")
        if not self._is_extension(first):
            raise unknown("caller", first)
        await self._live.place(caller.actor, first, second)
        return NOTHING_TO_APPLY

    async def transfer(self, caller: Caller, asked: Parameters) -> Mapping[str, Any]:
        """Hand on the peer of a leg to an extension."""
        target, channel = required(asked, "extension"), required(asked, "channel")
        call, leg = self._named(caller, channel)
        try:
            await self._live.transfer(caller.actor, call.id, leg.name, target)
        except CallGone:
            raise unknown("channel", channel) from None
        except NotFound:
            raise unknown("extension", target) from None
        return NOTHING_TO_APPLY

    async def redirect(self, caller: Caller, asked: Parameters) -> Mapping[str, Any]:
        """Call somebody else for a leg, in place of whom it talks to or who is called for it."""
        target = required(asked, "callee", "outbound")
        call, leg = self._named(caller, required(asked, "channel"))
        await self._live.redirect(caller.actor, call.id, leg.name, target)
        return NOTHING_TO_APPLY

    async def dial_from_outside(self, caller: Caller, asked: Parameters) -> Mapping[str, Any]:
        """Ring a number outside, then connect it with a service, a group or another number."""
        first = required(asked, "outcaller", "caller")
        second = required(asked, *SERVICES, "outcallee")
        for name in SERVICES:
            if text(asked, name) and not self._services[name](second):
                raise unknown(name, second)
        await self._live.place(caller.actor, first, second, outside=True)
        return NOTHING_TO_APPLY

    async def page(self, caller: Caller, asked: Parameters) -> Mapping[str, Any]:
        """Ring an extension, and let it page a group once it has answered."""
        number, first = required(asked, "pagingnum"), required(asked, "caller")
        if not self._is_extension(first):
            raise unknown("caller", first)
        if not self._services["pagingnum"](number):
            raise unknown("pagingnum", number)
        await self._live.place(caller.actor, first, number)
        return NEED_APPLY

    async def end_page(self, caller: Caller, asked: Parameters) -> Mapping[str, Any]:
        """End every page of a group."""
        number = required(asked, "pagingnum")
        paging = [each for each in self._live.listed(caller.actor) if each.dialled == number]
        if not paging:
            raise unknown("pagingnum", number)
        for each in paging:
            await self._live.hang_up(caller.actor, each.id)
        return NEED_APPLY

    async def barge(self, caller: Caller, asked: Parameters) -> Mapping[str, Any]:
        """Let a supervisor hear a leg: `mode` is empty, `W` or `B`.

        The guide and its sample disagree about who is who: whoever does not own the channel is the
        supervisor. `2002@1` asks whom the channel belongs to, `2002@0` and `2002` do not.
        """
        call, leg = self._named(caller, required(asked, "channel"))
        word = (text(asked, "mode") or "").strip().upper()
        if word not in MODES:
            raise bad_value("mode", ANY_OTHER)
        named = text(asked, "barge-exten") or ""
        numbers = [_before(each) for each in (named, text(asked, "exten") or "")]
        asks = named.strip().endswith("@1")
        supervisor = next((each for each in numbers if each not in ("", leg.party)), "")
        if not supervisor:
            raise missing("barge-exten")
        if not self._is_extension(supervisor):
            raise unknown("barge-exten", supervisor)
        mode = MODES[word]
        await self._live.supervise(caller.actor, call.id, leg.name, supervisor, mode, asks=asks)
        return NEED_APPLY

    async def mute(self, caller: Caller, asked: Parameters) -> Mapping[str, Any]:
        """Let nobody hear a leg."""
        call, leg = self._named(caller, required(asked, "channel"))
        await self._live.mute(caller.actor, call.id, leg.name, muted=True)
        return {}

    async def unmute(self, caller: Caller, asked: Parameters) -> Mapping[str, Any]:
        """Let it be heard again."""
        call, leg = self._named(caller, required(asked, "channel"))
        await self._live.mute(caller.actor, call.id, leg.name, muted=False)
        return {}

    async def hold(self, caller: Caller, asked: Parameters) -> Mapping[str, Any]:
        """Let a leg hold whom it talks to."""
        call, leg = self._named(caller, required(asked, "channel"))
        await self._live.hold(caller.actor, call.id, leg.name, held=True)
        return {}

    async def unhold(self, caller: Caller, asked: Parameters) -> Mapping[str, Any]:
        """Let the two talk again."""
        call, leg = self._named(caller, required(asked, "channel"))
        await self._live.hold(caller.actor, call.id, leg.name, held=False)
        return {}

    async def accept(self, caller: Caller, asked: Parameters) -> Mapping[str, Any]:
        """Take a call from outside that waits for it."""
        return await self._decide(caller, asked, accepted=True)

    async def refuse(self, caller: Caller, asked: Parameters) -> Mapping[str, Any]:
        """Refuse a call from outside that waits for it."""
        return await self._decide(caller, asked, accepted=False)

    async def _decide(
        self, caller: Caller, asked: Parameters, *, accepted: bool
    ) -> Mapping[str, Any]:
        if not self._controls():
            raise Refused(Status.NO_PERMISSION, NOT_CONTROLLED)
        call, _ = self._named(caller, required(asked, "channel"))
        await self._live.decide(caller.actor, call.id, accepted=accepted)
        return {}

    def _named(self, caller: Caller, channel: str) -> tuple[OpenCall, Leg]:
        try:
            return self._live.by_channel(caller.actor, channel)
        except NotFound:
            raise unknown("channel", channel) from None


def _before(text: str) -> str:
    """The number in `2002@1`: what follows it says whether the phone is asked first."""
    return text.strip().partition("@")[0]
