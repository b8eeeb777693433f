"""What SIP answers to those who are nobody, know nothing, or send rubbish."""

from __future__ import annotations

import os
import random
import re
import secrets
import socket
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tests.support.server import Server

ALLOWED = {"ACK", "BYE", "CANCEL", "INVITE"} | {
    "MESSAGE",
    "OPTIONS",
    "PUBLISH",
    "REGISTER",
    "SUBSCRIBE",
}


class Stranger:
    """A UDP socket without an account."""

    def __init__(self, port: int) -> None:
        self.socket = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        self.socket.bind(("127.0.0.1", 0))
        self.socket.connect(("127.0.0.1", port))
        self.port = self.socket.getsockname()[1]

    def request(
        self, method: str, uri: str, more: str = "", user: str = "1001", via: str = ""
    ) -> bytes:
        length = "" if "Content-Length" in more else "Content-Length: 0\r\n"
        return (
            f"{method} {uri} SIP/2.0\r\n"
            f"Via: SIP/2.0/UDP 127.0.0.1:{self.port};branch=z9hG4bK{secrets.token_hex(6)};rport"
            f"{via}\r\n"
            f"Max-Forwards: 70\r\nFrom: <sip:{user}@127.0.0.1>;tag={secrets.token_hex(4)}\r\n"
            f"To: <sip:{user}@127.0.0.1>\r\nCall-ID: {secrets.token_hex(6)}\r\n"
            f"CSeq: 1 {method}\r\n{more}{length}\r\n"
        ).encode()

    def ask(self, data: bytes, within_s: float = 5) -> str:
        self.socket.settimeout(within_s)
        self.socket.send(data)
        return self.socket.recv(65536).decode()

    def close(self) -> None:
        self.socket.close()


@pytest.fixture
def stranger(server: Server) -> Iterator[Stranger]:
    found = Stranger(server.sip_port)
    yield found
    found.close()


def status(answer: str) -> int:
    return int(answer.split(" ", 2)[1])


def without_chance(answer: str) -> str:
    """An answer without what differs each time: tags, nonces, branches, numbers asked for."""
    kept = re.sub(r'(tag|branch|nonce|rport|Call-ID: |SIP/2.0/UDP )[=]?"?[^;,"\s]*', "", answer)
    return re.sub(r"sip:\d+@", "sip:@", kept)


def test_options_and_unknown_methods_name_what_is_allowed(stranger: Stranger) -> None:
    told = []
    for method, code in (("OPTIONS", 200), ("JUMP", 501)):
        answer = stranger.ask(stranger.request(method, "sip:127.0.0.1"))
        assert status(answer) == code
        [allow] = re.findall(r"^Allow: (.*)\r$", answer, re.MULTILINE)
        told.append(set(allow.split(", ")))
    assert told[0] == told[1] >= ALLOWED
    for method in ("INVITE", "REFER", "NOTIFY"):
        answer = status(stranger.ask(stranger.request(method, "sip:127.0.0.1")))
        assert (answer == 405) == (method not in told[0] | {"NOTIFY"}), (method, answer)
    assert status(stranger.ask(stranger.request("CANCEL", "sip:127.0.0.1"))) == 481


@pytest.mark.parametrize("method", ["OPTIONS", "REGISTER", "MESSAGE"])
@pytest.mark.parametrize("guessed", ["", "wrong"])
def test_known_and_unknown_numbers_get_the_same_answer(
    stranger: Stranger, method: str, guessed: str
) -> None:
    told = []
    for number in ("1002", "7777"):
        uri = "sip:127.0.0.1" if method == "REGISTER" else f"sip:{number}@127.0.0.1"
        credentials = ""
        if guessed:
            first = stranger.ask(stranger.request("REGISTER", "sip:127.0.0.1", user=number))
            [nonce, *_] = re.findall(r'nonce="([^"]+)"', first)
            credentials = (
                f'Authorization: Digest username="{number}", realm="engage", nonce="{nonce}", '
                f'uri="{uri}", response="{"0" * 32}", algorithm=MD5, qop=auth, nc=00000001, '
                'cnonce="c"\r\n'
            )
        answer = stranger.ask(stranger.request(method, uri, credentials, user=number))
        told.append(without_chance(answer))
    assert told[0] == told[1]
    assert status(told[0]) == (200 if method == "OPTIONS" else 401)


def test_challenges_offer_both_digests_the_older_first(stranger: Stranger) -> None:
    answer = stranger.ask(stranger.request("REGISTER", "sip:127.0.0.1"))
    assert re.findall(r"algorithm=([\w-]+)", answer) == ["MD5", "SHA-256"]
    assert set(re.findall(r'realm="([^"]+)"', answer)) == {"engage"}


@pytest.mark.parametrize(
    ("more", "code"),
    [
        ("Content-Length: -1\r\n", 400),
        ("Content-Length: 500\r\n", 400),
        ("Require: teleport\r\n", 420),
        ('Authorization: Digest username="1001\r\n', 400),
        ("X-Odd: " + "a" * 40_000 + "\r\n", 401),
        ("X: y\r\n" * 4000, 513),
    ],
)
def test_malformed_requests_are_refused_by_number(stranger: Stranger, more: str, code: int) -> None:
    assert status(stranger.ask(stranger.request("REGISTER", "sip:127.0.0.1", more))) == code


def test_rubbish_is_met_with_silence_and_hurts_nobody(stranger: Stranger, server: Server) -> None:
    chance = random.Random(4475)  # noqa: S311 - the same rubbish each time
    rubbish = [b"", b"\x00", b"GET / HTTP/1.1\r\n\r\n", os.urandom(900)]
    rubbish.append(stranger.request("OPTIONS", "sip:127.0.0.1", via=";rport;rport"))
    for _ in range(1500):
        method = chance.choice(["REGISTER", "MESSAGE", "OPTIONS", "INVITE"])
        broken = bytearray(
            stranger.request(
                method, "sip:1000@127.0.0.1", "Contact: <sip:a@b;x=y>;q=0.1\r\nExpires: 60\r\n"
            )
        )
        for _ in range(chance.randrange(1, 9)):
            at = chance.randrange(len(broken))
            if chance.random() < 0.3:
                broken[at] = chance.randrange(256)
            elif chance.random() < 0.5:
                del broken[at : at + chance.randrange(20)]
            else:
                broken[at:at] = broken[at : at + chance.randrange(40)]
        rubbish.append(bytes(broken))
    for each in rubbish:
        stranger.socket.send(each)
    other = Stranger(server.sip_port)
    assert status(other.ask(other.request("OPTIONS", "sip:127.0.0.1"), 15)) == 200
    other.close()
    assert "Traceback" not in server.log
    assert "datagram not handled" not in server.log


def test_streams_are_framed_by_length_and_broken_ones_closed(server: Server) -> None:
    sample = Stranger(server.sip_port)
    whole = sample.request("OPTIONS", "sip:127.0.0.1").replace(b"/UDP", b"/TCP")
    sample.close()
    address = ("127.0.0.1", server.sip_port)
    with socket.create_connection(address, 5) as stream:
        stream.sendall(b"\r\n\r\n" + whole[:40])
        assert stream.recv(10) == b"\r\n"
        stream.sendall(whole[40:] + whole)
        heard = b""
        while heard.count(b"SIP/2.0 200 OK") < 2:
            heard += stream.recv(65536)
    for broken in (
        whole.replace(b"Length: 0", b"Length: -1"),
        whole.replace(b"Length: 0", b"Length: 999999999999"),
        b"OPTIONS " + b"a" * 200_000,
    ):
        with socket.create_connection(address, 5) as stream:
            try:
                stream.sendall(broken)
                while stream.recv(65536):
                    pass  # until the server closes it
            except ConnectionError:
                pass  # closed while we were still sending
