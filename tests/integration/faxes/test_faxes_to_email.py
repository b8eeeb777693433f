"""Faxes that a real machine sends over RTP, through a running server, and the mails they become."""

from __future__ import annotations

import asyncio
from contextlib import AsyncExitStack
from typing import TYPE_CHECKING, Any

import pytest
import pytest_asyncio

from pbxcore.faxes.tiff import count_pages
from pbxcore.net.user_agent import AsyncUserAgent
from tests.support.fax_machine import Machine, pages, read_pdf, write_tiff
from tests.support.server import wait_until

if TYPE_CHECKING:
    from collections.abc import AsyncIterator
    from pathlib import Path

    from pbxcore.net.call import AsyncCall
    from tests.support.mail_sink import MailSink, Taken
    from tests.support.program import Program
    from tests.support.server import Server

pytestmark = pytest.mark.asyncio(loop_scope="module")

FAX = "7200"


@pytest.fixture(scope="module")
def fax_extension(admin: Program) -> dict[str, Any]:
    body = {
        "name": "Office fax",
        "number": FAX,
        "email": '"fax desk"@example.com; a+b@m.example.org',
    }
    added = admin.post("/v1/fax-extensions", body)
    assert added.status == 201, added.body
    found: dict[str, Any] = added.json()
    return found


@pytest_asyncio.fixture(loop_scope="module")
async def phone(server: Server) -> AsyncIterator[AsyncUserAgent]:
    async with AsyncUserAgent("sip:1000@127.0.0.1", password="Sip-1000!") as agent:  # noqa: S106
        await agent.register(f"sip:127.0.0.1:{server.sip_port}", 120)
        yield agent


def session(machine: Machine, codecs: str = "0 8") -> bytes:
    return (
        "v=0\r\no=- 1 1 IN IP4 127.0.0.1\r\ns=-\r\nc=IN IP4 127.0.0.1\r\nt=0 0\r\n"
        f"m=audio {machine.port} RTP/AVP {codecs}\r\n"
    ).encode()


async def answered(agent: AsyncUserAgent, server: Server, machine: Machine) -> AsyncCall:
    """A call to the fax extension, in which the machine speaks."""
    call = agent.call(f"sip:{FAX}@127.0.0.1:{server.sip_port}", session(machine))
    await call.answered()
    line = next(
        each for each in call.remote_description.splitlines() if each.startswith(b"m=audio")
    )
    machine.talk(int(line.split()[1]))
    return call


async def listed(admin: Program, state: str, count: int = 1) -> list[dict[str, Any]]:
    """So many faxes of that state."""
    for _ in range(200):
        found = admin.get(f"/v1/faxes?state={state}").json()["items"]
        if len(found) >= count:
            return list(found)
        await asyncio.sleep(0.1)
    raise AssertionError(f"no {state} fax")


def attached(mail: Taken) -> tuple[str, bytes]:
    """The name and the bytes of a mail's one file."""
    (part,) = mail.message.iter_attachments()
    assert part.get_content_type() == "application/pdf"
    content = part.get_content()
    assert isinstance(content, bytes)
    return part.get_filename() or "", content


@pytest.mark.usefixtures("fax_extension")
async def test_each_page_arrives_by_mail_as_it_was_sent(
    phone: AsyncUserAgent, server: Server, admin: Program, sink: MailSink, tmp_path: Path
) -> None:
    sent = pages(3, 300)
    with Machine(write_tiff(tmp_path / "sent.tif", sent)) as machine:
        call = await answered(phone, server, machine)
        assert await asyncio.to_thread(machine.done) == 0
        await call.ended()

    mails = await sink.arrived(2)
    assert {each.recipients[0] for each in mails} == {
        '"fax desk"@example.com',
        "a+b@m.example.org",
    }
    for mail in mails:
        name, data = attached(mail)
        assert name.endswith(".pdf")
        assert [each.tobytes() for each in read_pdf(data)] == [each.tobytes() for each in sent]
        assert "1000" in str(mail.message["subject"])

    (fax,) = await listed(admin, "received")
    assert (fax["box"], fax["caller"], fax["pages"], fax["problem"]) == (FAX, "1000", 3, "")
    assert fax["sender"] == "+4930111"
    file = admin.get(f"/v1/faxes/{fax['id']}/file")
    assert [each.tobytes() for each in read_pdf(file.body)] == [each.tobytes() for each in sent]


@pytest.mark.usefixtures("fax_extension")
async def test_what_came_before_the_line_broke_is_mailed(
    phone: AsyncUserAgent, server: Server, admin: Program, sink: MailSink, tmp_path: Path
) -> None:
    before = len(sink.mails)
    sent = pages(2, 300)
    sent.append(pages(1, 3000)[0])
    folder = server.data / "faxes"
    with Machine(write_tiff(tmp_path / "sent.tif", sent)) as machine:
        call = await answered(phone, server, machine)
        known = set(folder.glob("*.tif"))
        await asyncio.to_thread(_two_pages_more, folder, known)
        await call.hang_up()

    (fax,) = await listed(admin, "incomplete")
    assert (fax["pages"], fax["problem"]) == (2, "hung_up")
    (mail, _) = (await sink.arrived(before + 2))[before:]
    _, data = attached(mail)
    assert [each.tobytes() for each in read_pdf(data)] == [each.tobytes() for each in sent[:2]]
    assert "broke" in mail.part("plain")


@pytest.mark.usefixtures("fax_extension")
async def test_a_caller_who_is_no_machine_is_listed_with_the_reason(
    phone: AsyncUserAgent, server: Server, admin: Program, sink: MailSink
) -> None:
    before = len(sink.mails)
    async with AsyncExitStack() as stack:
        machine = stack.enter_context(Machine(None))
        call = await answered(phone, server, machine)
        await asyncio.wait_for(call.ended(), 60)

    (fax,) = await listed(admin, "failed")
    assert (fax["pages"], fax["problem"]) == (0, "no_fax")
    assert len(sink.mails) == before
    assert admin.get(f"/v1/faxes/{fax['id']}/file").json()["error"]["code"] == "no_pages"
    assert admin.delete(f"/v1/faxes/{fax['id']}").status == 204
    assert admin.get(f"/v1/faxes/{fax['id']}").status == 404


def _two_pages_more(folder: Path, known: set[Path]) -> None:
    def there() -> bool:
        return any(count_pages(each) == 2 for each in set(folder.glob("*.tif")) - known)

    wait_until(there, 60, "two pages")
