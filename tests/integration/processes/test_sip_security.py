"""Bans and traces of a whole server: settings, the PBX that follows, the list, the command line."""

from __future__ import annotations

import re
import secrets
import socket
import struct
from contextlib import closing
from typing import TYPE_CHECKING, Any

import pytest

from engage.telephony.journal_file import read_journal
from pbxcore.journal import AddressBanned, AddressUnbanned
from tests.integration.processes.test_command_line import engage
from tests.support.phone import Phone
from tests.support.program import Program
from tests.support.server import Server, wait_until
from tests.support.ucm import settled

if TYPE_CHECKING:
    from collections.abc import Iterator

LIAR = "127.0.0.77"
SILENCE_S = 0.05
"""How long an answer is waited for that does not come."""
REGISTER = (
    "REGISTER sip:127.0.0.1 SIP/2.0\r\n"
    "Via: SIP/2.0/UDP {host}:{port};branch=z9hG4bK{branch};rport\r\n"
    "From: <sip:1000@127.0.0.1>;tag=1\r\nTo: <sip:1000@127.0.0.1>\r\nCall-ID: {call}\r\n"
    "CSeq: 1 REGISTER\r\nContact: <sip:1000@{host}:{port}>\r\n{extra}Content-Length: 0\r\n\r\n"
)


@pytest.fixture(scope="module")
def server() -> Iterator[Server]:
    with Server() as running:
        yield running


@pytest.fixture
def admin(server: Server) -> Program:
    return Program(server.url, "admin", "Demo-admin!")


def ask(server: Server, extra: str = "", wait_s: float = 10) -> str:
    """One REGISTER from the liar's address; the answer, empty for silence so long."""
    with closing(socket.socket(socket.AF_INET, socket.SOCK_DGRAM)) as bound:
        bound.bind((LIAR, 0))
        bound.settimeout(wait_s)
        port = bound.getsockname()[1]
        call, branch = secrets.token_hex(4), secrets.token_hex(6)
        message = REGISTER.format(host=LIAR, port=port, branch=branch, call=call, extra=extra)
        bound.sendto(message.encode(), ("127.0.0.1", server.sip_port))
        try:
            return bound.recv(65535).decode()
        except TimeoutError:
            return ""


def guess(server: Server, nonce: str, wait_s: float = 10) -> str:
    return ask(
        server,
        f'Authorization: Digest username="1000", realm="engage", nonce="{nonce}",'
        f' uri="sip:127.0.0.1", response="{"0" * 32}", algorithm=MD5\r\n',
        wait_s,
    )


def change(server: Server, admin: Program, section: str, **values: Any) -> None:
    """Change settings, and wait until the PBX holds them."""
    changed = admin.patch(f"/v1/settings/{section}", {"values": values})
    assert changed.status == 200, changed.body
    settled(server, admin)


def facts(server: Server) -> list[AddressBanned | AddressUnbanned]:
    found = (each.fact for each in read_journal(server.data / "pbx" / "journal", 0))
    return [each for each in found if isinstance(each, AddressBanned | AddressUnbanned)]


def test_whitelist_takes_fifty_entries_and_no_more(admin: Program) -> None:
    def put(whitelist: list[str]) -> Any:
        return admin.patch("/v1/settings/fail2ban", {"values": {"whitelist": whitelist}})

    entries = [f"192.0.2.{n}" for n in range(48)] + ["2001:db8::/32", "10.9.8.7/8"]
    assert put(entries).status == 200
    refused = put([*entries, "198.51.100.1"])
    assert refused.status == 422
    assert "50" in refused.json()["error"]["fields"]["whitelist"]
    held = admin.get("/v1/settings/fail2ban").json()["values"]["whitelist"]
    assert len(held) == 50
    assert held[-2:] == ["2001:db8::/32", "10.0.0.0/8"]
    assert put(["pbx.example.com"]).status == 422
    assert put([]).status == 200


def test_fifty_bad_registrations_are_one_ban_that_survives_the_pbx_and_ends_by_hand(
    server: Server, admin: Program
) -> None:
    change(server, admin, "fail2ban", ignore_self=False, max_retries=7)
    [nonce, *_] = re.findall(r'nonce="([^"]+)"', ask(server))
    assert [guess(server, nonce)[:11] for _ in range(7)] == ["SIP/2.0 401"] * 7
    assert [guess(server, nonce, SILENCE_S) for _ in range(43)] == [""] * 43
    [ban] = admin.get("/v1/bans").json()["items"]
    assert (ban["address"], ban["failures"]) == (LIAR, 7)
    server.keeps("bans", LIAR.encode())
    server.kill9("pbx")
    server.wait_ready()
    assert ask(server, wait_s=0.5) == ""
    assert admin.get("/v1/bans").json()["items"] == [ban]
    lifted = admin.post("/v1/bans/delete", {"addresses": [LIAR, "192.0.2.1"]})
    assert lifted.json()["items"] == [ban]
    assert ask(server).startswith("SIP/2.0 401")
    wait_until(lambda: len(facts(server)) > 1, 5, "the journal")
    assert facts(server)[1:] == [AddressUnbanned(LIAR, "removed")]
    assert server.log.count('"address banned"') == 1
    assert server.log.count('"address unbanned"') == 1
    operations = admin.get("/v1/operations?action=ban.").json()["items"]
    assert [(each["action"], each["object"]) for each in operations] == [
        ("ban.delete", f"ban:{LIAR}")
    ]


def test_ban_ends_by_its_time_and_by_the_switch(server: Server, admin: Program) -> None:
    change(server, admin, "fail2ban", ignore_self=False, max_retries=2, ban_duration=2)
    before = len(facts(server))
    for _ in range(2):
        [nonce, *_] = re.findall(r'nonce="([^"]+)"', ask(server))
        guess(server, nonce)
    assert ask(server, wait_s=0.2) == ""
    wait_until(lambda: len(facts(server)) == before + 2, 8, "the end of the ban")
    assert facts(server)[-1] == AddressUnbanned(LIAR, "expired")
    change(server, admin, "fail2ban", ban_duration=0)
    for _ in range(2):
        [nonce, *_] = re.findall(r'nonce="([^"]+)"', ask(server))
        guess(server, nonce)
    [ban] = admin.get("/v1/bans").json()["items"]
    assert ban["until"] is None
    change(server, admin, "fail2ban", enabled=False)
    wait_until(lambda: ask(server, wait_s=0.5), 10, "the end of all bans")
    allowed = AddressUnbanned(LIAR, "allowed")
    wait_until(lambda: facts(server)[-1] == allowed, 5, "the journal")
    change(server, admin, "fail2ban", enabled=True)


def test_limits_are_settings_that_hold_at_once(server: Server, admin: Program) -> None:
    change(server, admin, "fail2ban", ignore_self=False, max_retries=5)
    change(server, admin, "sip_limits", strangers=1)
    refused = admin.patch("/v1/settings/sip_limits", {"values": {"strangers": 0}})
    assert refused.status == 422
    wait_until(lambda: not ask(server, wait_s=0.1), 10, "the limit")
    figures = admin.get("/metrics").body.decode()
    assert re.search(r"sip_dropped_rate_total\D* [1-9]", figures)
    change(server, admin, "sip_limits", strangers=50)
    change(server, admin, "fail2ban", ignore_self=True)


async def test_trace_of_the_running_server(server: Server) -> None:
    async with Phone("1001", "Sip-1001!", ("127.0.0.1", server.sip_port)) as phone:
        assert await phone.register() == 200
        await phone.send("1000", "meet me at the old oak")
    everything = engage(server, "sip", "trace").stdout
    [call, *_] = re.findall(r"Call-ID: (\S+)", everything[everything.rindex("REGISTER sip:") :])
    assert "old oak" not in everything
    assert not re.search(r'response="[0-9a-f]', everything)
    assert "old oak" in engage(server, "sip", "trace", "--bodies").stdout
    one = engage(server, "sip", "trace", "--call-id", call).stdout
    assert one.count("───") == one.count(f"Call-ID: {call}") >= 2
    assert engage(server, "sip", "trace", "--address", "192.0.2.1").stdout == ""
    ladder = engage(server, "sip", "trace", "--ladder", "--call-id", call).stdout
    assert "REGISTER" in ladder
    assert "200 OK (REGISTER)" in ladder
    capture = server.data / "sip.pcap"
    engage(server, "sip", "trace", "--pcap", str(capture))
    data = capture.read_bytes()
    assert struct.unpack_from("<I", data)[0] == 0xA1B2C3D4
    assert data.count(b"Call-ID: " + call.encode()) >= 2
    assert capture.stat().st_mode & 0o077 == 0


def test_trace_needs_a_running_server() -> None:
    with Server(start=False) as stopped:
        ended = engage(stopped, "sip", "trace")
        assert (ended.returncode, ended.stderr) == (
            1,
            "engage: no server runs on this data folder\n",
        )
