"""Faxes that come by a trunk: detected by a route or for an extension, in sound and by T.38."""

from __future__ import annotations

import asyncio
from contextlib import AsyncExitStack
from typing import TYPE_CHECKING

import pytest
import pytest_asyncio

from pbxcore.net.user_agent import AsyncUserAgent
from tests.support.fax_machine import Machine, attached_to, pages, read_pdf, same, write_tiff
from tests.support.pair import Pair
from tests.support.provider import PROVIDER, Provider
from tests.support.voice_phone import phone

if TYPE_CHECKING:
    from collections.abc import AsyncIterator
    from pathlib import Path

    from tests.support.mail_sink import MailSink
    from tests.support.server import Server

pytestmark = pytest.mark.asyncio(loop_scope="module")

FAX = "7300"


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def provider(server: Server) -> AsyncIterator[Provider]:
    async with AsyncExitStack() as stack:
        caller, callee = [await phone(stack, server, each) for each in ("1000", "1001")]
        agent = AsyncUserAgent(f"sip:5551234@{PROVIDER}", host=PROVIDER)
        await stack.enter_async_context(agent)
        made = Provider(Pair(server, caller, callee), agent, agent.port)
        body = {"name": "Outside", "number": FAX, "email": "fax@example.com"}
        assert made.admin.post("/v1/fax-extensions", body).status == 201
        yield made


async def send(provider: Provider, tiff: Path, number: str, *, by_packets: bool) -> list[bytes]:
    """Send a fax, if it is proposed by datagrams; what was proposed."""
    proposed: list[bytes] = []
    with Machine(tiff) as machine:

        def answer(offer: bytes) -> bytes | None:
            proposed.append(offer)
            if not by_packets or b"m=image" not in offer:
                return None
            machine.answered(offer)
            return machine.by_packets

        call = provider.agent.call(provider.pair.uri(number), machine.description)
        call.on_offer(answer)
        await call.answered()
        machine.answered(call.remote_description)
        assert await asyncio.to_thread(machine.done) == 0
        await call.ended()
    return proposed


async def test_a_route_detects_faxes_and_they_arrive_by_mail(
    provider: Provider, sink: MailSink, tmp_path: Path
) -> None:
    before = len(sink.mails)
    sent = pages(1, 300)
    tiff = write_tiff(tmp_path / "sent.tif", sent)
    route = provider.route(
        "inbound", name="Both", trunks=[provider.trunk], dids="8100",
        destination={"kind": "extension", "value": "1001"}, fax_detection=True, auto_answer=True,
        fax_destination={"kind": "fax", "value": FAX}, detection_timeout_s=8,
    )  # fmt: skip
    in_sound, by_packets = await asyncio.gather(
        send(provider, tiff, "8100", by_packets=False),
        send(provider, tiff, "8100", by_packets=True),
    )
    for proposed in in_sound, by_packets:
        assert any(b"udptl t38" in each for each in proposed)

    for mail in (await sink.arrived(before + 2))[before:]:
        assert mail.recipients == ["fax@example.com"]
        _, data = attached_to(mail)
        assert same(read_pdf(data), sent)
    calls = provider.pair.listed()
    assert [each["disposition"] for each in calls] == ["answered"] * 2
    for each in calls:
        record = provider.admin.get(f"/v1/calls/{each['id']}").json()
        assert "fax" in {leg["action"] for leg in record["legs"]}
    provider.remove(route)


async def test_a_fax_that_somebody_answers_is_mailed_to_that_extension(
    provider: Provider, sink: MailSink, tmp_path: Path
) -> None:
    before = len(sink.mails)
    sent = pages(1, 300)
    changed = {"email": "bob@example.com", "fax_detection": True}
    assert provider.admin.patch("/v1/extensions/1001", changed).status == 200
    route = provider.route(
        "inbound", name="Direct", trunks=[provider.trunk], dids="8101",
        destination={"kind": "extension", "value": "1001"},
    )  # fmt: skip
    with Machine(write_tiff(tmp_path / "sent.tif", sent)) as machine, Machine(None) as person:
        call = provider.agent.call(provider.pair.uri("8101"), machine.description)
        call.on_offer(lambda _: None)
        came = await provider.pair.callee.next_call()
        await came.accept(person.description)
        await call.answered()
        machine.answered(call.remote_description)
        await asyncio.wait_for(came.ended(), 30)  # bob hears no more of it
        assert await asyncio.to_thread(machine.done) == 0
        await call.ended()

    (mail,) = (await sink.arrived(before + 1))[before:]
    assert mail.recipients == ["bob@example.com"]
    _, data = attached_to(mail)
    assert same(read_pdf(data), sent)
    provider.remove(route)
