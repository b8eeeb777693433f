"""Faxes that a real machine sends over RTP, through a running server, and the mails they become."""

from __future__ import annotations

import asyncio
from contextlib import AsyncExitStack
from typing import TYPE_CHECKING, Any

import pytest
import pytest_asyncio

from pbxcore.faxes.tiff import count_pages
from tests.support.fax_machine import Machine, attached_to, pages, read_pdf, same, write_tiff
from tests.support.messaging import eventually
from tests.support.server import wait_until
from tests.support.ucm import settled
from tests.support.voice_phone import phone

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Awaitable, Callable
    from pathlib import Path

    from pbxcore.net.call import AsyncCall
    from pbxcore.net.user_agent import AsyncUserAgent
    from tests.support.mail_sink import MailSink, Taken
    from tests.support.program import Program
    from tests.support.server import Server

pytestmark = pytest.mark.asyncio(loop_scope="module")

FAX = "7200"
WHOLE = pages(3, 150)
BROKEN = [*pages(1, 150), *pages(1, 3000)]
"""The second page takes long enough to be broken off."""


class Office:
    """Whoever calls the fax extension."""

    def __init__(self, agent: AsyncUserAgent, server: Server, folder: Path) -> None:
        self.agent, self.server, self.folder = agent, server, folder

    async def call(self, machine: Machine) -> AsyncCall:
        """A call in which the machine speaks."""
        call = self.agent.call(f"sip:{FAX}@127.0.0.1:{self.server.sip_port}", machine.description)
        await call.answered()
        machine.answered(call.remote_description)
        return call

    async def send(self) -> int:
        """A whole fax; the sender's code."""
        with Machine(write_tiff(self.folder / "whole.tif", WHOLE)) as machine:
            call = await self.call(machine)
            code = await asyncio.to_thread(machine.done)
            await call.ended()
            return code

    async def break_off(self, end: Callable[[AsyncCall], Awaitable[None]]) -> None:
        """A fax that is broken off during its second page."""
        sent = write_tiff(self.folder / "broken.tif", BROKEN)
        received = self.server.data / "faxes"
        known = set(received.glob("*.tif")) if received.exists() else set()
        with Machine(sent) as machine:
            call = await self.call(machine)
            await asyncio.to_thread(_wait_for_a_page, received, known)
            await end(call)

    async def say_nothing(self) -> None:
        """Somebody who is no machine waits until he is hung up on."""
        with Machine(None) as machine:
            call = await self.call(machine)
            await asyncio.wait_for(call.ended(), 60)


def _wait_for_a_page(received: Path, known: set[Path]) -> None:
    def there() -> bool:
        return any(map(count_pages, set(received.glob("*.tif")) - known))

    wait_until(there, 60, "a page")


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def office(
    server: Server, admin: Program, tmp_path_factory: pytest.TempPathFactory
) -> AsyncIterator[Office]:
    body = {
        "name": "Office fax",
        "number": FAX,
        "email": '"fax desk"@example.com; a+b@m.example.org',
    }
    assert admin.post("/v1/fax-extensions", body).status == 201
    await asyncio.to_thread(settled, server, admin)
    async with AsyncExitStack() as stack:
        agent = await phone(stack, server, "1000")
        yield Office(agent, server, tmp_path_factory.mktemp("sent"))


async def listed(admin: Program, **wanted: str) -> dict[str, Any]:
    """The one fax that is listed so."""
    query = "&".join(f"{name}={value}" for name, value in wanted.items())
    found: list[dict[str, Any]] = []

    def there() -> bool:
        found[:] = admin.get(f"/v1/faxes?{query}").json()["items"]
        return bool(found)

    await eventually(lambda: asyncio.to_thread(there), 30)
    (fax,) = found
    return fax


async def mails_of(sink: MailSink, fax: dict[str, Any]) -> list[Taken]:
    """The two mails of a fax."""
    for count in range(2, 100):
        mails = await sink.arrived(count)
        found = [each for each in mails if attached_to(each)[0] == f"fax-{fax['id']}.pdf"]
        if len(found) == 2:
            return found
    raise AssertionError(fax)


async def test_each_page_arrives_by_mail_as_it_was_sent(
    office: Office, admin: Program, sink: MailSink
) -> None:
    assert await office.send() == 0

    fax = await listed(admin, state="received")
    assert (fax["box"], fax["caller"], fax["pages"], fax["problem"]) == (FAX, "1000", 3, "")
    assert fax["sender"] == "+4930111"
    assert same(read_pdf(admin.get(f"/v1/faxes/{fax['id']}/file").body), WHOLE)
    mails = await mails_of(sink, fax)
    assert {each.recipients[0] for each in mails} == {
        '"fax desk"@example.com',
        "a+b@m.example.org",
    }
    for mail in mails:
        assert same(read_pdf(attached_to(mail)[1]), WHOLE)
        assert "1000" in str(mail.message["subject"])


async def test_who_hangs_up_and_who_is_no_machine_are_told_apart(
    office: Office, admin: Program, sink: MailSink
) -> None:
    async def hang_up(call: AsyncCall) -> None:
        await call.hang_up()

    await asyncio.gather(office.break_off(hang_up), office.say_nothing())

    fax = await listed(admin, state="incomplete")
    assert (fax["pages"], fax["problem"]) == (1, "hung_up")
    for mail in await mails_of(sink, fax):
        assert same(read_pdf(attached_to(mail)[1]), BROKEN[:1])
        assert "broke" in mail.part("plain")
    fax = await listed(admin, state="failed")
    one = f"/v1/faxes/{fax['id']}"
    assert (fax["pages"], fax["problem"], fax["mailed"]) == (0, "no_fax", [])
    assert admin.get(f"{one}/file").json()["error"]["code"] == "no_pages"
    assert admin.delete(one).status == 204
    assert admin.get(one).status == 404


async def test_no_page_that_was_acknowledged_is_lost(
    office: Office, admin: Program, server: Server, sink: MailSink
) -> None:
    for fax in admin.get("/v1/faxes").json()["items"]:
        assert admin.delete(f"/v1/faxes/{fax['id']}").status == 204

    async def lose_media(_: AsyncCall) -> None:
        await asyncio.to_thread(server.kill9, "media")

    await office.break_off(lose_media)
    lost = await listed(admin, state="incomplete", q=FAX)
    assert (lost["pages"], lost["problem"]) == (1, "media_lost")
    await mails_of(sink, lost)
    assert admin.delete(f"/v1/faxes/{lost['id']}").status == 204
    await asyncio.to_thread(server.wait_ready)

    async def lose_all(_: AsyncCall) -> None:
        await asyncio.to_thread(server.kill9)

    await office.break_off(lose_all)
    await asyncio.to_thread(server.start)
    fax = await listed(admin, state="incomplete")
    assert (fax["pages"], fax["problem"]) == (1, "interrupted")
    for mail in await mails_of(sink, fax):
        assert same(read_pdf(attached_to(mail)[1]), BROKEN[:1])
    assert not list((server.data / "faxes").glob("*.json"))
