"""Bans, floods and traces over real sockets."""

from __future__ import annotations

import asyncio
import contextlib
import re
import secrets
import socket
from typing import TYPE_CHECKING, Self

import pytest

from pbxcore.commands import BansHeld, LiftBans, ListBans, Trace, TraceShown
from pbxcore.domain_settings import BanPolicy, SipLimits
from pbxcore.journal import AddressBanned, AddressUnbanned
from pbxcore.net import connections

if TYPE_CHECKING:
    from tests.integration.sip.conftest import House

STRICT = BanPolicy(ignore_self=False)
REGISTER = (
    "REGISTER sip:pbx.test SIP/2.0\r\n"
    "Via: SIP/2.0/UDP 127.0.0.1:{port};branch=z9hG4bK{branch};rport\r\n"
    "From: <sip:1000@pbx.test>;tag=1\r\nTo: <sip:1000@pbx.test>\r\nCall-ID: {call}\r\n"
    "CSeq: {cseq} REGISTER\r\nContact: <sip:1000@127.0.0.1:{port}>\r\n{extra}"
    "Content-Length: 0\r\n\r\n"
)


class Liar:
    """Signs in with a wrong password from an address of its own."""

    def __init__(self, house: House, host: str = "127.0.0.1") -> None:
        self._socket = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        self._socket.bind((host, 0))
        self._socket.setblocking(False)
        self._server = ("127.0.0.1", house.port)
        self._cseq = 0

    async def ask(self, extra: str = "", timeout_s: float = 0.2) -> str:
        """One REGISTER; the answer, empty for silence."""
        self._cseq += 1
        message = REGISTER.format(
            port=self._socket.getsockname()[1],
            branch=secrets.token_hex(6),
            call="liar",
            cseq=self._cseq,
            extra=extra,
        )
        self._socket.sendto(message.encode(), self._server)
        try:
            async with asyncio.timeout(timeout_s):
                answer = await asyncio.get_running_loop().sock_recv(self._socket, 65535)
        except TimeoutError:
            return ""
        return answer.decode()

    async def guess(self, nonce: str = "", user: str = "1000") -> str:
        """One REGISTER with a wrong password, answering a challenge if no nonce is given."""
        if not nonce:
            challenge = await self.ask()
            if not challenge:
                return ""
            nonce = nonce_of(challenge)
        return await self.ask(
            f'Authorization: Digest username="{user}", realm="engage", nonce="{nonce}",'
            f' uri="sip:pbx.test", response="{"0" * 32}", algorithm=MD5\r\n'
        )

    def flood(self, times: int) -> None:
        """Send many at once and listen to nobody."""
        for _ in range(times):
            message = REGISTER.format(port=9, branch="b", call="f", cseq=1, extra="")
            self._socket.sendto(message.encode(), self._server)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._socket.close()


def nonce_of(challenge: str) -> str:
    found = re.search('nonce="([^"]+)"', challenge)
    assert found
    return found[1]


def alike(answer: str) -> str:
    """An answer without what differs between any two."""
    return re.sub(r"(nonce|tag|branch|rport)=[^,;\r]+|127\.0\.0\.[0-9:]+", "", answer)


def events(house: House) -> list[AddressBanned | AddressUnbanned]:
    return [each for each in house.facts if isinstance(each, AddressBanned | AddressUnbanned)]


@pytest.fixture
async def strict(house: House) -> House:
    """A house in which loopback is judged like everybody."""
    await house.change(bans=STRICT)
    return house


async def test_fifty_bad_registrations_are_one_ban_and_one_end(
    strict: House, caplog: pytest.LogCaptureFixture
) -> None:
    with Liar(strict) as liar:
        answers = [(await liar.guess())[:11] for _ in range(6)]
        assert answers == ["SIP/2.0 401"] * 5 + [""]
        nonce = "0" * 68
        for _ in range(44):
            await liar.guess(nonce)
        assert [type(each) for each in events(strict)] == [AddressBanned]
        held = await strict.pbx.handle(ListBans())
        assert isinstance(held, BansHeld)
        assert [(each.address, each.failures) for each in held.bans] == [("127.0.0.1", 5)]
        assert await strict.pbx.handle(LiftBans(("127.0.0.1", "192.0.2.1"))) == held
        assert await strict.pbx.handle(LiftBans(("127.0.0.1",))) == BansHeld(())
        assert events(strict)[1:] == [AddressUnbanned("127.0.0.1", "removed")]
        assert (await liar.ask()).startswith("SIP/2.0 401")
        lines = [each.message for each in caplog.records if each.message.startswith("address ")]
        assert lines == ["address banned", "address unbanned"]


async def test_unknown_users_are_counted_and_answered_like_known_ones(strict: House) -> None:
    with Liar(strict, "127.0.0.2") as known, Liar(strict, "127.0.0.3") as unknown:
        one = [alike(await known.guess()) for _ in range(6)]
        two = [alike(await unknown.guess(user="9999")) for _ in range(6)]
        assert one == two
        assert [each.address for each in events(strict)] == ["127.0.0.2", "127.0.0.3"]


async def test_failures_under_a_forged_address_ban_nobody(strict: House) -> None:
    with Liar(strict, "127.0.0.2") as attacker, Liar(strict, "127.0.0.3") as victim:
        nonce = nonce_of(await attacker.ask())
        for _ in range(20):  # as if forged: the nonce went to the attacker
            assert (await victim.guess(nonce)).startswith("SIP/2.0 401")
        assert events(strict) == []
        for made_up in ("", "x" * 68):
            for _ in range(10):
                await victim.guess(made_up or "none")
        assert events(strict) == []


async def test_ban_outlives_a_restart_and_ends_by_the_whitelist(strict: House) -> None:
    with Liar(strict) as liar:
        for _ in range(5):
            await liar.guess()
        await strict.stop()
        await strict.start()
        assert await liar.ask() == ""
        allowed = BanPolicy(ignore_self=False, whitelist=("127.0.0.0/8",))
        await strict.change(bans=allowed)
        assert (await liar.ask()).startswith("SIP/2.0 401")
        assert [getattr(each, "cause", "") for each in events(strict)] == ["", "allowed"]


async def test_banned_address_loses_its_connections_and_gets_no_new_one(strict: House) -> None:
    reader, writer = await asyncio.open_connection("127.0.0.1", strict.port)
    request = REGISTER.replace("UDP", "TCP").format
    extra = (
        'Authorization: Digest username="1000", realm="engage", nonce="made up",'
        f' uri="sip:pbx.test", response="{"0" * 32}", algorithm=MD5\r\n'
    )
    for cseq in range(5):  # a connection proves its address: whatever the nonce
        writer.write(request(port=5, branch=cseq, call="c", cseq=cseq + 1, extra=extra).encode())
        assert (await reader.readuntil(b"\r\n\r\n")).startswith(b"SIP/2.0 401")
    writer.write(request(port=5, branch=9, call="c", cseq=9, extra="").encode())
    assert await reader.read() == b""
    writer.close()
    again, other = await asyncio.open_connection("127.0.0.1", strict.port)
    with contextlib.suppress(ConnectionResetError):
        assert await again.read() == b""
    other.close()
    assert len(events(strict)) == 1


async def test_silent_connections_make_room_for_those_who_sign_in(
    house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(connections, "MOST_CONNECTIONS", 4)
    silent = [await asyncio.open_connection("127.0.0.1", house.port) for _ in range(4)]
    for number in range(8):  # each newcomer takes the place of the oldest that said nothing
        reader, writer = await asyncio.open_connection("127.0.0.1", house.port)
        message = REGISTER.replace("UDP", "TCP").format
        writer.write(message(port=5, branch=number, call="c", cseq=1, extra="").encode())
        assert (await reader.readuntil(b"\r\n\r\n")).startswith(b"SIP/2.0 401")
        silent.append((reader, writer))
    with contextlib.suppress(ConnectionResetError):
        assert await silent[0][0].read() == b""
    for _, writer in silent:
        writer.close()


async def test_silent_connections_of_an_address_shut_nobody_out_who_shares_it(
    house: House,
) -> None:
    await house.change(limits=SipLimits(connections=5))
    silent = [await asyncio.open_connection("127.0.0.1", house.port) for _ in range(5)]
    for _, writer in silent:
        writer.write(b"REGISTER sip:127.0.0.1 SIP/2.0\r\n")  # and never the rest
    reader, writer = await asyncio.open_connection("127.0.0.1", house.port)
    message = REGISTER.replace("UDP", "TCP").format(port=5, branch=1, call="c", cseq=1, extra="")
    writer.write(message.encode())
    assert (await reader.readuntil(b"\r\n\r\n")).startswith(b"SIP/2.0 401")
    with contextlib.suppress(ConnectionResetError):
        assert await silent[0][0].read() == b""
    for _, each in (*silent, (reader, writer)):
        each.close()


async def test_flood_of_one_address_leaves_others_unharmed(house: House) -> None:
    limits = SipLimits(strangers_per_s=10)
    await house.change(bans=STRICT, limits=limits)
    with Liar(house, "127.0.0.9") as flood:
        for _ in range(40):
            flood.flood(50)
            await asyncio.sleep(0)
        async with house.phone("1000") as phone:
            assert await phone.register() == 200
        shown = await house.pbx.handle(Trace(address="127.0.0.9"))
        assert isinstance(shown, TraceShown)
        assert 0 < shown.shown.decode().count("REGISTER sip:") <= 60


async def test_trace_shows_a_call_without_its_secrets(house: House) -> None:
    async with house.phone("1000") as phone:
        assert await phone.register() == 200
        assert await phone.send("1001", "the code is 4711") == 202
    shown = await house.pbx.handle(Trace())
    assert isinstance(shown, TraceShown)
    text = shown.shown.decode()
    assert text.count("REGISTER sip:") == 2
    assert "SIP/2.0 401" in text
    assert 'response="********************************"' in text
    assert "4711" not in text
    assert not re.search('response="[0-9a-f]', text)
    assert b"4711" in (await house.pbx.handle(Trace(bodies=True))).shown  # type: ignore[union-attr]
    later = await house.pbx.handle(Trace(after=shown.last))
    assert later == TraceShown(b"", shown.last, False)
    ladder = await house.pbx.handle(Trace(form="ladder"))
    assert isinstance(ladder, TraceShown)
    assert "401 Unauthorized (REGISTER)" in ladder.shown.decode()


@pytest.mark.parametrize(
    ("limits", "more", "status"),
    [
        (SipLimits(header_lines=40), b"X: y\r\n" * 40, b"513"),
        (SipLimits(vias=4), b"Via: SIP/2.0/UDP a;branch=z9hG4bK1\r\n" * 4, b"483"),
        (SipLimits(message_bytes=8192), b"X: " + b"y" * 9000 + b"\r\n", b"413"),
    ],
    ids=["lines", "vias", "bytes"],
)
async def test_limits_that_are_set_hold_at_once(
    house: House, limits: SipLimits, more: bytes, status: bytes
) -> None:
    await house.change(limits=limits)
    reader, writer = await asyncio.open_connection("127.0.0.1", house.port)
    message = REGISTER.replace("UDP", "TCP").format(port=5, branch=1, call="c", cseq=1, extra="")
    writer.write(message.encode().replace(b"From:", more + b"From:"))
    assert (await reader.readuntil(b"\r\n\r\n")).startswith(b"SIP/2.0 " + status)
    writer.close()
    await writer.wait_closed()
