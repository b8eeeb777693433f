"""Phones may call the server by the name that stands in its links."""

from __future__ import annotations

import socket

from tests.support.server import Server


def register(server: Server, domain: str) -> bytes:
    """The first answer to a REGISTER for this domain."""
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as phone:
        phone.bind(("127.0.0.1", 0))
        phone.settimeout(10)
        own = f"127.0.0.1:{phone.getsockname()[1]}"
        lines = [
            f"REGISTER sip:{domain} SIP/2.0",
            f"Via: SIP/2.0/UDP {own};branch=z9hG4bK-{domain};rport",
            "Max-Forwards: 70",
            f"From: <sip:1001@{domain}>;tag=a",
            f"To: <sip:1001@{domain}>",
            f"Call-ID: {domain}",
            "CSeq: 1 REGISTER",
            f"Contact: <sip:1001@{own}>",
            "Content-Length: 0",
        ]
        phone.sendto("\r\n".join([*lines, "", ""]).encode(), ("127.0.0.1", server.sip_port))
        return phone.recv(4096).partition(b"\r\n")[0]


def test_the_public_name_is_ours_and_another_is_not() -> None:
    with Server("--public-url", "https://chat.example.test/") as server:
        assert register(server, "chat.example.test") == b"SIP/2.0 401 Unauthorized"
        assert register(server, "other.example.test").startswith(b"SIP/2.0 404 ")
