"""baresip and sipsak subscribe at a whole server, and one that was killed."""

from __future__ import annotations

import asyncio
import re
import subprocess
from typing import TYPE_CHECKING

import pytest

from pbxcore.presence.packages.dialog_info import read_dialogs
from pbxcore.presence.packages.presence import read_pidf
from tests.support.baresip import Baresip
from tests.support.program import Program
from tests.support.server import Server
from tests.support.ucm import settled
from tests.support.watcher import Watcher

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from pbxcore.presence.packages.presence import Presence

DND = (
    '<?xml version="1.0"?><SetDoNotDisturb xmlns="http://www.ecma-international.org/standards/'
    'ecma-323/csta/ed3"><doNotDisturbOn>true</doNotDisturbOn></SetDoNotDisturb>'
)
FEATURE_TYPE = "Content-Type: application/x-as-feature-event+xml\r\n"


@pytest.fixture(scope="module")
def server() -> Iterator[Server]:
    with Server() as running:
        yield running


def watcher(server: Server, number: str) -> Watcher:
    return Watcher(number, f"Sip-{number}!", ("127.0.0.1", server.sip_port))


async def fetched(phone: Watcher, number: str) -> Presence:
    """The presence of an extension; other NOTIFYs may come as well."""
    answer, dialog = await phone.subscribe("presence", number, expires=0)
    assert answer.status == 200
    for count in range(1, 10):
        await phone.notified(count)
        for each in phone.notices:
            if each.get("Call-ID") == dialog.call_id:
                return read_pidf(each.body.encode())
    raise AssertionError("nothing was told")


@pytest.mark.parametrize("transport", ["udp", "tcp", "tls"])
async def test_baresip_follows_its_mailbox_and_a_colleague(
    server: Server, tmp_path: Path, transport: str
) -> None:
    port = server.sips_port if transport == "tls" else server.sip_port
    contacts = f'"Friend" <sip:1002@127.0.0.1:{port};transport={transport}>;presence=p2p\n'
    with Baresip(
        tmp_path / "phone",
        server,
        "1001",
        transport,
        account=";mwi=yes;pubint=300",
        contacts=contacts,
        modules=("presence", "mwi"),
    ) as phone:
        await asyncio.to_thread(phone.shows, "Voice-Message: 0/0 (0/0)")
        await asyncio.to_thread(phone.shows, "<basic>closed</basic>")
        await asyncio.to_thread(phone.shows, "SIP-ETag:")
        async with watcher(server, "1002") as friend:
            assert await friend.register() == 200
            await asyncio.to_thread(phone.shows, '<tuple id="phone"><status><basic>open</basic>')
            shown = await fetched(friend, "1001")
            assert shown.services[0].id.startswith("p0-")
            assert await friend.register(0) == 200
    asked = phone.printed.count("SUBSCRIBE sip:")
    assert asked <= 8, phone.printed  # each once, with a password, and once to end it


async def test_group_of_the_administration_is_watched_as_a_list(server: Server) -> None:
    admin = Program(server.url, "admin", "Demo-admin!")
    made = admin.post("/v1/extension-groups", {"name": "Front Desk", "members": ["1001", "1002"]})
    path = f"/v1/extension-groups/{made.json()['id']}"
    lists = "Supported: eventlist\r\n"
    async with watcher(server, "1000") as phone:
        async with asyncio.timeout(5):  # until the PBX has been told
            while (refused := await phone.subscribe("dialog", "front%20desk"))[0].status == 404:
                pass
        assert refused[0].status == 421
        answer, dialog = await phone.subscribe("dialog", "front%20desk", more=lists)
        assert (answer.status, answer.get("Require")) == (200, "eventlist")
        (whole,) = await phone.notified(1)
        assert 'uri="sip:front%20desk@127.0.0.1" version="0" fullState="true"' in whole.body
        assert re.findall(r'resource uri="([^"]+)"', whole.body) == [
            "sip:1001@127.0.0.1",
            "sip:1002@127.0.0.1",
        ]
        admin.patch(path, {"members": ["1003"]})
        (_, other) = await phone.notified(2)
        assert 'fullState="true"' in other.body
        assert re.findall(r'resource uri="([^"]+)"', other.body) == ["sip:1003@127.0.0.1"]
        server.kill9("pbx")
        await asyncio.to_thread(server.wait_ready)
        (_, _, after) = await phone.notified(3)
        assert re.findall(r'resource uri="([^"]+)"', after.body) == ["sip:1003@127.0.0.1"]
        assert after.get("Call-ID") == dialog.call_id
        admin.delete(path)
        last = (await phone.notified(4))[-1]
        assert last.get("Subscription-State") == "terminated;reason=noresource"


async def test_lamps_show_an_agents_duty_and_a_trunk(server: Server) -> None:
    admin = Program(server.url, "admin", "Demo-admin!")
    agent = Program(server.url, "1000", "Demo-1000!")
    queue = {"number": "6511", "name": "Lamps", "dynamic_agents": ["1000"]}
    trunk = {"name": "City Line", "kind": "peer", "host": "127.0.0.9", "port": 5999}
    assert admin.post("/v1/queues", queue).status == 201
    made = admin.post("/v1/trunks", trunk)
    assert made.status == 201
    settled(server, admin)
    path = f"/v1/trunks/{made.json()['id']}"

    async with watcher(server, "1000") as phone:

        async def lit(count: int) -> list[str]:
            told = read_dialogs((await phone.notified(count))[-1].body.encode())
            return [f"{each.id} {each.state}" for each in told.dialogs]

        assert (await phone.subscribe("dialog", "6511*1001"))[0].status == 404
        answer, _ = await phone.subscribe("dialog", "6511*")  # the key that logs in
        assert (answer.status, await lit(1)) == (200, [])
        assert agent.post("/v1/queues/6511/log-in").status == 200
        assert await lit(2) == ["duty confirmed"]
        assert agent.post("/v1/queues/6511/log-out").status == 200
        assert await lit(3) == ["duty terminated"]
        answer, _ = await phone.subscribe("dialog", "trunk-city-line")
        assert (answer.status, await lit(4)) == (200, [])
        assert admin.patch(path, {"disabled": True}).status == 200
        assert await lit(5) == ["out-of-order confirmed"]
        assert admin.patch(path, {"disabled": False}).status == 200
        assert await lit(6) == ["out-of-order terminated"]
        assert admin.delete(path).status == 204
        last = (await phone.notified(7))[-1]
        assert last.get("Subscription-State") == "terminated;reason=noresource"
    assert admin.delete("/v1/queues/6511").status == 204


def test_sipsak_fetches_a_state(server: Server, tmp_path: Path) -> None:
    request = tmp_path / "subscribe"
    here = f"127.0.0.1:{server.sip_port}"
    request.write_text(
        f"SUBSCRIBE sip:1001@{here} SIP/2.0\r\n"
        f"From: <sip:1000@{here}>;tag=sipsak\r\nTo: <sip:1001@{here}>\r\n"
        "Call-ID: sipsak-events\r\nCSeq: 1 SUBSCRIBE\r\nMax-Forwards: 70\r\n"
        "Contact: <sip:1000@127.0.0.1:9>\r\n"
        "Event: presence\r\nExpires: 0\r\nContent-Length: 0\r\n\r\n"
    )
    line = ["sipsak", "-vv", "-f", str(request), "-s", f"sip:1001@{here}", "-u", "1000"]
    done = subprocess.run([*line, "-a", "Sip-1000!"], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
    assert "200 OK" in done.stdout


@pytest.mark.parametrize("part", [None, "pbx"])
async def test_killed_server_goes_on_with_its_subscriptions(part: str | None) -> None:
    with Server() as server:
        async with watcher(server, "1000") as phone, watcher(server, "1001") as other:
            await other.register()
            _, lamp = await phone.subscribe("dialog", "1001")
            _, mailbox = await phone.subscribe("message-summary", "1000")
            _, keys = await other.subscribe("as-feature-event", "1001")
            assert (await other.refresh(keys, more=FEATURE_TYPE, body=DND)).status == 200
            before = {each.get("Call-ID"): each.cseq for each in await phone.notified(3)}
            await other.notified(5)
            server.kill9(part)
            seen = len(phone.notices)
            if part is None:
                server.start()
            else:
                server.wait_ready()
            told = (await phone.notified(seen + 2))[seen:]
            assert {each.get("Call-ID") for each in told} == {lamp.call_id, mailbox.call_id}
            assert all(each.cseq > before[each.get("Call-ID")] for each in told)
            (shown,) = (each for each in told if each.get("Event") == "dialog")
            report = read_dialogs(shown.body.encode())
            assert (report.full, [each.id for each in report.dialogs]) == (True, ["dnd"])
            assert (await phone.refresh(lamp)).status == 200
            assert (await phone.notified(seen + 3))[-1].cseq == shown.cseq + 1
