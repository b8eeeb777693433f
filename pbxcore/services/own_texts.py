"""Texts in the product's own name: chats, broadcasts. A phone that sleeps is woken first."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

from pbxcore.commands import MessageResult
from pbxcore.presence.push import is_same_phone
from pbxcore.presence.reach import phones

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from pbxcore.commands import SendMessage
    from pbxcore.presence.bindings import StoredBinding
    from pbxcore.services.pager import Pager


class OwnTexts:
    """Sends each to one phone, which is named by its contact.

    Args:
        bindings: where the phones of an extension are.
        pager: sends it.
        wake: wakes phones that all sleep, and goes on when one is awake or none will be.
    """

    def __init__(
        self,
        bindings: Callable[[str], Sequence[StoredBinding]],
        pager: Pager,
        wake: Callable[[Sequence[StoredBinding], Callable[[bool], None]], bool],
    ) -> None:
        self._bindings, self._pager, self._wake = bindings, pager, wake

    async def send(self, command: SendMessage) -> MessageResult:
        """Send one, and tell what the phone said; one that stays asleep is not reached."""
        held = self._bindings(command.number)
        meant = [each for each in held if each.contact == command.contact]
        found = phones(meant, asleep=True)
        flows = found[0] if found else []
        woken: asyncio.Future[bool] = asyncio.get_running_loop().create_future()

        def go_on(awake: bool) -> None:
            if not woken.done():  # whoever asked for it is gone
                woken.set_result(awake)

        if flows and self._wake(flows[:1], go_on):
            if not await woken:
                return MessageResult(command.id, 480, "Asleep")
            flows = self._awake(flows[0])
        return await self._pager.send(command, [each for each in flows if not each.lost_at_ms])

    def _awake(self, slept: StoredBinding) -> list[StoredBinding]:
        """The flows of a phone that has registered since: maybe by another contact."""
        held = self._bindings(slept.number)
        found = phones(each for each in held if is_same_phone(each, slept))
        return found[0] if found else []
