"""A name server in the test's own process: whatever the test writes into its zone."""

from __future__ import annotations

import asyncio
from collections import Counter
from contextlib import asynccontextmanager
from typing import TYPE_CHECKING, cast

import dns.flags
import dns.message
import dns.rcode
import dns.rdatatype
import dns.rrset

if TYPE_CHECKING:
    from collections.abc import AsyncIterator


class NameServer(asyncio.DatagramProtocol):
    """Answers over UDP.

    `zone` holds records as texts: `{("SRV", "_sip._udp.test."): ["0 1 5060 a.test."]}`. A name
    without any record does not exist; while `silent`, nothing is answered.
    """

    def __init__(self, zone: dict[tuple[str, str], list[str]], *, ttl_s: int = 300) -> None:
        self.zone = zone
        self.ttl_s = ttl_s
        self.silent = False
        self.asked: Counter[tuple[str, str]] = Counter()
        self.port = 0

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._out = cast("asyncio.DatagramTransport", transport)
        self.port = transport.get_extra_info("sockname")[1]

    def datagram_received(self, data: bytes, address: tuple[str, int]) -> None:
        query = dns.message.from_wire(data)
        question = query.question[0]
        kind = dns.rdatatype.to_text(question.rdtype)
        name = question.name.to_text().lower()
        self.asked[kind, name] += 1
        if self.silent:
            return
        response = dns.message.make_response(query)
        response.flags |= dns.flags.RA
        if texts := self.zone.get((kind, name)):
            response.answer.append(dns.rrset.from_text(name, self.ttl_s, "IN", kind, *texts))
        else:
            if not any(name == each for _, each in self.zone):
                response.set_rcode(dns.rcode.NXDOMAIN)
            soa = f"ns.test. admin.test. 1 3600 600 86400 {self.ttl_s}"
            response.authority.append(dns.rrset.from_text("test.", self.ttl_s, "IN", "SOA", soa))
        self._out.sendto(response.to_wire(), address)


@asynccontextmanager
async def name_server(
    zone: dict[tuple[str, str], list[str]], *, ttl_s: int = 300
) -> AsyncIterator[NameServer]:
    """A name server on a free port of loopback."""
    loop = asyncio.get_running_loop()
    out, server = await loop.create_datagram_endpoint(
        lambda: NameServer(zone, ttl_s=ttl_s), local_addr=("127.0.0.1", 0)
    )
    try:
        yield server
    finally:
        out.close()
        await asyncio.sleep(0)
