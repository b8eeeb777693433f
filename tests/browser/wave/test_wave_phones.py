"""A colleague on a telephone, another in Wave: one conversation."""

from __future__ import annotations

import asyncio
import threading
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any, TypeVar

from playwright.sync_api import expect

from tests.support.desk import log, open_wave, say
from tests.support.phone import Phone

if TYPE_CHECKING:
    from collections.abc import Coroutine, Iterator

    from tests.support.desk import NewContext
    from tests.support.server import Server


T = TypeVar("T")
WITHIN_S = 20.0


class PhoneOnAThread:
    """Lives beside Playwright's synchronous driver, which occupies the test's own thread."""

    def __init__(self, number: str, sip_port: int) -> None:
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._loop.run_forever, daemon=True)
        self._thread.start()
        self._phone = Phone(number, f"Sip-{number}!", ("127.0.0.1", sip_port))
        self._do(self._phone.__aenter__())

    def _do(self, work: Coroutine[Any, Any, T]) -> T:
        return asyncio.run_coroutine_threadsafe(work, self._loop).result(WITHIN_S)

    def register(self) -> int:
        return self._do(self._phone.register())

    def send(self, number: str, text: str) -> int:
        return self._do(self._phone.send(number, text))

    def receive(self, count: int) -> list[str]:
        return self._do(self._phone.receive(count))

    def close(self) -> None:
        self._do(self._phone.__aexit__())
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join(WITHIN_S)
        self._loop.close()


@contextmanager
def phone(number: str, server: Server) -> Iterator[PhoneOnAThread]:
    held = PhoneOnAThread(number, server.sip_port)
    try:
        yield held
    finally:
        held.close()


def test_a_phones_text_is_marked_and_answered_on_the_phone(
    server: Server, new_context: NewContext
) -> None:
    ana = open_wave(new_context, server.url, "1000")
    with phone("1001", server) as ben:
        assert ben.register() == 200
        assert ben.send("1000", "Running late, start without me") in {200, 202}
        ana.get_by_role("navigation").get_by_role("link", name="Chats", exact=True).click()
        ana.get_by_role("list", name="Chats").get_by_role("link", name="Ben Osei").click()
        expect(log(ana)).to_contain_text("Running late")
        expect(log(ana).get_by_text("Phone", exact=True)).to_be_visible()
        say(ana, "We wait a little.")
        assert ben.receive(1) == ["We wait a little."]
        expect(log(ana).get_by_text("Delivered to the phone")).to_be_visible()
        ana.reload()
        expect(log(ana).get_by_text("Delivered to the phone")).to_be_visible()
