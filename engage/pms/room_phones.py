"""What a stay does to the telephone of a room: its name, its mailbox, its wake-up calls."""

from __future__ import annotations

from contextlib import suppress
from typing import TYPE_CHECKING, Final, Protocol

from engage.dialplan.wake_up_forms import WakeUpForm
from engage.errors import NotFound
from engage.i18n import closest
from engage.people import call_options
from engage.people.call_forms import ForwardRow
from engage.people.extension_forms import ExtensionChange
from engage.pms.model import LEVELS, Usual
from pbxcore.voicemail.commands import (
    DeleteVoiceMessages,
    HandOverVoiceMessages,
    ListVoiceMessages,
    VoiceMessages,
)

if TYPE_CHECKING:
    from engage.dialplan.model import DialplanObject
    from engage.dialplan.service import DialplanObjects
    from engage.people.service import People
    from engage.pms.model import Guest
    from engage.system.actor import Actor
    from pbxcore.commands import Reply, Request

WITHIN_S: Final = 5.0
_ALWAYS: Final = ("available", "always")


class Pbx(Protocol):
    """Has the mailboxes."""

    async def request(self, command: Request, timeout_s: float = ...) -> Reply:
        """Ask the PBX."""
        ...


class RoomPhones:
    """The extensions of rooms.

    Args:
        people: have the extensions.
        pbx: has their mailboxes.
        wake_ups: wake-up calls of all extensions.
    """

    def __init__(self, people: People, pbx: Pbx, wake_ups: DialplanObjects[WakeUpForm]) -> None:
        self._people, self._pbx, self._wake_ups = people, pbx, wake_ups

    def usual(self, actor: Actor, number: str) -> Usual:
        """What an extension is before a guest comes."""
        entry = self._people.extensions.get(actor, number)
        calls = call_options.shown(entry.options)
        return Usual(
            entry.first_name,
            entry.last_name,
            entry.language,
            entry.permission,
            calls["do_not_disturb"],
            calls["forwards"],
        )

    async def name(self, actor: Actor, number: str, guest: Guest, usual: Usual) -> None:
        """Let an extension bear a guest's name, speak his language, and call as far as he may."""
        language = closest(guest.language) if guest.language else None
        await self._change(
            actor,
            number,
            first_name=guest.first_name,
            last_name=guest.last_name,
            language=usual.language if language is None else language,
            permission=LEVELS.get(guest.level, usual.permission),
        )

    async def restore(self, actor: Actor, number: str, usual: Usual) -> None:
        """Let an extension be what it is without a guest."""
        await self._change(
            actor,
            number,
            first_name=usual.first_name,
            last_name=usual.last_name,
            language=usual.language,
            permission=usual.permission,
            do_not_disturb=usual.do_not_disturb,
            forwards=list(usual.forwards),
        )

    async def clear(self, actor: Actor, number: str) -> None:
        """Let no message and no wake-up call be left of who was there.

        Raises:
            Unavailable: the PBX is away.
        """
        reply = await self._pbx.request(ListVoiceMessages(number), WITHIN_S)
        if isinstance(reply, VoiceMessages) and reply.messages:
            ids = tuple(each.id for each in reply.messages)
            await self._pbx.request(DeleteVoiceMessages(number, ids), WITHIN_S)
        for each in self.wake_ups(number):
            await self._wake_ups.delete(actor, each.id)

    async def hand_over(self, actor: Actor, number: str, to: str) -> None:
        """Bring what lies in a mailbox, and the wake-up calls, to another extension.

        Raises:
            Unavailable: the PBX is away.
        """
        await self._pbx.request(HandOverVoiceMessages(number, to), WITHIN_S)
        for each in self.wake_ups(number):
            moved = {"number": to, "name": _name(to, each.form.time, each.form.date)}
            await self._wake_ups.update(actor, each.id, moved, None)

    async def disturb(self, actor: Actor, number: str, *, may: bool) -> None:
        """Let calls ring, or not."""
        await self._change(actor, number, do_not_disturb=not may)

    async def forward(self, actor: Actor, number: str, target: str) -> None:
        """Send every call on; to nobody with ""."""
        options = self._people.extensions.get(actor, number).options
        rows = [ForwardRow(**each) for each in call_options.shown(options)["forwards"]]
        rows = [each for each in rows if (each.presence, each.case) != _ALWAYS]
        if target:
            inside = self._people.has_extension(target)
            rows.append(ForwardRow(kind="extension" if inside else "external", value=target))
        await self._change(actor, number, forwards=[each.model_dump() for each in rows])

    def wake_ups(self, number: str) -> list[DialplanObject[WakeUpForm]]:
        """The wake-up calls of an extension, the next first."""
        found = [each for each in self._wake_ups.entries if each.form.number == number]
        return sorted(found, key=lambda each: (each.form.date, each.form.time))

    async def wake(self, actor: Actor, number: str, time: str, date: str) -> None:
        """Wake a guest at a time (`07:30`) on a day, or with no date every day."""
        form = WakeUpForm(
            name=_name(number, time, date),
            number=number,
            mode="once" if date else "daily",
            date=date,
            time=time,
        )
        for each in self.wake_ups(number):
            if each.form.name == form.name:
                with suppress(NotFound):  # somebody has just deleted it: it is a new one then
                    await self._wake_ups.update(actor, each.id, form.model_dump(), None)
                    return
        await self._wake_ups.add(actor, form, None)

    async def let_sleep(self, actor: Actor, number: str, time: str, date: str) -> int:
        """Take back wake-up calls: of that time and day, or with neither all; how many."""
        found = [
            each
            for each in self.wake_ups(number)
            if time in ("", each.form.time) and date in ("", each.form.date)
        ]
        for each in found:
            await self._wake_ups.delete(actor, each.id)
        return len(found)

    async def _change(self, actor: Actor, number: str, **fields: object) -> None:
        change = ExtensionChange.model_validate(fields)
        await self._people.extensions.update(actor, number, change)


def _name(number: str, time: str, date: str) -> str:
    return f"{number} {date or 'daily'} {time}"
