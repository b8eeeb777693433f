"""What we send bears the mark of its class (RFC 2474)."""

from __future__ import annotations

import asyncio
import socket

import pytest

from pbxcore.defence.guard import Guard
from pbxcore.domain_settings import DomainSettings
from pbxcore.net.marking import EXPEDITED, mark
from pbxcore.net.udp import UdpTransport


def marked(sock: socket.socket) -> int:
    if sock.family == socket.AF_INET6:
        return sock.getsockopt(socket.IPPROTO_IPV6, socket.IPV6_TCLASS) >> 2
    return sock.getsockopt(socket.IPPROTO_IP, socket.IP_TOS) >> 2


@pytest.mark.parametrize("family", [socket.AF_INET, socket.AF_INET6])
def test_a_socket_bears_the_code_point(family: socket.AddressFamily) -> None:
    with socket.socket(family, socket.SOCK_DGRAM) as sock:
        mark(sock, EXPEDITED)
        assert marked(sock) == 46


async def test_sip_bears_cs3() -> None:
    guard = Guard(DomainSettings, banned=lambda ban: None, lifted=lambda lifted: None)
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as bound:
        bound.bind(("127.0.0.1", 0))
        UdpTransport(asyncio.get_running_loop(), bound, lambda data, flow: None, guard)
        assert marked(bound) == 24
