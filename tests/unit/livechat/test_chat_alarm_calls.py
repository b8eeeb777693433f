"""Phones that ring for a waiting visitor ring no longer than the visitor waits."""

from __future__ import annotations

import asyncio
from types import SimpleNamespace
from typing import Any

import pytest

from engage.app.chat_alarms import ChatAlarmCalls
from engage.errors import Unavailable
from pbxcore.calls.commands import CallDone, HangUpCall, TellOfChat


class Switchboard:
    """Stands for the link to the PBX: calls when it is let, and can be away."""

    def __init__(self) -> None:
        self.ended: list[str] = []
        self.may_call = asyncio.Event()
        self.may_call.set()
        self.silent: set[str] = set()

    async def request(self, command: object, _: float) -> Any:
        match command:
            case TellOfChat(number):
                await self.may_call.wait()
                return CallDone(200, f"call-{number}")
            case HangUpCall(call):
                if call in self.silent:
                    raise Unavailable
                self.ended.append(call)
                return CallDone(200, call)


def alarms(pbx: Switchboard) -> ChatAlarmCalls:
    livechat: Any = SimpleNamespace(alarms=SimpleNamespace(phones=None))
    link: Any = pbx
    return ChatAlarmCalls(livechat, link, lambda number: number, lambda: 0)


async def test_a_phone_that_begins_to_ring_after_the_chat_was_taken_is_hung_up() -> None:
    pbx = Switchboard()
    calls = alarms(pbx)
    pbx.may_call.clear()
    asked = asyncio.create_task(calls.ring("1001", "chat", "Shop"))
    await asyncio.sleep(0)
    await calls.stop("chat")
    pbx.may_call.set()
    await asked
    assert pbx.ended == ["call-1001"]


async def test_every_phone_is_hung_up_though_one_cannot_be() -> None:
    pbx = Switchboard()
    calls = alarms(pbx)
    for number in ("1001", "1002", "1003"):
        await calls.ring(number, "chat", "Shop")
    pbx.silent.add("call-1001")
    with pytest.raises(Unavailable):
        await calls.stop("chat")
    assert pbx.ended == ["call-1002", "call-1003"]
