"""Bindings of browsers whose sockets end (RFC 7118 §5, RFC 5626 §4.2.2)."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Self

from pbxcore.commands import (
    MessageResult,
    Notice,
    SendMessage,
    WebSocketClosed,
    WebSocketMessage,
    WebSocketOpened,
)
from pbxcore.journal import BindingRemoved
from pbxcore.presence import registrar
from tests.support.phone import Phone

if TYPE_CHECKING:
    import pytest

    from tests.integration.sip.conftest import House


@dataclass
class Browser(Phone):
    """A phone on a socket, whose frames the web server hands over."""

    transport: str = "WS"
    house: House = field(kw_only=True)

    async def __aenter__(self) -> Self:
        await self._prepare()
        self.loop = asyncio.get_running_loop()
        self.sockets = self.house.pbx.web_sockets(self._told)
        self.sockets.notice(WebSocketOpened(1, "127.0.0.1", 40000, "127.0.0.1:8088", False))
        self._transport = self  # type: ignore[assignment]
        return self

    async def __aexit__(self, *_: object) -> None:
        self.sockets.lost()

    @property
    def address(self) -> str:
        """A name that does not exist."""
        return "abc.invalid"

    @property
    def contact(self) -> str:
        """The URI it registers."""
        return f"sip:{self.number}@abc.invalid;transport=ws"

    def sendto(self, data: bytes, _: object) -> None:
        """Send a frame."""
        self.sockets.notice(WebSocketMessage(1, data))

    def _told(self, notice: Notice) -> None:
        if isinstance(notice, WebSocketMessage):
            self.loop.call_soon(self._received, notice.data, ("", 0))


async def test_a_closed_socket_ends_its_binding_after_a_grace(
    house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(registrar, "GRACE_S", 1)
    text = SendMessage("m", "1000", "sip:1000@abc.invalid;transport=ws", "1001", "", "x")
    async with Browser("1000", "Sip-1000!", ("127.0.0.1", house.port), house=house) as browser:
        assert await browser.register() == 200
        assert await house.pbx.handle(text) == MessageResult("m", 200, "Answer")
        browser.sockets.notice(WebSocketClosed(1))
        assert await house.pbx.handle(text) == MessageResult("m", 480, "Not Registered")
        await house.until(lambda: isinstance(house.facts[-1], BindingRemoved))
        gone = house.facts[-1]
        assert isinstance(gone, BindingRemoved)
        assert (gone.number, gone.cause) == ("1000", "lost")
