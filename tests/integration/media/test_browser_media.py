"""A browser's media at a worker: aiortc finds it by ICE, is keyed by DTLS, and is heard."""

from __future__ import annotations

import asyncio
import os
from typing import TYPE_CHECKING

import msgspec
import pytest

from pbxcore.calls.browser_media import for_browser
from pbxcore.media.commands import (
    CloseStream,
    Connect,
    Done,
    OpenStream,
    SetStream,
    StreamClosed,
    StreamOpened,
)
from pbxcore.sip.sdp.codecs import EVENTS, OPUS, PCMU
from pbxcore.sip.sdp.ice import new_credentials
from pbxcore.sip.sdp.negotiation import Negotiation
from pbxcore.sip.sdp.reader import read
from pbxcore.sip.sdp.stream import Stream
from pbxcore.sip.sdp.writer import write
from tests.support.browser_media import BrowserMedia
from tests.support.media import HOST, MediaPhone, Worker, agreed
from tests.support.tone import Voice

if TYPE_CHECKING:
    from collections.abc import Iterator

FORMATS = (OPUS, PCMU, EVENTS)


@pytest.fixture
def worker() -> Iterator[Worker]:
    with Worker() as worker:
        yield worker


class Leg:
    """The PBX's side of a browser's leg: one stream and its descriptions."""

    def __init__(self, worker: Worker, name: str) -> None:
        self._worker, self._name = worker, name
        reply = worker.ask(OpenStream(name, secured=True))
        assert isinstance(reply, StreamOpened)
        self.opened = reply
        self.negotiation = Negotiation(7, HOST)

    def answer(self, offer: bytes) -> bytes:
        """Answer the browser's offer, and let the worker follow."""
        stream = Stream(port=self.opened.port, formats=FORMATS)
        dressed = for_browser(stream, self.opened, HOST, offered=False)
        answer = self.negotiation.answer(read(offer), [dressed])
        self._follow()
        return write(answer)

    def offer(self) -> bytes:
        """Offer something to the browser."""
        stream = Stream(port=self.opened.port, formats=FORMATS)
        dressed = for_browser(stream, self.opened, HOST, offered=True)
        return write(self.negotiation.offer([dressed]))

    def take(self, answer: bytes) -> None:
        """The browser's answer."""
        self.negotiation.accept(read(answer))
        self._follow()

    def restart(self) -> None:
        """New credentials, for the next description."""
        user, password = new_credentials(os.urandom)
        self.opened = msgspec.structs.replace(self.opened, ice_user=user, ice_password=password)

    def _follow(self) -> None:
        (holds,) = self.negotiation.agreed
        user, password = self.opened.ice_user, self.opened.ice_password
        wanted = SetStream(self._name, holds, ice_user=user, ice_password=password)
        assert self._worker.ask(wanted) == Done()


async def test_a_browser_that_calls_hears_its_own_echo(worker: Worker) -> None:
    leg = Leg(worker, "ann")
    async with BrowserMedia(440) as browser:
        await browser.take(leg.answer(await browser.offer()))
        worker.ask(Connect("ann", "ann"))
        await browser.connected()
        await browser.hears(440)
    closed = worker.ask(CloseStream("ann"))
    assert isinstance(closed, StreamClosed)
    assert closed.received.packets > 20


async def test_two_browsers_hear_each_other_whoever_was_offered_what(worker: Worker) -> None:
    caller, called = Leg(worker, "caller"), Leg(worker, "called")
    async with BrowserMedia(440) as ann, BrowserMedia(1000) as bob:
        await ann.take(caller.answer(await ann.offer()))
        called.take(await bob.answer(called.offer()))
        worker.ask(Connect("caller", "called"))
        await asyncio.gather(ann.hears(1000), bob.hears(440))


async def test_a_browser_and_a_phone_in_clear_share_a_codec(worker: Worker) -> None:
    leg = Leg(worker, "browser")
    async with BrowserMedia(440, "PCMU") as browser:
        await browser.take(leg.answer(await browser.offer()))
        with Voice(1000) as phone, MediaPhone() as socket_of_phone:
            phone.talk(worker.open("phone"))
            socket_of_phone.port = phone.port
            worker.ask(SetStream("phone", agreed(socket_of_phone)))
            worker.ask(Connect("browser", "phone"))
            await browser.hears(1000)
            await asyncio.to_thread(phone.hears, 440)


async def test_a_browser_that_was_loaded_anew_goes_on_in_the_same_stream(worker: Worker) -> None:
    """As after a reload: other credentials, another port, another certificate."""
    leg = Leg(worker, "ann")
    async with BrowserMedia(440) as before:
        await before.take(leg.answer(await before.offer()))
        worker.ask(Connect("ann", "ann"))
        await before.hears(440)
        leg.restart()
        async with BrowserMedia(1000) as after:
            await after.take(leg.answer(await after.offer()))
            await after.hears(1000)
            after.forget()
            await after.hears(1000)


async def test_packets_of_strangers_do_not_get_in(worker: Worker) -> None:
    leg = Leg(worker, "ann")
    async with BrowserMedia(440) as browser:
        await browser.take(leg.answer(await browser.offer()))
        worker.ask(Connect("ann", "ann"))
        await browser.connected()
        with MediaPhone() as stranger:
            stranger.worker_port = leg.opened.port
            for _ in range(5):
                stranger.say()
            stranger.send(b"\x16\xfe\xfd" + bytes(40))
            stranger.send(b"\x00\x01\x00\x00\x21\x12\xa4\x42" + bytes(12))
            assert stranger.rtp.recv(2048)[:2] == b"\x01\x11"  # the check is refused, no more
            assert stranger.hears_nothing()
        await browser.hears(440)
    closed = worker.ask(CloseStream("ann"))
    assert isinstance(closed, StreamClosed)
    assert closed.refused >= 5
