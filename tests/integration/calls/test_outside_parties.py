"""What phones and providers of others see and hear: SIPp, baresip and plain sockets at each end."""

from __future__ import annotations

import asyncio
from contextlib import asynccontextmanager
from typing import TYPE_CHECKING, Any

import pytest

from tests.integration.calls.test_faxes import FaxMachine, page
from tests.integration.calls.test_media_faults import without_a_worker
from tests.support.baresip import Baresip
from tests.support.pair import Desk
from tests.support.phone import Phone
from tests.support.server import free_port, wait_until
from tests.support.sipp_script import (
    STREAM,
    agrees,
    answers,
    calls,
    changes,
    confirms,
    is_answered,
    is_hung_up,
    is_refused,
    pauses,
    replies,
    rings_reliably,
    script,
    sipp,
    streams,
    takes,
)
from tests.support.sipp_trunk import write_stream
from tests.support.tone import Voice, hears, says

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Iterator
    from pathlib import Path

    from tests.support.server import Server

PROVIDER = "127.0.0.4"
"""Another address than the phones': a peer is trusted by its own."""
BUSY = answers("486 Busy Here") + takes("ACK")


class Trunk:
    """A trunk to a port where a SIPp listens as a provider, reached by 9."""

    def __init__(self, server: Server) -> None:
        self.server, self.port = server, free_port(udp=True)
        self.desk = Desk(server)
        self.path = self._adds("trunks", name="Others", kind="peer", host=PROVIDER, port=self.port)
        ways = [{"trunk": self.id, "strip": 1}]
        way_out = {"patterns": "_9X.", "ways": ways, "permission": "internal"}
        self._adds("outbound-routes", name="Others", **way_out)
        fax = {"kind": "extension", "value": "1001"}
        self._adds("inbound-routes", name="In", trunks=[self.id], dids="771001", destination=fax)
        self.desk.settled()

    def _adds(self, what: str, **fields: Any) -> str:
        added = self.desk.admin.post(f"/v1/{what}", fields)
        assert added.status == 201, added.body
        made = added.json()
        return f"/v1/{what}/{made['number' if what == 'queues' else 'id']}"

    @property
    def id(self) -> str:
        return self.path.rpartition("/")[2]

    def adds(self, what: str, **fields: Any) -> str:
        """The path of what was added, once the PBX has it."""
        path = self._adds(what, **fields)
        self.desk.settled()
        return path

    def changes(self, **fields: Any) -> None:
        changed = self.desk.admin.patch(self.path, fields)
        assert changed.status == 200, changed.body
        self.desk.settled()

    def at(self) -> dict[str, Any]:
        """Where its SIPp is to listen."""
        return {"host": PROVIDER, "port": self.port}


@pytest.fixture(scope="module")
def trunk(server: Server) -> Iterator[Trunk]:
    return Trunk(server)


@asynccontextmanager
async def registered(server: Server, number: str) -> AsyncIterator[int]:
    """The port where the phone of an extension is registered, for a SIPp to listen at."""
    here, port = ("127.0.0.1", server.sip_port), free_port(udp=True)
    async with Phone(number, f"Sip-{number}!", here) as phone:
        for expires in 300, 0:
            contact = f"Contact: <sip:{number}@127.0.0.1:{port}>\r\nExpires: {expires}\r\n"
            assert await phone.authorised("REGISTER", "sip:127.0.0.1", number, contact) == 200
            if expires:
                yield port


async def test_a_provider_sees_the_number_of_the_group_or_queue_that_sends_a_call_on(
    trunk: Trunk, server: Server, tmp_path: Path
) -> None:
    on = {"kind": "external", "value": "9321"}
    trunk.adds(
        "ring-groups", name="Desk", number="6431", members=["1003"], ring_s=1, destination=on
    )
    trunk.adds("queues", name="Help", number="6531", empty_destination=on)
    numbers = [
        {"number": "4930555", "name": "The Desk", "ring_groups": ["6431"]},
        {"number": "4930666", "queues": ["6531"]},
    ]
    trunk.changes(dods=numbers, caller_id="4930100")
    for dialled, shown in (("6431", "4930555"), ("6531", "4930666"), ("9321", "4930100")):
        asserted = f"<sip:{shown}@"
        came = script(takes("INVITE", From=asserted, P_Asserted_Identity=asserted), BUSY)
        async with sipp(tmp_path, server, came, **trunk.at()):
            call = script(calls(dialled, "1000"), is_refused(dialled, "1000", 486))
            async with sipp(tmp_path, server, call):
                pass


async def test_a_provider_is_registered_with_and_called_by_the_number_as_it_is_written(
    server: Server, tmp_path: Path
) -> None:
    desk, port = Desk(server), free_port(udp=True)
    challenge = 'WWW-Authenticate: Digest realm="sipp",nonce="n1",algorithm=MD5,qop="auth"'
    known = {"From": "<sip:555-1000@", "To": "<sip:555-1000@"}
    signs_in = script(
        takes("REGISTER", **known), replies("401 Unauthorized", challenge),
        takes("REGISTER", **known, Authorization='username="user"'),
        replies("200 OK", "[last_Contact:]", "Expires: 300"),
    )  # fmt: skip
    body: dict[str, Any] = {
        "name": "Numbered", "kind": "register", "host": "127.0.0.5", "port": port,
        "username": "user", "password": "secret", "trunk_registration_number": "555-1000",
    }  # fmt: skip
    at: dict[str, Any] = {"host": "127.0.0.5", "port": port}
    async with sipp(tmp_path, server, signs_in, **at):
        added = desk.admin.post("/v1/trunks", body)
        assert added.status == 201, added.body
    ident = added.json()["id"]
    ways = [{"trunk": ident, "strip": 1}]
    out = {"name": "Numbered", "patterns": "_8X.", "ways": ways, "permission": "internal"}
    route = desk.admin.post("/v1/outbound-routes", out)
    desk.settled()
    came = script(takes("INVITE", From="<sip:555-1000@"), BUSY)
    async with sipp(tmp_path, server, came, **at):
        call = script(calls("8321", "1000"), is_refused("8321", "1000", 486))
        async with sipp(tmp_path, server, call):
            pass
    for path in f"/v1/outbound-routes/{route.json()['id']}", f"/v1/trunks/{ident}":
        assert desk.admin.delete(path).status == 204


async def test_a_baresip_hears_a_provider_before_it_answers(
    trunk: Trunk, server: Server, tmp_path: Path
) -> None:
    """What is said with a reliable 183 is acknowledged (RFC 3262), and need not be said again."""
    write_stream(tmp_path, 1300)
    folder, account = tmp_path / "1002", ";audio_codecs=pcmu"
    early = rings_reliably("183 Session Progress", 1, port=STREAM) + streams() + pauses(3)
    there = script(takes("INVITE"), early, answers("200 OK"), takes("ACK"), is_hung_up())
    with Baresip(folder, server, "1002", "udp", account=account, config=says(folder, 440)) as phone:
        await asyncio.to_thread(phone.shows, "registered successfully")
        async with sipp(tmp_path, server, there, **trunk.at()):
            phone.enters("/dial 9321")
            await asyncio.to_thread(hears, folder, 1300)
            assert "Call established" not in phone.printed
            await asyncio.to_thread(phone.shows, "Call established")
            phone.enters("/hangup")


async def test_who_talks_to_a_phone_that_is_gone_is_hung_up_and_told_why(
    server: Server, tmp_path: Path
) -> None:
    desk, folder = Desk(server), tmp_path / "1001"
    media = "/v1/settings/media"
    usual = desk.admin.get(media).json()["values"]["rtp_timeout_s"]
    assert desk.admin.patch(media, {"values": {"rtp_timeout_s": 2}}).status == 200
    desk.settled()
    known = {each["id"] for each in desk.listed()}
    account = ";answermode=auto;audio_codecs=pcmu"
    with (
        Voice(440) as voice,
        Baresip(folder, server, "1001", "udp", account=account, config=says(folder, 1000)) as phone,
    ):
        await asyncio.to_thread(phone.shows, "registered successfully")
        call = calls("1001", "1000", port=voice.port), is_answered("1001", "1000")
        over = takes("BYE", Reason="Q.850;cause=[0-9]+") + confirms()
        async with sipp(tmp_path, server, script(*call, over)) as there:
            voice.talk(int(await there.took("SIP/2.0 200", r"m=audio (\d+)")))
            await asyncio.to_thread(voice.hears, 1000)
            phone.kill()
    await asyncio.to_thread(
        wait_until, lambda: {each["id"] for each in desk.listed()} - known, 10, "the record"
    )
    [ident] = {each["id"] for each in desk.listed()} - known
    record = desk.admin.get(f"/v1/calls/{ident}").json()
    assert record["disposition"] == "answered"
    assert {each["reason"] for each in record["legs"]} == {"rtp_silence"}
    assert desk.live() == []
    assert desk.admin.patch(media, {"values": {"rtp_timeout_s": usual}}).status == 200
    desk.settled()


async def test_a_fax_passes_from_a_provider_to_a_gateway(
    trunk: Trunk, server: Server, tmp_path: Path
) -> None:
    """Both are SIPp, which turn their call into T.38; the datagrams are of plain sockets."""

    def described(machine: FaxMachine) -> str:
        return machine.description().decode().replace("\r\n", "\n")

    caller = "771001", "5559876"
    with FaxMachine() as theirs, FaxMachine() as ours:
        party = (
            calls(*caller, known=False), is_answered(*caller, 1),
            changes(*caller, 2, described(theirs)), is_hung_up(),
        )  # fmt: skip
        gateway = (
            takes("INVITE"), answers("200 OK", port="[media_port]"), takes("ACK"),
            agrees(described(ours)), is_hung_up(),
        )  # fmt: skip
        async with (
            registered(server, "1001") as port,
            sipp(tmp_path, server, script(*gateway), port=port) as there,
            sipp(tmp_path, server, script(*party), **trunk.at()) as here,
        ):
            image = r"m=image (\d+) udptl t38"
            to_us = int(await there.took("INVITE", image))
            to_them = int(await here.took("SIP/2.0 200", image))
            theirs.reaches(to_them, ours)
            ours.reaches(to_us, theirs)
            for sender, port_of, other in (theirs, to_them, ours), (ours, to_us, theirs):
                sent = page(port_of)
                sender.send(port_of, sent)
                assert other.receive(len(sent)) == sent
            await asyncio.to_thread(wait_until, trunk.desk.live, 10, "the call in the list")
            (live,) = trunk.desk.live()
            over = trunk.desk.admin.post(f"/v1/calls/live/{live['id']}/hang-up")
            assert over.status == 204


async def test_a_killed_worker_ends_a_call_of_others_and_the_next_is_refused_until_one_is_there(
    server: Server, tmp_path: Path
) -> None:
    folder, account = tmp_path / "1001", ";answermode=auto;audio_codecs=pcmu"
    cause = r"Q\.850;cause={}"
    with (
        Voice(440) as voice,
        Baresip(folder, server, "1001", "udp", account=account, config=says(folder, 1000)) as phone,
    ):
        await asyncio.to_thread(phone.shows, "registered successfully")
        call = calls("1001", "1000", port=voice.port), is_answered("1001", "1000")
        over = takes("BYE", Reason=cause.format(102)) + confirms()
        async with sipp(tmp_path, server, script(*call, over)) as there:
            voice.talk(int(await there.took("SIP/2.0 200", r"m=audio (\d+)")))
            await asyncio.to_thread(voice.hears, 1000)
            with without_a_worker(server):
                await asyncio.to_thread(phone.shows, "session closed")
                refused = is_refused("1001", "1000", 503, Reason=cause.format("[0-9]+"))
                async with sipp(tmp_path, server, script(calls("1001", "1000"), refused)):
                    pass
    await asyncio.to_thread(server.wait_ready)
