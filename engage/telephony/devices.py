"""SIP for Wave's browser: credentials that last minutes, for one device, on `/sip` alone."""

from __future__ import annotations

import logging
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from engage.errors import N_, Forbidden, Unavailable
from engage.people.events import SessionEnded
from pbxcore.commands import Bindings, ListBindings, RevokeDevice
from pbxcore.devices import Device, device_tag, name_of, password_of

if TYPE_CHECKING:
    from collections.abc import Callable

    from engage.events import Events
    from engage.identifiers import Clock
    from engage.people.model import Principal
    from engage.telephony.model import PbxPort

log = logging.getLogger(__name__)

LAST_S: Final = 900


class NoCallsInBrowser(Forbidden):
    """WebRTC is switched off for the extension."""

    code = "no_calls_in_browser"
    text = N_("Calls in the browser are switched off for this extension.")


@dataclass(frozen=True, slots=True)
class DeviceCredentials:
    """What a browser registers with, as `number`; `user_name` is for the digest."""

    number: str
    display_name: str
    user_name: str
    password: str
    expires_at_ms: int


class SipDevices:
    """Makes credentials for whoever is signed in, and has the PBX refuse them after a sign-out.

    Nothing is stored: a PBX that starts is told again whose sessions ended lately.
    """

    def __init__(
        self,
        key: bytes,
        link: PbxPort,
        events: Events,
        clock: Clock,
        allowed: Callable[[str], bool] = lambda _number: True,
    ) -> None:
        """`allowed` tells whether browsers may register for an extension."""
        self._key, self._link, self._clock = key, link, clock
        self._allowed = allowed
        self._ended: dict[str, int] = {}  # by tag: when the last credentials expire
        events.subscribe(SessionEnded, self._session_ended)
        link.on_connected(self._connected)

    def issue(self, user: Principal) -> DeviceCredentials:
        """Credentials for this session's browser; the same device each time it asks.

        Raises:
            NoCallsInBrowser: the extension's phones are all it has.
        """
        if not self._allowed(user.id):
            raise NoCallsInBrowser
        tag = device_tag(user.session_id)
        expires_at = self._clock() // 1000 + LAST_S
        name = name_of(Device(user.id, tag, expires_at))
        return DeviceCredentials(
            user.id, user.name, name, password_of(self._key, name), expires_at * 1000
        )

    async def others(self, user: Principal) -> int:
        """How many devices a user has registered besides this session's browser.

        Raises:
            Unavailable: the PBX is away.
        """
        reply = await self._link.request(ListBindings(user.id, everywhere=True))
        bindings = reply.bindings if isinstance(reply, Bindings) else ()
        own = device_tag(user.session_id)
        return sum(each.browser != own and not each.lost for each in bindings)

    async def _session_ended(self, fact: SessionEnded) -> None:
        self._forget()
        tag = device_tag(fact.session_id)
        until_ms = self._clock() + LAST_S * 1000
        self._ended[tag] = until_ms
        await self._tell(tag, until_ms)

    async def _connected(self) -> None:
        self._forget()
        for tag, until_ms in list(self._ended.items()):
            await self._tell(tag, until_ms)

    async def _tell(self, tag: str, until_ms: int) -> None:
        if not self._link.connected:
            return
        try:
            await self._link.request(RevokeDevice(tag, until_ms))
        except Unavailable:  # it is told when it is back
            log.info("device not revoked yet")

    def _forget(self) -> None:
        now_ms = self._clock()
        self._ended = {tag: until for tag, until in self._ended.items() if until > now_ms}
